//! What waits for whom: found, counted, shown in order, and done from the inbox.

use crate::{
    browser::Browser,
    support::{Dev, Reply},
};
use serde_json::{Value, json};

const SUPPLIER: &str = "91440300MA5EN1680G";
/// What waits for the member of a seat, as lists of the page have it for their id.
const OWN: [&str; 13] = [
    "sign",
    "proposal",
    "version",
    "motion",
    "offer",
    "hold",
    "red-confirm",
    "red-issue",
    "question",
    "answer",
    "application",
    "passed",
    "locked",
];

fn page(dev: &Dev, kid: &str, path: &str) -> Reply {
    dev.http.get_with(path, &[("cookie", &format!("seat-tax-bureau={kid}")), ("accept-language", "en")])
}

fn shown(dev: &Dev, kid: &str, path: &str) -> String {
    let reply = page(dev, kid, path).expect(200);
    let reads: u64 = reply.header("counterfoil-reads").unwrap().parse().unwrap();
    assert!((1..=5).contains(&reads), "{path} took {reads} SELECTs");
    reply.text()
}

/// A list of the inbox; empty where it has none of the kind.
fn list<'a>(page: &'a str, kind: &str) -> &'a str {
    let begin = format!("<ul class=\"list\" id=\"{kind}\">");
    page.split_once(&begin).map_or("", |(_, rest)| rest.split("</ul>").next().unwrap())
}

fn entries(page: &str, kind: &str) -> usize {
    list(page, kind).matches("<li class=\"card\">").count()
}

/// What the list of pages says beside "Inbox".
fn counted(dev: &Dev, kid: &str) -> String {
    let part = page(dev, kid, "/inbox/count").expect(200).text();
    part.split('<').next().unwrap().trim().to_owned()
}

/// The page of a seat, on which as much waits as is counted.
fn inbox(dev: &Dev, kid: &str) -> String {
    let page = shown(dev, kid, "/inbox");
    let waiting: usize = OWN.iter().map(|kind| entries(&page, kind)).sum();
    let counted = counted(dev, kid);
    assert_eq!(counted, if waiting == 0 { String::new() } else { waiting.to_string() }, "{kid}: {page}");
    page
}

fn offer(dev: &Dev, to: &str, amount: &str, reference: &str) -> Value {
    let expires = dev.http.value("SELECT max(time_ms) + 3600000 FROM block");
    let with = json!({"from": "supplier-1/cny", "to": to, "asset": "bank-a/CNY", "amount": amount, "expires_ms": expires, "reference": reference});
    dev.command("asset.offer", "supplier-1/dev", &with)
}

fn issued(dev: &Dev) -> String {
    let invoice = json!({
        "seller": SUPPLIER, "net": "100.00", "tax": "13.00", "total": "113.00",
        "buyer": {"kind": "organisation", "name": "Core", "taxpayer": "91440300MA5FC0013E", "member": "core-corp"},
        "items": [{"tax_code": "1090512010000000000", "name": "Phone", "amount": "100.00", "tax": "13.00", "total": "113.00", "rate": "0.13"}],
    });
    dev.command("invoice.issue", "supplier-1/dev", &invoice)["id"].as_str().unwrap().to_owned()
}

#[test]
fn red_letters_reimbursements_and_questions_wait_for_whoever_is_next() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let id = issued(&dev);
    let lock = json!({"organisation": "core-corp", "reference": "trip-7", "invoices": [id]});
    dev.command("invoice.lock", "core-corp/dev", &lock);
    assert!(list(&inbox(&dev, "core-corp/dev"), "locked").contains("trip-7"));

    // The buyer uses it, so it confirms; the seller then issues.
    let red = dev.command("invoice.request_red", "supplier-1/dev", &json!({"invoice": id, "reason": "02"}));
    let form = red["form"].as_str().unwrap().to_owned();
    let to_confirm = inbox(&dev, "core-corp/dev");
    assert!(list(&to_confirm, "red-confirm").contains(&format!("/v1/red-forms/{form}/confirm")), "{to_confirm}");
    assert_eq!(entries(&inbox(&dev, "supplier-1/dev"), "red-issue"), 0);
    dev.command("invoice.confirm_red", "core-corp/dev", &json!({"form": form}));
    assert_eq!(entries(&inbox(&dev, "core-corp/dev"), "red-confirm"), 0);
    assert!(list(&inbox(&dev, "supplier-1/dev"), "red-issue").contains(&format!("/v1/red-forms/{form}/issue")));
    dev.command("invoice.issue_red", "supplier-1/dev", &json!({"form": form}));
    assert_eq!(entries(&inbox(&dev, "supplier-1/dev"), "red-issue"), 0);

    let before = entries(&inbox(&dev, "supplier-1/dev"), "question");
    let doubt = json!({"invoice": id, "rule": "CN-4", "reason": "<b>Why so cheap?</b>"});
    let question = dev.command("invoice.question", "tax-bureau/dev", &doubt)["question"].as_str().unwrap().to_owned();
    let asked = inbox(&dev, "supplier-1/dev");
    assert_eq!(entries(&asked, "question"), before + 1);
    assert!(list(&asked, "question").contains("&#60;b&#62;Why so cheap?"), "{asked}");
    assert_eq!(entries(&inbox(&dev, "core-corp/dev"), "question"), 0, "the seller is asked");
    let answers = entries(&inbox(&dev, "tax-bureau/dev"), "answer");
    dev.command("invoice.answer_question", "supplier-1/dev", &json!({"question": question, "answer": "A sale."}));
    assert_eq!(entries(&inbox(&dev, "supplier-1/dev"), "question"), before);
    assert_eq!(entries(&inbox(&dev, "core-corp/dev"), "answer"), 0, "an authority judges");
    let judged = inbox(&dev, "tax-bureau/dev");
    assert_eq!(entries(&judged, "answer"), answers + 1);
    assert!(list(&judged, "answer").contains("A sale."));
    dev.command("invoice.close_question", "tax-bureau/dev", &json!({"question": question, "upheld": false}));
    assert_eq!(entries(&inbox(&dev, "tax-bureau/dev"), "answer"), answers);
}

#[test]
fn an_application_waits_for_the_seller_until_it_is_answered() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let paid = json!({"reference": "inbox-1", "payer": "wx-1", "payee": SUPPLIER, "currency": "CNY", "amount": "113.00",
        "paid_ms": dev.http.value("SELECT max(time_ms) FROM block")});
    let payment = dev.command("invoice.register_payment", "cloud-provider/dev", &paid)["payment"].clone();
    let before = entries(&inbox(&dev, "supplier-1/dev"), "application");
    let buyer = json!({"kind": "organisation", "name": "Wang", "taxpayer": "91440300MA5FC0013E"});
    let asked = json!({"payment": payment, "kind": "special", "amounts": ["113.00"], "buyer": buyer});
    let number = dev.command("invoice.apply", "cloud-provider/dev", &asked)["application"].as_str().unwrap().to_owned();
    let waits = inbox(&dev, "supplier-1/dev");
    assert_eq!(entries(&waits, "application"), before + 1);
    let answer = format!("/invoices/new?seller={SUPPLIER}&#38;application={number}&#38;part=1");
    assert!(list(&waits, "application").contains(&answer), "{waits}");
    assert!(list(&waits, "application").contains("Special (VAT)"), "{waits}");
    assert!(!waits.contains("Wang"), "whom it is for is sealed");
    let form = shown(&dev, "supplier-1/dev", &answer.replace("&#38;", "&"));
    assert!(form.contains(&format!("data-field=\"/application/number\" value=\"{number}\"")), "{form}");
    assert!(form.contains("<option value=\"special\" selected>"), "{form}");
    assert_eq!(entries(&inbox(&dev, "cloud-provider/dev"), "application"), 0);
    dev.command("invoice.decline_application", "supplier-1/dev", &json!({"application": number, "reason": "twice"}));
    assert_eq!(entries(&inbox(&dev, "supplier-1/dev"), "application"), before);
}

#[test]
fn owners_of_a_package_are_asked_what_others_move() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let source = include_str!("../../../platform/packages/escrow/package.sql");
    dev.command("package.propose", "core-corp/dev", &json!({"source": source}));
    assert!(list(&inbox(&dev, "bank-a/dev"), "version").contains("/packages/escrow"));
    assert_eq!(entries(&inbox(&dev, "core-corp/dev"), "version"), 0, "who proposes has voted");
    assert_eq!(entries(&inbox(&dev, "shop-1/dev"), "version"), 0, "who is no owner is not asked");
    dev.command("package.vote", "bank-a/dev", &json!({"package": "escrow", "version": 1, "agree": true}));
    assert_eq!(entries(&inbox(&dev, "bank-a/dev"), "version"), 0);
    dev.command("package.retire", "core-corp/dev", &json!({"package": "escrow", "version": 1}));
    dev.command("package.freeze", "bank-a/dev", &json!({"package": "escrow"}));
    dev.command("package.unfreeze", "bank-a/dev", &json!({"package": "escrow"}));
    assert!(list(&inbox(&dev, "bank-a/dev"), "motion").contains("retire version 1"));
    let core = inbox(&dev, "core-corp/dev");
    assert!(list(&core, "motion").contains("unfreeze") && !list(&core, "motion").contains("retire"), "{core}");
    assert_eq!(entries(&inbox(&dev, "shop-1/dev"), "motion"), 0);
    dev.command("package.unfreeze", "core-corp/dev", &json!({"package": "escrow"}));
    assert_eq!(entries(&inbox(&dev, "core-corp/dev"), "motion"), 0);
}

/// Entries of a list that say an amount, in the order of the page.
fn amounts(page: &str, kind: &str) -> Vec<String> {
    let sums = list(page, kind).split("<span class=\"sum\">").skip(1);
    sums.map(|rest| rest.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn what_waits_is_shown_page_by_page_and_counted_up_to_a_hundred() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let expires = dev.http.value("SELECT max(time_ms) + 3600000 FROM block");
    let line = |at: usize| {
        let with = json!({"from": "supplier-1/cny", "to": "shop-1", "asset": "bank-a/CNY", "amount": format!("{at}.00"), "expires_ms": expires});
        format!("{with}\n")
    };
    let lines: String = (1..=104).map(line).collect();
    let headers = [("content-type", "application/x-ndjson"), ("counterfoil-key", "supplier-1/dev")];
    let made = dev.http.post("/v1/offers", &headers, lines).expect(200);
    assert_eq!(made.lines().len(), 104);
    assert_eq!(dev.http.value("SELECT count(*) FROM asset_offer WHERE receiver = 'shop-1' AND state = 'open'"), 104);

    assert_eq!(counted(&dev, "shop-1/dev"), "99+");
    let first = shown(&dev, "shop-1/dev", "/inbox");
    assert_eq!(entries(&first, "offer"), 10);
    let (mut path, mut seen) = ("/inbox/offer".to_owned(), Vec::new());
    loop {
        let page = shown(&dev, "shop-1/dev", &path);
        seen.extend(amounts(&page, "offer"));
        let Some((_, next)) = page.split_once("<a href=\"/inbox/offer?after=") else { break };
        path = format!("/inbox/offer?after={}", next.split('"').next().unwrap());
    }
    assert!(seen.starts_with(&amounts(&first, "offer")));
    let with = json!({"from": "shop-1/cny", "to": "supplier-1", "asset": "bank-a/CNY", "amount": "1.00", "expires_ms": expires});
    dev.command("asset.offer", "shop-1/dev", &with);
    let sender = shown(&dev, "supplier-1/dev", "/inbox");
    assert!(
        sender.contains("<a href=\"#offer\">Money offered to you <b>1</b>") && sender.contains("<b>10+</b>"),
        "its kinds lead to their lists: {sender}"
    );
    assert_eq!(seen.len(), 104);
    let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!(distinct.len(), 104, "none is left out and none is shown twice");
    // Who has offered it sees it wait for others, and may take it back.
    assert!(counted(&dev, "supplier-1/dev").parse::<u32>().unwrap_or(0) < 100);
    assert_eq!(entries(&shown(&dev, "supplier-1/dev", "/inbox/sent"), "sent"), 50);
    page(&dev, "shop-1/dev", "/inbox/nothing").expect(404);
}

#[test]
fn nobody_is_told_what_waits_for_others() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    offer(&dev, "shop-1", "5.00", "for the shop alone");
    for kid in ["core-corp/dev", "bank-a/dev", "person-1/dev"] {
        assert!(!inbox(&dev, kid).contains("for the shop alone"), "{kid}");
    }
    assert!(inbox(&dev, "shop-1/dev").contains("for the shop alone"));
}

#[test]
fn money_is_offered_accepted_refused_and_withdrawn_by_clicks_in_both_languages() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::start_with_samples(&["--members", "1"]);
    for (language, width) in [("en", 1280), ("zh-CN", 390)] {
        browser.run("console/inbox.cjs", &json!({"base": dev.http.url(), "language": language, "width": width}));
    }
    let ended = |state: &str| dev.http.value(&format!("SELECT count(*) FROM asset_offer WHERE state = '{state}'"));
    assert_eq!([ended("accepted"), ended("refused"), ended("withdrawn")], [2, 4, 2]);
}
