//! The players an empty board starts with: always the same ones, with the same scores.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::score::Score;

/// As many as there are names: every adjective with every animal.
pub(crate) const PLAYERS_MAX: u32 = 10_000;

/// The first `count` seeded players. Two instances that seed at once write the same.
pub(crate) fn players(count: u32) -> Vec<(String, Score)> {
    let mut rng = SmallRng::seed_from_u64(0x00C0_FFEE);
    (0..count.min(PLAYERS_MAX)).map(|index| (name(index), score(&mut rng))).collect()
}

/// The name of the seeded player `index`; it starts over after [`PLAYERS_MAX`].
pub(crate) fn name(index: u32) -> String {
    // 7919 is prime to 10,000: neighbours share neither word, and no name comes twice.
    let mixed = index % PLAYERS_MAX * 7919 % PLAYERS_MAX;
    format!("{}-{}", word(ADJECTIVES, mixed / 100), word(ANIMALS, mixed % 100))
}

/// Whether a name is one that a seeded player may have.
pub(crate) fn is_name(player: &str) -> bool {
    let known = |words: &str, word: &str| words.split_whitespace().any(|known| known == word);
    player.split_once('-').is_some_and(|(first, last)| known(ADJECTIVES, first) && known(ANIMALS, last))
}

/// Most players are in the middle, few near the ends: the mean of three throws.
fn score(rng: &mut SmallRng) -> Score {
    let throws = (0..3).map(|_| rng.random_range(100..=9_900)).sum::<i32>();
    Score::stored(f64::from(throws / 3))
}

fn word(words: &'static str, index: u32) -> &'static str {
    words.split_whitespace().nth(index as usize).unwrap_or_default()
}

const ADJECTIVES: &str = "
able agile amber ample apt arctic ardent ashen azure balmy blithe bold brave breezy bright brisk
calm candid cheery civil clear clever cobalt cosy crisp curious dapper daring dawn deft dusky
eager early easy elder ember fabled fair fleet fond frank free fresh frosty gentle gilded glad
golden grand happy hardy hazel honest humble indigo ivory jaunty jolly keen kind lively loyal
lucky lunar mellow merry mighty misty modest nimble noble olive opal patient placid plucky polar
prime proud quick quiet rapid ready rosy royal ruby sage scarlet serene silver sleek snowy solar
spry steady swift tidy vivid wily zesty
";

const ANIMALS: &str = "
adder badger beaver bison bobcat buzzard caribou cheetah chough cobra condor cougar coyote crane
cricket curlew dingo dolphin dormouse dove dunlin eagle egret eider elk ermine falcon ferret
finch firefly fox gannet gazelle gecko gibbon goshawk grebe grouse gull hare harrier hawk
hedgehog heron hoopoe hornet ibex ibis impala jackal jackdaw jaguar jay kestrel kingfisher kite
koala lapwing lark lemur leopard linnet lion lizard lynx magpie marlin marmot marten martin mink
mole moose newt ocelot oriole osprey otter owl panda panther pelican penguin petrel pika pipit
plover puffin puma quail rabbit raven redpoll robin salmon seal shrew siskin skylark stoat
";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::submission::PlayerName;

    #[test]
    fn ten_thousand_players_have_ten_thousand_valid_names() {
        let names: HashSet<String> = players(PLAYERS_MAX).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), 10_000);
        assert!(names.iter().all(|name| PlayerName::new(name).is_ok() && is_name(name)));
        assert!(!is_name("ada") && !is_name("ada-otter") && !is_name("amber-"));
    }

    #[test]
    fn seeding_twice_gives_the_same_board() {
        assert_eq!(players(50), players(50));
        assert_eq!(players(50), players(100)[..50]);
    }
}
