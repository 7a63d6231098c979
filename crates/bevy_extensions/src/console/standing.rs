//! How each extension stands, for trees and explanations.

use bevy_ecs::world::World;
use bevy_extensions_core::{Roster, Standing, Tree, Why, WhyStep};

use super::ConsoleError;
use crate::{
    entity::{ExtensionFaults, ExtensionInfo, ExtensionState, Extensions, Listed, SuspendedBecauseOf},
    fault::FaultKind,
    report::style,
};

/// Returns all extensions of a world, and how each stands.
pub(super) fn roster(world: &World) -> Result<Roster<'_>, ConsoleError> {
    let extensions = host(world)?;
    let roster = Roster::new(extensions.problems(), extensions.settings());
    Ok(extensions.in_order().fold(roster, |roster, listed| roster.with(&listed.candidate, standing(listed.state))))
}

fn standing(state: ExtensionState) -> Standing {
    let standing = match state {
        ExtensionState::Starting | ExtensionState::Running => Standing::up(state.to_string()),
        _ => Standing::down(state.to_string()),
    };
    standing.told(state.told()).style(style(state))
}

/// Returns the host of a world.
pub(super) fn host(world: &World) -> Result<&Extensions, ConsoleError> {
    world.get_resource::<Extensions>().ok_or(ConsoleError::NoHost)
}

/// Finds an extension by a name that somebody has typed.
pub(super) fn find<'w>(world: &'w World, name: &str) -> Result<&'w Listed, ConsoleError> {
    let extensions = host(world)?;
    let unknown = || ConsoleError::UnknownExtension { name: name.into(), nearest: extensions.nearest(name) };
    extensions.id_by_name(name).map(|id| extensions.listed(id)).ok_or_else(unknown)
}

/// Returns whom an extension needs, or all of them.
pub(super) fn tree(world: &World, name: Option<&str>) -> Result<Tree, ConsoleError> {
    let roster = roster(world)?;
    match name {
        None => Ok(Tree::of(&roster)),
        Some(name) => {
            let name = find(world, name)?.name.as_str();
            Ok(Tree::below(&roster, name).expect("it is there"))
        }
    }
}

/// Explains why an extension runs, or does not.
pub(super) fn why(world: &World, name: &str) -> Result<Why, ConsoleError> {
    let listed = find(world, name)?;
    let mut why = Why::of(&roster(world)?, listed.name.as_str()).expect("it is there");
    let causes = causes(world, listed);
    let says_more = !matches!(listed.state, ExtensionState::Suspended) && !causes.is_empty();
    if says_more && why.steps[0].hint.is_empty() {
        // It tells the state and nothing else.
        why.steps.remove(0);
    }
    Ok(causes.into_iter().fold(why, Why::with))
}

/// Follows the causes that only a running app knows, each because of the next.
fn causes(world: &World, listed: &Listed) -> Vec<WhyStep> {
    let mut causes = Vec::new();
    let mut next = Some(listed);
    // Nobody is suspended because of itself, but components may be changed by anybody.
    while let Some(listed) = next.filter(|_| causes.len() < 100) {
        let is_first = causes.is_empty();
        next = because_of(world, listed);
        causes.extend(cause(world, listed, next, is_first));
    }
    causes
}

/// Returns whose state keeps an extension from running.
fn because_of<'w>(world: &'w World, listed: &Listed) -> Option<&'w Listed> {
    let because =
        world.get::<SuspendedBecauseOf>(listed.entity).filter(|_| listed.state == ExtensionState::Suspended)?;
    let info = world.get::<ExtensionInfo>(because.0)?;
    find(world, info.name.as_str()).ok()
}

fn cause(world: &World, listed: &Listed, because: Option<&Listed>, is_first: bool) -> Option<WhyStep> {
    let name = &listed.name;
    match listed.state {
        ExtensionState::Suspended => {
            let other = because?;
            Some(WhyStep::new(format!("`{name}` requires `{}`, which {}", other.name, other.state.told())))
        }
        ExtensionState::Failed => Some(failure(world, listed)),
        ExtensionState::Disabled if listed.last_switch.is_some() => {
            let step = WhyStep::new(format!("`{name}` was switched off while the app ran"));
            Some(step.at(listed.candidate.source.location().clone()).hint(format!("type `enable {name}`")))
        }
        state => waiting(world, listed).or_else(|| {
            // What is known of the first was said already.
            (!is_first).then(|| WhyStep::new(format!("`{name}` {}", state.told())).hint(format!("type `why {name}`")))
        }),
    }
}

fn failure(world: &World, listed: &Listed) -> WhyStep {
    let name = &listed.name;
    let fault = world.get::<ExtensionFaults>(listed.entity).and_then(|faults| faults.fatal());
    let text = fault.map_or_else(|| format!("`{name}` has failed"), |fault| format!("`{name}` has failed {fault}"));
    let step = WhyStep::new(text);
    if let Some(FaultKind::Artifact(missing)) = fault.map(|fault| &fault.kind) {
        let hint = format!("{}; then type `enable {name}`", missing.unavailable.hint);
        return step.at(missing.at.clone()).hint(hint);
    }
    let again = if listed.found.is_some() { "reload" } else { "restart" };
    step.at(listed.candidate.source.location().clone()).hint(format!("mend it, then type `{again} {name}`"))
}

/// Says what an extension waits for, if it waits for its artifacts.
#[cfg_attr(not(feature = "artifacts"), expect(unused_variables, reason = "nobody waits without the feature"))]
fn waiting(world: &World, listed: &Listed) -> Option<WhyStep> {
    #[cfg(feature = "artifacts")]
    {
        // Something may be fetched for what another becomes, who stands as it does until then.
        if listed.state != ExtensionState::Planned {
            return None;
        }
        let what = host(world).ok()?.fetches.waits_for(&listed.name)?;
        let step = WhyStep::new(format!("`{}` waits for its artifacts: {what}", listed.name));
        Some(step.at(listed.candidate.source.location().clone()).hint("it starts when they are fetched"))
    }
    #[cfg(not(feature = "artifacts"))]
    None
}
