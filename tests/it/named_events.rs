//! Events by name: values, patterns, aliases.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    DynamicEvent, ExtensionFaults,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{Log, app, host, host_with, noted};

#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "player.joined")]
struct PlayerJoined {
    name: String,
    #[serde(default)]
    gold: u32,
}

/// A listener by name that notes the name and the value.
fn note_named(event: On<DynamicEvent>, mut log: ResMut<Log>) {
    log.note(format!("{}={}", event.name(), event.value));
}

/// An app with one extension that listens to a pattern.
fn app_that_hears(pattern: &'static str) -> TestApp {
    thread_local! { static PATTERN: std::cell::Cell<&'static str> = const { std::cell::Cell::new("") }; }
    extensions! { Hears() = |app| app.extension::<Self>().observe_named(PATTERN.get(), note_named); }
    PATTERN.set(pattern);
    let mut app = app(host().with::<Hears>());
    app.host().register_event::<PlayerJoined>();
    app.update();
    noted(&mut app);
    app
}

#[test]
fn a_typed_event_is_heard_by_name() {
    let mut app = app_that_hears("player.joined");
    app.world_mut().trigger(PlayerJoined { name: "Ann".into(), gold: 1 });
    assert_eq!(noted(&mut app), r#"player.joined={"gold":1,"name":"Ann"}"#);
    app.terminate_extensions();
}

#[test]
fn an_event_that_is_emitted_by_name_is_heard_as_its_type() {
    extensions! {
        Greets() = |app| app.extension::<Self>().observe(|mut joined: On<PlayerJoined>, mut log: ResMut<Log>| {
            log.note(format!("{} with {}", joined.name, joined.gold));
            joined.gold += 5;
        });
    }
    let mut app = app(host().with::<Greets>());
    let event = app.world_mut().emit("player.joined", json!({"name": "Ann"})).unwrap();
    assert_eq!(event, json!({"name": "Ann", "gold": 5}), "the emitter sees what listeners made of it");
    assert_eq!(noted(&mut app), "Ann with 0");
    app.terminate_extensions();
}

#[test]
fn listeners_by_type_and_by_name_hear_in_one_order_and_see_each_others_changes() {
    fn add(what: &'static str) -> impl FnMut(On<DynamicEvent>) + Send + Sync {
        move |mut event: On<DynamicEvent>| {
            let name = format!("{}{what}", event.value["name"].as_str().unwrap());
            event.value["name"] = name.into();
        }
    }
    extensions! {
        Aa() = |app| app.extension::<Self>()
            .observe(|mut joined: On<PlayerJoined>| joined.name += "1")
            .observe_named("player.*", add("2"))
            .observe_named("*", add("3"))
            .observe(|mut joined: On<PlayerJoined>| joined.name += "4");
        Bb() = |app| app.extension::<Self>().observe_named("player.joined", add("5"));
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.host().observe_named("player.joined", add("7")).unwrap();
    app.add_observer(|mut joined: On<PlayerJoined>| joined.name += "8");
    app.update();
    let mut joined = PlayerJoined { name: "0".into(), gold: 0 };
    app.world_mut().trigger_ref(&mut joined);
    assert_eq!(joined.name, "01234578");
    app.terminate_extensions();
}

#[test]
fn a_value_that_does_not_fit_names_event_field_and_expectation() {
    let mut app = app_that_hears("*");
    let mut check = |value: Value, expected: &str| {
        let error = app.world_mut().emit("player.joined", value).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        json!({"name": 5}),
        "`player.joined` was not emitted: field `name`: invalid type: integer `5`, expected a string",
    );
    check(json!({"gold": 5}), "`player.joined` was not emitted: missing field `name`");
    check(json!({"name": "Ann", "silver": 5}), "`player.joined` was not emitted: field `silver`: no such field");
    check(json!("Ann"), "`player.joined` was not emitted: invalid type: string \"Ann\", expected struct PlayerJoined");
    assert_eq!(noted(&mut app), "");
    app.terminate_extensions();
}

#[test]
fn a_change_that_does_not_fit_is_the_listeners_fault_and_is_lost() {
    extensions! {
        Aa() = |app| app.extension::<Self>().observe_named("player.joined", |mut joined: On<DynamicEvent>| {
            joined.value["gold"] = "much".into();
        });
        Bb() = |app| app.extension::<Self>().observe(|joined: On<PlayerJoined>, mut log: ResMut<Log>| {
            log.note(joined.gold.to_string());
        });
    }
    let mut app = app(host().with::<Aa>().with::<Bb>());
    app.update();
    app.world_mut().trigger(PlayerJoined { name: "Ann".into(), gold: 3 });
    app.update();
    assert_eq!(noted(&mut app), "3");
    assert_eq!(
        faults_of(&app, "Aa"),
        ["in a listener of `player.joined`: field `gold`: invalid type: string \"much\", expected u32"],
    );
    app.terminate_extensions();
}

fn faults_of(app: &App, name: &str) -> Vec<String> {
    let entity = app.world().resource::<Extensions>().entity(name).unwrap();
    let faults = app.world().get::<ExtensionFaults>(entity).unwrap();
    faults.iter().map(|counted| counted.fault.to_string()).collect()
}

#[test]
fn a_name_that_no_type_claims_is_a_dynamic_event() {
    let mut app = app_that_hears("test-event");
    let event = app.world_mut().emit("test-event", json!({"sender": "Quinn"})).unwrap();
    assert_eq!(event, json!({"sender": "Quinn"}));
    assert_eq!(noted(&mut app), r#"test-event={"sender":"Quinn"}"#);
    app.terminate_extensions();
}

#[test]
fn a_pattern_hears_all_names_below_it() {
    let mut app = app_that_hears("a.*");
    for name in ["a", "a.b", "a.b.c", "ab", "ab.c", "b.a"] {
        app.world_mut().emit(name, Value::Null).unwrap();
    }
    assert_eq!(noted(&mut app), "a.b=null a.b.c=null");
    app.terminate_extensions();
}

#[test]
fn who_hears_everything_does_not_hear_what_is_sent_to_somebody_else() {
    extensions! {
        Hears() = |app| app.extension::<Self>().observe_named("*", note_named);
        Other() = |app| app.extension::<Self>();
    }
    let mut app = app(host().with::<Hears>().with::<Other>());
    app.update();
    noted(&mut app);
    app.world_mut().emit_to("Other", "secret", 1).unwrap();
    app.world_mut().emit_to("Hears", "letter", 2).unwrap();
    app.world_mut().emit("news", 3).unwrap();
    assert_eq!(noted(&mut app), "letter=2 news=3");
    app.terminate_extensions();
}

#[test]
fn an_event_by_name_bears_its_emitters_name() {
    extensions! {
        Hears() = |app| app.extension::<Self>().observe_named("news", |news: On<DynamicEvent>, mut log: ResMut<Log>| {
            log.note(format!("{} by {:?}", news.key(), news.sender()));
        });
        Sends() = |app| app.extension::<Self>()
            .add_systems(Init, |mut commands: Commands| commands.emit("news", 1));
    }
    let mut app = app(host().with::<Hears>().with::<Sends>());
    app.update();
    app.world_mut().emit("news", 2).unwrap();
    assert_eq!(noted(&mut app), "news by Some(\"Sends\") news by None");
    app.terminate_extensions();
}

#[test]
fn a_bad_name_says_what_is_wrong() {
    let mut app = app_that_hears("*");
    let error = app.world_mut().emit("player joined", Value::Null).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`player joined` cannot be the name of an event: only words of letters from a to z, digits, `-` and `_`, with dots \
         between them, are allowed",
    );
    let error = app.world_mut().emit("init", Value::Null).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`init` cannot be the name of an event: it is the name of a phase; put a word before it, as in `game.init`",
    );
    app.terminate_extensions();
}

#[test]
fn a_bad_pattern_fails_its_extension() {
    extensions! { Hears() = |app| app.extension::<Self>().observe_named("a.*.b", note_named); }
    let mut app = app(host().with::<Hears>());
    app.update();
    let faults = faults_of(&app, "Hears");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("in `build`: `a.*.b`"), "{}", faults[0]);
}

#[test]
fn an_event_without_serde_is_heard_by_type_only() {
    #[derive(ExtensionEvent)]
    #[event(name = "secret")]
    struct Secret;

    extensions! {
        Everything() = |app| app.extension::<Self>().register_event::<Secret>().observe_named("*", note_named);
        Exact() = |app| app.extension::<Self>().observe_named("secret", note_named);
    }
    let mut app = app(host().with::<Everything>().with::<Exact>());
    app.update();
    noted(&mut app);
    app.world_mut().trigger(Secret);
    assert_eq!(noted(&mut app), "");
    app.update();
    assert_eq!(faults_of(&app, "Everything"), [""; 0], "it did not ask for this one");
    assert_eq!(
        faults_of(&app, "Exact"),
        ["in a listener of `secret`: `Secret` can only be heard as its type, since it does not implement `Serialize`"],
    );
    let error = app.world_mut().emit("secret", Value::Null).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`secret` was not emitted: `Secret` can only be emitted or changed as its type, since it does not implement both \
         `Serialize` and `Deserialize`",
    );
    app.terminate_extensions();
}

#[test]
fn an_alias_stands_for_another_name() {
    extensions! {
        Old() = |app| app.extension::<Self>().observe_named("old.name", note_named);
        New() = |app| app.extension::<Self>().observe_named("new.name", note_named);
        Own() = |app| app.extension::<Self>()
            .add_systems(Init, |mut commands: Commands| commands.emit("old.name", "own"));
    }
    let settings = r#"(
        aliases: {"older.name": "old.name", "old.name": "new.name"},
        aliases_for: {"Own": {"old.name": "other.name"}},
    )"#;
    let mut app = app(host_with(settings).with::<Old>().with::<New>().with::<Own>());
    app.host().observe_named("other.name", note_named).unwrap();
    app.update();
    assert_eq!(noted(&mut app), r#"other.name="own""#);
    app.world_mut().emit("older.name", 1).unwrap();
    assert_eq!(noted(&mut app), "new.name=1 new.name=1");
    app.terminate_extensions();
}

#[test]
fn aliases_that_lead_nowhere_are_reported_at_the_start() {
    extensions! { Hears() = |app| app.extension::<Self>().observe_named("news", note_named); }
    let settings = "(\n    aliases: {\n        \"a\": \"b\",\n        \"b\": \"a\",\n        \"c\": \"gone\",\n        \
                    \"player.joined\": \"news\",\n    },\n)";
    let mut app = app(host_with(settings).with::<Hears>());
    app.host().register_event::<PlayerJoined>();
    app.update();
    let report = app.extension_report().to_text(false);
    let problems = report.split_once("warning").map(|(_, problems)| format!("warning{problems}")).unwrap_or_default();
    assert_eq!(
        problems,
        "warning: aliases of events make a loop, `a -> b -> a`: a name that runs into it means itself
  in: extensions.ron:3:10
      extensions.ron:4:10
  hint: remove one of these aliases
warning: the alias `c -> gone` leads nowhere: nobody emits or hears `gone`
  in: extensions.ron:5:10
  hint: remove this alias
warning: the alias `player.joined -> news` works only by name: whoever emits or hears `player.joined` by its type goes past it
  in: extensions.ron:6:10
  hint: remove this alias, or turn it around: `news -> player.joined`
",
    );
    app.terminate_extensions();
}

#[test]
fn two_types_of_one_name_are_reported_and_the_first_keeps_it() {
    #[derive(ExtensionEvent, Serialize, Deserialize)]
    #[event(name = "player.joined")]
    struct Other;

    let mut app = app(host());
    app.host().register_event::<PlayerJoined>().register_event::<Other>();
    app.update();
    let report = app.extension_report();
    assert_eq!(report.problems.len(), 1);
    assert_eq!(
        report.problems[0].to_string(),
        "the event name `player.joined` is claimed by two types: by name, only the first is reached",
    );
    app.world_mut().emit("player.joined", json!({"name": "Ann"})).unwrap();
    app.terminate_extensions();
}
