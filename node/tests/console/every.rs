use crate::{browser::Browser, support::Dev};
use serde_json::json;

/// Every page that is to be looked at; a new page is a line here.
const PAGES: &[&str] = &[
    "/",
    "/accounts",
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
    "/documents",
    "/documents/seal",
    "/governance",
    "/inbox",
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
    assert_eq!(seen.len(), 4 * PAGES.len());
    for one in seen {
        println!("{one}");
    }
}
