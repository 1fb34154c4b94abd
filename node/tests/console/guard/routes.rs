//! All addresses that a node has: what the console's sources and the API's document name, with real values in place of the braces.

use super::consortium::{Consortium, PRIVATE, SELLER, Sealed, encoded};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Served by `dev` alone.
const DEV: &str = "/office/{member}";
/// Beside the console's own folder.
const MORE: [&str; 11] = [
    "/healthz",
    "/readyz",
    "/metrics",
    "/openapi.json",
    "/docs",
    "/docs/docs.js",
    "/docs/docs.css",
    "/v1/status",
    "/v1/genesis",
    "/v1/blocks/{height}",
    "/v1/transactions/{identity}",
];

/// A route as it is written, and an address of it.
pub struct Address {
    pub route: String,
    pub path: String,
}

/// What answers to GET.
pub fn pages(consortium: &Consortium, sealed: &Sealed) -> Vec<Address> {
    let mut routes: Vec<String> = of_console("get").into_iter().chain(of_api(consortium, "get")).collect();
    routes.extend(MORE.map(str::to_owned));
    routes.sort();
    routes.dedup();
    let address = |route: String| Address { path: filled(&route, sealed), route };
    routes.into_iter().map(address).collect()
}

/// What answers to POST.
pub fn actions(consortium: &Consortium, sealed: &Sealed) -> (Vec<Address>, Vec<Address>) {
    let address = |route: String| Address { path: filled(&route, sealed), route };
    let console = of_console("post").into_iter().map(address).collect();
    (console, of_api(consortium, "post").into_iter().map(address).collect())
}

/// The routes that the console's sources declare for a method.
fn of_console(method: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console");
    let sources: Vec<String> = sources(&folder).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let declared = sources.iter().flat_map(|source| source.split(".route(").skip(1));
    let routes = declared.filter_map(|rest| {
        let (route, handler) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        handler.lines().next()?.contains(&format!("{method}(")).then(|| route.to_owned())
    });
    let mut routes: Vec<_> = routes.filter(|route| route != DEV).collect();
    routes.sort();
    assert!(routes.len() > 5, "{method}: {routes:?}");
    routes
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    below.filter(|path| path.extension().is_some_and(|ending| ending == "rs")).collect()
}

fn of_api(consortium: &Consortium, method: &str) -> Vec<String> {
    let document = consortium.http().get("/openapi.json").expect(200).json();
    let paths = document["paths"].as_object().unwrap().iter();
    paths.filter(|(_, operations)| operations.get(method).is_some()).map(|(path, _)| path.clone()).collect()
}

/// Queries that must state something.
const QUERIES: &[(&str, &str)] = &[
    ("/check", "number=26110500000000000001&total=113.00"),
    ("/documents/seal", "type=a%2Flease"),
    ("/language/{tag}", "to=%2F"),
    ("/phone/apply", "payment=1"),
    ("/search", "q=26110500000000000001"),
    ("/v1/invoices/check", "number=26110500000000000001&total=113.00"),
    ("/v1/members/{organisation}/bookings", "period=2026-01"),
    ("/v1/payments", "payee=91440300MA5EN1680G"),
    ("/v1/reconciliation", "member=bank&day=2026-01-01"),
    ("/v1/reconciliation/entries", "member=bank&day=2026-01-01"),
    ("/v1/sealed", "reader=buyer"),
    ("/v1/tax-rates", "day=2026-01-01"),
    ("/v1/tax-reports/input", "organisation=buyer&from=2025-01-01&until=2035-01-01"),
    ("/v1/tax-reports/months", "seller=91440300MA5EN1680G"),
    ("/v1/tax-reports/output", "seller=91440300MA5EN1680G&from=2025-01-01&until=2035-01-01"),
    ("/v1/tax-reports/sales-book", "seller=91440300MA5EN1680G&from=2025-01-01&until=2035-01-01"),
];

fn filled(route: &str, sealed: &Sealed) -> String {
    let part = |part: &str| match part.strip_prefix('{') {
        Some(name) => value(route, name.trim_end_matches('}'), sealed),
        None => part.to_owned(),
    };
    let path: Vec<_> = route.split('/').map(part).collect();
    let query = QUERIES.iter().find(|(known, _)| *known == route).map(|(_, query)| format!("?{query}"));
    format!("{}{}", path.join("/"), query.unwrap_or_default())
}

/// What stands for a name in braces. Of what the ledger has none, 1.
fn value(route: &str, name: &str, sealed: &Sealed) -> String {
    let account = PRIVATE[0].to_owned();
    match name {
        "owner" if route.starts_with("/documents") => "seller".to_owned(),
        "name" if route.starts_with("/documents") => "lease-1".to_owned(),
        "name" if route.starts_with("/assets") => "console.css".to_owned(),
        "name" if route.starts_with("/v1/commands") => "member.add_key".to_owned(),
        "name" if route.starts_with("/v1/sealed") => "items".to_owned(),
        "name" if route.starts_with("/accounts") => account,
        "account" => format!("buyer%2F{account}"),
        "asset" => "bank%2FCNY".to_owned(),
        "package" => "tally".to_owned(),
        "action" => "add".to_owned(),
        "command" => "asset.transfer".to_owned(),
        "document" => "seller%2Flease-1".to_owned(),
        "type" => "a%2Flease".to_owned(),
        "subject" => encoded(&sealed.subject),
        "table" => "invoice".to_owned(),
        "taxpayer" => SELLER.to_owned(),
        "tag" => "en".to_owned(),
        "kind" => "offer".to_owned(),
        "height" => sealed.height.to_string(),
        "index" => "0".to_owned(),
        "identity" => sealed.transaction.clone(),
        "owner" | "member" | "organisation" => "buyer".to_owned(),
        "id" if route.starts_with("/phone/invoices") => sealed.held.clone(),
        "id" if route.starts_with("/phone/taxpayer") || route.starts_with("/v1/taxpayers") => SELLER.to_owned(),
        "id" if route.starts_with("/governance") || route.starts_with("/v1/proposals") => sealed.proposal.clone(),
        "id" if route.contains("members") => "buyer".to_owned(),
        "id" | "invoice" | "key" if route.contains("invoice") || name == "key" => sealed.invoice.clone(),
        _ => "1".to_owned(),
    }
}

/// The route of an address, the one with the fewest braces.
pub fn route_of<'a>(path: &str, all: &'a [Address]) -> &'a str {
    let path = path.split('?').next().unwrap();
    let is_of = |route: &str| {
        let (route, path) = (route.split('/'), path.split('/'));
        route.clone().count() == path.clone().count()
            && route.zip(path).all(|(declared, part)| declared.starts_with('{') || declared == part)
    };
    let found = all.iter().filter(|address| is_of(&address.route));
    let found = found.min_by_key(|address| address.route.matches('{').count());
    &found.unwrap_or_else(|| panic!("{path} is none of the known routes")).route
}
