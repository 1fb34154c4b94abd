use crate::{
    member::Member,
    problem::{Answer, Problem},
    prove::Wanted,
};
use axum::{
    extract::{OriginalUri, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_state::RowVersion;
use counterfoil_types::{Fault, Value, limits, row};
use percent_encoding::percent_decode_str;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Tables whose rows anybody may have proved who knows their keys: those of the directory, which is public, and those of an invoice, whose
/// id nobody knows but who was given it. Keys of others, such as accounts, can be guessed.
pub const PUBLIC: [&str; 7] =
    ["invoice", "invoice_tax", "member", "member_committee", "member_key", "member_key_role", "member_role"];

/// GET /v1/rows/{table}/{key}/proof
pub async fn prove(
    State(member): State<Arc<Member>>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Answer<Response> {
    let (table, key) = place(&uri)?;
    if !PUBLIC.contains(&table.as_str()) {
        member.may_read(&headers)?;
    }
    let wanted = wanted(uri.query().unwrap_or_default())?;
    let bytes = member.prove(table, key, wanted).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// GET /v1/rows/{table}/{key}/history
pub async fn history(
    State(member): State<Arc<Member>>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Answer<Response> {
    member.caller(&headers)?;
    let (table, key) = place(&uri)?;
    let Page { cursor, limit } = page(uri.query().unwrap_or_default())?;
    let (history, times) = member.store.history(table, key, cursor, limit).await?;
    let names = history.table.column_names();
    let version = |version: &RowVersion| {
        let shown = |row: &Option<Vec<u8>>| row.as_ref().map(|row| shown(&names, row)).transpose();
        Ok(json!({
            "height": version.height,
            "time_ms": times.get(&version.height),
            "place": version.index,
            "transaction": version.transaction.map(|identity| identity.to_string()),
            "old": shown(&version.old)?,
            "new": shown(&version.row)?,
        }))
    };
    let items: Vec<Json> = history.versions.iter().map(version).collect::<Answer<_>>()?;
    let mut answer = json!({"items": items});
    if let Some(next) = history.next {
        answer["next"] = json!(next.to_string());
    }
    Ok(axum::Json(answer).into_response())
}

/// A row as an object, its values as SELECT shows them.
fn shown(names: &[String], row: &[u8]) -> Answer<Json> {
    let values = row::decode(row).ok_or_else(|| Fault::failed("a captured row does not decode"))?;
    let value = |value: Value| match value {
        Value::Null => Json::Null,
        Value::Integer(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => json!({"hex": hex::encode(bytes)}),
    };
    Ok(names.iter().cloned().zip(values.into_iter().map(value)).collect::<serde_json::Map<_, _>>().into())
}

/// Versions of one page, where it is not said.
const PAGE_VERSIONS: usize = 20;

/// Which versions of a row.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    /// Those of blocks before this height.
    cursor: Option<u64>,
    /// Of so many blocks at most.
    limit: usize,
}

fn page(query: &str) -> Answer<Page> {
    let mut page = Page { cursor: None, limit: PAGE_VERSIONS };
    let wrong = |name: &str, what: &str| Problem::malformed(format!("{name}: {what}")).at(format!("/{name}"));
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("cursor", text) => {
                page.cursor =
                    Some(text.parse().map_err(|_| wrong("cursor", "it is what the page before says is next"))?);
            }
            ("limit", text) => {
                let limit = text.parse().ok().filter(|limit| (1..=limits::HISTORY_BLOCKS_MAX).contains(limit));
                let what = format!("a number from 1 to {}", limits::HISTORY_BLOCKS_MAX);
                page.limit = limit.ok_or_else(|| wrong("limit", &what))?;
            }
            _ => return Err(Problem::malformed(format!("?{query}: expected cursor and limit"))),
        }
    }
    Ok(page)
}

/// Table and primary key of a path. A comma between the values of several columns stands as it is, one inside a value as `%2C`: so
/// the path is split before it is decoded.
fn place(uri: &Uri) -> Answer<(String, Vec<String>)> {
    let mut parts = uri.path().trim_start_matches("/v1/rows/").split('/');
    let (table, key) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let decode = |part: &str| {
        let text = percent_decode_str(part).decode_utf8();
        text.map(String::from).map_err(|_| Problem::malformed(format!("{part:?} is not UTF-8")))
    };
    Ok((decode(table)?, key.split(',').map(decode).collect::<Answer<_>>()?))
}

fn wanted(query: &str) -> Answer<Wanted> {
    let height = |text: &str| {
        let height = text.parse::<u64>();
        height.map_err(|_| Problem::malformed(format!("written: {text:?} is not a height")).at("/written"))
    };
    match query.split_once('=').unwrap_or((query, "")) {
        ("", "") => Ok(Wanted::Value),
        ("absent", "" | "true") => Ok(Wanted::Absence),
        ("written", "") => Ok(Wanted::Written(None)),
        ("written" | "height", text) => Ok(Wanted::Written(Some(height(text)?))),
        _ => Err(Problem::malformed(format!("?{query}: expected ?absent, ?written or ?written=height"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_several_columns_are_split_before_decoding() {
        let uri: Uri = "/v1/rows/member_key/a%2Cb,%E9%A4%90/proof?absent".parse().unwrap();
        assert_eq!(place(&uri).unwrap(), ("member_key".to_owned(), vec!["a,b".to_owned(), "餐".to_owned()]));
        assert_eq!(wanted("absent").unwrap(), Wanted::Absence);
        assert_eq!(wanted("written=7").unwrap(), Wanted::Written(Some(7)));
        assert_eq!(wanted("height=7").unwrap(), Wanted::Written(Some(7)));
        assert_eq!(wanted("written").unwrap(), Wanted::Written(None));
        assert!(wanted("written=x").is_err());
        assert!(wanted("what").is_err());
    }

    #[test]
    fn a_page_has_its_limits() {
        assert_eq!(page("").unwrap(), Page { cursor: None, limit: PAGE_VERSIONS });
        assert_eq!(page("limit=3&cursor=70").unwrap(), Page { cursor: Some(70), limit: 3 });
        for query in ["limit=0", "limit=101", "limit=x", "cursor=", "cursor=-1", "page=2"] {
            assert!(page(query).is_err(), "{query}");
        }
    }
}
