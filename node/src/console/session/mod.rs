//! Signing in to the console: which hosted key whoever asks acts as. Under `dev` any, elsewhere the one of his passkey.

mod passkey;
pub(in crate::console) mod texts;

use crate::{
    api::Access,
    console::{
        encoded,
        language::{cookie, decoded_cookie},
        router::is_own_path,
    },
    gate::now_ms,
    member::Member,
    passkey::SESSION_MS,
    problem::{Answer, Problem},
};
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use counterfoil_types::Kid;
use serde::Deserialize;
use std::sync::Arc;

/// Its pages.
pub fn router() -> Router<Arc<Member>> {
    Router::new()
        .route("/seat", post(take).get(passkey::who))
        .route("/sign-in", get(passkey::sign_in_page).post(passkey::sign_in))
        .route("/sign-in/challenge", get(passkey::challenge))
        .route("/sign-out", post(sign_out))
        .route("/set-up", get(passkey::set_up_page).post(passkey::set_up))
        .route("/set-up/options", post(passkey::options))
}

/// Where whoever is not signed in is sent from `path`.
pub fn to_sign_in(path: &str) -> Response {
    let location = format!("/sign-in?to={}", encoded(path));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

impl Member {
    /// The cookie of this node's console: those of other nodes of the same host, as under `dev`, have other names. With TLS no other
    /// host of the same domain can set one of this name (`__Host-`, RFC 6265bis §4.1.3.2).
    fn seat_cookie(&self) -> String {
        if self.is_secure() { format!("__Host-seat-{}", self.id) } else { format!("seat-{}", self.id) }
    }

    /// Whether browsers come to its console by TLS.
    fn is_secure(&self) -> bool {
        self.passkeys.as_ref().is_some_and(|passkeys| passkeys.site().is_ok_and(|site| site.is_secure()))
    }

    /// The header that keeps a session of so many seconds.
    fn set_seat(&self, value: &str, seconds: u64) -> String {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let name = self.seat_cookie();
        format!("{name}={}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", encoded(value))
    }

    /// The hosted key as which whoever asks uses the console. Under `dev` the one that was chosen, else the node's own first; elsewhere
    /// the one whose passkey has signed in, as long as the ledger takes it.
    pub fn seat(&self, headers: &HeaderMap) -> Option<Kid> {
        match &self.access {
            Access::Open => {
                let chosen = cookie(headers, &self.seat_cookie()).and_then(|kid| kid.parse().ok());
                let own = || self.keys.kids().find(|kid| kid.member() == self.id).or_else(|| self.keys.kids().next());
                chosen.filter(|kid| self.keys.get(kid).is_some()).or_else(|| own().cloned())
            }
            Access::Tokens(_) => {
                let session = decoded_cookie(headers, &self.seat_cookie())?;
                let kid = self.passkeys.as_ref()?.who(&session, now_ms())?;
                (self.keys.get(&kid).is_some() && self.is_served(&kid)).then_some(kid)
            }
        }
    }

    /// The same where there must be one.
    pub fn seated(&self, headers: &HeaderMap) -> Answer<Kid> {
        self.seat(headers).ok_or_else(|| Problem::unauthenticated("nobody is signed in"))
    }

    /// The keys whose seats whoever asks may take without signing in.
    pub fn seats(&self) -> Vec<Kid> {
        if self.access.is_open() { self.keys.kids().cloned().collect() } else { Vec::new() }
    }

    /// What begins a session.
    fn begin(&self, session: &str) -> Response {
        (StatusCode::NO_CONTENT, [(header::SET_COOKIE, self.set_seat(session, SESSION_MS / 1000))]).into_response()
    }
}

#[derive(Deserialize)]
struct Taken {
    kid: Kid,
    to: String,
}

/// POST /seat
async fn take(State(node): State<Arc<Member>>, Form(Taken { kid, to }): Form<Taken>) -> Answer<Response> {
    if !node.seats().contains(&kid) {
        return Err(Problem::forbidden(format!("nobody takes the seat of {kid} without signing in")));
    }
    let cookie = format!("{}={kid}; Path=/; HttpOnly; SameSite=Strict", node.seat_cookie());
    Ok((StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, own(to))]).into_response())
}

/// POST /sign-out: the session is over here, not only forgotten by the browser.
async fn sign_out(State(node): State<Arc<Member>>, headers: HeaderMap) -> Answer<Response> {
    let forgotten = [(header::SET_COOKIE, node.set_seat("", 0)), (header::LOCATION, "/sign-in".to_owned())];
    if let Some(session) = decoded_cookie(&headers, &node.seat_cookie()) {
        let ended =
            tokio::task::spawn_blocking(move || node.passkeys.as_ref().map_or(Ok(()), |all| all.sign_out(&session)));
        ended.await.map_err(|error| Problem::unavailable(format!("the session was not ended: {error}")))??;
    }
    Ok((StatusCode::SEE_OTHER, forgotten).into_response())
}

/// A path of this node; the overview for anything else.
fn own(to: String) -> String {
    if is_own_path(&to) { to } else { "/".to_owned() }
}
