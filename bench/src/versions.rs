//! Which versions were compared: what the lock file of this build says.

use std::fs;

use crate::clients::ClientName;

const LOCK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"));

/// The client's name and, if it is a crate, its version.
pub(crate) fn titled(client: ClientName) -> String {
    match client.package().and_then(|package| locked(LOCK, package)) {
        Some(version) => format!("{} {version}", client.name()),
        None => client.name().to_owned(),
    }
}

fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

/// The processor, as the kernel calls it.
pub(crate) fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_tells_the_version_of_every_peer() {
        for package in ["redis", "fred", "rustis"] {
            assert!(locked(LOCK, package).is_some_and(|version| version.contains('.')), "{package}");
        }
    }
}
