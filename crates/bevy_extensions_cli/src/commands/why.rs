//! `why`: why an extension starts, or does not.

use bevy_extensions_core::Why;

use crate::{
    args::{self, Format},
    exit::Exit,
    failure::Failure,
    json,
    look::Look,
    output::{Output, painted, plain},
};

/// Prints the chain of causes, and who needs it.
pub fn why(args: &args::Why, out: &mut Output) -> Result<Exit, Failure> {
    let look = Look::at(&args.place)?;
    let why = Why::of(&look.roster(), &args.name)?;
    match args.format {
        Format::Text => out.print(&painted(&plain(&why.to_string())))?,
        Format::Json => out.json(&json::Why::from(&why))?,
    }
    Ok(Exit::Good)
}
