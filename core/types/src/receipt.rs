use crate::{Hash, Refusal, RefusalKind, merkle};
use minicbor::Encoder;
use serde::{Deserialize, Serialize};

/// What became of an ordered transaction: the same on every member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Identity of the transaction; for bytes that are none, or not rightly signed, their leaf hash.
    pub transaction: Hash,
    /// The sender's idempotency key; empty where `transaction` is a leaf hash.
    pub id: String,
    /// Height of its block.
    pub height: u64,
    /// Its place in the block, from 0.
    pub index: u32,
    /// What it did.
    pub outcome: Outcome,
}

/// Whether a transaction took effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All of its calls took effect.
    Applied {
        /// The output of each call, JSON text.
        outputs: Vec<String>,
        /// What happened, in order.
        events: Vec<Event>,
    },
    /// None of its calls took effect.
    Refused(Refusal),
}

/// Something that happened, for those who follow the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `module.happened`, such as `invoice.issued`.
    pub name: String,
    /// JSON text.
    pub data: String,
}

const BUFFER: &str = "writing to a Vec cannot fail";

impl Receipt {
    /// Deterministic CBOR, as a member keeps it: `[transaction, id, height, index, outcome]`, where outcome is
    /// `[0, [output…], [[name, data]…]]` or `[1, code, kind, detail, field or null]`.
    pub fn encode(&self) -> Vec<u8> {
        self.encode_with(true)
    }

    /// Its leaf in the block's tree of receipts: over the same bytes, but of a refusal only `[1, code]`. Texts for people can so be
    /// worded better without a new version of the protocol.
    pub fn leaf(&self) -> Hash {
        merkle::leaf(&self.encode_with(false))
    }

    fn encode_with(&self, texts: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        let mut encoder = Encoder::new(&mut out);
        encoder
            .array(5)
            .and_then(|e| e.bytes(&self.transaction.0))
            .and_then(|e| e.str(&self.id))
            .and_then(|e| e.u64(self.height))
            .and_then(|e| e.u32(self.index))
            .expect(BUFFER);
        match &self.outcome {
            Outcome::Applied { outputs, events } => encode_applied(&mut encoder, outputs, events),
            Outcome::Refused(refusal) => encode_refused(&mut encoder, refusal, texts),
        }
        out
    }
}

fn encode_applied(encoder: &mut Encoder<&mut Vec<u8>>, outputs: &[String], events: &[Event]) {
    encoder.array(3).and_then(|e| e.u8(0)).and_then(|e| e.array(outputs.len() as u64)).expect(BUFFER);
    for output in outputs {
        encoder.str(output).expect(BUFFER);
    }
    encoder.array(events.len() as u64).expect(BUFFER);
    for event in events {
        encoder.array(2).and_then(|e| e.str(&event.name)).and_then(|e| e.str(&event.data)).expect(BUFFER);
    }
}

fn encode_refused(encoder: &mut Encoder<&mut Vec<u8>>, refusal: &Refusal, texts: bool) {
    let length = if texts { 5 } else { 2 };
    encoder.array(length).and_then(|e| e.u8(1)).and_then(|e| e.str(&refusal.code)).expect(BUFFER);
    if !texts {
        return;
    }
    encoder.str(kind_name(refusal.kind)).and_then(|e| e.str(&refusal.detail)).expect(BUFFER);
    match &refusal.field {
        Some(field) => encoder.str(field),
        None => encoder.null(),
    }
    .expect(BUFFER);
}

fn kind_name(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Invalid => "invalid",
        RefusalKind::Unauthenticated => "unauthenticated",
        RefusalKind::Forbidden => "forbidden",
        RefusalKind::NotFound => "not_found",
        RefusalKind::Conflict => "conflict",
        RefusalKind::TooLarge => "too_large",
        RefusalKind::Busy => "busy",
        RefusalKind::Expired => "expired",
    }
}
