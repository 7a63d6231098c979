//! What starts: what is found, and what the manifests and the host settings say of it.

use std::{env, path::PathBuf, sync::Arc};

use bevy_ecs::prelude::*;
use bevy_extensions_core::{
    Dev, DevFolder, Folders, Found, HostSettings, OnLeftOut, Problem, Resolution, Severity, discover, resolve,
};

use super::{
    ExtensionsPlugin,
    origin::{Origin, loadable},
};
#[cfg(feature = "data")]
use crate::data::Data;
#[cfg(feature = "watch")]
use crate::watch::Watch;
use crate::{
    app_info::AppInfo,
    contain::build::Known,
    data_folder::DataFolder,
    entity::{ExtensionState, Extensions},
    held::Held,
    request::Reader,
    shared::SharedPlugins,
    shelf::Shelf,
};

/// Who is there, who of them starts and in which order, and why the others do not.
pub(super) struct Decision {
    origins: Vec<Origin>,
    settings: HostSettings,
    resolution: Resolution,
    /// What is wrong beside what resolving has found.
    problems: Vec<Problem>,
    reader: Reader,
    shelf: Shelf,
    folders: Folders,
    data: DataFolder,
    #[cfg(feature = "watch")]
    pub(super) watch: Option<Watch>,
    pub(super) verdict: Verdict,
}

/// What becomes of the plan.
#[derive(Clone, Copy)]
pub(super) enum Verdict {
    /// Those in the plan start.
    Start,
    /// Nobody starts, as the host settings cannot be read.
    StartNobody,
    /// Nobody starts, and the app exits, as the host settings want it if somebody is left out.
    Exit,
}

impl Decision {
    /// Decides; of the world it asks nothing but in which order a test wants it.
    #[cfg_attr(not(feature = "test_kit"), expect(unused_variables, reason = "it asks for a test alone"))]
    pub(super) fn new(plugin: &ExtensionsPlugin, world: &World) -> Self {
        let folders = plugin.app.as_ref().map_or_else(Folders::of_this_process, |app| Folders::of_app(&app.name));
        let (mut settings, unreadable) = read_settings(plugin);
        let mut found = Sources::of(plugin);
        if unreadable.is_none() {
            found.problems.extend(add_dev(plugin, &mut settings));
            found.around(plugin, &settings, &folders);
        }
        let shelf = Shelf::open(&settings, &folders);
        let asks = found.look(&shelf);
        #[cfg(feature = "watch")]
        let watch = found.watch.take();
        let Sources { origins, mut problems, .. } = found;
        if asks && unreadable.is_none() {
            problems.extend(shelf.problems());
        }
        let candidates: Vec<_> = origins.iter().map(|origin| origin.candidate().clone()).collect();
        let resolution = resolve(&candidates, &settings);
        let is_unreadable = unreadable.is_some();
        problems.splice(0..0, unreadable);
        let (data, no_data) = DataFolder::new(plugin.data.as_deref(), &settings, &folders);
        problems.extend(no_data.map(|problem| *problem));
        let verdict = Verdict::of(&settings, is_unreadable, problems.iter().chain(&resolution.problems));
        if matches!(verdict, Verdict::Exit) {
            problems.insert(0, Problem::Stopped);
        }
        #[cfg(feature = "test_kit")]
        let resolution = crate::test_rules::shuffled(world, resolution);
        let reader = reader(plugin, &settings, &shelf);
        Self {
            origins,
            settings,
            resolution,
            problems,
            reader,
            shelf,
            folders,
            data,
            #[cfg(feature = "watch")]
            watch,
            verdict,
        }
    }

    /// Returns those in the plan, in load order.
    pub(super) fn planned(&self) -> Vec<Origin> {
        self.resolution.plan.iter().map(|planned| self.origins[planned.candidate].clone()).collect()
    }

    /// Makes extensions and edges entities, and the resource that finds them.
    pub(super) fn install(self, world: &mut World, app: Option<AppInfo>, settings_file: Option<PathBuf>) {
        let mut extensions = Extensions::new(app, self.settings, self.reader, self.shelf, self.folders);
        extensions.settings_file = settings_file;
        extensions.starts_nobody = !matches!(self.verdict, Verdict::Start);
        let list = outcome(&self.resolution)
            .map(|(candidate, state)| extensions.list(world, self.origins[candidate].newcomer(), state));
        let order = list.collect();
        extensions.set_plan(self.resolution.plan, order);
        extensions.problems.add_first(self.problems);
        extensions.problems.set_resolved(self.resolution.problems);
        world.insert_resource(extensions);
        #[cfg(feature = "data")]
        world.insert_resource(Data::new(&self.data));
        Extensions::show(world, Vec::new());
        world.insert_resource(self.data);
        world.init_resource::<Known>();
        world.init_resource::<SharedPlugins>();
        #[cfg(feature = "test_kit")]
        crate::test_rules::inject(world);
    }
}

impl Verdict {
    fn of<'a>(settings: &HostSettings, is_unreadable: bool, mut problems: impl Iterator<Item = &'a Problem>) -> Self {
        let mut has_errors = || problems.any(|problem| problem.severity() == Severity::Error);
        match settings.on_left_out == OnLeftOut::Stop && has_errors() {
            true => Self::Exit,
            false if is_unreadable => Self::StartNobody,
            false => Self::Start,
        }
    }
}

/// Reads the host settings; those that cannot be read are as if there were none, and why.
fn read_settings(plugin: &ExtensionsPlugin) -> (HostSettings, Option<Problem>) {
    let (mut settings, unreadable) = match plugin.settings.read() {
        Ok(settings) => (settings, None),
        Err(error) => (HostSettings::default(), Some(Problem::BadSettings(error))),
    };
    if let Some(app) = &plugin.app {
        settings.app_version = Some(app.version.clone());
    }
    (settings, unreadable)
}

/// Returns the host settings without directories, if none is searched.
fn searched(plugin: &ExtensionsPlugin, settings: &HostSettings) -> HostSettings {
    let mut searched = settings.clone();
    if !plugin.files {
        searched.directories.clear();
    }
    searched
}

#[cfg(not(feature = "watch"))]
fn no_watch() -> Problem {
    Problem::NotWatched {
        folder: None,
        why: "this app was built without dev mode".into(),
        hint: "turn on the feature `watch` of `bevy_extensions`".into(),
    }
}

/// Adds what the plugin and the environment say of dev folders to what the host settings say, and returns what is wrong
/// with it.
fn add_dev(plugin: &ExtensionsPlugin, settings: &mut HostSettings) -> Vec<Problem> {
    let folders = plugin.dev.folders.iter().cloned().map(DevFolder::in_current_folder);
    settings.dev.folders.extend(folders);
    settings.dev.watch |= plugin.dev.watch;
    if !plugin.files {
        return Vec::new();
    }
    let variable = |name| env::var_os(name);
    let [folders, watch] = [Dev::FOLDERS_VARIABLE, Dev::WATCH_VARIABLE].map(variable);
    settings.dev.add_variables(folders.as_deref(), watch.as_deref())
}

/// Returns what finds out about an extension that is found while the app runs.
fn reader(plugin: &ExtensionsPlugin, settings: &HostSettings, shelf: &Shelf) -> Reader {
    let (plugin, settings, shelf) = (plugin.clone(), settings.clone(), shelf.clone());
    Arc::new(move |found| loadable(&plugin, found, Some((&settings, &shelf))))
}

/// Goes through those in the plan, in load order, then through the others: which candidate each is, and its state.
fn outcome(resolution: &Resolution) -> impl Iterator<Item = (usize, ExtensionState)> {
    let planned = resolution.plan.iter().map(|planned| (planned.candidate, ExtensionState::Planned));
    let candidate = |name| resolution.candidate_of(name).expect("whoever is not planned is a candidate");
    let disabled = resolution.disabled.iter().map(move |name| (candidate(name), ExtensionState::Disabled));
    let left_out = resolution.left_out.iter().map(move |name| (candidate(name), ExtensionState::LeftOut));
    planned.chain(disabled).chain(left_out)
}

/// Those that have a manifest, and a problem for each that has none.
#[derive(Default)]
struct Sources {
    origins: Vec<Origin>,
    problems: Vec<Problem>,
    #[cfg(feature = "watch")]
    watch: Option<Watch>,
}

impl Sources {
    /// Finds what is there without any disk.
    fn of(plugin: &ExtensionsPlugin) -> Self {
        let mut found = Self::default();
        for native in plugin.declared() {
            match native.candidate() {
                Ok(candidate) => found.origins.push(Origin::Native(native, Arc::new(candidate), Held::default())),
                Err(error) => found.problems.push(Problem::Unreadable(error)),
            }
        }
        for (file, text) in &plugin.scripts {
            match Found::script(file, text) {
                Ok(script) => found.add(plugin, script),
                Err(error) => found.problems.push(Problem::Unreadable(error)),
            }
        }
        found
    }

    /// Finds what lies around it, and has it watched, if that is wished.
    fn around(&mut self, plugin: &ExtensionsPlugin, settings: &HostSettings, folders: &Folders) {
        let searched = searched(plugin, settings);
        #[cfg(feature = "watch")]
        {
            self.watch = Watch::begin(&searched, folders, &mut self.problems);
        }
        #[cfg(not(feature = "watch"))]
        self.problems.extend(settings.dev.watch.then(no_watch));
        self.on_disk(plugin, &searched, folders);
    }

    /// Looks what there is of what they ask for, and tells whether anybody asks.
    fn look(&mut self, shelf: &Shelf) -> bool {
        self.origins.iter_mut().for_each(|origin| origin.look(shelf));
        self.origins.iter().any(|origin| !origin.candidate().manifest.external.artifacts.is_empty())
    }

    /// Finds what lies in the directories of the host settings.
    fn on_disk(&mut self, plugin: &ExtensionsPlugin, searched: &HostSettings, folders: &Folders) {
        let mut discovery = discover(searched, folders);
        self.problems.append(&mut discovery.problems);
        let problems = &mut self.problems;
        self.origins.retain(|origin| match discovery.in_place_of(origin.candidate()) {
            Some(problem) => {
                problems.push(problem);
                false
            }
            None => true,
        });
        discovery.found.into_iter().for_each(|found| self.add(plugin, found));
    }

    fn add(&mut self, plugin: &ExtensionsPlugin, found: Found) {
        self.origins.push(Origin::Script(loadable(plugin, found, None)));
    }
}

#[cfg(all(test, not(feature = "watch")))]
mod tests {
    use bevy_app::App;
    use bevy_extensions_core::explain;

    use super::*;

    #[test]
    fn without_the_feature_whoever_wants_to_watch_is_told_of_it() {
        let mut settings = HostSettings::default();
        settings.dev.watch = true;
        let mut app = App::new();
        app.add_plugins(ExtensionsPlugin { settings: settings.into(), ..Default::default() }.without_inventory());
        assert_eq!(
            explain(app.world().resource::<Extensions>().problems()),
            "warning: nothing is watched: this app was built without dev mode\n  \
               hint: turn on the feature `watch` of `bevy_extensions`\n",
        );
    }
}
