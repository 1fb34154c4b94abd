use crate::support::{Dev, Reply};
use counterfoil_apps::invoice::{EXAMPLE_JSON, EXAMPLE_XML};
use serde_json::{Value, json};

const JSON: &str = "application/json";
const XML: &str = "application/xml";

/// A ledger on which the first story has been told.
fn told(arguments: &[&str]) -> Dev {
    let dev = Dev::start_with_samples(arguments);
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice"), 1, "ready means told");
    dev
}

fn post(dev: &Dev, media_type: &str, key: &str, body: impl AsRef<[u8]>) -> Reply {
    dev.http.post("/v1/invoices", &[("content-type", media_type), ("counterfoil-key", key)], body)
}

#[test]
fn a_bill_is_paid_and_its_invoice_issued_read_checked_and_proved() {
    let mut dev = told(&[]);
    let list = dev.http.get("/v1/invoices").expect(200).json();
    assert_eq!(list["items"][0]["total"], "198.00", "the restaurant's");
    let reply = post(&dev, JSON, "supplier-1/dev", EXAMPLE_JSON).expect(201);
    let issued = reply.json();
    assert_eq!(issued["receipt"]["state"], "final");
    assert!(issued["receipt"]["height"].is_u64() && issued["receipt"]["index"].is_u64());
    let location = format!("/v1/invoices/{}", issued["id"].as_str().unwrap());
    assert_eq!(reply.header("location"), Some(location.as_str()));
    let number = issued["number"].as_str().unwrap();
    assert!(number.len() == 20 && number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
    let read = dev.http.get(&location).expect(200).json();
    assert_eq!(read["total"], "4617.00");

    let xml = post(&dev, XML, "supplier-1/dev", EXAMPLE_XML).expect(201).json();
    let read = dev.http.get(&format!("/v1/invoices/{}", xml["id"].as_str().unwrap())).expect(200).json();
    assert_eq!(read["currency"], "EUR");

    let state = |number: &str, total: &str| {
        let reply = dev.http.get(&format!("/v1/invoices/check?number={number}&total={total}")).expect(200).json();
        assert_eq!(reply.as_object().unwrap().len(), 1, "nothing private: {reply}");
        reply["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(number, "4617.00"), "valid");
    assert_eq!(state(number, "4617.01"), "unknown");
    assert_eq!(state("00000000000000000000", "1.00"), "unknown");

    let first = dev.http.get("/v1/invoices?limit=2").expect(200).json();
    let next = format!("/v1/invoices?limit=2&cursor={}", first["next"].as_str().unwrap());
    let second = dev.http.get(&next).expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len() + second["items"].as_array().unwrap().len(), 3);
    assert_eq!(second["next"], Value::Null);
    let of_seller = dev.http.get("/v1/invoices?seller=DE129273398").expect(200).json();
    assert_eq!(of_seller["items"].as_array().unwrap().len(), 1);
    dev.http.get("/v1/invoices?limit=0").problem(422, "platform/3");
    dev.http.get("/v1/invoices?what=0").problem(422, "platform/3");
    dev.http.get("/v1/invoices/none").problem(404, "platform/4");

    let proof = dev.http.get(&format!("/v1/rows/invoice/{}/proof", issued["id"].as_str().unwrap())).expect(200).body;
    let tax =
        dev.http.get(&format!("/v1/rows/invoice_tax/{},1/proof", issued["id"].as_str().unwrap())).expect(200).body;
    let genesis = dev.http.get("/v1/genesis").expect(200).body;
    assert!(counterfoil_proof::verify(&proof, &genesis).unwrap().to_string().contains(number));
    let tax = counterfoil_proof::verify(&tax, &genesis).unwrap().to_string();
    assert!(tax.contains("wrote this row"), "{tax}");

    // Told once: a restart adds nothing.
    dev.stop();
    dev.again();
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice"), 3);
}

#[test]
fn the_node_seals_for_seller_buyer_and_authority_and_the_same_request_is_one_invoice() {
    let dev = told(&["--members", "1"]);
    let headers = |key: &'static str| [("content-type", JSON), ("counterfoil-key", key), ("idempotency-key", "bill-1")];
    let issued = dev.http.post("/v1/invoices", &headers("supplier-1/dev"), EXAMPLE_JSON).expect(201).json();
    let again = dev.http.post("/v1/invoices", &headers("supplier-1/dev"), EXAMPLE_JSON).expect(201).json();
    assert_eq!(issued["id"], again["id"]);
    let read = dev.http.get(&format!("/v1/invoices/{}", issued["id"].as_str().unwrap())).expect(200).json();
    assert!(!read.to_string().contains("王芳") && !read.to_string().contains("智能手机"), "{read}");
    let subject = read["subject"].as_str().unwrap().replace(':', "%3A").replace('/', "%2F");
    let open = |key: &str| {
        let path = format!("/v1/sealed/{subject}/1/open");
        dev.http.post(&path, &[("content-type", JSON), ("counterfoil-key", key)], "{}")
    };
    for key in ["tax-bureau/dev", "supplier-1/dev", "core-corp/dev"] {
        let opened = open(key).expect(200).json();
        let fields = opened["fields"].as_array().unwrap();
        let payee = fields.iter().find(|field| field["name"] == "payee").unwrap();
        assert_eq!(payee["value"], "王芳", "{key}");
    }
    open("shop-1/dev").problem(403, "document/29");
}

/// The example with some members changed.
fn changed(change: impl Fn(&mut Value)) -> String {
    let mut invoice: Value = serde_json::from_str(EXAMPLE_JSON).unwrap();
    change(&mut invoice);
    invoice.to_string()
}

#[test]
fn wrong_invoices_are_refused_with_rule_and_field() {
    let dev = told(&["--members", "1"]);
    let before = dev.http.value("SELECT count(*) FROM invoice");
    for (what, body, status, code, field) in [
        ("a cent off", changed(|i| i["total"] = json!("4617.01")), 422, "invoice/8", "/total"),
        ("three decimals", changed(|i| i["total"] = json!("4617.001")), 422, "platform/2", "/total"),
        ("negative", changed(|i| i["items"][1]["amount"] = json!("-300.00")), 422, "invoice/7", "/items/1/amount"),
        ("overflow", changed(|i| i["total"] = json!("99999999999999999999.00")), 422, "platform/2", "/total"),
        ("a float", changed(|i| i["total"] = json!(4617.0)), 422, "platform/2", "/total"),
        ("unknown seller", changed(|i| i["seller"] = json!("91440300MA5FC0013E")), 403, "invoice/5", "/seller"),
        ("unknown member", changed(|i| i["more"] = json!(1)), 422, "platform/2", "/more"),
        ("no items", changed(|i| i["items"] = json!([])), 422, "invoice/13", "/items"),
        ("check character", changed(|i| i["seller"] = json!("91440300MA5EN1680H")), 422, "invoice/1", "/seller"),
    ] {
        let reply = post(&dev, JSON, "supplier-1/dev", &body);
        assert_eq!(reply.status, status, "{what}: {}", reply.text());
        let document = reply.problem(status, code);
        assert_eq!(document["field"], field, "{what}: {document}");
    }
    let twice = EXAMPLE_JSON.replacen('{', "{\"total\":\"1.00\",", 1);
    post(&dev, JSON, "supplier-1/dev", twice).problem(422, "platform/2");
    post(&dev, JSON, "shop-1/dev", EXAMPLE_JSON).problem(403, "invoice/5");
    post(&dev, JSON, "supplier-1/dev", &EXAMPLE_JSON[..40]).problem(400, "http/malformed");
    post(&dev, "text/html", "supplier-1/dev", EXAMPLE_JSON).problem(415, "http/media-type");
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice"), before, "nothing is half done");
}

#[test]
fn wrong_documents_are_refused_with_rule_and_place() {
    let dev = told(&["--members", "1"]);
    let before = dev.http.value("SELECT count(*) FROM invoice");
    let root = EXAMPLE_XML.find("<Invoice").or_else(|| EXAMPLE_XML.find("<ubl:Invoice")).expect("the root");
    let (head, body) = EXAMPLE_XML.split_at(root);
    let with_doctype = |inner: &str| format!("{head}<!DOCTYPE Invoice [{inner}]>{body}");
    let bomb: String = (1..12).map(|n| format!("<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1)).collect();
    let mut latin = EXAMPLE_XML.as_bytes().to_vec();
    let at = latin.windows(3).position(|bytes| bytes == b":ID").unwrap() + 8;
    latin[at] = 0xe9;
    let rows: Vec<(&str, Vec<u8>, &str)> = vec![
        ("malformed", EXAMPLE_XML[..EXAMPLE_XML.len() - 20].into(), "invoice/21"),
        ("not XML", "hello".into(), "invoice/21"),
        ("empty", "".into(), "invoice/21"),
        ("entity bomb", with_doctype(&format!("<!ENTITY a0 \"x\">{bomb}")).into(), "invoice/22"),
        ("external entity", with_doctype("<!ENTITY x SYSTEM \"file:///etc/passwd\">").into(), "invoice/22"),
        ("not UTF-8", latin, "invoice/20"),
        ("wrong namespace", EXAMPLE_XML.replace("schema:xsd:Invoice-2", "schema:xsd:Order-2").into(), "invoice/24"),
    ];
    for (what, bytes, code) in rows {
        let reply = post(&dev, XML, "supplier-1/dev", &bytes);
        assert_eq!(reply.status, 422, "{what}: {}", reply.text());
        let document = reply.json();
        assert_eq!(document["code"], code, "{what}: {document}");
        assert!(!document.to_string().contains("root:"), "{document}");
    }
    let total = EXAMPLE_XML.find("PayableAmount").map(|at| at + EXAMPLE_XML[at..].find('>').unwrap() + 1).unwrap();
    let end = total + EXAMPLE_XML[total..].find('<').unwrap();
    let off = format!("{}1.23{}", &EXAMPLE_XML[..total], &EXAMPLE_XML[end..]);
    let document = post(&dev, XML, "supplier-1/dev", off).problem(422, "invoice/9");
    let detail = document["detail"].as_str().unwrap();
    assert!(detail.contains("BR-CO-16") && detail.contains("1.23"), "{detail}");
    let stranger = EXAMPLE_XML.replace("DE129273398", "DE999999999");
    post(&dev, XML, "supplier-1/dev", stranger).problem(404, "invoice/4");
    post(&dev, XML, "shop-1/dev", EXAMPLE_XML).problem(403, "invoice/5");
    let large = format!("{EXAMPLE_XML}{}", " ".repeat(9 << 20));
    post(&dev, XML, "supplier-1/dev", large).problem(413, "http/too-large");
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice"), before, "nothing is half done");
}

#[test]
fn a_smaller_consortium_tells_the_same_story() {
    let dev = told(&["--members", "2"]);
    assert_eq!(dev.http.value("SELECT count(*) FROM invoice_taxpayer"), 5);
    assert_eq!(dev.http.get("/v1/status").json()["members"], 10);
}
