//! `graph`: who depends on whom, as a picture.

use std::{fs, path::Path};

use bevy_extensions_core::Graph;

use crate::{
    args::{self, GraphFormat},
    exit::Exit,
    failure::Failure,
    json,
    look::Look,
    output::Output,
};

/// Prints the picture, or writes it to a file.
pub fn graph(args: &args::Graph, out: &mut Output) -> Result<Exit, Failure> {
    let look = Look::at(&args.place())?;
    let graph = Graph::of(&look.candidates, &look.resolution);
    let picture = match format(args)? {
        GraphFormat::Dot => graph.to_dot(),
        GraphFormat::Mermaid => graph.to_mermaid(),
        GraphFormat::Svg => graph.to_svg(),
        GraphFormat::Json => json::text(&json::Graph::from(&graph)),
    };
    match &args.output {
        None => out.print(&picture)?,
        Some(file) => fs::write(file, picture).map_err(|error| {
            let what = format!("`{}` cannot be written: {error}", file.display());
            Failure::impossible(what, "check that its folder is there, and that this user may write to it")
        })?,
    }
    Ok(Exit::Good)
}

/// Returns the format that somebody wants, or else the one that the name of the file speaks of.
fn format(args: &args::Graph) -> Result<GraphFormat, Failure> {
    let end = args.output.as_deref().and_then(Path::extension);
    match (args.format, end.map(|end| end.to_string_lossy().to_ascii_lowercase()).as_deref()) {
        (Some(format), _) => Ok(format),
        (None, None | Some("dot" | "gv")) => Ok(GraphFormat::Dot),
        (None, Some("svg")) => Ok(GraphFormat::Svg),
        (None, Some("mmd" | "mermaid")) => Ok(GraphFormat::Mermaid),
        (None, Some("json")) => Ok(GraphFormat::Json),
        (None, Some(end)) => Err(Failure::wrong_use(
            format!("no picture is drawn as `.{end}`"),
            "name a `.svg`, `.dot`, `.mmd` or `.json`, or say which it is with `--format`",
        )),
    }
}
