use crate::{index::Index, ledger::Ledger};
use counterfoil_proof::{Chain, Proof, verify};
use counterfoil_types::Hash;

fn paragraph(ledger: &Ledger, proof: &Proof) -> String {
    let text = verify(&proof.to_bytes(), &ledger.genesis).expect("a proof").to_string();
    text.replace(&ledger.ledger().to_string(), "<ledger>")
}

#[test]
fn a_paragraph_says_what_is_proved_when_and_by_whom() {
    let ledger = Ledger::new();
    insta::assert_snapshot!(paragraph(&ledger, &ledger.current(2, 4)), @r#"
    Proved: at height 4 (2026-09-21T14:13:26.000Z) table invoice held this row:
      id           "inv-2"
      number       "26442000000000000002"
      total_minor  19802
      seal         NULL
    Ledger: test (<ledger>)
    Signed at height 6 by 3 of 4 validators: 税务局 (tax-bureau), Core Corp (core-corp), Cloud Provider (cloud-provider).
    "#);
    insta::assert_snapshot!(paragraph(&ledger, &ledger.absent("inv-9", 4)), @r#"
    Proved: at height 4 (2026-09-21T14:13:26.000Z) table invoice held no row with this key:
      id  "inv-9"
    Ledger: test (<ledger>)
    Signed at height 6 by 3 of 4 validators: 税务局 (tax-bureau), Core Corp (core-corp), Cloud Provider (cloud-provider).
    "#);
    insta::assert_snapshot!(paragraph(&ledger, &ledger.written(3)), @r#"
    Proved: the block of height 3 (2026-09-21T14:13:24.500Z) wrote this row into table invoice:
      id           "inv-0"
      number       "26442000000000000003"
      total_minor  19803
      seal         x'ababab'
    Ledger: test (<ledger>)
    Signed at height 6 by 3 of 4 validators: 税务局 (tax-bureau), Core Corp (core-corp), Cloud Provider (cloud-provider).
    "#);
}

#[test]
fn the_root_and_a_proof_of_the_empty_index_are_frozen() {
    let index = Index::new();
    insta::assert_snapshot!(index.root(), @"d1875f5fd0c3a1c770c129918a5a69b5ac9b5f7c44b304f411265d1274154b7d");
    let proof = serde_json::to_string_pretty(&index.prove(&Hash::ZERO)).expect("text");
    insta::assert_snapshot!(proof, @r#"
    {
      "operations": 1,
      "location": 0,
      "inactive_peaks": 0,
      "ops_root": "e355f044b4fe6e1d816571a52d0187eb4138913d80bdc7aae30d0b91ef85e667",
      "partial_chunk": "01d0fabd251fcbbe2b93b4b927b26ad2a1a99077152e45ded1e678afa45dbec5",
      "chunk": "0100000000000000000000000000000000000000000000000000000000000000",
      "siblings": [],
      "before": [],
      "after": [],
      "shows": {
        "empty": {
          "metadata": null
        }
      }
    }
    "#);
}
