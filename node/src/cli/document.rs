use super::{
    args::{
        DocumentAnchor, DocumentKey, DocumentOpen, DocumentSeal, DocumentShare, DocumentShow, DocumentVerify, Format,
        Signing, Version,
    },
    exit::{Exit, Outcome},
    output, remote,
    token::layout,
    waiting::explain,
};
use crate::{files, keystore};
use counterfoil_client::{
    Asked, Client, Disclosure, Draft, Field, FieldValue, Hash, OpenedField, Record, SealError, Table,
};
use counterfoil_proof::{Cell, Claim, Utc};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// `counterfoil document anchor`: hashes here; only the hash is sent.
pub fn anchor(args: &DocumentAnchor) -> Outcome {
    let hash = Hash::of(&[&read(&args.file)?]);
    let mut with = json!({"hash": hash, "type": args.r#type});
    for (name, value) in [("media_type", &args.media_type), ("title", &args.title)] {
        if let Some(value) = value {
            with[name] = value.as_str().into();
        }
    }
    let client = remote::client(&args.signing.remote);
    let Signing { key, idempotency_key, .. } = &args.signing;
    let anchored = client.call("document.anchor", &with, key, idempotency_key.as_deref());
    let anchored = anchored.map_err(|error| explain(&client, error))?;
    output::json(&anchored);
    if let Some(path) = &args.proof {
        let proof = client.proof("document_anchor", &[&anchored["number"].to_string()], Asked::Written)?;
        files::write_public(path, &proof)?;
    }
    Ok(())
}

/// `counterfoil document seal`
pub fn seal(args: &DocumentSeal) -> Outcome {
    let client = remote::client(&args.signing.remote);
    let mut fields = Vec::with_capacity(args.fields.len());
    for text in &args.fields {
        fields.push(match pair("--field", "NAME=VALUE", text)? {
            (name, value) if value.starts_with('@') => Field::bytes(name, read(Path::new(&value[1..]))?),
            (name, value) => Field::text(name, value),
        });
    }
    let clear = args.clear.iter().map(|text| pair("--clear", "NAME=VALUE", text));
    let clear: Vec<_> = clear
        .map(|pair| pair.map(|(name, value)| json!({"name": name, "value": value})))
        .collect::<Result<_, Exit>>()?;
    let readers: Vec<&str> = args.readers.iter().map(String::as_str).collect();
    let draft = Draft {
        document: &args.document,
        version: args.version,
        r#type: &args.r#type,
        fields: &fields,
        readers: &readers,
    };
    let sealed = client.seal(&draft)?;
    match args.version {
        1 => {
            let with = json!({"document": args.document, "type": args.r#type, "fields": clear, "sealed": sealed});
            call("document.create", &with, &args.signing)
        }
        version => {
            let with = json!({"document": args.document, "version": version, "fields": clear, "sealed": sealed});
            call("document.revise", &with, &args.signing)
        }
    }
}

/// `counterfoil document open`
pub fn open(args: &DocumentOpen) -> Outcome {
    let save: Vec<_> = args.save.iter().map(|text| pair("--save", "NAME=FILE", text)).collect::<Result<_, _>>()?;
    let client = remote::client(&args.asking.remote);
    let version = number(&client, &args.version)?;
    if let Some(file) = &args.file {
        let media_type = match file.extension().and_then(|extension| extension.to_str()) {
            Some("pdf") => "application/pdf",
            Some("xml") => "application/xml",
            _ => return Err(Exit::Usage(format!("{}: a file ends with .pdf or .xml", file.display()))),
        };
        let (subject, key) = (&args.version.document, &args.asking.key);
        let which = args.which.as_deref();
        let bytes = client.open_as(subject, version, media_type, which, key, args.reason.as_deref());
        files::write_private(file, &bytes.map_err(|error| explain(&client, error))?)?;
        return Ok(());
    }
    let opened = client.open(&args.version.document, version, &args.asking.key, args.reason.as_deref());
    let opened = opened.map_err(|error| explain(&client, error))?;
    let fields: Vec<OpenedField> = opened["fields"].as_array().into_iter().flatten().filter_map(opened_field).collect();
    for (name, path) in save {
        let found = fields.iter().find(|field| field.name == name);
        let field = found.ok_or_else(|| Exit::No(format!("there is no sealed field {name:?}")))?;
        files::write_private(Path::new(path), bytes(&field.value))?;
    }
    if args.output == Format::Json {
        output::json(&opened);
        return Ok(());
    }
    let row = |field: &OpenedField| {
        let value = match &field.value {
            FieldValue::Text(text) => text.clone(),
            FieldValue::Bytes(bytes) => format!("{} bytes; --save {}=FILE writes them", bytes.len(), field.name),
        };
        vec![field.name.clone().into(), value.into()]
    };
    let columns = ["field", "value"].map(str::to_owned).to_vec();
    output::table(&Table { height: 0, columns, rows: fields.iter().map(row).collect(), truncated: None }, args.output);
    Ok(())
}

/// Reads a field of the node's answer, which says more than a field.
fn opened_field(shown: &Value) -> Option<OpenedField> {
    let members = shown.as_object()?.iter();
    let known = members.filter(|(name, _)| ["name", "salt", "value", "bytes"].contains(&name.as_str()));
    serde_json::from_value(known.map(|(name, value)| (name.clone(), value.clone())).collect()).ok()
}

fn bytes(value: &FieldValue) -> &[u8] {
    match value {
        FieldValue::Text(text) => text.as_bytes(),
        FieldValue::Bytes(bytes) => bytes,
    }
}

/// `counterfoil document show`
pub fn show(args: &DocumentShow) -> Outcome {
    let client = remote::client(&args.remote);
    let document = &args.version.document;
    if let (Some(field), Some(key)) = (&args.field, &args.key) {
        let version = number(&client, &args.version)?;
        let file = client.disclosure(document, version, field, key, args.reason.as_deref());
        let file = file.map_err(|error| explain(&client, error))?;
        match &args.out {
            Some(path) => files::write_private(path, &file)?,
            None => output::text(&String::from_utf8_lossy(&file)),
        }
        return Ok(());
    }
    // What another module sealed is no document: all that everybody sees of it is that it is sealed, and for whom.
    let (shown, page) = if document.contains(':') {
        let record = client.sealed(document, number(&client, &args.version)?)?;
        (seen(&record), record_page(&record))
    } else {
        let shown = client.document(document, args.version.version).map_err(|error| match error.code() {
            Some("platform/4") => Exit::No(format!("there is no such version of a document {document:?}")),
            _ => error.into(),
        })?;
        let page = document_page(&shown);
        (shown, page)
    };
    match args.output {
        Format::Json => output::json(&shown),
        Format::Csv => return Err(Exit::Usage("document show writes a table or json".to_owned())),
        Format::Table => output::text(&page),
    }
    Ok(())
}

fn document_page(shown: &Value) -> String {
    let text = |name: &str| shown[name].as_str().unwrap_or_default();
    let mut page = String::new();
    for name in ["document", "type", "owner"] {
        page += &line(name, text(name));
    }
    page += &line("version", &shown["version"].to_string());
    page += &line("signed by", text("signers"));
    let time = Utc(shown["time_ms"].as_u64().unwrap_or_default());
    page += &line("height", &format!("{} ({time})", shown["height"]));
    let list = |name: &str| shown[name].as_array().into_iter().flatten();
    for field in list("fields") {
        let (name, value) = (&field["name"], &field["value"]);
        page +=
            &line("field", &format!("{} = {}", name.as_str().unwrap_or_default(), value.as_str().unwrap_or_default()));
    }
    for field in list("sealed_fields") {
        let (name, commitment) = (&field["name"], &field["commitment"]);
        page += &line(
            "sealed",
            &commitment_line(name.as_str().unwrap_or_default(), commitment.as_str().unwrap_or_default()),
        );
    }
    let readers: Vec<_> = list("readers").filter_map(Value::as_str).collect();
    if !readers.is_empty() {
        page += &line("readers", &readers.join(", "));
    }
    page
}

fn readers(record: &Record) -> Vec<String> {
    record.readers.iter().map(|wrap| format!("{}/{}", wrap.reader, wrap.key)).collect()
}

/// A record without ciphertexts, which tell a person nothing.
fn seen(record: &Record) -> Value {
    json!({
        "subject": record.subject,
        "version": record.version,
        "sealer": record.sealer,
        "height": record.height,
        "time_ms": record.time_ms,
        "bytes": record.ciphertext.len(),
        "fields": record.fields,
        "readers": readers(record),
    })
}

fn record_page(record: &Record) -> String {
    let mut page = line("subject", &record.subject);
    page += &line("version", &record.version.to_string());
    page += &line("sealed by", &record.sealer);
    page += &line("height", &format!("{} ({})", record.height, Utc(record.time_ms)));
    for field in &record.fields {
        page += &line("sealed", &commitment_line(&field.name, &field.commitment.to_string()));
    }
    page + &line("readers", &readers(record).join(", "))
}

fn commitment_line(name: &str, commitment: &str) -> String {
    format!("{name}, commitment {commitment}")
}

fn line(label: &str, value: &str) -> String {
    format!("{label:<11}{}\n", value.replace(['\n', '\r', '\t'], " "))
}

/// `counterfoil document share`
pub fn share(args: &DocumentShare) -> Outcome {
    let client = remote::client(&args.asking.remote);
    let version = number(&client, &args.version)?;
    let shared = client.share(&args.version.document, version, &args.reader, &args.asking.key);
    output::json(&shared.map_err(|error| explain(&client, error))?);
    Ok(())
}

/// `counterfoil document verify`: says what a file shows or who anchored it, or which step failed.
pub fn verify(args: &DocumentVerify) -> Outcome {
    let file = read(&args.file)?;
    match (&args.genesis, &args.proof) {
        (Some(genesis), Some(proof)) => verify_anchor(&file, &read(proof)?, &read(genesis)?),
        (Some(genesis), None) => {
            let genesis = read(genesis)?;
            let shown = Disclosure::from_bytes(&file).and_then(|disclosure| disclosure.verify(&genesis));
            let shown = shown.map_err(|why| match why {
                SealError::Disclosure { .. } => Exit::No(format!(
                    "not proved: {}: {why}; for a file that was anchored give --proof too",
                    why.code()
                )),
                _ => Exit::No(format!("not proved: {}: {why}", why.code())),
            })?;
            output::text(&format!("{shown}\n"));
            Ok(())
        }
        (None, _) => ask_anchors(&remote::client(&args.remote), &file),
    }
}

/// Checks offline that a proof is of an anchor, and the anchor of this file.
fn verify_anchor(file: &[u8], proof: &[u8], genesis: &[u8]) -> Outcome {
    let proved = counterfoil_client::verify(proof, genesis).map_err(|why| Exit::No(format!("not proved: {why}")))?;
    let hash = Hash::of(&[file]);
    let anchored = match &proved.claim {
        Claim::Written { table, columns, row, .. } if table == "document_anchor" => {
            let at = columns.iter().position(|column| column == "hash");
            at.is_some_and(|at| row[at] == Cell(counterfoil_types::Value::Blob(hash.0.to_vec())))
        }
        _ => return Err(Exit::No("not proved: the proof is not of an anchor".to_owned())),
    };
    if !anchored {
        return Err(Exit::No(format!("not proved: the anchor is of another file than this (SHA-256 {hash})")));
    }
    output::text(&format!("Anchored: this file (SHA-256 {hash}).\n{proved}\n"));
    Ok(())
}

/// Asks a node, whose word it is then, who anchored a file.
fn ask_anchors(client: &Client, file: &[u8]) -> Outcome {
    let hash = Hash::of(&[file]);
    let sql =
        "SELECT member, type, title, signers, height, time_ms FROM document_anchor WHERE hash = ?1 ORDER BY number";
    let mut found = client.sql(sql, &[json!({"hex": hash})])?;
    if found.rows.is_empty() {
        return Err(Exit::No(format!("nobody has anchored this file (SHA-256 {hash})")));
    }
    found.columns[5] = "time".to_owned();
    for row in &mut found.rows {
        row[5] = Utc(row[5].as_u64().unwrap_or_default()).to_string().into();
    }
    output::table(&found, Format::Table);
    Ok(())
}

/// `counterfoil document key`
pub fn key(args: &DocumentKey) -> Outcome {
    let layout = layout(&args.dir)?;
    let known = keystore::reading_path(&layout.keys(), &args.key).exists();
    let public = keystore::create_reading(&layout.keys(), &args.key)?.public_key();
    let (member, name) = (args.key.member(), args.key.key());
    output::text(&format!("{public}\n"));
    let made = if known { "it was there already" } else { "a node that runs takes it when it is started again" };
    output::note(&format!(
        "counterfoil: {made}; members seal for it once it is published: \
         counterfoil document publish-reading-key --member {member} --name {name} --public-key {public} --key {member}/…"
    ));
    Ok(())
}

fn call(command: &str, with: &Value, signing: &Signing) -> Outcome {
    let client = remote::client(&signing.remote);
    let answer = client.call(command, with, &signing.key, signing.idempotency_key.as_deref());
    output::json(&answer.map_err(|error| explain(&client, error))?);
    Ok(())
}

/// The version that the arguments name, or the newest.
fn number(client: &Client, version: &Version) -> Result<u64, Exit> {
    if let Some(version) = version.version {
        return Ok(version);
    }
    let document = &version.document;
    let found = client.sql("SELECT max(version) FROM document_sealed WHERE subject = ?1", &[json!(document)])?;
    let newest = found.rows.first().and_then(|row| row.first()?.as_u64());
    newest.ok_or_else(|| Exit::No(format!("nothing is sealed as {document}")))
}

/// Two texts around the first `=`; what is wrong is told without them.
fn pair<'a>(option: &str, form: &str, text: &'a str) -> Result<(&'a str, &'a str), Exit> {
    text.split_once('=').ok_or_else(|| Exit::Usage(format!("{option}: expected {form}")))
}

fn read(path: &Path) -> Result<Vec<u8>, Exit> {
    fs::read(path).map_err(|error| Exit::Fault(format!("reading {}: {error}", path.display())))
}
