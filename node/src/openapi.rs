use counterfoil_platform::Registry;
use serde_json::{Value, json};

/// The OpenAPI 3.1 document: what modules declare, and the node's own routes.
pub fn document(registry: &Registry) -> Value {
    let mut document = counterfoil_platform::openapi::document(registry, env!("CARGO_PKG_VERSION"));
    if let (Some(paths), Value::Object(own)) = (document["paths"].as_object_mut(), paths()) {
        paths.extend(own);
    }
    if let Some(tags) = document["tags"].as_array_mut() {
        tags.insert(0, json!({"name": "Ledger", "description": "The ledger itself, whatever runs on it."}));
        tags.push(json!({"name": "Node", "description": "This node, for its operators."}));
    }
    document
}

fn operation(tag: &str, id: &str, summary: &str, ok: Value) -> Value {
    json!({
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "responses": {
            "200": {"description": "Done.", "content": ok},
            "default": {
                "description": "Why not.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    })
}

fn object() -> Value {
    json!({"application/json": {"schema": {"type": "object"}}})
}

fn text(media_type: &str) -> Value {
    json!({media_type: {"schema": {"type": "string"}}})
}

fn parameter(place: &str, name: &str, schema: Value, description: &str) -> Value {
    json!({"name": name, "in": place, "required": place == "path", "schema": schema, "description": description})
}

fn with(mut operation: Value, name: &str, value: Value) -> Value {
    operation[name] = value;
    operation
}

fn paths() -> Value {
    let text_schema = json!({"type": "string"});
    let height = json!({"type": "integer", "minimum": 0});
    let token = json!([{}, {"token": []}]);
    let jws = json!({
        "type": "object",
        "required": ["payload", "signatures"],
        "properties": {
            "payload": {"type": "string", "description": "base64url of {\"ledger\",\"id\",\"expires\",\"signers\",\"calls\":[{\"do\",\"with\"}]}"},
            "signatures": {"type": "array", "items": {
                "type": "object",
                "required": ["protected", "signature"],
                "properties": {"protected": {"type": "string"}, "signature": {"type": "string"}},
            }},
        },
    });
    let submit = with(
        with(
            operation(
                "Ledger",
                "submit",
                "Submits signed transactions and answers with their receipts.",
                json!({
                    "application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}},
                    "application/x-ndjson": {"schema": {"type": "string", "description": "A receipt or problem a line, in order."}},
                }),
            ),
            "requestBody",
            json!({"required": true, "content": {
                "application/jose": {"schema": {"type": "string", "description": "A compact JWS (RFC 7515)."}},
                "application/json": {"schema": jws},
                "application/x-ndjson": {"schema": {"type": "string", "description": "A JWS a line, general or compact."}},
            }}),
        ),
        "parameters",
        json!([parameter("header", "Prefer", text_schema.clone(), "respond-async: 202 at once, and where to look.")]),
    );
    let sql = with(
        with(
            operation("Ledger", "sql", "Runs a SELECT at the newest executed height.", object()),
            "requestBody",
            json!({"required": true, "content": {"application/json": {
                "schema": {
                    "type": "object",
                    "required": ["sql"],
                    "additionalProperties": false,
                    "properties": {
                        "sql": {"type": "string"},
                        "params": {"type": "array", "items": {"type": ["string", "integer", "null"]}},
                    },
                },
                "example": {"sql": "SELECT number, total_minor FROM invoice ORDER BY number LIMIT 10", "params": []},
            }}}),
        ),
        "security",
        token.clone(),
    );
    let proof = with(
        operation("Ledger", "prove", "Proves a row, or its absence, to somebody who is offline.", object()),
        "parameters",
        json!([
            parameter("path", "table", text_schema.clone(), "The table."),
            parameter("path", "key", text_schema.clone(), "The primary key; several columns are joined by a comma."),
            parameter("query", "absent", text_schema.clone(), "Proves that there is no such row."),
            parameter("query", "written", height.clone(), "Proves that the block of this height wrote the row."),
        ]),
    );
    let identity = parameter(
        "path",
        "identity",
        json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
        "The transaction's identity.",
    );
    let events = with(
        operation("Ledger", "events", "Follows what happens (server-sent events).", text("text/event-stream")),
        "parameters",
        json!([
            parameter(
                "query",
                "from",
                height.clone(),
                "The first height; what comes from now on where it is not given."
            ),
            parameter("query", "name", text_schema.clone(), "Only events whose name begins so, such as `invoice.`."),
            parameter("header", "Last-Event-ID", text_schema.clone(), "The last event seen: goes on after it."),
        ]),
    );
    let blocks = with(
        operation("Ledger", "blocks", "Lists blocks, the newest first.", object()),
        "parameters",
        json!([
            parameter("query", "cursor", height.clone(), "Blocks below this height."),
            parameter("query", "limit", json!({"type": "integer", "minimum": 1, "maximum": 100}), "How many."),
        ]),
    );
    let block = with(
        operation("Ledger", "block", "One block: its header, roots and receipts.", object()),
        "parameters",
        json!([parameter("path", "height", height, "The height.")]),
    );
    json!({
        "/v1/transactions": {"post": submit},
        "/v1/transactions/{identity}": {"get": with(
            operation("Ledger", "transaction", "Tells where a transaction stands.", object()), "parameters", json!([identity]))},
        "/v1/sql": {"post": sql},
        "/v1/rows/{table}/{key}/proof": {"get": proof},
        "/v1/genesis": {"get": operation("Ledger", "genesis", "The genesis file, byte for byte.", object())},
        "/v1/status": {"get": operation("Ledger", "status", "How far the ledger and this node are.", object())},
        "/v1/blocks": {"get": with(blocks, "security", token.clone())},
        "/v1/blocks/{height}": {"get": with(block, "security", token.clone())},
        "/v1/events": {"get": with(events, "security", token)},
        "/healthz": {"get": operation("Node", "healthz", "Whether the node lives.", text("text/plain"))},
        "/readyz": {"get": operation("Node", "readyz", "Whether the node takes part in a quorum.", text("text/plain"))},
        "/metrics": {"get": operation("Node", "metrics", "Measurements for Prometheus.", text("text/plain"))},
    })
}
