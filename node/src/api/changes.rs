use super::asked::Query;
use crate::{hub::Mark, member::Member, problem::Answer};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use counterfoil_state::{Followed, Table};
use counterfoil_types::Fault;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// How often an idle stream shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Blocks that are read at once.
const BLOCKS: usize = 512;
/// Bytes of change lists from which on no further block is read at once.
const BYTES: usize = 1024 * 1024;

/// From where to follow.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The first height; genesis where it is not given.
    #[serde(default)]
    from: u64,
}

/// GET /v1/changes
pub async fn stream(
    State(member): State<Arc<Member>>,
    headers: HeaderMap,
    Query(Wanted { from }): Query<Wanted>,
) -> Answer<Response> {
    member.may_read(&headers)?;
    let lines = futures::stream::try_unfold((member, headers, from), |(member, headers, next)| async move {
        let (lines, next) = lines(&member, next).await?;
        // Who follows for weeks is one whose token may end meanwhile.
        if member.may_read(&headers).is_err() {
            return Err(Fault::failed("the token has ended"));
        }
        Ok(Some((lines, (member, headers, next))))
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

/// The next lines from a height on, and the height after them. Where nothing comes, a line that says so after a while.
async fn lines(member: &Member, from: u64) -> Result<(Bytes, u64), Fault> {
    let mut executed = member.hub.executed();
    let reached = executed.wait_for(|mark| mark.height >= from);
    // What it gives holds a lock, which must not be kept across an await.
    let reached = tokio::time::timeout(HEARTBEAT, reached).await.map(|reached| reached.is_ok());
    let blocks = match reached {
        Ok(true) => member.store.followed(from, BLOCKS, BYTES).await?,
        Ok(false) => return Err(Fault::failed("the node is stopping")),
        Err(_) => Vec::new(),
    };
    let next = blocks.last().map_or(from, |block| block.header.height + 1);
    let mark = *member.hub.executed().borrow();
    let render = move || {
        let mut text = String::new();
        for block in &blocks {
            text.push_str(&line(block).to_string());
            text.push('\n');
        }
        text.push_str(&tip(mark).to_string());
        text.push('\n');
        Bytes::from(text)
    };
    let text = tokio::task::spawn_blocking(render).await.map_err(|error| Fault::new("writing changes", error))?;
    Ok((text, next))
}

fn tip(Mark { height, time_ms }: Mark) -> Value {
    json!({"executed": {"height": height, "time_ms": time_ms}})
}

fn line(block: &Followed) -> Value {
    let mut line = json!({
        "height": block.header.height,
        "time_ms": block.header.time_ms,
        "header": Base64UrlUnpadded::encode_string(&block.header.encode()),
        "state_root": block.execution.state_root,
        "changes_root": block.execution.changes_root,
        "receipts_root": block.execution.receipts_root,
        "result": block.result,
    });
    if !block.tables.is_empty() {
        line["tables"] = block.tables.iter().map(|created| table(created)).collect();
    }
    if let Some(changes) = &block.changes {
        line["changes"] = Base64UrlUnpadded::encode_string(changes).into();
    }
    line
}

fn table(table: &Table) -> Value {
    json!({
        "name": table.name,
        "module": table.module,
        "mutable": table.mutable,
        "columns": table.columns,
        "primary_key": table.key_names(),
    })
}
