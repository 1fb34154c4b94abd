use super::{object, operation, parameter, with};
use serde_json::{Value, json};

/// Whom the node sends events to.
pub fn paths() -> Value {
    let id = parameter("path", "id", json!({"type": "integer"}), "The webhook.");
    let event = parameter("path", "event", json!({"type": "string"}), "The event, such as `17-0-2`.");
    let of = |name: &str, summary: &str| with(owned(name, summary), "parameters", json!([id]));
    let add = with(
        created(owned(
            "addWebhook",
            "Has this node send what happens to an address; the answer has the secret that signs it.",
        )),
        "requestBody",
        json!({"required": true, "content": {"application/json": {"schema": new(), "example": {
            "url": "https://erp.example/counterfoil", "events": ["invoice."], "from": 1,
        }}}}),
    );
    let from = json!({"type": "integer", "minimum": 0, "description": "The first height. Without it what waits is tried now."});
    let replay = with(
        of("replayWebhook", "Tries again now, or sends everything from a height on once more."),
        "requestBody",
        json!({"content": {"application/json": {"schema": {
            "type": "object", "additionalProperties": false, "properties": {"from": from},
        }}}}),
    );
    json!({
        "/v1/webhooks": {
            "get": owned("webhooks", "Lists the caller's webhooks, how far each is, and its last failure."),
            "post": add,
        },
        "/v1/incoming/{name}": {"post": incoming()},
        "/v1/webhooks/{id}": {"get": of("webhook", "One webhook of the caller.")},
        "/v1/webhooks/{id}/remove": {"post": of("removeWebhook", "Removes it with its dead letters.")},
        "/v1/webhooks/{id}/replay": {"post": replay},
        "/v1/webhooks/{id}/dead-letters": {"get": of("deadLetters", "Lists events that were given up, the oldest first.")},
        "/v1/webhooks/{id}/dead-letters/{event}/send": {"post": with(
            owned("sendDeadLetter", "Sends an event that was given up once more."), "parameters", json!([id, event]))},
    })
}

fn owned(id: &str, summary: &str) -> Value {
    with(operation("Node", id, summary, object()), "security", json!([{"key": []}, {"key": [], "token": []}]))
}

/// The way in of other software: Standard Webhooks.
fn incoming() -> Value {
    let header = |name: &str, what: &str| with_required(parameter("header", name, json!({"type": "string"}), what));
    with(
        with(
            operation(
                "Node",
                "incoming",
                "Takes a signed message (Standard Webhooks) as the input of the command for which the \
                       incoming webhook was made, once for each `webhook-id`.",
                object(),
            ),
            "parameters",
            json!([
                parameter("path", "name", json!({"type": "string"}), "The incoming webhook."),
                header("webhook-id", "The message's id: the same each time it is sent."),
                header("webhook-timestamp", "When it was sent, seconds since 1970; within 300 of now."),
                header("webhook-signature", "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."),
            ]),
        ),
        "requestBody",
        json!({"required": true, "content": {"application/json": {"schema": {"type": "object"}}}}),
    )
}

fn with_required(mut parameter: Value) -> Value {
    parameter["required"] = json!(true);
    parameter
}

fn created(mut operation: Value) -> Value {
    if let Some(responses) = operation["responses"].as_object_mut()
        && let Some(done) = responses.remove("200")
    {
        responses.insert("201".to_owned(), done);
    }
    operation
}

fn new() -> Value {
    json!({
        "type": "object",
        "required": ["url"],
        "additionalProperties": false,
        "properties": {
            "url": {"type": "string", "description": "https, or http to the node's own machine."},
            "events": {"type": "array", "maxItems": 32, "items": {"type": "string"},
                       "description": "Beginnings of the names of events, such as `invoice.`; all where it is empty."},
            "from": {"type": "integer", "minimum": 0, "description": "The first height; from now on where it is not given."},
            "retry_after_s": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"type": "integer", "minimum": 0, "maximum": 604_800},
                              "description": "Seconds before each retry of an event; then it is a dead letter."},
        },
    })
}
