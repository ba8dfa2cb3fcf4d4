//! Scripts as a proptest strategy: made by a [`Generator`], shrunk by leaving steps out, then arguments.

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::dice::Dice;
use crate::generator::Generator;
use crate::script::{Action, Step};
use crate::timing;

#[derive(Debug, Clone)]
pub struct Scripts(pub Generator);

impl Strategy for Scripts {
    type Tree = ScriptTree;
    type Value = Vec<Step>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(ScriptTree::new(self.0.script(&mut Dice(runner.rng()))))
    }
}

/// A script, and how it is being shrunk.
#[derive(Debug, Clone)]
pub struct ScriptTree {
    current: Vec<Step>,
    /// The smallest script so far that was not too small.
    kept: Vec<Step>,
    next: Cut,
}

/// What is left out next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Steps { at: usize, count: usize },
    Argument { step: usize, argument: usize },
    None,
}

impl ScriptTree {
    pub fn new(script: Vec<Step>) -> Self {
        let count = script.len().div_ceil(2);
        Self { current: script.clone(), kept: script, next: Cut::Steps { at: 0, count } }
    }

    /// Makes the next smaller script, if there is one.
    fn cut(&mut self) -> bool {
        loop {
            match self.next {
                Cut::Steps { at, count } if at < self.kept.len() => {
                    self.current.clone_from(&self.kept);
                    self.current.drain(at..(at + count).min(self.kept.len()));
                    return true;
                }
                Cut::Steps { count: 0 | 1, .. } => self.next = Cut::Argument { step: 0, argument: 1 },
                Cut::Steps { count, .. } => self.next = Cut::Steps { at: 0, count: count / 2 },
                Cut::Argument { step, argument } => match self.kept.get(step) {
                    Some(Step { action: Action::Command(argv), .. }) if argument < argv.len() => {
                        self.current.clone_from(&self.kept);
                        if let Action::Command(argv) = &mut self.current[step].action {
                            argv.remove(argument);
                            timing::make_independent(argv);
                        }
                        return true;
                    }
                    Some(_) => self.next = Cut::Argument { step: step + 1, argument: 1 },
                    None => self.next = Cut::None,
                },
                Cut::None => return false,
            }
        }
    }
}

impl ValueTree for ScriptTree {
    type Value = Vec<Step>;

    fn current(&self) -> Vec<Step> {
        self.current.clone()
    }

    /// The current script still fails: what was left out was not needed.
    fn simplify(&mut self) -> bool {
        self.kept.clone_from(&self.current);
        self.cut()
    }

    /// The current script no longer fails: what was left out comes back, and the next is tried.
    fn complicate(&mut self) -> bool {
        self.next = match self.next {
            Cut::Steps { at, count } => Cut::Steps { at: at + count, count },
            Cut::Argument { step, argument } => Cut::Argument { step, argument: argument + 1 },
            Cut::None => Cut::None,
        };
        let has_more = self.cut();
        if !has_more {
            self.current.clone_from(&self.kept);
        }
        has_more
    }
}

/// The smallest script that proptest's protocol leads to, in at most `tries` runs.
pub fn shrink(tree: &mut ScriptTree, tries: usize, mut fails: impl FnMut(&[Step]) -> bool) -> Vec<Step> {
    let mut smallest = tree.current();
    let mut has_more = tree.simplify();
    for _ in 0..tries {
        if !has_more {
            break;
        }
        let candidate = tree.current();
        has_more = if fails(&candidate) {
            smallest = candidate;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    smallest
}

#[test]
fn what_a_failure_does_not_need_is_left_out() {
    let text: String = (0..40).map(|number| format!("0> SET k{number} v EX 5\n")).collect();
    let mut tree = ScriptTree::new(crate::script::from_text(&text));
    let fails = |script: &[Step]| {
        let text = crate::script::to_text(script);
        text.contains("SET k7") && text.contains("k31 v")
    };
    let smallest = shrink(&mut tree, 1000, fails);
    assert_eq!(crate::script::to_text(&smallest), "0> SET k7\n0> SET k31 v\n");
}
