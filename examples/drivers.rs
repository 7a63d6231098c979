//! Demonstrates drivers: two extensions carry the mail, and the host settings choose which.
//!
//! `Rider` is chosen, and carries the first letter. Then its horse goes lame: it fails in `PostInit`, and `Pigeon`
//! carries the next one, as an event says. Whoever sends a letter names neither. The listing at the end says who serves,
//! and why.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Driver, DriverChanged, HostSettings, Interface, Method, Request, Type, prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::json;

const SETTINGS: &[u8] = br#"(choose: {"mail": "Rider"})"#;

fn main() -> Result {
    let settings = HostSettings::from_ron("SETTINGS", SETTINGS)?.into();
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin { settings, ..Default::default() }.without_files()).add_observer(tell_change);
    app.update();

    // By name, as scripts do it: what is left out has its default, and what does not fit is an error.
    for letter in [json!({"to": "Ben"}), json!({"too": "Ben"})] {
        match app.world_mut().drive::<_, u32>("mail", "send", letter) {
            Ok(days) => println!("App: it takes {days} days"),
            Err(error) => println!("App: {error}"),
        }
    }
    print!("{}", app.extension_report().listing);
    app.terminate_extensions();
    Ok(())
}

fn tell_change(changed: On<DriverChanged>) {
    if let DriverChanged { interface, from: Some(from), to: Some(to), .. } = changed.event() {
        println!("App: `{interface}` is served by {to} now, no more by {from}");
    }
}

/// Declares what mail is, and carries none.
#[derive(Extension)]
struct Office;

impl Plugin for Office {
    fn build(&self, app: &mut App) {
        let send = Method::new("send")
            .required("to", Type::String)
            .with_default("urgent", Type::Bool, false)
            .returns(Type::Integer);
        app.extension::<Self>().interface(Interface::new("mail").method(send));
    }
}

/// The method `send` as a type, for those who write Rust.
#[derive(Serialize, Deserialize)]
struct Send {
    to: String,
    urgent: bool,
}

impl Request for Send {
    const INTERFACE: &'static str = "mail";
    const METHOD: &'static str = "send";
    /// How many days it takes.
    type Answer = u32;
}

/// Sends a letter while the app starts.
#[derive(Extension)]
struct Clerk;

impl Plugin for Clerk {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, send_letter);
    }
}

fn send_letter(world: &mut World) -> Result {
    let days = world.request(Send { to: "Ann".into(), urgent: true })?;
    println!("Clerk: it takes {days} days");
    Ok(())
}

#[derive(Extension)]
#[extension(requires(Office))]
struct Pigeon;

impl Plugin for Pigeon {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().driver("mail", Driver::new().answer::<Send, _>(fly));
    }
}

fn fly(In(letter): In<Send>) -> u32 {
    println!("Pigeon: flies to {}", letter.to);
    3
}

#[derive(Extension)]
#[extension(requires(Office))]
struct Rider;

impl Plugin for Rider {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .driver("mail", Driver::new().answer::<Send, _>(ride))
            .add_systems(PostInit, || -> Result { Err("the horse is lame")? });
    }
}

fn ride(In(letter): In<Send>) -> u32 {
    println!("Rider: rides to {}", letter.to);
    if letter.urgent { 2 } else { 5 }
}
