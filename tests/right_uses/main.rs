//! What the derives accept: every file is one right use, by somebody who denies what the derives must not do.
//!
//! They are a program of their own, as what is declared here is linked into all of it. Wrong uses are in `ui/`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod all_keys;
mod declares_itself;
mod events;
mod events_travel_as_far_as_their_type_allows;
mod imports;
mod renamed_by_key;
mod several_attributes;
mod shadowed_names;
mod shadowed_names_of_events_and_exports;
mod struct_with_fields;
mod unit_struct;
