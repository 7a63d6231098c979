//! Tests of the data of extensions, through the public API.

mod cache;
mod child;
#[cfg(feature = "db")]
mod db;
mod disk;
mod failing;
mod kill;
mod model;
mod opening;
mod power;
mod support;
mod values;
mod writing;
