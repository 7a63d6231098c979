//! Trees as people see them.

use super::*;
use crate::{Candidate, HostSettings, resolve};

/// Resolves manifests, each a name and the rest, and shows the tree of all.
#[track_caller]
fn check(manifests: &[(&str, &str)], expected: &[&str]) {
    show(manifests, expected, Tree::of);
}

#[track_caller]
fn show(manifests: &[(&str, &str)], expected: &[&str], tree: impl Fn(&Roster<'_>) -> Tree) {
    let text = |(name, rest): &(&str, &str)| format!(r#"(name: "{name}", version: "1.0.0", {rest})"#);
    let candidate = |it| Candidate::from_ron("test.ron", &text(it)).expect("it is a manifest");
    let candidates: Vec<_> = manifests.iter().map(candidate).collect();
    let settings = HostSettings::from_ron("extensions.ron", br#"(disabled: ["Off"])"#).expect("they are settings");
    let resolution = resolve(&candidates, &settings);
    let tree = tree(&Roster::of(&candidates, &settings, &resolution)).to_string();
    assert_eq!(tree.lines().collect::<Vec<_>>(), expected, "\n{tree}");
}

#[test]
fn what_stands_above_in_full_is_not_repeated() {
    check(
        &[
            ("Aa", r#"dependencies: ["Bb", "Cc"]"#),
            ("Bb", r#"dependencies: ["Cc"]"#),
            ("Cc", r#"dependencies: ["Dd"]"#),
            ("Dd", ""),
        ],
        &["Aa 1.0.0", "├─ Bb 1.0.0", "│  └─ Cc 1.0.0", "│     └─ Dd 1.0.0", "└─ Cc 1.0.0 (*)"],
    );
}

#[test]
fn who_needs_nobody_is_shown_wherever_it_is_needed() {
    check(
        &[("Aa", r#"dependencies: ["Cc"]"#), ("Bb", r#"dependencies: ["Cc"]"#), ("Cc", "")],
        &["Aa 1.0.0", "└─ Cc 1.0.0", "Bb 1.0.0", "└─ Cc 1.0.0"],
    );
}

#[test]
fn cycles_end() {
    check(
        &[("Aa", r#"dependencies: ["Bb"]"#), ("Bb", r#"dependencies: ["Aa"]"#), ("Cc", r#"dependencies: ["Bb"]"#)],
        &[
            "Cc 1.0.0 [left out]",
            "└─ Bb 1.0.0 [left out]",
            "   └─ Aa 1.0.0 [left out]",
            "      └─ Bb 1.0.0 [left out] (cycle)",
        ],
    );
    check(&[("Aa", r#"dependencies: ["Aa"]"#)], &["Aa 1.0.0 [left out]", "└─ Aa 1.0.0 [left out] (cycle)"]);
}

#[test]
fn those_in_a_cycle_whom_nobody_else_needs_are_there() {
    check(
        &[("Aa", r#"dependencies: ["Bb"]"#), ("Bb", r#"dependencies: ["Aa"]"#)],
        &["Aa 1.0.0 [left out]", "└─ Bb 1.0.0 [left out]", "   └─ Aa 1.0.0 [left out] (cycle)"],
    );
}

#[test]
fn mere_wishes_are_told_apart() {
    check(
        &[
            ("Aa", r#"dependencies: ["Bb"], optional: ["Cc", "Gone"], after: ["Dd", "Bb", "Nobody"]"#),
            ("Bb", ""),
            ("Cc", ""),
            ("Dd", ""),
            ("Ee", r#"before: ["Aa"]"#),
        ],
        &[
            "Aa 1.0.0",
            "├─ Bb 1.0.0",
            "├─ Cc 1.0.0 (optional)",
            "├─ Gone (optional, not there)",
            "├─ Dd 1.0.0 (after)",
            "└─ Ee 1.0.0 (before)",
        ],
    );
}

#[test]
fn alternatives_stand_together() {
    check(
        &[("Aa", r#"any_of: [["Bb", "Gone ^2"], ["Cc"]]"#), ("Bb", ""), ("Cc", "")],
        &["Aa 1.0.0", "├─ any of", "│  ├─ Bb 1.0.0", "│  └─ Gone ^2 (not there)", "└─ Cc 1.0.0"],
    );
}

#[test]
fn who_lends_its_name_says_whose_it_is() {
    check(
        &[("Aa", r#"dependencies: ["Bank ^2", "Purse"]"#), ("Bb", r#"provides: ["Bank 2.1.0", "Purse"]"#)],
        &["Aa 1.0.0", "├─ Bb 1.0.0 (as Bank 2.1.0)", "└─ Bb 1.0.0 (as Purse)"],
    );
}

#[test]
fn what_cannot_serve_says_why() {
    check(
        &[("Aa", r#"dependencies: ["Bb ^2", "Off", "Gone ^3"]"#), ("Bb", ""), ("Off", "")],
        &["Aa 1.0.0 [left out]", "├─ Bb 1.0.0 (^2 is asked for)", "├─ Off 1.0.0 [disabled]", "└─ Gone ^3 (not there)"],
    );
}

#[test]
fn whoever_needs_one_stands_below_it_if_the_tree_is_turned() {
    show(
        &[
            ("Aa", r#"dependencies: ["Bb"]"#),
            ("Bb", r#"any_of: [["Cc ^1", "Gone"]]"#),
            ("Cc", ""),
            ("Dd", r#"optional: ["Cc"]"#),
            ("Ee", r#"after: ["Cc"]"#),
            ("Ff", ""),
        ],
        &[
            "Cc 1.0.0",
            "├─ Bb 1.0.0 (needs Cc ^1)",
            "│  └─ Aa 1.0.0 (requires Bb)",
            "├─ Dd 1.0.0 (can use Cc)",
            "└─ Ee 1.0.0 (wishes to start after Cc)",
        ],
        |roster| Tree::upwards(roster, "cc").expect("it is there"),
    );
}

#[test]
fn a_long_chain_is_shown_to_its_end() {
    let names: Vec<_> = (0..5000).map(|number| format!("N{number:04}")).collect();
    let needs: Vec<_> = names.iter().skip(1).map(|next| format!(r#"dependencies: ["{next}"]"#)).collect();
    let rest = needs.iter().map(String::as_str).chain([""]);
    let manifests: Vec<_> = names.iter().map(String::as_str).zip(rest).collect();
    let text = |(name, rest): &(&str, &str)| format!(r#"(name: "{name}", version: "1.0.0", {rest})"#);
    let candidate = |it| Candidate::from_ron("test.ron", &text(it)).expect("it is a manifest");
    let candidates: Vec<_> = manifests.iter().map(candidate).collect();
    let (settings, resolution) = (HostSettings::default(), resolve(&candidates, &HostSettings::default()));
    let tree = Tree::of(&Roster::of(&candidates, &settings, &resolution));
    assert_eq!(tree.lines.last().map(|line| line.depth), Some(4999), "the last stands at the end of the chain");
}

#[test]
fn a_misspelt_name_is_understood() {
    show(&[("Economy", "")], &[], |roster| {
        let error = Tree::below(roster, "Ecomony").expect_err("nobody is called so");
        assert_eq!(error.to_string(), "there is no extension `Ecomony`");
        assert_eq!(error.hint().as_deref(), Some("did you mean `Economy`?"));
        Tree::default()
    });
}
