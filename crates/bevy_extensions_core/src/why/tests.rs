//! Explanations as people see them.

use super::*;
use crate::{Candidate, HostSettings, Standing, resolve};

/// Resolves manifests, each a file and its text, and explains one.
#[track_caller]
fn check(manifests: &[(&str, &str)], name: &str, expected: &[&str]) {
    let candidate = |(file, text): &(&str, &str)| Candidate::from_ron(file, text).expect("it is a manifest");
    let candidates: Vec<_> = manifests.iter().map(candidate).collect();
    let settings = br#"(disabled: ["Off"])"#;
    let settings = HostSettings::from_ron("extensions.ron", settings).expect("they are settings");
    let resolution = resolve(&candidates, &settings);
    let why = Why::of(&Roster::of(&candidates, &settings, &resolution), name).expect("it is there").to_string();
    assert_eq!(why.lines().collect::<Vec<_>>(), expected, "\n{why}");
}

#[test]
fn whom_nobody_needs_is_there_by_itself() {
    check(
        &[("a.ron", r#"(name: "Aa", version: "1.2.0")"#)],
        "aa",
        &["`Aa` 1.2.0 starts", "  in: a.ron", "nobody needs it: it is there, and nothing keeps it from starting"],
    );
}

#[test]
fn of_several_it_says_which_is_used_and_why() {
    check(
        &[
            ("a.ron", r#"(name: "Aa", version: "1.2.0")"#),
            ("b.ron", r#"(name: "Aa", version: "1.3.0")"#),
            ("c.ron", r#"(name: "Aa", version: "1.3.0")"#),
        ],
        "Aa",
        &[
            "`Aa` 1.3.0 starts",
            "  in: b.ron",
            "`Aa` is there twice: 1.3.0 is used, 1.3.0 is passed over, since it was searched later",
            "  in: b.ron",
            "      c.ron",
            "  hint: remove the one you do not want",
            "`Aa` is there twice: 1.3.0 is used, 1.2.0 is passed over, since its version is lower",
            "  in: b.ron",
            "      a.ron",
            "  hint: remove the one you do not want",
            "nobody needs it: it is there, and nothing keeps it from starting",
        ],
    );
}

#[test]
fn what_is_disabled_is_so_by_the_host_settings() {
    check(
        &[("off.ron", r#"(name: "Off", version: "1.0.0")"#)],
        "off",
        &[
            "`Off` is disabled in the host settings",
            "  in: extensions.ron:1:14",
            "  hint: take `Off` out of `disabled` in the host settings",
        ],
    );
}

#[test]
fn the_chain_leads_down_to_the_root() {
    check(
        &[
            ("a.ron", r#"(name: "Aa", version: "1.0.0", dependencies: ["Bb"])"#),
            ("b.ron", r#"(name: "Bb", version: "1.0.0", dependencies: ["Off"])"#),
            ("off.ron", r#"(name: "Off", version: "1.0.0")"#),
        ],
        "Aa",
        &[
            "`Aa` is left out because of `Bb`",
            "  in: a.ron:1:48",
            "`Bb` is left out: it requires `Off`, but `Off` is disabled",
            "  in: b.ron:1:48",
            "  hint: take `Off` out of `disabled` in the host settings, or disable `Bb` too",
            "`Off` is disabled in the host settings",
            "  in: extensions.ron:1:14",
            "  hint: take `Off` out of `disabled` in the host settings",
        ],
    );
}

#[test]
fn a_cycle_is_told_once() {
    check(
        &[
            ("a.ron", r#"(name: "Aa", version: "1.0.0", dependencies: ["Bb"])"#),
            ("b.ron", r#"(name: "Bb", version: "1.0.0", dependencies: ["Aa"])"#),
            ("c.ron", r#"(name: "Cc", version: "1.0.0", dependencies: ["Bb"])"#),
        ],
        "Cc",
        &[
            "`Cc` is left out because of `Bb`",
            "  in: c.ron:1:48",
            "`Aa` and `Bb` are left out: they require each other, `Aa -> Bb -> Aa`",
            "  in: a.ron:1:48",
            "      b.ron:1:48",
            "  hint: make one of these requirements `optional`, or move what is shared to an extension of its own",
        ],
    );
}

#[test]
fn a_host_says_more() {
    let town = Candidate::from_ron("town.ron", r#"(name: "Town", version: "1.0.0")"#).expect("it is a manifest");
    let settings = HostSettings::default();
    let roster = Roster::new(&[], &settings).with(&town, Standing::down("suspended"));
    let failed = WhyStep::new("`Economy` has failed in Init: no money").at(Location::new("src/lib.rs", 7, 0));
    assert_eq!(
        Why::of(&roster, "Town").expect("it is there").with(failed.hint("earn some")).to_string(),
        "`Town` 1.0.0 is suspended\n  in: town.ron\n\
         `Economy` has failed in Init: no money\n  in: src/lib.rs:7\n  hint: earn some\n",
    );
}
