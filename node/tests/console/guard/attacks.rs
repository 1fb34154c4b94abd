use super::{
    consortium::{Consortium, PRIVATE, SEALED, encoded, shown},
    routes,
};
use crate::support::{Http, Reply};
use serde_json::json;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/json");
const EVIL: &str = "http://evil.example";
/// What proves itself, and so is for everybody: signed transactions, and messages signed with a shared secret.
const SIGNED: [&str; 2] = ["/v1/transactions", "/v1/incoming/{name}"];

/// Sends a request as it is written and reads the answer to its end.
fn raw(http: &Http, request: &str) -> String {
    let address = http.url().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A connection of its own: the node may close one whose body it has refused to read.
fn afresh(consortium: &Consortium) -> Http {
    Http::new(consortium.http().url())
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer}"))
}

#[test]
fn no_page_of_another_origin_has_anything_done() {
    let consortium = Consortium::start();
    let sealed = consortium.seal();
    let (console, api) = routes::actions(&consortium, &sealed);
    let cookies = format!("{}; {}", consortium.cookie("buyer/main"), sealed.person.cookie);
    let foreign: [&[(&str, &str)]; 5] = [
        &[("origin", EVIL)],
        &[("origin", "null"), OWN],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", consortium.http().url())],
        &[("origin", EVIL), OWN],
    ];
    assert!(console.len() > 8 && api.len() > 40, "{} {}", console.len(), api.len());
    for headers in foreign {
        let post = |path: &str, kind: (&str, &str), body: &str| {
            afresh(&consortium).post(path, &[&[("cookie", cookies.as_str()), kind], headers].concat(), body)
        };
        for one in &console {
            post(&one.path, FORM, "kid=buyer%2Fmain&to=%2F&sql=SELECT+1").problem(403, "http/forbidden");
        }
        for one in api.iter().filter(|one| !SIGNED.contains(&one.route.as_str())) {
            let reply = post(&one.path, JSON, "{}");
            assert_eq!(reply.status, 401, "{} {headers:?}: {}", one.route, reply.text());
        }
    }
    // None of it was done.
    let page = consortium.page("buyer/main", "/accounts");
    assert_eq!(page.status, 200, "nobody was signed out");
    sealed.person.get(&consortium, "/phone/reading-key").expect(200);
}

#[test]
fn no_answer_is_kept_framed_or_taken_for_something_else() {
    let consortium = Consortium::start();
    let sealed = consortium.seal();
    let addresses = routes::pages(&consortium, &sealed);
    let streams = ["/live", "/v1/events", "/v1/changes"];
    for one in addresses.iter().filter(|one| !streams.contains(&one.route.as_str())) {
        for reply in [consortium.page("buyer/main", &one.path), consortium.http().get(&one.path)] {
            let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("{} has no {name}", one.path));
            let expected = if one.route.starts_with("/assets/") { "no-cache" } else { "no-store" };
            assert_eq!(header("cache-control"), expected, "{}", one.path);
            assert_eq!(header("x-content-type-options"), "nosniff", "{}", one.path);
            let policy = header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(reply.header("access-control-allow-origin"), None, "{}", one.path);
            assert_eq!(reply.header("server"), None);
        }
    }
    for path in ["/nowhere", "/v1/nowhere"] {
        assert_eq!(consortium.http().get(path).expect(404).header("cache-control"), Some("no-store"));
    }
}

#[test]
fn nobody_is_led_elsewhere() {
    let consortium = Consortium::start();
    let outside = [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/x\r\nset-cookie: a=b",
    ];
    for to in outside {
        for (path, cookie) in [("/sign-in", consortium.cookie("buyer/main")), ("/language/en", "")] {
            let led =
                consortium.http().get_with(&format!("{path}?to={}", encoded(to)), &[("cookie", cookie)]).expect(303);
            assert_eq!(led.header("location"), Some("/"), "{path} {to:?}");
            assert!(led.header("set-cookie").is_none_or(|set| !set.contains("a=b")));
        }
        let shown = consortium.http().get(&format!("/sign-in?to={}", encoded(to))).expect(200).text();
        assert!(!shown.contains("data-to=\"//") && !shown.contains("data-to=\"http"), "{shown}");
    }
    // Addresses that the node states are its own, whatever a client calls it.
    for path in ["/sign-in", "/set-up", "/accounts", "/check", "/language/en?to=/"] {
        let answer = raw(
            consortium.http(),
            &format!(
                "GET {path} HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\nconnection: close\r\n\r\n"
            ),
        );
        assert!(status(&answer) < 400 && !answer.contains("evil.example"), "{answer}");
    }
}

#[test]
fn paths_lead_nowhere_but_where_they_say() {
    let consortium = Consortium::start();
    consortium.seal();
    for path in [
        "//accounts",
        "/./accounts",
        "/sign-in/../accounts",
        "/sign-in/%2e%2e/accounts",
        "/ACCOUNTS",
        "/accounts/",
        "/accounts;/sign-in",
        "/v1//blocks",
        "/v1/blocks/",
        "/v1/status/../blocks",
        "/V1/blocks",
        "/v1/rows/member/../../blocks",
        "/v1/rows/asset_account/buyer%2Fgeheimkonto-5512/proof",
        "/v1/rows/member%2F..%2Fasset_account/buyer%2Fgeheimkonto-5512/proof",
        "/v1/rows/ASSET_ACCOUNT/buyer%2Fgeheimkonto-5512/proof",
        "/v1/rows/member,asset_account/buyer%2Fgeheimkonto-5512/proof",
        "/assets/../console.secret",
        "/assets/..%2f..%2fconsole.secret",
        "/assets/%2e%2e%2fvalidator.key",
        "/assets/%00",
        "/..%2f..%2fetc%2fpasswd",
        "/accounts/buyer/x%0d%0aset-cookie:%20a=b/statement.csv",
        "http://127.0.0.1/accounts",
    ] {
        let answer =
            raw(consortium.http(), &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"));
        assert!([303, 400, 401, 403, 404, 422].contains(&status(&answer)), "{path}: {answer}");
        assert!(!answer.to_ascii_lowercase().contains("\r\nset-cookie"), "{path}: {answer}");
        // The address itself may be told back to who asked for it.
        let told = answer.replace("geheimkonto-5512", "");
        assert_eq!(shown(told.as_bytes(), &[&SEALED[..], &PRIVATE].concat()), Vec::<&str>::new(), "{path}: {answer}");
    }
    let file = consortium.page("buyer/main", "/accounts/buyer/x%22%3B%20a%3D%22%0D%0Ay/statement.csv").expect(404);
    assert_eq!(file.header("content-disposition"), None);
}

#[test]
fn what_is_too_large_is_refused() {
    let consortium = Consortium::start();
    let session = [("cookie", consortium.cookie("buyer/main")), OWN, FORM];
    let large = format!("sql={}", "x".repeat(3 * 1024 * 1024));
    for path in ["/sql", "/sql/csv", "/deploy"] {
        assert_eq!(afresh(&consortium).post(path, &session, &large).status, 413, "{path}");
    }
    // Of who is not signed in, it is not even read.
    afresh(&consortium).post("/sql", &[FORM], &large).expect(303);
    afresh(&consortium).post("/sql/csv", &[FORM], &large).problem(401, "http/unauthenticated");
    let key = json!({"code": "x".repeat(20 * 1024)}).to_string();
    for path in ["/sign-in", "/set-up", "/set-up/options", "/phone/session"] {
        afresh(&consortium).post(path, &[JSON], &key).problem(413, "http/too-large");
    }
    let header = format!("GET /check HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(1024 * 1024));
    let address = consortium.http().url().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    // The node may stop reading before all of it is written.
    let _ = socket.write_all(header.as_bytes());
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn strangers_have_so_many_checks_together_and_others_as_many_as_they_want() {
    let consortium = Consortium::start();
    let asked = "number=26110500000000000001&total=113.00";
    let (page, api) = (format!("/check?{asked}"), format!("/v1/invoices/check?{asked}"));
    let (refused, tried) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let busy = |reply: &Reply| {
        assert_eq!(reply.status, 429);
        assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
        refused.fetch_add(1, Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        for at in 0..8 {
            let (consortium, path, refused, tried) =
                (&consortium, if at % 2 == 0 { &page } else { &api }, &refused, &tried);
            let busy = &busy;
            scope.spawn(move || {
                while refused.load(Ordering::Relaxed) < 4 && tried.fetch_add(1, Ordering::Relaxed) < 20_000 {
                    let reply = consortium.http().get_with(path, &[("authorization", "Bearer cft_00")]);
                    if reply.status != 200 {
                        busy(&reply);
                    }
                }
            });
        }
    });
    assert!(refused.into_inner() >= 4, "{tried:?}");
    // The page without a question, and what is public besides, are no checks.
    consortium.http().get("/check").expect(200);
    consortium.http().get("/v1/members").expect(200);
    for _ in 0..200 {
        consortium.get("buyer/main", &api).expect(200);
    }
    for _ in 0..50 {
        consortium.page("buyer/main", &api).expect(200);
        consortium.page("buyer/main", &page).expect(200);
    }
}
