use crate::{
    browser::Browser,
    support::{Dev, Http, Network, Reply, add_key, run},
};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");

fn seat(dev: &Dev, path: &str, kid: &str) -> Reply {
    dev.http.get_with(path, &[("cookie", &format!("seat-tax-bureau={kid}"))])
}

#[test]
fn pages_cost_at_most_five_selects_whoever_asks() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    for kid in ["tax-bureau/dev", "core-corp/bea", "bank-a/dev", "person-1/dev"] {
        for path in [
            "/members",
            "/members?people=1",
            "/members/core-corp",
            "/governance",
            "/inbox",
            "/accounts",
            "/accounts/core-corp/cny",
            "/accounts/bank-a/CNY",
            "/documents",
            "/documents/seal?type=tax-bureau%2Flease",
        ] {
            let page = seat(&dev, path, kid).expect(200);
            let reads: u32 = page.header("counterfoil-reads").unwrap().parse().unwrap();
            assert!((1..=5).contains(&reads), "{path}: {reads}");
            assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
        }
    }
    for path in ["/members/nobody", "/governance/nothing", "/accounts/no/where", "/documents/no%2Fthing"] {
        assert_eq!(seat(&dev, path, "tax-bureau/dev").status, 404, "{path}");
    }
    assert_eq!(seat(&dev, "/accounts/core-corp/cny/batch", "shop-1/dev").status, 403, "somebody else pays out of it");
}

#[test]
fn a_statement_is_a_file_without_formulas() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    for (amount, reference) in [("1.00", "=1+1"), ("2.00", "a \"b\", c")] {
        let with = json!({"from": "supplier-1/cny", "to": "shop-1/cny", "asset": "bank-a/CNY", "amount": amount, "reference": reference});
        dev.command("asset.transfer", "supplier-1/dev", &with);
    }
    let file = seat(&dev, "/accounts/supplier-1/cny/statement.csv", "supplier-1/dev").expect(200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let of_height = "attachment; filename=\"supplier-1-cny-height-";
    assert!(file.header("content-disposition").unwrap().starts_with(of_height), "{:?}", file.headers);
    let text = file.text();
    assert_eq!(file.header("content-length"), Some(text.len().to_string().as_str()));
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[1].contains(",shop-1/cny,-2.00,79997.00,") && lines[1].contains("\"a \"\"b\"\", c\""), "{text}");
    assert!(lines[2].contains(",'=1+1,"), "{text}");
}

#[test]
fn a_statement_is_whole_and_of_the_days_that_are_asked_for() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let before = dev.http.value("SELECT count(*) FROM asset_entry WHERE account = 'supplier-1/cny'").as_u64().unwrap();
    let legs: Vec<_> =
        (0..2_500).map(|at| json!({"to": "shop-1/cny", "amount": "0.01", "reference": format!("{at}")})).collect();
    let batch = json!({"from": "supplier-1/cny", "asset": "bank-a/CNY", "legs": legs});
    dev.command("asset.transfer_batch", "supplier-1/dev", &batch);
    let of = |query: &str| {
        let path = format!("/accounts/supplier-1/cny/statement.csv?{query}");
        let text = seat(&dev, &path, "supplier-1/dev").expect(200).text();
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let whole = of("");
    assert_eq!(whole.len() as u64, before + 2_500);
    let references: Vec<_> = whole[..2_500].iter().map(|line| line.split(',').nth(6).unwrap().to_owned()).collect();
    let newest_first: Vec<_> = (0..2_500).rev().map(|at| at.to_string()).collect();
    assert_eq!(references, newest_first);
    let today = dev.http.value("SELECT date(day * 86400, 'unixepoch') FROM asset_account WHERE id = 'supplier-1/cny'");
    let today = today.as_str().unwrap();
    assert_eq!(of(&format!("from={today}&until={today}")), whole, "all moved on one day");
    assert!(of("until=2020-01-01").is_empty() && of("from=2999-01-01").is_empty());
    let page = seat(&dev, "/accounts/supplier-1/cny?until=2020-01-01", "supplier-1/dev").expect(200).text();
    assert!(!page.contains("id=\"statement\""), "{page}");
    let page = seat(&dev, "/accounts/supplier-1/cny?from=2026-02-30&until=2026-03-01&held=7", "supplier-1/dev");
    let page = page.expect(200).text();
    assert!(page.contains("id=\"statement-from-error\"") && !page.contains("id=\"statement-until-error\""), "{page}");
    assert!(page.contains("value=\"2026-02-30\"") && page.contains("value=\"2026-03-01\""), "{page}");
    assert!(page.contains("name=\"held\" value=\"7\""), "{page}");
    let page = seat(&dev, "/accounts/supplier-1/cny?held=7&until=2999-01-01", "supplier-1/dev").expect(200).text();
    assert!(page.contains("&amp;held=7&amp;from=&#38;until=2999%2D01%2D01#statement-title"), "{page}");
    seat(&dev, "/accounts/supplier-1/cny/statement.csv?from=2026-02-30", "supplier-1/dev")
        .problem(400, "http/malformed");
    seat(&dev, "/accounts/supplier-1/none/statement.csv", "supplier-1/dev").expect(404);
}

#[test]
fn all_versions_and_readers_of_a_document_can_be_paged_to() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let revise = |version: u32| {
        let fields = json!([{"name": "matter", "value": format!("v{version}")}]);
        match version {
            1 => json!({"document": "shop-1/pages", "type": "tax-bureau/note", "fields": fields}),
            _ => json!({"document": "shop-1/pages", "version": version, "fields": fields}),
        }
    };
    let fields = json!([{"name": "matter", "sealed": false, "required": true}]);
    dev.command(
        "document.define_type",
        "tax-bureau/dev",
        &json!({"type": "tax-bureau/note", "title": "Note", "fields": fields}),
    );
    dev.command("document.create", "shop-1/dev", &revise(1));
    for version in 2..=53 {
        dev.command("document.revise", "shop-1/dev", &revise(version));
    }
    let page =
        |query: &str| seat(&dev, &format!("/documents/shop%2D1%2Fpages{query}"), "shop-1/dev").expect(200).text();
    let newest = page("");
    assert!(newest.contains("v53") && newest.contains("version=54"), "{newest}");
    assert!(!newest.contains("?version=3\""), "the page has the newest fifty");
    let (_, more) = newest.split_once("?version=53&#38;versions=").expect("there are older ones");
    let older = page(&format!("?version=53&versions={}", more.split('#').next().unwrap()));
    assert!(["?version=1\"", "?version=3\""].iter().all(|link| older.contains(link)), "{older}");
    let first = page("?version=1");
    assert!(first.contains("<bdi>v1</bdi>") && !first.contains("<bdi>v53</bdi>"), "{first}");
    seat(&dev, "/documents/shop%2D1%2Fpages?version=54", "shop-1/dev").expect(404);
}

/// A type whose documents have nothing to seal has a form all the same, and what is in the clear is found by its value.
#[test]
fn documents_without_sealed_fields_are_written_and_found_by_a_field() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let fields = json!([{"name": "matter", "sealed": false, "required": true}]);
    let note = json!({"type": "tax-bureau/note", "title": "Note", "fields": fields});
    dev.command("document.define_type", "tax-bureau/dev", &note);
    let form = |query: &str| {
        seat(&dev, &format!("/documents/seal?type=tax-bureau%2Fnote{query}"), "shop-1/dev").expect(200).text()
    };
    let (first, next) = (form(""), form("&document=shop-1%2Fnote&version=2"));
    assert!(
        first.contains("data-action=\"/v1/commands/document.create\"") && first.contains("data-field=\"/type\""),
        "{first}"
    );
    assert!(
        next.contains("data-action=\"/v1/commands/document.revise\"") && next.contains("data-field=\"/version\""),
        "{next}"
    );
    assert!(
        !first.contains("/sealed") && !first.contains("seal-readers") && !next.contains("data-field=\"/type\""),
        "{first}"
    );

    let written = |name: String, matter: &str| {
        let fields = json!([{"name": "matter", "value": matter}]);
        dev.command(
            "document.create",
            "shop-1/dev",
            &json!({"document": format!("shop-1/{name}"), "type": "tax-bureau/note", "fields": fields}),
        );
    };
    (10..62).for_each(|at| written(format!("n-{at}"), "a & b"));
    written("other".to_owned(), "c");
    let revised = json!({"document": "shop-1/n-10", "version": 2, "fields": [{"name": "matter", "value": "c"}]});
    dev.command("document.revise", "shop-1/dev", &revised);
    let find = |query: &str| seat(&dev, &format!("/documents/find{query}"), "bank-a/dev").expect(200).text();
    let found = find("?field=matter&value=a+%26+b");
    assert!(!found.contains(">shop-1/n-10<"), "its newest version has another value: {found}");
    assert!(
        found.contains(">shop-1/n-11<") && found.contains(">shop-1/n-60<") && !found.contains(">shop-1/n-61<"),
        "{found}"
    );
    let (_, next) =
        found.split_once("/documents/find?field=matter&#38;value=a%20%26%20b&#38;after=").expect("there are more");
    let next = find(&format!("?field=matter&value=a+%26+b&after={}", next.split('"').next().unwrap()));
    assert!(next.contains(">shop-1/n-61<") && !next.contains(">shop-1/n-60<"), "{next}");
    for nothing in ["", "?field=matter", "?field=matter&value=nothing", "?field=rent&value=18800.00"] {
        assert!(!find(nothing).contains("<table"), "{nothing}");
    }
}

#[test]
fn pages_say_why_an_account_is_frozen_and_what_a_call_does() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    let frozen = json!({"account": "shop-1/cny", "reason": "<i>court order</i>"});
    dev.command("asset.freeze", "bank-a/dev", &frozen);
    let page = || seat(&dev, "/accounts/shop-1/cny", "shop-1/dev").expect(200).text();
    assert!(
        page().contains("&#60;i&#62;court order") && page().contains("href=\"/members/bank-a\">bank-a</a>"),
        "{}",
        page()
    );
    dev.command("asset.unfreeze", "bank-a/dev", &json!({"account": "shop-1/cny", "reason": "lifted"}));
    assert!(!page().contains("court order"), "{}", page());

    let calls = json!([{"do": "member.set_roles", "with": {"member": "core-corp", "roles": ["enterprise", "bank"]}}]);
    let given = json!({"title": "Roles", "calls": calls});
    let proposal = dev.command("member.propose", "tax-bureau/dev", &given)["proposal"].as_str().unwrap().to_owned();
    let cookie = ("cookie", "seat-tax-bureau=tax-bureau/dev");
    let page = dev
        .http
        .get_with(&format!("/governance/{proposal}"), &[cookie, ("accept-language", "zh-CN")])
        .expect(200)
        .text();
    assert!(
        page.contains("<bdi>enterprise, bank</bdi>") && page.contains("规定成员今后对其他成员而言的角色"),
        "{page}"
    );
    assert!(
        page.contains("<a href=\"/members\" aria-current=\"page\">"),
        "what members decide is a part of their pages"
    );
}

/// What cannot be read is told as a page to a browser, with the list of pages, and as a problem to a program.
#[test]
fn an_address_that_cannot_be_read_is_told_as_everything_else() {
    let dev = Dev::start_with_samples(&["--members", "1"]);
    for path in [
        "/accounts/core-corp/cny?before=x",
        "/members/%ff",
        "/members?after=a&after=b",
        "/blocks?before=x",
        "/transactions?before=7",
    ] {
        let browser = [("accept", "text/html"), ("accept-language", "zh-CN")];
        let page = dev.http.get_with(path, &browser).expect(400);
        assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
        assert!(page.text().contains("http/malformed") && page.text().contains("href=\"/inbox\""), "{}", page.text());
        dev.http.get(path).problem(400, "http/malformed");
    }
}

#[test]
fn members_pay_sign_seal_and_manage_their_keys() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::start_with_samples(&["--members", "1"]);
    for (language, name) in [("en", "lease-en"), ("zh-CN", "lease-zh")] {
        if language == "zh-CN" {
            // The first round has signed what the samples left waiting.
            let with =
                json!({"from": "core-corp/cny", "to": "supplier-1/cny", "asset": "bank-a/CNY", "amount": "20000.00"});
            dev.http.command("asset.transfer", "core-corp/ann", &with, &[]).expect(202);
        }
        browser.run("console/people.cjs", &json!({"base": dev.http.url(), "language": language, "name": name}));
    }
    let broken = run(&["audit", "--url", dev.http.url()]);
    assert!(broken.status.success(), "{}", String::from_utf8_lossy(&broken.stdout));
}

#[test]
fn keys_of_other_nodes_of_dev_are_a_click_away() {
    let dev = Dev::start_with_samples(&["--members", "2"]);
    let page = seat(&dev, "/members", "tax-bureau/dev").expect(200).text();
    let other = dev.url_of("core-corp");
    assert!(page.contains(&format!("<a href=\"{other}/members\">core-corp/dev</a>")), "{page}");
    let there = Http::new(&other).get("/members").expect(200).text();
    assert!(there.contains("data-key=\"core-corp/dev\""), "{there}");
}

/// A link for a passkey of `key`.
fn invite(folder: &str, key: &str, more: &[&str]) -> String {
    let made = run(&[&["console", "invite", "--key", key, "--dir", folder], more].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

/// By the link of an invitation a passkey is bound, which signs in; the session stands for the key's token where a page of the console
/// asks, and nowhere else; and it ends with the passkey.
#[test]
fn a_passkey_signs_in_and_its_session_is_good_for_the_consoles_pages_alone() {
    let Some(browser) = Browser::find() else { return };
    let network = Network::start(&["a:tax-authority"], &["shop:enterprise@a"]);
    let node = &network.validators[0];
    let folder = node.folder.to_str().unwrap();
    assert_eq!(run(&["console", "invite", "--key", "other/main", "--dir", folder]).status.code(), Some(1));
    let base = node.http.url().replace("127.0.0.1", "localhost");
    let expired = invite(folder, "shop/main", &["--valid", "0s"]);
    let link = invite(folder, "shop/main", &[]);
    assert!(link.starts_with(&format!("{base}/set-up#cfi_")), "{link}");
    let stored = std::fs::read_to_string(node.folder.join("console.json")).unwrap();
    assert!(!stored.contains(link.split('#').nth(1).unwrap()), "its hash alone");

    let given = json!({"base": base, "link": link, "expired": expired, "key": "shop/main", "language": "en"});
    let [told] = browser.run("console/passkey.cjs", &given).try_into().unwrap();
    let cookie = told["cookie"].as_str().unwrap().to_owned();
    let add = |name: &str, headers: &[(&str, &str)]| {
        let headers = [&[JSON, ("cookie", cookie.as_str())], headers].concat();
        node.http.post("/v1/commands/member.add_key", &headers, add_key("shop", name).to_string())
    };
    let own = ("sec-fetch-site", "same-origin");
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[own, ("origin", "http://evil.example")],
        &[own, ("authorization", "Bearer cft_00")],
    ] {
        add("x", headers).problem(401, "http/unauthenticated");
    }
    add("x", &[own, ("counterfoil-key", "a/main")]).problem(403, "http/forbidden");
    add("x", &[own, ("origin", node.http.url()), ("counterfoil-key", "shop/main")]).expect(200);
    let with_cookie = |path: &str| node.http.get_with(path, &[("cookie", &cookie)]);
    assert!(with_cookie("/members/shop").expect(200).text().contains("shop/x"));
    let forged = cookie.replace("shop%2Fmain", "a%2Fmain");
    assert_ne!(forged, cookie);
    node.http.get_with("/members", &[("cookie", &forged)]).expect(303);
    node.http
        .post("/sign-out", &[("cookie", &cookie), ("origin", "http://evil.example")], "")
        .problem(403, "http/forbidden");
    node.http
        .post("/seat", &[("content-type", "application/x-www-form-urlencoded")], "kid=a/main&to=/")
        .problem(403, "http/forbidden");

    let listed = run(&["console", "list", "--dir", folder, "-o", "json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let passkey = listed.as_array().unwrap().iter().find(|one| one["what"] == "passkey").unwrap();
    assert_eq!(passkey["key"], "shop/main");
    // A key that is revoked on the ledger shows nothing more, while its passkey is still there.
    let mut keeper = add_key("shop", "keeper");
    keeper["roles"] = json!(["admin"]);
    let of_session = [JSON, ("cookie", cookie.as_str()), own];
    node.http.post("/v1/commands/member.add_key", &of_session, keeper.to_string()).expect(200);
    let revoked = json!({"member": "shop", "name": "main"}).to_string();
    node.http.post("/v1/commands/member.revoke_key", &of_session, revoked).expect(200);
    with_cookie("/members/shop").expect(303);
    for file in ["/accounts/shop/cny/statement.csv", "/invoices/none/invoice.pdf", "/blocks/1/0/payload"] {
        with_cookie(file).expect(401);
    }
    let gone = run(&["console", "remove", "--id", passkey["id"].as_str().unwrap(), "--dir", folder]);
    assert!(gone.status.success());
    add("y", &[own]).problem(401, "http/unauthenticated");
    assert_eq!(run(&["console", "remove", "--key", "a/main", "--dir", folder]).status.code(), Some(1));
    for file in ["console.json", "console.secret"] {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(node.folder.join(file)).unwrap().permissions().mode() & 0o077, 0, "{file}");
    }
}
