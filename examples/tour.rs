//! Demonstrates a whole app: a town of extensions from three crates and a script, with host settings from `assets/tour/`.
//!
//! `Economy` comes from one library crate, `Weather` and `Forecast` from another, `Bard` is the script
//! `assets/tour/extensions/bard.js`, and the others are below. The settings disable `Festival`, and `Forecast` is left out
//! because it asks for a newer `Weather`; the load report says so on standard error. Each of three days brings a visitor, whom `Greeter` welcomes with money of `Economy` and the voice
//! of `Crier`, and some weather; then the gate closes, and everybody says goodbye in reverse order. `Chat` knows how often the tour was here:
//! that is kept beside the program. Two pictures of the start are put into a temporary folder: who depends on whom, and who took
//! how long.

use std::fs;

use bevy_app::{ScheduleRunnerPlugin, prelude::*};
use bevy_ecs::prelude::*;
use bevy_extensions::{
    AppInfo, Driver, DynamicEvent, Interface, Method, Report, SettingsSource, Target, Type, data::Kv, prelude::*,
};
use serde_json::{Value, json};
use town_economy::{Economy, Ledger};

// Nothing below names this crate, and without a name it would not be linked.
bevy_extensions::link_extensions!(town_weather);

fn main() -> AppExit {
    let host = ExtensionsPlugin {
        app: Some(AppInfo::new("town", "1.0.0")),
        settings: SettingsSource::Asset("tour/extensions.ron".into()),
        ..Default::default()
    };
    App::new()
        .add_plugins((ScheduleRunnerPlugin::default(), host))
        .add_systems(PostStartup, draw_start)
        .add_systems(First, begin_day)
        .run()
}

/// Draws how the start went, for a browser; the trace is for `chrome://tracing` or Perfetto.
fn draw_start(world: &mut World) -> Result {
    let report = Report::of(world);
    let folder = std::env::temp_dir().join("bevy_extensions_tour");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("graph.svg"), report.graph().to_svg())?;
    fs::write(folder.join("start.svg"), report.timeline().to_svg())?;
    fs::write(folder.join("start.json"), report.timeline().to_chrome_trace())?;
    println!("the start is drawn in {}", folder.display());
    Ok(())
}

/// Somebody comes to town: an event of the app, for every extension.
#[derive(ExtensionEvent)]
struct VisitorCame {
    name: &'static str,
}

/// The last visitor is in: an event of the app, for one extension.
#[derive(ExtensionEvent)]
struct CloseGate;

fn begin_day(mut day: Local<usize>, mut commands: Commands, mut exit: MessageWriter<AppExit>) {
    let names = ["Ann", "Ben", "Cleo"];
    println!("--- day {} ---", *day + 1);
    commands.trigger(VisitorCame { name: names[*day] });
    *day += 1;
    if *day == names.len() {
        commands.send(CloseGate, Target::of::<Greeter>());
        exit.write(AppExit::Success);
    }
}

/// Lets the people of the town talk: declares what a voice is, and has a quiet one.
#[derive(Extension)]
#[extension(version = "0.3.0")]
pub struct Chat;

impl Plugin for Chat {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(PreInit, open_square)
            .interface(Interface::new("voice").method(Method::new("say").required("text", Type::String)))
            .driver("voice", Driver::new().method("say", |In(said): In<Value>| println!("Chat: {}", said["text"])))
            .add_systems(Terminate, || println!("Chat: the square is empty"));
    }
}

/// Counts in what stays from one run to the next.
fn open_square(kv: Res<Kv<Chat>>) -> Result {
    println!("Chat: the square is open; the tour was here {} times", kv.incr("tours", 1)?);
    Ok(())
}

/// Has a loud voice. The settings choose it.
#[derive(Extension)]
#[extension(version = "1.0.0", requires(Chat))]
pub struct Crier;

impl Plugin for Crier {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().driver("voice", Driver::new().method("say", shout));
    }
}

fn shout(In(said): In<Value>) {
    println!("Crier: {}", said["text"].as_str().unwrap_or_default().to_uppercase());
}

/// Greets whoever comes to town, and pays a welcome gift.
#[derive(Extension)]
#[extension(version = "1.0.0", requires(Economy = "^1.2", Chat), optional("Weather" = "^1"))]
pub struct Greeter;

impl Plugin for Greeter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(PostInit, || println!("Greeter: the gate is open"))
            .observe(welcome)
            .observe(|_: On<CloseGate>| println!("Greeter: the gate is closed"))
            .observe_named("sky.*", look_up);
    }
}

/// Uses what `Economy` exports, and whoever serves the interface `voice`.
fn welcome(visitor: On<VisitorCame>, mut ledger: ImportMut<Greeter, Ledger>, mut commands: Commands) -> Result {
    ledger.gold = ledger.gold.checked_sub(5).ok_or("the chest is empty")?;
    let text = format!("welcome, {}! A gift for you; {} gold are left", visitor.name, ledger.gold);
    commands.drive("voice", "say", json!({"text": text}));
    Ok(())
}

/// Hears of the weather by name, so that this crate need not know that one.
fn look_up(sky: On<DynamicEvent>) {
    if sky.value["sky"] == "Rainy" {
        println!("Greeter: umbrellas for everyone");
    }
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
