//! `list`: who is there.

use anstyle::{AnsiColor, Style};
use bevy_extensions_core::Table;

use crate::{
    args::{Format, LookAt},
    exit::Exit,
    failure::Failure,
    json::{self, Extension},
    look::{Look, State},
    output::{Output, painted, plain},
};

/// Prints those that start, in load order, then the others.
pub fn list(args: &LookAt, out: &mut Output) -> Result<Exit, Failure> {
    let look = Look::at(&args.place())?;
    match args.format {
        Format::Text => {
            let is_well = look.resolution.left_out.is_empty() && look.unreadable() == 0;
            let hint = if is_well { "" } else { "  hint: `bevy-extensions check` tells why some do not start\n" };
            out.print(&(look.summary() + &table(&look).to_text(true) + &painted(hint)))?;
        }
        Format::Json => {
            let extensions = look.members().map(|(_, candidate, state)| Extension::of(candidate, state)).collect();
            out.json(&json::List { format: json::FORMAT, extensions, unreadable: look.unreadable() })?;
        }
    }
    Ok(Exit::Good)
}

fn table(look: &Look) -> Table {
    let mut table = Table::new(["#", "state", "name", "version", "kind", "source"]).right([0]);
    for (_, candidate, state) in look.members() {
        let style = match state {
            State::Planned(_) => Style::new(),
            State::Disabled => Style::new().dimmed(),
            State::LeftOut => AnsiColor::Red.on_default(),
        };
        let cells = [
            state.position().map(|position| position.to_string()).unwrap_or_default(),
            state.word().into(),
            candidate.manifest.name.to_string(),
            candidate.manifest.version.to_string(),
            if candidate.source.is_native() { "native" } else { "script" }.into(),
            plain(&candidate.source.location().to_string()),
        ];
        table.row(style, cells);
    }
    table
}
