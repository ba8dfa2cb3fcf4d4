//! The first line of a script, which may say how it is to be run: `#!lua flags=no-writes`.

use crate::engine::error::CommandError;

const INVALID: CommandError = CommandError::new("ERR Invalid script shebang");

/// What a script declares about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Declared {
    /// Whether there is a shebang. Without one, a script may do anything.
    pub(super) has_shebang: bool,
    pub(super) no_writes: bool,
}

/// The declaration, and the script with that line left empty, so that line numbers stay right.
pub(super) fn split(body: &[u8]) -> Result<(Declared, &[u8]), CommandError> {
    if !body.starts_with(b"#!") {
        return Ok((Declared::default(), body));
    }
    let end = body.iter().position(|byte| *byte == b'\n').ok_or(INVALID)?;
    let (line, rest) = body.split_at(end);
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    match words.next() {
        Some("#!lua") => {}
        other => {
            let engine = other.unwrap_or_default();
            return Err(CommandError::from_text(format!(
                "ERR Unexpected engine in script shebang: {engine}"
            )));
        }
    }
    let mut declared = Declared { has_shebang: true, no_writes: false };
    for option in words {
        let flags = option
            .strip_prefix("flags=")
            .ok_or_else(|| CommandError::from_text(format!("ERR Unknown lua shebang option: {option}")))?;
        for flag in flags.split(',').filter(|flag| !flag.is_empty()) {
            match flag {
                "no-writes" => declared.no_writes = true,
                // One node, no replicas and no memory limit: these allow what is allowed anyway.
                "allow-oom" | "allow-stale" | "no-cluster" | "allow-cross-slot-keys" => {}
                other => {
                    let text = format!("ERR Unexpected flag in script shebang: {other}");
                    return Err(CommandError::from_text(text));
                }
            }
        }
    }
    Ok((declared, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shebang_declares_flags_and_leaves_its_line_empty() {
        let (declared, body) = split(b"#!lua flags=no-writes,allow-oom\nreturn 1").unwrap();
        assert_eq!(declared, Declared { has_shebang: true, no_writes: true });
        assert_eq!(body, b"\nreturn 1");
        assert_eq!(split(b"return 1").unwrap(), (Declared::default(), &b"return 1"[..]));
    }

    #[test]
    fn a_wrong_shebang_is_refused() {
        for (body, error) in [
            ("#!lua", "ERR Invalid script shebang"),
            ("#!python\n", "ERR Unexpected engine in script shebang: #!python"),
            ("#!lua name=x\n", "ERR Unknown lua shebang option: name=x"),
            ("#!lua flags=foo\n", "ERR Unexpected flag in script shebang: foo"),
        ] {
            assert_eq!(split(body.as_bytes()).unwrap_err().text(), error);
        }
    }
}
