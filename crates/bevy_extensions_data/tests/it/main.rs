//! Tests of the data of extensions, through the public API.

mod child;
mod disk;
mod failing;
mod kill;
mod model;
mod opening;
mod power;
mod support;
mod values;
mod writing;
