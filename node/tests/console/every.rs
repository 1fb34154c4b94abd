use crate::{browser::Browser, support::Dev};
use serde_json::json;

/// Every page that is to be looked at; a new page is a line here.
const PAGES: &[&str] = &[
    "/",
    "/accounts",
    "/accounts/supplier-1/cny",
    "/blocks",
    "/check",
    "/deploy",
    "/deploy/table",
    "/do",
    "/do/approval.set_policy",
    "/do/asset.transfer",
    "/do/asset.transfer_batch",
    "/do/escrow/open",
    "/do/invoice.issue",
    "/do/member.admit",
    "/documents",
    "/documents/find?field=matter&value=lease+of+a+shop",
    "/documents/seal",
    "/governance",
    "/inbox",
    "/inbox/offer",
    "/invoices",
    "/invoices/import",
    "/invoices/new",
    "/members",
    "/members/core-corp",
    "/packages",
    "/packages/escrow",
    "/sql",
    "/tables",
    "/tables/invoice",
    "/tax",
    "/verify",
];

#[test]
fn every_page_is_accessible_small_and_cheap() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let source = include_str!("../../../platform/packages/escrow/package.sql");
    dev.command("package.propose", "core-corp/dev", &json!({"source": source}));
    dev.command("package.vote", "bank-a/dev", &json!({"package": "escrow", "version": 1, "agree": true}));
    let seen = browser.run("console/every.cjs", &json!({"url": dev.http.url(), "pages": PAGES}));
    assert_eq!(seen.len(), 2 * PAGES.len());
    for one in seen {
        println!("{one}");
    }
}

/// Words that stand nowhere but in what is sealed.
const SEALED: [&str; 2] = ["Zirkonring-7741", "Nachtschicht-5520"];
/// A seat of each kind, and whether it is a reader that has opened them.
const SEATS: [(&str, bool); 6] = [
    ("core-corp/dev", true),
    ("core-corp/ann", true),
    ("supplier-1/dev", false),
    ("tax-bureau/dev", false),
    ("bank-a/dev", false),
    ("person-1/dev", false),
];
/// Addresses that are asked for at most, for each seat.
const ASKED_MAX: usize = 250;

/// Where a page leads, files and parts of it included.
pub fn leads(text: &str) -> Vec<String> {
    let after = |mark: &'static str| text.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
    let all = after("href=\"").chain(after("data-part=\"")).filter(|to| to.starts_with('/') && !to.starts_with("//"));
    all.map(|to| to.replace("&#38;", "&").replace("&amp;", "&").split('#').next().unwrap_or_default().to_owned())
        .collect()
}

/// Every page that a seat can click its way to, and every file there, with HTML, CSV and JSON alike.
#[test]
fn no_seat_is_shown_what_is_sealed_for_others() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let invoice = json!({
        "seller": "91440300MA5EN1680G", "net": "100.00", "tax": "13.00", "total": "113.00", "remark": SEALED[1],
        "buyer": {"kind": "organisation", "name": "Core", "taxpayer": "91440300MA5FC0013E", "member": "core-corp"},
        "items": [{"tax_code": "1090512010000000000", "name": SEALED[0], "amount": "100.00", "tax": "13.00", "total": "113.00", "rate": "0.13"}],
    });
    let id = dev.command("invoice.issue", "supplier-1/dev", &invoice)["id"].as_str().unwrap().to_owned();
    let subject = dev.http.value(&format!("SELECT subject FROM invoice WHERE id = '{id}'"));
    let subject = subject.as_str().unwrap().replace(':', "%3A").replace('/', "%2F");
    let opening = [("content-type", "application/json"), ("counterfoil-key", "core-corp/dev")];
    dev.http.post(&format!("/v1/sealed/{subject}/1/open"), &opening, "{}").expect(200);

    for (seat, reads) in SEATS {
        let cookie = format!("seat-tax-bureau={seat}");
        let mut known: Vec<String> = PAGES.iter().map(|page| (*page).to_owned()).collect();
        known.push(format!("/invoices/{id}"));
        let (mut at, mut seen) = (0, 0);
        while at < known.len() {
            let reply = dev.http.get_with(&known[at], &[("cookie", &cookie), ("accept-language", "en")]);
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            let shows = SEALED.iter().any(|word| text.contains(word));
            assert!(reads || !shows, "{seat} is shown what is sealed: {}", known[at]);
            assert!(reply.status < 500, "{seat} {}: {}", known[at], reply.status);
            seen += usize::from(shows);
            if reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                for to in leads(&text) {
                    // Streams do not end; the choice of a language and the documents of the API are no pages of the ledger.
                    let is_page =
                        !["/language/", "/docs", "/assets/", "/openapi.json"].iter().any(|area| to.starts_with(area));
                    if is_page && known.len() < ASKED_MAX && !known.contains(&to) {
                        known.push(to);
                    }
                }
            }
            at += 1;
        }
        println!("{seat}: {} addresses, {seen} with what is sealed", known.len());
        assert_eq!(reads, seen > 0, "{seat} is a reader, and so is shown it somewhere");
    }
}
