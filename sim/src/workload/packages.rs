use super::{Counts, Pace, Workload, percent};
use crate::{Desk, select};
use anyhow::{Context as _, ensure};
use counterfoil_platform::{
    call,
    package::{Arguments, CallAction, Propose, Vote},
    sql::{Execute, SqlStatement},
};
use counterfoil_state::Reader;
use counterfoil_types::{Call, Hash, Value};
use rand::RngExt as _;
use std::collections::BTreeMap;

/// Points that `core-corp` awards and members give to each other; each member has 100 at most.
const POINTS: &str = "PACKAGE points VERSION 1 OWNERS ('core-corp', 'bank-a') APPROVALS 2;
CREATE TABLE balance (member TEXT PRIMARY KEY, points INTEGER NOT NULL CHECK (points BETWEEN 0 AND 100)) WITH (readers = packages);
CREATE ACTION award (member TEXT, points INTEGER) AS BEGIN
    SELECT require(caller() = 'core-corp' AND :points > 0, 'core-corp awards points');
    SELECT call('points.add', json_object('member', :member, 'points', :points));
END;
CREATE ACTION give (member TEXT, points INTEGER) AS BEGIN
    SELECT require(:points > 0 AND :member <> caller(), 'points are given to others');
    SELECT call('points.add', json_object('member', caller(), 'points', 0 - :points));
    SELECT call('points.add', json_object('member', :member, 'points', :points));
    SELECT member, points FROM balance WHERE member = caller();
END;
CREATE PRIVATE ACTION add (member TEXT, points INTEGER) AS BEGIN
    INSERT INTO balance VALUES (:member, max(:points, 0)) ON CONFLICT (member) DO UPDATE SET points = points + :points;
END;
CREATE INVARIANT nobody_owes AS SELECT member FROM balance WHERE points < 0;";

/// What version 2 adds.
const MIGRATION: &str = "
MIGRATE FROM 1 AS BEGIN UPDATE balance SET points = points + 1 WHERE points < 100; END;";

/// Receipts of goods that pass from owner to owner.
const RECEIPT: &str = "CREATE TABLE depot.receipt (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, kilograms INTEGER NOT NULL CHECK (kilograms > 0))
    WITH (writers = members, mode = update, owner_column = owner)";

const MEMBERS: [&str; 4] = ["core-corp", "shop-1", "supplier-1", "bank-a"];
/// Receipts that statements are about.
const IDS: u64 = 12;
const MOST: i64 = 100;

/// A package is proposed, voted on, called at random and upgraded half way; rows of a shared table are written by statements at random. A
/// model that is told the same in the ledger's order gives the same answers and rows.
pub struct Packages {
    pace: Pace,
    count: usize,
    beginning: Vec<Hash>,
    asked: Vec<(Hash, Act)>,
    upgrade: Vec<Hash>,
}

/// What a member asks for.
#[derive(Debug, Clone, Copy)]
enum Act {
    Award {
        by: usize,
        to: usize,
        points: i64,
    },
    Give {
        by: usize,
        to: usize,
        points: i64,
    },
    Insert {
        by: usize,
        id: u64,
        owner: usize,
        kilograms: i64,
    },
    Pass {
        by: usize,
        id: u64,
        to: usize,
    },
    Drop {
        by: usize,
        id: u64,
    },
    /// Two statements, of which the second may fail: then the first is undone.
    Split {
        by: usize,
        id: u64,
        into: u64,
        kilograms: i64,
    },
    Upgrade,
}

impl Packages {
    /// So many calls and statements.
    pub fn new(count: usize) -> Self {
        Self { pace: Pace::new(count), count, beginning: Vec::new(), asked: Vec::new(), upgrade: Vec::new() }
    }

    fn begin(&mut self, desk: &mut Desk) {
        let propose = call(&Propose { source: POINTS.to_owned() });
        let create = call(&Execute { statements: vec![SqlStatement::new(RECEIPT)] });
        self.beginning.push(desk.submit(&["core-corp/dev"], &[propose, create]));
    }

    fn start(&mut self, desk: &mut Desk) {
        let mut member = || desk.chance.random_range(0..MEMBERS.len());
        let (by, to) = (member(), member());
        let (id, into) = (desk.chance.random_range(0..IDS), desk.chance.random_range(0..IDS));
        let points = desk.chance.random_range(-2..40);
        let kilograms = desk.chance.random_range(0..30);
        let act = match desk.chance.random_range(0..6) {
            0 => Act::Award { by: if percent(desk, 80) { 0 } else { by }, to, points },
            1 | 2 => Act::Give { by, to, points },
            3 => Act::Insert { by, id, owner: to, kilograms },
            4 if percent(desk, 30) => Act::Drop { by, id },
            4 => Act::Pass { by, id, to },
            _ => Act::Split { by, id, into, kilograms },
        };
        let signer = format!("{}/dev", MEMBERS[by_of(act)]);
        let identity = desk.submit(&[&signer], &act.calls());
        self.asked.push((identity, act));
    }

    fn begin_upgrade(&mut self, desk: &mut Desk) {
        let source = POINTS.replace("VERSION 1", "VERSION 2") + MIGRATION;
        self.upgrade.push(desk.submit(&["bank-a/dev"], &[call(&Propose { source })]));
    }
}

fn by_of(act: Act) -> usize {
    match act {
        Act::Award { by, .. } | Act::Give { by, .. } | Act::Insert { by, .. } => by,
        Act::Pass { by, .. } | Act::Drop { by, .. } | Act::Split { by, .. } => by,
        Act::Upgrade => 0,
    }
}

impl Act {
    fn calls(self) -> Vec<Call> {
        let action = |name: &str, to: usize, points: i64| {
            let with = vec![
                ("member".to_owned(), Value::Text(MEMBERS[to].to_owned())),
                ("points".to_owned(), Value::Integer(points)),
            ];
            vec![call(&CallAction::new(format!("points.{name}"), Arguments(with)))]
        };
        let sql = |statements: Vec<SqlStatement>| vec![call(&Execute { statements })];
        let number = |id: u64| Value::Integer(id as i64);
        match self {
            Self::Award { to, points, .. } => action("award", to, points),
            Self::Give { to, points, .. } => action("give", to, points),
            Self::Insert { id, owner, kilograms, .. } => {
                let values = [number(id), Value::Text(MEMBERS[owner].to_owned()), Value::Integer(kilograms)];
                sql(vec![SqlStatement::with("INSERT INTO depot.receipt VALUES (?, ?, ?)", values)])
            }
            Self::Pass { id, to, .. } => {
                let values = [Value::Text(MEMBERS[to].to_owned()), number(id)];
                sql(vec![SqlStatement::with("UPDATE depot.receipt SET owner = ? WHERE id = ?", values)])
            }
            Self::Drop { id, .. } => {
                sql(vec![SqlStatement::with("DELETE FROM depot.receipt WHERE id = ?", [number(id)])])
            }
            Self::Split { id, into, kilograms, .. } => {
                let less = [Value::Integer(kilograms), number(id)];
                let more = [number(into), Value::Integer(kilograms)];
                sql(vec![
                    SqlStatement::with("UPDATE depot.receipt SET kilograms = kilograms - ? WHERE id = ?", less),
                    SqlStatement::with("INSERT INTO depot.receipt VALUES (?, caller(), ?)", more),
                ])
            }
            Self::Upgrade => Vec::new(),
        }
    }
}

/// What the ledger must hold.
#[derive(Default)]
struct Model {
    points: BTreeMap<usize, i64>,
    receipts: BTreeMap<u64, (usize, i64)>,
}

impl Model {
    /// Does the same; whether it takes effect.
    fn act(&mut self, act: Act) -> bool {
        match act {
            Act::Award { by, to, points } => by == 0 && points > 0 && self.add(to, points),
            Act::Give { by, to, points } => {
                let before = self.points.clone();
                let done = points > 0 && by != to && self.add(by, -points) && self.add(to, points);
                if !done {
                    self.points = before;
                }
                done
            }
            Act::Insert { id, owner, kilograms, .. } => self.insert(id, owner, kilograms),
            Act::Pass { by, id, to } => match self.receipts.get_mut(&id) {
                Some((owner, _)) if *owner == by => {
                    *owner = to;
                    true
                }
                // Without a change the row is not written, and nobody's right is asked.
                found => found.is_none_or(|(owner, _)| *owner == to),
            },
            Act::Drop { by, id } => match self.receipts.get(&id) {
                Some((owner, _)) if *owner == by => self.receipts.remove(&id).is_some(),
                found => found.is_none(),
            },
            Act::Split { by, id, into, kilograms } => {
                let before = self.receipts.clone();
                let done = self.take(by, id, kilograms) && self.insert(into, by, kilograms);
                if !done {
                    self.receipts = before;
                }
                done
            }
            Act::Upgrade => {
                self.points.values_mut().filter(|points| **points < MOST).for_each(|points| *points += 1);
                true
            }
        }
    }

    /// As the action `add`: a row is begun at zero if somebody without one gives.
    fn add(&mut self, member: usize, points: i64) -> bool {
        let sum = match self.points.get(&member) {
            Some(before) => before + points,
            None => points.max(0),
        };
        let fits = (0..=MOST).contains(&sum);
        if fits {
            self.points.insert(member, sum);
        }
        fits
    }

    fn insert(&mut self, id: u64, owner: usize, kilograms: i64) -> bool {
        let fits = kilograms > 0 && !self.receipts.contains_key(&id);
        if fits {
            self.receipts.insert(id, (owner, kilograms));
        }
        fits
    }

    fn take(&mut self, by: usize, id: u64, less: i64) -> bool {
        match self.receipts.get_mut(&id) {
            Some((owner, kilograms)) => {
                *kilograms -= less;
                *kilograms > 0 && (*owner == by || less == 0)
            }
            None => true,
        }
    }
}

impl Workload for Packages {
    fn act(&mut self, desk: &mut Desk) -> anyhow::Result<bool> {
        if self.beginning.is_empty() {
            self.begin(desk);
        }
        if !self.beginning.iter().all(|identity| desk.applied(identity)) {
            return Ok(true);
        }
        if self.beginning.len() == 1 {
            let vote = Vote { package: "points".to_owned(), version: 1, agree: true };
            self.beginning.push(desk.submit(&["bank-a/dev"], &[call(&vote)]));
            return Ok(true);
        }
        for _ in 0..self.pace.take(desk) {
            self.start(desk);
        }
        if self.upgrade.is_empty() && self.asked.len() >= self.count / 2 {
            self.begin_upgrade(desk);
        }
        if self.upgrade.len() == 1 && desk.applied(&self.upgrade[0]) {
            let vote = Vote { package: "points".to_owned(), version: 2, agree: true };
            let identity = desk.submit(&["core-corp/dev"], &[call(&vote)]);
            self.upgrade.push(identity);
            self.asked.push((identity, Act::Upgrade));
        }
        Ok(!self.pace.is_over() || self.upgrade.len() < 2)
    }

    fn check(&self, desk: &Desk, reader: &Reader) -> anyhow::Result<Counts> {
        self.beginning.iter().chain(&self.upgrade).try_for_each(|identity| desk.require(identity, None))?;
        let mut asked = Vec::with_capacity(self.asked.len());
        for (identity, act) in &self.asked {
            let receipt = desk.receipt(identity).with_context(|| format!("{act:?} was never ordered"))?;
            asked.push((receipt.height, receipt.index, identity, *act));
        }
        asked.sort_by_key(|(height, index, ..)| (*height, *index));
        let mut model = Model::default();
        let mut refused = 0;
        for (height, index, identity, act) in asked {
            let done = model.act(act);
            ensure!(desk.applied(identity) == done, "{act:?} at {height}/{index}: {:?}", desk.receipt(identity));
            refused += u64::from(!done);
        }
        let points: Vec<_> =
            model.points.iter().map(|(member, points)| vec![MEMBERS[*member].to_owned(), points.to_string()]).collect();
        let found = select::texts(reader, "SELECT member, points FROM points.balance ORDER BY member")?;
        ensure!(sorted(points.clone()) == found, "points are {found:?}, not {points:?}");
        let row = |(id, (owner, kilograms)): (&u64, &(usize, i64))| {
            vec![id.to_string(), MEMBERS[*owner].to_owned(), kilograms.to_string()]
        };
        let receipts: Vec<_> = model.receipts.iter().map(row).collect();
        let found = select::texts(reader, "SELECT id, owner, kilograms FROM depot.receipt ORDER BY id")?;
        ensure!(receipts == found, "receipts are {found:?}, not {receipts:?}");
        Ok(vec![("calls and statements", self.asked.len() as u64), ("of them refused", refused)])
    }
}

fn sorted(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.sort();
    rows
}
