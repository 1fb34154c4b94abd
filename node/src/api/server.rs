use super::{
    access, blocks, changes, commands, docs, documents, events, health, incoming, listener::Bounded, modules, packages,
    rows, sql, status, transactions, webhooks,
};
use crate::{body, console, examine, member::Member, problem::Problem};
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{Method, StatusCode, Uri},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use counterfoil_types::Fault;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// How long requests that wait for a receipt may go on when the node stops.
const GRACE: Duration = Duration::from_millis(500);

/// All routes of a member's node, and pages that are served beside them.
pub fn router(member: Arc<Member>, pages: Router<Arc<Member>>) -> Router {
    let mut router = console::router(&member, pages)
        .route("/v1/transactions", post(transactions::submit))
        .route("/v1/transactions/{identity}", get(transactions::state))
        .route("/v1/commands/{name}", post(commands::run))
        .route("/v1/sql", post(sql::select))
        .route("/v1/packages/{package}/actions/{action}", post(packages::call))
        .route("/v1/rows/{table}/{key}/proof", get(rows::prove))
        .route("/v1/rows/{table}/{key}/history", get(rows::history))
        .route("/v1/documents/seal", post(documents::seal))
        .route("/v1/sealed/{subject}/{version}/open", post(documents::open))
        .route("/v1/sealed/{subject}/{version}/share", post(documents::share))
        .route("/v1/sealed/{subject}/{version}/fields/{name}/disclosure", post(documents::disclose))
        .route("/v1/genesis", get(status::genesis))
        .route("/v1/status", get(status::status))
        .route("/v1/blocks", get(blocks::list))
        .route("/v1/blocks/{height}", get(blocks::one))
        .route("/v1/events", get(events::stream))
        .route("/v1/changes", get(changes::stream))
        .route("/v1/incoming/{name}", post(incoming::take))
        .route("/v1/webhooks", get(webhooks::list).post(webhooks::add))
        .route("/v1/webhooks/{id}", get(webhooks::get))
        .route("/v1/webhooks/{id}/remove", post(webhooks::remove))
        .route("/v1/webhooks/{id}/replay", post(webhooks::replay))
        .route("/v1/webhooks/{id}/dead-letters", get(webhooks::dead_letters))
        .route("/v1/webhooks/{id}/dead-letters/{event}/send", post(webhooks::revive))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(docs::document))
        .route("/docs", get(docs::page))
        .route("/docs/docs.js", get(docs::script))
        .route("/docs/docs.css", get(docs::style));
    for (_, route) in member.registry.routes() {
        router = modules::mount(router, *route);
    }
    router
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(unknown_route)
        .layer(middleware::from_fn_with_state(member.clone(), access::loopback_host))
        .layer(middleware::from_fn(console::careful))
        .layer(middleware::from_fn_with_state(member.clone(), measure))
        .layer(middleware::from_fn(body::unread))
        .with_state(member)
}

async fn unknown_route(State(member): State<Arc<Member>>, uri: Uri, visit: console::Visit) -> Response {
    let problem = Problem::not_found(format!("there is no route {}; /docs lists them", uri.path()));
    if visit.wants_page() { visit.nowhere(&member, &problem).await } else { problem.into_response() }
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "http/method", format!("{method} is not for {}", uri.path()))
}

async fn measure(
    State(member): State<Arc<Member>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().clone();
    let begun = std::time::Instant::now();
    let response = next.run(request).await;
    let route = path.as_ref().map_or("unknown", MatchedPath::as_str);
    let elapsed = begun.elapsed();
    tracing::debug!(%method, route, status = response.status().as_u16(), ?elapsed);
    member.metrics.request(&method, route, response.status(), elapsed);
    response
}

/// A listening HTTP server.
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    examining: JoinHandle<()>,
}

impl Server {
    /// Takes the address; port 0 stands for any free one.
    pub async fn bind(listen: SocketAddr) -> Result<TcpListener, Fault> {
        TcpListener::bind(listen).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => Fault::Unusable(format!(
                "port {} of {} is in use: stop what uses it, or choose another with --listen",
                listen.port(),
                listen.ip()
            )),
            _ => Fault::new(format!("listening on {listen}"), error),
        })
    }

    /// Serves `member` on a listener, with more pages than every node has, and examines what arrives for those whose keys it hosts.
    pub fn serve(listener: TcpListener, member: Arc<Member>, pages: Router<Arc<Member>>) -> Result<Self, Fault> {
        let address = listener.local_addr().map_err(|error| Fault::new("asking for the own address", error))?;
        let (stop, mut stopping) = watch::channel(false);
        let stopped = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let examining = tokio::spawn(examine::run(member.clone()));
        let task = tokio::spawn(async move {
            let serving = axum::serve(Bounded::new(listener), router(member, pages)).with_graceful_shutdown(stopped);
            if let Err(error) = serving.await {
                tracing::error!("HTTP on {address}: {error}");
            }
        });
        Ok(Self { address, stop, task, examining })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests and gives those under way a moment.
    pub async fn stop(mut self) {
        self.examining.abort();
        self.stop.send_replace(true);
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
