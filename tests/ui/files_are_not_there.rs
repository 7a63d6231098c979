//! What comes with an extension is a folder beside `Cargo.toml`.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(files = "assets/greeter")]
struct Greeter;

#[derive(Extension)]
#[extension(files = "Cargo.toml")]
struct Weather;

#[derive(Extension)]
#[extension(files = "/assets/economy")]
struct Economy;

#[derive(Extension)]
#[extension(files("assets/baker"))]
struct Baker;

#[derive(Extension)]
#[extension(assets = "assets/baker")]
struct Butcher;

macro_rules! plugins {
    ($($name:ident)+) => {
        $(impl Plugin for $name {
            fn build(&self, _app: &mut App) {}
        })+
    };
}

plugins!(Greeter Weather Economy Baker Butcher);

fn main() {}
