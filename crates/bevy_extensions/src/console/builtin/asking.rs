//! Commands that ask, and change nothing.

use bevy_ecs::world::World;

use super::Typed;
use crate::{
    console::{ConsoleError, Details, Output, standing},
    report::{Listing, Report},
};

pub(super) fn extensions(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    typed.nothing()?;
    Ok(Output::Extensions(report(world)?))
}

pub(super) fn report(world: &World) -> Result<Report, ConsoleError> {
    standing::host(world)?;
    Ok(Report::of(world))
}

pub(super) fn show(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    let name = typed.needed("the name of an extension")?;
    Ok(Output::Details(Details::of(world, name)?.into()))
}

pub(super) fn exports(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    list(world, typed, |all, part| (part.exports, part.functions) = (all.exports, all.functions))
}

pub(super) fn events(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    list(world, typed, |all, part| part.events = all.events)
}

pub(super) fn drivers(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    list(world, typed, |all, part| part.interfaces = all.interfaces)
}

/// Lists a part of what there is.
fn list(world: &World, typed: &Typed<'_>, take: impl FnOnce(Listing, &mut Listing)) -> Result<Output, ConsoleError> {
    typed.nothing()?;
    let mut part = Listing::default();
    take(Listing::of(world), &mut part);
    Ok(Output::Listing(part))
}

pub(super) fn tree(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    Ok(Output::Tree(standing::tree(world, typed.word()?)?))
}

pub(super) fn why(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    let name = typed.needed("the name of an extension")?;
    Ok(Output::Why(standing::why(world, name)?.into()))
}

pub(super) fn problems(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    typed.nothing()?;
    Ok(Output::Problems(report(world)?))
}
