//! Exports as types, and their imports.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{ExtensionFaults, TypedExport, prelude::*, test_kit::extensions};

use crate::support::{Log, app, host, host_with, noted};

extensions! {
    Economy() = |app| app.extension::<Self>().export::<Ledger>().add_systems(Init, open_ledger);
    Greeter(requires(Economy)) = |app| app.extension::<Self>().add_systems(Init, pay).add_systems(Update, note_gold);
    Weather(optional(Economy)) = |app| app.extension::<Self>().add_systems(Update, note_if_there);
    Careless(optional(Economy)) = |app| app.extension::<Self>().add_systems(Update, note_carelessly);
}

#[derive(Export, Default)]
#[export(by = Economy)]
struct Ledger {
    gold: u32,
}

fn open_ledger(mut ledger: ImportMut<Economy, Ledger>) {
    ledger.gold = 100;
}

fn pay(mut ledger: ImportMut<Greeter, Ledger>) {
    ledger.gold -= 1;
}

fn note_gold(ledger: Import<Greeter, Ledger>, mut log: ResMut<Log>) {
    log.note(ledger.gold.to_string());
}

fn note_if_there(ledger: Option<Import<Weather, Ledger>>, mut log: ResMut<Log>) {
    log.note(ledger.map_or("none".into(), |ledger| format!("some {}", ledger.gold)));
}

fn note_carelessly(ledger: Import<Careless, Ledger>, mut log: ResMut<Log>) {
    log.note(format!("careless {}", ledger.gold));
}

#[test]
fn who_depends_on_the_owner_imports_what_it_exports() {
    let mut app = app(host().with::<Greeter>().with::<Economy>());
    app.update();
    assert_eq!(noted(&mut app), "99");
    app.terminate_extensions();
}

#[test]
fn an_export_that_is_not_there_is_none() {
    let mut app = app(host_with(r#"(disabled: ["Economy"])"#).with::<Weather>().with::<Economy>());
    app.update();
    assert_eq!(noted(&mut app), "none");
    app.terminate_extensions();
}

#[test]
fn a_bare_import_of_what_is_not_there_is_a_contained_fault() {
    let mut app = app(host().with::<Careless>());
    app.update();
    app.update();
    app.assert_states("Careless running");
    let entity = app.world().resource::<Extensions>().entity_of::<Careless>().unwrap();
    let faults = app.world().get::<ExtensionFaults>(entity).unwrap();
    let faults: Vec<_> = faults.iter().map(|counted| format!("{}x {}", counted.times, counted.fault)).collect();
    assert_eq!(faults, ["2x in a system: it cannot run: `Economy` does not export `Ledger` now"]);
    app.terminate_extensions();
}

#[test]
fn an_export_goes_when_its_owner_stops() {
    extensions! {
        Bank() = |app| app.extension::<Self>().export::<Vault>().add_systems(PostInit, || panic!("boom"));
        Thief(optional(Bank)) = |app| app.extension::<Self>()
            .add_systems(Init, |vault: Option<Import<Thief, Vault>>, mut log: ResMut<Log>| {
                log.note(vault.is_some().to_string());
            })
            .add_systems(Update, |vault: Option<Import<Thief, Vault>>, mut log: ResMut<Log>| {
                log.note(vault.is_some().to_string());
            });
    }
    #[derive(Export, Default)]
    #[export(by = Bank)]
    struct Vault;

    let mut app = app(host().with::<Bank>().with::<Thief>());
    app.update();
    app.assert_states("Bank failed, Thief running");
    assert_eq!(noted(&mut app), "true false");
    assert_eq!(app.world_mut().query::<&TypedExport>().iter(app.world()).count(), 0);
    app.terminate_extensions();
}

#[test]
fn dependents_have_their_imports_until_they_have_ended() {
    extensions! {
        Bank() = |app| app.extension::<Self>().export::<Vault>();
        Clerk(requires(Bank)) = |app| app.extension::<Self>()
            .add_systems(Terminate, |vault: Import<Clerk, Vault>, mut log: ResMut<Log>| log.note(vault.0));
    }
    #[derive(Export)]
    #[export(by = Bank)]
    struct Vault(&'static str);

    impl FromWorld for Vault {
        fn from_world(world: &mut World) -> Self {
            Self(if world.contains_resource::<Log>() { "full" } else { "empty" })
        }
    }

    let mut app = app(host().with::<Bank>().with::<Clerk>());
    app.update();
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "full");
    assert!(app.world().import::<Host, Vault>().is_none(), "it went with its owner");
}

#[test]
fn the_app_imports_from_everybody_and_exports_to_everybody() {
    extensions! {
        Bank() = |app| app.extension::<Self>()
            .export_value(Vault(7))
            .add_systems(Init, |mut clock: ImportMut<Bank, Clock>| clock.0 += 1);
    }
    #[derive(Export, Clone)]
    #[export(by = Bank)]
    struct Vault(u32);
    #[derive(Export)]
    #[export(by = Host)]
    struct Clock(u32);

    let mut app = app(host().with::<Bank>());
    app.host().export_value(Clock(12));
    app.add_systems(Update, |vault: Import<Host, Vault>, clock: Import<Host, Clock>, mut log: ResMut<Log>| {
        log.note(format!("{} at {}", vault.0, clock.0));
    });
    app.update();
    assert_eq!(noted(&mut app), "7 at 13");
    app.world_mut().import_mut::<Host, Vault>().unwrap().0 = 8;
    assert_eq!(app.world().import::<Host, Vault>().unwrap().0, 8);
    app.terminate_extensions();
}

#[test]
fn imports_tell_of_changes() {
    extensions! {
        Bank() = |app| app.extension::<Self>().export_value(Vault(1));
        Clerk(requires(Bank)) = |app| app.extension::<Self>()
            .add_systems(Update, |vault: Import<Clerk, Vault>, mut log: ResMut<Log>| {
                log.note(if vault.is_changed() { format!("changed to {}", vault.0) } else { "same".into() });
            });
    }
    #[derive(Export, Clone)]
    #[export(by = Bank)]
    struct Vault(u32);

    let mut app = app(host().with::<Bank>().with::<Clerk>());
    app.update();
    app.update();
    app.world_mut().import_mut::<Host, Vault>().unwrap().0 = 2;
    app.update();
    assert_eq!(noted(&mut app), "changed to 1 same changed to 2");
    app.terminate_extensions();
}

#[test]
fn what_a_failed_build_exported_is_undone() {
    extensions! {
        Bank() = |app| {
            app.extension::<Self>().export_value(Vault);
            panic!("boom");
        };
    }
    #[derive(Export, Clone)]
    #[export(by = Bank)]
    struct Vault;

    let mut app = app(host().with::<Bank>());
    app.update();
    assert!(app.world().import::<Host, Vault>().is_none());
    assert_eq!(app.world_mut().query::<&TypedExport>().iter(app.world()).count(), 0);
}

#[test]
fn who_imports_in_the_name_of_another_is_refused() {
    extensions! {
        Thief() = |app| app.extension::<Self>()
            .export_fn("steal", |_: Import<Greeter, Ledger>| {})
            .add_systems(Update, note_gold);
    }
    let mut app = app(host().with::<Economy>().with::<Greeter>().with::<Thief>());
    app.update();
    app.assert_states("Economy running, Thief failed, Greeter running");
    let row = app.extension_report().row("Thief").unwrap().clone();
    assert_eq!(
        row.failure.unwrap().to_string(),
        "in `build`: panicked: it imports `Ledger` in the name of `Greeter`; take `Import<Thief, Ledger>`, or `ImportMut`, \
         and declare the dependency",
    );
    app.terminate_extensions();
}

#[test]
fn a_system_that_imports_in_the_name_of_another_never_runs() {
    extensions! { Thief() = |app| app.extension::<Self>().add_systems(Update, note_gold); }
    let mut app = app(host().with::<Economy>().with::<Greeter>().with::<Thief>());
    app.update();
    app.update();
    assert_eq!(noted(&mut app), "99 99", "that of `Greeter`");
    let faults = app.extension_report().row("Thief").unwrap().faults.clone();
    let faults: Vec<_> = faults.iter().map(|counted| format!("{}x {}", counted.times, counted.fault)).collect();
    assert_eq!(
        faults,
        ["1x in a system: panicked: it imports `Ledger` in the name of `Greeter`; take `Import<Thief, Ledger>`, or \
          `ImportMut`, and declare the dependency"],
    );
    app.terminate_extensions();
}
