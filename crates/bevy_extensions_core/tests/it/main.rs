//! Tests of fetching, checking and keeping artifacts, through the public API, with servers on this machine.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod child;
mod failing;
mod fetching;
mod keeping;
mod locking;
mod package_lock;
mod packages;
mod server;
mod town;
