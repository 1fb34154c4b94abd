//! What is sealed is on no disk but those of its readers: all files of all validators are searched.

use crate::{
    forms::forms,
    network::{Network, SELLER, run, wait_for},
};
use counterfoil_apps::invoice::EXAMPLE_JSON;
use counterfoil_client::{Draft, Field, Kid};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};

const TYPE: &str = "a/contract";
const TAXPAYER: &str = "91440300MA5EN1680G";
/// Who reads, beside the node at which it is sealed; the others are c and d.
const READER: usize = 1;

/// Sealed on the client's side, and by the node that hosts the seller's key.
const BY_CLIENT: &str = "the-price-is-1,234,567.89-and-nobody-else-knows-it";
const BY_NODE: &str = "我们的秘密供应商是华强北第七号柜台的老陈";
/// Buyer and line of an invoice.
const BUYER: &str = "王小明，没有人知道他买了什么";
const LINE: &str = "a-thing-that-the-buyer-and-the-seller-and-the-tax-authority-know";
/// Everybody sees this: with it the search is known to find what is there.
const CLEAR: &str = "everybody-sees-that-this-is-a-lease-of-a-shop-in-the-old-town";

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The files of a validator, its log among them, in which `value` stands in any form.
fn found(network: &Network, at: usize, value: &str) -> Vec<String> {
    let forms = forms(value);
    let mut all = files(&network.dir(at));
    all.push(network.log(at));
    let holds = |path: &PathBuf| {
        // A file of the database may go while it is looked for.
        let bytes = fs::read(path).unwrap_or_default();
        forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
    };
    all.iter().filter(|path| holds(path)).map(|path| path.display().to_string()).collect()
}

fn kid(member: &str) -> Kid {
    format!("{member}/main").parse().unwrap()
}

/// Publishes the reading key that `network new` made for a member at a validator.
fn publish(network: &Network, at: usize, member: &str) {
    let dir = network.dir(at);
    let key = run(&["document", "key", "--key", kid(member).as_str(), "--dir", dir.to_str().unwrap()]);
    let with = json!({"member": member, "name": "main", "public_key": key.trim()});
    client(network, at, member).call("document.publish_reading_key", &with, &kid(member), None).unwrap();
}

fn client(network: &Network, at: usize, member: &str) -> counterfoil_client::Client {
    let client = network.client(at);
    if member == SELLER { client.with_token(&network.token(kid(member).as_str())) } else { client }
}

#[test]
fn sealed_values_are_on_the_disks_of_their_readers_only() {
    let mut network = Network::start_logging(4, "counterfoil=debug");
    publish(&network, READER, "b");
    let field = |name: &str, sealed: bool| json!({"name": name, "sealed": sealed, "required": false});
    let with = json!({"type": TYPE, "title": "Contracts", "fields": [field("matter", false), field("price", true)], "mandatory_readers": []});
    network.client(0).call("document.define_type", &with, &kid("a"), None).unwrap();

    // Sealed on the client's side for b: not even the node that hosts the seller's key sees it.
    let seller = client(&network, 0, SELLER);
    let document = format!("{SELLER}/one");
    let fields = [Field::text("price", BY_CLIENT)];
    let draft = Draft { document: &document, version: 1, r#type: TYPE, fields: &fields, readers: &["b"] };
    let sealed = seller.seal(&draft).unwrap();
    let clear = json!([{"name": "matter", "value": CLEAR}]);
    let with = json!({"document": document, "type": TYPE, "fields": clear, "sealed": sealed});
    seller.call("document.create", &with, &kid(SELLER), None).unwrap();

    // Sealed by the seller's own node for b, and for the seller who does not open it.
    publish(&network, 0, SELLER);
    let second = format!("{SELLER}/two");
    let sealed = json!([{"name": "price", "value": BY_NODE}]);
    let with = json!({"document": second, "type": TYPE, "fields": clear, "sealed": sealed, "readers": ["b"]});
    let body = with.to_string();
    seller.post("/v1/documents/seal", "application/json", body.as_bytes(), &kid(SELLER), None).unwrap();

    // An invoice, sealed by the seller's own node for the tax authority and the seller, neither of whom opens it.
    network.register(TAXPAYER, "Seller", "cn-vat");
    let mut invoice: Value = serde_json::from_str(EXAMPLE_JSON).unwrap();
    invoice["seller"] = TAXPAYER.into();
    invoice["buyer"] = json!({"kind": "individual", "name": BUYER});
    invoice["items"][0]["name"] = LINE.into();
    seller.post("/v1/invoices", "application/json", invoice.to_string().as_bytes(), &kid(SELLER), None).unwrap();

    // b opens both by HTTP, and finds both in its vault; c, who is no reader, is refused.
    for (document, value) in [(&document, BY_CLIENT), (&second, BY_NODE)] {
        let opened = network.client(READER).open(document, 1, &kid("b"), Some("a search")).unwrap();
        assert_eq!(opened["fields"][0]["value"], value);
        let error = network.client(2).open(document, 1, &kid("c"), None).unwrap_err();
        assert_eq!(error.code(), Some("document/29"), "{error}");
    }
    let vault = "SELECT subject, value FROM vault.vault_field ORDER BY subject";
    let rows = wait_for("the reader's vault has both", || {
        let rows = network.client(READER).sql(vault, &[]).unwrap().rows;
        (rows.len() == 2).then_some(rows)
    });
    assert_eq!(rows, [[Value::from(document), BY_CLIENT.into()], [second.into(), BY_NODE.into()]]);
    assert_eq!(network.client(2).sql(vault, &[]).unwrap().rows.len(), 0, "c has a vault of its own");
    let height = network.statuses().iter().map(|status| status.executed).max().unwrap();
    network.agree(height);

    // While they run, and when they have been killed.
    for running in [true, false] {
        if !running {
            (0..4).for_each(|at| network.kill(at));
        }
        assert!(fs::read_to_string(network.log(READER)).unwrap().contains("/open"), "requests are in the log");
        for value in [BY_CLIENT, BY_NODE] {
            let in_vault = found(&network, READER, value);
            assert!(!in_vault.is_empty(), "the search finds what is there");
            assert!(in_vault.iter().all(|path| path.contains("/vault/b.db")), "only in the vault: {in_vault:?}");
            for at in [2, 3] {
                assert_eq!(found(&network, at, value), Vec::<String>::new(), "{value}");
            }
        }
        for value in [BUYER, LINE] {
            let anywhere: Vec<_> = (0..4).flat_map(|at| found(&network, at, value)).collect();
            assert_eq!(anywhere, Vec::<String>::new(), "{value}");
        }
        // The node at which the seller signs saw one of them, sealed it, and kept nothing.
        for value in [BY_CLIENT, BY_NODE] {
            assert_eq!(found(&network, 0, value), Vec::<String>::new(), "{value}");
        }
        for at in 0..4 {
            let public = found(&network, at, CLEAR);
            assert!(public.iter().any(|path| path.contains("/state/")), "{public:?}");
            assert!(public.iter().any(|path| path.contains("/engine/")), "{public:?}");
        }
    }
}
