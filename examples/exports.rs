//! Demonstrates exports: what an extension, or the app, offers to others, as a type or as a function.
//!
//! `Economy` exports its ledger as a type, and `deposit` as a function; the app exports the date and `bell`. `Greeter`
//! uses all of them. The host settings switch `Weather` off, so its type is not there, and choose `Frog` to serve its
//! functions. What does not fit, or was not declared, is an error as a value.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{HostSettings, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const SETTINGS: &[u8] = br#"(disabled: ["Weather"], choose: {"Weather": "Frog"})"#;

fn main() -> Result {
    let settings = HostSettings::from_ron("SETTINGS", SETTINGS)?.into();
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin { settings, ..Default::default() }.without_files());
    app.host().export_value(Date("the 1st of May")).export_fn("bell", |In(times): In<usize>| "ding ".repeat(times))?;
    app.update();
    app.terminate_extensions();
    Ok(())
}

/// What the app exports to all extensions.
#[derive(Export)]
#[export(by = Host)]
struct Date(&'static str);

#[derive(Extension)]
struct Economy;

impl Plugin for Economy {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().export::<Ledger>().export_fn("deposit", deposit);
    }
}

#[derive(Export, Default)]
#[export(by = Economy)]
struct Ledger {
    gold: u32,
}

#[derive(Serialize, Deserialize)]
struct Deposit {
    gold: u32,
}

/// Returns how much there is now.
fn deposit(In(deposit): In<Deposit>, mut ledger: ImportMut<Economy, Ledger>) -> u32 {
    ledger.gold += deposit.gold;
    ledger.gold
}

/// Without `requires(Economy)`, the parameters of [`pay`] would not compile.
#[derive(Extension)]
#[extension(requires(Economy), optional(Weather))]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, (pay, look_up, ask).chain());
    }
}

fn pay(mut ledger: ImportMut<Greeter, Ledger>, date: Import<Greeter, Date>) {
    ledger.gold += 7;
    println!("Greeter: on {}, there are {} gold", date.0, ledger.gold);
}

fn look_up(sky: Option<Import<Greeter, Sky>>) {
    println!("Greeter: the sky is {}", sky.map_or("anybody's guess", |sky| sky.0));
}

fn ask(world: &mut World) -> Result {
    // With the types of the function, nothing is converted. Any others fit if they fit as JSON.
    let gold: u32 = world.call("Economy", "deposit", Deposit { gold: 5 })?;
    let more: Value = world.call("Economy", "deposit", json!({"gold": 8}))?;
    println!("Greeter: {gold} gold, then {more}");
    let bell: String = world.call("app", "bell", 3usize)?;
    println!("Greeter: {bell}at noon");
    let forecast: String = world.call("Weather", "tomorrow", ())?;
    println!("Greeter: tomorrow brings {forecast}");

    for (of, function) in [("Economy", "deposit"), ("Economy", "deposti"), ("Frog", "tomorrow")] {
        if let Err(error) = world.call::<_, Value>(of, function, json!({"gold": "much"})) {
            println!("Greeter: {error}");
        }
    }
    Ok(())
}

/// Switched off in the settings.
#[derive(Extension)]
struct Weather;

impl Plugin for Weather {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().export_value(Sky("blue")).export_fn("tomorrow", || "sun");
    }
}

#[derive(Export, Clone)]
#[export(by = Weather)]
struct Sky(&'static str);

/// Serves in place of `Weather`, as the settings say.
#[derive(Extension)]
struct Frog;

impl Plugin for Frog {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().export_fn("tomorrow", || "rain");
    }
}
