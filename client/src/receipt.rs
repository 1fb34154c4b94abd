use crate::{Place, Problem};
use counterfoil_types::{Hash, Refusal};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A transaction took effect: its block is final, and the node has executed it.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// The transaction's identity.
    pub transaction: Hash,
    /// The sender's id.
    pub id: String,
    /// Height of its block.
    pub height: u64,
    /// Its place in the block, from 0.
    pub index: u32,
    /// The output of each call, JSON.
    pub outputs: Vec<Box<RawValue>>,
    /// What happened, in order.
    pub events: Vec<Happened>,
}

impl Receipt {
    /// Reads a line of the answer to many transactions ([`Client::submit_lines`](crate::Client::submit_lines)): a receipt or a problem.
    pub fn read(line: &[u8]) -> Option<Result<Self, Problem>> {
        Line::parse_final(line)
    }
}

/// Something that a transaction made happen.
#[derive(Debug, Clone, Deserialize)]
pub struct Happened {
    /// Such as `invoice.issued`.
    pub name: String,
    /// JSON.
    pub data: Box<RawValue>,
}

/// How far a transaction has come.
#[derive(Debug, Clone)]
pub enum Standing {
    /// It waits for a block.
    Accepted,
    /// It expired before a block took it: it will never take effect.
    Expired,
    /// It took effect.
    Applied(Receipt),
    /// It was ordered, and refused.
    Refused(Problem),
}

/// A line of an answer: a receipt, a refused transaction's receipt, a state without receipt, or a problem document.
#[derive(Deserialize)]
pub(crate) struct Line {
    transaction: Option<Hash>,
    #[serde(default)]
    id: String,
    #[serde(default)]
    height: u64,
    #[serde(default)]
    index: u32,
    outcome: Option<String>,
    state: Option<String>,
    #[serde(default)]
    outputs: Vec<Box<RawValue>>,
    #[serde(default)]
    events: Vec<Happened>,
    refusal: Option<Refusal>,
    #[serde(default)]
    status: u16,
}

impl Line {
    /// Reads a line; `None` if it is none of the forms.
    pub(crate) fn parse(text: &[u8]) -> Option<Standing> {
        let line: Self = serde_json::from_slice(text).ok()?;
        let Some(transaction) = line.transaction.filter(|_| line.outcome.is_some() || line.state.is_some()) else {
            return serde_json::from_slice(text).ok().map(Standing::Refused);
        };
        let (id, height, index) = (line.id, line.height, line.index);
        match (line.outcome.as_deref(), line.state.as_deref()) {
            (Some("applied"), _) => {
                let (outputs, events) = (line.outputs, line.events);
                Some(Standing::Applied(Receipt { transaction, id, height, index, outputs, events }))
            }
            (Some("refused"), _) => {
                let Refusal { code, detail, field, .. } = line.refusal?;
                let receipt = Some(Place { transaction, id, height, index });
                let problem = Problem { status: line.status, code, detail, field, receipt, retry_after: None };
                Some(Standing::Refused(problem))
            }
            (None, Some("accepted")) => Some(Standing::Accepted),
            (None, Some("expired")) => Some(Standing::Expired),
            _ => None,
        }
    }

    /// Reads a line that must be a receipt or a problem.
    pub(crate) fn parse_final(text: &[u8]) -> Option<Result<Receipt, Problem>> {
        match Self::parse(text)? {
            Standing::Applied(receipt) => Some(Ok(receipt)),
            Standing::Refused(problem) => Some(Err(problem)),
            Standing::Accepted | Standing::Expired => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: serde_json::Value) -> Standing {
        Line::parse(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn each_form_of_a_line_is_told_from_the_others() {
        let transaction = Hash::of(&[b"t"]);
        let at = serde_json::json!({"transaction": transaction, "id": "a", "height": 7, "index": 1, "state": "final"});
        let with = |more: serde_json::Value| {
            let mut line = at.clone();
            line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            line
        };
        let applied = with(serde_json::json!({"outcome": "applied", "outputs": [{"number": "1"}],
            "events": [{"name": "invoice.issued", "data": {}}]}));
        let Standing::Applied(receipt) = parse(applied) else { panic!("applied") };
        assert_eq!((receipt.height, receipt.index, receipt.outputs[0].get()), (7, 1, r#"{"number":"1"}"#));
        let refused = with(serde_json::json!({"outcome": "refused", "status": 409,
            "refusal": {"code": "invoice/7", "kind": "conflict", "detail": "no", "field": "/total"}}));
        let Standing::Refused(problem) = parse(refused) else { panic!("refused") };
        assert_eq!((problem.status, problem.code.as_str()), (409, "invoice/7"));
        assert_eq!(problem.receipt.as_ref().unwrap().height, 7);
        assert!(!problem.is_passing());
        let state = |state: &str| parse(serde_json::json!({"transaction": transaction, "state": state}));
        assert!(matches!(state("accepted"), Standing::Accepted));
        assert!(matches!(state("expired"), Standing::Expired));
        let busy = serde_json::json!({"status": 429, "code": "http/busy", "title": "x", "detail": "full"});
        let Standing::Refused(busy) = parse(busy) else { panic!("busy") };
        assert!(busy.is_passing());
        let late =
            serde_json::json!({"status": 504, "code": "http/not-final-yet", "detail": "", "transaction": transaction});
        let Standing::Refused(late) = parse(late) else { panic!("late") };
        assert!(late.is_passing());
        assert!(Line::parse(b"{}").is_none());
    }
}
