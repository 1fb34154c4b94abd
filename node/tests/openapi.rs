use crate::support::Dev;
use serde_json::Value;
use std::{fs, path::Path};

/// The document as it is checked in: a change of the API shows as a change of this file. `UPDATE_GOLDEN=1` writes it anew.
#[test]
fn the_openapi_document_is_the_one_checked_in() {
    let document = counterfoil::openapi(&counterfoil::registry());
    let text = format!("{document:#}\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == text,
        "node/openapi.json differs from the API: run the test with UPDATE_GOLDEN=1 and review the change"
    );
}

#[test]
fn the_node_serves_what_the_document_says() {
    let dev = Dev::alone();
    let document = dev.http.get("/openapi.json").expect(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            ids.push(operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path}")).to_owned());
            references(&document, operation);
            if ["/v1/events", "/v1/changes"].contains(&path.as_str()) {
                continue;
            }
            let concrete = path.replace(['{', '}'], "");
            let reply = match method.as_str() {
                "get" => dev.http.get(&concrete),
                _ => dev.http.post(&concrete, &[], ""),
            };
            assert_ne!(reply.status, 405, "{method} {path}");
            assert!(!reply.text().contains("there is no route"), "{method} {path}: {}", reply.text());
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "an operationId stands twice");
}

fn references(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get("$ref") {
                let pointer = target.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
            }
            members.values().for_each(|inner| references(document, inner));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(document, inner)),
        _ => {}
    }
}

/// What the document shows can be sent to `dev` as it stands. An example of a command that has a route too is sent once.
#[test]
fn every_example_of_the_document_works_under_dev() {
    let dev = Dev::start_with_samples(&[]);
    let document = dev.http.get("/openapi.json").expect(200).json();
    let mut sent = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let operation = &item["post"];
        for (media_type, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let Some(example) = content.get("example").filter(|example| !sent.contains(*example)) else { continue };
            sent.push(example.clone());
            let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
            let mut headers = vec![("content-type", media_type.as_str())];
            headers.extend(operation["x-example-key"].as_str().map(|key| ("counterfoil-key", key)));
            let reply = dev.http.post(path, &headers, body);
            assert!((200..300).contains(&reply.status), "{path} {media_type}: {} {}", reply.status, reply.text());
        }
    }
    assert!(sent.len() >= 12, "{} examples", sent.len());
}
