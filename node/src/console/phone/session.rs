//! Signing in: a phone's key signs a text that names this ledger, this node and this moment, and gets a cookie.

use super::identity::{KEY, SESSION_MS};
use crate::{
    body,
    console::{Page, confidential, encoded, language::decoded_cookie},
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use counterfoil_seal::Hex;
use counterfoil_types::{Call, Check, Hash, Kid, PublicKey, verify};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The session's cookie.
const COOKIE: &str = "phone";
/// Begins what a phone signs to sign in, so that the signature means nothing else: the text of a JWS begins with `ey`.
const DOMAIN: &str = "counterfoil/phone/sign-in/1";
/// How far the moment that was signed may be from now, milliseconds.
const TOLERANCE_MS: u64 = 120_000;
/// Bytes of a sign-in at most.
const BODY_BYTES_MAX: usize = 4096;

/// The page that signs in and then shows what was asked for.
#[derive(Template)]
#[template(path = "sign-in.html")]
pub struct SignIn {
    /// What every page has.
    pub page: Page,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    kid: Kid,
    time_ms: u64,
    signature: Hex<64>,
}

/// What is signed: domain, ledger, the host as the browser sees it, key and time, each on a line of its own.
fn message(ledger: &Hash, host: &str, kid: &Kid, time_ms: u64) -> String {
    format!("{DOMAIN}\n{ledger}\n{host}\n{kid}\n{time_ms}")
}

/// GET /phone/challenge
pub async fn challenge() -> Response {
    confidential(Json(json!({"domain": DOMAIN, "time_ms": now_ms()})).into_response())
}

/// POST /phone/session
pub async fn begin(State(node): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    body::expect_media_type(&headers, &["application/json"])?;
    let Signed { kid, time_ms, signature } = body::json(&body::read(&headers, body, BODY_BYTES_MAX).await?)?;
    let refused = || Problem::new(StatusCode::UNAUTHORIZED, "http/session", "this does not sign in");
    let now = now_ms();
    let key = node.public_key(&kid).await?.filter(|_| time_ms.abs_diff(now) <= TOLERANCE_MS).ok_or_else(refused)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let message = message(&node.ledger, host, &kid, time_ms);
    if !verify(Check { key: &key, message: message.as_bytes(), signature: signature.as_bytes() }) {
        return Err(refused());
    }
    let session = node.home()?.session(&kid, now + SESSION_MS);
    Ok(confidential(
        (StatusCode::NO_CONTENT, [(header::SET_COOKIE, node.set(&session, SESSION_MS / 1000))]).into_response(),
    ))
}

/// POST /phone/session/end: the session is over here, not only forgotten by the browser.
pub async fn end(State(node): State<Arc<Member>>, headers: HeaderMap) -> Answer<Response> {
    let forgotten = [(header::SET_COOKIE, node.set("", 0)), (header::LOCATION, "/phone#out".to_owned())];
    if let Some(session) = decoded_cookie(&headers, COOKIE) {
        let ended = tokio::task::spawn_blocking(move || -> Answer<()> { Ok(node.home()?.sign_out(&session)?) });
        ended.await.map_err(|error| Problem::unavailable(format!("the session was not ended: {error}")))??;
    }
    Ok((StatusCode::SEE_OTHER, forgotten).into_response())
}

/// GET /phone/reading-key
///
/// The call by which a phone publishes the reading key that this node keeps for it; nothing where that is done.
pub async fn reading_key(State(node): State<Arc<Member>>, headers: HeaderMap) -> Answer<Response> {
    let kid = node.require_visitor(&headers).await?;
    let reading = Kid::new(kid.member(), KEY).ok_or_else(|| Problem::forbidden("this is no person's key"))?;
    let sql = "SELECT count(*) FROM document_reading_key WHERE member = ?1 AND name = ?2";
    let found = node.store.sql(sql.to_owned(), vec![json!(kid.member()), json!(KEY)]).await?;
    let published = found.rows.first().and_then(|row| row.first()?.as_u64()) != Some(0);
    let public_key = node.home()?.reading_key(&reading).public_key().to_string();
    let with = json!({"member": kid.member(), "name": KEY, "public_key": public_key});
    let call = (!published).then(|| Call::new("document.publish_reading_key", &with));
    Ok(confidential(Json(json!({"call": call})).into_response()))
}

impl Member {
    fn set(&self, session: &str, seconds: u64) -> String {
        // Without tokens a node is on loopback, where there is no TLS.
        let secure = if self.access.is_open() { "" } else { "; Secure" };
        format!("{COOKIE}={}; Path=/phone; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", encoded(session))
    }

    /// Whose phone asks: the key of the session, if there is one and the ledger still knows the key.
    pub async fn visitor(&self, headers: &HeaderMap) -> Answer<Option<Kid>> {
        let Some(session) = decoded_cookie(headers, COOKIE) else { return Ok(None) };
        let Some(kid) = self.home()?.who(&session, now_ms()) else { return Ok(None) };
        let executed = *self.hub.executed().borrow();
        Ok(self.store.is_valid(&kid, executed.time_ms).await?.then_some(kid))
    }

    /// The same where there must be a session.
    pub async fn require_visitor(&self, headers: &HeaderMap) -> Answer<Kid> {
        let none = || Problem::new(StatusCode::UNAUTHORIZED, "http/session", "there is no session: sign in");
        self.visitor(headers).await?.ok_or_else(none)
    }

    /// The public half of a key that is valid now.
    async fn public_key(&self, kid: &Kid) -> Answer<Option<PublicKey>> {
        let executed = *self.hub.executed().borrow();
        if !self.store.is_valid(kid, executed.time_ms).await? {
            return Ok(None);
        }
        let sql = "SELECT public_key FROM member_key WHERE member = ?1 AND name = ?2";
        let found = self.store.sql(sql.to_owned(), vec![json!(kid.member()), json!(kid.key())]).await?;
        Ok(found.rows.first().and_then(|row| row.first()?.as_str()?.parse().ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `key.js` makes the same text.
    #[test]
    fn what_signs_in_is_fixed() {
        let kid = "p-1/phone".parse().unwrap();
        let text = message(&Hash([7; 32]), "127.0.0.1:7083", &kid, 5);
        assert_eq!(text, format!("counterfoil/phone/sign-in/1\n{}\n127.0.0.1:7083\np-1/phone\n5", "07".repeat(32)));
    }
}
