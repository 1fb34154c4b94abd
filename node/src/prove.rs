use crate::{
    member::Member,
    problem::{Answer, Problem},
};
use axum::http::StatusCode;
use counterfoil_engine::StateProof;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a proof of a row that was just written waits for the members to certify its height.
const WAIT: Duration = Duration::from_secs(5);
/// Rows that are proved at once: who asks needs no token, and must not take every thread from those who wait for receipts.
pub const PROOFS: usize = 32;
/// How often it looks.
const POLL: Duration = Duration::from_millis(25);

/// What is to be proved of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Its value now; of an append-only table, that it was written.
    Value,
    /// That there is none.
    Absence,
    /// That a block wrote it: the block of this height, or the newest that did.
    Written(Option<u64>),
}

impl Member {
    /// The bytes of a proof file.
    pub async fn prove(&self, table: String, key: Vec<String>, wanted: Wanted) -> Answer<Vec<u8>> {
        let Ok(_place) = self.proofs.try_acquire() else {
            return Err(Problem::busy("too many proofs are made on this node: try again in a moment"));
        };
        let until = Instant::now() + WAIT;
        match wanted {
            Wanted::Written(height) => self.prove_written(table, key, height, until).await,
            Wanted::Value if self.store.is_append_only(&table)? => self.prove_written(table, key, None, until).await,
            Wanted::Value | Wanted::Absence => self.prove_current(table, key, wanted, until).await,
        }
    }

    async fn prove_current(&self, table: String, key: Vec<String>, wanted: Wanted, until: Instant) -> Answer<Vec<u8>> {
        // A row that was just written is proved as it was written, not as it was before.
        let newest = self.store.unwritten_since(table.clone(), key.clone()).await?.unwrap_or(0);
        loop {
            self.certified(newest, until).await?;
            let proof = self.engine.prove(table.clone(), key.clone()).await?;
            let there = proof.located.row.is_some();
            let what = format!("{table} {} at height {}", key.join(", "), proof.height);
            if wanted == Wanted::Value && !there {
                return Err(Problem::not_found(format!("there is no row {what}; ?absent proves that")));
            }
            if wanted == Wanted::Absence && there {
                return Err(Problem::new(StatusCode::CONFLICT, "http/not-absent", format!("there is a row {what}")));
            }
            let done = self.store.complete(move |chain| {
                let StateProof { height, located, index_proof, table_proof } = proof;
                counterfoil_proof::prove_current(chain, height, &located, index_proof, table_proof)
            });
            if let Some(bytes) = done.await? {
                return Ok(bytes);
            }
            self.pause(newest, until).await?;
        }
    }

    async fn prove_written(
        &self,
        table: String,
        key: Vec<String>,
        height: Option<u64>,
        until: Instant,
    ) -> Answer<Vec<u8>> {
        let height = match height {
            Some(height) => height,
            None => {
                let found = self.store.written_at(table.clone(), key.clone()).await?;
                found.ok_or_else(|| Problem::not_found(format!("no block wrote {table} {}", key.join(", "))))?
            }
        };
        loop {
            let written = self.store.written(height, table.clone(), key.clone()).await?;
            if written.located.row.is_none() {
                let what = format!("block {height} deleted {table} {}", key.join(", "));
                return Err(Problem::new(StatusCode::CONFLICT, "http/not-written", what));
            }
            let done = self.store.complete(move |chain| {
                counterfoil_proof::prove_written(chain, written.height, &written.located, &written.changes)
            });
            if let Some(bytes) = done.await? {
                return Ok(bytes);
            }
            self.pause(height, until).await?;
        }
    }

    /// Waits until the members have certified `height`.
    async fn certified(&self, height: u64, until: Instant) -> Answer<()> {
        let mut certified = self.hub.certified();
        let reached = certified.wait_for(|certified| *certified >= height);
        match tokio::time::timeout_at(until, reached).await {
            Ok(_) => Ok(()),
            Err(_) => Err(not_certified(height)),
        }
    }

    async fn pause(&self, height: u64, until: Instant) -> Answer<()> {
        if Instant::now() > until {
            return Err(not_certified(height));
        }
        sleep(POLL).await;
        Ok(())
    }
}

fn not_certified(height: u64) -> Problem {
    Problem::unavailable(format!(
        "the members have not certified height {height} yet: try again, and see in /v1/status whether enough of them are signing"
    ))
    .with("height", height)
}
