use crate::problem::{Problem, status_of};
use counterfoil_types::{Hash, Outcome, Receipt, Refusal};
use serde::Serialize;
use serde_json::{Value, json, value::RawValue};

/// A receipt as the API shows it.
#[derive(Serialize)]
struct ReceiptView<'a> {
    transaction: Hash,
    id: &'a str,
    height: u64,
    index: u32,
    state: &'a str,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<Vec<&'a RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EventView<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a Refusal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

#[derive(Serialize)]
struct EventView<'a> {
    name: &'a str,
    data: &'a RawValue,
}

/// JSON text inside state as JSON; what is none shows as null.
pub fn raw(text: &str) -> &RawValue {
    serde_json::from_str(text).unwrap_or(RawValue::NULL)
}

/// A receipt as JSON text. `state` says how far its block is: `final`, `executed` or `certified`.
pub fn receipt_text(receipt: &Receipt, state: &str) -> String {
    let mut view = ReceiptView {
        transaction: receipt.transaction,
        id: &receipt.id,
        height: receipt.height,
        index: receipt.index,
        state,
        outcome: "applied",
        outputs: None,
        events: None,
        refusal: None,
        status: None,
    };
    match &receipt.outcome {
        Outcome::Applied { outputs, events } => {
            view.outputs = Some(outputs.iter().map(|output| raw(output)).collect());
            view.events =
                Some(events.iter().map(|event| EventView { name: &event.name, data: raw(&event.data) }).collect());
        }
        Outcome::Refused(refusal) => {
            view.outcome = "refused";
            view.status = Some(status_of(refusal.kind).as_u16());
            view.refusal = Some(refusal);
        }
    }
    serde_json::to_string(&view).expect("a receipt serialises to JSON")
}

/// Where a transaction stands, in a few members: for answers that carry something else too.
pub fn receipt_brief(receipt: &Receipt) -> Value {
    json!({
        "transaction": receipt.transaction,
        "id": receipt.id,
        "height": receipt.height,
        "index": receipt.index,
        "state": "final",
    })
}

/// The problem that a refused, but ordered, transaction is to whoever sent it.
pub fn refused(refusal: &Refusal, receipt: &Receipt) -> Problem {
    Problem::from(refusal.clone()).with("receipt", receipt_brief(receipt))
}

/// Where a transaction's state is told.
pub fn location(identity: &Hash) -> String {
    format!("/v1/transactions/{identity}")
}
