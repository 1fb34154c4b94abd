use super::{
    chart::{self, Chart},
    entries::{self, EntryLine},
    health::{Grade, Seen},
    links,
    texts::{Texts, filled},
};
use crate::{
    console::{
        Page, Visit,
        desk::{Desk, Moment},
    },
    gate::now_ms,
    member::{Committees, Member},
    pace::Second,
    problem::Answer,
};
use askama::Template;
use axum::{extract::State, response::Response};
use counterfoil_engine::EngineStatus;
use counterfoil_types::Header;
use std::sync::Arc;

/// Blocks and transactions that are shown.
const SHOWN: usize = 8;
/// Seconds that the charts show.
const SECONDS: usize = 120;
/// Seconds over which what is said of now is averaged.
const NOW: usize = 5;

/// Where one begins to try out, under `dev`.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The sample till.
    pub till: Option<String>,
    /// A person's pages.
    pub phone: Option<String>,
    /// The pages of who reimburses.
    pub employer: Option<String>,
    /// How psql reaches the node.
    pub psql: Option<String>,
}

#[derive(Template)]
#[template(path = "explorer/overview.html")]
struct Overview {
    page: Page,
    t: &'static Texts,
    now: Now,
    places: Option<Places>,
}

#[derive(Template)]
#[template(path = "explorer/now.html")]
struct Fragment {
    t: &'static Texts,
    now: Now,
}

/// What the ledger is like now.
struct Now {
    grade: Grade,
    sentence: String,
    height: u64,
    executed: u64,
    certified: u64,
    mempool: usize,
    spare: Option<usize>,
    pace: Pace,
    validators: Vec<Validator>,
    blocks: Vec<BlockLine>,
    entries: Vec<EntryLine>,
    alarms: u64,
    evidence: Option<u64>,
}

struct Pace {
    transactions: Chart,
    transactions_text: String,
    latency: Chart,
    latency_text: String,
}

struct Validator {
    id: String,
    signing: bool,
    leads: bool,
    own: bool,
}

/// A block in a list.
pub struct BlockLine {
    /// Its height.
    pub height: u64,
    /// When it was made.
    pub time: Moment,
    /// Who proposed it; nobody genesis.
    pub proposer: Option<String>,
    /// How many transactions it has.
    pub transactions: u32,
    /// Its digest.
    pub digest: String,
}

impl BlockLine {
    /// The beginning of its digest.
    pub fn short(&self) -> &str {
        &self.digest[..12]
    }

    /// The line of a block.
    pub fn of(header: &Header, committees: &Committees) -> Self {
        let proposer = (header.height > 0).then(|| committees.at(header.epoch, header.proposer)).flatten();
        Self {
            height: header.height,
            time: Moment(header.time_ms),
            proposer: proposer.map(str::to_owned),
            transactions: header.transactions,
            digest: header.digest().to_string(),
        }
    }
}

/// GET /
pub async fn page(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    visit
        .at_desk(&node, async |desk| {
            let now = Now::read(desk).await?;
            let places = desk.node.places.get().cloned();
            Ok(Overview { page: desk.page(), t: Texts::of(desk.language()), now, places })
        })
        .await
}

/// GET /overview/now: the part of it that follows the ledger.
pub async fn now(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    visit.at_desk(&node, async |desk| Ok(Fragment { t: Texts::of(desk.language()), now: Now::read(desk).await? })).await
}

const EVIDENCE: &str = "SELECT height FROM evidence ORDER BY height DESC, place DESC LIMIT 1";

impl Now {
    fn chart_height(&self) -> u64 {
        chart::HEIGHT
    }

    async fn read(desk: &Desk) -> Answer<Self> {
        let t = Texts::of(desk.language());
        let node = &desk.node;
        let executed = *node.hub.executed().borrow();
        let status = node.engine.status();
        let committees = desk.committees().await?;
        let newest = (executed.height + 1).saturating_sub(SHOWN as u64);
        let headers = desk.look(move |reader| reader.headers(newest, SHOWN)).await?;
        let entries = desk.look(|reader| reader.entries_before(None, SHOWN)).await?;
        let evidence = desk.find(EVIDENCE, vec![]).await?;
        let validators = validators(&status, &committees, &node.id);
        let seen = Seen {
            halted: node.hub.halted().or(status.halted),
            members: validators.len(),
            silent: validators.iter().filter(|one| !one.signing).map(|one| one.id.clone()).collect(),
            age_ms: now_ms().saturating_sub(executed.time_ms),
            behind: status.finalized.saturating_sub(executed.height),
            alarms: status.alarms,
        };
        let (grade, sentence) = seen.tell(desk.language());
        Ok(Self {
            grade,
            sentence,
            height: status.finalized.max(executed.height),
            executed: executed.height,
            certified: *node.hub.certified().borrow(),
            mempool: status.mempool,
            spare: seen.spare(),
            pace: Pace::of(&node.hub.pace().last(SECONDS), t),
            validators,
            blocks: headers.iter().rev().map(|header| BlockLine::of(header, &committees)).collect(),
            entries: entries.iter().map(entries::line).collect(),
            alarms: status.alarms,
            evidence: evidence.map(|row| row.number(0)),
        })
    }
}

/// Those who order now, by their ids; by their key where the ledger does not say whose it is.
fn validators(status: &EngineStatus, committees: &Committees, own: &str) -> Vec<Validator> {
    let validator = |(place, peer): (usize, &counterfoil_engine::PeerStatus)| {
        let id = committees.at(status.epoch, place as u32);
        Validator {
            own: id == Some(own),
            id: id.map_or_else(|| hex::encode(&peer.public_key[..8]), str::to_owned),
            signing: peer.signing,
            leads: status.leader.is_some_and(|leader| leader.0 == peer.public_key),
        }
    };
    let mut all: Vec<Validator> = status.peers.iter().enumerate().map(validator).collect();
    all.sort_by(|one, other| one.id.cmp(&other.id));
    all
}

impl Pace {
    fn of(seconds: &[Second], t: &Texts) -> Self {
        let mut all = Second::default();
        seconds.iter().for_each(|second| all.add(second));
        let transactions: Vec<u64> = seconds.iter().map(|second| second.transactions).collect();
        let now = transactions.iter().rev().take(NOW).sum::<u64>() as usize;
        // One digit after the point, without floats' noise.
        let now = format!("{}.{}", now / NOW, now % NOW * 10 / NOW);
        let most = transactions.iter().max().copied().unwrap_or_default().to_string();
        let means: Vec<u64> = seconds.iter().map(|second| second.mean().as_millis() as u64).collect();
        let (mean, longest) = (all.mean().as_millis().to_string(), all.longest.as_millis().to_string());
        Self {
            transactions: Chart::of(&transactions),
            transactions_text: filled(t.per_second_now, &[&now, &most]),
            latency: Chart::of(&means),
            latency_text: match all.answered {
                0 => t.latency_none.to_owned(),
                _ => filled(t.latency_now, &[&mean, &longest]),
            },
        }
    }
}
