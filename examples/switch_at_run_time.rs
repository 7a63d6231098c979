//! Demonstrates stopping and starting extensions while the app runs: first a plan, then the act, and nothing left behind.
//!
//! `Lamps` owns the lamps it lights, and `Watch` requires `Lamps`. Disabling `Lamps` stops `Watch` first, and takes the
//! lamps away; enabling it brings both back. `Watch` alone cannot be enabled meanwhile, and the plan says why. A moth that
//! nobody owns stays through all of it.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{StalePlan, Switch, prelude::*};

fn main() -> Result<(), StalePlan> {
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin::default().without_files()).update();
    count(&mut app);

    ask(&mut app, Switch::disable("Lamps"))?;
    count(&mut app);
    println!("left of Lamps: {:?}", app.world().leftovers("Lamps").unwrap_or_default());

    ask(&mut app, Switch::enable("Watch"))?;
    ask(&mut app, Switch::enable("Lamps"))?;
    count(&mut app);

    // Commands ask too. What is asked for within a frame is one plan.
    println!("--- restart by command");
    app.add_systems(Update, ask_once.run_if(|mut asked: Local<bool>| !std::mem::replace(&mut *asked, true)));
    app.update();
    app.update();
    count(&mut app);

    println!("--- exit");
    app.terminate_extensions();
    Ok(())
}

/// Shows what a switch would lead to, and then does it.
fn ask(app: &mut App, switch: Switch) -> Result<(), StalePlan> {
    println!("--- {switch}?");
    let mut extensions = app.world_mut().resource_mut::<Extensions>();
    let plan = extensions.plan_switches([switch]);
    println!("{plan}");
    if plan.is_empty() {
        return Ok(());
    }
    extensions.confirm(plan)?;
    app.update();
    Ok(())
}

fn ask_once(mut commands: Commands) {
    commands.restart_extension("Watch");
}

fn count(app: &mut App) {
    let world = app.world_mut();
    let (lamps, moths) = (world.query::<&Lamp>().iter(world).count(), world.query::<&Moth>().iter(world).count());
    println!("lamps: {lamps}, moths: {moths}");
}

#[derive(Component)]
struct Lamp;

#[derive(Component)]
struct Moth;

#[derive(Extension)]
struct Lamps;

impl Plugin for Lamps {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .owns::<Lamp>()
            .add_systems(Init, light)
            .add_systems(Terminate, |lamps: Query<&Lamp>| println!("Lamps: {} go out", lamps.iter().count()));
    }
}

fn light(mut commands: Commands, mut times: Local<u32>) {
    // A `Local` lives on while an extension is stopped.
    *times += 1;
    println!("Lamps: lit for time {}", *times);
    commands.spawn_batch([Lamp, Lamp]);
    if *times == 1 {
        commands.spawn(Moth);
    }
}

#[derive(Extension)]
#[extension(requires(Lamps))]
struct Watch;

impl Plugin for Watch {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            .add_systems(PostInit, || println!("Watch: all is well"))
            .add_systems(Terminate, || println!("Watch: good night"));
    }
}
