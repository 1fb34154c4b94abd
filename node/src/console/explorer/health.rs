//! One sentence that says how a ledger does, just as plainly when it does not.

use super::texts::{Texts, filled};
use crate::console::language::Language;

/// Time without a block, in milliseconds, that is said to be long: an idle ledger makes more than two a second.
const QUIET_MS: u64 = 5_000;
/// Blocks that execution may be behind order and still be said to be at the tip: they come while one looks.
const BEHIND: u64 = 2;

/// What is seen of a ledger from one of its nodes.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Why this node has stopped, if it has.
    pub halted: Option<String>,
    /// How many members order blocks.
    pub members: usize,
    /// Those of them of whom no signature was seen lately.
    pub silent: Vec<String>,
    /// Milliseconds since the newest block.
    pub age_ms: u64,
    /// Final blocks that this node has not executed.
    pub behind: u64,
    /// Proposals that this node voted against although their form was right.
    pub alarms: u64,
}

/// How a ledger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should.
    Good,
    /// It goes on, and somebody should look.
    Watch,
    /// It does not go on.
    Bad,
}

impl Grade {
    /// The class of its sign.
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Watch => "watch",
            Self::Bad => "bad",
        }
    }

    /// In a word.
    pub fn word(self, t: &Texts) -> &'static str {
        match self {
            Self::Good => t.good,
            Self::Watch => t.watch,
            Self::Bad => t.bad,
        }
    }
}

impl Seen {
    /// How many sign.
    pub fn signing(&self) -> usize {
        self.members - self.silent.len()
    }

    /// How many more can fail before no block is made; nothing where too few sign already.
    pub fn spare(&self) -> Option<usize> {
        self.signing().checked_sub(counterfoil_proof::quorum(self.members))
    }

    /// How it does, in a sentence.
    pub fn tell(&self, language: Language) -> (Grade, String) {
        let t = Texts::of(language);
        if let Some(why) = &self.halted {
            return (Grade::Bad, filled(t.halted, &[why]));
        }
        let (comma, between, stop) = match language {
            Language::Chinese => ("，", "、", "。"),
            Language::English => (", ", ", ", "."),
        };
        let silent = self.silent.join(between);
        let parts = [self.signers(t, &silent), self.newest(t), self.execution(t)].into_iter().chain(self.warnings(t));
        let (grades, texts): (Vec<Grade>, Vec<String>) = parts.unzip();
        (grades.into_iter().max().unwrap_or(Grade::Good), texts.join(comma) + stop)
    }

    fn signers(&self, t: &Texts, silent: &str) -> (Grade, String) {
        let (signing, members) = (self.signing().to_string(), self.members.to_string());
        match self.spare() {
            // Where no block comes, nobody is seen to sign, whoever is there.
            None if self.signing() == 0 => {
                (Grade::Bad, filled(t.none_sign, &[&members, &counterfoil_proof::quorum(self.members).to_string()]))
            }
            None => {
                let needed = counterfoil_proof::quorum(self.members).to_string();
                (Grade::Bad, filled(t.too_few_sign, &[&signing, &members, &needed, silent]))
            }
            Some(_) if self.silent.is_empty() => (Grade::Good, filled(t.all_sign, &[&signing, &members])),
            Some(_) => (Grade::Watch, filled(t.some_sign, &[&signing, &members, silent])),
        }
    }

    fn newest(&self, t: &Texts) -> (Grade, String) {
        let age = age(self.age_ms, t);
        if self.age_ms > QUIET_MS {
            (if self.spare().is_none() { Grade::Bad } else { Grade::Watch }, filled(t.no_block_for, &[&age]))
        } else {
            (Grade::Good, filled(t.last_block_ago, &[&age]))
        }
    }

    fn execution(&self, t: &Texts) -> (Grade, String) {
        if self.behind > BEHIND {
            (Grade::Watch, filled(t.behind, &[&self.behind.to_string()]))
        } else {
            (Grade::Good, t.at_the_tip.to_owned())
        }
    }

    fn warnings(&self, t: &Texts) -> Option<(Grade, String)> {
        (self.alarms > 0).then(|| (Grade::Watch, filled(t.alarms_stand, &[&self.alarms.to_string()])))
    }
}

/// A time that has passed: tenths of seconds, seconds, minutes or hours, whatever tells enough.
fn age(ms: u64, t: &Texts) -> String {
    match ms {
        0..10_000 => filled(t.seconds, &[&format!("{}.{}", ms / 1_000, ms % 1_000 / 100)]),
        10_000..120_000 => filled(t.seconds, &[&(ms / 1_000).to_string()]),
        120_000..7_200_000 => filled(t.minutes, &[&(ms / 60_000).to_string()]),
        _ => filled(t.hours, &[&(ms / 3_600_000).to_string()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen() -> Seen {
        Seen { members: 4, age_ms: 432, ..Seen::default() }
    }

    #[test]
    fn it_is_said_plainly_how_it_is() {
        let silent = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        for (seen, grade, english, chinese) in [
            (
                seen(),
                Grade::Good,
                "4 of 4 members signing, last block 0.4 s ago, executed to the tip.",
                "4 名成员中 4 名在签名，最近区块在 0.4 秒前，已执行到最新高度。",
            ),
            (
                Seen { silent: silent(&["bank-a"]), behind: 7, ..seen() },
                Grade::Watch,
                "3 of 4 members signing (silent: bank-a), last block 0.4 s ago, 7 blocks behind.",
                "4 名成员中 3 名在签名（未见签名：bank-a），最近区块在 0.4 秒前，落后 7 个区块。",
            ),
            (
                Seen { silent: silent(&["a", "b"]), age_ms: 134_000, ..seen() },
                Grade::Bad,
                "Only 2 of 4 members signing, 3 are needed for a block (silent: a, b), no block for 2 min, executed to the tip.",
                "4 名成员中仅 2 名在签名，出块需要 3 名（未见签名：a、b），已有 2 分钟没有新区块，已执行到最新高度。",
            ),
            (
                Seen { silent: silent(&["a", "b", "c", "d"]), age_ms: 30_000, ..seen() },
                Grade::Bad,
                "No signatures are seen: of 4 members 3 have to be reached for a block, no block for 30 s, executed to the tip.",
                "未见任何签名：4 名成员中须有 3 名可达才能出块，已有 30 秒没有新区块，已执行到最新高度。",
            ),
            (
                Seen { age_ms: 12_300, alarms: 2, ..seen() },
                Grade::Watch,
                "4 of 4 members signing, no block for 12 s, executed to the tip, alarms since the start: 2.",
                "4 名成员中 4 名在签名，已有 12 秒没有新区块，已执行到最新高度，启动以来有 2 次警报。",
            ),
            (
                Seen { halted: Some("disk full {0}".to_owned()), ..seen() },
                Grade::Bad,
                "This node has stopped: disk full {0}. What is shown is as of then.",
                "本节点已停止：disk full {0}。所示内容截至停止时。",
            ),
        ] {
            assert_eq!(seen.tell(Language::English), (grade, english.to_owned()));
            assert_eq!(seen.tell(Language::Chinese), (grade, chinese.to_owned()));
        }
    }

    #[test]
    fn faults_that_are_left_are_counted_from_who_signs() {
        let spare = |members, silent: usize| Seen { members, silent: vec![String::new(); silent], ..seen() }.spare();
        assert_eq!([spare(4, 0), spare(4, 1), spare(4, 2)], [Some(1), Some(0), None]);
        assert_eq!([spare(1, 0), spare(7, 0), spare(7, 3)], [Some(0), Some(2), None]);
    }
}
