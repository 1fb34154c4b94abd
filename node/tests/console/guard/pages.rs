use super::{
    consortium::{Consortium, PRIVATE, SEALED, SEATS, Sealed, shown},
    routes::{self, Address, route_of},
};
use crate::{every::leads, support::Reply};
use counterfoil::PUBLIC_TABLES;
use std::collections::BTreeSet;

/// What those see who state nothing: the route, and why.
const PUBLIC: &[(&str, &str)] = &[
    ("/accounts/{account}", "leads to the same account's page, which asks who that is"),
    ("/assets/{name}", "what pages load: part of the binary"),
    ("/check", "whether an invoice is valid, by its number and total"),
    ("/documents/{owner}/{name}", "leads to the same document's page, which asks who that is"),
    ("/docs", "how the API is used: part of the binary"),
    ("/docs/docs.css", "part of the binary"),
    ("/docs/docs.js", "part of the binary"),
    ("/healthz", "asked by whoever watches the process"),
    ("/language/{tag}", "the choice of a language"),
    ("/metrics", "counters without names; a proxy keeps them back where they are nobody's business"),
    ("/openapi.json", "how the API is used, and the packages' actions"),
    ("/phone/challenge", "what a phone signs"),
    ("/phone/scan", "a page that reads codes by the camera"),
    ("/phone/taxpayer-ids/{id}", "whether check digits are right"),
    ("/readyz", "asked by whoever watches the process"),
    ("/seat", "that nobody is signed in"),
    ("/set-up", "where a link of an invitation leads"),
    ("/sign-in", "where one signs in"),
    ("/sign-in/challenge", "what a passkey signs"),
    ("/v1/genesis", "by which others check proofs"),
    ("/v1/invoices/check", "as /check"),
    ("/v1/members", "who the members are, and by which keys they sign"),
    ("/v1/members/{id}", "the same of one"),
    (PROOF, "the proof of an invoice, for whoever has its id from the code on it; of members and their keys"),
    ("/v1/status", "how the node is"),
    ("/v1/transactions/{identity}", "what became of a transaction, for whoever has its hash"),
    ("/v1/validators", "who orders"),
    ("/v1/validators/changes", "since when"),
    ("/verify", "the page that checks proofs in the browser"),
];
/// Proves a row to strangers, if it is of one of these tables.
const PROOF: &str = "/v1/rows/{table}/{key}/proof";
/// Phone pages, in whose place the one that signs in is shown.
const SIGN_IN_FIRST: &[&str] = &["/phone", "/phone/apply", "/phone/applications/{number}", "/phone/invoices/{id}"];
/// Streams, which do not end: `streams.rs` follows them.
const STREAMS: [&str; 3] = ["/live", "/v1/changes", "/v1/events"];
/// Of what there is none on this ledger, or what a seat without a phone is not.
const NOT_THERE: &[&str] = &[
    "/phone/applications/{number}/wait",
    "/phone/invoices/{id}/invoice.pdf",
    "/phone/invoices/{id}/invoice.xml",
    "/phone/reading-key",
    "/v1/accounts/{account}/statements/{day}",
    "/v1/anchors/{hash}",
    "/v1/approvals/{proposal}",
    "/v1/holds/{hold}",
    "/v1/invoice-applications/{application}",
    "/v1/members/{member}/policy",
    "/v1/offers/{offer}",
    "/v1/payments/{payment}",
    "/v1/red-forms/{form}",
    "/v1/tables/{table}",
    "/v1/transfers/{number}",
    "/v1/webhooks/{id}",
    "/v1/webhooks/{id}/dead-letters",
];
/// Addresses that are asked for at most, for each seat.
const ASKED_MAX: usize = 240;

/// What a seat can click its way to, and all routes.
fn known_to(consortium: &Consortium, all: &[Address], kid: &str, reads: bool) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut known: Vec<String> = all.iter().map(|address| address.path.clone()).collect();
    let (mut at, mut seen, mut answered) = (0, 0, BTreeSet::new());
    while at < known.len() {
        let path = known[at].clone();
        at += 1;
        let route = route_of(&path, all);
        if STREAMS.contains(&route) {
            continue;
        }
        let reply = consortium.page(kid, &path);
        let words = shown(&reply.body, &SEALED);
        assert!(reads || words.is_empty(), "{kid} is shown {words:?} at {path}");
        assert!(reply.status < 500, "{kid} {path}: {} {}", reply.status, reply.text());
        seen += usize::from(!words.is_empty());
        if reply.status < 300 || reply.status == 303 {
            answered.insert(route.to_owned());
        }
        if reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
            for to in leads(&reply.text()) {
                if known.len() < ASKED_MAX && !known.contains(&to) {
                    known.push(to);
                }
            }
        }
    }
    println!("{kid}: {} addresses, {seen} with what is sealed", known.len());
    assert_eq!(reads, seen > 0, "{kid} is a reader, and so is shown it somewhere");
    (known.into_iter().collect(), answered)
}

fn closed(reply: &Reply) -> bool {
    let leads_to_sign_in = || reply.header("location").is_some_and(|to| to.starts_with("/sign-in?to="));
    [401, 403].contains(&reply.status) || reply.status == 303 && leads_to_sign_in()
}

/// What is wrong with what those are answered who state nothing, or something that is no good.
fn wrong_for_stranger(consortium: &Consortium, path: &str, route: &str, headers: &[(&str, &str)]) -> Option<String> {
    let reply = consortium.http().get_with(path, headers);
    let words = shown(&reply.body, &[&SEALED[..], &PRIVATE].concat());
    let table = path.replace("%5F", "_");
    // Of rows whose keys can be guessed, nothing is proved to strangers.
    let guessed = route == PROOF && !PUBLIC_TABLES.iter().any(|known| table.starts_with(&format!("/v1/rows/{known}/")));
    let right = if SIGN_IN_FIRST.contains(&route) {
        reply.text().contains("id=\"sign-in\"")
    } else if guessed || !PUBLIC.iter().any(|(public, _)| *public == route) {
        closed(&reply)
    } else {
        reply.status < 400 || reply.status == 429
    };
    let wrong = || format!("{path} {headers:?}: {} {words:?} {:.200}", reply.status, reply.text());
    (!right || !words.is_empty()).then(wrong)
}

#[test]
fn each_role_sees_what_it_may_and_a_stranger_what_is_for_everybody() {
    let consortium = Consortium::start();
    let sealed = consortium.seal();
    let all = routes::pages(&consortium, &sealed);
    let (mut known, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for (kid, reads) in SEATS {
        let (more, of_seat) = known_to(&consortium, &all, kid, reads);
        known.extend(more);
        answered.extend(of_seat);
        tables(&consortium, kid);
    }
    // What nobody was answered is named, so that no address is right only because there is nothing at it.
    let unanswered: Vec<&str> =
        all.iter().map(|one| one.route.as_str()).filter(|one| !answered.contains(*one)).collect();
    let expected: Vec<&str> = NOT_THERE.iter().chain(&STREAMS).copied().collect::<BTreeSet<_>>().into_iter().collect();
    assert_eq!(unanswered, expected);
    of_the_person(&consortium, &sealed);
    rows_for_strangers(&consortium, &sealed);

    let forged = consortium.cookie("a/main").replace("a%2Fmain", "buyer%2Fmain");
    assert_ne!(forged, consortium.cookie("a/main"));
    let mut wrong = Vec::new();
    for path in &known {
        let route = route_of(path, &all);
        let mut ask = |headers: &[(&str, &str)]| wrong.extend(wrong_for_stranger(&consortium, path, route, headers));
        ask(&[("accept-language", "en")]);
        ask(&[("cookie", &forged), ("sec-fetch-site", "same-origin"), ("counterfoil-key", "buyer/main")]);
        // A session is no token: a page of another site, or a client that has the cookie alone, reads nothing of the API.
        if route.starts_with("/v1/") {
            ask(&[("cookie", consortium.cookie("buyer/main"))]);
            ask(&[("authorization", "Bearer cft_00")]);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("a stranger: {} addresses", known.len());
}

/// Every row of every table, for the holder of a token.
fn tables(consortium: &Consortium, kid: &str) {
    let links = leads(&consortium.page(kid, "/tables").expect(200).text());
    let names = links.iter().filter_map(|link| link.strip_prefix("/tables/"));
    let names: BTreeSet<String> = names.map(|name| name.replace("%2E", ".").replace("%5F", "_")).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let rows = consortium.sql(kid, &format!("SELECT * FROM {name} LIMIT 1000")).expect(200);
        assert_eq!(shown(&rows.body, &SEALED), Vec::<&str>::new(), "{kid}: {name}");
    }
}

/// One row of each table that is proved to strangers, and some that are not.
fn rows_for_strangers(consortium: &Consortium, sealed: &Sealed) {
    let ask = |table: &str, key: &str| consortium.http().get(&format!("/v1/rows/{table}/{key}/proof"));
    for table in PUBLIC_TABLES {
        let key = match table {
            "invoice" => sealed.invoice.clone(),
            "invoice_tax" => format!("{},1", sealed.invoice),
            "member" => "buyer".to_owned(),
            "member_key" => "buyer,main".to_owned(),
            "member_key_role" => "buyer,main,admin".to_owned(),
            "member_role" => "buyer,enterprise".to_owned(),
            // No validators were ever decided on here.
            "member_committee" => {
                ask(table, "1").problem(404, "http/not-found");
                continue;
            }
            _ => panic!("name a row of {table}"),
        };
        ask(table, &key).expect(200);
    }
    for (table, key) in
        [("asset_account", format!("buyer%2F{}", PRIVATE[0])), ("member_proposal", sealed.proposal.clone())]
    {
        ask(table, &key).problem(401, "http/unauthenticated");
        consortium.get("buyer/main", &format!("/v1/rows/{table}/{key}/proof")).expect(200);
    }
}

/// A person is shown what was sealed for him and nothing of the organisations'.
fn of_the_person(consortium: &Consortium, sealed: &Sealed) {
    let person = &sealed.person;
    let page = person.get(consortium, &format!("/phone/invoices/{}", sealed.held)).expect(200);
    assert_eq!(shown(&page.body, &SEALED[2..3]), [SEALED[2]]);
    for path in
        [format!("/phone/invoices/{}", sealed.invoice), "/phone".to_owned(), "/phone/apply?payment=1".to_owned()]
    {
        let reply = person.get(consortium, &path);
        assert_eq!(shown(&reply.body, &[&SEALED[..], &PRIVATE].concat()), Vec::<&str>::new(), "{path}");
    }
    // The cookie of a phone is nobody's seat.
    assert!(closed(&person.get(consortium, "/invoices")));
}
