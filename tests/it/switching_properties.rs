//! Whatever is asked for and whoever fails: extensions stand where a naive model of the rules has them.

use std::collections::{BTreeMap, BTreeSet};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    BlockedBy, Extension, FaultKind, Phase, SuspendedBecauseOf, Switch, SwitchPlan, SwitchStep, SwitchTo,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde::Serialize;

use crate::support::{Log, app, host_with, noted};

extensions! {
    Base() = |app| build::<Self>(app);
    Solo() = |app| build::<Self>(app);
    Fond(optional(Base)) = |app| build::<Self>(app);
    Left(requires(Base)) = |app| build::<Self>(app);
    Right(requires(Base)) = |app| build::<Self>(app);
    Any(any_of(Right, Solo)) = |app| build::<Self>(app);
    Top(requires(Left, Right)) = |app| build::<Self>(app);
    Tail(requires(Top)) = |app| build::<Self>(app);
    Off() = |app| build::<Self>(app);
    Lost(requires("Nobody" = "*")) = |app| build::<Self>(app);
}

type Name = &'static str;

/// Whom each needs, in the order of the plan: one of each group.
const NEEDS: [(Name, &[&[Name]]); 8] = [
    ("Base", &[]),
    ("Solo", &[]),
    ("Fond", &[]),
    ("Left", &[&["Base"]]),
    ("Right", &[&["Base"]]),
    ("Any", &[&["Right", "Solo"]]),
    ("Top", &[&["Left"], &["Right"]]),
    ("Tail", &[&["Top"]]),
];

const PHASES: [Phase; 3] = [PreInit, Init, PostInit];

/// What extensions shall do in this frame: fail.
#[derive(Resource, Default, Debug, Clone)]
struct Asked {
    /// In this phase, if they go through it.
    in_phase: BTreeMap<Name, Phase>,
    /// In `Update`, if they run.
    in_update: BTreeSet<Name>,
}

#[derive(ExtensionEvent, Serialize)]
#[event(name = "properties.ping")]
struct Ping;

#[derive(Component)]
struct Belonging;

fn build<E: Extension>(app: &mut App) {
    let go_through = |phase: Phase| {
        move |asked: Res<Asked>, mut log: ResMut<Log>| -> Result {
            log.note(format!("{}.{phase:?}", E::NAME));
            match asked.in_phase.get(E::NAME) == Some(&phase) {
                true => Err(E::NAME.into()),
                false => Ok(()),
            }
        }
    };
    let update = |asked: Res<Asked>, mut log: ResMut<Log>| -> Result {
        log.note(format!("{}.Update", E::NAME));
        if asked.in_update.contains(E::NAME) { Err(E::NAME.into()) } else { Ok(()) }
    };
    let mut scope = app.extension::<E>();
    for phase in [PreInit, Init, PostInit, Terminate] {
        scope.add_systems(phase, go_through(phase));
    }
    scope
        .add_systems(Init, |mut commands: Commands| _ = commands.spawn_owned(Belonging))
        .add_systems(Update, update)
        .observe(|_: On<Ping>| ())
        .export_fn("act", || ());
}

/// The rules in the plainest words.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    off: BTreeSet<Name>,
    failed: BTreeSet<Name>,
    running: BTreeSet<Name>,
    /// How often each has failed at run time since it started.
    faults: BTreeMap<Name, u32>,
}

impl Model {
    fn started() -> Self {
        Self { running: NEEDS.map(|(name, _)| name).into(), ..Self::default() }
    }

    fn state(&self, name: Name) -> ExtensionState {
        match name {
            "Lost" => ExtensionState::LeftOut,
            "Off" => ExtensionState::Disabled,
            _ if self.running.contains(name) => ExtensionState::Running,
            _ if self.off.contains(name) => ExtensionState::Disabled,
            _ if self.failed.contains(name) => ExtensionState::Failed,
            _ => ExtensionState::Suspended,
        }
    }

    /// Does what is asked for, and tells what cannot be met.
    fn switch(&mut self, switches: &BTreeSet<Ask>, asked: &Asked) -> BTreeMap<Ask, &'static str> {
        let mut blocked: BTreeMap<_, _> =
            switches.iter().filter_map(|ask| Some((*ask, self.obstacle(ask, switches)?))).collect();
        let disabled = switches.iter().filter(|ask| ask.to == SwitchTo::Disable && !blocked.contains_key(ask));
        self.off.extend(disabled.map(|ask| ask.name).filter(is_planned));
        let wanted = switches.iter().filter(|ask| ask.to != SwitchTo::Disable && !blocked.contains_key(ask));
        let wanted: Vec<_> = wanted.copied().collect();

        // The most of what is wanted that can be had: whoever is started runs then.
        let subsets = (0..1usize << wanted.len()).map(|bits| {
            wanted.iter().enumerate().filter(move |(place, _)| bits >> place & 1 == 1).map(|(_, ask)| *ask)
        });
        let had = subsets.map(BTreeSet::from_iter).filter(|asks: &BTreeSet<Ask>| {
            let after = self.with(asks);
            asks.iter().all(|ask| after.running.contains(ask.name))
        });
        let had = had.max_by_key(BTreeSet::len).unwrap_or_default();
        blocked.extend(wanted.into_iter().filter(|ask| !had.contains(ask)).map(|ask| (ask, "requires")));
        let mut after = self.with(&had);

        let restarted = |name: &Name| had.contains(&Ask { name, to: SwitchTo::Restart });
        let mut stays: BTreeSet<_> =
            self.running.iter().filter(|name| after.running.contains(*name) && !restarted(name)).copied().collect();
        keep_those_that_can(&mut stays);
        let started: BTreeSet<_> = after.running.difference(&stays).copied().collect();
        after.faults.retain(|name, _| !started.contains(name));
        for phase in PHASES {
            for (name, _) in NEEDS.iter().filter(|(name, _)| started.contains(name)) {
                if asked.in_phase.get(name) == Some(&phase) {
                    after.fail(name);
                }
            }
        }
        *self = after;
        blocked
    }

    fn obstacle(&self, ask: &Ask, switches: &BTreeSet<Ask>) -> Option<&'static str> {
        let Ask { name, to } = *ask;
        let is_asked = |to: SwitchTo| switches.contains(&Ask { name, to });
        match to {
            _ if name == "Nobody" => Some("unknown"),
            _ if name == "Lost" => Some("left out"),
            SwitchTo::Disable => None,
            _ if name == "Off" => Some("not built"),
            _ if is_asked(SwitchTo::Disable) => Some("contradicted"),
            SwitchTo::Restart if self.off.contains(name) && !is_asked(SwitchTo::Enable) => Some("disabled"),
            _ => None,
        }
    }

    /// Where all are if these are met and nobody fails: whoever can run does.
    fn with(&self, asks: &BTreeSet<Ask>) -> Self {
        let mut after = self.clone();
        for ask in asks {
            after.failed.remove(ask.name);
            after.off.remove(ask.name);
        }
        let can_run = |name: &Name| !after.off.contains(name) && !after.failed.contains(name);
        after.running = NEEDS.iter().map(|(name, _)| *name).filter(can_run).collect();
        keep_those_that_can(&mut after.running);
        after
    }

    /// Fails, if it runs: whoever was stopped before, because of another, has not failed.
    fn fail(&mut self, name: Name) {
        if self.running.remove(name) {
            self.failed.insert(name);
            keep_those_that_can(&mut self.running);
        }
    }

    /// Runs a frame with faults; this many are too many.
    fn run(&mut self, asked: &Asked, limit: u32) {
        for name in asked.in_update.iter().filter(|name| self.running.contains(*name)) {
            *self.faults.entry(name).or_default() += 1;
        }
        for (name, _) in NEEDS {
            if self.faults.get(name).is_some_and(|faults| *faults >= limit) {
                self.fail(name);
            }
        }
    }
}

fn is_planned(name: &Name) -> bool {
    NEEDS.iter().any(|(planned, _)| planned == name)
}

/// Leaves only those that have what they need among themselves.
fn keep_those_that_can(running: &mut BTreeSet<Name>) {
    loop {
        let has = |needs: &[&[Name]]| needs.iter().all(|group| group.iter().any(|name| running.contains(name)));
        let lost = NEEDS.iter().find(|(name, needs)| running.contains(name) && !has(needs));
        match lost {
            Some((name, _)) => running.remove(name),
            None => return,
        };
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ask {
    name: Name,
    to: SwitchTo,
}

impl Ask {
    fn switch(self) -> Switch {
        Switch { extension: self.name.into(), to: self.to }
    }

    fn of(switch: &Switch) -> Self {
        let names = NEEDS.map(|(name, _)| name).into_iter().chain(["Off", "Lost", "Nobody"]);
        let name = names.into_iter().find(|name| *name == switch.extension).unwrap();
        Self { name, to: switch.to }
    }
}

/// How something is asked for.
#[derive(Debug, Clone, Copy)]
enum How {
    AtOnce,
    ByCommand,
    Confirmed,
}

fn asks() -> impl Strategy<Value = (Ask, How)> {
    let names = NEEDS.map(|(name, _)| name).into_iter().chain(["Off", "Lost", "Nobody"]).collect::<Vec<_>>();
    let tos = vec![SwitchTo::Disable, SwitchTo::Enable, SwitchTo::Restart];
    (select(names), select(tos), select(vec![How::AtOnce, How::ByCommand, How::Confirmed]))
        .prop_map(|(name, to, how)| (Ask { name, to }, how))
}

fn planned() -> impl Strategy<Value = Name> {
    select(NEEDS.map(|(name, _)| name).to_vec())
}

fn faults() -> impl Strategy<Value = Asked> {
    let phases = vec![PreInit, Init, PostInit, Terminate];
    let in_phase = prop_oneof![2 => Just(Vec::new()), 1 => vec((planned(), select(phases)), 1..3)];
    let in_update = prop_oneof![1 => Just(Vec::new()), 1 => vec(planned(), 1..3)];
    (in_phase, in_update).prop_map(|(in_phase, in_update)| Asked {
        in_phase: in_phase.into_iter().collect(),
        in_update: in_update.into_iter().collect(),
    })
}

/// A frame: what is asked for before it, the same in another order, and who fails.
type Frame = (Vec<(Ask, How)>, Vec<(Ask, How)>, Asked);

fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let asks = vec(asks(), 0..6).prop_flat_map(|asks| (Just(asks.clone()), Just(asks).prop_shuffle()));
    vec((asks, faults()).prop_map(|((asks, shuffled), faults)| (asks, shuffled, faults)), 1..14)
}

fn town(limit: u32) -> TestApp {
    let host = host_with(&format!("(disabled: [\"Off\"], faults: (run_time: {limit}))"));
    let host = host.with::<Base>().with::<Solo>().with::<Fond>().with::<Left>().with::<Right>().with::<Any>();
    let mut app = app(host.with::<Top>().with::<Tail>().with::<Off>().with::<Lost>());
    app.init_resource::<Asked>().update();
    noted(&mut app);
    let plan = app.world().resource::<Extensions>().plan();
    assert!(plan.iter().map(|planned| planned.name.as_str()).eq(NEEDS.map(|(name, _)| name)));
    app
}

/// Asks for everything, each thing in its way; returns what it all leads to.
fn ask(app: &mut App, asks: &[(Ask, How)]) -> SwitchPlan {
    for (ask, how) in asks {
        match how {
            How::AtOnce => _ = app.world_mut().resource_mut::<Extensions>().switch(ask.switch()),
            How::ByCommand => {
                let mut commands = app.world_mut().commands();
                match ask.to {
                    SwitchTo::Disable => commands.disable_extension(ask.name),
                    SwitchTo::Enable => commands.enable_extension(ask.name),
                    SwitchTo::Restart => commands.restart_extension(ask.name),
                    other => unreachable!("nobody asks for {other}"),
                }
                app.world_mut().flush();
            }
            How::Confirmed => {
                let mut extensions = app.world_mut().resource_mut::<Extensions>();
                let plan = extensions.plan_switches([ask.switch()]);
                extensions.confirm(plan).unwrap();
            }
        }
    }
    app.world().resource::<Extensions>().plan_switches([])
}

fn states(app: &App) -> BTreeMap<String, ExtensionState> {
    let extensions = app.world().resource::<Extensions>();
    extensions.iter().map(|(name, _)| (name.to_string(), extensions.state(name.as_str()).unwrap())).collect()
}

fn why(blocked: &BlockedBy) -> &'static str {
    match blocked {
        BlockedBy::Unknown { .. } => "unknown",
        BlockedBy::LeftOut { .. } => "left out",
        BlockedBy::NotBuilt => "not built",
        BlockedBy::Disabled => "disabled",
        BlockedBy::Contradicted { .. } => "contradicted",
        BlockedBy::Requires { .. } => "requires",
        _ => "something else",
    }
}

/// Returns of whom something was noted, in order.
fn those_who<'a>(log: &'a [&str], did: &str) -> Vec<&'a str> {
    log.iter().filter_map(|note| note.strip_suffix(did)).collect()
}

fn names<'a>(steps: impl Iterator<Item = &'a bevy_extensions::ExtensionName>) -> Vec<&'a str> {
    steps.map(bevy_extensions::ExtensionName::as_str).collect()
}

/// What must hold of an app after a frame, whatever was asked for.
fn check_world(app: &App) -> Result<(), TestCaseError> {
    let world = app.world();
    let extensions = world.resource::<Extensions>();
    for (name, entity) in extensions.iter() {
        let state = extensions.state(name.as_str()).unwrap();
        prop_assert_eq!(world.get::<ExtensionState>(entity), Some(&state), "{} shows its state", name);
        let leftovers = world.leftovers(name.as_str()).unwrap();
        prop_assert_eq!(state.is_active(), !leftovers.is_empty(), "{} is {} and has {:?}", name, state, leftovers);
        let because_of = world.get::<SuspendedBecauseOf>(entity);
        prop_assert_eq!(state == ExtensionState::Suspended, because_of.is_some(), "why {} is {}", name, state);
        if let Some(because_of) = because_of {
            let (_, needs) = NEEDS.iter().find(|(planned, _)| *planned == name.as_str()).unwrap();
            let cause = extensions.iter().find(|(_, entity)| *entity == because_of.0).unwrap().0;
            prop_assert!(needs.concat().contains(&cause.as_str()), "{} needs {}", name, cause);
            prop_assert!(!extensions.state(cause.as_str()).unwrap().is_active(), "{} does not run", cause);
        }
    }
    Ok(())
}

/// What a plan promised, if nobody failed on the way.
fn check_steps(before: &BTreeMap<String, ExtensionState>, app: &App, plan: &SwitchPlan) -> Result<(), TestCaseError> {
    let mut promised = before.clone();
    for SwitchStep { extension, from, to, because_of, .. } in plan.steps() {
        let was = promised.insert(extension.to_string(), to.unwrap()).unwrap();
        prop_assert_eq!(Some(was), *from, "from where {} goes", extension);
        let (_, needs) =
            NEEDS.iter().find(|(name, _)| *name == extension.as_str()).map_or(("", &[][..]), |needs| *needs);
        let needed = because_of.as_ref().is_none_or(|other| needs.concat().contains(&other.as_str()));
        prop_assert!(needed, "{} because of {:?}", extension, because_of);
    }
    prop_assert_eq!(promised, states(app), "the plan was\n{}", plan);
    Ok(())
}

fn run(limit: u32, frames: Vec<Frame>) -> Result<(), TestCaseError> {
    let [mut one, mut other] = [town(limit), town(limit)];
    let mut model = Model::started();
    for (asks, shuffled, asked) in frames {
        let before = states(&one);
        let plan = ask(&mut one, &asks);
        prop_assert_eq!(&plan, &ask(&mut other, &shuffled), "the order does not matter");
        one.insert_resource(asked.clone());
        other.insert_resource(asked.clone());
        one.update();
        other.update();

        let blocked = model.switch(&asks.iter().map(|(ask, _)| *ask).collect(), &asked);
        let told: BTreeMap<_, _> =
            plan.blocked().iter().map(|blocked| (Ask::of(&blocked.switch), why(&blocked.why))).collect();
        prop_assert_eq!(told, blocked);

        let log = noted(&mut one);
        let log: Vec<_> = log.split_whitespace().collect();
        let ran: BTreeSet<_> = those_who(&log, ".Update").into_iter().collect();
        prop_assert_eq!(&ran, &model.running, "who has run, once each");
        prop_assert_eq!(those_who(&log, ".Update").len(), ran.len());
        let ended = those_who(&log, ".Terminate");
        prop_assert!(ended.starts_with(&names(plan.stops())), "{} has led to {:?}", plan, log);
        let mut starts = plan.starts().map(bevy_extensions::ExtensionName::as_str);
        let begun = those_who(&log, ".PreInit");
        prop_assert!(begun.iter().all(|name| starts.any(|other| other == *name)), "{} has led to {:?}", plan, log);
        if !asked.in_phase.values().any(|phase| PHASES.contains(phase)) {
            for phase in PHASES {
                prop_assert_eq!(those_who(&log, &format!(".{phase:?}")), names(plan.starts()));
            }
            if asked.in_update.is_empty() {
                prop_assert_eq!(ended, names(plan.stops()));
                check_steps(&before, &one, &plan)?;
            }
        }

        model.run(&asked, limit);
        let expected: BTreeMap<_, _> = before
            .keys()
            .map(|name| {
                let known = NEEDS.map(|(name, _)| name).into_iter().chain(["Off", "Lost"]).find(|known| known == name);
                (name.clone(), model.state(known.unwrap()))
            })
            .collect();
        prop_assert_eq!(states(&one), expected, "after {:?}", log);
        prop_assert_eq!(states(&one), states(&other));
        let of_the_other = noted(&mut other);
        let phases = |note: &&str| !note.ends_with(".Update");
        prop_assert!(log.iter().copied().filter(phases).eq(of_the_other.split_whitespace().filter(phases)));
        check_world(&one)?;
    }
    for row in one.extension_report().rows {
        for counted in row.faults {
            prop_assert_eq!(&counted.fault.kind, &FaultKind::Error(row.name.to_string()), "whose fault it is");
        }
    }
    one.terminate_extensions();
    other.terminate_extensions();
    check_world(&one)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn extensions_stand_where_the_rules_have_them_whatever_is_asked_for_and_whoever_fails(
        limit in 1..=2u32,
        frames in frames(),
    ) {
        run(limit, frames)?;
    }
}
