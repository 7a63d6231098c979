//! Whoever declares a dependency, in whatever way, imports; so do the owner and, of the app, everybody.

#![forbid(unsafe_code)]
#![deny(warnings, unused_qualifications)]

use bevy_app::prelude::*;
use bevy_extensions::prelude::*;

mod town {
    use bevy_app::prelude::*;
    use bevy_extensions::prelude::*;

    #[derive(Extension)]
    pub struct Economy;

    impl Plugin for Economy {
        fn build(&self, app: &mut App) {
            app.extension::<Self>().export::<Ledger>().add_systems(Init, count);
        }
    }

    #[derive(Export, Default)]
    #[export(by = Economy)]
    pub struct Ledger {
        pub gold: u32,
    }

    fn count(mut ledger: ImportMut<Economy, Ledger>) {
        ledger.gold += 1;
    }
}

use town::Ledger;

#[derive(Export)]
#[export(by = town::Economy)]
enum Mood {}

#[derive(Export, Default)]
#[export(by = Host)]
struct Clock {
    hour: u32,
}

#[derive(Extension)]
#[extension(requires(town::Economy = "*"))]
struct Requires;

impl Plugin for Requires {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, |mut ledger: ImportMut<Self, Ledger>| ledger.gold += 1);
    }
}

#[derive(Extension)]
#[extension(optional(town::Economy))]
struct Uses;

impl Plugin for Uses {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(PostInit, |ledger: Option<Import<Self, Ledger>>| {
            assert_eq!(ledger.map(|ledger| ledger.gold), Some(2), "both have added one before");
        });
    }
}

#[derive(Extension)]
#[extension(any_of(town::Economy, "Redis"))]
struct TakesEither;

impl Plugin for TakesEither {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, |mood: Option<ImportMut<Self, Mood>>| {
            assert!(mood.is_none(), "nobody has offered it");
        });
    }
}

#[derive(Extension)]
struct NeedsNobody;

impl Plugin for NeedsNobody {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().add_systems(Init, |clock: Import<Self, Clock>| assert_eq!(clock.hour, 12));
    }
}

#[test]
fn whoever_declares_it_imports() {
    let all = ExtensionsPlugin::default().without_inventory().with::<town::Economy>();
    let mut app = App::new();
    app.add_plugins(all.with::<Requires>().with::<Uses>().with::<TakesEither>().with::<NeedsNobody>());
    app.host().export_value(Clock { hour: 12 });
    app.update();
    let report = app.extension_report().to_string();
    assert!(
        app.world_mut().query::<&ExtensionState>().iter(app.world()).all(|s| *s == ExtensionState::Running),
        "{report}"
    );
}
