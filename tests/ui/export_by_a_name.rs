//! The owner of an export is a type.

use bevy_extensions::Export;

#[derive(Export)]
#[export(by = "Economy")]
struct Ledger;

#[derive(Export)]
#[export(by = 3)]
struct Prices;

#[derive(Export)]
#[export(by(Economy))]
struct Coins;

fn main() {}
