use super::{own, texts::Texts};
use crate::{
    body,
    console::{Page, Visit, address::Query, confidential},
    member::Member,
    passkey::{ALGORITHMS, Passkeys, SetUp, SignIn},
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
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use std::sync::Arc;

/// Bytes of what a device said at most.
const BODY_BYTES_MAX: usize = 16 * 1024;

#[derive(Template)]
#[template(path = "session/sign-in.html")]
struct SignInPage {
    page: Page,
    t: &'static Texts,
    /// Where passkeys work, if it is not here.
    elsewhere: Option<String>,
    to: String,
}

#[derive(Template)]
#[template(path = "session/set-up.html")]
struct SetUpPage {
    page: Page,
    t: &'static Texts,
    elsewhere: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    to: String,
}

/// GET /sign-in?to=
pub(super) async fn sign_in_page(
    State(node): State<Arc<Member>>,
    visit: Visit,
    Query(Wanted { to }): Query<Wanted>,
) -> Response {
    let to = own(to);
    if node.seat(&visit.headers).is_some() {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    }
    let (page, t) = (visit.page(&node), Texts::of(visit.language));
    let made = elsewhere(&node, &visit.headers).map(|elsewhere| SignInPage { page, t, elsewhere, to });
    visit.answer(&node, made)
}

/// GET /set-up#code
pub(super) async fn set_up_page(State(node): State<Arc<Member>>, visit: Visit) -> Response {
    let (page, t) = (visit.page(&node), Texts::of(visit.language));
    let made = elsewhere(&node, &visit.headers).map(|elsewhere| SetUpPage { page, t, elsewhere });
    visit.answer(&node, made)
}

fn passkeys(node: &Member) -> Answer<&Passkeys> {
    node.passkeys.as_ref().ok_or_else(|| Problem::not_found("nobody signs in here: every key may be used"))
}

/// Where passkeys work, unless the browser is there.
fn elsewhere(node: &Member, headers: &HeaderMap) -> Answer<Option<String>> {
    let site = passkeys(node)?.site()?;
    let here = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    Ok((!here.eq_ignore_ascii_case(site.host())).then(|| site.origin.clone()))
}

async fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Answer<T> {
    body::expect_media_type(headers, &["application/json"])?;
    body::json(&body::read(headers, body, BODY_BYTES_MAX).await?)
}

/// GET /seat: whether somebody is signed in. Browsers keep the cookie back from whoever comes by a link of another site, and send it with
/// what the page then asks.
pub(super) async fn who(State(node): State<Arc<Member>>, headers: HeaderMap) -> Response {
    confidential(Json(json!({"key": node.seat(&headers)})).into_response())
}

/// GET /sign-in/challenge
pub(super) async fn challenge(State(node): State<Arc<Member>>) -> Answer<Response> {
    let passkeys = passkeys(&node)?;
    let asked = json!({"challenge": passkeys.challenge(), "site": passkeys.site()?.name});
    Ok(confidential(Json(asked).into_response()))
}

/// POST /sign-in
pub(super) async fn sign_in(State(node): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let sent: SignIn = read(&headers, body).await?;
    begun(node, move |passkeys| passkeys.sign_in(&sent)).await
}

/// POST /set-up/options: what a device is asked for, for whoever has the code.
pub(super) async fn options(State(node): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        code: String,
    }
    let Asked { code } = read(&headers, body).await?;
    let passkeys = passkeys(&node)?;
    let kid = passkeys.invited(&code)?;
    let options = json!({
        "key": kid,
        "user": passkeys.user(&kid),
        "challenge": passkeys.challenge(),
        "site": passkeys.site()?.name,
        "credentials": passkeys.credentials(&kid),
        "algorithms": ALGORITHMS,
    });
    Ok(confidential(Json(options).into_response()))
}

/// POST /set-up
pub(super) async fn set_up(State(node): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let sent: SetUp = read(&headers, body).await?;
    begun(node, move |passkeys| passkeys.set_up(&sent)).await
}

/// The session that `begin` gives, away from the threads that serve HTTP: it checks a signature and writes a file.
async fn begun(
    node: Arc<Member>,
    begin: impl FnOnce(&Passkeys) -> Answer<(counterfoil_types::Kid, String)> + Send + 'static,
) -> Answer<Response> {
    let done = tokio::task::spawn_blocking(move || {
        let passkeys = passkeys(&node)?;
        let _place = passkeys.place()?;
        let (kid, session) = begin(passkeys)?;
        tracing::info!(%kid, "signed in");
        Ok(confidential(node.begin(&session)))
    });
    done.await.map_err(|error| Problem::unavailable(format!("nobody was signed in: {error}")))?
}
