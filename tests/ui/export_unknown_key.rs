//! A misspelt key is an error that knows the right one.

use bevy_extensions::{Export, Host};

#[derive(Export)]
#[export(bye = Host)]
struct Ledger;

#[derive(Export)]
#[export(owner = Host, by = Host, name = "Prices", version = "1")]
struct Prices;

fn main() {}
