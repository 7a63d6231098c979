//! The weather over the example town: two extensions in one crate.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use extensions::prelude::*;

/// Rain and sun over the town.
#[derive(Extension)]
pub struct Weather;

impl Plugin for Weather {
    fn build(&self, app: &mut App) {
        app.init_resource::<Sky>();
        app.extension::<Self>()
            .add_systems(PreInit, look_up)
            .add_systems(Update, turn)
            .add_systems(Terminate, || println!("Weather: the clouds move on"));
    }
}

/// Tells what tomorrow brings. It waits for a newer [`Weather`] than there is.
#[derive(Extension)]
#[extension(requires(Weather = "^2"))]
pub struct Forecast;

impl Plugin for Forecast {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Update, || println!("Forecast: more of the same"));
    }
}

/// What is over the town today.
#[derive(Resource, Default, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sky {
    /// It is dry.
    #[default]
    Sunny,
    /// It is wet.
    Rainy,
}

fn look_up(sky: Res<Sky>) {
    println!("Weather: the first day is {}", describe(*sky));
}

fn turn(mut sky: ResMut<Sky>) {
    *sky = if *sky == Sky::Sunny { Sky::Rainy } else { Sky::Sunny };
    println!("Weather: it turns {}", describe(*sky));
}

fn describe(sky: Sky) -> &'static str {
    match sky {
        Sky::Sunny => "sunny",
        Sky::Rainy => "rainy",
    }
}
