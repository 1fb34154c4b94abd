use crate::{
    browser::Browser,
    support::{Dev, Reply},
};
use counterfoil_apps::invoice::EXAMPLE_XML;
use serde_json::{Value, json};

const SHOP: &str = "92440300MA5DL0010T";
const SUPPLIER: &str = "91440300MA5EN1680G";

/// A page as whoever has a seat sees it.
fn page(dev: &Dev, kid: &str, path: &str) -> Reply {
    dev.http.get_with(path, &[("cookie", &format!("seat-tax-bureau={kid}")), ("accept-language", "en")])
}

/// The same where it must be there, for no more SELECTs than a page may cost.
fn shown(dev: &Dev, kid: &str, path: &str) -> String {
    let reply = page(dev, kid, path).expect(200);
    let reads: u64 = reply.header("counterfoil-reads").unwrap().parse().unwrap();
    assert!(reads <= 5, "{path} took {reads} SELECTs");
    reply.text()
}

/// An invoice under Chinese VAT of one line of 100.00.
fn invoice(buyer: &Value, name: &str, remark: &str) -> Value {
    json!({
        "seller": SUPPLIER, "buyer": buyer, "net": "100.00", "tax": "13.00", "total": "113.00", "remark": remark,
        "items": [{"tax_code": "1090512010000000000", "name": name, "amount": "100.00", "tax": "13.00", "total": "113.00", "rate": "0.13"}],
    })
}

fn to_core() -> Value {
    json!({"kind": "organisation", "name": "Core <b>", "taxpayer": "91440300MA5FC0013E", "member": "core-corp"})
}

fn issued(dev: &Dev, invoice: &Value) -> (String, String) {
    let done = dev.command("invoice.issue", "supplier-1/dev", invoice);
    (done["id"].as_str().unwrap().to_owned(), done["number"].as_str().unwrap().to_owned())
}

fn dev() -> Dev {
    Dev::start_with_samples(&["--members", "1"])
}

/// The story of the console: issue by the form, lock and close, the tax officer, the public check, the camera's page.
#[test]
fn invoices_are_clicked_through_in_both_languages() {
    let Some(browser) = Browser::find() else { return };
    let dev = dev();
    for language in ["en", "zh-CN"] {
        let told = browser.run("console/invoices.cjs", &json!({"url": dev.http.url(), "language": language}));
        println!("{language}: {told:?}");
    }
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice_reimbursement WHERE state = 'closed'"), 2);
    // The third file of each import is the same as one before; the wrong one is refused each time.
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice WHERE seller = 'DE129273398'"), 3);
}

#[test]
fn a_list_is_narrowed_and_says_what_fits() {
    let dev = dev();
    let (first, number) = issued(&dev, &invoice(&to_core(), "Phone", "-"));
    let anonymous = json!({"kind": "individual", "name": "Wang"});
    let (second, _) = issued(&dev, &invoice(&anonymous, "Phone", "-"));
    let lists = |kid: &str, query: &str, id: &str| {
        shown(&dev, kid, &format!("/invoices?{query}")).contains(&format!("/invoices/{id}\""))
    };
    let today = dev.http.value("SELECT max(issue_date) FROM invoice");
    let today = today.as_str().unwrap();
    for (kid, query, has_first, has_second) in [
        ("supplier-1/dev", "", true, true),
        ("supplier-1/dev", "view=issued&party=core-corp", true, false),
        ("supplier-1/dev", "view=issued&party=Core%20Corporation", true, false),
        ("supplier-1/dev", "view=issued&state=issued", true, true),
        ("supplier-1/dev", "view=issued&state=locked", false, false),
        ("supplier-1/dev", "view=held", false, false),
        ("core-corp/dev", "view=held", true, false),
        ("core-corp/dev", "view=received", false, false),
        ("tax-bureau/dev", "", true, true),
        ("shop-1/dev", "", false, false),
    ] {
        assert_eq!((lists(kid, query, &first), lists(kid, query, &second)), (has_first, has_second), "{kid} {query}");
    }
    assert!(lists("core-corp/dev", &format!("number={number}"), &first));
    assert!(!lists("core-corp/dev", &format!("number={number}"), &second));
    assert!(!lists("core-corp/dev", &format!("number={number}&from=2999-01-01"), &first));
    assert!(lists("core-corp/dev", &format!("view=held&from={today}&until={today}"), &first));
    assert!(!lists("core-corp/dev", "view=held&until=2020-01-01", &first));
    assert!(!lists("core-corp/dev", "view=held&from=2999-01-01", &first));
    let wrong = shown(&dev, "core-corp/dev", "/invoices?view=held&from=2026-02-30");
    assert!(wrong.contains("A day is written like"), "{wrong}");
    assert!(!lists("supplier-1/dev", &format!("view=issued&before={first}"), &first));
    page(&dev, "core-corp/dev", "/invoices?view=none").expect(404);
    let of_person = shown(&dev, "person-1/dev", "/invoices");
    assert!(of_person.contains("class=\"number\"") && !of_person.contains("id=\"batch\""), "{of_person}");
    assert!(!of_person.contains("view=reimbursed") && !of_person.contains("view=received"), "{of_person}");
    page(&dev, "core-corp/dev", "/invoices/nothing").expect(404);

    let lock = json!({"organisation": "core-corp", "reference": "r-1", "invoices": [first]});
    dev.command("invoice.lock", "core-corp/dev", &lock);
    assert!(lists("core-corp/dev", "view=reimbursed", &first));
    assert!(lists("supplier-1/dev", "view=issued&state=locked", &first));
}

#[test]
fn what_strangers_wrote_is_text_and_what_is_sealed_is_for_readers() {
    let dev = dev();
    let evil = "<img src=x onerror=alert(1)>\u{202e}";
    let (id, number) = issued(&dev, &invoice(&to_core(), evil, "<script>alert(2)</script>"));
    let path = format!("/invoices/{id}");
    let (pdf, xml) = (format!("{path}/invoice.pdf"), format!("{path}/invoice.xml"));
    // Nobody sees it before the ledger says that he has opened it; others than readers never do.
    for kid in ["core-corp/dev", "supplier-1/dev", "shop-1/dev", "bank-a/dev", "tax-bureau/dev"] {
        let text = shown(&dev, kid, &path);
        assert!(!text.contains("Core &#60;b&#62;") && !text.contains("onerror"), "{kid}: {text}");
        page(&dev, kid, &pdf).expect(403);
        page(&dev, kid, &xml).expect(403);
    }
    let subject = dev.http.value(&format!("SELECT subject FROM invoice WHERE id = '{id}'"));
    let subject = subject.as_str().unwrap();
    let open = |kid: &str| {
        let at = format!("/v1/sealed/{}/1/open", subject.replace(':', "%3A").replace('/', "%2F"));
        dev.http.post(&at, &[("content-type", "application/json"), ("counterfoil-key", kid)], "{}")
    };
    open("shop-1/dev").expect(403);
    open("core-corp/dev").expect(200);
    let text = shown(&dev, "core-corp/dev", &path);
    assert!(text.contains("onerror=alert(1)") && text.contains("alert(2)"), "{text}");
    assert!(!text.contains("<img src=x") && !text.contains("<script>alert"), "{text}");
    assert!(page(&dev, "core-corp/dev", &pdf).expect(200).body.starts_with(b"%PDF-"));
    page(&dev, "core-corp/dev", &xml).expect(200);
    // That one has opened it shows it to nobody else.
    for kid in ["supplier-1/dev", "shop-1/dev", "bank-a/dev"] {
        assert!(!shown(&dev, kid, &path).contains("onerror"), "{kid}");
        page(&dev, kid, &pdf).expect(403);
    }
    for path in [
        "/invoices",
        "/invoices?view=all",
        "/tax",
        &format!("/tax/{SUPPLIER}"),
        &format!("/tax/{SUPPLIER}/sales-book.csv"),
    ] {
        let reply = page(&dev, "tax-bureau/dev", path).expect(200).text();
        assert!(!reply.contains("onerror") && !reply.contains("Core <b>"), "{path}");
    }
    let check = dev.http.get(&format!("/check?number={number}&total=113")).expect(200).text();
    assert!(!check.contains("onerror") && !check.contains(SUPPLIER), "{check}");
}

#[test]
fn a_red_letter_has_a_page_with_its_own_files_and_the_blue_one_leads_to_them() {
    let dev = dev();
    let (blue, _) = issued(&dev, &invoice(&to_core(), "Phone", "-"));
    let form = dev.command("invoice.request_red", "supplier-1/dev", &json!({"invoice": blue, "reason": "02"}));
    let red = dev.command("invoice.issue_red", "supplier-1/dev", &json!({"form": form["form"]}));
    let red = red["id"].as_str().unwrap();
    let path = format!("/invoices/{red}");
    let files = [format!("{path}/invoice.pdf"), format!("{path}/invoice.xml")];
    let unopened = shown(&dev, "core-corp/dev", &path);
    assert!(unopened.contains("/open\"") && !unopened.contains("Core &#60;b&#62;"), "{unopened}");
    files.iter().for_each(|file| drop(page(&dev, "core-corp/dev", file).expect(403)));
    let subject = dev.http.value(&format!("SELECT subject FROM invoice WHERE id = '{blue}'"));
    let subject = subject.as_str().unwrap().replace(':', "%3A").replace('/', "%2F");
    let headers = [("content-type", "application/json"), ("counterfoil-key", "core-corp/dev")];
    dev.http.post(&format!("/v1/sealed/{subject}/1/open"), &headers, "{}").expect(200);

    let text = shown(&dev, "core-corp/dev", &path);
    assert!(text.contains("Core &#60;b&#62;") && text.contains("Phone") && text.contains(">\u{2212}100.00<"), "{text}");
    assert!(text.contains(&files[0]) && text.contains(&format!("/invoices/{blue}\"")), "{text}");
    let of_blue = shown(&dev, "core-corp/dev", &format!("/invoices/{blue}"));
    assert!(files.iter().all(|file| of_blue.contains(file)), "{of_blue}");
    assert!(page(&dev, "core-corp/dev", &files[0]).expect(200).body.starts_with(b"%PDF-"));
    let xml = page(&dev, "core-corp/dev", &files[1]).expect(200).text();
    assert!(xml.contains(">-113.00<"), "{xml}");
    for kid in ["shop-1/dev", "bank-a/dev", "supplier-1/dev"] {
        files.iter().for_each(|file| drop(page(&dev, kid, file).expect(403)));
        assert!(!shown(&dev, kid, &path).contains("Core &#60;b&#62;"), "{kid}");
    }
}

#[test]
fn a_credit_note_is_offered_to_be_booked_and_not_to_be_reimbursed() {
    let dev = dev();
    let credit = EXAMPLE_XML
        .replace(">380</cbc:InvoiceTypeCode", ">381</cbc:CreditNoteTypeCode")
        .replace("<cbc:InvoiceTypeCode", "<cbc:CreditNoteTypeCode")
        .replace("schema:xsd:Invoice-2", "schema:xsd:CreditNote-2")
        .replace("<Invoice ", "<CreditNote ")
        .replace("</Invoice>", "</CreditNote>")
        .replace("cac:InvoiceLine", "cac:CreditNoteLine")
        .replace("cbc:InvoicedQuantity", "cbc:CreditedQuantity")
        .replace("<cbc:DueDate>2026-12-24</cbc:DueDate>", "");
    for (ubl, locks) in [(EXAMPLE_XML.to_owned(), true), (credit.replace("QE-2026-0042", "QC-1"), false)] {
        let asked = json!({"ubl": ubl, "buyer": "core-corp"});
        let done = dev.command("invoice.issue_en16931", "supplier-1/dev", &asked);
        let text = shown(&dev, "core-corp/dev", &format!("/invoices/{}", done["id"].as_str().unwrap()));
        assert_eq!(text.contains("\"/v1/invoices/lock\""), locks, "{text}");
        assert!(text.contains("\"/v1/invoices/book\""), "{text}");
    }
    let list = shown(&dev, "supplier-1/dev", "/invoices?view=issued");
    assert!(list.contains(">475.88 <") && list.contains(">\u{2212}475.88 <"), "{list}");
}

#[test]
fn only_the_tax_of_special_invoices_is_offered_to_be_deducted() {
    let dev = dev();
    let (ordinary, _) = issued(&dev, &invoice(&to_core(), "Phone", "-"));
    let mut special = invoice(&to_core(), "Phone", "-");
    special["kind"] = json!("special");
    let (special, _) = issued(&dev, &special);
    for (id, deductible) in [(ordinary, false), (special, true)] {
        let text = shown(&dev, "core-corp/dev", &format!("/invoices/{id}"));
        assert_eq!(text.contains("<option value=\"deductible\">"), deductible, "{text}");
        assert!(text.contains("<option value=\"not_deductible\">"), "{text}");
    }
}

#[test]
fn what_needs_a_look_in_a_month_is_on_the_taxpayers_page_too() {
    let dev = dev();
    let quota = json!({"taxpayer": SUPPLIER, "currency": "CNY", "invoices": 1});
    dev.command("invoice.set_quota", "tax-bureau/dev", &quota);
    issued(&dev, &invoice(&to_core(), "Phone", "-"));
    for path in ["/tax".to_owned(), format!("/tax/{SUPPLIER}")] {
        let text = shown(&dev, "tax-bureau/dev", &path);
        assert!(text.contains("Near its quota") && text.contains("100%"), "{path}: {text}");
    }
    assert!(!shown(&dev, "tax-bureau/dev", &format!("/tax/{SHOP}")).contains("Near its quota"));
}

#[test]
fn only_a_tax_authority_sees_its_view_and_cells_are_no_formulas() {
    let dev = dev();
    let formula = "=HYPERLINK(\"http://evil.example\",\"a\")";
    let taxpayer = json!({"id": "EVIL1", "name": formula, "member": "shop-2", "regime": "en16931", "scale": "general"});
    dev.command("invoice.register_taxpayer", "tax-bureau/dev", &taxpayer);
    let mut special = invoice(&to_core(), "Phone", "-");
    special["kind"] = json!("special");
    let (id, _) = issued(&dev, &special);
    let question = json!({"invoice": id, "rule": "CN-4", "reason": "+1,\"2\""});
    dev.command("invoice.question", "tax-bureau/dev", &question);
    let quota = json!({"taxpayer": SHOP, "currency": "CNY", "invoices": 7});
    dev.command("invoice.set_quota", "tax-bureau/dev", &quota);

    let paths = [
        "/tax".to_owned(),
        format!("/tax/{SUPPLIER}"),
        format!("/tax/{SUPPLIER}/input-tax"),
        format!("/tax/{SUPPLIER}/sales-book"),
        "/tax?taxpayer=9144".to_owned(),
    ];
    for path in &paths {
        page(&dev, "supplier-1/dev", path).expect(403);
        shown(&dev, "tax-bureau/dev", path);
    }
    let overview = shown(&dev, "tax-bureau/dev", "/tax");
    assert!(overview.contains("=HYPERLINK") && overview.contains("CN-4"), "{overview}");
    let narrowed = shown(&dev, "tax-bureau/dev", "/tax?taxpayer=9144");
    assert!(narrowed.contains(SUPPLIER) && !narrowed.contains("EVIL1"), "{narrowed}");
    let taxpayer = shown(&dev, "tax-bureau/dev", &format!("/tax/{SUPPLIER}"));
    assert!(taxpayer.contains("<svg class=\"chart\"") && taxpayer.contains("13.00"), "{taxpayer}");
    assert!(shown(&dev, "tax-bureau/dev", &format!("/tax/{SHOP}")).contains(">7<"));
    page(&dev, "tax-bureau/dev", "/tax/nobody").expect(404);
    page(&dev, "tax-bureau/dev", "/tax?month=x").expect(400);

    let csv = |path: &str| {
        page(&dev, "supplier-1/dev", path).expect(403);
        let reply = page(&dev, "tax-bureau/dev", path).expect(200);
        assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8"));
        reply.text()
    };
    let taxpayers = csv("/tax/taxpayers.csv");
    assert!(taxpayers.contains(",\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"a\"\")\","), "{taxpayers}");
    assert!(csv("/tax/questions.csv").contains(",\"'+1,\"\"2\"\"\","));
    let book = csv(&format!("/tax/{SUPPLIER}/sales-book.csv"));
    assert!(book.contains(&id) && book.contains(",100.00,13.00,113.00,"), "{book}");
    assert!(csv(&format!("/tax/{SUPPLIER}/output-tax.csv")).contains(",standard,13%,100.00,13.00,special"));
    assert!(csv(&format!("/tax/{SUPPLIER}/months.csv")).contains(",CNY,1,113.00,0,0.00,"));
    assert_eq!(csv("/tax/alarms.csv").lines().count(), 1);
    assert_eq!(csv(&format!("/tax/{SUPPLIER}/input-tax.csv")).lines().count(), 1);
    let period = &dev.http.value("SELECT max(issue_date) FROM invoice").as_str().unwrap()[..7].to_owned();
    let book = json!({"organisation": "core-corp", "period": period, "as": "deductible", "invoices": [id]});
    dev.command("invoice.book", "core-corp/dev", &book);
    assert!(
        csv(&format!("/tax/91440300MA5FC0013E/input-tax.csv?month={period}")).contains(",standard,13%,100.00,13.00")
    );
}

#[test]
fn anybody_checks_a_number_with_its_total() {
    let dev = dev();
    let (id, number) = issued(&dev, &invoice(&to_core(), "Phone", "-"));
    let ask =
        |query: &str| dev.http.get_with(&format!("/check?{query}"), &[("accept-language", "en")]).expect(200).text();
    assert!(ask("").contains("Anybody may ask"));
    let good = ask(&format!("number={number}&total=%C2%A5113.00&proof={id}"));
    assert!(good.contains("answer valid") && good.contains(&format!("/v1/rows/invoice/{id}/proof")), "{good}");
    dev.http.get(&format!("/v1/rows/invoice/{id}/proof")).expect(200);
    for wrong in
        ["113.01".to_owned(), "113.00&proof=00000000000000000000000000000000".to_owned(), "113&seller=other".to_owned()]
    {
        let text = ask(&format!("number={number}&total={wrong}"));
        assert!(text.contains("answer unknown") && !text.contains("/proof\""), "{text}");
    }
    assert!(ask("number=1&total=x").contains("An amount with at most two digits"));
    assert!(ask("total=1").contains("as it stands on the invoice"));
    assert!(!ask("number=%3Cscript%3E&total=1").contains("<script>"));
    let question = json!({"invoice": id, "rule": "CN-4", "reason": "doubt"});
    dev.command("invoice.question", "tax-bureau/dev", &question);
    assert!(ask(&format!("number={number}&total=113")).contains("answer questioned"));
}
