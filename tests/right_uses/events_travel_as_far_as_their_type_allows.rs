//! By name an event is heard if its type can be written, and sent if it can be read too.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{DynamicEvent, prelude::*};
use serde::{Deserialize, Serialize};

#[derive(ExtensionEvent, Serialize, Deserialize)]
struct Both(u8);

#[derive(ExtensionEvent, Serialize)]
struct Written(u8);

#[derive(ExtensionEvent, Deserialize)]
struct Read(u8);

#[derive(ExtensionEvent)]
struct Neither(u8);

#[derive(Resource, Default)]
struct Heard(Vec<String>);

#[test]
fn only_what_can_be_written_is_heard_by_name() {
    let mut app = App::new();
    app.init_resource::<Heard>().add_plugins(ExtensionsPlugin::default().without_files());
    let listen = |event: On<DynamicEvent>, mut heard: ResMut<Heard>| heard.0.push(event.name().to_string());
    app.host().observe_named("*", listen).unwrap();

    let world = app.world_mut();
    world.trigger(Both(1));
    world.trigger(Written(1));
    world.trigger(Read(1));
    world.trigger(Neither(1));
    assert_eq!(world.resource::<Heard>().0, ["both", "written"]);

    let sent = ["both", "written", "read", "neither"].map(|name| world.emit(name, 2).is_ok());
    assert_eq!(sent, [true, false, false, false]);
    let _ = (Written(0).0, Read(0).0, Neither(0).0);
}
