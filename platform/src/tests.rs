//! The contract itself: what a declaration must be, how inputs are read, what the OpenAPI document says.

use crate::{
    AgreedCalls, Answer, CallInput, Column, Command, CommandDeclaration, Convert, Module, Parameter, ParameterKind,
    PlatformRefused, Query, Registry, Route, call, member, openapi, package, testing::Ledger,
};
use counterfoil_state::Context;
use counterfoil_types::{Call, Refusal, RefusalKind};
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use std::collections::{BTreeMap, BTreeSet};

crate::refusals! {
    /// Why the shop says no.
    pub enum Refused in "shop" {
        /// A parcel has lines.
        #[refusal(1, Invalid, "/lines")]
        #[error("no line")]
        Empty,
        /// A line's count is positive.
        #[refusal(2, Invalid, "/lines/{line}/count")]
        #[error("{count} is not more than 0")]
        Count { line: usize, count: i64 },
    }
}

/// Sends a parcel.
///
/// It goes by post.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Send {
    /// Who gets it.
    to: String,
    /// What is in it.
    lines: Vec<Line>,
    /// How it goes.
    #[serde(default)]
    by: By,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    count: i64,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum By {
    #[default]
    Post,
    Rail {
        train: String,
    },
}

#[derive(Serialize, JsonSchema)]
struct Sent {
    id: String,
}

impl Command for Send {
    const NAME: &'static str = "shop.send";
    type Output = Sent;
    type Refused = Refused;

    fn weight(&self) -> u32 {
        self.lines.len() as u32
    }

    fn check(&self) -> Result<(), Refused> {
        if self.lines.is_empty() {
            return Err(Refused::Empty);
        }
        match self.lines.iter().enumerate().find(|(_, line)| line.count <= 0) {
            Some((at, line)) => Err(Refused::Count { line: at, count: line.count }),
            None => Ok(()),
        }
    }

    fn apply(&self, ctx: &mut Context<'_>) -> Result<Sent, Refused> {
        Ok(Sent { id: format!("parcel-{}", ctx.height()) })
    }
}

fn convert(bytes: &[u8]) -> Result<Call, Refusal> {
    let to = String::from_utf8_lossy(bytes).into_owned();
    Ok(call(&Send { to, lines: vec![Line { name: "cup".into(), count: 1 }], by: By::Post }))
}

const LIST: Query = Query {
    name: "shop.list",
    summary: "Parcels.",
    sql: "SELECT id, total, id AS cursor -- :not one\nFROM parcel WHERE kind <> ':nor' AND day = :day
          AND (:cursor IS NULL OR id > :cursor) AND (:most IS NULL OR total <= :most) ORDER BY id LIMIT :limit",
    parameters: &[
        Parameter::text("most", "Total at most.").of(ParameterKind::Decimal(2)).optional(),
        Parameter::text("day", "The day.").of(ParameterKind::Integer),
    ],
    columns: &[Column::integer("id", "Id."), Column::of("total", "Total.", crate::ColumnKind::Decimal(2))],
    answer: Answer::Page,
};

const SHOP: Module = Module {
    name: "shop",
    title: "Shop",
    commands: &[CommandDeclaration::of::<Send>()],
    queries: &[LIST],
    routes: &[
        Route::post("/v1/parcels", "shop.send").creates("/v1/parcels/{id}").takes(&[Convert {
            content_type: "text/plain",
            summary: "A name.",
            convert,
        }]),
        Route::post("/v1/people/{to}/parcels", "shop.send"),
        Route::get("/v1/parcels", "shop.list"),
    ],
    refusals: Refused::DECLARATIONS,
    ..Module::EMPTY
};

fn registry() -> Registry {
    Registry::new(vec![member::MODULE, SHOP])
}

fn check(with: &str) -> Result<u32, Refusal> {
    (registry().command("shop.send").unwrap().prepare)(with).map(|command| command.weight())
}

fn panic_of(modules: Vec<Module>) -> String {
    let caught = std::panic::catch_unwind(|| Registry::new(modules)).err().expect("a broken contract panics");
    caught.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[test]
fn an_input_is_read_strictly_and_a_refusal_names_the_member() {
    let line = r#"{"name":"cup","count":1}"#;
    assert_eq!(check(&format!(r#"{{"to":"a","lines":[{line},{line}],"by":{{"rail":{{"train":"T1"}}}}}}"#)), Ok(2));
    let long = "[".repeat(100_000);
    for (with, code, field, says) in [
        (r#"{"to":"a","lines":[],"x":1}"#, "platform/2", "/x", "unknown field `x`"),
        (r#"{"to":"a","to":"b","lines":[]}"#, "platform/2", "/to", "duplicate field `to`"),
        (r#"{"to":"a","lines":[{"name":"a","count":1,"count":2}]}"#, "platform/2", "/lines/0/count", "duplicate field"),
        (
            r#"{"to":"a","lines":[{"name":"a","count":1},{"name":"b","count":1,"sum":2}]}"#,
            "platform/2",
            "/lines/1/sum",
            "unknown",
        ),
        (
            r#"{"to":"a","lines":[],"by":{"rail":{"train":"a","train":"b"}}}"#,
            "platform/2",
            "/by/rail/train",
            "duplicate",
        ),
        (r#"{"to":"a","lines":[],"by":{"air":{}}}"#, "platform/2", "/by", "unknown variant"),
        (r#"{"to":"a"}"#, "platform/2", "/lines", "missing field `lines`"),
        (r#"{"to":7,"lines":[]}"#, "platform/2", "/to", "invalid type: integer `7`, expected a string"),
        (r#"{"to":"a","lines":[{"name":"a","count":1.5}]}"#, "platform/2", "/lines/0/count", "expected i64"),
        (
            r#"{"to":"a","lines":[{"name":"a","count":9223372036854775808}]}"#,
            "platform/2",
            "/lines/0/count",
            "expected i64",
        ),
        (r#"["a",[]]"#, "platform/2", "", "expected a JSON object"),
        ("null", "platform/2", "", "expected a JSON object"),
        ("", "platform/2", "", "expected a JSON object"),
        (r#"{"to":"a","lines":[]} x"#, "platform/2", "", "trailing characters"),
        (&format!(r#"{{"to":{long}"#), "platform/2", "/to", "invalid type: sequence"),
        (r#"{"to":"a","lines":[]}"#, "shop/1", "/lines", "no line"),
        (
            r#"{"to":"a","lines":[{"name":"a","count":1},{"name":"a","count":-3}]}"#,
            "shop/2",
            "/lines/1/count",
            "-3 is not more",
        ),
    ] {
        let refusal = check(with).expect_err(with);
        assert_eq!(refusal.code, code, "{with}");
        assert!(refusal.detail.contains(says), "{with}: {}", refusal.detail);
        assert!(!refusal.detail.contains(" at line "), "{}", refusal.detail);
        assert_eq!(refusal.field.as_deref(), Some(field), "{with}");
    }
}

proptest! {
    #[test]
    fn foreign_bytes_are_refused_and_never_panic(bytes in any::<Vec<u8>>(), text in "[\\[\\]{}\":,a-z0-9 ]{0,40}") {
        let registry = registry();
        let route = &SHOP.routes[1];
        for body in [&bytes[..], text.as_bytes()] {
            if let Ok(call) = route.call(None, &[("to", &text)], body) {
                prop_assert!(registry.parse(&call).is_err());
            }
        }
    }
}

#[test]
fn an_unknown_command_is_refused() {
    let refusal = registry().parse(&Call::new("shop.fly", &json!({}))).err().unwrap();
    assert_eq!((refusal.code.as_str(), refusal.kind), ("platform/1", RefusalKind::NotFound));
    assert!(refusal.detail.contains("shop.fly"));
}

#[test]
fn refusals_tell_code_kind_text_and_field() {
    let declared = Refused::DECLARATIONS[1];
    assert_eq!((declared.code, declared.name, declared.kind), ("shop/2", "Count", RefusalKind::Invalid));
    assert_eq!((declared.summary, declared.field), ("A line's count is positive.", Some("/lines/{line}/count")));
    let passed_on = Refusal::from(Refused::from(Refusal::from(PlatformRefused::NothingFound {
        query: "shop.list",
        asked: String::new(),
    })));
    assert_eq!(passed_on.code, "platform/4");
    let codes: Vec<_> = registry().refusals().map(|refusal| refusal.code).collect();
    assert!(codes.contains(&"platform/1") && codes.contains(&"member/1") && codes.contains(&"shop/2"));
}

#[test]
fn a_declaration_that_breaks_the_contract_is_found_at_once() {
    /// Open to anything.
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Open<T> {
        inner: Vec<T>,
    }
    impl<T: Serialize + serde::de::DeserializeOwned + JsonSchema + ::std::marker::Send + Sync + 'static> Command
        for Open<T>
    {
        const NAME: &'static str = "shop.open";
        type Output = ();
        type Refused = Refusal;
        fn apply(&self, _: &mut Context<'_>) -> Result<(), Refusal> {
            Ok(())
        }
    }
    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Lenient {
        a: i64,
    }
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Flat {
        #[serde(flatten)]
        line: Line,
    }
    fn keep<T>(all: Vec<T>) -> &'static [T] {
        all.leak()
    }
    fn with(commands: Vec<CommandDeclaration>) -> Module {
        Module { commands: keep(commands), routes: &[], ..SHOP }
    }
    for (modules, says) in [
        (vec![SHOP, SHOP], "no name or title of its own"),
        (vec![Module { name: "store", ..SHOP }], "does not begin with store."),
        (
            vec![SHOP, Module { name: "shop2", refusals: Refused::DECLARATIONS, ..Module::EMPTY }],
            "is not of module shop2",
        ),
        (vec![with(vec![CommandDeclaration::of::<Send>(), CommandDeclaration::of::<Send>()])], "declared twice"),
        (vec![with(vec![CommandDeclaration::of::<Open<serde_json::Value>>()])], "untyped JSON"),
        (vec![with(vec![CommandDeclaration::of::<Open<BTreeMap<String, String>>>()])], "a map"),
        (vec![with(vec![CommandDeclaration::of::<Open<BTreeMap<u32, String>>>()])], "a map"),
        (vec![with(vec![CommandDeclaration::of::<Open<BTreeSet<String>>>()])], "a set"),
        (vec![with(vec![CommandDeclaration::of::<Open<Lenient>>()])], "deny_unknown_fields"),
        (vec![Module { mutable: &["parcel"], ..SHOP }], "table parcel does not begin with shop"),
        (vec![with(vec![CommandDeclaration::of::<Open<f64>>()])], "a float"),
        (vec![Module { routes: keep(vec![Route::post("/v1/x", "shop.fly")]), ..SHOP }], "no command shop.fly"),
        (vec![Module { routes: keep(vec![Route::post("/v1/{x}", "shop.send")]), ..SHOP }], "no member x"),
        (
            vec![
                package::MODULE,
                Module { routes: keep(vec![Route::post("/v1/{version}", "package.retire")]), ..SHOP },
            ],
            "version of package.retire is a number",
        ),
        (vec![Module { routes: keep(vec![Route::get("/v1/{x}", "shop.list")]), ..SHOP }], "no parameter x"),
        (vec![Module { queries: &[Query { parameters: &[], ..LIST }], ..SHOP }], "is not declared"),
    ] {
        let panic = panic_of(modules);
        assert!(panic.contains(says), "{says}: {panic}");
    }
    let twice = keep(vec![Refused::DECLARATIONS[0], Refused::DECLARATIONS[0]]);
    assert!(panic_of(vec![Module { refusals: twice, ..SHOP }]).contains("shop/1 is used twice"));
    let flat = CommandDeclaration::of::<Open<Flat>>();
    Registry::new(vec![with(vec![flat])]);
    for (with, says) in [
        (r#"{"inner":[{"name":"a","name":"b","count":1}]}"#, "duplicate field `name`"),
        (r#"{"inner":[{"name":"a","count":1,"x":1}]}"#, "unknown field `x`"),
    ] {
        assert!((flat.prepare)(with).err().unwrap().detail.contains(says), "{with}");
    }
}

/// Agrees to calls and executes them for another.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Agree {
    calls: Vec<CallInput>,
}

#[derive(Serialize, JsonSchema)]
struct Agreed {
    text: String,
    hash: String,
    refused: Option<String>,
}

impl Command for Agree {
    const NAME: &'static str = "shop.agree";
    type Output = Agreed;
    type Refused = Refusal;
    fn apply(&self, ctx: &mut Context<'_>) -> Result<Agreed, Refusal> {
        let agreed = AgreedCalls::check(ctx, "/calls", &self.calls)?;
        let stored = AgreedCalls::from_text(agreed.text().to_owned());
        assert_eq!(stored.hash(), agreed.hash());
        let refused = ctx.try_call_as(&["shop-1/dev".parse().unwrap()], stored.calls())?.err();
        let refused = refused.map(|refusal| refusal.code);
        Ok(Agreed { text: agreed.text().to_owned(), hash: agreed.hash().to_string(), refused })
    }
}

const AGREEING: Module = Module {
    name: "shop",
    title: "Shop",
    commands: &[CommandDeclaration::of::<Send>(), CommandDeclaration::of::<Agree>()],
    ..Module::EMPTY
};

#[test]
fn a_call_within_an_input_is_read_strictly_and_has_one_text() {
    let mut ledger = Ledger::new(vec![member::MODULE, AGREEING]);
    let line = r#"{"count":1,"name":"cup"}"#;
    let agree = |calls: &str| Call {
        r#do: "shop.agree".into(),
        with: RawValue::from_string(format!(r#"{{"calls":{calls}}}"#)).unwrap(),
    };
    let mut run = |calls: &str| ledger.run_calls(&["bank-a/dev"], &[agree(calls)]);
    let text = r#"[{"do":"shop.send","with":{"by":"post","lines":[{"count":1,"name":"a\u0001 \"票"}],"to":"b"}}]"#;
    for calls in [
        text,
        r#" [ {"with": {"to":"b", "lines":[{"name":"a\u0001 \"\u7968","count":1}], "by":"post" } , "do":"shop\u002esend"}] "#,
    ] {
        let agreed = run(calls).applied();
        assert_eq!(agreed["text"], text);
        assert_eq!(agreed["hash"], counterfoil_types::Hash::of(&[text.as_bytes()]).to_string());
    }
    for (calls, code, field) in [
        (r#"[{"do":"shop.send","with":{"to":"a","lines":[],"x":1}}]"#, "platform/2", "/calls/0/with/x"),
        (r#"[{"do":"shop.send","with":{"to":"a","to":"b","lines":[]}}]"#, "platform/2", "/calls/0/with/to"),
        (r#"[{"do":"shop.send","with":{"to":"a","lines":[]}}]"#, "shop/1", "/calls/0/with/lines"),
        (
            &format!(r#"[{{"do":"shop.send","with":{{"to":"a","lines":[{line},{{}}]}}}}]"#),
            "platform/2",
            "/calls/0/with/lines/1/name",
        ),
        (r#"[{"do":"shop.send","with":[]}]"#, "platform/2", "/calls/0/with"),
        (r#"[{"do":"shop.fly","with":{}}]"#, "platform/1", "/calls/0/do"),
        (r#"[{"do":"shop.send","with":{},"as":"x"}]"#, "platform/2", "/calls/0/as"),
        (r#"[{"do":"shop.send","do":"shop.send","with":{}}]"#, "platform/2", "/calls/0/do"),
        (r#"[{"do":"shop.send"}]"#, "platform/2", "/calls/0/with"),
        (r#"[{"with":{}}]"#, "platform/2", "/calls/0/do"),
        (r#"[{"do":"shop.agree","with":{"calls":[{"do":"x","with":{"a":1.5}}]}}]"#, "platform/2", "/calls/0/with"),
    ] {
        let refusal = run(calls).refused(code);
        assert_eq!(refusal.field.as_deref(), Some(field), "{calls}: {refusal}");
    }
    // What an inner call carries is read when that call is executed.
    let inner = r#"[{"do":"shop.agree","with":{"calls":[{"do":"shop.fly","with":{}}]}}]"#;
    assert_eq!(run(inner).applied()["refused"], "platform/1");
    let deep = (0..200).fold("0".to_owned(), |deep, _| format!("[{deep}]"));
    run(&format!(r#"[{{"do":"shop.agree","with":{{"calls":[{{"do":"x","with":{{"a":{deep}}}}}]}}}}]"#))
        .refused("platform/2");
}

#[test]
fn a_route_reads_json_other_types_and_its_path() {
    let [create, to, _] = SHOP.routes else { panic!("three routes") };
    let body = br#" {"lines": []} "#;
    let json = to.call(Some("application/json; charset=utf-8"), &[("to", r#"a"b"#)], body).unwrap();
    assert_eq!((json.r#do.as_str(), json.with.get()), ("shop.send", r#"{"to":"a\"b","lines": []}"#));
    assert_eq!(to.call(None, &[("to", "a")], b"").unwrap().with.get(), r#"{"to":"a"}"#);
    assert_eq!(to.call(None, &[("to", "a")], b"{ }").unwrap().with.get(), r#"{"to":"a" }"#);
    let twice = to.call(None, &[("to", "a")], br#"{"to":"b","lines":[]}"#).unwrap();
    assert!(check(twice.with.get()).unwrap_err().detail.contains("duplicate field `to`"));
    let xml = create.call(Some("Text/Plain"), &[], b"bob").unwrap();
    assert_eq!(xml.with.get(), r#"{"to":"bob","lines":[{"name":"cup","count":1}],"by":"post"}"#);
    for (content_type, body, code) in [
        (None, &b"{"[..], "platform/2"),
        (None, b"[]", "platform/2"),
        (None, b"", "platform/2"),
        (None, b"{} {}", "platform/2"),
        (None, b"\xff{}", "platform/2"),
        (Some("image/png"), b"", "platform/5"),
    ] {
        assert_eq!(create.call(content_type, &[], body).unwrap_err().code, code, "{body:?}");
    }
    assert_eq!(create.location(&json!({"id": "p-1"})).as_deref(), Some("/v1/parcels/p-1"));
    assert_eq!(create.location(&json!({"id": "a/b 票"})).as_deref(), Some("/v1/parcels/a%2Fb%20%E7%A5%A8"));
    assert_eq!(to.location(&json!({"id": "p-1"})), None);
}

#[test]
fn a_query_binds_its_parameters_and_shapes_its_rows() {
    let bound = |given: &[(&str, &str)]| LIST.bind(given);
    assert_eq!(LIST.placeholders(), ["day", "cursor", "most", "limit"]);
    let values =
        |values: [serde_json::Value; 4]| Ok(["day", "cursor", "most", "limit"].into_iter().zip(values).collect());
    assert_eq!(bound(&[("day", "3")]), values([json!(3), json!(null), json!(null), json!(51)]));
    assert_eq!(
        bound(&[("day", "3"), ("limit", "2"), ("cursor", "7"), ("most", "1.5")]),
        values([json!(3), json!("7"), json!(150), json!(3)])
    );
    for (given, field, says) in [
        (&[][..], "/day", "missing"),
        (&[("day", "x")], "/day", "whole number"),
        (&[("day", "1"), ("most", "1.234")], "/most", "more digits"),
        (&[("day", "1"), ("limit", "0")], "/limit", "1 to 500"),
        (&[("day", "1"), ("limit", "501")], "/limit", "1 to 500"),
        (&[("day", "1"), ("sort", "x")], "/sort", "unknown here"),
        (&[("day", "1"), ("day", "1")], "/day", "given twice"),
    ] {
        let refusal = bound(given).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("platform/3", Some(field)));
        assert!(refusal.detail.contains(says), "{}", refusal.detail);
    }
    let row = |id: i64| vec![json!(id), json!(-id), json!(id)];
    let items = json!([{"id": 1, "total": "-0.01"}, {"id": 2, "total": "-0.02"}]);
    let given = [("day", "1"), ("limit", "2")];
    assert_eq!(LIST.answer(&given, vec![row(1), row(2), row(3)]), Ok(json!({"items": items, "next": "2"})));
    assert_eq!(LIST.answer(&given, vec![row(1), row(2)]), Ok(json!({"items": items, "next": null})));
    let one = Query { answer: Answer::One, ..LIST };
    assert_eq!(one.answer(&[], vec![]).unwrap_err().code, "platform/4");
}

#[test]
fn a_day_is_one_of_the_calendar() {
    const DAY: &[Parameter] = &[Parameter::text("day", "A day.").of(ParameterKind::Day)];
    let query = Query { parameters: DAY, sql: "SELECT :day", ..LIST };
    for (text, is_day) in [
        ("2026-01-31", true),
        ("2024-02-29", true),
        ("2000-02-29", true),
        ("2026-02-29", false),
        ("1900-02-29", false),
        ("2026-04-31", false),
        ("2026-13-01", false),
        ("2026-00-01", false),
        ("2026-1-31", false),
        ("2026-01-32", false),
        ("2026-01-00", false),
        ("20260131", false),
        ("2026-01-31-1", false),
        ("+026-01-31", false),
        ("today", false),
        ("", false),
    ] {
        let refusal = query.bind(&[("day", text)]).err().map(|refusal| (refusal.code, refusal.field));
        let refused = Some(("platform/3".to_owned(), Some("/day".to_owned())));
        assert_eq!(refusal, if is_day { None } else { refused }, "{text:?}");
    }
}

#[test]
fn the_openapi_document_is_well_formed() {
    let document = openapi::document(&registry(), "1.2.3");
    assert_eq!(document["openapi"], "3.1.0");
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["shop.send"]["description"], "Sends a parcel.\n\nIt goes by post.");
    assert_eq!(schemas["shop.send"]["additionalProperties"], false);
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
            let parameters = operation["parameters"].as_array().unwrap();
            let in_path: Vec<_> =
                parameters.iter().filter(|one| one["in"] == "path").map(|one| one["name"].as_str().unwrap()).collect();
            let in_template: Vec<_> = path.split('{').skip(1).map(|part| part.split('}').next().unwrap()).collect();
            assert_eq!(in_path, in_template, "{method} {path}");
        }
    }
    assert!(ids.contains("shop.send") && ids.contains("member.add_key") && ids.contains("member.get"));
    assert_references(&document, &document);
    for name in schemas.as_object().unwrap().keys() {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)), "{name}");
    }
    let create = &document["paths"]["/v1/parcels"]["post"];
    assert!(create["responses"]["201"]["headers"]["Location"].is_object());
    assert!(create["requestBody"]["content"]["text/plain"].is_object());
    assert_eq!(create["summary"], "Sends a parcel.");
    let to =
        &document["paths"]["/v1/people/{to}/parcels"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(to["required"], json!(["lines"]));
    assert_eq!(to["properties"]["lines"]["items"]["$ref"], "#/components/schemas/Line");
}

fn assert_references(value: &serde_json::Value, document: &serde_json::Value) {
    match value {
        serde_json::Value::Object(object) => {
            if let Some(target) = object.get("$ref") {
                let pointer = target.as_str().unwrap().strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
            }
            object.values().for_each(|inner| assert_references(inner, document));
        }
        serde_json::Value::Array(array) => array.iter().for_each(|inner| assert_references(inner, document)),
        _ => {}
    }
}
