//! Tests of bevy_extensions as a whole, through its public API: one module per feature.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod building;
mod lifecycle;
mod parsing_properties;
mod reference_resolver;
mod resolving_properties;
mod support;
