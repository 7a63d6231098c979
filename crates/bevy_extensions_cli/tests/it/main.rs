//! The command line as somebody uses it: the program is run, and what it prints is compared word for word.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod built;
mod colors;
mod fetching;
mod graph;
mod json;
mod looking;
mod manifest_schema;
mod new;
mod pack;
mod pipes;
mod shells;
mod support;
mod transcripts;
