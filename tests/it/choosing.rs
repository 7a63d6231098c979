//! Who serves a name, and which event a name means: what host settings choose, and what is said about bad choices.

use std::collections::{BTreeMap, BTreeSet};

use bevy_extensions_core::{EventName, ExtensionName, HostSettings, InterfaceName, Location, Problem, explain};
use proptest::{collection::btree_map, prelude::*, sample::select};

use crate::{resolving::check_with, resolving_properties::always};

const WEATHER: &str = r#"(name: "Weather", version: "1.4.0")"#;
const BETTER: &str = r#"(name: "BetterWeather", version: "0.9.0", provides: ["Weather 1.5.0"])"#;
const TOWN: &str = r#"(name: "Town", version: "1.0.0", dependencies: ["Weather ^1.2"])"#;
const PROUD: &str = r#"(name: "Zephyr", version: "0.9.0")"#;

/// Resolves manifests that are all fine, and checks what is said about aliases.
#[track_caller]
fn check_aliases(settings: &str, problems: &str) {
    check_with(settings, &[WEATHER], "Weather", problems);
}

/// Checks what a problem says that only the app can find.
#[track_caller]
fn check_problem(problem: Problem, expected: &str) {
    assert_eq!(explain(&[problem]).trim_end(), expected);
}

fn event(name: &str) -> EventName {
    name.parse().unwrap()
}

fn name(name: &str) -> ExtensionName {
    name.parse().unwrap()
}

fn place(column: u32) -> Location {
    Location::new("extensions.ron", 1, column)
}

#[test]
fn whoever_depends_on_a_name_starts_after_the_one_chosen_for_it() {
    check_with("()", &[TOWN, WEATHER, r#"(name: "Zephyr", version: "1.4.0")"#], "Weather Zephyr Town", "");
    let zoo = r#"(name: "Zoo", version: "1.4.0", after: ["Weather"])"#;
    check_with("()", &[TOWN, WEATHER, zoo], "Weather Town Zoo", "");
    check_with(r#"(choose: {"weather": "Zoo"})"#, &[TOWN, WEATHER, zoo], "Weather Zoo Town", "");
    check_with(r#"(choose_for: {"Town": {"weather": "Zoo"}})"#, &[TOWN, WEATHER, zoo], "Weather Zoo Town", "");
    check_with(
        r#"(choose: {"weather": "Zoo"}, choose_for: {"Town": {"weather": "Weather"}})"#,
        &[TOWN, WEATHER, zoo],
        "Weather Town Zoo",
        "",
    );
}

#[test]
fn optional_and_alternative_names_are_served_by_the_chosen_too() {
    let zoo = r#"(name: "Zoo", version: "1.4.0")"#;
    let optional = r#"(name: "Town", version: "1.0.0", optional: ["Weather"])"#;
    check_with(r#"(choose: {"Weather": "Zoo"})"#, &[optional, zoo], "Zoo Town", "");
    let either = r#"(name: "Town", version: "1.0.0", any_of: [["Weather", "Climate"]])"#;
    check_with(r#"(choose: {"Climate": "Zoo"})"#, &[either, WEATHER, zoo], "Weather Zoo Town", "");
}

#[test]
fn a_choice_meets_no_need() {
    check_with(
        r#"(choose: {"Weather": "Zephyr"})"#,
        &[TOWN, PROUD],
        "Zephyr",
        "error: `Town` is left out: it requires `Weather ^1.2`, which is not there\n  \
           in: 1.ron:1:50\n  \
           hint: add `Weather`; if it is linked into the app, name its crate in `link_extensions!`",
    );
}

#[test]
fn an_order_after_the_chosen_that_closes_a_cycle_is_dropped() {
    let needy = r#"(name: "Zephyr", version: "1.4.0", dependencies: ["Town"])"#;
    check_with(
        "(\n  choose: {\"Weather\": \"Zephyr\"},\n)",
        &[TOWN, WEATHER, needy],
        "Weather Town Zephyr",
        "warning: `Town` should start after the chosen `Zephyr`, which would make a cycle, `Town -> Zephyr -> \
         Town`: only the order is dropped\n  \
           in: extensions.ron:2:13\n  \
           hint: choose another in the host settings, or loosen another step of the cycle",
    );
    let late = r#"(name: "Zephyr", version: "1.4.0", after: ["Town"])"#;
    check_with(
        r#"(choose: {"Weather": "Zephyr"})"#,
        &[TOWN, WEATHER, late],
        "Weather Zephyr Town",
        "warning: `Zephyr` wishes to start after `Town`, which would make a cycle, `Zephyr -> Town -> Zephyr`: the \
         wish is dropped\n  \
           in: 3.ron:1:45\n  \
           hint: take this wish out of `after`, or loosen another step of the cycle",
    );
}

#[test]
fn a_chosen_one_that_is_not_there_suggests_a_name_like_it() {
    check_with(
        "(\n  choose: {\"Weather\": \"BeterWeather\"},\n)",
        &[WEATHER, BETTER],
        "BetterWeather Weather",
        "warning: the host settings choose `BeterWeather` to serve `Weather`, but there is no such extension\n  \
           in: extensions.ron:2:24\n  \
           hint: did you mean `BetterWeather`?",
    );
    check_with(
        r#"(choose_for: {"Weather": {"storage": "Redis"}})"#,
        &[WEATHER],
        "Weather",
        "warning: the host settings choose `Redis` to serve `storage` to `Weather`, but there is no such extension\n  \
           in: extensions.ron:1:39\n  \
           hint: remove this choice, or add the extension",
    );
}

#[test]
fn a_chosen_one_that_does_not_start_is_told() {
    check_with(
        r#"(disabled: ["BetterWeather"], choose: {"Weather": "BetterWeather"})"#,
        &[WEATHER, BETTER],
        "Weather",
        "warning: the host settings choose `BetterWeather` to serve `Weather`, but it is disabled\n  \
           in: extensions.ron:1:52\n  \
           hint: take `BetterWeather` out of `disabled` in the host settings, or remove this choice",
    );
    check_with(
        r#"(choose: {"Weather": "Zephyr"})"#,
        &[WEATHER, r#"(name: "Zephyr", version: "1.0.0", app: "^7")"#],
        "Weather",
        "error: `Zephyr` is left out: it works with app version `^7`, but this one is 1.5.0\n  \
           in: 2.ron:1:42\n  \
           hint: update the app, or use an older `Zephyr`\n\
         warning: the host settings choose `Zephyr` to serve `Weather`, but it is left out\n  \
           in: extensions.ron:1:23\n  \
           hint: mend `Zephyr`, or remove this choice",
    );
}

#[test]
fn a_chosen_version_that_was_not_asked_for_names_both_sides() {
    check_with(r#"(choose: {"Weather": "BetterWeather"})"#, &[TOWN, WEATHER, BETTER], "BetterWeather Weather Town", "");
    check_with(
        "(\n  choose: {\"Weather\": \"Zephyr\"},\n)",
        &[TOWN, WEATHER, PROUD],
        "Weather Zephyr Town",
        "warning: `Town` asks for `Weather ^1.2`, but the host settings choose `Zephyr` to serve it, which counts \
         as 0.9.0: the choice stands\n  \
           in: extensions.ron:2:13\n      \
               1.ron:1:50\n  \
           hint: update `Zephyr`, or choose another for `Weather`",
    );
    let newer = r#"(name: "Zephyr", version: "1.3.0", provides: ["Weather 2.0.0"])"#;
    check_with(
        r#"(choose_for: {"Town": {"Weather": "Zephyr"}})"#,
        &[TOWN, WEATHER, newer],
        "Weather Zephyr Town",
        "warning: `Town` asks for `Weather ^1.2`, but the host settings choose `Zephyr` to serve it, which counts \
         as 2.0.0: the choice stands\n  \
           in: extensions.ron:1:25\n      \
               1.ron:1:50\n  \
           hint: use an older `Zephyr`, or choose another for `Weather`",
    );
}

#[test]
fn a_name_provided_without_version_fits_whoever_is_served() {
    let vague = r#"(name: "Zephyr", version: "0.1.0", provides: ["Weather"])"#;
    check_with(r#"(choose: {"Weather": "Zephyr"})"#, &[TOWN, WEATHER, vague], "Weather Zephyr Town", "");
}

#[test]
fn settings_for_extensions_that_are_not_there_are_told() {
    check_with(
        "(\n  choose_for: {\"Twon\": {\"Weather\": \"Weather\"}},\n  aliases_for: {\"Nobody\": {\"a\": \"b\"}},\n)",
        &[TOWN, WEATHER],
        "Weather Town",
        "warning: the host settings name `Twon` in `choose_for`, but there is no such extension\n  \
           in: extensions.ron:2:17\n  \
           hint: did you mean `Town`?\n\
         warning: the host settings name `Nobody` in `aliases_for`, but there is no such extension\n  \
           in: extensions.ron:3:18\n  \
           hint: remove `Nobody`, or add the extension",
    );
}

#[test]
fn aliases_are_followed_and_own_ones_go_first() {
    let settings = HostSettings::from_ron(
        "extensions.ron",
        br#"(
            aliases: {"a": "b", "b": "c"},
            aliases_for: {"Town": {"b": "x", "x": "a.b"}},
        )"#,
    )
    .unwrap();
    let alias_of = |who, name| settings.alias_of(who, &event(name)).to_string();
    assert_eq!(["a", "b", "c"].map(|name| alias_of(None, name)), ["c", "c", "c"]);
    let town = name("town");
    assert_eq!(["a", "b", "x", "A"].map(|name| alias_of(Some(&town), name)), ["a.b", "a.b", "a.b", "A"]);
    assert_eq!(alias_of(Some(&name("Weather")), "a"), "c");
}

#[test]
fn an_alias_loop_is_shown_once_as_a_path_with_its_places() {
    check_aliases(
        "(\n  aliases: {\"b\": \"c\", \"c\": \"a\", \"a\": \"b\", \"z\": \"c\"},\n)",
        "warning: aliases of events make a loop, `a -> b -> c -> a`: a name that runs into it means itself\n  \
           in: extensions.ron:2:34\n      \
               extensions.ron:2:14\n      \
               extensions.ron:2:24\n  \
           hint: remove one of these aliases",
    );
    check_aliases(
        r#"(aliases: {"a": "a"})"#,
        "warning: aliases of events make a loop, `a -> a`: a name that runs into it means itself\n  \
           in: extensions.ron:1:13\n  \
           hint: remove one of these aliases",
    );
    check_aliases(
        "(\n  aliases: {\"a\": \"b\"},\n  aliases_for: {\"Weather\": {\"b\": \"a\", \"d\": \"a\"}},\n)",
        "warning: aliases of events for `Weather` make a loop, `a -> b -> a`: a name that runs into it means itself\n  \
           in: extensions.ron:2:14\n      \
               extensions.ron:3:30\n  \
           hint: remove one of these aliases",
    );
}

#[test]
fn a_loop_that_own_aliases_avoid_is_none_for_that_extension() {
    let settings = r#"(aliases: {"a": "b", "b": "a"}, aliases_for: {"Weather": {"b": "c"}})"#;
    let settings = HostSettings::from_ron("extensions.ron", settings.as_bytes()).unwrap();
    assert_eq!(settings.alias_of(Some(&name("Weather")), &event("a")), "c");
    assert_eq!(settings.alias_of(None, &event("a")), "a");
}

#[test]
fn every_alias_leads_where_steps_lead() {
    let names = || select(&["a", "b", "c", "d"][..]).prop_map(event);
    let aliases = || btree_map(names(), names(), 0..4);
    always(&(aliases(), aliases(), names()), |(everyone, own, said)| {
        let mut settings = HostSettings::default();
        settings.aliases = everyone.clone();
        settings.aliases_for = BTreeMap::from([(name("Town"), own.clone())]);

        let (mut meant, mut passed) = (said.clone(), BTreeSet::new());
        while let Some(next) = own.get(&meant).or(everyone.get(&meant)) {
            if !passed.insert(std::mem::replace(&mut meant, next.clone())) {
                break;
            }
        }
        let expected = if passed.contains(&meant) { &said } else { &meant };
        prop_assert_eq!(&settings.alias_of(Some(&name("Town")), &said), expected);
        Ok(())
    });
}

#[test]
fn what_only_the_app_can_find_says_what_to_try() {
    let of = Some(name("Town"));
    let (from, to) = (event("guest.came"), event("player.joind"));
    let near = Some(event("player.joined"));
    check_problem(
        Problem::DanglingAlias { of: of.clone(), from: from.clone(), to: to.clone(), near, at: Some(place(12)) },
        "warning: the alias `guest.came -> player.joind` for `Town` leads nowhere: nobody emits or hears \
         `player.joind`\n  \
           in: extensions.ron:1:12\n  \
           hint: did you mean `player.joined`?",
    );
    check_problem(
        Problem::DanglingAlias { of: None, from: from.clone(), to: to.clone(), near: None, at: None },
        "warning: the alias `guest.came -> player.joind` leads nowhere: nobody emits or hears `player.joind`\n  \
           hint: remove this alias",
    );
    check_problem(
        Problem::AliasOfType { of, from: from.clone(), to, at: Some(place(12)) },
        "warning: the alias `guest.came -> player.joind` for `Town` works only by name: whoever emits or hears \
         `guest.came` by its type goes past it\n  \
           in: extensions.ron:1:12\n  \
           hint: remove this alias, or turn it around: `player.joind -> guest.came`",
    );
    check_problem(
        Problem::EventNameTwice { name: from, first: place(1), second: place(2) },
        "warning: the event name `guest.came` is claimed by two types: by name, only the first is reached\n  \
           in: extensions.ron:1:1\n      \
               extensions.ron:1:2\n  \
           hint: give one of the two another name, with `#[event(name = \"..\")]`",
    );
}

#[test]
fn what_only_the_app_can_find_about_interfaces_says_what_to_try() {
    let interface = || "storage".parse::<InterfaceName>().unwrap();
    let (unused, driver, at) = ("strage".parse::<InterfaceName>().unwrap(), name("Redis"), place(3));
    check_problem(
        Problem::UnusedChoice { name: unused.clone(), importer: None, near: Some(interface()), at: None },
        "warning: the host settings choose who serves `strage`, but no extension or interface has that name\n  \
           hint: did you mean `storage`?",
    );
    check_problem(
        Problem::UnusedChoice { name: unused, importer: Some(name("Town")), near: None, at: Some(place(9)) },
        "warning: the host settings choose who serves `strage` to `Town`, but no extension or interface has that \
         name\n  \
           in: extensions.ron:1:9\n  \
           hint: remove this choice",
    );
    check_problem(
        Problem::UnknownInterface { interface: interface(), driver: driver.clone(), near: None, at: at.clone() },
        "warning: `Redis` has a driver for the interface `storage`, which nobody declares\n  \
           in: extensions.ron:1:3\n  \
           hint: declare `storage`, or add the extension that does",
    );
    check_problem(
        Problem::MissingMethod { interface: interface(), driver: driver.clone(), method: "get".into(), at: at.clone() },
        "warning: the driver of `Redis` for the interface `storage` lacks the method `get`, which is required\n  \
           in: extensions.ron:1:3\n  \
           hint: add `get` to the driver",
    );
    check_problem(
        Problem::InterfaceTwice { name: interface(), first: driver, second: name("Sled"), at },
        "warning: `Redis` and `Sled` declare the interface `storage` differently: that of `Redis` counts\n  \
           in: extensions.ron:1:3\n  \
           hint: declare it in one of the two, and let the other require that one",
    );
}
