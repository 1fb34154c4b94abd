use crate::{
    browser::Browser,
    support::{Dev, Network, Reply},
};
use serde_json::{Value, json};

/// Markup, an end of the element that it may stand in, a turned direction, a space that nobody sees.
const NASTY: &str = "</code></textarea><script>alert(1)</script><img src=x onerror=alert(2)> \u{202e}fdp\u{200b}.'\"&";

/// A page as one seat sees it: whole, guarded, of at most five reads, and without anything that was not escaped.
#[track_caller]
fn page(dev: &Dev, path: &str) -> String {
    seen(dev.http.get_with(path, &[("cookie", "seat-tax-bureau=core-corp/dev")]).expect(200), path)
}

#[track_caller]
fn seen(reply: Reply, path: &str) -> String {
    assert!(reply.header("content-security-policy").unwrap().contains("script-src 'self'"), "{path}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
    let reads: u64 = reply.header("counterfoil-reads").unwrap().parse().unwrap();
    assert!(reads <= 5, "{path}: {reads} reads");
    let text = reply.text();
    for wrong in ["<script>alert", "<img", "\u{202e}", "\u{200b}", " style=", " onclick=", "javascript:"] {
        assert!(!text.contains(wrong), "{path}: {wrong} in {text}");
    }
    text
}

/// Where a page leads, of this node's own.
fn links(text: &str) -> Vec<String> {
    let all = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    all.filter(|href| href.starts_with('/')).map(|href| href.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// Where a search leads.
#[track_caller]
fn leads(dev: &Dev, asked: &str) -> String {
    let query: String = asked.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let reply = dev.http.get(&format!("/search?q={query}")).expect(303);
    reply.header("location").unwrap().to_owned()
}

fn execute(dev: &Dev, statements: &[&str]) -> Value {
    let statements: Vec<Value> = statements.iter().map(|sql| json!({ "sql": sql })).collect();
    dev.command("sql.execute", "core-corp/dev", &json!({ "statements": statements }))
}

/// A ledger on which somebody has written whatever does harm where it is not shown as text.
fn nasty() -> Dev {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let quoted = NASTY.replace('\'', "''");
    execute(
        &dev,
        &[
            "CREATE TABLE yard.lot (id TEXT PRIMARY KEY, remark TEXT, weight INTEGER) WITH (mode = update)",
            &format!("INSERT INTO yard.lot VALUES ('{quoted}', '{quoted}', 1), ('=1+1', '@SUM(A1)', -5)"),
        ],
    );
    let anchor = json!({"hash": "ab".repeat(32), "type": "contract", "title": NASTY});
    dev.command("document.anchor", "core-corp/dev", &anchor);
    let refused = json!({"from": "core-corp/cny", "to": "shop-1/cny", "asset": "bank-a/CNY", "amount": "1.00", "reference": NASTY});
    dev.http.command("asset.transfer", "shop-1/dev", &refused, &[]);
    dev
}

#[test]
fn what_strangers_wrote_is_shown_as_text_on_every_page() {
    let dev = nasty();
    let mut queue = vec![
        "/".to_owned(),
        "/overview/now".to_owned(),
        "/blocks".to_owned(),
        "/transactions".to_owned(),
        "/evidence".to_owned(),
        "/tables".to_owned(),
        "/tables/yard.lot?down=1".to_owned(),
        "/tables/document_anchor".to_owned(),
        "/sql?table=yard.lot".to_owned(),
        "/search".to_owned(),
        format!("/search?q={}", "%3C%2Fcode%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%22"),
    ];
    let own = ["/blocks", "/transactions", "/evidence", "/tables", "/sql", "/search"];
    let mut known: std::collections::BTreeSet<String> = queue.iter().cloned().collect();
    let mut texts = String::new();
    let mut count = 0;
    // Every page that is led to from these, and what those lead to, up to a number that takes no minutes.
    while let Some(path) = queue.pop() {
        count += 1;
        if path.ends_with("/payload") {
            continue;
        }
        let text = page(&dev, &path);
        for href in links(&text) {
            let is_own = own.iter().any(|area| {
                href == *area || href.starts_with(&format!("{area}/")) || href.starts_with(&format!("{area}?"))
            });
            if is_own && known.len() < 250 && known.insert(href.clone()) {
                queue.insert(0, href);
            }
        }
        texts += &text;
    }
    println!("{count} pages");
    assert!(texts.contains("alert(1)") && texts.contains("⟨U+202E⟩") && texts.contains("⟨U+200B⟩"));
}

/// A person is shown a page with ways on, a program gets the problem itself.
#[test]
fn where_there_is_no_page_people_and_programs_are_told_in_their_ways() {
    let dev = Dev::alone();
    let browser = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8"), ("accept-language", "zh")];
    let page = dev.http.get_with("/nowhere", &browser).expect(404);
    assert!(page.header("content-security-policy").unwrap().contains("script-src 'self'"));
    let text = page.text();
    assert!(text.contains("没有找到") && text.contains("href=\"/inbox\""), "{text}");
    // A module's own refusal has the general text where it has none of its own.
    let text = dev.http.get_with("/tables/nope", &browser).expect(404).text();
    assert!(text.contains("没有找到") && text.contains("state/1"), "{text}");
    dev.http.get("/nowhere").problem(404, "http/not-found");
    dev.http.get_with("/v1/nowhere", &browser).problem(404, "http/not-found");
}

/// Each page stands below one of the list of pages, so that its reader knows where it is.
#[test]
fn pages_say_where_they_belong_in_the_language_of_their_reader() {
    let dev = Dev::alone();
    for (path, current) in [
        ("/transactions", "/blocks"),
        ("/evidence", "/blocks"),
        ("/do/asset.transfer", "/packages"),
        ("/deploy", "/packages"),
        ("/deploy/table", "/tables"),
        ("/governance", "/members"),
    ] {
        let text = dev.http.get(path).expect(200).text();
        assert!(text.contains(&format!("<a href=\"{current}\" aria-current=\"page\">")), "{path}: {text}");
    }
    // What modules say of their tables too.
    let chinese = |path: &str| dev.http.get_with(path, &[("accept-language", "zh")]).expect(200).text();
    assert!(chinese("/tables").contains("谁签署了提案。"));
    assert!(chinese("/tables/asset").contains("货币的 ISO 4217 代码"));
}

#[test]
fn the_overview_says_how_the_ledger_does() {
    let dev = Dev::start_with_samples(&[]);
    let text = page(&dev, "/");
    for says in ["4 of 4 members signing", "executed to the tip", "/till/shop-1", "psql &#34;host=", "<svg", "bank-a"] {
        assert!(text.contains(says), "{says}: {text}");
    }
    let chinese = dev.http.get_with("/", &[("accept-language", "zh")]).expect(200).text();
    assert!(chinese.contains("4 名成员中 4 名在签名") && chinese.contains("从这里开始"), "{chinese}");
    let other = crate::support::Http::new(&dev.url_of("bank-a")).get("/").expect(200).text();
    assert!(other.contains("4 of 4 members signing"), "{other}");
}

#[test]
fn a_search_leads_to_the_one_thing_or_lists_several() {
    let dev = nasty();
    let invoice = dev.http.sql("SELECT id, number FROM invoice").expect(200).json();
    let text = |at: usize| invoice["rows"][0][at].as_str().unwrap().to_owned();
    let below = |path: &str, key: &str| {
        let encoded: String = key
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", c as u32) })
            .collect();
        format!("{path}/{encoded}")
    };
    let block = dev.http.get("/v1/blocks/2").expect(200).json();
    let transaction = dev.http.value("SELECT identity FROM receipt ORDER BY height, place LIMIT 1");
    let place =
        dev.http.sql("SELECT height, place FROM receipt ORDER BY height, place LIMIT 1").json()["rows"][0].clone();
    for (asked, expected) in [
        ("2", "/blocks/2".to_owned()),
        (block["digest"].as_str().unwrap(), "/blocks/2".to_owned()),
        (transaction.as_str().unwrap(), format!("/blocks/{}/{}", place[0], place[1])),
        (&text(0), below("/invoices", &text(0))),
        (&text(1), below("/invoices", &text(0))),
        ("supplier-1/cny", below("/accounts", "supplier-1/cny")),
        (" core-corp ", below("/members", "core-corp")),
        (
            &"AB".repeat(32),
            below("/tables/document%5Fanchor", &dev.http.value("SELECT number FROM document_anchor").to_string()),
        ),
        ("yard.lot", "/tables/yard%2Elot".to_owned()),
    ] {
        assert_eq!(leads(&dev, asked), expected, "{asked}");
    }
    // The id of a transaction, of the seat's own key and of a named one.
    let sent = dev
        .http
        .value("SELECT sender || ' ' || id FROM receipt WHERE id LIKE 'sample-issue-%' ORDER BY height, place LIMIT 1");
    assert!(leads(&dev, sent.as_str().unwrap()).starts_with("/blocks/"), "{sent}");
    // The issuer's side of an asset is an account of the same name: two things.
    let several = page(&dev, "/search?q=bank-a%2FCNY");
    assert!(several.contains("2 things are called bank-a/CNY"), "{several}");
    let none = page(&dev, "/search?q=nobody");
    assert!(none.contains("Nothing is called nobody") && none.contains("What can be searched"), "{none}");
}

#[test]
fn a_transaction_is_shown_with_what_it_asked_wrote_and_who_signed() {
    let dev = nasty();
    execute(&dev, &["UPDATE yard.lot SET weight = 6 WHERE id = '=1+1'"]);
    let shown = page(&dev, &leads(&dev, "yard.lot"));
    assert!(shown.contains("CREATE TABLE yard.lot") && shown.contains("core-corp"), "{shown}");
    let row = page(&dev, "/tables/yard.lot/%3D1%2B1");
    assert!(
        row.contains("/v1/rows/yard%2Elot/%3D1%2B1/proof") && row.contains("-5") && row.contains("changed"),
        "{row}"
    );
    dev.http.get("/v1/rows/yard%2Elot/%3D1%2B1/proof").expect(200);
    let height = dev.http.value("SELECT max(height) FROM receipt");
    let written = page(&dev, &format!("/blocks/{height}/0"));
    for says in ["sql.execute", "UPDATE yard.lot", "core-corp/dev", "EdDSA", "weight", "yard.lot"] {
        assert!(written.contains(says), "{says}: {written}");
    }
    let payload = dev.http.get(&format!("/blocks/{height}/0/payload")).expect(200);
    assert_eq!(payload.json()["calls"][0]["do"], "sql.execute");
    assert_eq!(payload.header("cache-control"), Some("no-store"));
    let block = page(&dev, &format!("/blocks/{height}"));
    assert!(block.contains("yard.lot") && block.contains("sql.execute"), "{block}");
    // Refused ones are on the ledger too, with why.
    let refused = dev
        .http
        .value("SELECT height || '/' || place FROM receipt WHERE code IS NOT NULL ORDER BY height DESC LIMIT 1");
    let refused = page(&dev, &format!("/blocks/{}", refused.as_str().unwrap()));
    assert!(refused.contains("Why it was refused") && refused.contains("asset/"), "{refused}");

    for path in [
        "/blocks/99999999",
        "/blocks/x",
        "/blocks/1/65535",
        "/blocks/1/x",
        "/blocks/340282366920938463463",
        "/transactions/x",
        "/transactions/0000000000000000000000000000000000000000000000000000000000000000",
        "/tables/nosuch",
        "/tables/ledger_block",
        "/tables/member/a,b",
        "/tables/%ff",
    ] {
        let reply = dev.http.get(path);
        assert!([404, 422, 400].contains(&reply.status), "{path}: {} {}", reply.status, reply.text());
    }
    let never = page(&dev, "/tables/member/nobody");
    assert!(never.contains("No block has written a row with this key"), "{never}");
}

#[test]
fn rows_are_paged_by_key_and_filtered_by_its_beginning() {
    let dev = Dev::alone();
    let values: Vec<String> =
        (0..120).map(|at| format!("('{}-{at:03},餐', {at})", if at < 70 { "a" } else { "b" })).collect();
    let insert = format!("INSERT INTO yard.pile VALUES {}", values.join(", "));
    execute(
        &dev,
        &["CREATE TABLE yard.pile (id TEXT, at INTEGER, PRIMARY KEY (id, at)) WITH (mode = append)", &insert],
    );
    let rows = |path: &str| {
        let (mut next, mut all, mut pages) = (Some(path.to_owned()), Vec::new(), 0);
        while let Some(path) = next {
            let text = page(&dev, &path);
            all.extend(
                text.split("/tables/yard%2Epile/").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()),
            );
            next = links(&text).into_iter().find(|href| href.contains("beyond="));
            pages += 1;
        }
        (all, pages)
    };
    let (all, pages) = rows("/tables/yard.pile");
    assert_eq!((all.len(), pages), (120, 3));
    assert_eq!(all[0], "a%2D000%2C%E9%A4%90,0");
    let (mut down, _) = rows("/tables/yard.pile?down=1");
    down.reverse();
    assert_eq!(down, all);
    assert_eq!(rows("/tables/yard.pile?key=b").0, all[70..]);
    assert_eq!(rows("/tables/yard.pile?key=b-07").0.len(), 10);
    assert_eq!(rows("/tables/yard.pile?key=b-070%252C%E9%A4%90,70").0, all[70..71]);
    let wrong = page(&dev, "/tables/yard.pile?key=a,x");
    assert!(wrong.contains("id=\"key-error\"") && wrong.contains("at is an integer"), "{wrong}");
    let none = page(&dev, "/tables/yard.pile?key=zzz");
    assert!(none.contains("No key begins so"), "{none}");
    assert!(page(&dev, &format!("/tables/yard.pile/{}", all[7])).contains("inserted"));
}

/// A form without JavaScript.
fn ask(dev: &Dev, path: &str, sql: &str, more: &[(&str, &str)]) -> Reply {
    let body: String = sql.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let headers = [&[("content-type", "application/x-www-form-urlencoded")], more].concat();
    dev.http.post(path, &headers, format!("sql={body}"))
}

#[test]
fn a_select_is_run_shown_and_taken_as_a_file() {
    let dev = nasty();
    let text = seen(ask(&dev, "/sql", "SELECT * FROM yard.lot ORDER BY weight", &[]).expect(200), "/sql");
    assert!(text.contains("Rows: 2, of height") && text.contains("⟨U+202E⟩") && text.contains("=1+1"), "{text}");
    let file = ask(&dev, "/sql/csv", "SELECT id, remark, weight, NULL AS none FROM yard.lot WHERE weight < 0", &[])
        .expect(200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(file.text(), "\u{feff}id,remark,weight,none\r\n'=1+1,'@SUM(A1),-5,\r\n");
    for (sql, status, code, position) in [
        ("SELECT nme\nFROM member", 422, "sql/2", None),
        ("SELECT id\nFROM member\nWHERE nosuch = 1", 422, "sql/2", Some("line 3, character 7")),
        ("DELETE FROM member", 403, "sql/1", None),
        ("SELECT * FROM ledger_meta", 403, "sql/3", None),
        ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n", 413, "sql/4", None),
        ("", 422, "sql/2", None),
    ] {
        let reply = ask(&dev, "/sql", sql, &[]).expect(status);
        let text = reply.text();
        assert!(text.contains(code) && text.contains("The statement was not run"), "{sql}: {text}");
        if let Some(position) = position {
            assert!(text.contains(position), "{sql}: {text}");
        }
        let instead = ask(&dev, "/sql/csv", sql, &[]).expect(status).text();
        assert!(instead.contains(code) && instead.contains("The statement was not run"), "{sql}: {instead}");
    }
    // What a page of another origin has the browser send is not run.
    ask(&dev, "/sql", "SELECT 1", &[("origin", "http://evil.example")]).problem(403, "http/forbidden");
    ask(&dev, "/sql/csv", "SELECT 1", &[("origin", "null")]).problem(403, "http/forbidden");
    for at in 0..6 {
        let text = page(&dev, &format!("/sql?example={at}"));
        let sql = text.split("autocomplete=\"off\" class=\"code\"").nth(1).unwrap();
        let sql = sql.split_once('>').unwrap().1.split("</textarea>").next().unwrap();
        let sql = sql.replace("&#60;", "<").replace("&#62;", ">").replace("&#39;", "'").replace("&#38;", "&");
        let shown = seen(ask(&dev, "/sql", &sql, &[]).expect(200), "/sql");
        assert!(shown.contains("of height"), "{sql}: {shown}");
    }
}

/// What is sealed is read by its readers alone, whatever page is asked.
#[test]
fn sealed_content_is_shown_to_whoever_has_opened_it_and_to_nobody_else() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let secret = "Chen 陈老板";
    let document = json!({
        "document": "shop-1/lease-7", "type": "tax-bureau/lease",
        "fields": [{"name": "matter", "value": "lease"}],
        "sealed": [{"name": "landlord", "value": secret}], "readers": ["bank-a"],
    });
    let sealing = [("content-type", "application/json"), ("counterfoil-key", "shop-1/dev")];
    dev.http.post("/v1/documents/seal", &sealing, document.to_string()).expect(201);
    let place = dev.http.value("SELECT height || '/' || place FROM receipt ORDER BY height DESC, place DESC LIMIT 1");
    let path = format!("/blocks/{}", place.as_str().unwrap());
    let as_seat = |seat: &str, path: &str| {
        let cookie = format!("seat-tax-bureau={seat}");
        seen(dev.http.get_with(path, &[("cookie", &cookie)]).expect(200), path)
    };
    let before = as_seat("shop-1/dev", &path);
    assert!(before.contains("Sealed content") && before.contains("landlord") && !before.contains(secret), "{before}");
    assert!(before.contains("data-action=\"/v1/sealed/shop%2D1%2Flease%2D7/1/open\""), "{before}");
    let opening = [("content-type", "application/json"), ("counterfoil-key", "shop-1/dev")];
    dev.http.post("/v1/sealed/shop-1%2Flease-7/1/open", &opening, "{}").expect(200);
    let after = as_seat("shop-1/dev", &path);
    assert!(after.contains(secret) && after.contains("Opened for you"), "{after}");
    let vault = "SELECT value FROM vault.vault_field";
    assert!(ask(&dev, "/sql", vault, &[("cookie", "seat-tax-bureau=shop-1/dev")]).expect(200).text().contains(secret));

    for seat in ["core-corp/dev", "supplier-1/dev", "person-1/dev"] {
        let cookie = format!("seat-tax-bureau={seat}");
        for path in [
            path.as_str(),
            "/",
            "/transactions",
            "/tables/document_sealed",
            "/tables/document_field",
            "/tables/document_value",
        ] {
            assert!(!as_seat(seat, path).contains(secret), "{seat} {path}");
        }
        assert!(!as_seat(seat, &path).contains("data-action=\"/v1/sealed"), "{seat}");
        for form in ["/sql", "/sql/csv"] {
            assert!(!ask(&dev, form, vault, &[("cookie", &cookie)]).text().contains(secret), "{seat} {form}");
        }
    }
}

#[test]
fn a_stranger_is_sent_to_the_door() {
    let network = Network::start(&["a:tax-authority"], &[]);
    let http = &network.validators[0].http;
    for path in [
        "/",
        "/overview/now",
        "/blocks",
        "/blocks/1",
        "/blocks/0",
        "/transactions",
        "/evidence",
        "/tables",
        "/tables/member",
        "/tables/member/a",
        "/sql",
        "/search?q=a",
        "/search?q=1",
        "/blocks/1/0",
        "/transactions/0000000000000000000000000000000000000000000000000000000000000000",
    ] {
        let reply = http.get_with(path, &[("cookie", "seat-a=a/admin")]).expect(303);
        assert!(reply.header("location").unwrap().starts_with("/sign-in?to="), "{path}: {:?}", reply.headers);
        assert!(reply.body.is_empty(), "{path}");
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    http.post("/sql", &form, "sql=SELECT+1").expect(303);
    for path in ["/blocks/1/0/payload", "/live"] {
        http.get(path).expect(401);
    }
    http.post("/sql/csv", &form, "sql=SELECT+1").expect(401);
}

#[test]
fn the_pages_follow_the_ledger_in_a_browser() {
    let Some(browser) = Browser::find() else { return };
    let dev = nasty();
    for language in ["en", "zh-CN"] {
        let told = browser.run("console/explorer.cjs", &json!({"url": dev.http.url(), "language": language}));
        println!("{language}: {told:?}");
    }
}
