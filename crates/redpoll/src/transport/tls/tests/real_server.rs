//! Servers as they are released: those of `REDPOLL_TEST_SERVERS`, or the one on `PATH`.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::authority::Authority;
use super::{ping, secured};

/// A server process with files of its own, gone when dropped.
struct RealServer {
    process: Child,
    /// Kept open: the server writes its log here.
    _log: BufReader<ChildStdout>,
    folder: PathBuf,
    port: u16,
}

impl RealServer {
    /// Starts a server that asks for client certificates. `None` if it was built without TLS.
    fn start(program: &Path, authority: &Authority) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("redpoll-tls-{}-{port}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let identity = authority.issue("localhost");
        let files = [("ca.pem", &authority.pem), ("cert.pem", &identity.cert), ("key.pem", &identity.key)];
        for (name, pem) in files {
            std::fs::write(folder.join(name), pem).unwrap();
        }
        let mut process = Command::new(program)
            .args(["--port", "0", "--tls-port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args([
                "--tls-ca-cert-file",
                "ca.pem",
                "--tls-cert-file",
                "cert.pem",
                "--tls-key-file",
                "key.pem",
            ])
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stdout.take().unwrap());
        let is_ready = await_ready(&mut log);
        let server = Self { process, _log: log, folder, port };
        is_ready.then_some(server)
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn await_ready(log: &mut impl BufRead) -> bool {
    let mut said = String::new();
    for line in log.lines().map_while(Result::ok) {
        if line.contains("Ready to accept connections") {
            return true;
        }
        said.push_str(&line);
    }
    let lacks_tls = said.contains("Bad directive") || said.contains("wrong number of arguments");
    assert!(lacks_tls, "the server did not start: {said}");
    false
}

fn programs() -> Vec<PathBuf> {
    const NAMES: [&str; 2] = ["redis-server", "valkey-server"];
    let in_folder =
        |folder: PathBuf| NAMES.map(|name| folder.join(name)).into_iter().find(|path| path.is_file());
    if let Some(folder) = std::env::var_os("REDPOLL_TEST_SERVERS") {
        let versions = std::fs::read_dir(folder).unwrap();
        return versions.filter_map(|version| in_folder(version.unwrap().path().join("bin"))).collect();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).find_map(in_folder).into_iter().collect()
}

#[tokio::test]
async fn released_servers_accept_the_right_client_certificate_and_no_other() {
    let (authority, stranger) = (Authority::new("the authority"), Authority::new("a stranger"));
    let mut tested = 0;
    for program in programs() {
        let Some(server) = RealServer::start(&program, &authority) else { continue };
        tested += 1;
        let name = program.display();
        let with = |identity: &super::Identity| {
            secured("localhost", server.port, |tls| {
                tls.ca_pem(&authority.pem).cert_pem(&identity.cert).key_pem(&identity.key)
            })
        };
        assert_eq!(ping(&with(&authority.issue("client"))).await.unwrap(), "+PONG\r\n", "{name}");

        let failure = ping(&with(&stranger.issue("client"))).await.unwrap_err();
        assert!(failure.contains("received fatal alert"), "{name}: {failure}");

        let anonymous = secured("localhost", server.port, |tls| tls.ca_pem(&authority.pem));
        let failure = ping(&anonymous).await.unwrap_err();
        assert!(failure.contains("received fatal alert"), "{name}: {failure}");

        let distrustful = secured("localhost", server.port, |tls| tls.ca_pem(&stranger.pem));
        let failure = ping(&distrustful).await.unwrap_err();
        assert!(failure.ends_with("invalid peer certificate: UnknownIssuer"), "{name}: {failure}");
    }
    let is_required = std::env::var_os("REDPOLL_REQUIRE_REAL").is_some_and(|value| value == "1");
    assert!(tested > 0 || !is_required, "REDPOLL_REQUIRE_REAL is set, and there is no server with TLS");
}
