//! What extensions and the app offer each other.

use std::fmt;

use bevy_ecs::world::World;

use crate::{
    driver::{self, InterfaceRow},
    event::{self, EventRow, ListenerRow},
    exchange::{self, FunctionRow},
    export::{self, ExportRow},
};

/// What extensions and the app offer each other, and who listens to what, at one moment.
///
/// Get it with [`app.extension_report().listing`](crate::Report::listing), or [`of`](Self::of) a world. `Display` lays it out
/// for people.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Listing {
    /// Events that a type claims or that somebody listens to, by name.
    pub events: Vec<EventRow>,
    /// Exports that can be imported as types, in plan order, then those of the app.
    pub exports: Vec<ExportRow>,
    /// Functions, in plan order, then those of the app.
    pub functions: Vec<FunctionRow>,
    /// Interfaces and their drivers, by name.
    pub interfaces: Vec<InterfaceRow>,
}

impl Listing {
    /// Collects the listing of a world. It is empty if the world has no extensions.
    pub fn of(world: &World) -> Self {
        Self {
            events: event::events(world),
            exports: export::exports(world),
            functions: exchange::functions(world),
            interfaces: driver::interfaces(world),
        }
    }
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        section(f, "events", &self.events, event)?;
        section(f, "exports", &self.exports, |f, export| writeln!(f, "  {}: {}", export.by, export.name))?;
        section(f, "functions", &self.functions, function)?;
        section(f, "interfaces", &self.interfaces, interface)
    }
}

/// Writes a head and its rows, if there are any.
fn section<R>(
    f: &mut fmt::Formatter<'_>,
    head: &str,
    rows: &[R],
    row: impl Fn(&mut fmt::Formatter<'_>, &R) -> fmt::Result,
) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(f, "{head}")?;
    rows.iter().try_for_each(|it| row(f, it))
}

fn event(f: &mut fmt::Formatter<'_>, event: &EventRow) -> fmt::Result {
    let type_name = event.type_name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    let listeners: Vec<_> = event.listeners.iter().map(|it| listener(event, it)).collect();
    let listeners = if listeners.is_empty() { "nobody".into() } else { listeners.join(", ") };
    writeln!(f, "  {}{type_name}: {listeners}", event.name)
}

fn listener(event: &EventRow, listener: &ListenerRow) -> String {
    let ListenerRow { by, by_name, is_active, .. } = listener;
    let by_pattern = by_name.as_ref().filter(|name| **name != event.name).map(|name| format!(" by `{name}`"));
    let idle = if *is_active { "" } else { " (does not run)" };
    format!("{by}{}{idle}", by_pattern.unwrap_or_default())
}

fn function(f: &mut fmt::Formatter<'_>, function: &FunctionRow) -> fmt::Result {
    let idle = if function.is_active { "" } else { " (does not run)" };
    writeln!(f, "  {}: {function}{idle}", function.by)
}

fn interface(f: &mut fmt::Formatter<'_>, row: &InterfaceRow) -> fmt::Result {
    match &row.interface {
        Some(interface) => writeln!(f, "  {interface}")?,
        None => writeln!(f, "  {} (nobody declares it)", row.name)?,
    }
    for driver in &row.drivers {
        match &row.served {
            Some((by, reason)) if *by == driver.by => writeln!(f, "    {}: serves, {reason}", driver.by)?,
            _ if driver.is_active => writeln!(f, "    {}", driver.by)?,
            _ => writeln!(f, "    {} (does not run)", driver.by)?,
        }
    }
    Ok(())
}
