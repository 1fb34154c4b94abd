//! Real documents: the official cases of EN 16931 and whole invoices, judged as the official rules judge them.
//!
//! The data are not part of this repository. They are looked for in `../shared/data` beside the workspace, or where
//! `COUNTERFOIL_CORPUS` says; where there is none, the tests say so and pass.

use counterfoil_apps::invoice::{
    self, decimal,
    en16931::{self, codes},
    ubl,
};
use counterfoil_platform::{
    testing::{Done, Ledger},
    types::{Call, Outcome, Value},
};
use std::{
    collections::{BTreeMap, BTreeSet},
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

/// Ids of the rules that a document breaks, as far as it can be read, and whether they forbid it.
fn broken(document: &[u8]) -> Result<(BTreeSet<String>, bool), ubl::NotUbl> {
    let (read, problem) = ubl::inspect(document)?;
    let fatal: Vec<_> = read.findings.into_iter().chain(en16931::findings(&read.invoice)).collect();
    let forbidden = problem.is_some() || !fatal.is_empty();
    let all = fatal.into_iter().chain(en16931::warnings(&read.invoice)).map(|finding| finding.rule);
    Ok((all.collect(), forbidden))
}

/// A UBL document of the corpora.
struct Document {
    name: String,
    bytes: Vec<u8>,
    /// Rules that the official judge finds broken, and whether they forbid it.
    official: Vec<(String, bool)>,
}

fn documents(corpus: &Path) -> Vec<Document> {
    let verdicts = json(&corpus.join("en16931/expected/documents.json"));
    let documents = verdicts.as_object().unwrap().iter().map(|(name, verdict)| {
        let found = verdict.as_array().unwrap().iter();
        let official = found.map(|one| (one["id"].as_str().unwrap().to_owned(), one["flag"] == "fatal")).collect();
        Document { name: name.clone(), bytes: fs::read(corpus.join(name)).unwrap(), official }
    });
    // The others are of the UN/CEFACT syntax.
    documents.filter(|document| ubl::inspect(&document.bytes).is_ok()).collect()
}

#[test]
fn every_document_of_the_corpus_gets_the_official_verdict() {
    let Some(corpus) = corpus() else { return };
    let (mut clean, mut credit_notes, mut wrong) = (0, 0, Vec::new());
    for Document { name, bytes, official } in documents(&corpus) {
        // Elements that EN 16931 does not know are what the rules UBL-CR warn of, and are left out here.
        let expected: BTreeSet<String> =
            official.iter().filter(|(_, fatal)| *fatal).map(|(id, _)| id.clone()).collect();
        clean += usize::from(official.is_empty());
        credit_notes += usize::from(ubl::read(&bytes).is_ok_and(|read| read.root == ubl::Root::CreditNote));
        match broken(&bytes) {
            Ok((rules, forbidden)) if rules == expected && forbidden != expected.is_empty() => {
                if !official.is_empty() {
                    println!("as the official rules say: {name}: {official:?}");
                }
            }
            other => wrong.push(format!("{name}: official {official:?}, found {other:?}")),
        }
    }
    println!("{clean} clean documents, {credit_notes} credit notes, {} with another verdict", wrong.len());
    assert!(wrong.is_empty() && clean > 0 && credit_notes > 0, "{}", wrong.join("\n"));
}

#[test]
fn every_document_of_the_corpus_is_written_and_read_without_loss() {
    let Some(corpus) = corpus() else { return };
    let mut count = 0;
    for Document { name, bytes, .. } in documents(&corpus) {
        let read = ubl::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let xml = ubl::write(&read.invoice, read.root);
        let again = ubl::read(xml.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again.invoice, read.invoice, "{name}");
        assert_eq!(again.root, read.root, "{name}");
        assert_eq!(ubl::Root::of_type(read.invoice.type_code.as_deref()), read.root, "{name}");
        assert_eq!(again.findings, read.findings, "{name}");
        count += 1;
    }
    println!("{count} documents are the same after writing and reading");
}

#[test]
fn code_lists_are_the_official_ones() {
    let Some(corpus) = corpus() else { return };
    let official = json(&corpus.join("en16931/expected/codelists-from-BR-CL.json"));
    let list = |list: &codes::CodeList| list.iter().copied().collect::<BTreeSet<&str>>();
    let types = list(&codes::INVOICE_TYPE).union(&list(&codes::CREDIT_NOTE_TYPE)).copied().collect();
    let sepa = list(&codes::ICD).into_iter().chain([codes::SEPA]).collect();
    for (rules, own) in [
        (&["BR-CL-01"][..], types),
        (&["BR-CL-03", "BR-CL-04", "BR-CL-05"], list(&codes::CURRENCY)),
        (&["BR-CL-06"], codes::TAX_POINT.into()),
        (&["BR-CL-07"], list(&codes::REFERENCE)),
        (&["BR-CL-08"], list(&codes::NOTE_SUBJECT)),
        (&["BR-CL-10"], sepa),
        (&["BR-CL-11", "BR-CL-21", "BR-CL-26"], list(&codes::ICD)),
        (&["BR-CL-13"], list(&codes::ITEM_CLASS)),
        (&["BR-CL-14", "BR-CL-15"], list(&codes::COUNTRY)),
        (&["BR-CL-16"], list(&codes::PAYMENT_MEANS)),
        (&["BR-CL-17", "BR-CL-18"], codes::VAT_CATEGORY.into()),
        (&["BR-CL-19"], list(&codes::ALLOWANCE)),
        (&["BR-CL-20"], list(&codes::CHARGE)),
        (&["BR-CL-22"], list(&codes::VATEX)),
        (&["BR-CL-23"], list(&codes::UNIT)),
        (&["BR-CL-25"], list(&codes::EAS)),
    ] {
        for rule in rules {
            let codes = official[rule]["codes"].as_array().unwrap().iter();
            assert_eq!(own, codes.map(|code| code.as_str().unwrap()).collect(), "{rule}");
        }
    }
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
    let (member, scale) = ("shop-1".to_owned(), invoice::Scale::General);
    let register = invoice::RegisterTaxpayer { id, name, member, regime, region: None, scale, from: None };
    // Refused where an earlier document has the same seller.
    let _ = ledger.run("tax-bureau/dev", &register);
    let sealed = ledger.seal("shop-1/dev", call).unwrap_or_else(|refusal| panic!("{refusal}"));
    ledger.run_calls(&["shop-1/dev"], &[sealed])
}

#[test]
fn every_clean_invoice_of_the_corpus_is_issued_sealed_and_read_back_whole() {
    let Some(corpus) = corpus() else { return };
    let route =
        invoice::MODULE.routes.iter().find(|route| route.path == "/v1/invoices" && route.method() == "POST").unwrap();
    let fresh = || {
        let mut ledger = Ledger::new(counterfoil_apps::modules());
        ledger.publish_reading_keys(&["tax-bureau"]);
        ledger
    };
    let mut ledger = fresh();
    let mut issued = 0;
    for Document { name, bytes, official } in documents(&corpus) {
        let read = ubl::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        if !official.is_empty() || read.root == ubl::Root::CreditNote {
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
        let subject = ledger.query("invoice.get", &[("id", &id)]).unwrap()["subject"].as_str().unwrap().to_owned();
        let opened = ledger.open("tax-bureau", &subject).1.unwrap();
        let content = invoice::content(&ledger.state().reader(), &subject, opened.fields()).unwrap();
        let invoice::Content::European(_, document) = content.unwrap() else { panic!("{name}") };
        match document {
            Some(document) => assert_eq!(document, text.as_bytes(), "{name}"),
            None => println!("without its document, which has {} bytes: {name}", text.len()),
        }
        issued += 1;
    }
    println!("{issued} invoices are issued and read back");
    assert!(issued > 0);
}

#[test]
fn the_official_cases_get_the_official_answer() {
    let Some(corpus) = corpus() else { return };
    let cases = json(&corpus.join("en16931/expected/unit-cases.json"));
    let mut families: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases.as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let text = fs::read_to_string(corpus.join(file)).unwrap();
        let nth = case["case"].as_u64().unwrap() as usize;
        let found = broken(fragments(&text)[nth].as_bytes());
        for expectation in case["expect"].as_array().unwrap() {
            let rule = expectation["rule"].as_str().unwrap();
            let expected = expectation["outcome"] != "success";
            let agrees = found.as_ref().is_ok_and(|(rules, _)| rules.contains(rule) == expected);
            let (family, _) = rule.rsplit_once('-').unwrap();
            let count = families.entry(family.to_owned()).or_default();
            count.1 += 1;
            count.0 += usize::from(agrees);
            if !agrees {
                wrong.push(format!("{file} {nth}: {rule} broken: {expected}; found {found:?}"));
            }
        }
    }
    println!("{}", wrong.join("\n"));
    for (family, (agree, all)) in &families {
        println!("{family}: {agree} of {all} agree");
        assert!(agree * 100 >= all * 95, "{family}");
    }
    let (agree, all) = families.values().fold((0, 0), |(agree, all), (a, b)| (agree + a, all + b));
    println!("{agree} of {all} agree");
    assert!(agree * 100 >= all * 98);
}

/// The documents inside a test set: what follows the assertions of each test.
fn fragments(text: &str) -> Vec<&str> {
    let tests = text.split("</test>").filter(|test| test.contains("<test"));
    tests.map(|test| test.rsplit("</assert>").next().unwrap().trim()).collect()
}
