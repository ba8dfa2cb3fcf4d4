//! What the HELP subcommands of the containers reply.

use crate::engine::reply::Reply;

/// A heading, then for each subcommand how it is called and what it does.
pub(super) fn help(container: &str, subcommands: &[(&'static str, &'static str)]) -> Reply {
    let heading = format!("{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    let mut lines = vec![Reply::Status(heading)];
    for (usage, purpose) in subcommands.iter().chain(&[("HELP", "Print this help.")]) {
        lines.push(Reply::SimpleString(usage));
        lines.push(Reply::Status(format!("    {purpose}")));
    }
    Reply::Array(lines)
}
