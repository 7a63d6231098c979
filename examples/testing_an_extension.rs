//! Demonstrates the test kit, as an author uses it for the tests of an extension: `cargo test --example
//! testing_an_extension` runs them as tests, `cargo run --example testing_an_extension` one after another.
//!
//! `Lottery` is what is tested: it draws a winner whom `Purse` pays. `Purse` is a stand-in, defined inline. The tests look
//! at what the lottery tells, at how it takes it if the purse fails, and whether it works in every order of starting.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    FaultPlace,
    prelude::*,
    test_kit::{TestApp, extensions},
};

/// Draws a winner in each frame.
#[derive(Extension)]
#[extension(requires("Purse" = "^1"))]
struct Lottery;

impl Plugin for Lottery {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Update, draw);
    }
}

#[derive(ExtensionEvent, Clone, Debug, PartialEq)]
struct Drawn {
    winner: &'static str,
    gold: u32,
}

fn draw(world: &mut World) -> Result {
    let gold = world.call("Purse", "pay", 10u32)?;
    world.trigger(Drawn { winner: "Ann", gold });
    Ok(())
}

extensions! {
    /// Pays whatever is asked for.
    Purse = |app| app.extension::<Self>().export_fn("pay", |In(gold): In<u32>| gold);
    Newspaper(after(Lottery)) = |app| app.extension::<Self>().observe(|_: On<Drawn>| {});
}

fn main() {
    a_winner_is_drawn_and_paid();
    println!("ok: a winner is drawn and paid");
    a_purse_that_fails_costs_a_draw_and_nothing_else();
    println!("ok: a purse that fails costs a draw and nothing else");
    a_lottery_without_a_purse_waits();
    println!("ok: a lottery without a purse waits");
    the_order_of_starting_does_not_matter();
    println!("ok: the order of starting does not matter");
}

#[cfg_attr(test, test)]
fn a_winner_is_drawn_and_paid() {
    let mut app = TestApp::builder().with::<Lottery>().with::<Purse>().build();
    let drawn = app.capture::<Drawn>();
    app.frames(1).assert_states("Purse running, Lottery running");
    assert_eq!(drawn.take(), [Drawn { winner: "Ann", gold: 10 }]);
}

#[cfg_attr(test, test)]
fn a_purse_that_fails_costs_a_draw_and_nothing_else() {
    let mut app = TestApp::builder().with::<Lottery>().with::<Purse>().start();
    let drawn = app.capture::<Drawn>();
    app.inject_error::<Purse>(FaultPlace::Function("pay".into())).frames(3);
    app.assert_faults("Purse", &["in the function `pay`: injected"]);
    assert_eq!(drawn.take().len(), 2);
}

#[cfg_attr(test, test)]
fn a_lottery_without_a_purse_waits() {
    let mut app = TestApp::builder().with::<Lottery>().with::<Purse>().start();
    let plan = app.world_mut().resource_mut::<Extensions>().disable("Purse");
    assert_eq!(plan.stops().collect::<Vec<_>>(), ["Lottery", "Purse"]);
    app.frames(1).assert_states("Purse disabled, Lottery suspended");
    assert_eq!(app.world().leftovers("Lottery"), Some(vec![]));
}

#[cfg_attr(test, test)]
fn the_order_of_starting_does_not_matter() {
    for seed in 0..8 {
        let app = TestApp::builder().with::<Newspaper>().with::<Lottery>().with::<Purse>().shuffled_with(seed).start();
        app.assert_quiet();
    }
}
