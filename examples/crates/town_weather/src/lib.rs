//! The weather over the example town: two extensions in one crate.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use extensions::prelude::*;
use serde::Serialize;
use serde_json::json;

/// Rain and sun over the town. `Economy`, whose crate this one does not know, pays for what the rain spoils.
#[derive(Extension)]
#[extension(requires("Economy" = "^1"))]
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
#[derive(Resource, Serialize, Default, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sky {
    /// It is dry.
    #[default]
    Sunny,
    /// It is wet.
    Rainy,
}

/// The sky is another one now. Since it can be serialized, it is heard by its name, `sky.turned`, too.
#[derive(ExtensionEvent, Serialize)]
pub struct SkyTurned {
    /// What is over the town from now on.
    pub sky: Sky,
}

fn look_up(sky: Res<Sky>) {
    println!("Weather: the first day is {}", describe(*sky));
}

fn turn(mut sky: ResMut<Sky>, mut commands: Commands) {
    *sky = if *sky == Sky::Sunny { Sky::Rainy } else { Sky::Sunny };
    println!("Weather: it turns {}", describe(*sky));
    commands.trigger(SkyTurned { sky: *sky });
    if *sky == Sky::Rainy {
        commands.call("Economy", "spend", json!({"gold": 3, "on": "leaking roofs"}));
    }
}

fn describe(sky: Sky) -> &'static str {
    match sky {
        Sky::Sunny => "sunny",
        Sky::Rainy => "rainy",
    }
}
