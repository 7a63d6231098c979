//! What holds for every resolution, tried on many small made-up graphs of extensions.
//!
//! The cases are the same in every run. `PROPTEST_CASES=20000` tries more, `PROPTEST_RNG_SEED=7` tries others.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt,
};

use bevy_extensions_core::{
    Candidate, Cause, Dependency, EdgeKind, ExtensionName, HostSettings, InterfaceName, Manifest, Problem, Provided,
    Resolution, Severity, Source, Unavailable, explain, parse_range, parse_version, resolve,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{RngSeed, TestCaseResult, TestRunner},
};

use crate::reference_resolver::{Found, Kind, judge};

#[test]
fn plan_is_sorted_by_depth_over_its_edges_then_by_name() {
    always(&cases(), |case| {
        let plan = case.resolve().plan;
        for (position, planned) in plan.iter().enumerate() {
            let earlier = plan.edges_from(position);
            prop_assert!(earlier.iter().all(|edge| edge.from == position && edge.to < position));
            let depth = earlier.iter().map(|edge| plan.get(edge.to).unwrap().depth + 1).max().unwrap_or(0);
            prop_assert_eq!(planned.depth, depth, "the depth of {}", &planned.name);
        }
        prop_assert!(plan.iter().is_sorted_by_key(|planned| (planned.depth, planned.name.clone())));
        prop_assert_eq!(plan.edges().len(), (0..plan.len()).map(|who| plan.edges_from(who).len()).sum::<usize>());
        Ok(())
    });
}

#[test]
fn every_need_in_the_plan_is_served_by_somebody_earlier() {
    always(&cases(), |case| {
        let plan = case.resolve().plan;
        let manifests: Vec<_> = plan.iter().map(|planned| case.manifest(planned.candidate)).collect();
        for (position, manifest) in manifests.iter().enumerate() {
            prop_assert_eq!(plan.unmet_need(position, |other| other < position), None);
            let served = |need: &Dependency| manifests[..position].iter().any(|earlier| serves(earlier, need));
            prop_assert!(manifest.dependencies.iter().all(served), "a requirement of {}", &manifest.name);
            prop_assert!(manifest.any_of.iter().all(|group| group.iter().any(served)), "a group of {}", &manifest.name);
        }
        Ok(())
    });
}

#[test]
fn every_need_in_the_plan_has_an_edge() {
    always(&cases(), |case| {
        let plan = case.resolve().plan;
        for (position, planned) in plan.iter().enumerate() {
            let manifest = case.manifest(planned.candidate);
            for (kind, wishes) in
                [(EdgeKind::Requires, manifest.dependencies.len()), (EdgeKind::AnyOf, manifest.any_of.len())]
            {
                let edges = plan.edges_from(position);
                let has_edge = |wish| edges.iter().any(|edge| (edge.kind, edge.wish) == (kind, wish));
                prop_assert!((0..wishes).all(has_edge), "{:?} of {}", kind, &planned.name);
            }
        }
        Ok(())
    });
}

#[test]
fn every_wish_that_can_be_granted_has_an_edge_or_is_reported_as_dropped() {
    always(&cases(), |case| {
        let Resolution { plan, problems, .. } = case.resolve();
        let dropped = |who: &ExtensionName, wish: EdgeKind, whom: &ExtensionName| {
            problems.iter().any(|problem| match problem {
                Problem::WishDropped { extension, kind, other, .. } => (extension, *kind, other) == (who, wish, whom),
                _ => false,
            })
        };
        for (here, planned) in plan.iter().enumerate() {
            let manifest = case.manifest(planned.candidate);
            let there = |other: &ExtensionName| plan.position(other).filter(|there| *there != here);
            let edge = |from, to, kind| plan.edges_from(from).iter().any(|edge| (edge.to, edge.kind) == (to, kind));
            for (after, there) in manifest.after.iter().filter_map(|other| Some((other, there(other)?))) {
                let kind = EdgeKind::After;
                prop_assert!(edge(here, there, kind) || dropped(&planned.name, kind, after));
            }
            for (before, there) in manifest.before.iter().filter_map(|other| Some((other, there(other)?))) {
                let kind = EdgeKind::Before;
                prop_assert!(edge(there, here, kind) || dropped(&planned.name, kind, before));
            }
        }
        Ok(())
    });
}

#[test]
fn whoever_depends_on_a_name_starts_after_the_one_chosen_for_it_or_that_is_reported() {
    always(&cases(), |case| {
        let Resolution { plan, problems, .. } = case.resolve();
        for (here, planned) in plan.iter().enumerate() {
            let manifest = case.manifest(planned.candidate);
            let all = manifest.dependencies.iter().chain(&manifest.optional).chain(manifest.any_of.iter().flatten());
            for wanted in all {
                let chosen = case.settings.chosen_for(Some(&planned.name), &InterfaceName::from(&wanted.name));
                let Some((name, there)) = chosen.and_then(|name| Some((name, plan.position(name)?))) else { continue };
                let is_earlier =
                    plan.edges_from(here).iter().any(|edge| (edge.to, edge.kind) == (there, EdgeKind::Chosen));
                let is_dropped = problems.iter().any(|problem| match problem {
                    Problem::WishDropped { extension, kind: EdgeKind::Chosen, other, .. } => {
                        *extension == planned.name && other == name
                    }
                    _ => false,
                });
                prop_assert!(here == there || is_earlier != is_dropped, "{} for {}", name, &planned.name);
            }
        }
        Ok(())
    });
}

#[test]
fn a_wish_for_somebody_is_dropped_once() {
    always(&cases(), |case| {
        let is_dropped = |problem: &Problem| matches!(problem, Problem::WishDropped { at, .. } if at.column > 0);
        let dropped: Vec<_> = case.resolve().problems.into_iter().filter(is_dropped).collect();
        for (index, problem) in dropped.iter().enumerate() {
            prop_assert!(!dropped[..index].contains(problem), "{}", problem);
        }
        Ok(())
    });
}

#[test]
fn order_of_the_candidates_does_not_matter() {
    always(&(cases(), vec(any::<u8>(), 8)), |(case, keys)| {
        let mut shuffled = case.clone();
        let mut keys = keys.iter().cycle();
        shuffled.found.sort_by_cached_key(|_| keys.next());
        let (one, other) = (case.resolve(), shuffled.resolve());
        prop_assert_eq!(plan_of(&one), plan_of(&other));
        prop_assert_eq!(one.plan.edges(), other.plan.edges());
        prop_assert_eq!(explain(&one.problems), explain(&other.problems));
        prop_assert_eq!(texts(&one.problems), texts(&other.problems));
        prop_assert_eq!(one.disabled, other.disabled);
        Ok(())
    });
}

#[test]
fn everyone_starts_or_is_disabled_or_is_left_out() {
    always(&cases(), |case| {
        let resolution = case.resolve();
        for name in case.names() {
            let planned = resolution.plan.iter().filter(|planned| planned.name == name).count();
            let disabled = resolution.disabled.iter().filter(|disabled| **disabled == name).count();
            let left_out = resolution.left_out.iter().filter(|left_out| **left_out == name).count();
            prop_assert_eq!(planned + disabled + left_out, 1, "for {}", name);
            prop_assert_eq!(left_out == 1, resolution.why_left_out(&name).next().is_some(), "the cause of {}", name);
        }
        Ok(())
    });
}

#[test]
fn removing_a_stranger_changes_nothing_else() {
    always(&(cases(), extension("Stranger", 0)), |(case, stranger)| {
        let mut crowd = case.clone();
        crowd.found.push(stranger.found(9));
        let (with, without) = (crowd.resolve(), case.resolve());
        let is_stranger = |name: &ExtensionName| *name == "Stranger";
        let mut plan = plan_of(&with);
        plan.retain(|(name, _, _)| !is_stranger(name));
        prop_assert_eq!(plan, plan_of(&without));
        let mut problems = with.problems;
        problems.retain(|problem| !problem.extension().is_some_and(is_stranger));
        prop_assert_eq!(texts(&problems), texts(&without.problems));
        prop_assert_eq!(with.disabled, without.disabled);
        Ok(())
    });
}

#[test]
fn wishes_never_leave_anybody_out() {
    always(&cases(), |case| {
        let mut modest = case.clone();
        for found in &mut modest.found {
            let manifest = &mut found.candidate.manifest;
            (manifest.optional, manifest.after, manifest.before) = Default::default();
        }
        (modest.settings.choose, modest.settings.choose_for) = Default::default();
        let starts = |case: &Case| {
            let mut names: Vec<_> = case.resolve().plan.iter().map(|planned| planned.name.clone()).collect();
            names.sort();
            names
        };
        prop_assert_eq!(starts(&case), starts(&modest));
        Ok(())
    });
}

#[test]
fn every_consequence_has_a_root_with_a_cause_of_its_own() {
    always(&cases(), |case| {
        let resolution = case.resolve();
        for problem in &resolution.problems {
            let Problem::LeftOut { cause: Cause::Because { of, root }, .. } = problem else { continue };
            prop_assert!(resolution.why_left_out(of).next().is_some(), "{}", problem);
            prop_assert!(resolution.why_left_out(root).any(|cause| !cause.is_consequence()), "{}", problem);
        }
        Ok(())
    });
}

#[test]
fn what_is_required_in_vain_is_found_where_the_problem_points() {
    always(&cases(), |case| {
        let files: BTreeMap<_, _> = case.found.iter().map(|found| (found.searched.1.as_str(), found)).collect();
        for problem in case.resolve().problems {
            let Problem::LeftOut { cause, at, .. } = &problem else { continue };
            let (Cause::Missing { needed, .. } | Cause::WrongVersion { needed, .. }) = cause else { continue };
            // Natives point at a line of Rust, and manifests that were not read from text at a file.
            let (Some(line), Some(column)) = (at.line.checked_sub(1), at.column.checked_sub(1)) else { continue };
            let text = files[&*at.file].candidate.manifest.to_ron();
            let here = text.lines().nth(line as usize).and_then(|line| line.get(column as usize..)).unwrap_or("");
            prop_assert!(here.starts_with(&needed.to_string()), "{} at {}, where there is {}", problem, at, here);
        }
        Ok(())
    });
}

#[test]
fn explain_names_every_root() {
    always(&cases(), |case| {
        let problems = case.resolve().problems;
        let text = explain(&problems);
        for root in problems.iter().filter(|problem| !problem.is_consequence()) {
            prop_assert!(text.contains(&format!("{}: {root}\n", root.severity())), "{root} is not in\n{text}");
            prop_assert!(!root.hint().is_empty());
        }
        Ok(())
    });
}

#[test]
fn explain_shows_every_consequence_once() {
    always(&cases(), |case| {
        let problems = case.resolve().problems;
        // Of more than five consequences of one root, the rest are only counted.
        prop_assume!(problems.iter().filter(|problem| problem.is_consequence()).count() <= 5);
        let text = explain(&problems);
        let shown: Vec<_> = text.lines().filter(|line| line.starts_with("  because of it, ")).collect();
        for problem in problems.iter().filter(|problem| problem.is_consequence()) {
            let name = format!("`{}`", problem.extension().unwrap());
            prop_assert_eq!(shown.iter().filter(|line| line.contains(&name)).count(), 1, "{} in\n{}", name, text);
        }
        Ok(())
    });
}

#[test]
fn those_that_start_start_alike_by_themselves() {
    always(&cases(), |case| {
        let resolution = case.resolve();
        let mut few = case.clone();
        few.found = resolution.plan.iter().map(|planned| case.found[planned.candidate].clone()).collect();
        let again = few.resolve();
        prop_assert_eq!(plan_of(&again), plan_of(&resolution));
        prop_assert_eq!(again.plan.edges(), resolution.plan.edges());
        prop_assert!(again.problems.iter().all(|problem| problem.severity() != Severity::Error));
        Ok(())
    });
}

#[test]
fn disabled_is_as_good_as_absent_for_everyone_who_starts() {
    always(&cases(), |case| {
        let mut without = case.clone();
        without.found.retain(|found| !case.settings.disabled.contains(&found.candidate.manifest.name));
        prop_assert_eq!(plan_of(&without.resolve()), plan_of(&case.resolve()));
        Ok(())
    });
}

#[test]
fn spelling_of_names_does_not_matter() {
    always(&cases(), |case| {
        let mut low = case.clone();
        for Found { candidate, .. } in &mut low.found {
            let text = candidate.manifest.to_ron().to_lowercase();
            candidate.manifest = Manifest::from_ron("low.ron", text.as_bytes()).unwrap();
        }
        let (one, other) = (case.resolve(), low.resolve());
        prop_assert_eq!(one.plan, other.plan);
        prop_assert_eq!(one.problems, other.problems);
        prop_assert_eq!(one.disabled, other.disabled);
        Ok(())
    });
}

#[test]
fn load_order_follows_the_reference() {
    always(&cases(), |case| {
        let (real, reference) = (case.resolve(), judge(&case.found, &case.settings));
        let order: Vec<_> = real.plan.iter().map(|planned| planned.name.clone()).collect();
        prop_assert_eq!(order, reference.order);
        Ok(())
    });
}

#[test]
fn left_out_and_disabled_follow_the_reference() {
    always(&cases(), |case| {
        let (real, reference) = (case.resolve(), judge(&case.found, &case.settings));
        prop_assert_eq!(&real.disabled, &reference.disabled);
        let mut left_out = BTreeMap::new();
        for name in case.names() {
            let kinds: BTreeSet<_> = real.why_left_out(&name).map(kind_of).collect();
            if !kinds.is_empty() {
                left_out.insert(name, kinds);
            }
        }
        prop_assert_eq!(left_out, reference.left_out);
        Ok(())
    });
}

#[test]
fn made_up_cases_hit_every_cause() {
    let mut hits: BTreeMap<&str, usize> = [
        "missing",
        "wrong version",
        "dependency disabled",
        "none of",
        "conflict",
        "cycle",
        "app",
        "artifact",
        "consequence",
        "soft cycle",
        "duplicate",
        "disabled",
        "provides served",
        "any of served",
        "optional used",
        "chosen used",
        "chosen dropped",
        "chosen unfit",
        "chosen absent",
        "all start",
    ]
    .map(|what| (what, 0))
    .into();
    let mut runner = TestRunner::new(config());
    let strategy = cases();
    for _ in 0..3000 {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        for what in features(&case) {
            *hits.get_mut(what).unwrap() += 1;
        }
    }
    println!("of 3000 cases: {hits:#?}");
    assert!(hits.values().all(|&count| count >= 30), "some are too rare: {hits:#?}");
}

/// Returns what a case is an example of, each once.
fn features(case: &Case) -> BTreeSet<&'static str> {
    let Resolution { plan, problems, disabled, .. } = case.resolve();
    let causes = problems.iter().filter_map(|problem| match problem {
        Problem::LeftOut { cause, .. } => Some(match Kind::of(cause) {
            Kind::Missing => "missing",
            Kind::WrongVersion => "wrong version",
            Kind::DependencyDisabled => "dependency disabled",
            Kind::NoneOf => "none of",
            Kind::Conflict => "conflict",
            Kind::Cycle => "cycle",
            Kind::App => "app",
            Kind::Artifact => "artifact",
            Kind::Because => "consequence",
        }),
        Problem::WishDropped { kind: EdgeKind::Chosen, .. } => Some("chosen dropped"),
        Problem::WishDropped { .. } => Some("soft cycle"),
        Problem::ChosenUnfit { .. } => Some("chosen unfit"),
        Problem::ChosenAbsent { .. } => Some("chosen absent"),
        Problem::Shadowed { .. } => Some("duplicate"),
        _ => None,
    });
    let edges = plan.edges().iter().filter_map(|edge| match edge.kind {
        EdgeKind::Requires => {
            let wisher = case.manifest(plan.get(edge.from).unwrap().candidate);
            let by_name = wisher.dependencies[edge.wish].name == plan.get(edge.to).unwrap().name;
            (!by_name).then_some("provides served")
        }
        EdgeKind::AnyOf => Some("any of served"),
        EdgeKind::Optional => Some("optional used"),
        EdgeKind::Chosen => Some("chosen used"),
        _ => None,
    });
    let whole =
        [(!disabled.is_empty()).then_some("disabled"), (plan.len() == case.names().len()).then_some("all start")];
    causes.chain(edges).chain(whole.into_iter().flatten()).collect()
}

/// What is found, and what the app's owner says.
#[derive(Clone)]
struct Case {
    found: Vec<Found>,
    settings: HostSettings,
}

impl Case {
    fn resolve(&self) -> Resolution {
        let candidates: Vec<_> = self.found.iter().map(|found| found.candidate.clone()).collect();
        resolve(&candidates, &self.settings)
    }

    fn manifest(&self, candidate: usize) -> &Manifest {
        &self.found[candidate].candidate.manifest
    }

    /// Returns each name once.
    fn names(&self) -> Vec<ExtensionName> {
        let mut names: Vec<_> = self.found.iter().map(|found| found.candidate.manifest.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Shown as files, so that a failing case can be copied into a test.
impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HostSettings { disabled, choose, choose_for, app_version, .. } = &self.settings;
        write!(f, "\ndisabled {disabled:?}, choose {choose:?}, for {choose_for:?}, app {app_version:?}")?;
        for Found { candidate, searched } in &self.found {
            let lines = candidate.manifest.to_ron();
            let lines: Vec<_> = lines.lines().map(str::trim).filter(|line| *line != "format: 1,").collect();
            write!(f, "\n{searched:?}: {}", lines.join(" "))?;
        }
        Ok(())
    }
}

/// Where an extension is found.
#[derive(Debug, Clone, Copy)]
enum Place {
    Native,
    Folder(usize),
    Text,
}

/// An extension before it is found.
#[derive(Debug, Clone)]
struct MadeUp {
    manifest: Manifest,
    place: Place,
}

impl MadeUp {
    fn found(self, slot: usize) -> Found {
        let file = format!("{slot}.ron");
        let (mut candidate, rank) = match self.place {
            Place::Native => (Candidate::new(self.manifest, Source::native(&file, 1)), 0),
            Place::Folder(nth) => (Candidate::new(self.manifest, Source::file(&file, nth)), 1 + nth),
            Place::Text => (Candidate::from_ron(&file, &self.manifest.to_ron()).unwrap(), 1),
        };
        let wanted = candidate.manifest.external.artifacts.iter();
        candidate.unavailable = wanted.map(|it| Unavailable::not_built_in(it.artifact.clone())).collect();
        Found { candidate, searched: (rank, file) }
    }
}

const NAMES: [&str; 8] = ["Aa", "Bb", "Cc", "Dd", "Ee", "Ff", "Gg", "Hh"];

fn cases() -> impl Strategy<Value = Case> {
    (2..=NAMES.len()).prop_flat_map(|size| {
        let slots = (0..size).map(|slot| {
            let usual = extension(NAMES[slot], size);
            let twin = select(&NAMES[..size]).prop_flat_map(move |name| extension(name, size));
            prop::option::weighted(0.9, prop_oneof![8 => usual.boxed(), 1 => twin.boxed()])
        });
        (slots.collect::<Vec<_>>(), settings(size)).prop_map(|(slots, settings)| {
            let slots = slots.into_iter().enumerate();
            Case { found: slots.filter_map(|(slot, made_up)| Some(made_up?.found(slot))).collect(), settings }
        })
    })
}

fn settings(size: usize) -> impl Strategy<Value = HostSettings> {
    let app_version = prop::option::of(select(&["1.0.0", "2.0.0", "2.0.0-dev"][..]));
    let choice = || (other(size).prop_map(|name| InterfaceName::from(&name)), other(size));
    let own = (other(size), vec(choice(), 1..=2)).prop_map(|(who, own)| (who, own.into_iter().collect()));
    let choices = (prop_oneof![Just(Vec::new()), vec(choice(), 3..=8)], few(5, own));
    (few(5, spelled(select(&NAMES[..size]))), choices, app_version).prop_map(|(disabled, choices, app_version)| {
        let mut settings = HostSettings::default();
        settings.disabled = disabled.into_iter().collect();
        settings.choose = choices.0.into_iter().collect();
        settings.choose_for = choices.1.into_iter().collect();
        settings.app_version = app_version.map(|version| parse_version(version).unwrap());
        settings
    })
}

fn extension(name: &'static str, size: usize) -> impl Strategy<Value = MadeUp> {
    let place = prop_oneof![2 => Just(Place::Text), 1 => Just(Place::Native), 1 => (0..2usize).prop_map(Place::Folder)];
    let group = prop_oneof![19 => vec(dependency(size), 1..=3), 1 => Just(Vec::new())];
    let needs = (few(3, dependency(size)), few(4, group));
    let wishes = (few(4, dependency(size)), few(4, other(size)), few(4, other(size)));
    let rest = (few(8, dependency(size)), few(4, provided(size)));
    let host = (rare(select(&["^1", "^2", ">=1"][..])), rare(Just("org.example:sound:1.0.0")));
    (spelled(Just(name)), version(), place, needs, wishes, rest, host).prop_map(
        |(name, version, place, (dependencies, any_of), (optional, after, before), (conflicts, provides), host)| {
            let mut manifest = Manifest::new(name, parse_version(version).unwrap());
            (manifest.dependencies, manifest.any_of) = (dependencies, any_of);
            (manifest.optional, manifest.after, manifest.before) = (optional, after, before);
            (manifest.conflicts, manifest.provides) = (conflicts, provides);
            manifest.app = host.0.map(|range| parse_range(range).unwrap()).unwrap_or_default();
            manifest.external.artifacts = host.1.into_iter().map(|it: &str| it.parse().unwrap()).collect();
            MadeUp { manifest, place }
        },
    )
}

fn dependency(size: usize) -> impl Strategy<Value = Dependency> {
    let range = prop_oneof![
        6 => Just("*"),
        2 => select(&["^1", ">=1, <3"][..]),
        1 => select(&["^1.2", "^2", "=1.4.0", "^2.0.0-rc", "<1"][..]),
    ];
    (other(size), range).prop_map(|(name, range)| Dependency::new(name, parse_range(range).unwrap()))
}

fn provided(size: usize) -> impl Strategy<Value = Provided> {
    let version = prop::option::of(version().prop_map(|version| parse_version(version).unwrap()));
    (other(size), version).prop_map(|(name, version)| Provided::new(name, version))
}

fn version() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("1.4.0"), 1 => select(&["1.0.0", "2.0.0", "2.0.0-rc.1", "0.3.0"][..])]
}

/// A name that others speak of: mostly one of the extensions, seldom one that is only provided, or nowhere.
/// Without extensions to speak of it is nowhere, and far from every other name.
fn other(size: usize) -> impl Strategy<Value = ExtensionName> {
    let names = match size {
        0 => vec!["Nobody_knows"],
        size => NAMES[..size].repeat(6).into_iter().chain(["Vv", "Zz"]).collect(),
    };
    spelled(select(names))
}

/// A name in one of its spellings.
fn spelled(name: impl Strategy<Value = &'static str>) -> impl Strategy<Value = ExtensionName> {
    let spelling = prop_oneof![4 => Just(str::to_string as fn(&str) -> String), 1 => Just(str::to_lowercase as _)];
    (name, spelling).prop_map(|(name, spelling)| spelling(name).parse().unwrap())
}

/// One or two, but mostly none: one time in `seldom`.
fn few<T: Clone + fmt::Debug>(seldom: u32, each: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![seldom - 1 => Just(Vec::new()), 1 => vec(each, 1..=2)]
}

fn rare<T: Clone + fmt::Debug>(each: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.04, each)
}

/// Tells whether an extension answers to the name of a need in a version that fits.
fn serves(manifest: &Manifest, need: &Dependency) -> bool {
    let own = (manifest.name == need.name).then_some(Some(&manifest.version));
    let lent = manifest.provides.iter().filter(|lent| lent.name == need.name).map(|lent| lent.version.as_ref());
    let any = need.version.comparators.is_empty();
    own.into_iter().chain(lent).any(|version| any || version.is_none_or(|version| need.version.matches(version)))
}

fn kind_of(problem: &Problem) -> Kind {
    match problem {
        Problem::LeftOut { cause, .. } => Kind::of(cause),
        other => panic!("{other} leaves nobody out"),
    }
}

fn plan_of(resolution: &Resolution) -> Vec<(ExtensionName, String, u32)> {
    let planned = resolution.plan.iter();
    planned
        .map(|planned| (planned.name.clone(), format!("{} {}", planned.name, planned.version), planned.depth))
        .collect()
}

fn texts(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// Tries a property on many values; a failing one is made as small as possible.
#[track_caller]
pub fn always<S: Strategy>(strategy: &S, property: impl Fn(S::Value) -> TestCaseResult) {
    let config = config();
    println!("{} cases with {:?}", config.cases, config.rng_seed);
    let seed = config.rng_seed;
    if let Err(error) = TestRunner::new(config).run(strategy, property) {
        panic!("with {seed:?}: {error}");
    }
}

fn config() -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, max_shrink_iters: 20_000, ..Default::default() };
    if env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 400;
    }
    if env::var_os("PROPTEST_RNG_SEED").is_none() {
        config.rng_seed = RngSeed::Fixed(2020);
    }
    config
}
