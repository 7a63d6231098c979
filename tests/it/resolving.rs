//! Resolving, rule by rule, with what a person reads.

use bevy_extensions::{Candidate, HostSettings, Resolution, Unavailable, explain, resolve};

/// Resolves manifests, each in a file named after its position: `1.ron`, `2.ron`, ..
#[track_caller]
fn resolution(settings: &str, manifests: &[&str]) -> Resolution {
    let candidate = |(index, text): (usize, &&str)| Candidate::from_ron(&format!("{}.ron", index + 1), text).unwrap();
    let candidates: Vec<_> = manifests.iter().enumerate().map(candidate).collect();
    let mut settings = HostSettings::from_ron("extensions.ron", settings.as_bytes()).unwrap();
    settings.app_version = Some("1.5.0".parse().unwrap());
    resolve(&candidates, &settings)
}

/// Checks the load order and the explanation of all problems.
#[track_caller]
pub fn check_with(settings: &str, manifests: &[&str], order: &str, problems: &str) {
    let resolution = resolution(settings, manifests);
    let names: Vec<_> = resolution.plan.iter().map(|planned| planned.name.as_str()).collect();
    assert_eq!(names.join(" "), order);
    assert_eq!(explain(&resolution.problems).trim_end(), problems);
}

#[track_caller]
fn check(manifests: &[&str], order: &str, problems: &str) {
    check_with("()", manifests, order, problems);
}

const TIME: &str = r#"(name: "Time", version: "1.4.0")"#;

#[test]
fn order_is_by_depth_then_name() {
    check(
        &[
            r#"(name: "Zoo", version: "1.0.0")"#,
            r#"(name: "Alarm", version: "1.0.0", dependencies: ["Clock"])"#,
            r#"(name: "Clock", version: "1.0.0", dependencies: ["Time ^1"])"#,
            r#"(name: "bell", version: "1.0.0", dependencies: ["Time"])"#,
            TIME,
        ],
        "Time Zoo bell Clock Alarm",
        "",
    );
}

#[test]
fn a_diamond_loads_once() {
    check(
        &[
            r#"(name: "Top", version: "1.0.0", dependencies: ["Left", "Right"])"#,
            r#"(name: "Left", version: "1.0.0", dependencies: ["Base"])"#,
            r#"(name: "Right", version: "1.0.0", dependencies: ["Base"])"#,
            r#"(name: "Base", version: "1.0.0")"#,
        ],
        "Base Left Right Top",
        "",
    );
}

#[test]
fn a_missing_requirement_suggests_a_name_like_it() {
    check(
        &["(\n  name: \"Weather\",\n  version: \"1.0.0\",\n  dependencies: [\"Tiem ^1\"],\n)", TIME],
        "Time",
        "error: `Weather` is left out: it requires `Tiem ^1`, which is not there\n  \
           in: 1.ron:4:19\n  \
           hint: did you mean `Time`?",
    );
}

#[test]
fn a_missing_requirement_tells_where_to_get_it() {
    check(
        &[r#"(name: "Weather", version: "1.0.0", dependencies: [(name: "Sun", url: "https://sun.example")])"#],
        "",
        "error: `Weather` is left out: it requires `Sun`, which is not there\n  \
           in: 1.ron:1:60\n  \
           hint: get `Sun` from https://sun.example",
    );
}

#[test]
fn a_wrong_version_names_both_sides() {
    check(
        &[r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^2"])"#, TIME],
        "Time",
        "error: `Weather` is left out: it requires `Time ^2`, but `Time` is 1.4.0\n  \
           in: 1.ron:1:53\n  \
           hint: update `Time`, or ask for `Time ^1` if that is enough",
    );
    check(
        &[r#"(name: "Weather", version: "1.0.0", dependencies: ["Time <1.2"])"#, TIME],
        "Time",
        "error: `Weather` is left out: it requires `Time <1.2`, but `Time` is 1.4.0\n  \
           in: 1.ron:1:53\n  \
           hint: use an older `Time`, or ask for `Time ^1` if that works too",
    );
}

#[test]
fn every_unmet_requirement_is_told() {
    check(
        &[r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^2", "Sun"])"#, TIME],
        "Time",
        "error: `Weather` is left out: it requires `Time ^2`, but `Time` is 1.4.0\n  \
           in: 1.ron:1:53\n  \
           hint: update `Time`, or ask for `Time ^1` if that is enough\n\
         error: `Weather` is left out: it requires `Sun`, which is not there\n  \
           in: 1.ron:1:64\n  \
           hint: add `Sun`; if it is linked into the app, name its crate in `link_extensions!`",
    );
}

#[test]
fn disabling_is_a_choice_and_requiring_the_disabled_a_problem() {
    check_with(
        r#"(disabled: ["time"])"#,
        &[r#"(name: "Weather", version: "1.0.0", dependencies: ["Time"])"#, TIME],
        "",
        "error: `Weather` is left out: it requires `Time`, but `Time` is disabled\n  \
           in: 1.ron:1:53\n  \
           hint: take `Time` out of `disabled` in the host settings, or disable `Weather` too",
    );
    let resolution = resolution(r#"(disabled: ["TIME"])"#, &[TIME]);
    assert!(resolution.problems.is_empty());
    assert_eq!(resolution.disabled, ["Time"]);
}

#[test]
fn consequences_are_folded_under_their_root() {
    check(
        &[
            r#"(name: "Weather", version: "1.0.0", dependencies: ["Sun"])"#,
            r#"(name: "Forecast", version: "1.0.0", dependencies: ["Weather"])"#,
            r#"(name: "Umbrella", version: "1.0.0", dependencies: ["Forecast"])"#,
        ],
        "",
        "error: `Weather` is left out: it requires `Sun`, which is not there\n  \
           in: 1.ron:1:53\n  \
           hint: add `Sun`; if it is linked into the app, name its crate in `link_extensions!`\n  \
           because of it, `Forecast` and `Umbrella` are left out too",
    );
}

#[test]
fn many_consequences_are_counted() {
    let dependents: Vec<_> = (1..=7)
        .map(|number| format!(r#"(name: "User{number}", version: "1.0.0", dependencies: ["Weather"])"#))
        .collect();
    let mut manifests = vec![r#"(name: "Weather", version: "1.0.0", app: "^2")"#];
    manifests.extend(dependents.iter().map(String::as_str));
    check(
        &manifests,
        "",
        "error: `Weather` is left out: it works with app version `^2`, but this one is 1.5.0\n  \
           in: 1.ron:1:43\n  \
           hint: update the app, or use an older `Weather`\n  \
           because of it, `User1`, `User2`, `User3`, `User4`, `User5` and 2 more are left out too",
    );
}

#[test]
fn a_cycle_is_shown_as_a_path_with_its_places() {
    check(
        &[
            r#"(name: "A1", version: "1.0.0", dependencies: ["B1"])"#,
            r#"(name: "B1", version: "1.0.0", dependencies: ["C1"])"#,
            r#"(name: "C1", version: "1.0.0", dependencies: ["A1"])"#,
            r#"(name: "D1", version: "1.0.0", dependencies: ["B1"])"#,
        ],
        "",
        "error: `A1`, `B1` and `C1` are left out: they require each other, `A1 -> B1 -> C1 -> A1`\n  \
           in: 1.ron:1:48\n      \
               2.ron:1:48\n      \
               3.ron:1:48\n  \
           hint: make one of these requirements `optional`, or move what is shared to an extension of its own\n  \
           because of it, `D1` is left out too",
    );
}

#[test]
fn requiring_oneself_is_a_cycle() {
    check(
        &[r#"(name: "Snake", version: "1.0.0", dependencies: ["Snake"])"#],
        "",
        "error: `Snake` is left out: it requires itself, `Snake -> Snake`\n  \
           in: 1.ron:1:51\n  \
           hint: make one of these requirements `optional`, or move what is shared to an extension of its own",
    );
}

#[test]
fn a_cycle_that_an_alternative_avoids_does_no_harm() {
    check(
        &[
            r#"(name: "Shop", version: "1.0.0", any_of: [["Bank", "Purse"]])"#,
            r#"(name: "Bank", version: "1.0.0", dependencies: ["Shop"])"#,
            r#"(name: "Purse", version: "1.0.0")"#,
        ],
        "Purse Shop Bank",
        "",
    );
}

#[test]
fn one_of_a_group_is_enough() {
    check(&[r#"(name: "Shop", version: "1.0.0", any_of: [["Bank ^1", "Time ^1"]])"#, TIME], "Time Shop", "");
    check(
        &[r#"(name: "Shop", version: "1.0.0", any_of: [["Bank ^1", "Time ^2"]])"#, TIME],
        "Time",
        "error: `Shop` is left out: it needs `Bank ^1` or `Time ^2`, but `Bank` is not there, and `Time` is 1.4.0\n  \
           in: 1.ron:1:45\n  \
           hint: add `Bank`; if it is linked into the app, name its crate in `link_extensions!`",
    );
    check(
        &[r#"(name: "Shop", version: "1.0.0", any_of: [[]])"#],
        "",
        "error: `Shop` is left out: it needs one of an empty list of alternatives\n  \
           in: 1.ron\n  \
           hint: name at least one alternative, or remove the empty group",
    );
}

#[test]
fn a_provided_name_serves_like_an_own_one() {
    let watch = r#"(name: "Watch", version: "0.1.0", provides: ["Time 1.4.0"])"#;
    check(&[r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^1"])"#, watch], "Watch Weather", "");
    check(
        &[r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^2"])"#, watch],
        "Watch",
        "error: `Weather` is left out: it requires `Time ^2`, but `Watch` provides it at 1.4.0\n  \
           in: 1.ron:1:53\n  \
           hint: update `Watch`, or ask for `Time ^1` if that is enough",
    );
}

#[test]
fn whoever_cannot_bear_another_goes() {
    check(
        &[r#"(name: "Owl", version: "1.0.0", conflicts: ["Time ^1"])"#, TIME],
        "Time",
        "error: `Owl` is left out: it cannot run beside `Time ^1`, and `Time` 1.4.0 is there\n  \
           in: 1.ron:1:46\n  \
           hint: disable `Owl` or `Time` in the host settings",
    );
    check(&[r#"(name: "Owl", version: "1.0.0", conflicts: ["Time ^2"])"#, TIME], "Owl Time", "");
}

#[test]
fn of_two_that_cannot_bear_each_other_the_later_name_goes() {
    check(
        &[
            r#"(name: "Dog", version: "1.0.0", conflicts: ["Cat"])"#,
            r#"(name: "Cat", version: "1.0.0", conflicts: ["Dog"])"#,
        ],
        "Cat",
        "error: `Dog` is left out: it cannot run beside `Cat`, and `Cat` 1.0.0 is there\n  \
           in: 1.ron:1:46\n  \
           hint: disable `Dog` or `Cat` in the host settings",
    );
}

#[test]
fn a_conflict_with_somebody_who_goes_anyway_does_no_harm() {
    check(
        &[
            r#"(name: "Ant", version: "1.0.0", conflicts: ["Bee"])"#,
            r#"(name: "Bee", version: "1.0.0", conflicts: ["Cow"])"#,
            r#"(name: "Cow", version: "1.0.0")"#,
        ],
        "Ant Cow",
        "error: `Bee` is left out: it cannot run beside `Cow`, and `Cow` 1.0.0 is there\n  \
           in: 2.ron:1:46\n  \
           hint: disable `Bee` or `Cow` in the host settings",
    );
}

#[test]
fn whoever_lost_to_one_that_does_not_start_is_let_in_again() {
    check(
        &[
            r#"(name: "Ant", version: "1.0.0", conflicts: ["Bee"])"#,
            r#"(name: "Bee", version: "1.0.0", dependencies: ["Dog"])"#,
            r#"(name: "Dog", version: "1.0.0", conflicts: ["Eel"])"#,
            r#"(name: "Eel", version: "1.0.0")"#,
        ],
        "Ant Eel",
        "error: `Dog` is left out: it cannot run beside `Eel`, and `Eel` 1.0.0 is there\n  \
           in: 3.ron:1:46\n  \
           hint: disable `Dog` or `Eel` in the host settings\n  \
           because of it, `Bee` is left out too",
    );
}

#[test]
fn who_lost_a_conflict_does_not_bear_on_the_order_of_the_others() {
    let others = [
        r#"(name: "Cc", version: "1.0.0")"#,
        r#"(name: "Dd", version: "1.0.0", any_of: [["Ff"], ["Cc"]])"#,
        r#"(name: "Ee", version: "1.0.0", any_of: [["Dd", "Cc"], ["Cc", "Bb"]], provides: ["Ff", "Bb"])"#,
        r#"(name: "Ff", version: "1.0.0")"#,
    ];
    check(&others, "Cc Ff Ee Dd", "");
    let mut all = vec![r#"(name: "Bb", version: "1.0.0", conflicts: ["Bb"])"#];
    all.extend(others);
    let resolution = resolution("()", &all);
    let names: Vec<_> = resolution.plan.iter().map(|planned| planned.name.as_str()).collect();
    assert_eq!(names, ["Cc", "Ff", "Ee", "Dd"]);
}

#[test]
fn a_disabled_provider_is_named() {
    check_with(
        r#"(disabled: ["Redis"])"#,
        &[
            r#"(name: "Shop", version: "1.0.0", dependencies: ["Storage"])"#,
            r#"(name: "Redis", version: "1.0.0", provides: ["Storage"])"#,
        ],
        "",
        "error: `Shop` is left out: it requires `Storage`, but `Redis`, which provides it, is disabled\n  \
           in: 1.ron:1:50\n  \
           hint: take `Redis` out of `disabled` in the host settings, or disable `Shop` too",
    );
}

#[test]
fn a_prerelease_serves_whoever_takes_any_version() {
    check(
        &[r#"(name: "Shop", version: "1.0.0", dependencies: ["Bank"])"#, r#"(name: "Bank", version: "2.0.0-rc.1")"#],
        "Bank Shop",
        "",
    );
}

#[test]
fn nobody_serves_itself_by_a_name_that_it_provides() {
    check(
        &[r#"(name: "Bank", version: "1.0.0", dependencies: ["Storage"], provides: ["Storage"])"#],
        "",
        "error: `Bank` is left out: it requires `Storage`, which is not there\n  \
           in: 1.ron:1:50\n  \
           hint: add `Storage`; if it is linked into the app, name its crate in `link_extensions!`",
    );
}

#[test]
fn wishes_move_without_requiring() {
    check(
        &[
            r#"(name: "Alpha", version: "1.0.0", after: ["Time", "Nobody"])"#,
            r#"(name: "Omega", version: "1.0.0", before: ["Time"])"#,
            r#"(name: "Using", version: "1.0.0", optional: ["Alpha ^1", "Nothing"])"#,
            TIME,
        ],
        "Omega Time Alpha Using",
        "",
    );
}

#[test]
fn an_optional_version_that_does_not_fit_is_told() {
    check(
        &[r#"(name: "Alpha", version: "1.0.0", optional: ["Time ^2"])"#, TIME],
        "Alpha Time",
        "notice: `Alpha` does without `Time`: it can use `Time ^2`, but `Time` is 1.4.0\n  \
           in: 1.ron:1:47\n  \
           hint: update `Time`, or ask for `Time ^1` if that is enough",
    );
}

#[test]
fn a_wish_that_closes_a_cycle_is_dropped() {
    check(
        &[
            r#"(name: "Egg", version: "1.0.0", after: ["Hen"])"#,
            r#"(name: "Hen", version: "1.0.0", dependencies: ["Egg"])"#,
        ],
        "Egg Hen",
        "warning: `Egg` wishes to start after `Hen`, which would make a cycle, `Egg -> Hen -> Egg`: the wish is dropped\n  \
           in: 1.ron:1:42\n  \
           hint: take this wish out of `after`, or loosen another step of the cycle",
    );
}

#[test]
fn optional_weighs_more_than_after_and_an_earlier_name_more_than_a_later() {
    check(
        &[
            r#"(name: "Egg", version: "1.0.0", after: ["Hen"])"#,
            r#"(name: "Hen", version: "1.0.0", optional: ["Egg"])"#,
        ],
        "Egg Hen",
        "warning: `Egg` wishes to start after `Hen`, which would make a cycle, `Egg -> Hen -> Egg`: the wish is dropped\n  \
           in: 1.ron:1:42\n  \
           hint: take this wish out of `after`, or loosen another step of the cycle",
    );
    check(
        &[r#"(name: "Hen", version: "1.0.0", before: ["Egg"])"#, r#"(name: "Egg", version: "1.0.0", before: ["Hen"])"#],
        "Egg Hen",
        "warning: `Hen` wishes to start before `Egg`, which would make a cycle, `Egg -> Hen -> Egg`: the wish is dropped\n  \
           in: 1.ron:1:43\n  \
           hint: take this wish out of `before`, or loosen another step of the cycle",
    );
}

#[test]
fn of_one_name_the_highest_version_is_used_then_the_earlier_source() {
    check(
        &[
            r#"(name: "Time", version: "1.4.0")"#,
            r#"(name: "TIME", version: "1.10.0")"#,
            r#"(name: "Weather", version: "1.0.0", dependencies: ["Time =1.10.0"])"#,
        ],
        "TIME Weather",
        "warning: `TIME` is there twice: 1.10.0 is used, 1.4.0 is passed over\n  \
           in: 2.ron\n      \
               1.ron\n  \
           hint: remove the one you do not want",
    );
    check(
        &[TIME, TIME],
        "Time",
        "warning: `Time` is there twice: 1.4.0 is used, 1.4.0 is passed over\n  \
           in: 1.ron\n      \
               2.ron\n  \
           hint: remove the one you do not want",
    );
}

#[test]
fn an_artifact_that_cannot_be_had_leaves_out() {
    let manifest = r#"(name: "Museum", version: "1.0.0", external: (artifacts: ["org.example:vase:1.0"]))"#;
    let mut museum = Candidate::from_ron("museum.ron", manifest).unwrap();
    let vase = museum.manifest.external.artifacts[0].artifact.clone();
    museum.unavailable.push(Unavailable::not_built_in(vase));
    let resolution = resolve(&[museum], &HostSettings::default());
    assert!(resolution.plan.iter().next().is_none());
    assert_eq!(
        explain(&resolution.problems).trim_end(),
        "error: `Museum` is left out: it needs the artifact `org.example:vase:1.0`: this app fetches no artifacts\n  \
           in: museum.ron:1:60\n  \
           hint: turn on the feature `artifacts` of `bevy_extensions`",
    );
}

#[test]
fn an_absent_version_reads_as_zero_with_a_notice() {
    check(
        &[r#"(name: "Time")"#, r#"(name: "Weather", version: "0.0.0", dependencies: ["Time =0.0.0"])"#],
        "Time Weather",
        "notice: `Time` gives no version, which reads as 0.0.0\n  \
           in: 1.ron\n  \
           hint: add `version: \"1.0.0\"`",
    );
}

#[test]
fn host_settings_that_name_nobody_are_told() {
    check_with(
        "(\n  disabled: [\"Tiem\"],\n  settings: {\"Weather\": ()},\n  limits_for: {\"Shop\": (frame_us: 5)},\n)",
        &[TIME],
        "Time",
        "warning: the host settings name `Tiem` in `disabled`, but there is no such extension\n  \
           in: extensions.ron:2:15\n  \
           hint: did you mean `Time`?\n\
         warning: the host settings name `Shop` in `limits_for`, but there is no such extension\n  \
           in: extensions.ron:4:17\n  \
           hint: remove `Shop`, or add the extension\n\
         warning: the host settings name `Weather` in `settings`, but there is no such extension\n  \
           in: extensions.ron:3:25\n  \
           hint: remove `Weather`, or add the extension",
    );
}
