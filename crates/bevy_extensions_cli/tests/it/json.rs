//! What `--format json` prints is what its schema says.

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{copy_of, printed, run, text};

/// Returns what checks the shape of one command.
fn schema_of(command: &str) -> Validator {
    let folder = tempfile::tempdir().unwrap();
    let all: Value = serde_json::from_str(&printed(folder.path(), "schema output")).unwrap();
    let mut defs = all["$defs"].clone();
    // What the schema does not know should not go out: further keys are for later versions, and for whoever reads those.
    for shape in defs.as_object_mut().unwrap().values_mut() {
        close(shape);
    }
    jsonschema::validator_for(&json!({ "$ref": format!("#/$defs/{command}"), "$defs": defs })).unwrap()
}

fn close(shape: &mut Value) {
    let Value::Object(shape) = shape else { return };
    shape.values_mut().for_each(close);
    if shape.contains_key("properties") && shape.contains_key("required") {
        shape.insert("additionalProperties".into(), false.into());
    }
}

#[track_caller]
fn check(case: &str, command: &str, args: &str) -> Value {
    let folder = copy_of(case);
    let output = run(folder.path(), &format!("{command} {args} --format json"));
    let value: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{case}, {command}: {error}\n{}{}", text(&output.stdout), text(&output.stderr)));
    let schema = schema_of(command);
    let wrong: Vec<_> = schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{case}, {command} {args}:\n{}\n{value:#}", wrong.join("\n"));
    value
}

#[test]
fn every_command_prints_what_its_schema_says() {
    for case in ["good", "broken", "empty", "stop"] {
        check(case, "list", "");
        check(case, "tree", "");
        check(case, "check", "");
        check(case, "graph", "");
    }
    for (case, name) in
        [("good", "Tavern"), ("good", "bank"), ("good", "quiet"), ("broken", "umbrella"), ("broken", "north")]
    {
        check(case, "show", name);
        check(case, "why", name);
        check(case, "tree", &format!("{name} --inverted"));
    }
}

#[test]
fn what_fetch_and_lock_print_is_what_the_schema_says_too() {
    for case in ["artifacts", "artifacts_broken", "artifacts_locked", "good"] {
        check(case, "fetch", "");
        check(case, "lock", "");
        check(case, "lock", "--check");
    }
    check("artifacts", "lock", "--update");
    check("artifacts", "show", "crier");
    check("artifacts_broken", "show", "poems");
}

#[test]
fn what_became_of_artifacts_is_told() {
    let fetch = check("artifacts_broken", "fetch", "");
    assert_eq!(fetch["ok"], false);
    let artifacts = fetch["artifacts"].as_array().unwrap().iter();
    let outcomes: Vec<_> =
        artifacts.map(|it| (it["artifact"].as_str().unwrap(), it["outcome"].as_str().unwrap())).collect();
    let expected = [
        ("left-pad@^1", "failed"),
        ("town.models:bench:1.0@glb", "failed"),
        ("town.models:bench:1.0@glb", "fetched"),
        ("town.models:lamp:1.0.0@glb", "failed"),
        ("town.models:tree:1.0@glb", "failed"),
        ("town.words:rain:1.0@txt", "failed"),
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn what_an_update_changes_is_told() {
    let lock = check("artifacts", "lock", "--update plural@^1");
    assert_eq!(lock["lock"]["is_written"], true);
    let changes = lock["lock"]["changes"].as_array().unwrap();
    let version = changes.iter().find(|it| it["name"] == "plural@^1" && it["fact"] == "version").unwrap();
    assert_eq!((&version["locked"], &version["now"]), (&json!("1.0.0"), &json!("1.1.0")));
}

#[test]
fn a_list_has_all_in_load_order() {
    let list = check("good", "list", "");
    let names: Vec<_> = list["extensions"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Bank", "Economy", "Weather", "Tavern", "quiet"]);
    assert_eq!(
        list["extensions"][0],
        json!({
            "name": "Bank",
            "version": "2.0.0",
            "state": "planned",
            "position": 1,
            "kind": "native",
            "description": "Keeps the money of the town.",
            "source": { "file": "src/bank.rs", "line": 7, "column": null }
        }),
    );
}

#[test]
fn a_check_that_fails_says_so_in_json_too() {
    let check = check("broken", "check", "");
    assert_eq!(check["ok"], false);
    assert_eq!((&check["left_out"], &check["unreadable"]), (&json!(10), &json!(2)));
}

#[test]
fn host_settings_that_cannot_be_read_are_a_problem_of_the_check() {
    let check = check("bad_settings", "check", "");
    assert_eq!((&check["ok"], &check["not_checked"]), (&json!(false), &json!(["all extensions"])));
}

#[test]
fn the_schema_is_one() {
    let folder = tempfile::tempdir().unwrap();
    for of in ["manifest", "output"] {
        let schema = serde_json::from_str(&printed(folder.path(), &format!("schema {of}"))).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{of}");
    }
}
