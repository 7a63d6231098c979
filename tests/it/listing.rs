//! What extensions and the app offer each other, as people read it.

use bevy_ecs::prelude::*;
use bevy_extensions::{Driver, Interface, Method, Type, prelude::*, test_kit::extensions};
use serde::Serialize;

use crate::support::{app, host, host_with};

#[derive(ExtensionEvent, Serialize)]
#[event(name = "player.joined")]
struct PlayerJoined;

#[derive(Export, Default)]
#[export(by = Economy)]
struct Ledger;

extensions! {
    Economy() = |app| app.extension::<Self>()
        .export::<Ledger>()
        .export_fn("deposit", |In(gold): In<u32>| -> Result<u32> { Ok(gold) })
        .interface(Interface::new("sms").method(Method::new("send").required("to", Type::String)))
        .observe(|_: On<PlayerJoined>| {});
    Greeter(requires(Economy)) = |app| app.extension::<Self>()
        .driver("sms", Driver::new().method("send", || {}))
        .observe(|_: On<PlayerJoined>| {})
        .observe_named("player.*", |_: On<DynamicEvent>| {});
    Chat() = |app| app.extension::<Self>()
        .driver("sms", Driver::new().method("send", || {}))
        .observe_named("test-event", |_: On<DynamicEvent>| {})
        .add_systems(PostInit, || panic!("boom"));
}

#[test]
fn a_listing_says_who_offers_what_and_who_hears_whom() {
    let mut app = app(host_with(r#"(choose: {"sms": "Chat"})"#).with::<Economy>().with::<Greeter>().with::<Chat>());
    app.host().export_fn("time", || 12u32).unwrap();
    app.add_observer(|_: On<PlayerJoined>| {});
    app.update();
    // `Chat` hears nothing any more.
    assert_eq!(
        app.extension_report().listing.to_string(),
        "events
  artifact.fetching (ArtifactFetching): nobody
  artifacts.fetched (ArtifactsFetched): nobody
  driver.changed (DriverChanged): nobody
  extension.failed (ExtensionFailed): nobody
  extension.started (ExtensionStarted): nobody
  extension.stopped (ExtensionStopped): nobody
  kv.changed (KvChanged): nobody
  player.*: `Greeter`
  player.joined (PlayerJoined): `Economy`, `Greeter`, `Greeter` by `player.*`, the app
exports
  `Economy`: Ledger
functions
  `Economy`: deposit(u32) -> u32
  the app: time() -> u32
interfaces
  sms { send(to: string) }
    `Chat` (does not run)
    `Greeter`: serves, in place of `Chat`, which the host settings choose
",
    );
    app.terminate_extensions();
}

#[test]
fn a_listing_of_nothing_is_empty() {
    let mut app = bevy_app::App::new();
    app.update();
    assert_eq!(app.extension_report().listing.to_string(), "");
    let mut app = crate::support::app(host());
    app.update();
    assert_eq!(app.extension_report().listing.events.len(), 7, "those of the host itself");
}
