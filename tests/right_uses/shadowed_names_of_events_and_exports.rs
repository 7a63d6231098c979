//! Nothing in the user's scope gets between the derives and what they need.

#![no_implicit_prelude]
#![expect(dead_code, reason = "they only stand in the way")]

mod core {}

trait Event {}
trait Export {}
trait ExtensionEvent {}
trait Send {}
struct Delivery;
struct Host;
struct Probe;
struct Wire;

#[derive(::bevy_extensions::ExtensionEvent, ::serde::Serialize, ::serde::Deserialize)]
struct PlayerJoined {
    _name: ::std::string::String,
}

#[derive(::bevy_extensions::Export)]
#[export(by = ::bevy_extensions::Host)]
struct Ledger;

#[test]
fn the_derives_find_what_they_need() {
    ::std::assert_eq!(<PlayerJoined as ::bevy_extensions::ExtensionEvent>::NAME, "player.joined");
    <PlayerJoined as ::bevy_extensions::ExtensionEvent>::wire();
    ::std::assert_eq!(<Ledger as ::bevy_extensions::Export>::NAME, "Ledger");
}
