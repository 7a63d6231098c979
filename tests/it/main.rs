//! Tests of the extension system as a whole, through its public API: one module per feature.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod architecture;
mod building;
mod choosing;
mod containment;
mod cycles;
mod delivery_properties;
mod discovery;
mod discovery_properties;
mod drivers;
mod events;
mod examples;
mod exports;
mod functions;
mod guide;
mod hostile;
mod hostile_discovery;
mod hostile_events;
mod hostile_scripts;
mod hostile_switching;
mod hosting;
mod languages;
mod lifecycle;
mod limits;
mod listing;
mod logging;
mod manifests;
mod memory;
mod named_events;
mod parsing_properties;
mod reference_resolver;
mod resolving;
mod resolving_properties;
mod restarting;
mod script_calls;
mod script_events;
mod script_limits;
mod script_properties;
mod script_switching;
mod scripts;
mod support;
mod switching;
mod switching_properties;
mod test_kit;
mod ui;
