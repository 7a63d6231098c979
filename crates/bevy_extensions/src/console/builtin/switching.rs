//! Commands that have extensions come, stop, start and go: a plan first, then the act.

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, Switch, SwitchTo};

use super::Typed;
use crate::{
    console::{ConsoleError, Output, Switched, standing},
    entity::{ExtensionState, Extensions},
    switch::{self, SwitchPlan},
};

pub(super) fn disable(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    switch(world, typed, SwitchTo::Disable)
}

pub(super) fn enable(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    switch(world, typed, SwitchTo::Enable)
}

pub(super) fn restart(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    switch(world, typed, SwitchTo::Restart)
}

pub(super) fn load(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    switch(world, typed, SwitchTo::Load)
}

pub(super) fn reload(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    switch(world, typed, SwitchTo::Reload)
}

pub(super) fn unload(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    switch(world, typed, SwitchTo::Unload)
}

/// Plans what is asked for, and asks for it if whoever types is sure.
fn switch(world: &mut World, typed: &Typed<'_>, to: SwitchTo) -> Result<Output, ConsoleError> {
    let mut is_sure = false;
    let mut switches = Vec::new();
    for word in &typed.words {
        match word.text.as_str() {
            "--yes" | "-y" => is_sure = true,
            option if option.starts_with('-') => {
                return Err(typed.misused(format!("there is no option `{}`", option.escape_debug())));
            }
            name => switches.push(wanted(world, name, to)?),
        }
    }
    if switches.is_empty() {
        let what = if to == SwitchTo::Load { "a path" } else { "the name of an extension" };
        return Err(typed.misused(format!("`{}` wants {what}", typed.name)));
    }
    standing::host(world)?;
    let mut extensions = world.resource_mut::<Extensions>();
    let plan = extensions.plan_switches(switches);
    if !is_sure || plan.is_empty() {
        return Ok(Output::Plan(plan));
    }
    extensions.confirm(plan.clone())?;
    Ok(Output::Asked(plan))
}

fn wanted(world: &World, name: &str, to: SwitchTo) -> Result<Switch, ConsoleError> {
    let extension = match to {
        SwitchTo::Load => name.to_string(),
        _ => standing::find(world, name)?.name.to_string(),
    };
    Ok(Switch { extension, to })
}

pub(super) fn save(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    typed.nothing()?;
    Ok(Output::Saved(standing::host(world)?.save_switches()?))
}

/// Does at once what was asked for, between two frames, and returns what came of it.
pub(in crate::console) fn apply(world: &mut World, plan: SwitchPlan) -> Output {
    switch::apply_switches(world);
    let mut expected: Vec<(ExtensionName, Option<ExtensionState>)> = Vec::new();
    for step in plan.steps() {
        expected.retain(|(name, _)| *name != step.extension);
        expected.push((step.extension.clone(), step.to));
    }
    let extensions = world.get_resource::<Extensions>();
    let now = |name: &ExtensionName| extensions.and_then(|extensions| extensions.state(name.as_str()));
    let follows =
        |name: &ExtensionName| plan.steps().iter().any(|step| step.extension == *name && step.follows.is_some());
    let is_later =
        |name: &ExtensionName| follows(name) || extensions.is_some_and(|extensions| is_later(extensions, name));
    let (later, now_there): (Vec<_>, Vec<_>) = expected.into_iter().partition(|(name, _)| is_later(name));
    let otherwise = now_there.into_iter().filter(|(name, state)| now(name) != *state);
    let otherwise = otherwise.map(|(name, _)| (now(&name), name)).map(|(state, name)| (name, state)).collect();
    let later = later.into_iter().map(|(name, _)| name).collect();
    Output::Switched(Switched { plan, later, otherwise })
}

#[cfg(feature = "artifacts")]
fn is_later(extensions: &Extensions, name: &ExtensionName) -> bool {
    extensions.fetches.is_asked_for(name)
}

#[cfg(not(feature = "artifacts"))]
fn is_later(_: &Extensions, _: &ExtensionName) -> bool {
    false
}
