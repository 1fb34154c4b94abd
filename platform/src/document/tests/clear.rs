//! Commands that a node seals for its callers.

use super::{ledger_with, reading_key, subject};
use crate::{
    Clear, Command, CommandDeclaration, Draft, Drafting, Module,
    document::{Refused, Sealed, Subject, sealed},
    openapi,
    testing::Ledger,
};
use counterfoil_seal::{Field, Reader as SealReader, Record};
use counterfoil_state::Context;
use counterfoil_types::{Call, Hash, Refusal};
use rand::{SeedableRng as _, rngs::StdRng};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Bids for something.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Bid {
    id: String,
    sealed: Sealed,
}

/// A bid in the clear.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClearBid {
    price: u32,
    reader: String,
    must_read: bool,
}

impl Clear for ClearBid {
    type Command = Bid;
    type Refused = Refused;

    fn draft(self, at: &Drafting<'_>) -> Result<Draft, Refused> {
        if self.price == 0 {
            return Err(Refused::NotASubject { subject: "free".to_owned() });
        }
        let (id, sealer) = (at.unique.to_owned(), at.signer.member().to_owned());
        let draft = Draft::new(subject("probe", &id), &sealer, move |sealed| Bid { id, sealed });
        let fields = vec![Field::text("price", self.price.to_string())];
        let readers = vec![(sealer, None), (self.reader, self.must_read.then(|| "/reader".to_owned()))];
        Ok(Draft { fields, readers, ..draft })
    }
}

impl Command for Bid {
    const NAME: &'static str = "probe.bid";
    type Output = ();
    type Refused = Refused;

    fn check(&self) -> Result<(), Refused> {
        sealed::check(&self.sealed)
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<(), Refused> {
        let of = Subject { id: &subject("probe", &self.id), version: 1, sealer: crate::member::signer_member(ctx) };
        sealed::insert(ctx, &of, &self.sealed, &[])
    }
}

const PROBE: Module =
    Module { name: "probe", title: "Probe", commands: &[CommandDeclaration::sealing::<ClearBid>()], ..Module::EMPTY };

fn bid(price: u32, reader: &str, must_read: bool) -> Call {
    Call::new("probe.bid", &json!({"price": price, "reader": reader, "must_read": must_read}))
}

/// The draft of shop-1 under a name.
fn draft(ledger: &Ledger, asked: &Call, unique: &str) -> Result<Draft, Refusal> {
    let clear = ledger.registry().command("probe.bid").unwrap().is_clear(asked.with.get()).unwrap();
    let signer = "shop-1/dev".parse().unwrap();
    (clear.draft)(asked.with.get(), &Drafting { reader: &ledger.state().reader(), signer: &signer, unique })
}

fn record(ledger: &Ledger, id: &str) -> Record {
    super::record(ledger, &subject("probe", id), 1)
}

#[test]
fn what_is_given_in_the_clear_is_sealed_for_the_newest_keys_of_those_who_have_one() {
    let mut ledger = ledger_with(&[PROBE]);
    for (at, (reader, must_read, readers)) in
        [("bank-a", true, vec!["shop-1", "bank-a"]), ("supplier-1", false, vec!["shop-1"])].into_iter().enumerate()
    {
        let call = draft(&ledger, &bid(7, reader, must_read), &format!("bid{at}")).unwrap();
        let call = call.seal(&ledger.state().reader(), |hash| StdRng::from_seed(hash.0)).unwrap();
        ledger.run_calls(&["shop-1/dev"], std::slice::from_ref(&call)).applied();
        let record = record(&ledger, &format!("bid{at}"));
        let found: Vec<_> = record.readers.iter().map(|wrap| wrap.reader.as_str()).collect();
        assert_eq!(found.len(), readers.len());
        assert!(readers.iter().all(|member| found.contains(member)), "{found:?}");
        let kid = "shop-1/main".parse().unwrap();
        let opened = record.open(ledger.state().ledger(), &kid, &reading_key("shop-1/main")).unwrap();
        assert_eq!(opened.field("price").unwrap().value.as_text(), Some("7"));
        // Sealed already: as it is.
        assert!(ledger.registry().command("probe.bid").unwrap().is_clear(call.with.get()).is_none());
    }
}

#[test]
fn the_same_request_is_sealed_to_the_same_bytes_and_another_is_not() {
    let ledger = ledger_with(&[PROBE]);
    let sealed = |price, unique| {
        let draft = draft(&ledger, &bid(price, "bank-a", true), unique).unwrap();
        let call = draft.seal(&ledger.state().reader(), |hash: Hash| StdRng::from_seed(hash.0)).unwrap();
        call.with.get().to_owned()
    };
    assert_eq!(sealed(7, "a"), sealed(7, "a"));
    assert_ne!(sealed(7, "a"), sealed(7, "b"));
    let ciphertext = |with: String| serde_json::from_str::<serde_json::Value>(&with).unwrap()["sealed"].clone();
    assert_ne!(ciphertext(sealed(7, "a")), ciphertext(sealed(8, "a")));
}

#[test]
fn what_cannot_be_sealed_is_refused_where_it_is() {
    let ledger = ledger_with(&[PROBE]);
    let seal = |asked: &Call| {
        let draft = draft(&ledger, asked, "a")?;
        draft.seal(&ledger.state().reader(), |hash: Hash| StdRng::from_seed(hash.0)).map(drop)
    };
    let unknown = Call::new("probe.bid", &json!({"price": 1, "reader": "bank-a", "must_read": true, "colour": "red"}));
    for (asked, code, field) in [
        (bid(1, "supplier-1", true), "platform/6", Some("/reader")),
        (bid(0, "bank-a", true), "document/23", Some("/subject")),
        (unknown, "platform/2", Some("/colour")),
    ] {
        let refusal = seal(&asked).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), (code, field), "{refusal}");
    }
    let mut large = draft(&ledger, &bid(1, "bank-a", true), "a").unwrap();
    large.fields = vec![Field::bytes("scan", vec![0; 600 * 1024])];
    let none: [SealReader; 0] = [];
    let refusal = large.seal_for(ledger.state().ledger(), &none, &mut StdRng::from_seed([0; 32])).unwrap_err();
    assert_eq!(refusal.code, "platform/7");
}

#[test]
fn openapi_shows_both_forms_and_the_clear_one_is_asked_for() {
    let ledger = ledger_with(&[PROBE]);
    let document = openapi::document(ledger.registry(), "1");
    let body = &document["paths"]["/v1/commands/probe.bid"]["post"]["requestBody"]["content"]["application/json"];
    let forms = json!([{"$ref": "#/components/schemas/probe.bid.clear"}, {"$ref": "#/components/schemas/probe.bid"}]);
    assert_eq!(body["schema"]["oneOf"], forms);
    assert!(document["components"]["schemas"]["probe.bid.clear"]["properties"]["price"].is_object());
    let asked = ledger.registry().command("probe.bid").unwrap().asked_schema_document();
    assert!(asked["properties"]["sealed"].is_null() && asked["properties"]["must_read"].is_object());
}

#[test]
#[should_panic(expected = "has a member sealed, and its form in the clear has none")]
fn a_command_without_a_sealed_part_has_no_form_in_the_clear() {
    /// Says nothing.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Plain {}

    impl Command for Plain {
        const NAME: &'static str = "probe.plain";
        type Output = ();
        type Refused = Refused;

        fn apply(&self, _: &mut Context<'_>) -> Result<(), Refused> {
            Ok(())
        }
    }

    impl Clear for Plain {
        type Command = Self;
        type Refused = Refused;

        fn draft(self, _: &Drafting<'_>) -> Result<Draft, Refused> {
            Ok(Draft::new(String::new(), "", |_| Self {}))
        }
    }

    const WRONG: Module = Module { commands: &[CommandDeclaration::sealing::<Plain>()], ..PROBE };
    crate::Registry::new(vec![WRONG]);
}
