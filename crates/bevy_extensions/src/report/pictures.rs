//! A report as pictures.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bevy_ecs::world::World;
use bevy_extensions_core::{
    Candidate, ExtensionName, Graph, GraphMember, NodeState, Plan, Timeline, TimelinePhase, TimelineRow,
};
use bevy_platform::time::Instant;

use super::{Report, ReportRow};
use crate::entity::{ExtensionState, Extensions, StartBars};

/// What an extension did: which part of the start, when after a moment that is the same for all, and for how long.
type Bar = (TimelinePhase, Duration, Duration);

/// What there is to draw of a report beside its rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawn {
    plan: Plan,
    /// First those in the plan, in load order, then the others by name.
    members: Vec<(Arc<Candidate>, ExtensionState)>,
    /// Those of them who have a part in the start of the app.
    bars: Vec<(usize, Vec<Bar>)>,
}

impl Drawn {
    pub(super) fn of(world: &World, extensions: &Extensions) -> Self {
        let listed = || extensions.in_order();
        let bars = listed().enumerate().filter_map(|(nth, it)| Some((nth, world.get::<StartBars>(it.entity)?)));
        let bars: Vec<_> = bars.collect();
        let first = bars.iter().flat_map(|(_, bars)| &bars.0).map(|bar| bar.began).min();
        let after_first = |began: Instant| first.map_or(Duration::ZERO, |first| began.saturating_duration_since(first));
        let bars = bars
            .into_iter()
            .map(|(nth, bars)| (nth, bars.0.iter().map(|bar| (bar.phase, after_first(bar.began), bar.took)).collect()));
        Self {
            plan: extensions.plan().clone(),
            members: listed().map(|listed| (listed.candidate.clone(), listed.state)).collect(),
            bars: bars.collect(),
        }
    }
}

impl Report {
    /// Draws who depends on whom, who runs, and why somebody does not.
    ///
    /// ```
    /// # use bevy_app::prelude::*;
    /// # use bevy_extensions::prelude::*;
    /// # #[derive(Extension)]
    /// # struct Economy;
    /// # impl Plugin for Economy { fn build(&self, _: &mut App) {} }
    /// # let mut app = App::new();
    /// # app.add_plugins(ExtensionsPlugin::default().without_inventory().with::<Economy>());
    /// # app.update();
    /// # let file = tempfile::NamedTempFile::new()?;
    /// # let path = file.path();
    /// std::fs::write(path, app.extension_report().graph().to_svg())?;
    /// # assert!(std::fs::read_to_string(path)?.contains("1 running"));
    /// # app.terminate_extensions();
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn graph(&self) -> Graph {
        let rows: HashMap<&ExtensionName, &ReportRow> = self.rows.iter().map(|row| (&row.name, row)).collect();
        let members = self.drawn.members.iter().map(|(candidate, state)| {
            let cause = rows.get(&candidate.manifest.name).and_then(|row| cause(row));
            GraphMember::new(candidate, state_of(*state)).because(cause.unwrap_or_default())
        });
        let mut graph = Graph::of_members(&self.drawn.plan, &members.collect::<Vec<_>>(), &self.problems);
        graph.title = format!("Extensions{}", self.of_app());
        graph
    }

    /// Draws how the start of the app went: who took how long, and when.
    ///
    /// Whoever was started or loaded since has no part in that, nor has anybody who was unloaded.
    pub fn timeline(&self) -> Timeline {
        let Drawn { plan, members, bars } = &self.drawn;
        let row_of: HashMap<usize, usize> = bars.iter().map(|(member, _)| *member).zip(0..).collect();
        let rows = bars.iter().map(|(member, bars)| {
            let row = TimelineRow::new(members[*member].0.manifest.name.clone());
            let row = bars.iter().fold(row, |row, (phase, begin, took)| row.bar(*phase, *begin, *took));
            let edges = if *member < plan.len() { plan.edges_from(*member) } else { &[] };
            edges.iter().filter_map(|edge| row_of.get(&edge.to)).fold(row, |row, other| row.after(*other))
        });
        Timeline::new(format!("Start of the extensions{}", self.of_app()), rows.collect())
    }

    fn of_app(&self) -> String {
        self.app.as_ref().map(|app| format!(" of {} {}", app.name, app.version)).unwrap_or_default()
    }
}

/// Says why an extension does not run, if that is not for the problems to say.
fn cause(row: &ReportRow) -> Option<String> {
    match row.state {
        ExtensionState::Failed => row.failure.as_ref().map(ToString::to_string),
        ExtensionState::Suspended => {
            row.suspended_because_of.as_ref().map(|of| format!("it requires `{of}`, which does not run"))
        }
        _ => None,
    }
}

fn state_of(state: ExtensionState) -> NodeState {
    match state {
        ExtensionState::Planned => NodeState::Planned,
        ExtensionState::Starting => NodeState::Starting,
        ExtensionState::Running => NodeState::Running,
        ExtensionState::Stopping => NodeState::Stopping,
        ExtensionState::Disabled => NodeState::Disabled,
        ExtensionState::LeftOut => NodeState::LeftOut,
        ExtensionState::Suspended => NodeState::Suspended,
        ExtensionState::Failed => NodeState::Failed,
        ExtensionState::Terminated => NodeState::Terminated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_the_same_names_in_pictures() {
        for state in [
            ExtensionState::Planned,
            ExtensionState::Starting,
            ExtensionState::Running,
            ExtensionState::Stopping,
            ExtensionState::Disabled,
            ExtensionState::LeftOut,
            ExtensionState::Suspended,
            ExtensionState::Failed,
            ExtensionState::Terminated,
        ] {
            assert_eq!(state_of(state).to_string(), state.to_string());
        }
    }
}
