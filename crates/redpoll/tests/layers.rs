//! The layer check: inside the client, a module names only modules of its own or of a lower layer.
//!
//! `protocol → error → config → transport → connection → routing → client → commands` (docs/architecture.md).
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

const LAYERS: [&str; 7] = ["error", "config", "transport", "connection", "routing", "client", "commands"];

#[test]
fn a_module_names_only_modules_of_lower_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    let mut seen = 0;
    for file in rust_files(&src) {
        let Some(own) = layer_of(file.strip_prefix(&src).unwrap()) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in code_lines(&text) {
            for named in layers_named(line) {
                seen += 1;
                if named > own {
                    faults.push(format!("{}:{number}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 50, "the check has found hardly any `crate::` path: {seen}");
    assert!(faults.is_empty(), "imports that go upward:\n{}", faults.join("\n"));
}

#[test]
fn only_some_files_of_the_embedded_server_know_tokio() {
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../redpoll-server/src/engine");
    let files = rust_files(&engine);
    assert!(files.len() > 10, "the engine was not found at {}", engine.display());
    let naming_tokio = files.into_iter().filter(|file| {
        let text = fs::read_to_string(file).unwrap();
        code_lines(&text).any(|(_, line)| line.contains("tokio::"))
    });
    assert_eq!(naming_tokio.collect::<Vec<_>>(), Vec::<PathBuf>::new(), "the engine is sans-IO");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => rust_files(&path),
            Some(extension) if extension == "rs" => vec![path],
            _ => Vec::new(),
        })
        .collect()
}

/// `lib.rs` is the table of contents and names every layer.
fn layer_of(file: &Path) -> Option<usize> {
    let first = file.components().next()?.as_os_str().to_str()?;
    LAYERS.iter().position(|layer| *layer == first.trim_end_matches(".rs"))
}

/// Lines that are compiled: comments, whose examples and links may name anything, are left out.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The layers of all `crate::layer` paths of a line.
fn layers_named(line: &str) -> impl Iterator<Item = usize> + '_ {
    line.match_indices("crate::").filter_map(|(at, path)| {
        let rest = &line[at + path.len()..];
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        LAYERS.iter().position(|layer| *layer == name)
    })
}
