//! Values on their way into scripts and back, for any value.

use bevy_ecs::prelude::*;
use bevy_extensions::{Value, json, prelude::*, test_kit::TestApp};
use proptest::prelude::*;
use serde_json::{Map, Number};

use crate::support::scripts;

const SCRIPT: &str = "
    extension.on('looked.at', (event) => { JSON.stringify(event, (_, value) => typeof value === 'bigint' ? 0 : value) });
    extension.on('added.to', (event) => { event.added = true });
    extension.exports = { same: (value) => value, copy: (value) => structuredClone(value) };
    extension.on('sent.on', async (event) => { event.back = await extension.imports('app').same(event.value) });
";

fn app() -> TestApp {
    scripts(&[("mirror.js", SCRIPT)]).start()
}

fn key() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "__proto__",
        "constructor",
        "toString",
        "toJSON",
        "then",
        "length",
        "0",
        "1",
        "-1",
        "4294967295",
        "hasOwnProperty",
        "",
    ]);
    prop_oneof![3 => special.prop_map(String::from), 5 => any::<String>(), 2 => "[a-c]{1,2}"]
}

fn number() -> impl Strategy<Value = Number> {
    let edges = vec![0, 1, -1, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, i64::MAX, i64::MIN, i64::from(i32::MAX) + 1];
    prop_oneof![
        prop::sample::select(edges).prop_map(Number::from),
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<i32>().prop_map(Number::from),
        any::<f64>().prop_filter_map("JSON has none", Number::from_f64),
        (-1000_i32..1000).prop_filter_map("", |number| Number::from_f64(f64::from(number))),
        Just(Number::from_f64(-0.0).unwrap()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        any::<String>().prop_map(Value::String),
        "[a-z\u{0}\u{d7ff}\u{e000}\u{1f600}]{0,9}".prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::vec((key(), inner), 0..8).prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

fn emit(event: &str, value: Value) -> Value {
    app().world_mut().emit(event, value).unwrap()
}

fn call(function: &str, value: Value) -> Value {
    app().world_mut().call("mirror", function, value).unwrap()
}

/// Tells whether values are the same up to how their numbers are written.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        (a, b) => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_that_a_script_does_not_touch_stays_exactly_what_it_was(value in value()) {
        prop_assert_eq!(emit("looked.at", value.clone()).to_string(), value.to_string());
    }

    #[test]
    fn what_a_script_adds_changes_nothing_else(value in value()) {
        let became = emit("added.to", json!({"value": value.clone()}));
        prop_assert_eq!(became.to_string(), json!({"added": true, "value": value}).to_string());
    }

    #[test]
    fn a_value_comes_back_from_a_function_as_it_was(value in value()) {
        for function in ["same", "copy"] {
            let back = call(function, value.clone());
            prop_assert!(is_same(&value, &back), "{} {} {}", function, value, back);
        }
    }
}

#[test]
fn integers_are_exact() {
    let all = json!([i64::MIN, i64::MAX, u64::MAX, (1_i64 << 53) + 1, -(1_i64 << 53) - 1, 0, -1]);
    assert_eq!(call("same", all.clone()).to_string(), all.to_string());
    assert_eq!(emit("looked.at", all.clone()).to_string(), all.to_string());
}

#[test]
fn a_value_goes_from_native_to_script_to_the_app_and_back() {
    let value = json!({"__proto__": {"a": [1.5, u64::MAX]}, "then": "é\u{1f600}\u{0}", "": null});
    let mut app = app();
    app.host().export_fn("same", |In(value): In<Value>| value).unwrap();
    let became = app.world_mut().emit("sent.on", json!({"value": value.clone()})).unwrap();
    assert_eq!(became, json!({"value": value.clone(), "back": value}));
}
