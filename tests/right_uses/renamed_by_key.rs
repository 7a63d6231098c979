//! `name` replaces the name of the struct, even one that is none.

use bevy_app::prelude::*;
use bevy_extensions::Extension;

#[derive(Extension)]
#[extension(name = "Greeter")]
struct G;

impl Plugin for G {
    fn build(&self, _app: &mut App) {}
}

#[derive(Extension)]
#[extension(requires(G))]
#[expect(non_camel_case_types, reason = "raw names lose their `r#`")]
struct r#match;

impl Plugin for r#match {
    fn build(&self, _app: &mut App) {}
}

#[test]
fn the_key_is_the_name() {
    assert_eq!(G::manifest().name.as_str(), "Greeter");
    assert_eq!(r#match::NAME, "match");
    assert_eq!(r#match::manifest().dependencies[0].to_string(), "Greeter");
}
