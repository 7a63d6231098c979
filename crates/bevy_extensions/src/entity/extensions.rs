//! All extensions of an app: finds them, and knows the plan.

use std::{
    any::TypeId,
    collections::{HashMap, HashSet},
    mem,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{ExtensionName, Folders, Found, HostSettings, Manifest, Plan, Problem, nearest};
use bevy_platform::time::Instant;

use super::{
    DependencyEdge, ExtensionInfo, ExtensionState,
    listed::{Listed, Newcomer},
    problems::Problems,
};
use crate::{
    acting::ExtensionId,
    app_info::AppInfo,
    caseless::CaselessMap,
    contain::Ward,
    extension::Extension,
    request::{Loadable, Reader, Request},
    shelf::Shelf,
    tell::guard,
};
#[cfg(feature = "artifacts")]
use crate::{fetches::Fetches, shelf::LockWriter, tell::tell_problem};

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
    plan: Plan,
    pub(crate) problems: Problems,
    pub(crate) settings: Arc<HostSettings>,
    /// By id. A place is free where somebody was unloaded.
    list: Vec<Option<Listed>>,
    free: Vec<ExtensionId>,
    /// First those in the plan, in load order, then the others by name.
    order: Vec<ExtensionId>,
    edges: HashMap<DependencyEdge, Entity>,
    by_type: HashMap<TypeId, ExtensionId>,
    by_name: CaselessMap<ExtensionId>,
    /// Raised whenever somebody is charged with a fault.
    alarm: Arc<AtomicBool>,
    /// Whether the start was reported: until then the report tells every fault, after it each is told by itself.
    pub(crate) is_start_told: bool,
    /// Whether all are built, and the first phase has begun.
    pub(crate) are_phases_begun: bool,
    /// Whether nobody starts in this app, whatever is asked for, and the report says why.
    pub(crate) starts_nobody: bool,
    /// Whether the app has terminated all: nobody starts any more.
    pub(crate) have_ended: bool,
    /// How often it was said who is there.
    pub(crate) generation: u32,
    /// What was asked for since the last frame.
    pub(crate) requested: Vec<Request>,
    reader: Reader,
    #[cfg(feature = "artifacts")]
    pub(crate) shelf: Shelf,
    /// What is being fetched.
    #[cfg(feature = "artifacts")]
    pub(crate) fetches: Fetches,
    #[cfg(feature = "artifacts")]
    pub(crate) lock_writer: LockWriter,
    pub(crate) folders: Folders,
    /// The file of the host settings, be it there or not; `None` if they are from no file.
    pub(crate) settings_file: Option<PathBuf>,
    /// When somebody will be started again by itself.
    pub(crate) next_retry: Option<Instant>,
}

impl Extensions {
    #[cfg_attr(not(feature = "artifacts"), expect(unused_variables, reason = "nothing is on the shelf"))]
    pub(crate) fn new(
        app: Option<AppInfo>,
        settings: HostSettings,
        reader: Reader,
        shelf: Shelf,
        folders: Folders,
    ) -> Self {
        Self {
            app,
            plan: Plan::default(),
            problems: Problems::default(),
            settings: Arc::new(settings),
            list: Vec::new(),
            free: Vec::new(),
            order: Vec::new(),
            edges: HashMap::new(),
            by_type: HashMap::new(),
            by_name: CaselessMap::default(),
            alarm: Arc::default(),
            is_start_told: false,
            are_phases_begun: false,
            starts_nobody: false,
            have_ended: false,
            generation: 0,
            requested: Vec::new(),
            reader,
            #[cfg(feature = "artifacts")]
            shelf,
            #[cfg(feature = "artifacts")]
            fetches: Fetches::default(),
            #[cfg(feature = "artifacts")]
            lock_writer: LockWriter::default(),
            folders,
            settings_file: None,
            next_retry: None,
        }
    }

    /// Takes an extension in. Its place in the order is [still to be said](Self::set_plan), and it is to be
    /// [shown](Self::show).
    pub(crate) fn list(&mut self, world: &mut World, newcomer: Newcomer, state: ExtensionState) -> ExtensionId {
        let Newcomer { name, candidate, found, held, native, launch } = newcomer;
        let free = self.free.pop();
        let id = free.unwrap_or(ExtensionId::new(self.list.len()));
        let ward = Arc::new(Ward::new(world, name.clone(), id, &self.settings, self.alarm.clone()));
        let entity = world.spawn_empty().id();
        self.by_name.insert(name.as_str(), id);
        native.into_iter().for_each(|native| _ = self.by_type.insert(native, id));
        let mut listed = Listed {
            name,
            candidate,
            found,
            held,
            entity,
            ward,
            state,
            has_begun: false,
            is_built: false,
            is_off: state == ExtensionState::Disabled,
            last_switch: None,
            is_registering: false,
            next_number: 0,
            parked: Vec::new(),
            calm_since: None,
            attempts: 0,
            retry_at: None,
        };
        launch.into_iter().for_each(|launch| _ = listed.park_launch(launch));
        match free {
            Some(free) => self.list[free.index()] = Some(listed),
            None => self.list.push(Some(listed)),
        }
        id
    }

    /// Strikes an extension off. Nothing may be left of it but its entity, and the plan has to be said anew before
    /// anybody looks.
    pub(crate) fn strike_off(&mut self, id: ExtensionId) -> Option<Listed> {
        let listed = self.list.get_mut(id.index()).and_then(mem::take)?;
        self.free.push(id);
        Some(listed)
    }

    /// Says who is in the plan now, in load order, and who is not, by name. It is still to be [shown](Self::show).
    pub(crate) fn set_plan(&mut self, plan: Plan, order: Vec<ExtensionId>) {
        self.plan = plan;
        self.order = order;
        self.generation = self.generation.wrapping_add(1);
        self.order.iter().enumerate().for_each(|(rank, id)| self.listed(*id).ward.set_rank(rank));
        self.name_all();
    }

    /// Finds everybody by name, and by other spellings that nobody has as a name.
    fn name_all(&mut self) {
        let mut by_name = CaselessMap::default();
        let named = |id: &ExtensionId| (*id, self.listed(*id));
        self.order.iter().map(named).for_each(|(id, listed)| by_name.insert(listed.name.as_str(), id));
        for (id, listed) in self.order.iter().map(named) {
            let Some(spelling) = &listed.candidate.original_name else { continue };
            let converted = ExtensionName::converted(spelling).ok();
            for name in [Some(spelling.as_str()), converted.as_ref().map(ExtensionName::as_str)].into_iter().flatten() {
                if by_name.get(name).is_none() {
                    by_name.insert(name, id);
                }
            }
        }
        self.by_name = by_name;
    }

    /// Shows who is there, and the edges of the plan, on entities; those of whoever is `gone` go.
    ///
    /// Whoever observes that finds everything at its place.
    pub(crate) fn show(world: &mut World, gone: Vec<Entity>) {
        let extensions = world.resource_mut::<Self>().into_inner();
        let mut before = mem::take(&mut extensions.edges);
        let (known, new): (Vec<_>, Vec<_>) = extensions.shown_edges().partition(|edge| before.contains_key(edge));
        extensions.edges = known.into_iter().filter_map(|edge| before.remove_entry(&edge)).collect();
        let extensions = world.resource::<Self>();
        let changed = extensions.in_order().enumerate().filter_map(|(rank, listed)| {
            let position = (rank < extensions.plan.len()).then_some(rank);
            let shown = world.get::<ExtensionInfo>(listed.entity);
            (!shown.is_some_and(|shown| listed.is_shown_by(shown, position)))
                .then(|| (listed.entity, listed.info(position), shown.is_none().then(|| listed.new_parts())))
        });
        let changed: Vec<_> = changed.collect();

        for entity in before.into_values().chain(gone) {
            guard(world, "what goes with an extension", |world| _ = world.try_despawn(entity));
        }
        for (entity, info, parts) in changed {
            guard(world, "ExtensionInfo", |world| {
                let Ok(mut entity) = world.get_entity_mut(entity) else { return };
                match parts {
                    Some(parts) => entity.insert((info, parts)),
                    None => entity.insert(info),
                };
            });
        }
        for edge in new {
            let entity = world.spawn_empty().id();
            if let Some(mut extensions) = world.get_resource_mut::<Self>() {
                extensions.edges.insert(edge, entity);
            }
            guard(world, "DependencyEdge", |world| _ = world.get_entity_mut(entity).map(|mut it| _ = it.insert(edge)));
        }
    }

    /// Returns the edges of the plan as they are shown, each once.
    fn shown_edges(&self) -> impl Iterator<Item = DependencyEdge> {
        let entity = |position: usize| self.listed(self.order[position]).entity;
        let edges = self.plan.edges().iter();
        let edges =
            edges.map(move |edge| DependencyEdge { from: entity(edge.from), to: entity(edge.to), kind: edge.kind });
        let mut seen = HashSet::new();
        edges.filter(move |edge| seen.insert(*edge))
    }

    /// Reads an extension from disk.
    pub(crate) fn open(&self, path: &Path) -> Result<Loadable, Box<Problem>> {
        Found::open(path, &self.folders).map(|found| (self.reader)(found))
    }

    /// Finds out who runs something that was found.
    #[cfg(feature = "watch")]
    pub(crate) fn loadable(&self, found: Found) -> Loadable {
        (self.reader)(found)
    }

    /// Reads an extension again, as it is now; `None` if it does not come from disk.
    pub(crate) fn open_again(&self, id: ExtensionId) -> Option<Result<Loadable, Box<Problem>>> {
        let found = self.listed(id).found.as_ref()?;
        Some(found.open_again().map(|found| (self.reader)(found)))
    }

    /// Forgets who stands in whose place, where that is not so any more.
    pub(crate) fn forget_displaced(&mut self) {
        let mut problems = mem::take(&mut self.problems);
        problems.retain(|problem| match problem {
            Problem::InPlaceOf { extension, dev: (_, at), .. } => {
                let id = self.id_by_name(extension.as_str());
                id.is_some_and(|id| self.listed(id).candidate.source.location() == at)
            }
            _ => true,
        });
        self.problems = problems;
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
        Some(self.listed(self.id_by_name(name)?).manifest())
    }

    /// Goes through all extensions: first those in the plan, in load order, then the others by name.
    pub fn iter(&self) -> impl Iterator<Item = (&ExtensionName, Entity)> {
        self.in_order().map(|listed| (&listed.name, listed.entity))
    }

    /// Returns the plan: who can start, in load order, as it was when the app started, or since somebody was last loaded
    /// or unloaded.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns what was left out or repaired: the worst first.
    pub fn problems(&self) -> &[Problem] {
        self.problems.as_slice()
    }

    /// Tells of something that is found to be wrong while the app runs, and keeps it, unless it is known.
    #[cfg(feature = "artifacts")]
    pub(crate) fn note_problem(&mut self, problem: Option<Problem>) {
        if let Some(problem) = problem.filter(|problem| !self.problems().contains(problem)) {
            tell_problem(&problem);
            self.problems.add_last(vec![problem]);
        }
    }

    /// Returns why an extension is left out, if it is.
    pub(crate) fn why_left_out(&self, id: ExtensionId) -> Option<&Problem> {
        let name = &self.listed(id).name;
        self.problems().iter().find(|problem| problem.leaves_out(name))
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

    /// Finds the extension that comes from an entry on disk.
    #[cfg(feature = "watch")]
    pub(crate) fn listed_at(&self, entry: &Path) -> Option<&Listed> {
        self.in_order().find(|listed| listed.found.as_ref().is_some_and(|found| found.path == entry))
    }

    pub(crate) fn id_of_entity(&self, entity: Entity) -> Option<ExtensionId> {
        self.order.iter().copied().find(|id| self.listed(*id).entity == entity)
    }

    /// Finds the extension whose name was probably meant.
    pub(crate) fn nearest(&self, name: &str) -> Option<ExtensionName> {
        let names: Vec<_> = self.in_order().map(|listed| listed.name.as_str()).collect();
        nearest(name, &names)?.parse().ok()
    }

    /// Goes through all extensions: first those in the plan, in load order, then the others by name.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = &Listed> {
        self.order.iter().map(|id| self.listed(*id))
    }

    /// Returns the ids of all: first those in the plan, in load order, then the others by name.
    pub(crate) fn ids(&self) -> &[ExtensionId] {
        &self.order
    }

    /// Returns the ids of those in the plan, in load order.
    pub(crate) fn planned(&self) -> &[ExtensionId] {
        // Until the plan is said, nobody is in it.
        &self.order[..self.plan.len().min(self.order.len())]
    }

    /// Tells whether an extension is in the plan.
    pub(crate) fn is_planned(&self, id: ExtensionId) -> bool {
        self.listed(id).ward.rank() < self.plan.len()
    }

    /// Goes through all, in no order.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Listed> {
        self.list.iter_mut().flatten()
    }

    /// Returns somebody whom an extension needs, and who does not run, if only those ran for whom `runs` answers yes; `None`
    /// if it could run.
    pub(crate) fn unmet_need(&self, id: ExtensionId, runs: impl Fn(ExtensionId) -> bool) -> Option<ExtensionId> {
        let position = self.listed(id).ward.rank();
        if position >= self.plan.len() {
            return None;
        }
        let edge = self.plan.unmet_need(position, |other| runs(self.order[other]))?;
        Some(self.order[edge.to])
    }

    pub(crate) fn get(&self, id: ExtensionId) -> Option<&Listed> {
        self.list.get(id.index())?.as_ref()
    }

    pub(crate) fn listed(&self, id: ExtensionId) -> &Listed {
        self.list[id.index()].as_ref().expect("whoever knows the id of an extension forgets it when that goes")
    }

    pub(crate) fn listed_mut(&mut self, id: ExtensionId) -> &mut Listed {
        self.list[id.index()].as_mut().expect("whoever knows the id of an extension forgets it when that goes")
    }
}
