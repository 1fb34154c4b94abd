use super::signature::Secret;
use crate::{answer, feed::Happened};
use counterfoil_types::Hash;
use serde_json::json;
use std::time::{Duration, UNIX_EPOCH};

/// The media type of a CloudEvent in JSON.
pub const MEDIA_TYPE: &str = "application/cloudevents+json";

/// An event as it is sent: a CloudEvent of the JSON event format, in structured mode.
pub struct Message {
    /// Its id, the same each time it is sent.
    pub id: String,
    /// The bytes that are signed and sent.
    pub body: String,
}

impl Message {
    /// The message that tells of an event in a block of `time_ms`.
    pub fn of(ledger: Hash, happened: &Happened, time_ms: u64) -> Self {
        let Happened { place, name, transaction, data } = happened;
        let body = json!({
            "specversion": "1.0",
            "id": place.to_string(),
            "source": format!("/ledgers/{ledger}"),
            "type": name,
            "time": humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_millis(time_ms)).to_string(),
            "datacontenttype": "application/json",
            "data": answer::raw(data),
            // Extensions: `sequence` sorts as text in the order of the ledger.
            "sequence": format!("{:012}-{:05}-{:05}", place.height, place.index, place.seq),
            "transaction": transaction,
        });
        Self { id: format!("evt_{place}"), body: body.to_string() }
    }

    /// The headers of Standard Webhooks for a message sent at `time_s`.
    pub fn headers(&self, secret: &Secret, time_s: u64) -> [(&'static str, String); 3] {
        [
            ("webhook-id", self.id.clone()),
            ("webhook-timestamp", time_s.to_string()),
            ("webhook-signature", secret.sign(&self.id, time_s, self.body.as_bytes())),
        ]
    }
}
