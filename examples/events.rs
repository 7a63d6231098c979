//! Demonstrates events: the app asks about each sale, extensions change it or forbid it, and the app hears the outcome.
//!
//! `Customs` requires `Guild`, so it hears after it, and sees the price that the guild has left. The app's own listener
//! is always the last. `Watch` puts in a veto: that is a field like any other. `Journal` does not know the type of the
//! event; it hears all of `market.*` by name, with a value, and says who has sent it.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{DynamicEvent, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::json;

fn main() -> Result {
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin::default().without_files()).add_observer(keep_count);
    app.update();
    for (item, gold) in [("hammer", 10), ("powder", 4)] {
        println!("--- {item} for {gold} gold");
        let mut sale = Sale { item: item.into(), gold, veto: None };
        app.world_mut().trigger_ref(&mut sale);
        match sale.veto {
            None => println!("App: sold for {} gold", sale.gold),
            Some(why) => println!("App: not sold, {why}"),
        }
    }

    // By name the event is a value, and goes to the same listeners.
    println!("--- by name");
    let sale = app.world_mut().emit("market.sale", json!({"item": "saw", "gold": 6}))?;
    println!("App: sold for {} gold", sale["gold"]);
    app.terminate_extensions();
    Ok(())
}

/// Something is about to be sold. Listeners may change it, and whoever has sent it sees what they made of it.
#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "market.sale")]
struct Sale {
    item: String,
    gold: u32,
    #[serde(default)]
    veto: Option<String>,
}

fn keep_count(sale: On<Sale>, mut sales: Local<u32>) {
    *sales += u32::from(sale.veto.is_none());
    println!("App: {} sold so far", *sales);
}

#[derive(Extension)]
#[extension(requires(Guild))]
struct Customs;

impl Plugin for Customs {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().observe(|mut sale: On<Sale>| {
            sale.gold += 2;
            println!("Customs: 2 gold of duty make it {}", sale.gold);
        });
    }
}

#[derive(Extension)]
struct Guild;

impl Plugin for Guild {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().observe(|mut sale: On<Sale>| {
            sale.gold /= 2;
            println!("Guild: half the price makes it {}", sale.gold);
        });
    }
}

#[derive(Extension)]
struct Watch;

impl Plugin for Watch {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .observe(forbid_powder)
            // Nobody has declared this event: it is a name and a value.
            .add_systems(PostInit, |mut commands: Commands| commands.emit("market.opened", json!({"gate": "north"})));
    }
}

fn forbid_powder(mut sale: On<Sale>) {
    if sale.item == "powder" {
        sale.veto = Some("no powder within the walls".into());
    }
}

#[derive(Extension)]
#[extension(after(Customs, Watch))]
struct Journal;

impl Plugin for Journal {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().observe_named("market.*", write_down);
    }
}

fn write_down(event: On<DynamicEvent>) {
    let sender = event.sender().map_or("the app", |extension| extension.as_str());
    println!("Journal: {} {}, says {sender}", event.name(), event.value);
}
