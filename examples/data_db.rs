//! Demonstrates tables that stay: migrations, waiting for answers in a phase, and being told of them in a frame.
//!
//! The app starts twice on the same folder; the second time the tables are there. Then all is copied while it is in use.

use std::path::Path;

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    data::{Data, Db, DbError},
    prelude::*,
};
use serde::{Deserialize, Serialize};

fn main() -> Result {
    let folder = tempfile::tempdir()?;
    for start in ["first", "second"] {
        println!("--- the {start} start");
        let mut app = app(&folder.path().join("data"));
        while app.should_exit().is_none() {
            app.update();
        }
        app.world().resource::<Data>().backup(folder.path().join(start)).wait()?;
    }

    println!("--- from the copy of the first");
    let copy = app(&folder.path().join("first"));
    let economy = copy.world().resource::<Data>().db("Economy");
    println!("it has {} gold", economy.query_one::<i64>(SUM, ())?);
    Ok(())
}

/// An app whose extensions keep their data in a folder.
fn app(data: &Path) -> App {
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin { data: Some(data.into()), ..ExtensionsPlugin::default() }.without_files());
    app
}

/// Keeps every player's balance.
#[derive(Extension)]
struct Economy;

impl Plugin for Economy {
    fn build(&self, app: &mut App) {
        app.extension::<Self>()
            // Each runs once. What is to be changed later is one more.
            .migrations([
                ("001 players", "CREATE TABLE player (name TEXT PRIMARY KEY) STRICT"),
                ("002 gold", "ALTER TABLE player ADD COLUMN gold INTEGER NOT NULL DEFAULT 0 CHECK (gold >= 0)"),
            ])
            .add_systems(Init, open)
            .add_systems(Update, ask.run_if(run_once));
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Player {
    name: String,
    gold: i64,
}

const SUM: &str = "SELECT sum(gold) FROM player";

const PAY: &str = "INSERT INTO player (name, gold) VALUES (:name, :gold)
    ON CONFLICT (name) DO UPDATE SET gold = gold + excluded.gold";

/// In a phase there is time to wait.
fn open(db: Res<Db<Economy>>) -> Result {
    // Parameters stand beside the SQL, so what somebody types stays data.
    for (name, gold) in [("Ann", 120), ("Robert'); DROP TABLE player; --", 80)] {
        db.execute(PAY, &Player { name: name.into(), gold })?;
    }
    for player in db.query::<Player>("SELECT * FROM player WHERE gold > ? ORDER BY gold", (0,))? {
        println!("{} has {}", player.name, player.gold);
    }

    // All or nothing.
    let give = "UPDATE player SET gold = gold + ? WHERE name = 'Ann'";
    if let Err(error) = db.transaction([(give, [1000]), (give, [-5000])]) {
        println!("{error}");
    }
    if let Err(error) = db.execute("ATTACH 'db-greeter.sqlite' AS other", ()) {
        println!("{error}");
    }
    Ok(())
}

/// In a frame nobody waits: the answer comes in a later one, or is polled.
fn ask(db: Res<Db<Economy>>, mut commands: Commands) {
    commands.answer(db.later().query_one(SUM, ()), tell);
}

fn tell(In(gold): In<Result<i64, DbError>>, mut exit: MessageWriter<AppExit>) -> Result {
    println!("there are {} gold", gold?);
    exit.write(AppExit::Success);
    Ok(())
}
