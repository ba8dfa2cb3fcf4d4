//! `redpoll-server`: the embedded server as a program.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use lexopt::prelude::*;
use redpoll_server::{Builder, Server};

const USAGE: &str = "\
Usage: redpoll-server [OPTIONS]

Options:
  -p, --port <PORT>          TCP port [default: 6379]; 0 for any free one
      --bind <ADDRESS>       Address to listen on [default: 127.0.0.1]
      --unixsocket <PATH>    Listen on a unix socket as well
      --requirepass <TEXT>   Ask clients for a password
  -h, --help                 Print this help
  -V, --version              Print the version
";

fn main() -> ExitCode {
    match parse().map_err(|error| error.to_string()).and_then(|wanted| run(wanted).map_err(|e| e.to_string()))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "redpoll-server: {error}");
            ExitCode::FAILURE
        }
    }
}

enum Wanted {
    Text(String),
    Server(Builder),
}

fn parse() -> Result<Wanted, lexopt::Error> {
    let mut address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 6379);
    let mut builder = Server::builder().command_log(0);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('p') | Long("port") => address.set_port(arguments.value()?.parse()?),
            Long("bind") => address.set_ip(arguments.value()?.parse()?),
            Long("unixsocket") => builder = builder.unix_path(arguments.value()?),
            Long("requirepass") => builder = builder.password(&arguments.value()?.string()?),
            Short('h') | Long("help") => return Ok(Wanted::Text(USAGE.to_owned())),
            Short('V') | Long("version") => {
                return Ok(Wanted::Text(format!("redpoll-server {}\n", env!("CARGO_PKG_VERSION"))));
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Wanted::Server(builder.address(address)))
}

/// Serves until the process is ended.
fn run(wanted: Wanted) -> io::Result<()> {
    let mut stdout = io::stdout();
    match wanted {
        Wanted::Text(text) => stdout.write_all(text.as_bytes()),
        Wanted::Server(builder) => {
            let server = builder.start_blocking()?;
            writeln!(stdout, "redpoll-server listens on {}", server.url())?;
            stdout.flush()?;
            loop {
                std::thread::park();
            }
        }
    }
}
