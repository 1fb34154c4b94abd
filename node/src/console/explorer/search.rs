use super::{
    cell::visible,
    links,
    texts::{Texts, filled},
};
use crate::{
    console::{Page, Visit, address::Query, desk::Desk},
    member::Member,
    problem::Answer,
};
use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_types::{Hash, Kid};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Characters of what is searched.
const LENGTH_MAX: usize = 200;

/// What is searched.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "explorer/search.html")]
struct Found {
    page: Page,
    t: &'static Texts,
    asked: String,
    hits: Vec<Hit>,
    summary: String,
}

/// Something that is called as was asked.
struct Hit {
    kind: &'static str,
    name: String,
    about: String,
    href: String,
}

/// All that is known by a name: kind, table, up to two values of its key, and what it is about. Each by an index.
pub(super) const NAMED: &str =
    "SELECT 'member', 'member', id, NULL, name FROM member WHERE id = ?1
     UNION ALL SELECT 'account', 'asset_account', id, NULL, asset FROM asset_account WHERE id = ?1
     UNION ALL SELECT 'asset', 'asset', id, NULL, title FROM asset WHERE id = ?1
     UNION ALL SELECT 'invoice', 'invoice', id, NULL, number || ' ' || seller_name FROM invoice WHERE id = ?1
     UNION ALL SELECT * FROM (SELECT 'invoice', 'invoice', id, NULL, number || ' ' || seller_name FROM invoice
                              WHERE number = ?1 ORDER BY number, seller LIMIT 20)
     UNION ALL SELECT 'taxpayer', 'invoice_taxpayer', id, NULL, name FROM invoice_taxpayer WHERE id = ?1
     UNION ALL SELECT 'payment', 'invoice_payment', id, NULL, '' FROM invoice_payment WHERE id = ?1
     UNION ALL SELECT 'document', 'document', id, NULL, type FROM document WHERE id = ?1
     UNION ALL SELECT * FROM (SELECT 'sealed', 'document_sealed', subject, version, sealer FROM document_sealed
                              WHERE subject = ?1 ORDER BY subject, version DESC LIMIT 20)
     UNION ALL SELECT * FROM (SELECT 'anchor', 'document_anchor', number, NULL, coalesce(title, type) FROM document_anchor
                              WHERE hash = ?2 ORDER BY hash, member LIMIT 20)
     UNION ALL SELECT 'proposal', 'member_proposal', id, NULL, title FROM member_proposal WHERE id = ?1
     UNION ALL SELECT 'proposal', 'approval_proposal', id, NULL, '' FROM approval_proposal WHERE id = ?1";

fn kind(t: &'static Texts, name: &str) -> &'static str {
    match name {
        "member" => t.kind_member,
        "account" => t.kind_account,
        "asset" => t.kind_asset,
        "invoice" => t.kind_invoice,
        "taxpayer" => t.kind_taxpayer,
        "payment" => t.kind_payment,
        "document" => t.kind_document,
        "sealed" => t.kind_sealed,
        "anchor" => t.kind_anchor,
        _ => t.kind_proposal,
    }
}

/// GET /search?q=
pub async fn page(State(node): State<Arc<Member>>, Query(Asked { q }): Query<Asked>, visit: Visit) -> Response {
    let mut only = None;
    let response = visit
        .at_desk(&node, async |desk| {
            let t = Texts::of(desk.language());
            let asked: String = q.trim().chars().take(LENGTH_MAX).collect();
            let hits = if asked.is_empty() { Vec::new() } else { search(desk, t, &asked).await? };
            if let [one] = hits.as_slice() {
                only = Some(one.href.clone());
            }
            let shown = visible(&asked);
            let summary = match hits.len() {
                0 if asked.is_empty() => String::new(),
                0 => filled(t.search_none, &[&shown]),
                count => filled(t.search_found, &[&count.to_string(), &shown]),
            };
            Ok(Found { page: desk.page(), t, asked, hits, summary })
        })
        .await;
    match only {
        Some(place) => (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response(),
        None => response,
    }
}

async fn search(desk: &Desk, t: &'static Texts, asked: &str) -> Answer<Vec<Hit>> {
    let mut hits = Vec::new();
    let executed = desk.node.hub.executed().borrow().height;
    if let Some(height) = asked.parse().ok().filter(|height: &u64| *height <= executed) {
        let name = height.to_string();
        hits.push(Hit { kind: t.kind_block, name, about: String::new(), href: links::block(height) });
    }
    let hash: Option<Hash> = asked.to_ascii_lowercase().parse().ok();
    if let Some(hash) = hash {
        hits.extend(of_hash(desk, t, hash).await?);
    }
    hits.extend(of_name(desk, t, asked, hash).await?);
    hits.extend(of_id(desk, t, asked).await?);
    if desk.node.store.reader().table(asked).is_ok() {
        let href = links::table(asked);
        hits.push(Hit { kind: t.kind_table, name: asked.to_owned(), about: String::new(), href });
    }
    Ok(hits)
}

/// The block or the transaction with this digest or identity.
async fn of_hash(desk: &Desk, t: &'static Texts, hash: Hash) -> Answer<Vec<Hit>> {
    let block = desk.look(move |reader| reader.block_with_digest(&hash)).await?;
    let block = block.map(|height| Hit {
        kind: t.kind_block,
        name: height.to_string(),
        about: hash.to_string(),
        href: links::block(height),
    });
    // Before its receipt, which is there once it waits no more.
    let waits = desk.node.hub.accepted(&hash).is_some();
    let receipt = desk.look(move |reader| reader.receipt(&hash)).await?;
    let href = match &receipt {
        Some(receipt) => Some(links::entry(receipt.height, receipt.index)),
        None => waits.then(|| format!("/transactions/{hash}")),
    };
    let transaction =
        href.map(|href| Hit { kind: t.kind_transaction, name: hash.to_string(), about: String::new(), href });
    Ok(block.into_iter().chain(transaction).collect())
}

async fn of_name(desk: &Desk, t: &'static Texts, asked: &str, hash: Option<Hash>) -> Answer<Vec<Hit>> {
    let hash = hash.map_or(json!(null), |hash| json!({"hex": hash.to_string()}));
    let rows = desk.select(NAMED, vec![json!(asked), hash]).await?;
    let hit = |row: &crate::console::Row| {
        let key: Vec<String> = [2, 3].into_iter().map(|at| row.shown(at)).filter(|value| !value.is_empty()).collect();
        Hit {
            kind: kind(t, &row.text(0)),
            name: visible(&key.join(", ")),
            about: visible(&row.text(4)),
            href: links::thing(&row.text(1), &key),
        }
    };
    Ok(rows.iter().map(hit).collect())
}

/// The transaction for which a key used an id: `member/key id`, or an id alone, of the seat's own key.
async fn of_id(desk: &Desk, t: &'static Texts, asked: &str) -> Answer<Option<Hit>> {
    let (kid, id) = match asked.split_once(char::is_whitespace) {
        Some((kid, id)) => (kid.parse::<Kid>().ok(), id.trim().to_owned()),
        None => (Some(desk.kid().clone()), asked.to_owned()),
    };
    let Some(kid) = kid else { return Ok(None) };
    let about = kid.to_string();
    let (sender, name) = (kid, id.clone());
    let entry = desk.look(move |reader| reader.transaction_of(&sender, &id)).await?;
    Ok(entry.map(|entry| Hit {
        kind: t.kind_transaction,
        name,
        about,
        href: links::entry(entry.receipt.height, entry.receipt.index),
    }))
}

#[cfg(test)]
mod tests {
    use super::NAMED;
    use counterfoil_state::rusqlite::Connection;

    #[test]
    fn nothing_is_searched_without_an_index() {
        let connection = Connection::open_in_memory().unwrap();
        for module in crate::registry().modules() {
            connection.execute_batch(module.schema_sql).unwrap();
        }
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {NAMED}")).unwrap();
        let steps: Vec<String> =
            plan.query_map(["x", "y"], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
        let tables = steps.iter().filter(|step| step.starts_with("SEARCH")).count();
        assert_eq!(tables, 12, "{steps:#?}");
        // What is scanned is the twenty rows of a part, at most.
        let scans: Vec<_> =
            steps.iter().filter(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE")).collect();
        assert!(scans.iter().all(|step| step.starts_with("SCAN (subquery")), "{steps:#?}");
    }
}
