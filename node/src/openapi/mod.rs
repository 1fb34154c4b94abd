mod examples;
mod packages;
mod webhooks;

pub use packages::{arguments, with_actions};

use counterfoil_platform::{Registry, Target, openapi::not_done};
use serde_json::{Value, json};

/// The OpenAPI 3.1 document: what modules declare, and the node's own routes.
pub fn document(registry: &Registry) -> Value {
    let mut document = counterfoil_platform::openapi::document(registry, env!("CARGO_PKG_VERSION"));
    for own in [paths(), sealing(), packages::paths(), webhooks::paths()] {
        if let (Some(paths), Value::Object(own)) = (document["paths"].as_object_mut(), own) {
            paths.extend(own);
        }
    }
    for (_, route) in registry.routes() {
        if matches!(route.target, Target::Command { .. }) {
            many(&mut document["paths"][route.path]["post"]);
        }
    }
    examples::add(&mut document, registry);
    if let Some(tags) = document["tags"].as_array_mut() {
        tags.insert(0, json!({"name": "Ledger", "description": "The ledger itself, whatever runs on it."}));
        tags.push(json!({"name": "Node", "description": "This node, for its operators."}));
    }
    document
}

/// Every route of a command takes many documents at once.
fn many(post: &mut Value) {
    let each = "Up to 1,000 documents, each done by itself. The answer is a line for each, in order: `document`, `status`, and `output`, \
                `waiting` or `problem`.";
    let body = |text: &str| json!({"schema": {"type": "string", "description": format!("{text} {each}")}});
    post["requestBody"]["content"]["application/x-ndjson"] =
        body("A document of JSON a line; its idempotency key is the header's and the line's number.");
    post["requestBody"]["content"]["multipart/form-data"] =
        body("A document a part, with its media type; the part's name is its idempotency key.");
    let lines = json!({"description": "Many documents were given: an answer a line.", "content": {
        "application/x-ndjson": {"schema": {"type": "string"}},
    }});
    let responses = &mut post["responses"];
    match responses.get("200") {
        Some(_) => {
            responses["200"]["content"]["application/x-ndjson"] = lines["content"]["application/x-ndjson"].clone()
        }
        None => responses["200"] = lines,
    }
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

/// The section of the module whose documents are sealed and opened here.
const DOCUMENTS: &str = "Documents";

fn seal_body() -> Value {
    let pair = |value: Value| {
        let properties = json!({"name": {"type": "string"}, "value": {"type": "string"}, "bytes": value});
        json!({"type": "object", "required": ["name"], "additionalProperties": false, "properties": properties})
    };
    let bytes = json!({"type": "string", "description": "base64url, instead of a value."});
    let schema = json!({
        "type": "object",
        "required": ["document", "type", "sealed"],
        "additionalProperties": false,
        "properties": {
            "document": {"type": "string", "description": "`<owner>/<name>`: the owner signs."},
            "type": {"type": "string", "description": "Its type, which may demand readers."},
            "version": {"type": "integer", "minimum": 1, "default": 1, "description": "1 creates it, a further one revises it."},
            "fields": {"type": "array", "description": "What everybody sees.", "items": {
                "type": "object",
                "required": ["name", "value"],
                "additionalProperties": false,
                "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
            }},
            "sealed": {"type": "array", "description": "What readers alone see.", "items": pair(bytes)},
            "readers": {"type": "array", "items": {"type": "string"}, "description": "Members who may read it too."},
        },
    });
    let example = json!({
        "document": "shop-1/lease-7",
        "type": "tax-bureau/lease",
        "fields": [{"name": "matter", "value": "lease of a cold store"}],
        "sealed": [{"name": "rent", "value": "18800.00"}, {"name": "landlord", "value": "Chen"}],
        "readers": ["bank-a"],
    });
    json!({"required": true, "content": {"application/json": {"schema": schema, "example": example}}})
}

/// Sealing and opening with keys that the node hosts.
fn sealing() -> Value {
    let subject =
        parameter("path", "subject", json!({"type": "string"}), "The document's id, or another sealed subject.");
    let version = parameter("path", "version", json!({"type": "integer", "minimum": 1}), "Its version.");
    let sealed_place = json!([&subject, &version]);
    let which = json!({
        "in": "query",
        "name": "document",
        "required": false,
        "schema": {"type": "string"},
        "description": "Which document, where the module makes several: of an invoice the id of a red letter of it.",
    });
    let reason = json!({"content": {"application/json": {"schema": {
        "type": "object",
        "additionalProperties": false,
        "properties": {"reason": {"type": "string", "description": "Why, for the audit row."}},
    }}}});
    let confidential = |mut operation: Value, parameters: &Value, body: &Value| {
        operation["responses"]["202"] = not_done();
        with(
            with(with(operation, "parameters", parameters.clone()), "requestBody", body.clone()),
            "security",
            json!([{"key": []}, {"key": [], "token": []}]),
        )
    };
    let seal = confidential(
        operation(
            DOCUMENTS,
            "sealDocument",
            "Seals fields for their readers in this node, which sees them in clear, and creates or revises the document.",
            object(),
        ),
        &json!([]),
        &seal_body(),
    );
    let open = confidential(
        operation(
            DOCUMENTS,
            "openSealed",
            "Opens a sealed version with its caller's hosted reading key, after an audit row: fields, salts, commitments; or, by `Accept`, as a document of the subject's module, such as `application/pdf`.",
            object(),
        ),
        &json!([&subject, &version, which]),
        &reason,
    );
    let share = confidential(
        operation(DOCUMENTS, "shareSealed", "Lets a further member read a version that the caller reads.", object()),
        &sealed_place,
        &json!({"required": true, "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["reader"],
            "additionalProperties": false,
            "properties": {"reader": {"type": "string", "description": "The member."}},
        }}}}),
    );
    let disclose = confidential(
        operation(
            DOCUMENTS,
            "discloseField",
            "A file that shows one sealed field and proves it offline, without the others; after an audit row.",
            object(),
        ),
        &json!([subject, version, parameter("path", "name", json!({"type": "string"}), "The field.")]),
        &reason,
    );
    json!({
        "/v1/documents/seal": {"post": seal},
        "/v1/sealed/{subject}/{version}/open": {"post": open},
        "/v1/sealed/{subject}/{version}/share": {"post": share},
        "/v1/sealed/{subject}/{version}/fields/{name}/disclosure": {"post": disclose},
    })
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
    let submit = {
        let mut submit = submit;
        submit["responses"]["202"] = json!({
            "description": "One transaction that waits for more signatures, by the approvals of a member that signs: its receipt, \
                            and `Location` is the proposal. Or, where the caller preferred not to wait, where it is to be looked for.",
            "headers": {"Location": {"schema": {"type": "string"}}},
            "content": {
                "application/json": {"schema": {"oneOf": [
                    {"$ref": "#/components/schemas/Receipt"}, {"$ref": "#/components/schemas/Accepted"}]}},
                "application/x-ndjson": {"schema": {"type": "string", "description": "What is accepted, or a problem, a line."}},
            },
        });
        submit
    };
    let sql = with(
        with(
            operation(
                "Ledger",
                "sql",
                "Runs a SELECT at the newest executed height, or as of an earlier one.",
                object(),
            ),
            "requestBody",
            json!({"required": true, "content": {"application/json": {
                "schema": {
                    "type": "object",
                    "required": ["sql"],
                    "additionalProperties": false,
                    "properties": {
                        "sql": {"type": "string"},
                        "params": {"type": "array", "items": {"type": ["string", "integer", "null"]}},
                        "as_of": {"type": "integer", "minimum": 0, "description": "The height as of which tables and views are read: as they were after its block."},
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
    let history = with(
        operation(
            "Ledger",
            "history",
            "The versions of a row, newest first: block, transaction, the row before and after.",
            object(),
        ),
        "parameters",
        json!([
            parameter("path", "table", text_schema.clone(), "The table."),
            parameter("path", "key", text_schema.clone(), "The primary key; several columns are joined by a comma."),
            parameter("query", "cursor", text_schema.clone(), "Where to go on: what the page before says is `next`."),
            parameter(
                "query",
                "limit",
                json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
                "Of how many blocks."
            ),
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
    let changes = with(
        operation(
            "Ledger",
            "changes",
            "Follows every block with the tables that it created and the rows that it wrote, so that they can be checked against its \
             root: a line a block, in the order of heights and without end, and lines with the newest executed height, at least every \
             ten seconds.",
            text("application/x-ndjson"),
        ),
        "parameters",
        json!([parameter("query", "from", height.clone(), "The first height; 0, genesis, where it is not given.")]),
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
        "/v1/rows/{table}/{key}/proof": {"get": with(proof, "security", token.clone())},
        "/v1/rows/{table}/{key}/history": {"get": with(history, "security", token.clone())},
        "/v1/genesis": {"get": operation("Ledger", "genesis", "The genesis file, byte for byte.", object())},
        "/v1/status": {"get": operation("Ledger", "status", "How far the ledger and this node are.", object())},
        "/v1/blocks": {"get": with(blocks, "security", token.clone())},
        "/v1/blocks/{height}": {"get": with(block, "security", token.clone())},
        "/v1/events": {"get": with(events, "security", token.clone())},
        "/v1/changes": {"get": with(changes, "security", token)},
        "/healthz": {"get": operation("Node", "healthz", "Whether the node lives.", text("text/plain"))},
        "/readyz": {"get": operation("Node", "readyz", "Whether the node takes part in a quorum.", text("text/plain"))},
        "/metrics": {"get": operation("Node", "metrics", "Measurements for Prometheus.", text("text/plain"))},
    })
}
