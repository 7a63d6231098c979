//! A scope takes a phase or a schedule, and nothing else.

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

#[derive(Extension)]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems("Init", || println!("never"));
    }
}

fn main() {}
