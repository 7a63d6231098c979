//! Commands that draw.

use bevy_ecs::world::World;

use super::{Typed, asking::report};
use crate::console::{ConsoleError, Output, Timings};

pub(super) fn graph(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    let file = typed.needed("the name of a file")?;
    draw_graph(world, file)
}

pub(super) fn timings(world: &mut World, typed: &Typed<'_>) -> Result<Output, ConsoleError> {
    match typed.word()? {
        None => Ok(Output::Timings(Timings::of(report(world)?))),
        Some(file) => draw_timeline(world, file),
    }
}

#[cfg(not(feature = "pictures"))]
fn draw_graph(_: &World, _: &str) -> Result<Output, ConsoleError> {
    Err(ConsoleError::NoPictures)
}

#[cfg(not(feature = "pictures"))]
fn draw_timeline(_: &World, _: &str) -> Result<Output, ConsoleError> {
    Err(ConsoleError::NoPictures)
}

#[cfg(feature = "pictures")]
fn draw_graph(world: &World, file: &str) -> Result<Output, ConsoleError> {
    let graph = report(world)?.graph();
    let picture = match ending(file).as_str() {
        "svg" => graph.to_svg(),
        "dot" | "gv" => graph.to_dot(),
        "mmd" => graph.to_mermaid(),
        _ => return Err(ConsoleError::Picture { file: file.into(), endings: &[".svg", ".dot", ".mmd"] }),
    };
    write(file, &picture)
}

#[cfg(feature = "pictures")]
fn draw_timeline(world: &World, file: &str) -> Result<Output, ConsoleError> {
    let timeline = report(world)?.timeline();
    let picture = match ending(file).as_str() {
        "svg" => timeline.to_svg(),
        "json" => timeline.to_chrome_trace(),
        _ => return Err(ConsoleError::Picture { file: file.into(), endings: &[".svg", ".json"] }),
    };
    write(file, &picture)
}

/// Returns how a file ends, which says what is drawn.
#[cfg(feature = "pictures")]
fn ending(file: &str) -> String {
    let ending = std::path::Path::new(file).extension();
    ending.map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

#[cfg(feature = "pictures")]
fn write(file: &str, picture: &str) -> Result<Output, ConsoleError> {
    let written = std::fs::write(file, picture);
    written.map_err(|error| ConsoleError::File { file: file.into(), why: error.to_string() })?;
    Ok(Output::Written(file.into()))
}
