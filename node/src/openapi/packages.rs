use super::{parameter, with};
use crate::store::DeployedAction;
use serde_json::{Map, Value, json};

/// The section of the module.
const TAG: &str = "Packages";

/// Calling an action, whatever packages there are.
pub fn paths() -> Value {
    let arguments = json!({"$ref": "#/components/schemas/ActionArguments"});
    let call = with(
        operation("callAction", "Calls an action of a package with its arguments as the body.", arguments),
        "parameters",
        json!([
            parameter("path", "package", json!({"type": "string"}), "The package."),
            parameter("path", "action", json!({"type": "string"}), "The action."),
            idempotency_key(),
            prefer(),
        ]),
    );
    json!({"/v1/packages/{package}/actions/{action}": {"post": call}})
}

/// The document with an operation for each action.
pub fn with_actions(document: &[u8], actions: &[DeployedAction]) -> String {
    let mut document: Value = serde_json::from_slice(document).expect("the document was written by this node");
    if let Some(paths) = document["paths"].as_object_mut() {
        for action in actions {
            let id = format!("{}.{}", action.package, action.name);
            let first = action.summary.lines().next().unwrap_or_default();
            let mut call = operation(&id, first, arguments(action));
            call["description"] = json!(action.summary);
            call["parameters"] = json!([idempotency_key(), prefer()]);
            paths.insert(format!("/v1/packages/{}/actions/{}", action.package, action.name), json!({"post": call}));
        }
    }
    document.to_string()
}

/// The schema of an action's arguments.
pub fn arguments(action: &DeployedAction) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in &action.parameters {
        let name = parameter["name"].as_str().unwrap_or_default();
        let mut schema = match parameter["type"].as_str() {
            Some("INTEGER") => json!({"type": "integer", "format": "int64"}),
            Some("BLOB") => json!({
                "type": "object",
                "properties": {"hex": {"type": "string", "pattern": "^([0-9a-fA-F]{2})*$"}},
                "required": ["hex"],
                "additionalProperties": false,
            }),
            _ => json!({"type": "string"}),
        };
        if parameter["nullable"] == true {
            schema = json!({"oneOf": [schema, {"type": "null"}]});
        } else {
            required.push(name.to_owned());
        }
        properties.insert(name.to_owned(), schema);
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn operation(id: &str, summary: &str, arguments: Value) -> Value {
    let mut operation = super::operation(
        TAG,
        id,
        summary,
        json!({"application/json": {"schema": {"$ref": "#/components/schemas/package.call.answer"}}}),
    );
    operation["responses"]["202"] = super::not_done();
    operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": arguments}}});
    operation["security"] = json!([{"key": []}, {"key": [], "token": []}]);
    operation
}

fn idempotency_key() -> Value {
    let text = "The same key with the same body gets the same answer and takes effect once.";
    parameter("header", "Idempotency-Key", json!({"type": "string"}), text)
}

fn prefer() -> Value {
    let schema = json!({"type": "string", "enum": ["respond-async"]});
    parameter("header", "Prefer", schema, "`respond-async`: answer at once with 202 and where to look.")
}
