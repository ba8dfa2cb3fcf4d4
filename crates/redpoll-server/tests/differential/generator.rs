//! Scripts at random: 70 % of the commands are valid, 20 % nearly, 10 % anything.

use std::collections::BTreeSet;

use crate::dice::Dice;
use crate::kind::{self, Kind};
use crate::pool;
use crate::script::{Action, Argv, CONNECTIONS, Step};
use crate::templates::{self, GROUPS};
use crate::timing;

/// How many steps a script has at most.
const LONGEST: i64 = 60;

/// Makes commands of those that both servers have.
#[derive(Debug, Clone)]
pub struct Generator {
    groups: Vec<(u32, Vec<&'static str>)>,
}

impl Generator {
    pub fn new(available: &BTreeSet<String>) -> Self {
        let is_available = |template: &&&'static str| available.contains(&templates::command(template));
        let usable =
            |templates: &'static [&'static str]| templates.iter().filter(is_available).copied().collect();
        let groups = GROUPS.iter().map(|(weight, templates)| (*weight, usable(templates)));
        Self { groups: groups.filter(|(_, templates): &(u32, Vec<_>)| !templates.is_empty()).collect() }
    }

    /// Every command it can make.
    pub fn commands(&self) -> BTreeSet<String> {
        self.groups
            .iter()
            .flat_map(|(_, group)| group.iter().map(|template| templates::command(template)))
            .collect()
    }

    pub fn script(&self, dice: &mut Dice<'_>) -> Vec<Step> {
        let mut connection = dice.below(CONNECTIONS);
        let mut steps = Vec::new();
        for _ in 0..dice.between(5, LONGEST) {
            if dice.percent(40) {
                connection = dice.below(CONNECTIONS);
            }
            let action =
                if dice.below(250) == 0 { Action::Disconnect } else { Action::Command(self.command(dice)) };
            steps.push(Step { connection, action });
        }
        steps
    }

    fn command(&self, dice: &mut Dice<'_>) -> Argv {
        let mut argv = match dice.below(100) {
            0..70 => self.valid(dice),
            70..90 => self.nearly_valid(dice),
            _ => self.anything(dice),
        };
        timing::make_independent(&mut argv);
        argv
    }

    fn template(&self, dice: &mut Dice<'_>) -> &'static str {
        let total: u32 = self.groups.iter().map(|(weight, _)| weight).sum();
        let mut left = dice.below(total as usize) as u32;
        for (weight, templates) in &self.groups {
            if left < *weight {
                return dice.of::<&str>(templates);
            }
            left -= weight;
        }
        "PING"
    }

    fn valid(&self, dice: &mut Dice<'_>) -> Argv {
        let mut argv = Vec::new();
        self.expand(self.template(dice), dice, &mut argv);
        argv
    }

    fn nearly_valid(&self, dice: &mut Dice<'_>) -> Argv {
        let mut argv = self.valid(dice);
        for _ in 0..dice.between(1, 2) {
            let place = 1 + dice.below(argv.len().saturating_sub(1));
            let place = place.min(argv.len());
            match dice.below(6) {
                0 if place < argv.len() => drop(argv.remove(place)),
                1 if place < argv.len() => argv.insert(place, argv[place].clone()),
                2 if place + 1 < argv.len() => argv.swap(place, place + 1),
                3 => argv.insert(place, pool::odd(dice)),
                4 => argv[0].make_ascii_lowercase(),
                _ if place < argv.len() => argv[place] = pool::odd(dice),
                _ => argv.push(pool::odd(dice)),
            }
        }
        argv
    }

    fn anything(&self, dice: &mut Dice<'_>) -> Argv {
        let mut argv = self.valid(dice);
        let name = argv.swap_remove(0);
        let arguments = (0..dice.below(6)).map(|_| match argv.is_empty() || dice.percent(40) {
            true => pool::odd(dice),
            false => dice.of(&argv).clone(),
        });
        let arguments: Argv = arguments.collect();
        let name = if dice.percent(15) { pool::odd(dice) } else { name };
        std::iter::once(name).chain(arguments).collect()
    }

    /// A command for a script, for COMMAND GETKEYS or ACL DRYRUN.
    fn nested(&self, dice: &mut Dice<'_>, argv: &mut Argv) {
        loop {
            let template = self.template(dice);
            let name = templates::command(template);
            if !template.contains("$command") && !template.contains("$lua") && kind::of(&name) == Kind::Plain
            {
                return self.expand(template, dice, argv);
            }
        }
    }

    fn expand(&self, text: &str, dice: &mut Dice<'_>, argv: &mut Argv) {
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (part, after) = first_part(rest);
            rest = after.trim_start();
            self.expand_part(part, dice, argv);
        }
    }

    fn expand_part(&self, part: &str, dice: &mut Dice<'_>, argv: &mut Argv) {
        let is_special = part.starts_with(['$', '(']);
        let (part, times) = match part.strip_suffix('*') {
            Some(once) if is_special => (once, dice.between(1, 3)),
            _ => (part, 1),
        };
        for _ in 0..times {
            match part.as_bytes()[0] {
                b'$' if part == "$command" => self.nested(dice, argv),
                b'$' => argv.extend(pool::fill(&part[1..], dice)),
                b'(' => self.expand(&part[1..part.len() - 1], dice, argv),
                b'{' => {
                    let alternatives = alternatives(&part[1..part.len() - 1]);
                    let chosen = *dice.of(&alternatives);
                    self.expand(chosen, dice, argv);
                }
                _ if part == "\"\"" => argv.push(Vec::new()),
                _ => argv.push(part.replace("\\|", "|").into_bytes()),
            }
        }
    }
}

/// A word, or a bracket with all that is in it.
fn first_part(text: &str) -> (&str, &str) {
    let mut depth = 0;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'(' => depth += 1,
            b'}' | b')' => depth -= 1,
            b' ' if depth == 0 => return text.split_at(index),
            _ => {}
        }
    }
    (text, "")
}

fn alternatives(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut escaped) = (0, 0, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'(' => depth += 1,
            b'}' | b')' => depth -= 1,
            b'|' if depth == 0 && !escaped => {
                found.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
        escaped = byte == b'\\';
    }
    found.push(&text[start..]);
    found
}

#[test]
fn a_template_gives_one_of_its_alternatives_at_every_bracket() {
    let generator = Generator { groups: Vec::new() };
    let config = proptest::test_runner::Config::default();
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        let mut argv = Vec::new();
        generator.expand("A {|B {C|D}} E* a\\|b \"\"", &mut Dice(runner.rng()), &mut argv);
        seen.insert(String::from_utf8(argv.join(&b' ')).unwrap());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["A B C E* a|b ", "A B D E* a|b ", "A E* a|b "]);
}
