use crate::{member::Member, problem::Answer, store::Store};
use counterfoil_state::{Reader, SqlLimits, SqlParams};
use counterfoil_types::{Kid, Refusal};
use parking_lot::Mutex;
use serde_json::json;
use std::collections::HashMap;

/// Which hosted keys the ledger takes, as of the newest block: tokens and sessions end with their key, so it is asked with each request,
/// and what was found is kept until there is a newer block.
#[derive(Debug, Default)]
pub struct Standing(Mutex<(u64, HashMap<Kid, bool>)>);

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
    /// Whether whoever holds a hosted key is served for it: under `dev` always, else while the ledger takes the key. Nobody is while
    /// that cannot be read.
    pub fn is_served(&self, kid: &Kid) -> bool {
        if self.access.is_open() {
            return true;
        }
        let mark = *self.hub.executed().borrow();
        if let Some(known) = self.standing.known(mark.height, kid) {
            return known;
        }
        match takes(&self.store.reader(), kid, mark.time_ms) {
            Ok(taken) => self.standing.note(mark.height, kid, taken),
            Err(refusal) => {
                tracing::error!("whether {kid} is a valid key: {refusal}");
                false
            }
        }
    }
}

impl Standing {
    fn known(&self, height: u64, kid: &Kid) -> Option<bool> {
        let known = self.0.lock();
        known.1.get(kid).copied().filter(|_| known.0 == height)
    }

    fn note(&self, height: u64, kid: &Kid, taken: bool) -> bool {
        let mut known = self.0.lock();
        if known.0 < height {
            *known = (height, HashMap::new());
        }
        if known.0 == height {
            known.1.insert(kid.clone(), taken);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn what_is_known_of_a_key_is_of_the_newest_block_alone() {
        let (standing, kid) = (Standing::default(), "a/main".parse().unwrap());
        assert_eq!(standing.known(0, &kid), None);
        assert!(standing.note(0, &kid, true));
        assert_eq!((standing.known(0, &kid), standing.known(1, &kid)), (Some(true), None));
        assert!(!standing.note(7, &kid, false));
        assert!(standing.note(6, &kid, true), "who read before the block");
        assert_eq!((standing.known(7, &kid), standing.known(6, &kid)), (Some(false), None));
    }
}
