//! Tests of the extension system as a whole, through its public API: one module per feature.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod building;
mod containment;
mod examples;
mod hostile;
mod hosting;
mod lifecycle;
mod logging;
mod manifests;
mod parsing_properties;
mod reference_resolver;
mod resolving;
mod resolving_properties;
mod support;
mod ui;
