use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

/// A server that answers as the test says, one thread per connection: for what no real server does.
///
/// `HELLO` is unknown to it and the other commands of a handshake are fine. Its port closes when the process ends.
#[derive(Debug)]
pub struct ScriptedServer {
    port: u16,
}

/// The bytes to answer a command with; `None` closes the connection.
pub type Answer = Option<Vec<u8>>;

impl ScriptedServer {
    pub fn start(answer: impl Fn(&[Vec<u8>]) -> Answer + Send + Sync + 'static) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    /// On a socket with settings of its own.
    pub fn on(listener: TcpListener, answer: impl Fn(&[Vec<u8>]) -> Answer + Send + Sync + 'static) -> Self {
        let port = listener.local_addr().unwrap().port();
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || serve(&stream, &*answer));
            }
        });
        Self { port }
    }

    pub fn config(&self) -> redpoll::Config {
        redpoll::Config::new("127.0.0.1", self.port)
    }
}

fn serve(mut stream: &TcpStream, answer: &dyn Fn(&[Vec<u8>]) -> Answer) {
    let mut requests = BufReader::with_capacity(16 * 1024, stream);
    while let Some(command) = read_command(&mut requests) {
        let answer = match command.first().map(Vec::as_slice) {
            Some(b"HELLO") => Some(b"-ERR unknown command 'HELLO'\r\n".to_vec()),
            Some(b"CLIENT" | b"AUTH" | b"SELECT") => Some(b"+OK\r\n".to_vec()),
            _ => answer(&command),
        };
        let Some(answer) = answer else { return };
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

fn read_command(from: &mut impl BufRead) -> Option<Vec<Vec<u8>>> {
    let arguments = read_length(from, '*')?;
    (0..arguments)
        .map(|_| {
            let length = read_length(from, '$')?;
            let mut argument = vec![0; length + 2];
            from.read_exact(&mut argument).ok()?;
            argument.truncate(length);
            Some(argument)
        })
        .collect()
}

fn read_length(from: &mut impl BufRead, kind: char) -> Option<usize> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    line.trim_end().strip_prefix(kind)?.parse().ok()
}
