//! Extensions as data: entities and components that can be queried like anything else.

use std::{
    any::TypeId,
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{
    EdgeKind, ExtensionName, HostSettings, Location, Manifest, Plan, Problem, Switch, Version, nearest,
};
use bevy_platform::time::Instant;

use crate::{
    acting::ExtensionId, app_info::AppInfo, caseless::CaselessMap, contain::Ward, extension::Extension, fault::Fault,
    phase::Phase,
};

/// Who an extension is. Every extension that was found is an entity with this component and an [`ExtensionState`].
#[derive(Component, Debug, Clone)]
#[component(immutable)]
#[non_exhaustive]
pub struct ExtensionInfo {
    /// Its name.
    pub name: ExtensionName,
    /// Its version.
    pub version: Version,
    /// Where it is declared.
    pub location: Location,
    /// What it is.
    pub kind: ExtensionKind,
    /// Its place in the load order, from 0; `None` if it is not in the plan.
    pub position: Option<usize>,
}

/// What an extension is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExtensionKind {
    /// A Bevy plugin that is linked into the app.
    Native,
    /// Files that were found on disk.
    Script,
}

impl fmt::Display for ExtensionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Native => "native",
            Self::Script => "script",
        })
    }
}

/// Where in its life an extension is.
///
/// It shows what the host knows: query it, with `Changed<ExtensionState>` if you wait for something. Replacing it moves
/// nothing but what is shown.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[component(immutable)]
#[non_exhaustive]
pub enum ExtensionState {
    /// In the plan, but its start has not come yet.
    Planned,
    /// From `build` to the end of [`Phase::PostInit`].
    Starting,
    /// It has started, and runs.
    Running,
    /// Its [`Phase::Terminate`] is running.
    Stopping,
    /// Switched off, by the host settings or [while the app runs](crate::Switch).
    Disabled,
    /// It is not in the plan, and a [`Problem`] says why.
    LeftOut,
    /// It could run, but somebody it requires does not.
    Suspended,
    /// It has failed, and its [`ExtensionFaults`] say how.
    Failed,
    /// It was terminated with the app.
    Terminated,
}

impl ExtensionState {
    /// Tells whether its systems run: while it is starting and while it is running.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Starting | Self::Running)
    }

    /// Says what is the matter with an extension: `is failed`.
    pub(crate) fn told(self) -> String {
        match self {
            Self::Planned => "has not started yet".into(),
            Self::Failed => "has failed".into(),
            state => format!("is {state}"),
        }
    }
}

impl fmt::Display for ExtensionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Planned => "planned",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Disabled => "disabled",
            Self::LeftOut => "left out",
            Self::Suspended => "suspended",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
        })
    }
}

/// What went wrong in an extension so far, oldest first. The same fault again only counts.
#[derive(Component, Debug, Clone, Default, PartialEq)]
pub struct ExtensionFaults {
    faults: Vec<CountedFault>,
    fatal: Option<Fault>,
    more: u32,
    /// How many were told by themselves, since its last start.
    told: u32,
}

/// A fault, and how often it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountedFault {
    /// What happened.
    pub fault: Fault,
    /// How often.
    pub times: u32,
}

/// How many different faults of an extension are kept; of one that says something else each frame, the rest is counted.
const KEPT: usize = 64;

/// How many different faults of an extension are told by themselves, from one start of it to the next.
pub(crate) const TOLD: u32 = 8;

/// What is told of a fault when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// It.
    Fault,
    /// That it is one of too many different ones to tell each.
    TooMany,
    /// Nothing.
    None,
}

impl ExtensionFaults {
    /// Returns each different fault, with how often it happened.
    pub fn iter(&self) -> std::slice::Iter<'_, CountedFault> {
        self.faults.iter()
    }

    /// Returns the fault that the extension failed with.
    pub fn fatal(&self) -> Option<&Fault> {
        self.fatal.as_ref()
    }

    /// Returns how many further faults there were that are not kept, as there are too many different ones.
    pub fn more(&self) -> u32 {
        self.more
    }

    /// Counts a fault; tells whether it differs from all that are kept.
    pub(crate) fn count(&mut self, fault: Fault) -> bool {
        if let Some(known) = self.faults.iter_mut().find(|known| known.fault == fault) {
            known.times = known.times.saturating_add(1);
            return false;
        }
        if self.faults.len() == KEPT {
            self.more = self.more.saturating_add(1);
            return true;
        }
        self.faults.push(CountedFault { fault, times: 1 });
        true
    }

    /// Decides what is told of a fault that differs from all that are kept.
    pub(crate) fn next_news(&mut self) -> News {
        let news = match self.told {
            ..TOLD => News::Fault,
            TOLD => News::TooMany,
            _ => News::None,
        };
        self.told = self.told.saturating_add(1);
        news
    }

    pub(crate) fn set_fatal(&mut self, fault: Fault) {
        self.fatal = Some(fault);
    }

    /// Notes that the extension starts again.
    pub(crate) fn begin_anew(&mut self) {
        self.fatal = None;
        self.told = 0;
    }
}

/// Because of whom an extension is [`Suspended`](ExtensionState::Suspended).
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuspendedBecauseOf(
    /// The extension it requires that does not run.
    pub Entity,
);

/// How long the parts of an extension's start and end took.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionTimes {
    /// `build` and `finish`.
    pub build: Duration,
    /// [`Phase::PreInit`].
    pub pre_init: Duration,
    /// [`Phase::Init`].
    pub init: Duration,
    /// [`Phase::PostInit`].
    pub post_init: Duration,
    /// [`Phase::Terminate`].
    pub terminate: Duration,
}

impl ExtensionTimes {
    /// Returns how long it took to start.
    pub fn start(&self) -> Duration {
        self.build + self.pre_init + self.init + self.post_init
    }

    pub(crate) fn of_phase(&mut self, phase: Phase) -> &mut Duration {
        match phase {
            Phase::PreInit => &mut self.pre_init,
            Phase::Init => &mut self.init,
            Phase::PostInit => &mut self.post_init,
            Phase::Terminate => &mut self.terminate,
        }
    }
}

/// To which extension an entity belongs. It goes when the extension's entity goes.
///
/// Every listener, function, export and driver of an extension is an entity with this component:
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{ExtensionInfo, Listener, OwnedBy};
/// fn print_listeners(listeners: Query<(&Listener, &OwnedBy)>, extensions: Query<&ExtensionInfo>) -> Result {
///     for (listener, owner) in &listeners {
///         println!("{} listens to {}", extensions.get(owner.0)?.name, listener.event);
///     }
///     Ok(())
/// }
/// # bevy_app::App::new().add_systems(bevy_app::Update, print_listeners);
/// ```
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[relationship(relationship_target = Owns)]
pub struct OwnedBy(
    /// The entity of the extension.
    pub Entity,
);

/// What belongs to an extension; the other side of [`OwnedBy`].
#[derive(Component, Debug, Default)]
#[relationship_target(relationship = OwnedBy, linked_spawn)]
pub struct Owns(Vec<Entity>);

impl Owns {
    /// Goes through the entities, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = Entity> {
        self.0.iter().copied()
    }

    /// Takes all entities off the list, although they still belong to the extension: they are about to be despawned, and
    /// to be taken off one by one takes time with the square of their number.
    pub(crate) fn take(&mut self) -> Vec<Entity> {
        std::mem::take(&mut self.0)
    }
}

/// One extension starts after another. Every kept edge of the plan is an entity with this component.
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{DependencyEdge, ExtensionInfo};
/// fn print_graph(edges: Query<&DependencyEdge>, extensions: Query<&ExtensionInfo>) -> Result {
///     for edge in &edges {
///         println!("{} -> {}", extensions.get(edge.from)?.name, extensions.get(edge.to)?.name);
///     }
///     Ok(())
/// }
/// # bevy_app::App::new().add_systems(bevy_app::Update, print_graph);
/// ```
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
#[component(immutable)]
#[non_exhaustive]
pub struct DependencyEdge {
    /// Who starts later.
    pub from: Entity,
    /// Who starts earlier.
    pub to: Entity,
    /// Why.
    pub kind: EdgeKind,
}

/// All extensions of an app: finds them by name or type, and knows the plan.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{ExtensionInfo, Extensions, prelude::*};
/// # #[derive(Extension)]
/// # struct Economy;
/// # impl Plugin for Economy { fn build(&self, _: &mut App) {} }
/// fn print_economy(extensions: Res<Extensions>, infos: Query<(&ExtensionInfo, &ExtensionState)>) -> Result {
///     if let Some(economy) = extensions.entity_of::<Economy>() {
///         let (info, state) = infos.get(economy)?;
///         println!("{} {} is {state}", info.name, info.version);
///     }
///     Ok(())
/// }
/// # let mut app = App::new();
/// # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Economy>());
/// # app.add_systems(Update, print_economy).update();
/// # app.terminate_extensions();
/// ```
#[derive(Resource)]
pub struct Extensions {
    pub(crate) app: Option<AppInfo>,
    pub(crate) plan: Plan,
    pub(crate) problems: Vec<Problem>,
    pub(crate) settings: Arc<HostSettings>,
    /// By id: first those in the plan, in load order, then the others by name.
    list: Vec<Listed>,
    by_type: HashMap<TypeId, ExtensionId>,
    by_name: CaselessMap<ExtensionId>,
    /// Raised whenever somebody is charged with a fault.
    alarm: Arc<AtomicBool>,
    /// Whether the start was reported: until then the report tells every fault, after it each is told by itself.
    pub(crate) is_start_told: bool,
    /// Whether all are built, and the first phase has begun.
    pub(crate) are_phases_begun: bool,
    /// Whether the app has terminated all: nobody starts any more.
    pub(crate) have_ended: bool,
    /// What was asked for since the last frame.
    pub(crate) requested: Vec<Switch>,
    /// When somebody will be started again by itself.
    pub(crate) next_retry: Option<Instant>,
}

/// Brings something that was set aside back into the world, once.
pub(crate) type Parked = Box<dyn FnMut(&mut World, &Arc<Ward>) + Send + Sync>;

/// What the host keeps of an extension beside its entity.
pub(crate) struct Listed {
    pub(crate) name: ExtensionName,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) entity: Entity,
    pub(crate) ward: Arc<Ward>,
    /// Where it is in its life; the component only shows it.
    pub(crate) state: ExtensionState,
    /// Whether its phases have begun, and `Terminate` is still to come.
    pub(crate) has_begun: bool,
    /// Whether it was built, and so can start again.
    pub(crate) is_built: bool,
    /// Whether somebody has switched it off.
    pub(crate) is_off: bool,
    /// Whether what it registers now comes back when it starts again.
    pub(crate) is_registering: bool,
    /// The number of what it registers next.
    pub(crate) next_number: u32,
    /// What it has registered in its `build`, with its number, while it is stopped.
    pub(crate) parked: Vec<(u32, Parked)>,
    /// Since when it runs without a fault.
    pub(crate) calm_since: Option<Instant>,
    /// How often it was started again by itself, since it last ran well.
    pub(crate) attempts: u32,
    /// When it will be started again by itself.
    pub(crate) retry_at: Option<Instant>,
}

impl Listed {
    /// Returns the state to tell somebody who wants something of it: one that has just had a fault too many does not serve
    /// any more, though it is stopped when the frame ends.
    pub(crate) fn told_state(&self) -> ExtensionState {
        match self.state.is_active() && !self.ward.is_active() {
            true => ExtensionState::Failed,
            false => self.state,
        }
    }
}

impl Extensions {
    pub(crate) fn new(app: Option<AppInfo>, settings: HostSettings) -> Self {
        Self {
            app,
            plan: Plan::default(),
            problems: Vec::new(),
            settings: Arc::new(settings),
            list: Vec::new(),
            by_type: HashMap::new(),
            by_name: CaselessMap::default(),
            alarm: Arc::default(),
            is_start_told: false,
            are_phases_begun: false,
            have_ended: false,
            requested: Vec::new(),
            next_retry: None,
        }
    }

    /// Takes an extension in, and makes it an entity. Those in the plan come first, in load order.
    pub(crate) fn list(
        &mut self,
        world: &mut World,
        info: ExtensionInfo,
        manifest: Arc<Manifest>,
        state: ExtensionState,
        native: Option<TypeId>,
    ) {
        let id = ExtensionId::new(self.list.len());
        let name = info.name.clone();
        let ward = Arc::new(Ward::new(world, name.clone(), id, &self.settings, self.alarm.clone()));
        let parts = (ExtensionFaults::default(), ExtensionTimes::default(), Name::new(name.to_string()));
        let entity = world.spawn((info, state, parts)).id();
        self.by_name.insert(name.as_str(), id);
        native.into_iter().for_each(|native| _ = self.by_type.insert(native, id));
        self.list.push(Listed {
            name,
            manifest,
            entity,
            ward,
            state,
            has_begun: false,
            is_built: false,
            is_off: state == ExtensionState::Disabled,
            is_registering: false,
            next_number: 0,
            parked: Vec::new(),
            calm_since: None,
            attempts: 0,
            retry_at: None,
        });
    }

    /// Has the extension that was listed last be found by another spelling too, unless somebody has that name.
    pub(crate) fn also_called(&mut self, spelling: &str) {
        let last = ExtensionId::new(self.list.len() - 1);
        let converted = ExtensionName::converted(spelling).ok();
        for name in [Some(spelling), converted.as_ref().map(ExtensionName::as_str)].into_iter().flatten() {
            if self.by_name.get(name).is_none() {
                self.by_name.insert(name, last);
            }
        }
    }

    /// Tells whether somebody was charged with a fault since the last call.
    pub(crate) fn take_alarm(&self) -> bool {
        self.alarm.load(Ordering::Relaxed) && self.alarm.swap(false, Ordering::Relaxed)
    }

    /// Finds an extension by name, which may differ in case.
    pub fn entity(&self, name: &str) -> Option<Entity> {
        Some(self.listed(self.id_by_name(name)?).entity)
    }

    /// Finds an extension by its type.
    pub fn entity_of<E: Extension>(&self) -> Option<Entity> {
        Some(self.listed(self.id_of::<E>()?).entity)
    }

    /// Returns the state of an extension, by its name, which may differ in case.
    pub fn state(&self, name: &str) -> Option<ExtensionState> {
        Some(self.listed(self.id_by_name(name)?).state)
    }

    /// Returns the state of an extension, by its type.
    pub fn state_of<E: Extension>(&self) -> Option<ExtensionState> {
        Some(self.listed(self.id_of::<E>()?).state)
    }

    /// Returns the manifest of an extension; its name may differ in case.
    pub fn manifest(&self, name: &str) -> Option<&Manifest> {
        Some(&self.listed(self.id_by_name(name)?).manifest)
    }

    /// Goes through all extensions: first those in the plan, in load order, then the others by name.
    pub fn iter(&self) -> impl Iterator<Item = (&ExtensionName, Entity)> {
        self.list.iter().map(|listed| (&listed.name, listed.entity))
    }

    /// Returns the plan that the app was started with.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns what was left out or repaired: the worst first.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns the host settings that the app was started with.
    pub fn settings(&self) -> &HostSettings {
        &self.settings
    }

    pub(crate) fn id_of<E: Extension>(&self) -> Option<ExtensionId> {
        self.id_of_type(TypeId::of::<E>())
    }

    pub(crate) fn id_of_type(&self, native: TypeId) -> Option<ExtensionId> {
        self.by_type.get(&native).copied()
    }

    pub(crate) fn id_by_name(&self, name: &str) -> Option<ExtensionId> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn id_of_entity(&self, entity: Entity) -> Option<ExtensionId> {
        self.list.iter().position(|listed| listed.entity == entity).map(ExtensionId::new)
    }

    /// Finds the extension whose name was probably meant.
    pub(crate) fn nearest(&self, name: &str) -> Option<ExtensionName> {
        let names: Vec<_> = self.list.iter().map(|listed| listed.name.as_str()).collect();
        nearest(name, &names)?.parse().ok()
    }

    pub(crate) fn listed_all(&self) -> &[Listed] {
        &self.list
    }

    pub(crate) fn listed_all_mut(&mut self) -> &mut [Listed] {
        &mut self.list
    }

    pub(crate) fn listed(&self, id: ExtensionId) -> &Listed {
        &self.list[id.index()]
    }

    pub(crate) fn listed_mut(&mut self, id: ExtensionId) -> &mut Listed {
        &mut self.list[id.index()]
    }
}

/// A run condition that is true while an extension is running.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{extension_running, prelude::*};
/// # #[derive(Extension)]
/// # struct Greeter;
/// # impl Plugin for Greeter { fn build(&self, _: &mut App) {} }
/// # fn draw_greetings() {}
/// # let mut app = App::new();
/// app.add_systems(Update, draw_greetings.run_if(extension_running::<Greeter>));
/// # app.update();
/// ```
pub fn extension_running<E: Extension>(extensions: Option<Res<Extensions>>) -> bool {
    extensions.is_some_and(|extensions| extensions.state_of::<E>() == Some(ExtensionState::Running))
}
