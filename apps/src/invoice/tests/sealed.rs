//! What is sealed of an invoice, who reads it, and what the tax authority's node finds when it arrives.

use super::*;
use counterfoil_platform::{document::Sealed, seal};
use rand::{SeedableRng as _, rngs::StdRng};

const KID: &str = "supplier-1/dev";

/// The tax authority's node opens what is sealed under a subject: the calls that it signs about it.
fn examine(ledger: &Ledger, subject: &str) -> Vec<Call> {
    let (record, opened) = ledger.open("tax-bureau", subject);
    (MODULE.examine.unwrap())(&ledger.state().reader(), &record, opened.as_ref(), "tax-bureau").unwrap()
}

/// The subject of an invoice.
fn subject_of(ledger: &Ledger, id: &Json) -> String {
    let invoice = ledger.query("invoice.get", &[("id", id.as_str().unwrap())]).unwrap();
    invoice["subject"].as_str().unwrap().to_owned()
}

/// A seal of other fields in place of an invoice's own, for the same readers: what a seller with software of its own can do.
fn reseal(ledger: &Ledger, reference: &str, fields: &[seal::Field]) -> Sealed {
    let place = seal::Place {
        ledger: ledger.state().ledger(),
        subject: format!("invoice:supplier-1/{reference}"),
        version: 1,
        sealer: "supplier-1".to_owned(),
    };
    let reader = |member: &str| {
        let kid = format!("{member}/main");
        seal::Reader {
            public_key: counterfoil_platform::testing::reading_key(&kid).public_key(),
            kid: kid.parse().unwrap(),
        }
    };
    let readers = ["tax-bureau", "supplier-1", "core-corp"].map(reader);
    seal::seal(&place, fields, &readers, &mut StdRng::seed_from_u64(7)).unwrap()
}

#[test]
fn the_whole_invoice_is_what_its_readers_open_and_nobody_else() {
    let mut ledger = ledger();
    let mut asked = example();
    set(&mut asked, "/reference", Some(json!("bill-7")));
    let claim_key = SigningKey::ed25519([7; 32]).public_key().to_string().replace("ed25519:", "");
    set(&mut asked, "/claim_key", Some(json!(claim_key)));
    set(&mut asked, "/seller_contact", Some(json!({"bank": "甲银行", "account": "6222 0001"})));
    let output = give_json(&mut ledger, KID, "invoice.issue", &asked).unwrap();
    let subject = subject_of(&ledger, &output["id"]);
    assert_eq!(subject, "invoice:supplier-1/bill-7");
    for member in ["tax-bureau", "supplier-1", "core-corp"] {
        let (record, opened) = ledger.open(member, &subject);
        let whole = content(&ledger.state().reader(), &record.subject, opened.unwrap().fields()).unwrap().unwrap();
        let Content::Chinese(whole) = whole else { panic!("{whole:?}") };
        set(&mut asked, "/channel", Some(json!(1)));
        assert_eq!(*whole, serde_json::from_value(asked.clone()).unwrap(), "{member}");
    }
    assert_eq!(ledger.open("shop-1", &subject).1.unwrap_err().code(), "seal/1");
    let invoice = ledger.query("invoice.get", &[("id", output["id"].as_str().unwrap())]).unwrap();
    assert_eq!(invoice["claim_key"], claim_key);
    assert!(examine(&ledger, &subject).is_empty());
}

#[test]
fn no_table_and_no_transaction_has_what_is_sealed() {
    let mut ledger = ledger();
    let call = ledger.seal(KID, &Call::new("invoice.issue", &example())).unwrap();
    let signed = call.with.get().to_owned();
    ledger.run_calls(&[KID], &[call]).applied();
    let mut all = signed;
    for table in ledger
        .sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND (name LIKE 'invoice%' OR name LIKE 'document%')")
    {
        for row in ledger.sql(&format!("SELECT * FROM \"{}\"", text(&table[0]))) {
            all.push_str(&format!("{row:?}"));
        }
    }
    assert!(all.contains("26441000000000000001") && all.contains("tax-bureau"));
    for secret in [
        "智能手机",
        "安装调试",
        "QM-9 256GB",
        "3804.424779",
        "91440300MA5FC0013E",
        "王芳",
        "合同 QM-2026-118",
        "109051201",
    ] {
        assert_eq!(all.contains(secret), secret == "91440300MA5FC0013E", "{secret}");
    }
    // The buyer's taxpayer id is there as that of a taxpayer, in no row of an invoice.
    for table in ["invoice", "invoice_tax", "document_sealed", "document_field"] {
        let rows = format!("{:?}", ledger.sql(&format!("SELECT * FROM {table}")));
        assert!(!rows.contains("91440300MA5FC0013E") && !rows.contains("深圳市核心制造"), "{table}");
    }
}

#[test]
fn every_validator_checks_what_it_sees_of_a_sealed_invoice() {
    let mut ledger = ledger();
    let call = ledger.seal(KID, &Call::new("invoice.issue", &example())).unwrap();
    let signed: Json = serde_json::from_str(call.with.get()).unwrap();
    for (pointer, value, code, field, detail) in [
        ("/total", json!("4617.01"), "invoice/8", "/total", "CN-9"),
        ("/net", json!("4104.43"), "invoice/8", "/net", "CN-7"),
        ("/tax", json!("512.57"), "invoice/8", "/tax", "CN-8"),
        // One item may round by (1 + rate) / 2 fen: 494.57 is 3804.42 x 13 %, 494.58 as well.
        ("/taxes/1/tax", json!("494.60"), "invoice/8", "/taxes/1/tax", "CN-11"),
        ("/taxes/1/net", json!("3804.52"), "invoice/8", "/taxes/1/tax", "CN-11"),
        ("/taxes/1/rate", json!("0.06"), "invoice/8", "/taxes/1/tax", "CN-11"),
        ("/taxes/0/preference", json!("exempt"), "invoice/8", "/taxes/0/rate", "CN-2"),
        ("/taxes/0/preference", json!("simplified"), "invoice/10", "/taxes/0/rate", "not allowed"),
        ("/taxes/0/items", json!(0), "invoice/13", "/items", "0 items"),
        ("/taxes/0/net", json!("0"), "invoice/7", "/taxes/0/net", "more than 0"),
        ("/taxes/0/tax", json!("-18.00"), "invoice/7", "/taxes/0/tax", "0 or more"),
        ("/taxes/0/rate", json!("1.01"), "invoice/7", "/taxes/0/rate", "0 to 1"),
        ("/taxes", json!([]), "invoice/49", "/taxes", "0 categories"),
        ("/seller", json!(SHOP), "invoice/5", "/seller", "issued by keys of shop-1"),
        ("/reference", json!("other"), "document/", "", ""),
        ("/sealed/fields/0/name", json!("colour"), "invoice/28", "/sealed/fields", "buyer and items"),
        ("/sealed/readers/0/reader", json!("shop-1"), "document/24", "/sealed/readers", "tax-bureau"),
        ("/sealed/ciphertext", json!("AAAA"), "document/", "/sealed/ciphertext", ""),
        ("/buyer", json!({}), "platform/2", "/buyer", "unknown field"),
    ] {
        let mut with = signed.clone();
        set(&mut with, pointer, Some(value.clone()));
        let answer = give_json(&mut ledger, KID, "invoice.issue", &with);
        if pointer == "/reference" {
            // It takes effect, but opens for nobody: the seal is bound to its subject. Its readers have the proof of it.
            let subject = subject_of(&ledger, &answer.unwrap()["id"]);
            assert_eq!(ledger.open("tax-bureau", &subject).1.unwrap_err().code(), "seal/2");
            assert!(examine(&ledger, &subject)[0].with.get().contains(r#""rule":"seal/2""#));
            continue;
        }
        let refusal = answer.unwrap_err();
        assert!(refusal.code.starts_with(code), "{pointer} {value}: {refusal}");
        assert_eq!(refusal.field.as_deref().unwrap_or_default(), field, "{pointer} {value}: {refusal}");
        assert!(refusal.detail.contains(detail), "{pointer} {value}: {refusal}");
    }
    let mut twice = signed.clone();
    set(&mut twice, "/taxes/1", Some(signed["taxes"][0].clone()));
    let refusal = refused(give_json(&mut ledger, KID, "invoice.issue", &twice), "invoice/8", "/taxes/1");
    assert!(refusal.detail.starts_with("CN-11: taxes stand in the order"), "{refusal}");
}

#[test]
fn a_reference_is_used_once_by_its_member() {
    let mut ledger = ledger();
    let mut asked = example();
    set(&mut asked, "/reference", Some(json!("bill-7")));
    give_json(&mut ledger, KID, "invoice.issue", &asked).unwrap();
    let refusal = refused(give_json(&mut ledger, KID, "invoice.issue", &asked), "invoice/48", "/reference");
    assert_eq!(refusal.detail, "supplier-1 has used reference bill-7 already");
    let mut other = serde_json::to_value(&workload(1, SHOP, 1)[0]).unwrap();
    set(&mut other, "/reference", Some(json!("bill-7")));
    give_json(&mut ledger, "shop-1/dev", "invoice.issue", &other).unwrap();
}

#[test]
fn nobody_issues_where_the_tax_authority_cannot_read() {
    let mut ledger = Ledger::new(vec![member::MODULE, document::MODULE, asset::MODULE, MODULE]);
    ledger.run_calls(&["tax-bureau/dev"], &[samples().remove(2).call]).applied();
    let refusal = refused(give_json(&mut ledger, KID, "invoice.issue", &without_member()), "platform/6", "");
    assert_eq!(
        refusal.detail,
        "member \"tax-bureau\" has published no reading key: document.publish_reading_key does it"
    );
    // A seller without a reading key seals for the authority alone.
    ledger.publish_reading_keys(&["tax-bureau"]);
    give_json(&mut ledger, KID, "invoice.issue", &without_member()).unwrap();
    assert_eq!(ledger.sql("SELECT reader FROM document_reader"), [[Value::Text("tax-bureau".into())]]);
}

fn without_member() -> Json {
    let mut asked = example();
    set(&mut asked, "/buyer/member", None);
    asked
}

#[test]
fn the_authority_questions_what_is_sealed_wrong_and_the_seller_answers() {
    let mut ledger = ledger();
    let honest: ClearInvoice = serde_json::from_value(example()).unwrap();
    let good = ledger.seal(KID, &clear(&honest)).unwrap();
    let fields = |change: &dyn Fn(&mut ClearInvoice)| {
        let mut changed = honest.clone();
        change(&mut changed);
        changed.split("supplier-1", "x".to_owned()).fields
    };
    let mut cases: Vec<(&str, Vec<seal::Field>)> = vec![
        (
            "CN-4",
            fields(&|one| {
                (one.items[0].tax, one.items[0].total) = (decimal::Fixed(49_358), decimal::Fixed(429_800));
            }),
        ),
        ("CN-7", fields(&|one| drop(one.items.pop()))),
        (
            "CN-11",
            fields(&|one| {
                one.items[1].rate = decimal::Fixed(600);
                one.items[1].preference = Some(Preference::Simplified);
            }),
        ),
        ("CN-1", fields(&|one| one.buyer.taxpayer = None)),
        ("invoice/6", fields(&|one| one.remark = Some(" ".to_owned()))),
        ("invoice/16", fields(&|one| one.items[0].tax_code = "1".to_owned())),
    ];
    cases.push(("CN-13", vec![seal::Field::text("buyer", "{}"), seal::Field::text("items", "[]")]));
    cases.push(("CN-13", vec![seal::Field::bytes("buyer", "{}"), seal::Field::text("items", "[]")]));
    for (at, (rule, fields)) in cases.into_iter().enumerate() {
        let mut with: Json = serde_json::from_str(good.with.get()).unwrap();
        let reference = format!("cheat-{at}");
        let sealed = reseal(&ledger, &reference, &fields);
        set(&mut with, "/reference", Some(json!(reference)));
        set(&mut with, "/sealed", Some(serde_json::to_value(sealed).unwrap()));
        let output = ledger.run_json(KID, "invoice.issue", &with).applied();
        let subject = subject_of(&ledger, &output["id"]);
        let calls = examine(&ledger, &subject);
        assert_eq!(calls.len(), 1, "{rule}");
        let question: Question = serde_json::from_str(calls[0].with.get()).unwrap();
        assert_eq!((question.rule.as_str(), &question.invoice), (rule, &output["id"].as_str().unwrap().to_owned()));
        ledger.run_calls(&["tax-bureau/dev"], &calls).applied();
        // Once is enough.
        assert!(examine(&ledger, &subject).is_empty());
    }
    assert_eq!(ledger.sql("SELECT count(*) FROM invoice_questioned"), [[Value::Integer(8)]]);
}

#[test]
fn a_question_shows_until_who_may_ask_closes_it() {
    let mut ledger = ledger();
    let output = give_json(&mut ledger, KID, "invoice.issue", &example()).unwrap();
    let (id, number) = (output["id"].as_str().unwrap(), output["number"].as_str().unwrap());
    let ask = json!({"invoice": id, "rule": "price", "reason": "far below the market"});
    ledger.run_json("shop-1/dev", "invoice.question", &ask).refused("member/11");
    ledger
        .run_json("tax-bureau/dev", "invoice.question", &json!({"invoice": "x", "rule": "a", "reason": "b"}))
        .refused("invoice/50");
    ledger
        .run_json("tax-bureau/dev", "invoice.question", &json!({"invoice": id, "rule": "", "reason": "b"}))
        .refused("invoice/6");
    // An auditor asks too.
    let question = ledger.run_json("accountant-1/dev", "invoice.question", &ask).applied()["question"].clone();
    let state = |ledger: &Ledger| {
        ledger.query("invoice.check", &[("number", number), ("total", "4617.00")]).unwrap()["state"].clone()
    };
    assert_eq!(state(&ledger), "questioned");
    assert_eq!(ledger.query("invoice.get", &[("id", id)]).unwrap()["questioned"], true);
    let answer = json!({"question": question, "answer": "a sale to a bankrupt's estate"});
    ledger.run_json("shop-1/dev", "invoice.answer_question", &answer).refused("member/12");
    ledger.run_json(KID, "invoice.answer_question", &json!({"question": "7", "answer": "x"})).refused("invoice/46");
    ledger.run_json(KID, "invoice.answer_question", &answer).applied();
    ledger.run_json(KID, "invoice.answer_question", &answer).refused("invoice/47");
    assert_eq!(state(&ledger), "questioned");
    let close = json!({"question": question, "upheld": false});
    ledger.run_json(KID, "invoice.close_question", &close).refused("member/11");
    ledger.run_json("tax-bureau/dev", "invoice.close_question", &close).applied();
    ledger.run_json("tax-bureau/dev", "invoice.close_question", &close).refused("invoice/47");
    assert_eq!(state(&ledger), "valid");
    let shown = ledger.query("invoice.questions", &[("seller", SUPPLIER)]).unwrap();
    let shown = &shown["items"][0];
    assert_eq!(
        (&shown["state"], &shown["asked_by"], &shown["closed_by"]),
        (&json!("dropped"), &json!("accountant-1"), &json!("tax-bureau"))
    );
}
