//! `tree`: who needs whom.

use bevy_extensions_core::Tree;

use crate::{
    args::{self, Format},
    exit::Exit,
    failure::Failure,
    json::{self, Line},
    look::Look,
    output::Output,
};

/// Prints the tree of all, or of one extension.
pub fn tree(args: &args::Tree, out: &mut Output) -> Result<Exit, Failure> {
    let look = Look::at(&args.place)?;
    let roster = look.roster();
    let tree = match &args.name {
        None => Tree::of(&roster),
        Some(name) if args.inverted => Tree::upwards(&roster, name)?,
        Some(name) => Tree::below(&roster, name)?,
    };
    match args.format {
        Format::Text if tree.lines.is_empty() => out.print(&look.summary())?,
        Format::Text => out.print(&tree.to_text(true))?,
        Format::Json => {
            out.json(&json::Tree { format: json::FORMAT, lines: tree.lines.iter().map(Line::from).collect() })?;
        }
    }
    Ok(Exit::Good)
}
