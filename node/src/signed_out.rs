use crate::{files, gate::now_ms, watched::Watched};
use counterfoil_types::Fault;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// Sessions that were signed out before their end.
///
/// A session is sealed and stored nowhere, so its seal is as good after a restart as before: that it has been signed out is written down,
/// durably, until it would have ended by itself. One line for each who signs in, in which the newest session that was signed out stands:
/// those that were begun before it are over too. So the file has no more lines than there are people, however often they sign out.
#[derive(Debug)]
pub struct SignedOut(Watched<HashMap<String, u64>>);

/// A line of the file `signed-out.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// Whose sessions: `member/key`, and what else tells them from others of the same key.
    whose: String,
    /// The end of the newest session that was signed out, milliseconds since 1970.
    until_ms: u64,
}

impl SignedOut {
    /// Those of the file at `path`, which need not exist.
    pub fn open(path: PathBuf) -> Result<Self, Fault> {
        Watched::open(path, read).map(Self)
    }

    /// Ends the session that would last until `until_ms`, and those of the same person that were begun before it.
    ///
    /// # Errors
    /// If that cannot be written down, or the file cannot be read: then nothing is signed out.
    pub fn end(&self, whose: &str, until_ms: u64) -> Result<(), Fault> {
        let over = |known: &HashMap<String, u64>| known.get(whose).filter(|over| until_ms <= **over).copied();
        if self.0.get(over).is_some() {
            return Ok(());
        }
        let now = now_ms();
        files::change_list(self.0.path(), list, |lines: &mut Vec<Line>| {
            lines.retain(|line| line.until_ms >= now);
            match lines.iter_mut().find(|line| line.whose == whose) {
                Some(line) => line.until_ms = line.until_ms.max(until_ms),
                None => lines.push(Line { whose: whose.to_owned(), until_ms }),
            }
        })
    }

    /// Whether a session goes on that would last until `until_ms`. None does while the file cannot be read.
    pub fn goes_on(&self, whose: &str, until_ms: u64) -> bool {
        self.0.get(|known| Some(known.get(whose).is_none_or(|over| until_ms > *over))).unwrap_or(false)
    }
}

fn read(path: &Path) -> Result<HashMap<String, u64>, Fault> {
    Ok(list(path)?.into_iter().map(|line| (line.whose, line.until_ms)).collect())
}

fn list(path: &Path) -> Result<Vec<Line>, Fault> {
    let recover = "restore it as it was; or, 12 hours after it was damaged, write [] into it: by then all that was \
                   signed out before has ended";
    files::read_list(path, recover)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_session_that_was_signed_out_is_over_also_after_a_restart_and_later_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed-out.json");
        let signed_out = SignedOut::open(path.clone()).unwrap();
        let until = now_ms() + 60_000;
        assert!(signed_out.goes_on("a/main", until));
        signed_out.end("a/main", until).unwrap();
        signed_out.end("a/main", until - 7).unwrap();
        for signed_out in [&signed_out, &SignedOut::open(path.clone()).unwrap()] {
            for (whose, until_ms, expected) in [
                ("a/main", until, false),
                ("a/main", until - 1, false),
                ("a/main", until + 1, true),
                ("b/main", until, true),
            ] {
                assert_eq!(signed_out.goes_on(whose, until_ms), expected, "{whose} {until_ms}");
            }
        }
        fs::write(&path, "[").unwrap();
        assert!(!signed_out.goes_on("b/main", until), "what cannot be read ends all");
        let fault = signed_out.end("b/main", until).unwrap_err();
        assert!(fault.report().contains("12 hours"), "{}", fault.report());
    }

    #[test]
    fn what_would_have_ended_by_itself_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signed-out.json");
        let signed_out = SignedOut::open(path.clone()).unwrap();
        let now = now_ms();
        for (whose, until_ms) in [("a/main", now - 1), ("b/main", now + 60_000), ("b/main", now + 60_001)] {
            signed_out.end(whose, until_ms).unwrap();
        }
        let kept: Vec<_> = list(&path).unwrap().into_iter().map(|line| (line.whose, line.until_ms)).collect();
        assert_eq!(kept, [("b/main".to_owned(), now + 60_001)]);
    }
}
