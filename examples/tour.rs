//! Demonstrates a whole app: a town of extensions from three crates, with host settings from `assets/tour/`.
//!
//! `Economy` comes from one library crate, `Weather` and `Forecast` from another, `Chat`, `Greeter` and `Festival` are
//! below. The settings disable `Festival`, and `Forecast` is left out because it asks for a newer `Weather`. The load
//! report says so on standard error; three days pass; then everybody says goodbye in reverse order.

use bevy_app::{ScheduleRunnerPlugin, prelude::*};
use bevy_ecs::prelude::*;
use bevy_extensions::{AppInfo, SettingsSource, prelude::*};
use town_economy::{Economy, Ledger};

// Nothing below names this crate, and without a name it would not be linked.
bevy_extensions::link_extensions!(town_weather);

fn main() -> AppExit {
    let host = ExtensionsPlugin {
        app: Some(AppInfo::new("town", "1.0.0")),
        settings: SettingsSource::Asset("tour/extensions.ron".into()),
        ..Default::default()
    };
    App::new().add_plugins((ScheduleRunnerPlugin::default(), host)).add_systems(First, begin_day).run()
}

fn begin_day(mut day: Local<u32>, mut exit: MessageWriter<AppExit>) {
    *day += 1;
    println!("--- day {} ---", *day);
    if *day == 3 {
        exit.write(AppExit::Success);
    }
}

/// Lets the people of the town talk.
#[derive(Extension)]
#[extension(version = "0.3.0")]
pub struct Chat;

impl Plugin for Chat {
    fn build(&self, app: &mut App) {
        app.add_message::<Said>();
        app.extension::<Self>()
            .add_systems(PreInit, || println!("Chat: the square is open"))
            .add_systems(PostUpdate, repeat_aloud)
            .add_systems(Terminate, || println!("Chat: the square is empty"));
    }
}

/// Somebody said something.
#[derive(Message)]
pub struct Said(String);

fn repeat_aloud(mut said: MessageReader<Said>) {
    for Said(text) in said.read() {
        println!("Chat: {text}");
    }
}

/// Greets whoever comes to town, and pays a welcome gift.
#[derive(Extension)]
#[extension(version = "1.0.0", requires(Economy = "^1.2", Chat), optional("Weather" = "^1"))]
pub struct Greeter;

impl Plugin for Greeter {
    fn build(&self, app: &mut App) {
        app.configure_sets(Update, ExtensionSet::of::<Self>().after(ExtensionSet::of::<Economy>()));
        app.extension::<Self>()
            .add_systems(PostInit, || println!("Greeter: the gate is open"))
            .add_systems(Update, welcome)
            .add_systems(Terminate, || println!("Greeter: the gate is closed"));
    }
}

fn welcome(mut visitors: Local<u32>, mut ledger: ResMut<Ledger>, mut said: MessageWriter<Said>) -> Result {
    *visitors += 1;
    ledger.gold = ledger.gold.checked_sub(5).ok_or("the chest is empty")?;
    said.write(Said(format!("welcome, visitor {}! A gift for you; {} gold are left", *visitors, ledger.gold)));
    Ok(())
}

/// Dances all night. Switched off in the settings, as the neighbours complained.
#[derive(Extension)]
#[extension(version = "2.0.0", requires(Chat))]
pub struct Festival;

impl Plugin for Festival {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Update, || println!("Festival: lalala!"));
    }
}
