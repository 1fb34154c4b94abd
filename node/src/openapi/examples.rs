use counterfoil_apps::invoice::{EXAMPLE_JSON, EXAMPLE_XML};
use counterfoil_platform::{Registry, Target};
use serde_json::{Value, json};

/// A command's input that `dev` takes as it stands, once, and the key that signs it there.
struct Example {
    command: &'static str,
    key: &'static str,
    input: fn() -> Value,
}

const EXAMPLES: [Example; 8] = [
    Example {
        command: "invoice.issue",
        key: "supplier-1/dev",
        input: || serde_json::from_str(EXAMPLE_JSON).expect("the sample is JSON"),
    },
    Example {
        command: "asset.transfer",
        key: "supplier-1/dev",
        input: || json!({"from": "supplier-1/cny", "to": "shop-1/cny", "asset": "bank-a/CNY", "amount": "198.00"}),
    },
    Example {
        command: "asset.transfer_batch",
        key: "supplier-1/dev",
        input: || {
            json!({"from": "supplier-1/cny", "asset": "bank-a/CNY", "legs": [
                {"to": "shop-1/cny", "amount": "12.50"}, {"to": "person-1/cny", "amount": "7.50", "reference": "change"},
            ]})
        },
    },
    Example {
        command: "asset.open_account",
        key: "shop-1/dev",
        input: || json!({"account": "shop-1/deposits", "asset": "bank-a/CNY"}),
    },
    Example {
        command: "asset.define",
        key: "shop-1/dev",
        input: || json!({"asset": "shop-1/points", "title": "Points of the shop", "kind": "points", "decimals": 0}),
    },
    Example {
        command: "document.anchor",
        key: "shop-1/dev",
        input: || json!({"hash": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "type": "contract"}),
    },
    Example {
        command: "document.define_type",
        key: "shop-1/dev",
        input: || {
            json!({"type": "shop-1/delivery", "title": "A delivery", "mandatory_readers": ["tax-bureau"],
                "fields": [{"name": "goods", "required": true}, {"name": "price", "sealed": true}]})
        },
    },
    Example {
        command: "sql.execute",
        key: "shop-1/dev",
        input: || {
            json!({"statements": [
                {"sql": "CREATE TABLE stock.lot (id TEXT PRIMARY KEY, kilograms INTEGER CHECK (kilograms > 0))"},
                {"sql": "INSERT INTO stock.lot VALUES (?, ?)", "params": ["l-1", 1200]},
            ]})
        },
    },
];

/// Where an operation says which key signs its example under `dev`.
const KEY: &str = "x-example-key";

/// Gives commands their examples, and the routes whose body is the whole input.
pub fn add(document: &mut Value, registry: &Registry) {
    for Example { command, key, input } in &EXAMPLES {
        let routes = registry.routes().filter(|(_, route)| {
            matches!(route.target, Target::Command { name, .. } if name == *command) && !route.path.contains('{')
        });
        let paths: Vec<_> = routes.map(|(_, route)| route.path.to_owned()).collect();
        for path in paths.into_iter().chain([format!("/v1/commands/{command}")]) {
            let post = &mut document["paths"][path]["post"];
            post["requestBody"]["content"]["application/json"]["example"] = input();
            post[KEY] = json!(key);
        }
    }
    for path in ["/v1/documents/seal", "/v1/webhooks"] {
        document["paths"][path]["post"][KEY] = json!("shop-1/dev");
    }
    let invoices = &mut document["paths"]["/v1/invoices"]["post"]["requestBody"]["content"];
    invoices["application/xml"]["example"] = json!(EXAMPLE_XML);
}
