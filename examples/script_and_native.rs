//! Demonstrates a script and native extensions that need each other: events, functions and drivers go both ways.
//!
//! `Haggler` is the script `assets/script_and_native/haggler.js`. It requires the native `Market`, and the native
//! `Customer` requires it.

use std::collections::BTreeMap;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{HostSettings, Interface, Method, Type, json, prelude::*};
use serde::{Deserialize, Serialize};

fn main() {
    let mut settings = HostSettings::default();
    settings.directories = vec!["{assets}/script_and_native".into()];
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin { settings: settings.into(), ..Default::default() });
    app.finish();
    app.cleanup();
    app.update();
    app.terminate_extensions();
}

/// Somebody asks gold for goods.
#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "market.offer")]
struct Offer {
    goods: String,
    gold: u32,
}

/// Knows what things are worth.
#[derive(Extension)]
#[extension(version = "1.3.0")]
struct Market;

#[derive(Resource)]
struct Prices(BTreeMap<&'static str, u32>);

impl Plugin for Market {
    fn build(&self, app: &mut App) {
        app.insert_resource(Prices(BTreeMap::from([("apples", 3), ("pears", 7)])));
        let voice = Interface::new("voice").method(Method::new("say").required("text", Type::String));
        app.extension::<Self>().interface(voice).export_fn("price", price);
    }
}

#[derive(Deserialize)]
struct Wanted {
    goods: String,
}

/// What the script calls as `market.price({ goods })`.
fn price(In(wanted): In<Wanted>, prices: Res<Prices>) -> Result<u32> {
    let price = prices.0.get(wanted.goods.as_str());
    price.copied().ok_or_else(|| format!("nobody sells {}", wanted.goods).into())
}

/// Buys. A string names what may be a script.
#[derive(Extension)]
#[extension(version = "1.0.0", requires(Market = "^1", "haggler" = "^1"))]
struct Customer;

impl Plugin for Customer {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(PostInit, buy);
    }
}

fn buy(world: &mut World) -> Result {
    for goods in ["apples", "pears"] {
        let mut offer = Offer { goods: goods.into(), gold: 10 };
        world.trigger_ref(&mut offer);
        let advice: String = world.call("haggler", "advise", json!({ "goods": goods }))?;
        println!("Customer: {goods} for {}, and the advice is to {advice}", offer.gold);
    }
    world.drive::<_, ()>("voice", "say", json!({ "text": "a good day" }))?;
    Ok(())
}
