use super::{Page, Visit, members, rows::Row, session, texts::Texts};
use crate::{
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::response::Response;
use counterfoil_state::{SqlLimits, SqlParams};
use counterfoil_types::Kid;
use serde_json::{Value, json};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Who uses the console: a hosted key, and what its member is to the others.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The key that signs what is done here.
    pub kid: Kid,
    /// The member's name.
    pub name: String,
    /// The member's roles and the key's own.
    pub roles: Vec<String>,
    /// Who holds the key: the key itself where nobody is named.
    pub holder: String,
    /// Other keys whose seat may be taken without signing in: under `dev` all that this node hosts.
    pub others: Vec<Kid>,
    /// Under `dev` the keys that the other nodes host, and where their consoles are.
    pub elsewhere: Vec<(Kid, String)>,
    /// Height at which the page's data were read, the lowest of them.
    pub data_height: u64,
    /// Height that the node has executed.
    pub node_height: u64,
}

impl Seat {
    /// Whether the member or the key has a role.
    pub fn has(&self, role: &str) -> bool {
        self.roles.iter().any(|one| one == role)
    }

    /// Whether it proposes and votes for a governing organisation.
    pub fn governs(&self) -> bool {
        self.has(members::GOVERNOR) && self.has(members::ADMIN)
    }
}

/// A page of the console while it is made: who asks, and what it reads.
pub struct Desk {
    /// The node.
    pub node: Arc<Member>,
    /// Who asks.
    pub seat: Seat,
    page: Page,
    lowest: AtomicU64,
    reads: AtomicU64,
}

impl Desk {
    /// The key that acts.
    pub fn kid(&self) -> &Kid {
        &self.seat.kid
    }

    /// The member for whom it acts.
    pub fn member(&self) -> &str {
        self.seat.kid.member()
    }

    /// Who holds the key that acts: several keys of one holder count as one signer.
    pub fn holder(&self) -> &str {
        &self.seat.holder
    }

    /// The language's texts that all pages share.
    pub fn t(&self) -> &'static Texts {
        self.page.t
    }

    /// The language.
    pub fn language(&self) -> super::language::Language {
        self.page.language
    }

    /// The rows of a SELECT, whose height the page states.
    pub async fn select(&self, sql: &'static str, params: Vec<Value>) -> Answer<Vec<Row>> {
        let ask = self
            .node
            .store
            .ask(move |reader| reader.sql_static(sql, SqlParams::Positional(&params), SqlLimits::default()));
        let table = ask.await?;
        self.read_at(table.height);
        Ok(table.rows.into_iter().map(Row::new).collect())
    }

    /// Its first row.
    pub async fn find(&self, sql: &'static str, params: Vec<Value>) -> Answer<Option<Row>> {
        Ok(self.select(sql, params).await?.into_iter().next())
    }

    /// Notes another read of the page, and the height that it is of.
    pub fn read_at(&self, height: u64) {
        self.lowest.fetch_min(height, Ordering::Relaxed);
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// What the page has in common with all others; to be asked when all has been read.
    pub fn page(&self) -> Page {
        let node_height = self.node.hub.executed().borrow().height;
        let data_height = self.lowest.load(Ordering::Relaxed).min(node_height);
        Page { seat: Some(Seat { data_height, node_height, ..self.seat.clone() }), ..self.page.clone() }
    }
}

/// Name and roles of a member and one of its keys.
const WHO: &str = "SELECT m.name, coalesce((SELECT group_concat(role, ' ') FROM (
    SELECT role FROM member_role WHERE member = m.id
    UNION SELECT role FROM member_key_role WHERE member = m.id AND key = ?2 ORDER BY role)), ''),
    coalesce((SELECT holder FROM member_key WHERE member = m.id AND name = ?2), m.id || '/' || ?2)
    FROM member m WHERE m.id = ?1";

/// How many SELECTs a page took: pages cost no more than five, which tests look at.
const READS: &str = "counterfoil-reads";

impl Visit {
    /// The page that `make` makes for whoever is signed in; without that the way to sign in.
    pub async fn at_desk<T: Template>(
        self,
        node: &Arc<Member>,
        make: impl AsyncFnOnce(&Desk) -> Answer<T>,
    ) -> Response {
        let desk = match self.desk(node).await {
            Ok(Some(desk)) => desk,
            Ok(None) => return session::to_sign_in(&self.path),
            Err(problem) => return self.problem(node, &problem),
        };
        let made = make(&desk).await;
        let mut response = match made {
            Ok(template) => self.answer(node, Ok(template)),
            Err(problem) => self.problem_at(desk.page(), &problem),
        };
        response.headers_mut().insert(READS, desk.reads.load(Ordering::Relaxed).into());
        response
    }

    /// The same of what is no page; nothing where nobody is signed in.
    pub async fn desk(&self, node: &Arc<Member>) -> Answer<Option<Desk>> {
        let Some(kid) = node.seat(&self.headers) else { return Ok(None) };
        let mut desk = Desk {
            node: node.clone(),
            page: self.page(node),
            seat: Seat {
                others: node.seats(),
                elsewhere: node.neighbours.get().cloned().unwrap_or_default(),
                name: String::new(),
                holder: String::new(),
                roles: Vec::new(),
                data_height: 0,
                node_height: 0,
                kid: kid.clone(),
            },
            lowest: AtomicU64::new(u64::MAX),
            reads: AtomicU64::new(0),
        };
        let who = desk.find(WHO, vec![json!(kid.member()), json!(kid.key())]).await?;
        let who = who.ok_or_else(|| Problem::forbidden(format!("the ledger has no member {}", kid.member())))?;
        desk.seat.name = who.text(0);
        desk.seat.holder = who.text(2);
        desk.seat.roles = who.text(1).split_whitespace().map(str::to_owned).collect();
        Ok(Some(desk))
    }
}

/// A point in time: in UTC, and by `times.js` in the reader's zone, with UTC where the pointer rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub u64);

impl Moment {
    /// The last one that can be written: a year has four digits. What members sign may state later ones.
    pub const MS_MAX: u64 = 253_402_300_799_999;

    /// As RFC 3339 writes it, in UTC.
    pub fn rfc3339(self) -> String {
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_millis(self.0.min(Self::MS_MAX));
        humantime::format_rfc3339_millis(at).to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = self.rfc3339();
        let text = format!("{} {} UTC", &full[..10], &full[11..19]);
        write!(f, "<time datetime=\"{full}\" title=\"{text}\" data-moment>{text}</time>")
    }
}

/// What it writes is digits and markup of its own.
impl askama::filters::HtmlSafe for Moment {}

/// What makes a form's submissions of one view of a page the same: part of their idempotency keys.
pub fn form_id() -> String {
    format!("{:x}-{}", now_ms(), hex::encode(rand::random::<[u8; 8]>()))
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_moment_states_utc() {
        let text = Moment(1_766_966_400_123).to_string();
        assert!(text.contains("datetime=\"2025-12-29T00:00:00.123Z\""), "{text}");
        assert!(text.ends_with(">2025-12-29 00:00:00 UTC</time>"), "{text}");
        let latest = Moment(u64::MAX).to_string();
        assert!(latest.ends_with(">9999-12-31 23:59:59 UTC</time>"), "{latest}");
    }
}
