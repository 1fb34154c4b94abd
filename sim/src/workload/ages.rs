use super::{Counts, Workload};
use crate::{Desk, consortium::GENESIS_MS, desk::public_key};
use anyhow::{Context as _, ensure};
use counterfoil_platform::{call, document::Anchor, member::AddKey};
use counterfoil_seal::Hex;
use counterfoil_state::Reader;
use counterfoil_types::{Call, Hash};

const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1_000;
/// When the key that is valid from a time on begins to sign, and after how long the ledger counts as old.
const LATER_MS: u64 = GENESIS_MS + 5 * YEAR_MS;
/// How many more transactions are made in the late years.
const LATE: u64 = 10;

/// One member with keys of different validity signs before and after many years in which nothing happens.
#[derive(Default)]
pub struct Ages {
    stage: usize,
    must: Vec<Hash>,
    must_not: Vec<Hash>,
    anchors: u64,
}

fn add_key(name: &str, valid_from_ms: Option<u64>, valid_until_ms: Option<u64>) -> Call {
    call(&AddKey {
        member: "shop-1".to_owned(),
        name: name.to_owned(),
        public_key: public_key(&format!("shop-1/{name}")),
        roles: Vec::new(),
        holder: None,
        valid_from_ms: valid_from_ms.map(|ms| ms as i64),
        valid_until_ms: valid_until_ms.map(|ms| ms as i64),
    })
}

impl Ages {
    fn anchor(&mut self) -> Call {
        self.anchors += 1;
        let hash = Hex(Hash::of(&[b"sim/ages", &self.anchors.to_be_bytes()]).0);
        call(&Anchor { hash, r#type: "evidence".to_owned(), media_type: None, title: None })
    }

    fn sign(&mut self, desk: &mut Desk, kid: &str, must: bool) {
        let anchor = self.anchor();
        match must {
            true => self.must.push(desk.submit(&[kid], &[anchor])),
            false => self.must_not.push(desk.attempt(&[kid], &[anchor])),
        }
    }
}

impl Workload for Ages {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        if !self.must.iter().all(|identity| desk.receipt(identity).is_some()) {
            return Ok(true);
        }
        match self.stage {
            0 => {
                let yearly = add_key("yearly", None, Some(desk.now_ms() + YEAR_MS));
                let keys = [yearly, add_key("later", Some(LATER_MS), None)];
                self.must.push(desk.submit(&["shop-1/dev"], &keys));
            }
            1 => {
                self.sign(desk, "shop-1/yearly", true);
                self.sign(desk, "shop-1/dev", true);
                self.sign(desk, "shop-1/later", false);
            }
            2 if desk.now_ms() < LATER_MS => return Ok(true),
            2 => {
                for _ in 0..LATE {
                    self.sign(desk, "shop-1/yearly", false);
                    self.sign(desk, "shop-1/dev", true);
                    self.sign(desk, "shop-1/later", true);
                }
            }
            _ => return Ok(false),
        }
        self.stage += 1;
        Ok(true)
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.must.iter().try_for_each(|identity| desk.require(identity, None))?;
        for identity in &self.must_not {
            ensure!(!desk.applied(identity), "{identity} took effect beyond the validity of its key");
        }
        let height = reader.height()?.context("a height")?;
        let now_ms = reader.header(height)?.context("the newest block")?.time_ms;
        Ok(vec![("years", (now_ms - GENESIS_MS) / YEAR_MS), ("signed by valid keys", self.must.len() as u64)])
    }
}
