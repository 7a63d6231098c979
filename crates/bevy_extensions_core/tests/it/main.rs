//! Tests of fetching, checking and keeping artifacts, through the public API, with servers on this machine.

mod child;
mod failing;
mod fetching;
mod keeping;
mod locking;
mod packages;
mod server;
mod town;
