//! Sealed content of another module.

use super::{assert_refused, kid, ledger_with, reader, reading_key, record, seal_at, subject};
use crate::{
    Command, CommandDeclaration, Module, call,
    document::{Open, Refused, RemoveReader, Sealed, Subject, sealed},
    testing::Ledger,
};
use counterfoil_state::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Seals an offer for its readers and an arbiter.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Offer {
    id: String,
    version: i64,
    by: String,
    sealed: Sealed,
}

impl Command for Offer {
    const NAME: &'static str = "probe.offer";
    type Output = ();
    type Refused = Refused;

    fn weight(&self) -> u32 {
        sealed::weight(&self.sealed)
    }

    fn check(&self) -> Result<(), Refused> {
        sealed::check(&self.sealed)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let id = subject("probe", &self.id);
        let of = Subject { id: &id, version: self.version, sealer: &self.by };
        sealed::insert(ctx, &of, &self.sealed, &["tax-bureau".to_owned()])
    }
}

const PROBE: Module =
    Module { name: "probe", title: "Probe", commands: &[CommandDeclaration::of::<Offer>()], ..Module::EMPTY };

fn offer(ledger: &Ledger, version: u64, by: &str, readers: &[&str]) -> Offer {
    let sealed = seal_at(ledger, "probe:offer-1", version, by, readers, &[("price", "12.50")]);
    Offer { id: "offer-1".into(), version: version as i64, by: by.into(), sealed }
}

#[test]
fn another_module_seals_and_all_commands_work_with_its_subject() {
    let mut ledger = ledger_with(&[PROBE]);
    let first = offer(&ledger, 1, "shop-1", &["bank-a", "tax-bureau"]);
    assert_eq!(sealed::weight(&first.sealed), 6);
    let done = ledger.run("shop-1/dev", &first);
    assert_eq!(done.events()[0].1["subject"], "probe:offer-1");
    let open = Open { subject: "probe:offer-1".into(), version: 1, reader: None, reason: None };
    ledger.run("bank-a/dev", &open).applied();
    ledger.run("core-corp/dev", &open).refused("document/29");
    let record = record(&ledger, "probe:offer-1", 1);
    let opened = record.open(ledger.state().ledger(), &kid("bank-a/main"), &reading_key("bank-a/main")).unwrap();
    assert_eq!(opened.field("price").unwrap().value.as_text(), Some("12.50"));
    let wrap = opened.wrap_for(&reader("core-corp/main"), &mut rand::rng()).unwrap();
    let add = crate::document::AddReader { subject: "probe:offer-1".into(), version: 1, wrap };
    ledger.run("bank-a/dev", &add).applied();
    ledger.run("core-corp/dev", &open).applied();
    let remove = RemoveReader { subject: "probe:offer-1".into(), reader: "core-corp".into() };
    ledger.run("shop-1/dev", &remove).applied();
    let later = offer(&ledger, 5, "shop-1", &["tax-bureau", "core-corp"]);
    ledger.run("shop-1/dev", &later).refused("document/27");
}

#[test]
fn a_subject_is_sealed_in_order_by_one_member_for_its_mandatory_readers() {
    let mut ledger = ledger_with(&[PROBE]);
    let first = offer(&ledger, 3, "shop-1", &["bank-a", "tax-bureau"]);
    ledger.run("shop-1/dev", &first).applied();
    let order = |version, by: &str| offer(&ledger, version, by, &["bank-a", "tax-bureau"]);
    let zero = Offer { version: 0, ..order(1, "shop-1") };
    let below = Offer { version: -1, ..order(1, "shop-1") };
    let cases = [
        ("shop-1/dev", zero, "document/36", Some("/sealed")),
        ("shop-1/dev", below, "document/36", Some("/sealed")),
        ("shop-1/dev", order(2, "shop-1"), "document/36", Some("/sealed")),
        ("shop-1/dev", order(3, "shop-1"), "document/36", Some("/sealed")),
        ("bank-a/dev", order(4, "bank-a"), "document/36", Some("/sealed")),
        ("bank-a/dev", order(4, "shop-1"), "member/12", None),
        ("shop-1/dev", offer(&ledger, 4, "shop-1", &["bank-a"]), "document/24", Some("/sealed/readers")),
        ("shop-1/dev", Offer { id: "not one".into(), ..order(4, "shop-1") }, "document/23", Some("/subject")),
    ];
    for (kid, offer, code, field) in cases {
        assert_refused(&mut ledger, &[kid], &[call(&offer)], code, field);
    }
    let next = offer(&ledger, 4, "shop-1", &["tax-bureau"]);
    ledger.run("shop-1/dev", &next).applied();
}
