//! What starts: what is found, and what the manifests and the host settings say of it.

use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_extensions_core::{
    Candidate, Discovery, Folders, HostSettings, Manifest, OnLeftOut, Problem, Resolution, Severity, discover, resolve,
};

use super::{ExtensionsPlugin, origin::Origin};
use crate::{
    acting::ExtensionId,
    app_info::AppInfo,
    contain::build::Known,
    entity::{DependencyEdge, ExtensionInfo, ExtensionState, Extensions},
    shared::SharedPlugins,
};

/// Who is there, who of them starts and in which order, and why the others do not.
pub(super) struct Decision {
    found: Found,
    settings: HostSettings,
    resolution: Resolution,
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
        let mut found = Found::by(plugin);
        let (mut settings, unreadable) = match plugin.settings.read() {
            Ok(settings) => (settings, None),
            Err(error) => (HostSettings::default(), Some(Problem::BadSettings(error))),
        };
        if let Some(app) = &plugin.app {
            settings.app_version = Some(app.version.clone());
        }
        if plugin.files && unreadable.is_none() {
            found.on_disk(plugin, &settings);
        }
        let mut resolution = resolve(&found.candidates, &settings);
        resolution.problems.splice(0..0, found.problems.drain(..));
        let mut verdict = Verdict::Start;
        if let Some(problem) = unreadable {
            resolution.problems.insert(0, problem);
            verdict = Verdict::StartNobody;
        }
        if settings.on_left_out == OnLeftOut::Stop && has_errors(&resolution) {
            resolution.problems.insert(0, Problem::Stopped);
            verdict = Verdict::Exit;
        }
        #[cfg(feature = "test_kit")]
        crate::test_rules::shuffle(world, &mut resolution.plan);
        Self { found, settings, resolution, verdict }
    }

    /// Returns the host settings.
    pub(super) fn settings(&self) -> &HostSettings {
        &self.settings
    }

    /// Returns those in the plan, in load order.
    pub(super) fn planned(&self) -> Vec<Origin> {
        self.resolution.plan.iter().map(|planned| self.found.origins[planned.candidate].clone()).collect()
    }

    /// Makes extensions and edges entities, and the resource that finds them.
    pub(super) fn install(self, world: &mut World, app: Option<AppInfo>) {
        let mut extensions = Extensions::new(app, self.settings);
        for (candidate, position, state) in outcome(&self.resolution) {
            let (info, manifest) = (self.found.info(candidate, position), self.found.manifest(candidate));
            extensions.list(world, info, manifest, state, self.found.origins[candidate].type_id());
            if let Some(spelling) = &self.found.candidates[candidate].original_name {
                extensions.also_called(spelling);
            }
        }
        for edge in self.resolution.plan.edges() {
            let entity = |position| extensions.listed(ExtensionId::new(position)).entity;
            world.spawn(DependencyEdge { from: entity(edge.from), to: entity(edge.to), kind: edge.kind });
        }
        extensions.plan = self.resolution.plan;
        extensions.problems = self.resolution.problems;
        world.insert_resource(extensions);
        world.init_resource::<Known>();
        world.init_resource::<SharedPlugins>();
        #[cfg(feature = "test_kit")]
        crate::test_rules::inject(world);
    }
}

fn has_errors(resolution: &Resolution) -> bool {
    resolution.problems.iter().any(|problem| problem.severity() == Severity::Error)
}

/// Goes through those in the plan, in load order, then through the others: which candidate each is, its place in the plan,
/// and its state.
fn outcome(resolution: &Resolution) -> impl Iterator<Item = (usize, Option<usize>, ExtensionState)> {
    let planned = resolution.plan.iter().enumerate();
    let planned = planned.map(|(position, planned)| (planned.candidate, Some(position), ExtensionState::Planned));
    let candidate = |name| resolution.candidate_of(name).expect("whoever is not planned is a candidate");
    let disabled = resolution.disabled.iter().map(move |name| (candidate(name), None, ExtensionState::Disabled));
    let left_out = resolution.left_out.iter().map(move |name| (candidate(name), None, ExtensionState::LeftOut));
    planned.chain(disabled).chain(left_out)
}

/// Those that have a manifest, each with its candidate at the same index, and a problem for each that has none.
#[derive(Default)]
struct Found {
    origins: Vec<Origin>,
    candidates: Vec<Candidate>,
    problems: Vec<Problem>,
}

impl Found {
    /// Finds what is there without any disk.
    fn by(plugin: &ExtensionsPlugin) -> Self {
        let mut found = Self::default();
        for native in plugin.declared() {
            match native.candidate() {
                Ok(candidate) => found.add(Origin::Native(native), candidate),
                Err(error) => found.problems.push(Problem::Unreadable(error)),
            }
        }
        for (file, text) in &plugin.scripts {
            match bevy_extensions_core::Found::script(file, text) {
                Ok(script) => found.add_file(plugin, script),
                Err(error) => found.problems.push(Problem::Unreadable(error)),
            }
        }
        found
    }

    /// Finds what lies in the directories of the host settings.
    fn on_disk(&mut self, plugin: &ExtensionsPlugin, settings: &HostSettings) {
        let Discovery { found, problems, .. } = discover(settings, &Folders::of_this_process());
        self.problems.extend(problems);
        found.into_iter().for_each(|found| self.add_file(plugin, found));
    }

    fn add(&mut self, origin: Origin, candidate: Candidate) {
        self.origins.push(origin);
        self.candidates.push(candidate);
    }

    fn add_file(&mut self, plugin: &ExtensionsPlugin, found: bevy_extensions_core::Found) {
        let (origin, candidate) = Origin::of_file(plugin, found);
        self.add(origin, candidate);
    }

    fn info(&self, index: usize, position: Option<usize>) -> ExtensionInfo {
        let (origin, candidate) = (&self.origins[index], &self.candidates[index]);
        ExtensionInfo {
            name: origin.name(candidate),
            version: candidate.manifest.version.clone(),
            location: candidate.source.location().clone(),
            kind: origin.kind(),
            position,
        }
    }

    fn manifest(&self, index: usize) -> Arc<Manifest> {
        Arc::new(self.candidates[index].manifest.clone())
    }
}
