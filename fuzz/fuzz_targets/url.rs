//! Any URL: read or refused, without a panic, and without the password in what is shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use redpoll::Config;

const PASSWORD: &str = "Pa55-w0rd-Pa55-w0rd";

fuzz_target!(|url: &str| {
    // One byte stands for the password, so that the fuzzer need not learn the word.
    let url = url.replace('\u{1}', PASSWORD);
    let read = Config::from_url(&url);
    let shown = match &read {
        Ok(config) => format!("{config:?}"),
        Err(error) => format!("{error} {error:?}"),
    };
    assert!(!shown.is_empty());
    assert!(!has_password(&url) || !shown.contains(PASSWORD), "{shown}");
    assert_eq!(Config::from_url(&url).is_ok(), read.is_ok());
});

/// Whether the word is the password of the URL, and nothing else too.
fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':'));
    password.is_some_and(|(_, password)| password == PASSWORD) && url.matches(PASSWORD).count() == 1
}
