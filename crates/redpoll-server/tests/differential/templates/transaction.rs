pub const TEMPLATES: &[&str] = &[
    "MULTI",
    "MULTI",
    "MULTI",
    "EXEC",
    "EXEC",
    "EXEC",
    "EXEC",
    "DISCARD",
    "WATCH $any*",
    "WATCH $any*",
    "UNWATCH",
];
