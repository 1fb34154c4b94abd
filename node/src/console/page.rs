use super::{
    desk::Seat,
    guard,
    language::Language,
    refusals::{self, Reason},
    session,
    texts::Texts,
};
use crate::{
    gate::now_ms,
    member::Member,
    problem::{Answer, Problem},
};
use askama::Template;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use std::{convert::Infallible, fmt, sync::Arc};

/// What every page has: its language, where it is, and what its scripts need of the ledger.
#[derive(Clone)]
pub struct Page {
    /// The language.
    pub language: Language,
    /// Its texts.
    pub t: &'static Texts,
    /// Path and query, for the switch of the language.
    pub path: String,
    /// The ledger's id.
    pub ledger: String,
    /// The node's time, by which scripts set theirs: a phone's clock may be wrong.
    pub now_ms: u64,
    /// What refusals mean in this language, by code.
    pub reasons: &'static [Reason],
    /// Whether this is a ledger for trying out.
    pub sample: bool,
    /// Who uses the console, on its pages.
    pub seat: Option<Seat>,
}

/// Pages that belong to another in the list of pages without lying below its address; the first that fits counts.
const BELONGING: &[(&str, &str)] = &[
    ("/transactions", "/blocks"),
    ("/evidence", "/blocks"),
    ("/deploy/table", "/tables"),
    ("/deploy", "/packages"),
    ("/do", "/packages"),
    ("/governance", "/members"),
    ("/tax", "/invoices"),
];

/// Whether an address is `path` or below it.
fn is_at(here: &str, path: &str) -> bool {
    match here.strip_prefix(path) {
        Some(rest) => rest.is_empty() || path != "/" && rest.starts_with('/'),
        None => false,
    }
}

impl Page {
    /// The text of a refusal.
    pub fn reason(&self, reason: &Reason) -> &'static str {
        reason.text(self.language)
    }

    /// The text of a state or a step.
    pub fn state(&self, name: &str) -> &'static str {
        self.t.state(name)
    }

    /// The console's pages, with their names.
    pub fn pages(&self) -> [(&'static str, &'static str); 12] {
        let t = self.t;
        [
            ("/", t.nav_home),
            ("/inbox", t.nav_inbox),
            ("/invoices", t.nav_invoices),
            ("/accounts", t.nav_money),
            ("/documents", t.nav_documents),
            ("/packages", t.nav_packages),
            ("/members", t.nav_members),
            ("/blocks", t.nav_blocks),
            ("/tables", t.nav_tables),
            ("/sql", "SQL"),
            ("/check", t.nav_check),
            ("/verify", t.nav_verify),
        ]
    }

    /// Whether this page is the one at `path` or one below it.
    pub fn is_below(&self, path: &str) -> bool {
        let here = self.path.split('?').next().unwrap_or_default();
        let here = BELONGING.iter().find(|(part, _)| is_at(here, part)).map_or(here, |(_, page)| *page);
        is_at(here, path)
    }

    /// What people call a member of a command's input; as the JSON has it where they have no word for it.
    pub fn called<'a>(&self, command: &str, name: &'a str) -> &'a str {
        super::forms::called(command, name, self.language).unwrap_or(name)
    }

    /// Whether the list of pages says how much there is at `path`.
    pub fn counts_what_waits(&self, path: &str) -> bool {
        path == "/inbox"
    }

    /// Where this page is in the other language.
    pub fn switch(&self) -> String {
        format!("/language/{}?to={}", self.language.other().tag(), encoded(&self.path))
    }
}

/// Who asks for a page, and how.
pub struct Visit {
    /// In which language.
    pub language: Language,
    /// Path and query.
    pub path: String,
    /// What the browser sent.
    pub headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { language: Language::of(&parts.headers), path, headers: parts.headers.clone() })
    }
}

impl Visit {
    /// What the page has in common with all others.
    pub fn page(&self, node: &Member) -> Page {
        Page {
            language: self.language,
            t: Texts::of(self.language),
            path: self.path.clone(),
            ledger: node.ledger.to_string(),
            now_ms: now_ms(),
            reasons: refusals::ALL,
            sample: node.access.is_open(),
            seat: None,
        }
    }

    /// A page, or one that says why there is none.
    pub fn answer<T: Template>(&self, node: &Member, made: Answer<T>) -> Response {
        match made.and_then(|template| html(StatusCode::OK, &template)) {
            Ok(response) => response,
            Err(problem) => self.problem(node, &problem),
        }
    }

    /// What whoever sent a form is told that was not taken: who is not signed in, where to.
    pub fn refused(&self, node: &Member, problem: &Problem) -> Response {
        if problem.status() == StatusCode::UNAUTHORIZED {
            session::to_sign_in(&self.path)
        } else {
            self.problem(node, problem)
        }
    }

    /// Whether a person waits for a page, as browsers say who open an address; what is below `/v1` is for programs.
    pub fn wants_page(&self) -> bool {
        let accepts = self.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accepts.contains("text/html") && !is_at(self.here(), "/v1")
    }

    /// The page that is shown where there is none, with the list of pages for whoever is signed in.
    pub async fn nowhere(&self, node: &Arc<Member>, problem: &Problem) -> Response {
        let page = match self.desk(node).await {
            Ok(Some(desk)) => desk.page(),
            _ => self.page(node),
        };
        guard::guarded(self.problem_at(page, problem))
    }

    fn here(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// The page that says why there is no other.
    pub fn problem(&self, node: &Member, problem: &Problem) -> Response {
        self.problem_at(self.page(node), problem)
    }

    /// The same with what the page has in common with others already made.
    pub fn problem_at(&self, page: Page, problem: &Problem) -> Response {
        let document = problem.document();
        let reason = refusals::of(problem.code()).or_else(|| in_general(problem.status()).and_then(refusals::of));
        let reason = reason.map(|reason| reason.text(self.language));
        let detail = document["detail"].as_str().unwrap_or_default().to_owned();
        let page = Wrong { page, code: problem.code().to_owned(), reason, detail };
        let mut response = html(problem.status(), &page).unwrap_or_else(|problem| problem.into_response());
        response.headers_mut().extend(problem.headers());
        response
    }

    /// The page that `make` makes for the member whose phone asks; without a session the one that signs in.
    pub async fn of_member<T, F>(
        self,
        node: &Arc<Member>,
        make: impl FnOnce(counterfoil_types::Kid, Page) -> F + Send,
    ) -> Response
    where
        T: Template,
        F: Future<Output = Answer<T>> + Send,
    {
        match node.visitor(&self.headers).await {
            Ok(Some(kid)) => {
                let made = make(kid, self.page(node)).await;
                self.answer(node, made)
            }
            Ok(None) => self.answer(node, Ok(super::phone::SignIn { page: self.page(node) })),
            Err(problem) => self.problem(node, &problem),
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Wrong {
    page: Page,
    code: String,
    reason: Option<&'static str>,
    detail: String,
}

/// The code whose text says in general what a status does, where one does: a module's own code may have none.
fn in_general(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Some("http/invalid"),
        StatusCode::UNAUTHORIZED => Some("http/unauthenticated"),
        StatusCode::FORBIDDEN => Some("http/forbidden"),
        StatusCode::NOT_FOUND => Some("http/not-found"),
        StatusCode::PAYLOAD_TOO_LARGE => Some("http/too-large"),
        StatusCode::TOO_MANY_REQUESTS => Some("http/busy"),
        status if status.is_server_error() => Some("http/unavailable"),
        _ => None,
    }
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> impl fmt::Display {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
}

/// A page as it is sent.
pub fn html(status: StatusCode, template: &impl Template) -> Answer<Response> {
    let text = template.render().map_err(|error| Problem::unavailable(format!("the page is not made: {error}")))?;
    Ok(guard::confidential((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response()))
}

#[cfg(test)]
mod tests {
    use super::{BELONGING, is_at};

    #[test]
    fn a_page_belongs_to_one_of_the_list() {
        let of = |here: &str| BELONGING.iter().find(|(part, _)| is_at(here, part)).map(|(_, page)| *page);
        assert_eq!(of("/deploy/table"), Some("/tables"));
        assert_eq!(of("/deploy"), Some("/packages"));
        assert_eq!(of("/do/asset.transfer"), Some("/packages"));
        assert_eq!((of("/documents"), of("/taxes"), of("/")), (None, None, None));
    }
}
