//! An export is one type.

use bevy_extensions::Export;

#[derive(Export)]
#[export(by = bevy_extensions::Host)]
struct Ledger<'a>(&'a str);

#[derive(Export)]
#[export(by = bevy_extensions::Host)]
enum Price<const GOLD: u32> {}

#[derive(Export)]
#[export(by = bevy_extensions::Host)]
union Coin {
    _gold: u32,
}

fn main() {}
