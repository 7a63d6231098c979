//! Demonstrates drop-in extensions: the files in `assets/extensions/` extend the app, and none of them is named here.
//!
//! There is a single script, a folder with a manifest of ours, one with an `extension.json`, one with a `package.json`, and
//! one that is broken: the load report on standard error says where, and the others run. Put a file of your own beside
//! them, such as `hello.js` with `extension.on('ship.came', (event) => console.log(event.ship));`.

use std::time::Duration;

use bevy_app::prelude::*;
use bevy_extensions::{Interface, Method, Type, Value, json, prelude::*};
use bevy_time::TimeUpdateStrategy;

fn main() -> AppExit {
    let mut app = App::new();
    // Each frame takes as long as the other, so that the tide is the same whenever you try.
    app.insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(10)));
    app.add_plugins(ExtensionsPlugin::default());
    let pilot =
        Interface::new("pilot").method(Method::new("mayEnter").required("draught", Type::Number).returns(Type::Bool));
    app.host().interface(pilot).expect("its names are good");
    app.finish();
    app.cleanup();
    (0..3).for_each(|_| app.update());

    match welcome(&mut app, "Anna") {
        Ok(log) => log.iter().for_each(|line| println!("log: {line}")),
        Err(error) => println!("{error}"),
    }
    app.terminate_extensions();
    AppExit::Success
}

/// A ship comes: the scripts hear of it, one of them is asked whether it may enter, and another has written it all down.
fn welcome(app: &mut App, ship: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let world = app.world_mut();
    let event: Value = world.emit("ship.came", json!({ "ship": ship }))?;
    println!("the {ship} was seen: {}", event["seen"]);
    let may_enter: bool = world.drive("pilot", "mayEnter", json!({ "draught": 4.5 }))?;
    println!("the {ship} may enter: {may_enter}");
    Ok(world.call("log-book", "pages", ())?)
}
