//! The database of an extension.

use std::{fmt, marker::PhantomData, ops::Deref, sync::Arc};

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_extensions_data::{Db as Database, DbError, Migration};

use super::Data;
use crate::{
    contain::Ward,
    extension::Extension,
    fault::{Fault, FaultPlace},
    owner::Party,
    park::Parkable,
};

/// The tables of a native extension, which stay from one run of the app to the next: a file of SQLite of its own.
///
/// Each native has it, and nobody else sees what is in it; see [`Database`](super::Database) for all that it does. There is no
/// file, and no thread, before it is used. What makes its tables are
/// [`migrations`](crate::ExtensionScope::migrations) of the scope.
///
/// Phases wait for answers (`db.query(..)`). In a frame nobody should: there, ask
/// [`later`](super::Database::later), and [be told](crate::ExtensionsCommandsExt::answer) the answer, or
/// [poll](super::DbAnswer::poll) it.
///
/// ```
/// use bevy_app::prelude::*;
/// use bevy_ecs::prelude::*;
/// use bevy_extensions::{data::{Db, DbError}, prelude::*};
///
/// #[derive(Extension)]
/// struct Economy;
///
/// impl Plugin for Economy {
///     fn build(&self, app: &mut App) {
///         app.extension::<Self>()
///             .migrations([("001 players", "CREATE TABLE player (name TEXT PRIMARY KEY, gold INTEGER NOT NULL) STRICT")])
///             .add_systems(Init, pay)
///             .add_systems(Update, count);
///     }
/// }
///
/// fn pay(db: Res<Db<Economy>>) -> Result {
///     db.execute("INSERT INTO player VALUES (?, ?)", ("Quinn", 100))?;
///     Ok(())
/// }
///
/// fn count(db: Res<Db<Economy>>, mut commands: Commands, mut asked: Local<bool>) {
///     if !std::mem::replace(&mut *asked, true) {
///         let gold = db.later().query_one::<i64>("SELECT sum(gold) FROM player", ());
///         commands.answer(gold, |In(gold): In<Result<i64, DbError>>| -> Result {
///             println!("there are {} gold", gold?);
///             Ok(())
///         });
///     }
/// }
/// # let folder = tempfile::tempdir()?;
/// # let host = ExtensionsPlugin { data: Some(folder.path().into()), ..Default::default() };
/// # let mut app = App::new();
/// # app.add_plugins(host.without_inventory().with::<Economy>()).update();
/// # assert_eq!(app.world().resource::<Db<Economy>>().query_one("SELECT gold FROM player", ()), Ok(100));
/// # app.update();
/// # app.terminate_extensions();
/// # assert!(app.extension_report().row("Economy").is_some_and(|row| row.faults.is_empty()));
/// # Ok::<(), BevyError>(())
/// ```
#[derive(Resource)]
pub struct Db<E: Extension> {
    database: Database,
    extension: PhantomData<fn() -> E>,
}

impl<E: Extension> Db<E> {
    /// Inserts the resource.
    pub(crate) fn insert(app: &mut App) {
        let database = app.world().resource::<Data>().db(E::NAME);
        app.insert_resource(Self { database, extension: PhantomData });
    }
}

impl<E: Extension> Deref for Db<E> {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl<E: Extension> fmt::Debug for Db<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Db").field(&self.database).finish()
    }
}

/// Makes the tables of an extension now, and looks after them whenever it starts again.
///
/// # Errors
///
/// Those of migrations, and of opening the file.
pub(crate) fn migrate(world: &mut World, ward: &Arc<Ward>, migrations: &Arc<[Migration]>) -> Result<(), DbError> {
    let owner = Party::Extension(ward);
    let entity = owner.spawn(world, ());
    let again = migrations.clone();
    Parkable::attach(world, entity, owner, |_, _| {
        Some(Box::new(move |world, ward| {
            if let Err(error) = migrate(world, ward, &again) {
                ward.charge(Fault::error(&FaultPlace::Start, &error.into()));
            }
        }))
    });
    world.resource::<Data>().migrated_db(ward.name().as_str(), migrations).open().map(drop)
}
