use crate::{member::Member, problem::Answer, store::Store};
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{Kid, Refusal};
use parking_lot::Mutex;
use serde_json::json;
use std::{collections::HashMap, sync::Arc};

/// Which hosted keys the ledger takes, as of the newest block: tokens and sessions end with their key, so it is asked with each request,
/// and what was found is kept until there is a newer block. Then whoever comes first asks once for each key, and the others wait for him:
/// all streams of a key look at the same moment.
#[derive(Debug, Default)]
pub struct Standing(Mutex<HashMap<Kid, Arc<Mutex<Option<Known>>>>>);

/// What was found of a key.
#[derive(Debug, Clone, Copy)]
struct Known {
    height: u64,
    taken: bool,
}

const TAKEN: &str = "SELECT 1 FROM member_key WHERE member = ?1 AND name = ?2 AND state = 'active'
    AND ?3 BETWEEN coalesce(valid_from_ms, 0) AND coalesce(valid_until_ms, ?3)";

/// Whether the ledger takes a key at `time_ms`: one row by its primary key.
fn takes(reader: &Reader, kid: &Kid, time_ms: u64) -> Result<bool, Refusal> {
    let params = [json!(kid.member()), json!(kid.key()), json!(time_ms)];
    let table = reader.sql_static(TAKEN, SqlParams::Positional(&params), SqlLimits::default())?;
    Ok(!table.rows.is_empty())
}

impl Store {
    /// Whether the ledger knows a key as valid at `time_ms`.
    pub async fn is_valid(&self, kid: &Kid, time_ms: u64) -> Answer<bool> {
        let kid = kid.clone();
        self.ask(move |reader| takes(reader, &kid, time_ms)).await
    }
}

impl Member {
    /// Whether whoever holds a hosted key is served for it: under `dev` always, else while the ledger takes the key. While that cannot be
    /// read, as it was found last; whose key was never found is not served.
    pub fn is_served(&self, kid: &Kid) -> bool {
        if self.access.is_open() {
            return true;
        }
        let mark = *self.hub.executed().borrow();
        self.standing.at(mark.height, kid, || takes(&self.store.reader(), kid, mark.time_ms))
    }
}

impl Standing {
    /// Whether a key is taken as of `height` or a later block; `ask` asks the ledger, once for all who want to know it of the same key.
    fn at(&self, height: u64, kid: &Kid, ask: impl FnOnce() -> Result<bool, Refusal>) -> bool {
        let of_key = Arc::clone(self.0.lock().entry(kid.clone()).or_default());
        let mut known = of_key.lock();
        if let Some(found) = known.filter(|found| found.height >= height) {
            return found.taken;
        }
        match ask() {
            Ok(taken) => known.insert(Known { height, taken }).taken,
            Err(refusal) => {
                tracing::error!("whether {kid} is a valid key: {refusal}");
                known.is_some_and(|found| found.taken)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;
    use counterfoil_types::{Refusal, RefusalKind};
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    fn unread() -> Result<bool, Refusal> {
        Err(Refusal::new("sql/8", RefusalKind::Busy, "not read"))
    }

    #[test]
    fn what_is_known_of_a_key_is_of_the_newest_block_alone() {
        let (standing, kid) = (Standing::default(), "a/main".parse().unwrap());
        assert!(standing.at(0, &kid, || Ok(true)));
        assert!(standing.at(0, &kid, || panic!("it is known")));
        assert!(!standing.at(7, &kid, || Ok(false)));
        assert!(!standing.at(6, &kid, || panic!("a later block counts")));
        assert!(standing.at(8, &kid, || Ok(true)));
    }

    #[test]
    fn what_cannot_be_read_is_as_it_was_and_asked_for_again() {
        let (standing, kid) = (Standing::default(), "a/main".parse().unwrap());
        assert!(!standing.at(1, &kid, unread), "nothing was found yet");
        assert!(standing.at(1, &kid, || Ok(true)));
        assert!(standing.at(2, &kid, unread));
        assert!(!standing.at(2, &kid, || Ok(false)));
        assert!(!standing.at(3, &kid, unread));
    }

    #[test]
    fn who_asks_at_the_same_time_waits_for_the_first() {
        let (standing, asked, begin) = (Standing::default(), AtomicUsize::new(0), Barrier::new(8));
        let kid = "a/main".parse().unwrap();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    begin.wait();
                    let ask = || {
                        asked.fetch_add(1, Ordering::Relaxed);
                        Ok(true)
                    };
                    assert!(standing.at(1, &kid, ask));
                });
            }
        });
        assert_eq!(asked.into_inner(), 1);
    }
}
