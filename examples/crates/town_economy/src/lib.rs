//! The economy of the example town, as an extension in a crate of its own.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::prelude::*;
use serde::{Deserialize, Serialize};

/// Keeps the town's money.
#[derive(Extension)]
#[extension(settings = EconomySettings)]
pub struct Economy;

impl Plugin for Economy {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .export::<Ledger>()
            .export_fn("spend", spend)
            .add_systems(Init, open_ledger)
            .add_systems(Update, pay_wages)
            .add_systems(Terminate, close_ledger);
    }
}

/// What the app's owner may set for the economy.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct EconomySettings {
    /// Gold in the town's chest on the first day.
    pub chest: u32,
    /// Gold that every day of work brings.
    pub wages: u32,
}

impl Default for EconomySettings {
    fn default() -> Self {
        Self { chest: 100, wages: 10 }
    }
}

/// The town's money, for extensions that know this crate.
#[derive(Export, Default)]
#[export(by = Economy)]
pub struct Ledger {
    /// Gold in the chest.
    pub gold: u32,
}

/// What the function `spend` takes, for extensions that only know its name.
#[derive(Serialize, Deserialize)]
pub struct Spend {
    /// How much.
    pub gold: u32,
    /// What for.
    pub on: String,
}

fn spend(In(spend): In<Spend>, mut ledger: ImportMut<Economy, Ledger>) -> Result {
    ledger.gold = ledger.gold.checked_sub(spend.gold).ok_or("the chest is empty")?;
    println!("Economy: {} gold for {}", spend.gold, spend.on);
    Ok(())
}

fn open_ledger(mut ledger: ImportMut<Economy, Ledger>, settings: Res<Settings<Economy>>) {
    ledger.gold = settings.chest;
    println!("Economy: the ledger opens with {} gold", ledger.gold);
}

fn pay_wages(mut ledger: ImportMut<Economy, Ledger>, settings: Res<Settings<Economy>>) {
    ledger.gold += settings.wages;
}

fn close_ledger(ledger: Import<Economy, Ledger>) {
    println!("Economy: the ledger closes with {} gold", ledger.gold);
}
