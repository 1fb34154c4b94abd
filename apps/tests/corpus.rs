//! Real documents: the official cases of EN 16931 and whole invoices, judged as the official rules judge them.
//!
//! The data are not part of this repository. They are looked for in `../shared/data` beside the workspace, or where
//! `COUNTERFOIL_CORPUS` says; where there is none, the tests say so and pass.

use counterfoil_apps::invoice::{self, decimal, en16931, ubl};
use counterfoil_platform::{
    testing::{Done, Ledger},
    types::{Call, Outcome, Value},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("COUNTERFOIL_CORPUS").map_or(beside, PathBuf::from);
    if folder.join("en16931/expected/documents.json").is_file() {
        return Some(folder);
    }
    println!("skipped, no corpus");
    None
}

fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Ids of the rules that a document breaks, or why it is not a UBL Invoice.
fn broken(document: &[u8]) -> Result<Vec<String>, ubl::NotUbl> {
    let read = ubl::read(document)?;
    let findings = read.findings.into_iter().chain(en16931::findings(&read.invoice));
    Ok(findings.map(|finding| finding.rule).collect())
}

#[test]
fn every_clean_invoice_of_the_corpus_is_read_and_breaks_no_rule() {
    let Some(corpus) = corpus() else { return };
    let documents = json(&corpus.join("en16931/expected/documents.json"));
    let (mut passed, mut wrong) = (0, Vec::new());
    for (name, verdict) in documents.as_object().unwrap() {
        let bytes = fs::read(corpus.join(name)).unwrap();
        let clean = verdict.as_array().unwrap().is_empty();
        match ubl::read(&bytes) {
            Err(other) if other.problem == ubl::Problem::Root => {}
            Err(other) => wrong.push(format!("{name}: {other}")),
            Ok(_) if !clean => println!("left out: {name}: the official rules say {verdict}"),
            Ok(_) => match broken(&bytes) {
                Ok(rules) if rules.is_empty() => passed += 1,
                other => wrong.push(format!("{name}: {other:?}")),
            },
        }
    }
    println!("{passed} invoices pass, {} do not", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a document says of itself, looked for in its text: an amount of `LegalMonetaryTotal`, as hundredths.
fn stated(document: &str, element: &str) -> i64 {
    let totals = document.split("LegalMonetaryTotal").nth(1).unwrap();
    let amount = totals.split(&format!(":{element} ")).nth(1).and_then(|rest| rest.split(['>', '<']).nth(1));
    amount.map_or(0, |text| decimal::Decimal::parse(text).unwrap().to_fixed(2).unwrap())
}

fn issue(ledger: &mut Ledger, call: &Call, seller: &en16931::Seller) -> Done {
    let legal = seller.legal_id.as_ref().and_then(|id| id.value.clone());
    let other = seller.ids.first().and_then(|id| id.value.clone());
    let ids = [seller.vat_id.clone(), seller.tax_id.clone(), legal, other];
    let id = ids.into_iter().flatten().find(|id| !id.is_empty()).unwrap();
    let name = seller.name.clone().unwrap();
    let regime = invoice::Regime::En16931;
    let register = invoice::RegisterTaxpayer { id, name, member: "shop-1".to_owned(), regime, region: None };
    // Refused where an earlier document has the same seller.
    let _ = ledger.run("tax-bureau/dev", &register);
    ledger.run_calls(&["shop-1/dev"], std::slice::from_ref(call))
}

#[test]
fn every_clean_invoice_of_the_corpus_is_issued_and_read_back_with_equal_totals() {
    let Some(corpus) = corpus() else { return };
    let documents = json(&corpus.join("en16931/expected/documents.json"));
    let route =
        invoice::MODULE.routes.iter().find(|route| route.path == "/v1/invoices" && route.method() == "POST").unwrap();
    let fresh = || Ledger::new(counterfoil_apps::modules());
    let mut ledger = fresh();
    let mut issued = 0;
    for (name, verdict) in documents.as_object().unwrap() {
        let bytes = fs::read(corpus.join(name)).unwrap();
        let Ok(read) = ubl::read(&bytes) else { continue };
        if !verdict.as_array().unwrap().is_empty() {
            continue;
        }
        let call = route
            .call(Some("application/xml; charset=utf-8"), &[], &bytes)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let seller = read.invoice.seller.unwrap();
        let mut done = issue(&mut ledger, &call, &seller);
        if matches!(&done.receipt.outcome, Outcome::Refused(refusal) if refusal.code == "invoice/11") {
            println!("on a ledger of its own: {name}: its seller has used its number in an earlier document");
            ledger = fresh();
            done = issue(&mut ledger, &call, &seller);
        }
        let id = done.applied()["id"].as_str().unwrap().to_owned();
        let text = String::from_utf8(bytes).unwrap();
        let columns = "net_minor, total_minor, payable_minor, prepaid_minor";
        let row = ledger.sql(&format!("SELECT {columns} FROM invoice WHERE id = '{id}'")).remove(0);
        let expected = ["TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount", "PrepaidAmount"];
        assert_eq!(row, expected.map(|element| Value::Integer(stated(&text, element))), "{name}");
        issued += 1;
    }
    println!("{issued} invoices are issued and read back");
    assert!(issued > 0);
}

/// Cases whose fragments are no UBL, and so are refused before any rule is looked at: file and number.
const NO_UBL: [(&str, u64); 6] = [
    ("BR-03.xml", 0),    // the issue date is 123
    ("BR-32.xml", 1),    // cac:TaxScheme outside cac:TaxCategory
    ("BR-32.xml", 2),    // the same
    ("BR-CL-17.xml", 0), // an allowance without its indicator
    ("BR-CL-17.xml", 1), // the same
    ("BR-G-08.xml", 0),  // a category without cac:TaxScheme
];

/// Rules of the cases that are not checked here: code lists, and what the syntax alone demands.
fn is_beyond(rule: &str) -> bool {
    let lists = rule.starts_with("BR-CL-") && !["BR-CL-17", "BR-CL-18"].contains(&rule);
    lists || rule.starts_with("UBL-") || rule == "BR-51"
}

#[test]
fn the_official_cases_get_the_official_answer() {
    let Some(corpus) = corpus() else { return };
    let cases = json(&corpus.join("en16931/expected/unit-cases.json"));
    let mut families: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let (mut wrong, mut beyond) = (Vec::new(), 0);
    for case in cases.as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        if !file.contains("Invoice-unit-UBL") {
            continue;
        }
        // One of the files has its fragments as credit notes by mistake; what they say holds for invoices too.
        let text = fs::read_to_string(corpus.join(file)).unwrap().replace("CreditNote", "Invoice");
        let nth = case["case"].as_u64().unwrap() as usize;
        let fragment = fragments(&text)[nth];
        for expectation in case["expect"].as_array().unwrap() {
            let rule = expectation["rule"].as_str().unwrap();
            if is_beyond(rule) {
                beyond += 1;
                continue;
            }
            if NO_UBL.iter().any(|(name, number)| file.ends_with(&format!("/{name}")) && case["case"] == *number) {
                println!("left out: {file} {nth}: not UBL");
                continue;
            }
            let expected = expectation["outcome"] != "success";
            let found = broken(fragment.as_bytes());
            let agrees = found.as_ref().is_ok_and(|rules| rules.iter().any(|broken| broken == rule) == expected);
            let (family, _) = rule.rsplit_once('-').unwrap();
            let count = families.entry(family.to_owned()).or_default();
            count.1 += 1;
            if agrees {
                count.0 += 1;
            } else {
                wrong.push(format!("{file} {nth}: {rule} broken: {expected}; found {found:?}"));
            }
        }
    }
    for (family, (agree, all)) in &families {
        println!("{family}: {agree} of {all} agree");
    }
    let (agree, all) = families.values().fold((0, 0), |(agree, all), (a, b)| (agree + a, all + b));
    println!("{agree} of {all} agree, {beyond} are about code lists and syntax, which are not checked here");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The documents inside a test set.
fn fragments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("<Invoice").filter(|_| rest.contains("</Invoice>")) {
        let begun = &rest[start..];
        let after = begun.as_bytes().get("<Invoice".len()).copied().unwrap_or_default();
        if !after.is_ascii_whitespace() && after != b'>' {
            rest = &begun["<Invoice".len()..];
            continue;
        }
        let end = begun.find("</Invoice>").unwrap() + "</Invoice>".len();
        found.push(&begun[..end]);
        rest = &begun[end..];
    }
    found
}
