//! OpenAPI 3.1 from the declarations: what the node mounts is what the document says.

use crate::{
    Answer, CommandDeclaration, Module, Query, Registry, Route, approval,
    route::Target,
    schema::{self, COMPONENTS},
};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// The OpenAPI 3.1 document of a registry: `/v1/commands/{name}` for each command, and the modules' friendly routes. The node merges
/// its own fixed routes into `paths`.
pub fn document(registry: &Registry, version: &str) -> Value {
    let mut writer = Writer { generator: schema::openapi_generator(), paths: Map::new(), schemas: fixed_schemas() };
    for module in registry.modules() {
        for command in module.commands {
            writer.command(module, command);
        }
        for event in module.events {
            let schema = (event.schema)(&mut writer.generator).to_value();
            writer.schemas.insert(event.name.to_owned(), schema);
        }
    }
    for (module, route) in registry.routes() {
        writer.route(registry, module, route);
    }
    let waiting = writer.generator.subschema_for::<approval::Waiting>().to_value();
    writer.schemas.insert("Held".to_owned(), json!({"allOf": [waiting, receipt_alone()]}));
    let tags: Vec<_> = registry.modules().iter().map(tag).collect();
    writer.schemas.extend(writer.generator.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Counterfoil",
            "version": version,
            "summary": "A SQL database that several organisations own together.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": writer.paths,
        "components": {
            "schemas": writer.schemas,
            "securitySchemes": {
                "key": {
                    "type": "apiKey", "in": "header", "name": "Counterfoil-Key",
                    "description": "The key `member/name`, hosted by this node, that signs.",
                },
                "token": {
                    "type": "http", "scheme": "bearer",
                    "description": "A token of the key; not needed under `dev`.",
                },
            },
        },
    })
}

/// A module's tag, with the refusals that any of its routes can answer.
fn tag(module: &Module) -> Value {
    let mut text = module.readme.to_owned();
    if !module.refusals.is_empty() {
        text.push_str("\n\n| Refusal | Kind | Rule | Field |\n|---|---|---|---|\n");
        for refusal in module.refusals {
            let row =
                [refusal.code, &format!("{:?}", refusal.kind), refusal.summary, refusal.field.unwrap_or_default()];
            text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
    }
    json!({"name": module.title, "description": text.trim()})
}

struct Writer {
    generator: SchemaGenerator,
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
}

impl Writer {
    fn command(&mut self, module: &Module, command: &CommandDeclaration) {
        let input = (command.schema)(&mut self.generator).to_value();
        self.schemas.insert(command.name.to_owned(), input);
        if let Some(clear) = command.clear {
            let input = (clear.schema)(&mut self.generator).to_value();
            self.schemas.insert(format!("{}.clear", command.name), input);
        }
        let output = (command.output_schema)(&mut self.generator).to_value();
        let answer = if output["type"] == "null" {
            receipt_alone()
        } else {
            self.schemas.insert(format!("{}.output", command.name), output);
            json!({"allOf": [reference(&format!("{}.output", command.name)), receipt_alone()]})
        };
        self.schemas.insert(format!("{}.answer", command.name), answer);
        let path = format!("/v1/commands/{}", command.name);
        let operation = command_operation(module, command, command.name, &[], json_body(command), None);
        self.put(&path, "post", operation);
    }

    fn route(&mut self, registry: &Registry, module: &Module, route: &Route) {
        let operation = match route.target {
            Target::Command { name, location, converts } => {
                let command = registry.command(name).expect("the registry checked its routes");
                let names = route.path_names();
                let mut content = if names.is_empty() {
                    json_body(command)
                } else {
                    json!({"application/json": {"schema": without(&command.asked_schema_document(), &names)}})
                };
                for convert in converts {
                    content[convert.content_type] =
                        json!({"schema": {"type": "string", "description": convert.summary}});
                }
                let id = format!("POST {}", route.path);
                command_operation(module, command, &id, &names, content, location)
            }
            Target::Query { name } => {
                let query = registry.query(name).expect("the registry checked its routes");
                self.query_operation(module, query, route)
            }
        };
        self.put(route.path, &route.method().to_lowercase(), operation);
    }

    fn query_operation(&mut self, module: &Module, query: &Query, route: &Route) -> Value {
        let names = route.path_names();
        let mut parameters: Vec<_> = query
            .parameters
            .iter()
            .map(|parameter| {
                let in_path = names.contains(&parameter.name);
                json!({
                    "name": parameter.name,
                    "in": if in_path { "path" } else { "query" },
                    "required": in_path || parameter.required,
                    "description": parameter.summary,
                    "schema": parameter.schema(),
                })
            })
            .collect();
        if query.answer == Answer::Page {
            parameters.push(json!({
                "name": "cursor", "in": "query", "required": false, "schema": {"type": "string"},
                "description": "Where to go on: `next` of the page before.",
            }));
            parameters.push(json!({
                "name": "limit", "in": "query", "required": false, "description": "How many items at most.",
                "schema": {"type": "integer", "minimum": 1, "maximum": crate::query::PAGE_MAX, "default": crate::query::PAGE_DEFAULT},
            }));
        }
        let row = format!("{}.row", query.name);
        let properties: Map<_, _> = query
            .columns
            .iter()
            .map(|column| (column.name.to_owned(), column.schema(&mut self.generator).to_value()))
            .collect();
        let required: Vec<_> = query.columns.iter().map(|column| column.name).collect();
        self.schemas.insert(row.clone(), json!({"type": "object", "properties": properties, "required": required}));
        let schema = match query.answer {
            Answer::One => reference(&row),
            Answer::Page => json!({
                "type": "object", "required": ["items", "next"],
                "properties": {
                    "items": {"type": "array", "items": reference(&row)},
                    "next": {"type": ["string", "null"], "description": "The cursor of the next page, if there is one."},
                },
            }),
        };
        json!({
            "operationId": query.name,
            "tags": [module.title],
            "summary": query.summary,
            "parameters": parameters,
            "responses": {
                "200": {"description": "As of the newest executed block.", "content": {"application/json": {"schema": schema}}},
                "default": problem(),
            },
        })
    }

    fn put(&mut self, path: &str, method: &str, operation: Value) {
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item[method] = operation;
    }
}

fn command_operation(
    module: &Module,
    command: &CommandDeclaration,
    id: &str,
    path_names: &[&str],
    content: Value,
    location: Option<&str>,
) -> Value {
    let path = path_names
        .iter()
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let headers = [
        json!({
            "name": "Idempotency-Key", "in": "header", "required": false, "schema": {"type": "string"},
            "description": "The same key with the same body gets the same answer and takes effect once.",
        }),
        json!({
            "name": "Prefer", "in": "header", "required": false, "schema": {"type": "string", "enum": ["respond-async"]},
            "description": "`respond-async`: answer at once with 202 and where to look.",
        }),
    ];
    let answer = json!({"application/json": {"schema": reference(&format!("{}.answer", command.name))}});
    let mut done = json!({"description": "Final and executed.", "content": answer});
    if let Some(location) = location {
        let description = format!("Where it is found: `{location}`.");
        done["headers"] = json!({"Location": {"description": description, "schema": {"type": "string"}}});
    }
    let status = if location.is_some() { "201" } else { "200" };
    json!({
        "operationId": id,
        "tags": [module.title],
        "summary": command.summary(),
        "description": command.description(),
        "parameters": path.chain(headers).collect::<Vec<_>>(),
        "requestBody": {"required": true, "content": content},
        "responses": {
            status: done,
            "202": not_done(),
            "default": problem(),
        },
        "security": [{"key": []}, {"key": [], "token": []}],
    })
}

fn json_body(command: &CommandDeclaration) -> Value {
    let sealed = reference(command.name);
    let schema = match command.clear {
        Some(_) => json!({"oneOf": [reference(&format!("{}.clear", command.name)), sealed]}),
        None => sealed,
    };
    json!({"application/json": {"schema": schema}})
}

/// A command's schema without the members that stand in the path; its definitions are those of the document.
fn without(document: &Value, names: &[&str]) -> Value {
    let mut schema = document.clone();
    let object = schema.as_object_mut().expect("a command's schema is an object");
    for key in ["$defs", "$schema", "title", "description"] {
        object.remove(key);
    }
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| !names.contains(&name.as_str()));
    }
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !names.iter().any(|known| name == known));
    }
    rebase(&mut schema);
    schema
}

fn rebase(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::String(target)) = object.get_mut("$ref") {
                *target = target.replace("#/$defs/", &format!("#{COMPONENTS}/"));
            }
            object.values_mut().for_each(rebase);
        }
        Value::Array(array) => array.iter_mut().for_each(rebase),
        _ => {}
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#{COMPONENTS}/{name}")})
}

fn receipt_alone() -> Value {
    json!({"type": "object", "properties": {"receipt": reference("Receipt")}, "required": ["receipt"]})
}

/// The answer of whatever a hosted key signs if nothing is done yet.
pub fn not_done() -> Value {
    json!({
        "description": "Nothing is done yet. It waits for more signatures, by the approvals of a member that signs: `Location` is \
                        the proposal. Or, where the caller preferred not to wait, it is on its way: `Location` tells its state.",
        "headers": {"Location": {"schema": {"type": "string"}}},
        "content": {"application/json": {"schema": {"oneOf": [reference("Held"), reference("Accepted")]}}},
    })
}

fn problem() -> Value {
    json!({
        "description": "Refused; nothing was done.",
        "content": {"application/problem+json": {"schema": reference("Problem")}},
    })
}

fn fixed_schemas() -> Map<String, Value> {
    let hash = json!({"type": "string", "pattern": "^[0-9a-f]{64}$"});
    let schemas = json!({
        "Receipt": {
            "type": "object",
            "description": "Where a transaction stands on the ledger.",
            "required": ["transaction", "id", "height", "index", "state"],
            "properties": {
                "transaction": hash,
                "id": {"type": "string", "description": "The sender's idempotency key."},
                "height": {"type": "integer", "description": "Height of its block."},
                "index": {"type": "integer", "description": "Its place in the block."},
                "state": {"type": "string", "enum": ["final", "executed", "certified"]},
            },
        },
        "Accepted": {
            "type": "object",
            "description": "A transaction on its way into a block.",
            "required": ["transaction", "state", "location"],
            "properties": {
                "transaction": hash,
                "state": {"type": "string", "const": "accepted"},
                "location": {"type": "string", "description": "Where its state is told."},
            },
        },
        "Problem": {
            "type": "object",
            "description": "Why a request was refused (RFC 9457).",
            "required": ["type", "title", "status", "code", "detail"],
            "properties": {
                "type": {"type": "string", "format": "uri"},
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "code": {"type": "string", "description": "Stable, such as `invoice/7`."},
                "detail": {"type": "string", "description": "What was found and which rule it broke."},
                "field": {"type": "string", "description": "JSON Pointer of the member at fault."},
                "receipt": {"$ref": "#/components/schemas/Receipt", "description": "If it was ordered, where."},
            },
        },
    });
    match schemas {
        Value::Object(map) => map,
        _ => unreachable!("an object literal"),
    }
}
