//! Rows as they were before the blocks that are not certified yet.

use crate::{lookup::StateCode, state::State};
use counterfoil_types::{Hash, Refusal, machine::Located, row};
use std::collections::{BTreeMap, HashMap};

/// Blocks that a row is followed back over at most.
const DEPTH_MAX: u64 = 1_024;

/// The mutable rows that each block changed, as they were before it.
type Rows = HashMap<Hash, Option<Box<[u8]>>>;

/// The rows before each of the newest blocks. What is missing, after a restart, is read again from the change lists.
#[derive(Debug, Default)]
pub(crate) struct Before {
    blocks: BTreeMap<u64, Rows>,
}

impl Before {
    /// Adds the block at `height`.
    pub(crate) fn add(&mut self, height: u64, rows: Rows) {
        self.blocks.insert(height, rows);
        while self.blocks.len() as u64 > DEPTH_MAX {
            self.blocks.pop_first();
        }
    }

    /// Forgets the blocks up to `height`, which is certified: nobody asks for what was before them.
    pub(crate) fn drop_to(&mut self, height: u64) {
        self.blocks = self.blocks.split_off(&(height + 1));
    }
}

impl State {
    pub(crate) fn locate_at(&self, table: &str, key: &[String], height: u64) -> Result<Located, Refusal> {
        let tip = self.tip.as_ref().map_or(0, |tip| tip.height);
        let table = self.reader.table(table)?;
        if !table.mutable {
            return Err(StateCode::AppendOnly
                .refusal(format!("{} is append-only: its rows are proved by the block that wrote them", table.name)));
        }
        if height > tip || tip - height > DEPTH_MAX {
            return Err(StateCode::NoSuchHeight.refusal(format!("height {height} is not near the newest, {tip}")));
        }
        let values = table.parse_key(key).map_err(|why| StateCode::BadKey.refusal(why))?;
        let hash = row::key(&table.name, &values);
        let row = match self.row_before(height + 1..=tip, &hash)? {
            Some(before) => before.map(Vec::from),
            None => self.reader.row(&table, &values).map_err(StateCode::broken)?,
        };
        Ok(Located {
            key: hash,
            table: table.name.clone(),
            columns: table.column_names(),
            primary_key: table.key_names(),
            key_values: values,
            row,
        })
    }

    /// The row before the first of these blocks that changed it, if one did.
    fn row_before(
        &self,
        heights: std::ops::RangeInclusive<u64>,
        key: &Hash,
    ) -> Result<Option<Option<Box<[u8]>>>, Refusal> {
        let mut before = self.before.lock();
        for height in heights {
            if !before.blocks.contains_key(&height) {
                let list = self.reader.change_list(height).map_err(StateCode::broken)?;
                before.add(height, list.before(&self.reader.catalog().tables));
            }
            if let Some(row) = before.blocks.get(&height).and_then(|rows| rows.get(key)) {
                return Ok(Some(row.clone()));
            }
        }
        Ok(None)
    }
}
