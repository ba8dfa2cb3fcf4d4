//! Changes arguments that would make replies depend on how fast a server is, or cost it gigabytes.

use crate::script::Argv;

/// Relative times to live become long ones or none, timeouts endless, and huge repetitions small.
pub fn make_independent(argv: &mut Argv) {
    for index in 0..argv.len() {
        make_tail_independent(&mut argv[index..]);
    }
}

/// What begins with a command's name may be that command, in a script or not.
fn make_tail_independent(argv: &mut [Vec<u8>]) {
    let name = argv[0].to_ascii_uppercase();
    match name.as_slice() {
        b"EX" | b"EXPIRE" | b"PX" | b"PEXPIRE" | b"HEXPIRE" | b"HPEXPIRE" | b"SETEX" | b"PSETEX" => {
            let place = if name.len() == 2 { 1 } else { 2 };
            replace(argv, place, |number| (1..100_000_000).contains(&number), "100000000");
        }
        b"BLPOP" | b"BRPOP" | b"BLMOVE" | b"BRPOPLPUSH" | b"BZPOPMIN" | b"BZPOPMAX" => {
            let last = argv.len() - 1;
            wait_forever(argv, last);
        }
        b"BLMPOP" | b"BZMPOP" => wait_forever(argv, 1),
        b"SRANDMEMBER" | b"HRANDFIELD" | b"ZRANDMEMBER" => {
            replace(argv, 2, |number| (i64::MIN + 1..-50).contains(&number), "-5");
        }
        b"MSETEX" => keep_alive(argv),
        // They may store keys that have expired already, which stay until somebody looks.
        b"SET" => {
            make_digests_valid(argv);
            keep_alive(argv);
        }
        // Where weights are equal its order is chance, and would be stored.
        b"SORT" if has(argv, b"BY") && has(argv, b"ALPHA") => {
            for argument in argv.iter_mut().filter(|argument| argument.eq_ignore_ascii_case(b"STORE")) {
                *argument = b"ASC".to_vec();
            }
        }
        // Redis 8.6.3 crashes when it gets a field twice.
        b"HSETEX" => {
            for place in 2..argv.len() {
                if argv[1..place].contains(&argv[place]) {
                    let number = place.to_string();
                    argv[place].extend(number.as_bytes());
                }
            }
        }
        b"SETRANGE" => replace(argv, 2, |number| (1000..=512 * 1024 * 1024).contains(&number), "20"),
        b"WAIT" => replace(argv, 1, |number| number > 0, "0"),
        b"WAITAOF" => {
            replace(argv, 1, |number| number > 0, "0");
            replace(argv, 2, |number| number > 0, "0");
        }
        _ => {}
    }
}

/// Deadlines in the past become late ones.
fn keep_alive(argv: &mut [Vec<u8>]) {
    for place in 2..argv.len() {
        if has(&argv[place - 1..place], b"EXAT") || has(&argv[place - 1..place], b"PXAT") {
            replace(argv, place, |number| (1..32_503_680_000_000).contains(&number), "32503680000000");
        }
    }
}

/// About a digest of another length the real server complains after it has replied to GET.
fn make_digests_valid(argv: &mut [Vec<u8>]) {
    for place in 1..argv.len() {
        let word = &argv[place - 1..place];
        if has(argv, b"GET") && (has(word, b"IFDEQ") || has(word, b"IFDNE")) && argv[place].len() != 16 {
            argv[place] = b"0123456789abcdef".to_vec();
        }
    }
}

fn has(argv: &[Vec<u8>], word: &[u8]) -> bool {
    argv.iter().any(|argument| argument.eq_ignore_ascii_case(word))
}

fn replace(argv: &mut [Vec<u8>], place: usize, is_bad: impl Fn(i64) -> bool, instead: &str) {
    let Some(argument) = argv.get_mut(place) else { return };
    let number = std::str::from_utf8(argument).ok().and_then(|text| text.parse().ok());
    if number.is_some_and(is_bad) {
        *argument = instead.into();
    }
}

fn wait_forever(argv: &mut [Vec<u8>], place: usize) {
    let Some(argument) = argv.get_mut(place) else { return };
    let seconds = std::str::from_utf8(argument).ok().and_then(|text| text.parse::<f64>().ok());
    if place > 0 && seconds.is_some_and(|seconds| seconds > 0.0 && seconds < 1e9) {
        *argument = b"0".to_vec();
    }
}

#[test]
fn nothing_expires_or_times_out_while_a_script_runs() {
    let argv = |line: &str| -> Argv { line.split(' ').map(|word| word.as_bytes().to_vec()).collect() };
    for (before, after) in [
        ("SET k v EX 1", "SET k v EX 100000000"),
        ("SET k v px -1", "SET k v px -1"),
        ("EXPIRE k 5 NX", "EXPIRE k 100000000 NX"),
        ("BLPOP a b 0.5", "BLPOP a b 0"),
        ("BLPOP a b 1e400", "BLPOP a b 1e400"),
        ("EVAL s 0 BLMPOP 1 1 k LEFT", "EVAL s 0 BLMPOP 0 1 k LEFT"),
        ("SRANDMEMBER k -2147483648", "SRANDMEMBER k -5"),
    ] {
        let mut changed = argv(before);
        make_independent(&mut changed);
        assert_eq!(changed, argv(after));
    }
}
