//! Invoices in and out: many at once, and as documents for those who can read them.

use crate::support::{Dev, run};
use counterfoil_apps::invoice::{
    EXAMPLE_JSON,
    output::{Colour, xml},
};
use serde_json::{Value, json};
use std::fs;

const SUPPLIER: &str = "supplier-1/dev";

fn start() -> Dev {
    Dev::start_with_samples(&["--members", "1"])
}

fn example() -> Value {
    serde_json::from_str(EXAMPLE_JSON).unwrap()
}

fn invoices(dev: &Dev) -> i64 {
    dev.http.value("SELECT count(*) FROM invoice").as_i64().unwrap()
}

#[test]
fn who_can_read_an_invoice_gets_it_as_pdf_and_xml_and_leaves_an_audit_row() {
    let dev = start();
    let issued = dev.command("invoice.issue", SUPPLIER, &example());
    let subject = dev.http.get(&format!("/v1/invoices/{}", issued["id"].as_str().unwrap())).expect(200).json();
    let subject = subject["subject"].as_str().unwrap().to_owned();
    let path = format!("/v1/sealed/{}/1/open", subject.replace(':', "%3A").replace('/', "%2F"));
    let open = |key: &str, media_type: &str| {
        dev.http.post(&path, &[("counterfoil-key", key), ("accept", media_type), ("accept-language", "en")], "")
    };
    let pdf = open(SUPPLIER, "application/pdf").expect(200);
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    assert_eq!(pdf.header("cache-control"), Some("no-store"));
    assert!(pdf.body.starts_with(b"%PDF-1.7"));
    let face = xml::read(&open("tax-bureau/dev", "application/xml").expect(200).body).unwrap();
    assert_eq!(
        (face.number.as_str(), face.total.to_string().as_str()),
        (issued["number"].as_str().unwrap(), "4617.00")
    );
    assert_eq!(face.bureau.code, "14403000000");
    open("shop-2/dev", "application/pdf").problem(403, "document/29");
    let openings = format!(
        "SELECT group_concat(reader) FROM (SELECT reader FROM document_opening WHERE subject = '{subject}' ORDER BY number)"
    );
    assert_eq!(dev.http.value(&openings), "supplier-1,tax-bureau");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("invoice.xml");
    let arguments =
        ["document", "open", &subject, "--version", "1", "--file", file.to_str().unwrap(), "--key", SUPPLIER];
    let output = run(&[&arguments[..], &["--url", dev.http.url()]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(xml::read(&fs::read(&file).unwrap()).unwrap().number, face.number);
}

#[test]
fn a_red_letter_is_put_out_of_the_seal_of_its_blue_one() {
    let dev = start();
    let blue = dev.command("invoice.issue", SUPPLIER, &example());
    let id = blue["id"].as_str().unwrap();
    let form = dev.command("invoice.request_red", SUPPLIER, &json!({"invoice": id, "reason": "02"}));
    let red = dev.command("invoice.issue_red", SUPPLIER, &json!({"form": form["form"]}));
    let subject =
        dev.http.get(&format!("/v1/invoices/{id}")).expect(200).json()["subject"].as_str().unwrap().to_owned();
    let path = format!("/v1/sealed/{}/1/open", subject.replace(':', "%3A").replace('/', "%2F"));
    let open = |query: &str, media_type: &str| {
        dev.http.post(&format!("{path}?{query}"), &[("counterfoil-key", SUPPLIER), ("accept", media_type)], "")
    };
    let document = format!("document={}", red["id"].as_str().unwrap());
    let face = xml::read(&open(&document, "application/xml").expect(200).body).unwrap();
    assert_eq!((face.number.as_str(), face.total.to_string().as_str()), (red["number"].as_str().unwrap(), "-4617.00"));
    let (blue, confirmation) = (blue["number"].as_str().unwrap().to_owned(), form["form"].as_str().map(str::to_owned));
    assert_eq!(face.colour, Colour::Red { blue, confirmation });
    open("document=nothing", "application/pdf").problem(404, "invoice/50");
    open("documents=1", "application/pdf").problem(400, "http/malformed");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("red.pdf");
    let arguments =
        ["document", "open", &subject, "--version", "1", "--file", file.to_str().unwrap(), "--key", SUPPLIER];
    let output = run(&[&arguments[..], &["--which", red["id"].as_str().unwrap(), "--url", dev.http.url()]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read(&file).unwrap().starts_with(b"%PDF-1.7"));
}

#[test]
fn many_invoices_are_answered_one_by_one_in_their_order() {
    let dev = start();
    let before = invoices(&dev);
    let mut wrong = example();
    wrong["total"] = json!("1.00");
    let lines = [example(), wrong, example()].map(|line| line.to_string()).join("\n");
    let headers =
        [("content-type", "application/x-ndjson"), ("counterfoil-key", SUPPLIER), ("idempotency-key", "monday")];
    let first = dev.http.post("/v1/invoices", &headers, &lines).expect(200).lines();
    assert_eq!(first.iter().map(|line| line["status"].as_u64().unwrap()).collect::<Vec<_>>(), [200, 422, 200]);
    assert_eq!(first.iter().map(|line| line["document"].as_str().unwrap()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(first[1]["problem"]["code"], "invoice/8");
    assert_eq!(invoices(&dev), before + 2);
    let again = dev.http.post("/v1/invoices", &headers, &lines).expect(200).lines();
    assert_eq!(again[0]["output"], first[0]["output"], "done once");
    assert_eq!(invoices(&dev), before + 2);

    let part = |name: &str, body: &str| {
        format!(
            "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}.json\"\r\nContent-Type: application/json\r\n\r\n{body}\r\n"
        )
    };
    let body = format!("{}{}--b--\r\n", part("x", &example().to_string()), part("y", "{"));
    let headers = [("content-type", "multipart/form-data; boundary=b"), ("counterfoil-key", SUPPLIER)];
    let lines = dev.http.post("/v1/invoices", &headers, body).expect(200).lines();
    assert_eq!(lines.iter().map(|line| line["document"].as_str().unwrap()).collect::<Vec<_>>(), ["x.json", "y.json"]);
    assert_eq!((lines[0]["status"].as_u64(), lines[1]["problem"]["code"].as_str()), (Some(200), Some("platform/2")));

    let lines = "{}\n".repeat(1_001);
    let headers = [("content-type", "application/x-ndjson"), ("counterfoil-key", SUPPLIER)];
    dev.http.post("/v1/invoices", &headers, lines).problem(413, "http/too-large");
    dev.http
        .post("/v1/invoices", &[("content-type", "multipart/form-data"), headers[1]], "")
        .problem(400, "http/malformed");
}

#[test]
fn a_folder_is_imported_once_and_what_is_refused_is_counted_by_rule() {
    let dev = start();
    let before = invoices(&dev);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, invoice: &Value| fs::write(folder.path().join(name), invoice.to_string()).unwrap();
    for at in 0..5 {
        let mut right = example();
        right["remark"] = json!(format!("bill {at}"));
        write(&format!("{at}.json"), &right);
        right["total"] = json!("1.00");
        write(&format!("wrong-{at}.json"), &right);
    }
    fs::create_dir(folder.path().join("more")).unwrap();
    write("more/deeper.json", &example());
    fs::write(folder.path().join("note.txt"), "no invoice").unwrap();
    let import = || {
        let path = folder.path().to_str().unwrap();
        let output = run(&["invoice", "import", path, "--key", SUPPLIER, "--url", dev.http.url()]);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let table = import();
    assert!(table.starts_with("6 issued, 0 issued before"), "{table}");
    let refused: Vec<_> = table.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(refused, ["invoice/8", "CN-9", "5", "wrong-0.json"], "{table}");
    assert_eq!(invoices(&dev), before + 6);
    let results = folder.path().join("import-results.ndjson");
    assert_eq!(fs::read_to_string(&results).unwrap().lines().count(), 11);
    assert!(import().starts_with("0 issued, 6 issued before"));
    // The results are lost, the ledger knows them.
    fs::remove_file(&results).unwrap();
    assert!(import().starts_with("6 issued, 0 issued before"));
    assert_eq!(invoices(&dev), before + 6);
}
