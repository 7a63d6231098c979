//! Every key at once, and what Cargo knows besides.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications)]

use bevy_app::prelude::*;
use bevy_extensions::{DependsOn, Extension, Manifest};
use serde::{Deserialize, Serialize};

mod town {
    /// Keeps every player's balance.
    #[derive(bevy_extensions::Extension)]
    #[extension(name = "Economy", version = "1.4.0")]
    pub struct Bank;

    impl bevy_app::Plugin for Bank {
        fn build(&self, _app: &mut bevy_app::App) {}
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct GreeterSettings {
    greeting: String,
    times: u32,
}

impl Default for GreeterSettings {
    fn default() -> Self {
        Self { greeting: "hello".into(), times: 1 }
    }
}

/// Greets whoever joins,
/// and pays a welcome gift.
///
/// The rest is for readers of the code.
#[derive(Extension)]
#[extension(
    name = "Doorman",
    version = "1.2",
    requires(town::Bank = "^1.2", "Time" = "1", "Chat"),
    optional("Weather"),
    any_of(town::Bank, "Redis" = ">=7, <9"),
    any_of("Lamp", "Candle" = "1"),
    conflicts("Silence" = "*"),
    provides("Welcome", "Porter" = "1.0"),
    after("Map"),
    before("Party", "Feast"),
    app = ">=1",
    external(
        repositories(central = "https://repo1.maven.org/maven2", "my repo" = "file:libs"),
        artifacts("com.example:words:1.0.0", "left-pad@^1"),
    ),
    settings = GreeterSettings,
    meta(mood = "cheer\"ful", players = 100, depth = -3, ratio = 2.0, loud = true, "two words" = "yes"),
)]
struct Greeter;

impl Plugin for Greeter {
    fn build(&self, _app: &mut App) {}
}

const EXPECTED: &str = r#"(
    format: 1,
    name: "Doorman",
    version: "1.2.0",
    description: "Greets whoever joins, and pays a welcome gift.",
    license: "MIT OR Apache-2.0",
    app: ">=1",
    dependencies: [
        "Economy ^1.2",
        "Time ^1",
        "Chat",
    ],
    optional: [
        "Weather",
    ],
    any_of: [
        [
            "Economy",
            "Redis >=7, <9",
        ],
        [
            "Lamp",
            "Candle ^1",
        ],
    ],
    conflicts: [
        "Silence",
    ],
    provides: [
        "Welcome",
        "Porter 1.0.0",
    ],
    after: [
        "Map",
    ],
    before: [
        "Party",
        "Feast",
    ],
    external: (
        repositories: [
            (
                name: "central",
                url: "https://repo1.maven.org/maven2",
            ),
            (
                name: "my repo",
                url: "file:libs",
            ),
        ],
        artifacts: [
            "com.example:words:1.0.0",
            "left-pad@^1",
        ],
    ),
    settings: (greeting:"hello",times:1),
    meta: {
        "depth": -3,
        "loud": true,
        "mood": "cheer\"ful",
        "players": 100,
        "ratio": 2.0,
        "two words": "yes",
    },
)
"#;

fn depends<Who: DependsOn<Other>, Other: Extension>() {}

#[test]
fn every_key_is_in_the_manifest() {
    let manifest: Manifest = Greeter::manifest();
    depends::<Greeter, town::Bank>();
    assert_eq!(Greeter::NAME, "Doorman");
    assert_eq!(manifest.to_ron(), EXPECTED);
}
