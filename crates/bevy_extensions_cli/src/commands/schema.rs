//! `schema`: what editors and programs check files against.

use crate::{
    args::{Schema, SchemaOf},
    exit::Exit,
    failure::Failure,
    output::Output,
};

/// Prints a JSON Schema.
pub fn schema(args: &Schema, out: &mut Output) -> Result<Exit, Failure> {
    // They are written by hand, and tests hold them against what reads and writes. What is derived from the types would know
    // neither how a name may be spelled nor what a range of versions is, which is what an editor should tell.
    let (manifest, output) = (include_str!("../../schemas/extension.json"), include_str!("../../schemas/output.json"));
    out.print(if args.of == SchemaOf::Manifest { manifest } else { output })?;
    Ok(Exit::Good)
}
