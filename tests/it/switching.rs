//! Stopping and starting extensions while the app runs.

use bevy_app::prelude::*;
use bevy_ecs::{lifecycle::HookContext, prelude::*, world::DeferredWorld};
use bevy_extensions::{
    Driver, ExtensionFaults, Interface, Leftover, Method, Owns, SuspendedBecauseOf, Switch, Type, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};

use crate::support::{Log, app, host, host_with, note, noted};

extensions! {
    Economy() = |app| {
        app.world_mut().resource_mut::<Log>().note("Economy.build");
        app.extension::<Self>()
            .add_systems(PreInit, note("Economy.pre"))
            .add_systems(Init, note("Economy.init"))
            .add_systems(PostInit, note("Economy.post"))
            .add_systems(Update, note("Economy.update"))
            .add_systems(Terminate, note("Economy.end"));
    };
    Greeter(requires(Economy)) = |app| app.extension::<Self>()
        .add_systems(Init, note("Greeter.init"))
        .add_systems(Update, note("Greeter.update"))
        .add_systems(Terminate, note("Greeter.end"));
    Chat(optional(Economy)) = |app| app.extension::<Self>()
        .add_systems(Update, note("Chat.update"))
        .add_systems(Terminate, note("Chat.end"));
}

fn town() -> TestApp {
    let mut app = app(host().with::<Economy>().with::<Greeter>().with::<Chat>());
    app.update();
    noted(&mut app);
    app
}

/// Asks for something, and runs a frame.
fn switch(app: &mut App, switches: impl IntoIterator<Item = Switch>) -> String {
    let mut extensions = app.world_mut().resource_mut::<Extensions>();
    let plan = extensions.plan_switches(switches);
    let told = plan.to_string();
    extensions.confirm(plan).unwrap();
    app.update();
    told
}

#[test]
fn stopping_and_starting_goes_in_order_and_builds_nothing_again() {
    let mut app = town();
    switch(&mut app, [Switch::disable("Economy")]);
    assert_eq!(noted(&mut app), "Greeter.end Economy.end Chat.update");
    app.assert_states("Economy disabled, Chat running, Greeter suspended");
    switch(&mut app, [Switch::enable("Economy")]);
    let begun = "Economy.pre Economy.init Greeter.init Economy.post ";
    assert!(noted(&mut app).starts_with(begun));
    app.assert_states("Economy running, Chat running, Greeter running");
    switch(&mut app, [Switch::restart("economy")]);
    assert!(noted(&mut app).starts_with(&format!("Greeter.end Economy.end {begun}")));
    app.terminate_extensions();
    assert_eq!(noted(&mut app), "Greeter.end Chat.end Economy.end");
}

#[test]
fn a_plan_tells_what_would_happen_and_does_nothing() {
    let app = town();
    let extensions = app.world().resource::<Extensions>();
    let plan = |switches: &[Switch]| extensions.plan_switches(switches.iter().cloned()).to_string();
    assert_eq!(
        plan(&[Switch::disable("Economy")]),
        "stop `Greeter`, which is suspended then: it requires `Economy`\nstop `Economy`, which is disabled then",
    );
    assert_eq!(
        plan(&[Switch::restart("Economy"), Switch::disable("Chat")]),
        "stop `Greeter`, to start it again: it requires `Economy`
stop `Chat`, which is disabled then
stop `Economy`, to start it again
start `Economy`
start `Greeter`: it requires `Economy`",
    );
    assert_eq!(plan(&[Switch::enable("Economy")]), "nothing changes");
    app.assert_states("Economy running, Chat running, Greeter running");
}

#[test]
fn what_cannot_be_met_changes_nothing_and_says_why() {
    let mut app = app(host_with(r#"(disabled: ["Chat"])"#).with::<Economy>().with::<Greeter>().with::<Chat>());
    app.update();
    let blocked = [
        (
            vec![Switch::enable("Greter")],
            "cannot enable `Greter`: no extension is called that; did you mean `Greeter`?",
        ),
        (
            vec![Switch::enable("Chat")],
            "cannot enable `Chat`: it was not built when the app started, and a native is built once: it can run from the next start on, if that is saved",
        ),
    ];
    for (switches, expected) in blocked {
        assert_eq!(switch(&mut app, switches), expected);
        app.assert_states("Economy running, Greeter running, Chat disabled");
    }
    switch(&mut app, [Switch::disable("Economy")]);
    let blocked = [
        (
            Switch::enable("Greeter"),
            "cannot enable `Greeter`: it requires `Economy`, which is disabled; enable `Economy` too",
        ),
        (Switch::restart("Economy"), "cannot restart `Economy`: it is disabled; enable it"),
    ];
    for (asked, expected) in blocked {
        assert_eq!(switch(&mut app, [asked]), expected);
        app.assert_states("Economy disabled, Greeter suspended, Chat disabled");
    }
    app.terminate_extensions();
    let ended = "cannot enable `Economy`: the app has terminated its extensions";
    assert_eq!(switch(&mut app, [Switch::enable("Economy")]), ended);
}

#[test]
fn what_is_asked_for_within_a_frame_is_one_plan_in_any_order() {
    for turned in [false, true] {
        let mut app = town();
        let mut ask = |mut switches: Vec<Switch>| {
            if turned {
                switches.reverse();
            }
            for switch in switches {
                app.world_mut().resource_mut::<Extensions>().switch(switch);
            }
            app.update();
            app.states()
        };
        let both = vec![Switch::disable("Economy"), Switch::enable("Greeter")];
        assert_eq!(ask(both), "Economy disabled, Chat running, Greeter suspended");
        let both = vec![Switch::enable("Economy"), Switch::enable("Greeter")];
        assert_eq!(ask(both), "Economy running, Chat running, Greeter running");
        let both = vec![Switch::enable("Economy"), Switch::disable("Economy")];
        assert_eq!(ask(both), "Economy disabled, Chat running, Greeter suspended", "who shall be off is off");
        app.terminate_extensions();
    }
}

#[test]
fn a_plan_that_was_shown_is_refused_once_something_has_changed() {
    let mut app = town();
    let plan = app.world().resource::<Extensions>().plan_switches([Switch::restart("Greeter")]);
    switch(&mut app, [Switch::disable("Economy")]);
    let refused = app.world_mut().resource_mut::<Extensions>().confirm(plan).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "it would lead to something else by now, as extensions have started or stopped meanwhile; plan it again"
    );
    app.terminate_extensions();
}

#[test]
fn commands_switch_before_the_next_frame() {
    let mut app = town();
    app.add_systems(Update, |mut commands: Commands, mut frame: Local<u32>| {
        *frame += 1;
        match *frame {
            1 => commands.disable_extension("Economy"),
            2 => commands.enable_extension("Economy"),
            _ => commands.restart_extension("Greeter"),
        }
    });
    app.update();
    assert_eq!(app.states(), "Economy running, Chat running, Greeter running", "a frame is not cut in two");
    app.update();
    app.assert_states("Economy disabled, Chat running, Greeter suspended");
    app.update();
    noted(&mut app);
    app.update();
    assert!(noted(&mut app).starts_with("Greeter.end Greeter.init"));
    app.terminate_extensions();
}

#[test]
fn what_is_asked_for_before_the_first_frame_is_done_after_the_start() {
    let mut app = app(host().with::<Economy>());
    app.world_mut().resource_mut::<Extensions>().disable("Economy");
    app.update();
    assert_eq!(noted(&mut app), "Economy.build Economy.pre Economy.init Economy.post Economy.end");
    app.assert_states("Economy disabled");
}

#[test]
fn an_extension_may_switch_itself_off() {
    extensions! {
        Shy() = |app| app.extension::<Self>()
            .add_systems(Update, |mut commands: Commands| commands.disable_extension("Shy"))
            .add_systems(Terminate, note("Shy.end"));
    }
    let mut app = app(host().with::<Shy>());
    app.update();
    app.assert_states("Shy running");
    app.update();
    assert_eq!((noted(&mut app).as_str(), app.states().as_str()), ("Shy.end", "Shy disabled"));
}

#[derive(ExtensionEvent, Serialize, Deserialize)]
struct Bell;

#[derive(Component)]
struct Coin;

#[derive(Component)]
struct Purse;

#[derive(Export, Default)]
#[export(by = Shop)]
struct Ledger(u32);

#[derive(Export, Clone)]
#[export(by = Shop)]
struct Sign(&'static str);

#[derive(Resource, Default)]
struct Shelf(u32);

extensions! {
    Shop() = |app| app.extension::<Self>()
        .export::<Ledger>()
        .export_value(Sign("open"))
        .init_resource::<Shelf>()
        .export_fn("price", |mut calls: Local<u32>| { *calls += 1; *calls })
        .interface(Interface::new("post").method(Method::new("send").returns(Type::Integer)))
        .driver("post", Driver::new().method("send", || 7))
        .observe(|_: On<Bell>, mut log: ResMut<Log>| log.note("typed"))
        .observe_named("bell", |_: On<DynamicEvent>, mut log: ResMut<Log>| log.note("named"))
        .observe(|_: On<Add<Purse>>, mut log: ResMut<Log>| log.note("purse"))
        .owns::<Coin>()
        .add_systems(Init, |mut commands: Commands, mut ledger: ImportMut<Shop, Ledger>, mut shelf: ResMut<Shelf>| {
            ledger.0 += 1;
            shelf.0 += 1;
            commands.spawn(Coin);
            commands.spawn_owned(Purse);
            commands.spawn(Name::new("stays"));
            commands.add_listener(|_: On<Bell>, mut log: ResMut<Log>| log.note("later"));
        });
}

/// Rings the bell, and tells who has heard it.
fn ring(app: &mut App) -> String {
    noted(app);
    app.world_mut().trigger(Bell);
    noted(app)
}

fn belongings(app: &App) -> String {
    let leftovers = app.world().leftovers("Shop").unwrap();
    leftovers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[test]
fn nothing_of_an_extension_is_left_when_it_stops_and_all_of_it_comes_back() {
    let mut app = app(host().with::<Shop>());
    app.update();
    let of_the_app = app.world_mut().spawn(Purse).id();
    let look = |app: &mut App| {
        let world = app.world_mut();
        let price = world.call::<_, u32>("Shop", "price", ()).map_err(|error| error.to_string());
        let sent = world.drive::<_, u32>("post", "send", json!({})).map_err(|error| error.to_string());
        let ledger = world.import::<Host, Ledger>().map(|ledger| ledger.0);
        let sign = world.import::<Host, Sign>().map(|sign| sign.0);
        let shelf = world.get_resource::<Shelf>().map(|shelf| shelf.0);
        let coins = world.query::<&Coin>().iter(world).count();
        let purses = world.query::<&Purse>().iter(world).count();
        (price, sent, ledger, sign, shelf, coins, purses)
    };
    let all = "systems that may run, a listener of `Add<Purse>`, a listener of `bell`, the export `Ledger`, the export `Sign`, \
         the resource `Shelf`, the function `price`, a driver of `post`, the ownership of `Coin`, the entity ";
    assert!(belongings(&app).starts_with(all), "{}", belongings(&app));
    assert_eq!(look(&mut app), (Ok(1), Ok(7), Some(1), Some("open"), Some(1), 1, 2));
    assert_eq!(ring(&mut app), "typed named later");
    for round in 1..4 {
        switch(&mut app, [Switch::disable("Shop")]);
        assert_eq!(belongings(&app), "");
        let not_running = "`Shop.price` was not called: `Shop` is disabled";
        let nobody = "nobody serves the interface `post`: `Shop` is disabled";
        let (price, sent) = (Err(not_running.to_string()), Err(nobody.to_string()));
        assert_eq!(look(&mut app), (price, sent, None, None, None, 0, 1));
        app.world_mut().spawn((Purse, Coin));
        assert_eq!(ring(&mut app), "");
        let strange = app.world_mut().query_filtered::<Entity, With<Coin>>().single(app.world()).unwrap();
        app.world_mut().despawn(strange);

        switch(&mut app, [Switch::enable("Shop")]);
        assert_eq!(look(&mut app), (Ok(1 + round), Ok(7), Some(1), Some("open"), Some(1), 1, 2), "`Local`s live on");
        assert_eq!(ring(&mut app), "typed named later");
    }
    let stays = app.world_mut().query::<&Name>().iter(app.world()).filter(|name| name.as_str() == "stays").count();
    assert_eq!(stays, 4, "what is spawned otherwise is not owned");
    app.terminate_extensions();
    assert_eq!(belongings(&app), "");
    assert!(app.world().get_entity(of_the_app).is_ok());
}

#[test]
fn who_owns_whom_is_a_relationship() {
    let mut app = app(host().with::<Shop>());
    app.update();
    let shop = app.world().resource::<Extensions>().entity_of::<Shop>().unwrap();
    let owned = app.world().get::<Owns>(shop).unwrap().iter().collect::<Vec<_>>();
    let has =
        |component: fn(&World, Entity) -> bool| owned.iter().filter(|owned| component(app.world(), **owned)).count();
    assert_eq!(has(|world, entity| world.get::<Coin>(entity).is_some()), 1);
    assert_eq!(has(|world, entity| world.get::<Purse>(entity).is_some()), 1);
    app.terminate_extensions();
}

#[test]
fn what_the_app_spawns_as_owned_is_nobodys() {
    let mut app = town();
    let spawned = app.world_mut().spawn_owned(Coin);
    switch(&mut app, [Switch::disable("Economy"), Switch::disable("Chat")]);
    assert!(app.world().get::<Coin>(spawned).is_some());
}

extensions! {
    Vault() = |app| app.extension::<Self>()
        .add_systems(Init, |mut starts: Local<u32>| -> Result {
            *starts += 1;
            if *starts == 2 { Err("the key is lost")? }
            Ok(())
        })
        .add_systems(Terminate, note("Vault.end"));
    Clerk(requires(Vault)) = |app| app.extension::<Self>()
        .add_systems(PreInit, note("Clerk.pre"))
        .add_systems(Init, note("Clerk.init"))
        .add_systems(Terminate, note("Clerk.end"));
    Poet() = |app| app.extension::<Self>().add_systems(Update, note("Poet.update"));
}

#[test]
fn a_start_that_fails_half_way_leaves_everybody_running_or_stopped() {
    let mut app = app(host().with::<Vault>().with::<Clerk>().with::<Poet>());
    app.update();
    noted(&mut app);
    switch(&mut app, [Switch::restart("Vault")]);
    assert_eq!(noted(&mut app), "Clerk.end Vault.end Clerk.pre Clerk.end Vault.end Poet.update");
    app.assert_states("Poet running, Vault failed, Clerk suspended");
    let extensions = app.world().resource::<Extensions>();
    let [vault, clerk] = ["Vault", "Clerk"].map(|name| extensions.entity(name).unwrap());
    assert_eq!(app.world().get::<SuspendedBecauseOf>(clerk), Some(&SuspendedBecauseOf(vault)));
    let fatal = app.world().get::<ExtensionFaults>(vault).unwrap().fatal().unwrap();
    assert_eq!(fatal.to_string(), "in `Init`: the key is lost");
    assert_eq!(
        switch(&mut app, [Switch::enable("Vault")]),
        "start `Vault`\nstart `Clerk`: it requires `Vault`",
        "who has failed may try again",
    );
    app.assert_states("Poet running, Vault running, Clerk running");
    assert_eq!(app.world().get::<SuspendedBecauseOf>(clerk), None);
    assert_eq!(app.world().get::<ExtensionFaults>(vault).unwrap().fatal(), None);
    app.terminate_extensions();
}

#[test]
fn who_has_failed_or_waits_can_be_switched_off() {
    let mut app = app(host().with::<Vault>().with::<Clerk>());
    app.update();
    switch(&mut app, [Switch::restart("Vault")]);
    app.assert_states("Vault failed, Clerk suspended");
    assert_eq!(
        switch(&mut app, [Switch::disable("Vault"), Switch::disable("Clerk")]),
        "mark `Vault` as disabled, which has failed\nmark `Clerk` as disabled, which is suspended",
    );
    assert_eq!(switch(&mut app, [Switch::enable("Vault")]), "start `Vault`");
    app.assert_states("Vault running, Clerk disabled");
    app.terminate_extensions();
}

#[test]
fn a_failed_build_cannot_be_started_again() {
    extensions! {
        Broken() = |_app| panic!("boom");
        User(requires(Broken)) = |_app| {};
    }
    let mut app = app(host().with::<Broken>().with::<User>());
    app.update();
    let why = "it was not built when the app started, and a native is built once: it can run from the next start on, if that is saved";
    assert_eq!(switch(&mut app, [Switch::restart("Broken")]), format!("cannot restart `Broken`: {why}"));
    assert_eq!(switch(&mut app, [Switch::enable("User")]), format!("cannot enable `User`: {why}"));
    app.assert_states("Broken failed, User suspended");
}

#[test]
fn a_fault_while_stopping_keeps_nothing_from_going() {
    struct Grenade;
    impl Drop for Grenade {
        fn drop(&mut self) {
            panic!("bang");
        }
    }
    #[derive(Component)]
    struct Armed {
        _grenade: Grenade,
    }
    extensions! {
        Arsenal() = |app| app.extension::<Self>()
            .add_systems(Init, |mut commands: Commands| {
                commands.spawn_owned(Armed { _grenade: Grenade });
                commands.spawn_owned(Coin);
            })
            .add_systems(Terminate, || panic!("boom"));
        Guard(requires(Arsenal)) = |app| app.extension::<Self>().add_systems(Terminate, note("Guard.end"));
    }
    let mut app = app(host().with::<Arsenal>().with::<Guard>().with::<Poet>());
    app.update();
    switch(&mut app, [Switch::disable("Arsenal")]);
    assert_eq!(noted(&mut app), "Poet.update Guard.end Poet.update");
    app.assert_states("Arsenal disabled, Poet running, Guard suspended");
    assert_eq!(app.world().leftovers("Arsenal"), Some(vec![]));
    let arsenal = app.world().resource::<Extensions>().entity_of::<Arsenal>().unwrap();
    let faults = app.world().get::<ExtensionFaults>(arsenal).unwrap();
    let faults: Vec<_> = faults.iter().map(|counted| counted.fault.to_string()).collect();
    assert_eq!(faults, ["in `Terminate`: panicked: boom", "as it was stopped: panicked: bang"]);
    app.terminate_extensions();
}

#[test]
fn an_export_that_cannot_be_made_again_fails_the_start_and_may_be_tried_again() {
    extensions! {
        Bank() = |app| app.extension::<Self>()
            .export_with({
                let mut times = 0;
                move |_: &mut World| {
                    times += 1;
                    assert_ne!(times, 2, "the safe is shut");
                    Safe(times)
                }
            })
            .add_systems(Init, note("Bank.init"));
    }
    #[derive(Export)]
    #[export(by = Bank)]
    struct Safe(u32);

    let mut app = app(host().with::<Bank>());
    app.update();
    noted(&mut app);
    switch(&mut app, [Switch::restart("Bank")]);
    assert_eq!((noted(&mut app).as_str(), app.states().as_str()), ("", "Bank failed"));
    let bank = app.world().resource::<Extensions>().entity_of::<Bank>().unwrap();
    let fatal = app.world().get::<ExtensionFaults>(bank).unwrap().fatal().unwrap().to_string();
    assert!(fatal.starts_with("as it was started again: panicked: "), "{fatal}");
    switch(&mut app, [Switch::restart("Bank")]);
    assert_eq!((noted(&mut app).as_str(), app.states().as_str()), ("Bank.init", "Bank running"));
    assert_eq!(app.world().import::<Host, Safe>().unwrap().0, 3);
    app.terminate_extensions();
}

#[test]
fn starting_and_stopping_are_told_as_events() {
    let mut app = town();
    app.add_observer(|started: On<ExtensionStarted>, mut log: ResMut<Log>| log.note(format!("+{}", started.name)));
    app.add_observer(|stopped: On<ExtensionStopped>, mut log: ResMut<Log>| log.note(format!("-{}", stopped.name)));
    switch(&mut app, [Switch::restart("Economy")]);
    let told = noted(&mut app);
    let told: Vec<_> = told.split(' ').filter(|word| word.starts_with(['+', '-'])).collect();
    assert_eq!(told, ["-Greeter", "-Economy", "+Economy", "+Greeter"]);
    app.terminate_extensions();
}

#[test]
fn the_next_driver_serves_while_an_extension_is_off() {
    extensions! {
        Pigeon(after(Shop)) = |app| app.extension::<Self>().driver("post", Driver::new().method("send", || 1));
    }
    let mut app = app(host().with::<Shop>().with::<Pigeon>());
    app.update();
    let send = |app: &mut App| app.world_mut().drive::<_, u32>("post", "send", json!({})).unwrap();
    assert_eq!(send(&mut app), 7);
    switch(&mut app, [Switch::disable("Shop")]);
    assert_eq!(send(&mut app), 1);
    switch(&mut app, [Switch::enable("Shop")]);
    assert_eq!(send(&mut app), 7);
    app.terminate_extensions();
}

#[derive(Event)]
struct Knock;

#[derive(EntityEvent)]
struct Tickle(Entity);

#[derive(Resource)]
struct Cat(Entity);

#[test]
fn observers_that_are_added_past_the_scope_go_and_come_too() {
    extensions! {
        Keeper() = |app| {
            let cat = app.world().resource::<Cat>().0;
            app.add_observer(|_: On<Knock>, mut log: ResMut<Log>| log.note("knock"));
            app.world_mut().entity_mut(cat).observe(|_: On<Tickle>, mut log: ResMut<Log>| log.note("purr"));
            app.extension::<Self>().add_systems(Init, |mut commands: Commands| {
                commands.add_observer(|_: On<Knock>, mut log: ResMut<Log>| log.note("who?"));
            });
        };
    }
    let mut app = App::new();
    app.init_resource::<Log>();
    let [cat, dog] = [(); 2].map(|()| app.world_mut().spawn_empty().id());
    app.insert_resource(Cat(cat)).add_plugins(host().with::<Keeper>());
    let mut look = |switches: Vec<Switch>| {
        switch(&mut app, switches);
        let world = app.world_mut();
        world.trigger(Knock);
        world.trigger(Tickle(cat));
        world.trigger(Tickle(dog));
        let mut heard: Vec<_> = noted(&mut app).split(' ').map(String::from).collect();
        heard.sort();
        (heard.join(" "), app.world().leftovers("Keeper").unwrap().len())
    };
    assert_eq!(look(vec![]).0, "knock purr who?");
    for _ in 0..3 {
        assert_eq!(look(vec![Switch::disable("Keeper")]), (String::new(), 0));
        assert_eq!(look(vec![Switch::enable("Keeper")]).0, "knock purr who?");
    }
    app.world_mut().despawn(cat);
    assert_eq!(switch(&mut app, [Switch::restart("Keeper")]), "stop `Keeper`, to start it again\nstart `Keeper`");
    app.world_mut().trigger(Tickle(dog));
    assert_eq!(noted(&mut app), "", "who watched the cat does not watch everybody");
    app.terminate_extensions();
}

#[test]
fn observers_of_a_shared_plugin_stay_as_long_as_the_app() {
    struct Doorman;
    impl Plugin for Doorman {
        fn build(&self, app: &mut App) {
            app.add_observer(|_: On<Knock>, mut log: ResMut<Log>| log.note("knock"));
        }
    }
    extensions! {
        House() = |app| { app.extension::<Self>().add_plugins_once(Doorman); };
    }
    let mut app = app(host().with::<House>());
    app.update();
    switch(&mut app, [Switch::disable("House")]);
    app.world_mut().trigger(Knock);
    assert_eq!(noted(&mut app), "knock");
}

#[test]
fn a_hundred_thousand_entities_go_at_once() {
    extensions! {
        Mint() = |app| app.extension::<Self>()
            .owns::<Coin>()
            .add_systems(Init, |mut commands: Commands| commands.spawn_batch((0..100_000).map(|_| Coin)));
    }
    let mut app = app(host().with::<Mint>());
    app.update();
    switch(&mut app, [Switch::disable("Mint")]);
    assert_eq!(app.world_mut().query::<&Coin>().iter(app.world()).count(), 0);
    assert_eq!(app.world().leftovers("Mint"), Some(vec![]));
}

#[test]
fn what_comes_at_the_end_goes_too() {
    extensions! {
        Hydra() = |app| app.extension::<Self>()
            .observe(|_: On<Bell>, mut log: ResMut<Log>| log.note("hydra"))
            .add_systems(Init, |mut commands: Commands| _ = commands.spawn_owned(Purse))
            .add_systems(Terminate, |mut commands: Commands| {
                commands.add_listener(|_: On<Bell>, mut log: ResMut<Log>| log.note("head"));
                commands.spawn_owned(Coin);
            });
    }
    let mut app = app(host().with::<Hydra>());
    app.update();
    for _ in 0..2 {
        switch(&mut app, [Switch::disable("Hydra")]);
        assert_eq!(app.world().leftovers("Hydra"), Some(vec![]));
        switch(&mut app, [Switch::enable("Hydra")]);
        assert_eq!(ring(&mut app), "hydra", "what came at the end has not come back");
    }
    app.terminate_extensions();
}

#[test]
fn what_cannot_be_despawned_still_belongs_to_its_extension() {
    #[derive(Component)]
    #[component(on_remove = stick)]
    struct Sword;
    fn stick(_: DeferredWorld, _: HookContext) {
        panic!("it does not move");
    }
    extensions! {
        Stone() = |app| app.extension::<Self>().add_systems(Init, |mut commands: Commands| {
            commands.spawn_owned(Sword);
            commands.spawn_owned(Coin);
        });
    }
    let mut app = app(host().with::<Stone>());
    app.update();
    switch(&mut app, [Switch::disable("Stone")]);
    let sword = app.world_mut().query_filtered::<Entity, With<Sword>>().single(app.world()).unwrap();
    assert_eq!(app.world().leftovers("Stone"), Some(vec![Leftover::Entity(sword)]), "Bevy leaves it half despawned");
    app.assert_states("Stone disabled");
}
