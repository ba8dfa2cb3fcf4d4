//! The command: `leaderboard [--listen ADDRESS] [--redis-url URL] [--no-bots]`.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use leaderboard::{App, Settings};

/// A live leaderboard in the browser, on redpoll.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to serve the page.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// The Redis or Valkey server to use; without it, an embedded server in this process.
    #[arg(long, value_name = "URL", env = "REDIS_URL", hide_env_values = true)]
    redis_url: Option<String>,

    /// How many seeded players an empty board starts with.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    players: u32,

    /// Let no seeded player score: the board moves only when somebody submits.
    #[arg(long)]
    no_bots: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let embedded = arguments.redis_url.is_none();
    let settings = Settings {
        listen: arguments.listen,
        redis_url: arguments.redis_url,
        players: arguments.players,
        bots: !arguments.no_bots,
    };
    let app = match App::start(settings).await {
        Ok(app) => app,
        Err(error) => {
            say_error(&format!("leaderboard: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let store = if embedded { "the embedded server" } else { "the server of REDIS_URL" };
    say(&format!("Leaderboard on http://{}\nStored in {store}. Stop with Ctrl-C.", app.address()));
    stop_asked().await;
    app.stop().await;
    ExitCode::SUCCESS
}

/// Ends on Ctrl-C, or on SIGTERM as service managers send it.
async fn stop_asked() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[expect(clippy::print_stdout, reason = "the URL is what this command prints")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "why the command failed is for whoever started it")]
fn say_error(text: &str) {
    eprintln!("{text}");
}
