//! Whoever is loaded, read anew and unloaded, and whoever fails: extensions stand where a naive model of the rules has them.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    DependencyEdge, EdgeKind, ExtensionInfo, SuspendedBecauseOf, Switch, SwitchPlan, SwitchTo, Value, json, prelude::*,
    test_kit::extensions,
};
use proptest::{collection::vec, prelude::*, sample::select};
use tempfile::TempDir;

use crate::support::{Log, host_with};

extensions! {
    Base() = |app| app.extension::<Self>().export_fn("act", || ());
    // It has to stand after scripts that come later.
    Fond(optional("root"), after("soft")) = |app| app.extension::<Self>().export_fn("act", || ());
    Peer(conflicts("foe")) = |app| app.extension::<Self>().export_fn("act", || ());
}

type Name = &'static str;

const NATIVES: [Name; 3] = ["Base", "Fond", "Peer"];
const SCRIPTS: [Name; 8] = ["alt", "eater", "foe", "leaf", "pick", "root", "soft", "tip"];

/// What the text of a script is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Good { version: u8 },
    Broken,
    WantsNobody,
    FailsIn(&'static str),
}

impl Text {
    fn version(self) -> u8 {
        match self {
            Self::Good { version } => version,
            _ => 1,
        }
    }

    fn write(self, name: Name) -> String {
        let header = match name {
            "eater" => "requires spice",
            "alt" => "provides spice",
            "leaf" => "requires root",
            "pick" => "any_of root | foe",
            "soft" => "optional tip",
            "tip" => "requires root ^1",
            _ => "license MIT",
        };
        let also = if self == Self::WantsNobody { "\n//@extension requires Nobody" } else { "" };
        let version = self.version();
        let body = match self {
            Self::Broken => "let 3;".into(),
            Self::FailsIn("top") => "throw new Error('top');".into(),
            Self::FailsIn(phase) => format!("extension.on('{phase}', () => missing());"),
            _ => String::new(),
        };
        format!(
            "//@extension version {version}.0.0\n//@extension {header}{also}\n
            extension.on('roll', (event) => {{ event.calls.push('{name}') }});
            extension.on('trip.{name}', () => missing());
            extension.driver('post', {{ who: () => '{name}' }});
            setInterval(() => 0, 5);
            exports.version = () => {version};\n{body}"
        )
    }
}

/// Whom each needs: one of each group, each perhaps in this version only.
fn needs(name: Name, text: Text) -> Vec<Vec<(Name, Option<u8>)>> {
    let mut needs = match name {
        "eater" => vec![vec![("alt", None)]],
        "leaf" => vec![vec![("root", None)]],
        "pick" => vec![vec![("root", None), ("foe", None)]],
        "tip" => vec![vec![("root", Some(1))]],
        _ => vec![],
    };
    if text == Text::WantsNobody {
        needs.push(vec![]);
    }
    needs
}

/// The rules in the plainest words.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    /// Who is there, each with its text.
    there: BTreeMap<Name, Text>,
    planned: BTreeSet<Name>,
    off: BTreeSet<Name>,
    failed: BTreeSet<Name>,
    running: BTreeSet<Name>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ask {
    name: Name,
    to: SwitchTo,
}

impl Ask {
    fn switch(self, folder: &Path) -> Switch {
        match self.to {
            SwitchTo::Load => Switch::load(folder.join(format!("{}.js", self.name))),
            to => Switch { extension: self.name.into(), to },
        }
    }

    fn of(switch: &Switch) -> Self {
        let is_it = |name: &&Name| switch.extension == **name || switch.extension.ends_with(&format!("/{name}.js"));
        Self { name: NATIVES.into_iter().chain(SCRIPTS).find(|name| is_it(&name)).unwrap(), to: switch.to }
    }
}

impl Model {
    fn started() -> Self {
        let mut model = Self::default();
        model.there.extend(NATIVES.map(|name| (name, Text::Good { version: 1 })));
        model.planned.extend(NATIVES);
        model.running.extend(NATIVES);
        model
    }

    fn states(&self) -> BTreeMap<String, ExtensionState> {
        let state = |name: &Name| match name {
            _ if self.off.contains(name) => ExtensionState::Disabled,
            _ if !self.planned.contains(name) => ExtensionState::LeftOut,
            _ if self.failed.contains(name) => ExtensionState::Failed,
            _ if self.running.contains(name) => ExtensionState::Running,
            _ => ExtensionState::Suspended,
        };
        self.there.keys().map(|name| (name.to_string(), state(name))).collect()
    }

    /// Leaves only those that have what they need among themselves.
    fn keep_those_that_can(&self, set: &mut BTreeSet<Name>) {
        loop {
            let fits = |(name, version): &(Name, Option<u8>)| {
                set.contains(name) && version.is_none_or(|version| self.there[name].version() == version)
            };
            let has = |name: &Name| needs(name, self.there[name]).iter().all(|group| group.iter().any(fits));
            match set.iter().find(|name| !has(name)).copied() {
                Some(lost) => set.remove(lost),
                None => return,
            };
        }
    }

    /// Finds out who can be in the plan, and who of them can run.
    fn settle(&mut self) {
        let mut planned: BTreeSet<_> = self.there.keys().copied().collect();
        planned.retain(|name| self.there[name] != Text::Broken);
        self.keep_those_that_can(&mut planned);
        // It says so itself, and so it is the one that goes.
        if planned.contains("foe") {
            planned.remove("Peer");
        }
        let failed = |name: &Name| planned.contains(name);
        self.failed.retain(failed);
        let mut running: BTreeSet<_> = planned.iter().copied().collect();
        running.retain(|name| !self.off.contains(name) && !self.failed.contains(name));
        self.planned = planned;
        self.keep_those_that_can(&mut running);
        self.running = running;
    }

    fn fail(&mut self, name: Name) {
        if self.running.remove(name) {
            self.failed.insert(name);
            let mut running = self.running.clone();
            self.keep_those_that_can(&mut running);
            self.running = running;
        }
    }

    /// Tells whether something cannot be had, whatever becomes of the others.
    fn is_hopeless(&self, ask: &Ask, asks: &BTreeSet<Ask>, disk: &BTreeMap<Name, Text>) -> bool {
        let Ask { name, to } = *ask;
        let is_native = NATIVES.contains(&name);
        let is_asked = |to: SwitchTo| asks.contains(&Ask { name, to });
        let goes = is_asked(SwitchTo::Unload) && !is_native;
        let is_there = self.there.contains_key(name);
        let is_left_out = is_there && self.states()[name] == ExtensionState::LeftOut;
        match to {
            SwitchTo::Load => !disk.contains_key(name) || is_there && !goes,
            _ if !is_there => true,
            SwitchTo::Unload => is_native,
            SwitchTo::Reload => is_native || goes || !disk.contains_key(name),
            _ if is_left_out || goes => true,
            SwitchTo::Disable => false,
            SwitchTo::Restart if self.off.contains(name) && !is_asked(SwitchTo::Enable) => true,
            SwitchTo::Restart | SwitchTo::Enable => is_asked(SwitchTo::Disable),
        }
    }

    /// Where all are if these are met and nobody fails.
    fn with(&self, asks: &BTreeSet<Ask>, disk: &BTreeMap<Name, Text>) -> Self {
        let mut after = self.clone();
        let named = |to: SwitchTo| asks.iter().filter(move |ask| ask.to == to).map(|ask| ask.name);
        for name in named(SwitchTo::Unload) {
            after.there.remove(name);
            after.off.remove(name);
            after.failed.remove(name);
        }
        after.there.extend(named(SwitchTo::Load).chain(named(SwitchTo::Reload)).map(|name| (name, disk[name])));
        after.off.extend(named(SwitchTo::Disable));
        for name in named(SwitchTo::Enable) {
            after.off.remove(name);
        }
        for to in [SwitchTo::Enable, SwitchTo::Restart, SwitchTo::Load, SwitchTo::Reload] {
            named(to).for_each(|name| _ = after.failed.remove(name));
        }
        after.settle();
        after
    }

    /// Does what is asked for, and tells what cannot be met.
    fn switch(&mut self, asks: &BTreeSet<Ask>, disk: &BTreeMap<Name, Text>, order: &[Name]) -> BTreeSet<Ask> {
        let hopeful: BTreeSet<_> = asks.iter().filter(|ask| !self.is_hopeless(ask, asks, disk)).copied().collect();
        let is_sure = |ask: &&Ask| matches!(ask.to, SwitchTo::Disable | SwitchTo::Unload);
        let sure: BTreeSet<_> = hopeful.iter().filter(is_sure).copied().collect();
        let wanted: Vec<_> = hopeful.difference(&sure).copied().collect();
        let is_in_the_way = |had: &BTreeSet<Ask>, after: &Self| {
            let was_planned = self.planned.contains("Peer") && !after.off.contains("Peer");
            let comes =
                |ask: &Ask| ask.name == "foe" && matches!(ask.to, SwitchTo::Load | SwitchTo::Reload | SwitchTo::Enable);
            was_planned && had.iter().any(comes) && after.planned.contains("foe")
        };
        let subsets = (0..1usize << wanted.len()).map(|bits| {
            let chosen = wanted.iter().enumerate().filter(move |(place, _)| bits >> place & 1 == 1);
            chosen.map(|(_, ask)| *ask).chain(sure.iter().copied()).collect::<BTreeSet<_>>()
        });
        let had = subsets.filter(|had| {
            let after = self.with(had, disk);
            let is_met = |ask: &Ask| match ask.to {
                SwitchTo::Disable | SwitchTo::Unload => true,
                SwitchTo::Load | SwitchTo::Reload => {
                    after.running.contains(ask.name) || after.planned.contains(ask.name) && after.off.contains(ask.name)
                }
                SwitchTo::Enable | SwitchTo::Restart => after.running.contains(ask.name),
            };
            had.iter().all(is_met) && !is_in_the_way(had, &after)
        });
        // Who is read anew need not care for who comes, and `root` not for others.
        let worth = |had: &BTreeSet<Ask>| {
            let reloads = had.iter().filter(|ask| ask.to == SwitchTo::Reload);
            (had.contains(&Ask { name: "root", to: SwitchTo::Reload }), reloads.count(), had.len())
        };
        let had = had.max_by_key(worth).unwrap();
        let mut after = self.with(&had, disk);
        let is_anew = |name: &Name| {
            [SwitchTo::Restart, SwitchTo::Reload, SwitchTo::Load].into_iter().any(|to| had.contains(&Ask { name, to }))
        };
        let mut stays: BTreeSet<_> = self.running.intersection(&after.running).copied().collect();
        stays.retain(|name| !is_anew(name));
        after.keep_those_that_can(&mut stays);
        let started: BTreeSet<_> = after.running.difference(&stays).copied().collect();
        for stage in ["top", "preinit", "init", "postinit"] {
            for name in order.iter().copied().filter(|name| started.contains(name)) {
                if after.there[name] == Text::FailsIn(stage) {
                    after.fail(name);
                }
            }
        }
        *self = after;
        asks.difference(&had).copied().collect()
    }
}

/// An app and what was told of starting and stopping.
struct Town(App);

impl Town {
    fn new() -> Self {
        let mut app = App::new();
        let host = host_with("(faults: (run_time: 1))").with::<Base>().with::<Fond>().with::<Peer>();
        app.init_resource::<Log>().add_plugins(host);
        app.add_observer(|it: On<ExtensionStarted>, mut log: ResMut<Log>| log.note(format!("+{}", it.name)));
        app.add_observer(|it: On<ExtensionStopped>, mut log: ResMut<Log>| log.note(format!("-{}", it.name)));
        app.finish();
        app.cleanup();
        app.update();
        Self(app)
    }

    fn extensions(&self) -> &Extensions {
        self.0.world().resource::<Extensions>()
    }

    fn states(&self) -> BTreeMap<String, ExtensionState> {
        let extensions = self.extensions();
        extensions.iter().map(|(name, _)| (name.to_string(), extensions.state(name.as_str()).unwrap())).collect()
    }

    fn order(&self) -> Vec<Name> {
        let all = || NATIVES.into_iter().chain(SCRIPTS);
        self.extensions().plan().iter().map(|planned| all().find(|name| planned.name == **name).unwrap()).collect()
    }

    /// Asks for everything, half of it at once and half by commands.
    fn ask(&mut self, asks: &[Ask], folder: &Path) -> SwitchPlan {
        for (number, ask) in asks.iter().enumerate() {
            let mut extensions = self.0.world_mut().resource_mut::<Extensions>();
            match number % 2 {
                0 => _ = extensions.switch(ask.switch(folder)),
                _ => {
                    let plan = extensions.plan_switches([ask.switch(folder)]);
                    extensions.confirm(plan).unwrap();
                }
            }
        }
        self.extensions().plan_switches([])
    }

    /// What must hold after a frame, whatever was asked for.
    fn check(&mut self) -> Result<(), TestCaseError> {
        let running: Vec<_> = self.order().into_iter().filter(|name| self.states()[*name].is_active()).collect();
        let scripts: Vec<_> = running.into_iter().filter(|name| SCRIPTS.contains(name)).collect();
        let heard = self.0.world_mut().emit("roll", json!({"calls": []})).unwrap();
        prop_assert_eq!(&heard["calls"], &json!(scripts), "they hear in the order of the plan");
        let world = self.0.world();
        let report = self.0.extension_report();
        let shown: BTreeSet<_> = report.rows.iter().map(|row| row.name.to_string()).collect();
        prop_assert_eq!(shown, self.states().into_keys().collect(), "who is listed");
        let extensions = self.extensions();
        let mut edges = BTreeSet::new();
        let plan = extensions.plan();
        for (position, (name, entity)) in extensions.iter().enumerate() {
            let state = extensions.state(name.as_str()).unwrap();
            prop_assert_eq!(world.get::<ExtensionState>(entity), Some(&state), "{} shows its state", name);
            let info = world.get::<ExtensionInfo>(entity).unwrap();
            prop_assert_eq!(info.position, (position < plan.len()).then_some(position), "where {} stands", name);
            prop_assert_eq!(&info.version, &extensions.manifest(name.as_str()).unwrap().version);
            let leftovers = world.leftovers(name.as_str()).unwrap();
            prop_assert_eq!(state.is_active(), !leftovers.is_empty(), "{} is {} and has {:?}", name, state, leftovers);
            let because_of = world.get::<SuspendedBecauseOf>(entity);
            prop_assert_eq!(state == ExtensionState::Suspended, because_of.is_some(), "why {} is {}", name, state);
            if let Some(because_of) = because_of {
                let cause = extensions.iter().find(|(_, entity)| *entity == because_of.0).map(|(name, _)| name);
                let cause = cause.and_then(|cause| extensions.state(cause.as_str()));
                prop_assert!(cause.is_some_and(|state| !state.is_active()), "{} is suspended", name);
            }
        }
        for edge in plan.edges() {
            let [from, to] = [edge.from, edge.to].map(|at| plan.get(at).unwrap().name.to_string());
            prop_assert!(edge.to < edge.from, "{} is before {}", to, from);
            edges.insert((from, to, edge.kind));
        }
        let names: BTreeMap<_, _> = extensions.iter().map(|(name, entity)| (entity, name.to_string())).collect();
        let edge = |edge: &DependencyEdge| (names[&edge.from].clone(), names[&edge.to].clone(), edge.kind);
        let is_edge = world.iter_entities().filter_map(|entity| entity.get::<DependencyEdge>().map(edge));
        let shown: Vec<(String, String, EdgeKind)> = is_edge.collect();
        prop_assert_eq!(shown.len(), edges.len());
        prop_assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), edges);
        for name in scripts {
            let version = self.extensions().manifest(name).unwrap().version.major;
            let called = self.0.world_mut().call::<_, Value>(name, "version", ());
            prop_assert_eq!(called, Ok(json!(version)));
        }
        Ok(())
    }
}

/// A frame: what is written, who fails, what is asked for, and the same in another order.
type Frame = (Vec<(Name, Option<Text>)>, Vec<Name>, Vec<Ask>, Vec<Ask>);

fn frames() -> impl Strategy<Value = Vec<Frame>> {
    let text = prop_oneof![
        8 => (1..=2u8).prop_map(|version| Some(Text::Good { version })),
        1 => Just(Some(Text::Broken)),
        1 => Just(Some(Text::WantsNobody)),
        2 => select(vec!["top", "preinit", "init", "postinit"]).prop_map(|stage| Some(Text::FailsIn(stage))),
        1 => Just(None),
    ];
    let scripts = || select(SCRIPTS.to_vec());
    let tos = vec![SwitchTo::Disable, SwitchTo::Enable, SwitchTo::Restart, SwitchTo::Unload, SwitchTo::Reload];
    let of_all = (select(NATIVES.into_iter().chain(SCRIPTS).collect::<Vec<_>>()), select(tos));
    let ask = prop_oneof![
        3 => scripts().prop_map(|name| Ask { name, to: SwitchTo::Load }),
        2 => scripts().prop_map(|name| Ask { name, to: SwitchTo::Reload }),
        3 => of_all.prop_map(|(name, to)| Ask { name, to }),
    ];
    let asks = vec(ask, 0..7).prop_flat_map(|asks| (Just(asks.clone()), Just(asks).prop_shuffle()));
    let frame = (vec((scripts(), text), 0..4), vec(scripts(), 0..2), asks);
    vec(frame.prop_map(|(texts, trips, (asks, shuffled))| (texts, trips, asks, shuffled)), 1..12)
}

fn write(folder: &TempDir, name: Name, text: Option<Text>) {
    let path = folder.path().join(format!("{name}.js"));
    match text {
        Some(text) => fs::write(path, text.write(name)).unwrap(),
        None => _ = fs::remove_file(path),
    }
}

fn run(frames: Vec<Frame>) -> Result<(), TestCaseError> {
    let _quiet = tracing::subscriber::set_default(tracing_subscriber::registry());
    let folder = tempfile::tempdir().unwrap();
    let mut disk: BTreeMap<_, _> = SCRIPTS.map(|name| (name, Text::Good { version: 1 })).into();
    disk.iter().for_each(|(name, text)| write(&folder, name, Some(*text)));
    let [mut one, mut other] = [Town::new(), Town::new()];
    let entities = one.0.world().entities().count_spawned();
    let mut model = Model::started();
    for (texts, trips, asks, shuffled) in frames {
        for (name, text) in texts {
            write(&folder, name, text);
            match text {
                Some(text) => _ = disk.insert(name, text),
                None => _ = disk.remove(name),
            }
        }
        for name in trips {
            for town in [&mut one, &mut other] {
                town.0.world_mut().emit(&format!("trip.{name}"), json!({})).unwrap();
                town.0.update();
            }
            model.fail(name);
        }
        prop_assert_eq!(one.states(), model.states());
        one.0.world_mut().resource_mut::<Log>().0.clear();

        let before = one.states();
        let plan = one.ask(&asks, folder.path());
        let same = other.ask(&shuffled, folder.path());
        prop_assert_eq!(plan.to_string(), same.to_string(), "the order of asking does not matter");
        one.0.update();
        other.0.update();
        let blocked = model.switch(&asks.iter().copied().collect(), &disk, &one.order());
        let told: BTreeSet<_> = plan.blocked().iter().map(|blocked| Ask::of(&blocked.switch)).collect();
        prop_assert_eq!(told, blocked, "what cannot be had\n{}", plan);
        prop_assert_eq!(one.states(), model.states(), "{}", plan);
        prop_assert_eq!(one.states(), other.states());

        let log = std::mem::take(&mut one.0.world_mut().resource_mut::<Log>().0);
        let told = |sign: char| log.iter().filter_map(move |note| note.strip_prefix(sign)).collect::<Vec<_>>();
        let shown: Vec<_> = plan.starts().map(bevy_extensions::ExtensionName::as_str).collect();
        if one.states().values().all(|state| *state != ExtensionState::Failed) {
            prop_assert_eq!(told('+'), shown, "who has started\n{}", plan);
            let stops: Vec<_> = plan.stops().map(bevy_extensions::ExtensionName::as_str).collect();
            prop_assert_eq!(told('-'), stops, "who has stopped\n{}", plan);
            let mut promised = before;
            for step in plan.steps() {
                let was = match step.to {
                    Some(to) => promised.insert(step.extension.to_string(), to),
                    None => promised.remove(step.extension.as_str()),
                };
                prop_assert_eq!(was, step.from, "from where {} goes\n{}", step.extension, plan);
            }
            prop_assert_eq!(promised, one.states(), "{}", plan);
        }
        one.check()?;
    }
    let there: Vec<_> = one.states().into_keys().filter(|name| SCRIPTS.contains(&name.as_str())).collect();
    for name in there {
        one.0.world_mut().resource_mut::<Extensions>().unload(name);
    }
    for name in NATIVES {
        one.0.world_mut().resource_mut::<Extensions>().enable(name);
    }
    one.0.update();
    one.check()?;
    // Those that run have as much as before, and nobody else has anything.
    one.0.update();
    if one.states().values().all(|state| *state == ExtensionState::Running) {
        prop_assert_eq!(one.0.world().entities().count_spawned(), entities);
    }
    one.0.terminate_extensions();
    other.0.terminate_extensions();
    Ok(())
}

/// In the long proof, `CASES` says how many.
fn cases() -> u32 {
    env::var("CASES").map_or(32, |cases| cases.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn extensions_stand_where_the_rules_have_them_whoever_comes_changes_and_goes(frames in frames()) {
        run(frames)?;
    }
}
