//! The proof page: its modules judge as `counterfoil verify` does, whatever is changed, and without a network.

use crate::{
    browser::Browser,
    ledger::Ledger,
    support::{Dev, run},
};
use base64ct::{Base64, Encoding as _};
use counterfoil_proof::{Proof, Step, verify};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};

/// Files, and what is changed in one of them, a byte at a time.
struct Case {
    what: String,
    proof: Vec<u8>,
    genesis: Vec<u8>,
    of: &'static str,
    changes: Vec<(usize, u8)>,
}

/// Another value for a byte: another digit, letter or bit.
fn other(byte: u8, at: usize) -> u8 {
    match byte {
        b'0'..=b'8' | b'a'..=b'e' => byte + 1,
        b'9' => b'a',
        b'f' => b'0',
        _ => byte ^ (1 << (at % 8)),
    }
}

impl Case {
    /// Every `stride`th byte of the proof changed.
    fn proof(what: &str, proof: &[u8], genesis: &[u8], stride: usize) -> Self {
        let changes = (0..proof.len()).step_by(stride).map(|at| (at, other(proof[at], at / stride))).collect();
        Self { what: what.to_owned(), proof: proof.to_owned(), genesis: genesis.to_owned(), of: "proof", changes }
    }

    /// Every `stride`th byte of the genesis file changed, which is taken for that of the proof's ledger all the same.
    fn genesis(proof: &[u8], genesis: &[u8], stride: usize) -> Self {
        let changes = (0..genesis.len()).step_by(stride).map(|at| (at, other(genesis[at], at / stride))).collect();
        let what = "genesis".to_owned();
        Self { what, proof: proof.to_owned(), genesis: genesis.to_owned(), of: "genesis", changes }
    }

    fn as_json(&self) -> Value {
        json!({
            "proof": Base64::encode_string(&self.proof),
            "genesis": Base64::encode_string(&self.genesis),
            "of": self.of,
            "changes": self.changes,
        })
    }

    /// What `counterfoil verify` says: of the files as they are, and of each change.
    fn verdicts(&self) -> Vec<String> {
        let verdict = |proof: &[u8], genesis: &[u8]| match verify(proof, genesis) {
            Ok(_) => "proved".to_owned(),
            Err(failed) => failed.step.to_string(),
        };
        let mut found = vec![verdict(&self.proof, &self.genesis)];
        for (at, byte) in &self.changes {
            let changed = |bytes: &[u8]| {
                let mut bytes = bytes.to_owned();
                bytes[*at] = *byte;
                bytes
            };
            found.push(match self.of {
                "proof" => verdict(&changed(&self.proof), &self.genesis),
                _ => verdict(&self.proof, &changed(&self.genesis)),
            });
        }
        found
    }
}

/// Both engines say of each case what Rust says; the steps that were seen to fail.
fn judged_alike(browser: &Browser, url: &str, engine: &str, cases: &[Case]) -> BTreeSet<String> {
    let given = json!({
        "url": url, "engine": engine, "cases": cases.iter().map(Case::as_json).collect::<Vec<_>>(),
    });
    let told = browser.run("console/verdicts.cjs", &given);
    assert_eq!(told.len(), cases.len());
    let mut steps = BTreeSet::new();
    for (case, told) in cases.iter().zip(told) {
        let expected = case.verdicts();
        for (place, (expected, found)) in expected.iter().zip(told.as_array().unwrap()).enumerate() {
            let change = place.checked_sub(1).map(|at| case.changes[at]);
            assert_eq!(found, expected, "{} in {engine}, {change:?}", case.what);
        }
        assert_eq!(told.as_array().unwrap().len(), expected.len());
        steps.extend(expected);
    }
    steps
}

/// Each kind of proof of a real network, with the genesis file.
fn real(dev: &Dev) -> (Vec<(&'static str, Vec<u8>)>, Vec<u8>) {
    dev.add_key("shop-1", "till").expect(200);
    let get = |path: &str| dev.http.get(path).expect(200).body;
    let proofs = vec![
        ("current", get("/v1/rows/member_key/shop-1,till/proof")),
        ("absent", get("/v1/rows/member_key/shop-1,none/proof?absent")),
        ("written", get("/v1/rows/member_key/shop-1,till/proof?written")),
        ("written by genesis", get("/v1/rows/member/shop-1/proof?written=0")),
    ];
    (proofs, get("/v1/genesis"))
}

#[test]
fn the_page_judges_every_changed_byte_as_the_command_line_does() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::start(&[]);
    let (proofs, genesis) = real(&dev);
    let synthetic = Ledger::new();
    let handed_over = Ledger::with_handover(1);
    for (engine, sparse) in [("node", 1), ("chromium", 9)] {
        let mut cases: Vec<_> =
            proofs.iter().map(|(what, proof)| Case::proof(what, proof, &genesis, 3 * sparse)).collect();
        cases.push(Case::genesis(&proofs[0].1, &genesis, 5 * sparse));
        for (what, proof) in synthetic.proofs() {
            cases.push(Case::proof(what, &proof.to_bytes(), &synthetic.genesis, 5 * sparse));
        }
        let late = handed_over.current(4, 4).to_bytes();
        cases.push(Case::proof("validators that changed", &late, &handed_over.genesis, sparse));
        let steps = judged_alike(&browser, dev.http.url(), engine, &cases);
        let all = [
            Step::Format,
            Step::Genesis,
            Step::Row,
            Step::Table,
            Step::Path,
            Step::Execution,
            Step::Header,
            Step::Certificate,
            Step::Handover,
        ];
        for step in all {
            assert!(steps.contains(&step.to_string()), "{engine}: no change is found at step {step}");
        }
        assert!(cases.iter().all(|case| verify(&case.proof, &case.genesis).is_ok()));
    }
}

/// Genesis files whose hash is right, but which are none; and proofs that are forged where no changed byte leads.
#[test]
fn forged_files_are_judged_as_the_command_line_does() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::alone();
    let ledger = Ledger::new();
    let mut cases = Vec::new();
    let mut add = |what: &str, proof: Vec<u8>, genesis: &[u8]| {
        let genesis = genesis.to_owned();
        cases.push(Case { what: what.to_owned(), proof, genesis, of: "proof", changes: Vec::new() });
    };
    let text = String::from_utf8(ledger.genesis.clone()).unwrap();
    let key = text.split("ed25519:").nth(1).unwrap()[..64].to_owned();
    let off_curve = format!("02{}", "00".repeat(31));
    for (from, to) in [
        ("\"test\"", "\"t\\u00e9st\"".to_owned()),
        ("\"test\"", "\"\\ud83d\\ude00\"".to_owned()),
        ("\"test\"", "\"\\ud83d\"".to_owned()),
        ("\"test\"", "\"a\tb\"".to_owned()),
        ("\"name\": \"test\"", "\"name\": \"test\", \"name\": \"test\"".to_owned()),
        ("\"name\": \"test\"", "\"name\": \"test\", \"more\": null".to_owned()),
        ("\"epoch_length\": 100", "\"epoch_length\": 1".to_owned()),
        ("\"epoch_length\": 100", "\"epoch_length\": 1e2".to_owned()),
        ("\"epoch_length\": 100", "\"epoch_length\": 100.0".to_owned()),
        ("\"epoch_length\": 100", "\"epoch_length\": 0100".to_owned()),
        ("\"epoch_length\": 100", "\"epoch_length\": 18446744073709551615".to_owned()),
        ("\"epoch_length\": 100", "\"epoch_length\": 18446744073709551616".to_owned()),
        ("counterfoil-genesis/1", "counterfoil-genesis/2".to_owned()),
        ("organisation", "machine".to_owned()),
        ("\"dev\"", "\"Dev\"".to_owned()),
        ("bank-a", "core-corp".to_owned()),
        (key.as_str(), key.to_uppercase()),
        (key.as_str(), off_curve),
        (key.as_str(), "00".repeat(32)),
        // y = 1 + p, beyond the prime, and x = 0 with its sign set: ZIP-215 takes both.
        (key.as_str(), format!("ee{}7f", "ff".repeat(30))),
        (key.as_str(), format!("01{}80", "00".repeat(30))),
    ] {
        let changed = text.replace(from, &to);
        assert_ne!(changed, text, "{from} {to}");
        let mut proof = ledger.current(2, 4);
        proof.ledger = counterfoil_types::Hash::of(&[changed.as_bytes()]);
        add(&format!("{from} as {to}"), proof.to_bytes(), changed.as_bytes());
    }
    let proof = ledger.current(2, 4);
    let forge = |change: &dyn Fn(&mut Proof)| {
        let mut forged = ledger.current(2, 4);
        change(&mut forged);
        forged.to_bytes()
    };
    add("no headers", forge(&|proof| proof.headers.clear()), &ledger.genesis);
    add("no executions", forge(&|proof| proof.executions.clear()), &ledger.genesis);
    add("headers reversed", forge(&|proof| proof.headers.reverse()), &ledger.genesis);
    add("a height beyond any", forge(&|proof| proof.height = u64::MAX), &ledger.genesis);
    add("height 0", forge(&|proof| proof.height = 0), &ledger.genesis);
    add("no block", forge(&|proof| proof.block = None), &ledger.genesis);
    add("evidence of another kind", forge(&|proof| proof.evidence = ledger.written(4).evidence), &ledger.genesis);
    add("handed over by itself", forge(&|proof| proof.handovers = vec![ledger.written(1)]), &ledger.genesis);
    let digest = ledger.headers[6].digest();
    for (what, signers) in [("all sign", &[0, 1, 2, 3][..]), ("two sign", &[0, 1]), ("nobody signs", &[])] {
        let certificate = ledger.certificate(0, &digest, signers);
        add(what, forge(&|proof| proof.certificate = counterfoil_proof::Bytes(certificate.clone())), &ledger.genesis);
    }
    let good = String::from_utf8(proof.to_bytes()).unwrap();
    for (from, to) in [
        ("\"height\":4", "\"height\":4.0"),
        ("\"height\":4", "\"height\":4,\"height\":4"),
        ("\"height\":4", "\"height\": 4"),
        ("inv-2", "inv-\\u0032"),
        ("inv-2", "inv-\\/"),
        ("19802", "{\"integer\":\"19802\"}"),
        ("19802", "{\"integer\":\"9223372036854775807\"}"),
        ("19802", "{\"integer\":\"9223372036854775808\"}"),
        ("19802", "9007199254740992"),
        ("19802", "-0"),
        ("null", "{\"blob\":\"AB\"}"),
        ("\"handovers\":[]", "\"handovers\":[],\"more\":[]"),
    ] {
        add(&format!("{from} as {to}"), good.replacen(from, to, 1).into_bytes(), &ledger.genesis);
    }
    add("spaces before it", format!(" {good}").into_bytes(), &ledger.genesis);
    add("two line feeds", format!("{good}\n").into_bytes(), &ledger.genesis);
    add("no line feed", good.trim_end().into(), &ledger.genesis);
    add("a byte order mark", format!("\u{feff}{good}").into_bytes(), &ledger.genesis);
    add("nested too deep", "[".repeat(100_000).into_bytes(), &ledger.genesis);
    add("nothing", Vec::new(), &ledger.genesis);
    let steps = judged_alike(&browser, dev.http.url(), "node", &cases);
    assert!(steps.contains("proved") && steps.contains("genesis") && steps.len() > 6, "{steps:?}");
    judged_alike(&browser, dev.http.url(), "chromium", &cases);
}

#[test]
fn the_page_checks_with_the_network_cut_on_a_node_and_as_a_file() {
    let Some(browser) = Browser::find() else { return };
    let dev = Dev::start(&[]);
    let (proofs, genesis) = real(&dev);
    let long = format!("INSERT INTO yard.lot VALUES ('a', x'{}')", "ab".repeat(64));
    let statements = ["CREATE TABLE yard.lot (id TEXT PRIMARY KEY, sha BLOB)", &long].map(|sql| json!({"sql": sql}));
    dev.command("sql.execute", "shop-1/dev", &json!({"statements": statements}));
    let wide = dev.http.get("/v1/rows/yard.lot/a/proof").expect(200).body;
    let folder = tempfile::tempdir().unwrap();
    let page = run(&["verify-page"]);
    assert!(page.status.success());
    let proof = &proofs[0].1;
    let text = String::from_utf8(proof.clone()).unwrap();
    let tampered = text.replacen("[\"shop-1\",\"till\"", "[\"shop-2\",\"till\"", 1);
    assert_ne!(text, tampered);
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let file = put("verify.html", &page.stdout);
    let (proof, genesis) = (put("proof.json", proof), put("genesis.json", &genesis));
    let (tampered, wide) = (put("tampered.json", tampered.as_bytes()), put("wide.json", &wide));
    for language in ["en", "zh-CN"] {
        let given = json!({
            "url": dev.http.url(), "language": language, "file": file,
            "proof": proof, "genesis": genesis, "tampered": tampered, "wide": wide,
        });
        browser.run("console/verify.cjs", &given);
    }
}

/// Everybody can open it, also at a node where a token is needed for the rest.
#[test]
fn the_page_needs_nobody_signed_in() {
    let mut network = crate::support::Network::found(&["a:tax-authority"], &[], &[]);
    let node = &mut network.validators[0];
    node.start();
    let page = node.http.get("/verify").expect(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert!(text.contains("data-file=\"proof\"") && !text.contains("data-key="), "{text}");
}
