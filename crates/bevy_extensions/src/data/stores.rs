//! All that extensions of an app keep.

#[cfg(feature = "console")]
use std::path::PathBuf;
#[cfg(feature = "db")]
use std::sync::Mutex;
use std::{
    mem,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bevy_ecs::{prelude::*, system::NonSendMarker};
#[cfg(feature = "db")]
use bevy_extensions_data::{Db as Database, DbNews, DbSettings, DbStore, Migration};
use bevy_extensions_data::{KvNamespace, KvNews, KvSettings, KvStore};

use super::{DataError, DataTicket};
use crate::{
    data_folder::DataFolder,
    entity::Extensions,
    tell::{Level, tell},
};

/// The folder of the key-value store, below that of all data. No extension has a name that begins with a dot.
const KV: &str = ".kv";

/// Its file in there.
const KV_FILE: &str = "kv.redb";

/// The folder of the databases, beside it.
#[cfg(feature = "db")]
const DB: &str = ".db";

/// What to try where data cannot be kept.
const ELSEWHERE: &str = "  hint: see that this user may write there and nobody else does, or name another folder in `data` of the host settings";

/// What to try where data was damaged.
const PUT_BACK: &str = "  hint: put a copy in its place while the app does not run, if you have one";

/// How long the end of an app waits for the disk.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the extensions of an app keep: for the app itself, which copies it and asks for it to be on disk.
///
/// Nothing is opened before somebody needs it. When the app ends, all gets to disk.
///
/// ```
/// # use bevy_app::prelude::*;
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{data::Data, prelude::*};
/// # let folder = tempfile::tempdir()?;
/// # let host = ExtensionsPlugin { data: Some(folder.path().join("data")), ..Default::default() };
/// # let mut app = App::new();
/// # app.add_plugins(host.without_inventory());
/// let data = app.world().resource::<Data>();
/// data.kv("app").set("motd", "well met")?;
/// // It is on disk when this answers, and the copy has it too.
/// data.flush().wait()?;
/// data.backup(folder.path().join("copy")).wait()?;
///
/// // The copy is a folder as that of the app.
/// let host = ExtensionsPlugin { data: Some(folder.path().join("copy")), ..Default::default() };
/// let mut other = App::new();
/// # let host = host.without_inventory();
/// other.add_plugins(host);
/// assert_eq!(other.world().resource::<Data>().kv("app").get("motd")?, Some("well met".to_string()));
/// # Ok::<(), BevyError>(())
/// ```
#[derive(Resource, Clone, Debug)]
pub struct Data(Arc<Stores>);

#[derive(Debug)]
struct Stores {
    kv: KvStore,
    /// Where that lies on disk, once it was written.
    #[cfg(feature = "console")]
    kv_file: Option<PathBuf>,
    #[cfg(feature = "db")]
    db: DbStore,
    /// What the threads of databases have to tell, until the app tells it.
    #[cfg(feature = "db")]
    news: Arc<Mutex<Vec<DbNews>>>,
    /// Whether it was told where data lies, by whichever store.
    #[cfg(feature = "db")]
    is_told: Arc<AtomicBool>,
}

impl Data {
    pub(crate) fn new(folder: &DataFolder) -> Self {
        let is_told = Arc::<AtomicBool>::default();
        let told = is_told.clone();
        let kv = match folder.path() {
            Ok(folder) => KvStore::when_needed(KvSettings::in_folder(folder.join(KV)), move |news| {
                tell_kv_news(news, &told);
            }),
            Err(why) => Ok(KvStore::nowhere(why)),
        };
        #[cfg(feature = "db")]
        let news = Arc::<Mutex<Vec<DbNews>>>::default();
        Self(Arc::new(Stores {
            kv: kv.unwrap_or_else(|error| KvStore::nowhere(&error.to_string())),
            #[cfg(feature = "console")]
            kv_file: folder.path().ok().map(|folder| folder.join(KV).join(KV_FILE)),
            #[cfg(feature = "db")]
            db: open_databases(folder, &news),
            #[cfg(feature = "db")]
            news,
            #[cfg(feature = "db")]
            is_told,
        }))
    }

    /// Returns the keys and values of an extension; `app` has those of the app itself.
    pub fn kv(&self, of: &str) -> KvNamespace {
        self.0.kv.namespace(of)
    }

    /// Returns the keys and values of an extension, if the store was ever written: to look opens it, and makes it otherwise.
    #[cfg(feature = "console")]
    pub(crate) fn kv_if_there(&self, of: &str) -> Option<KvNamespace> {
        self.0.kv_file.as_ref()?.exists().then(|| self.kv(of))
    }

    /// Returns the tables of an extension; `app` has those of the app itself.
    #[cfg(feature = "db")]
    pub fn db(&self, of: &str) -> Database {
        self.0.db.database(of)
    }

    /// Returns the tables of an extension, and says what makes them.
    #[cfg(feature = "db")]
    pub(crate) fn migrated_db(&self, of: &str, migrations: &[Migration]) -> Database {
        self.0.db.database_with(of, migrations.iter().cloned())
    }

    /// Returns how many answers databases have given.
    #[cfg(feature = "db")]
    pub(crate) fn answered(&self) -> u64 {
        self.0.db.answered()
    }

    /// Asks for all that was written before this to get to disk now, and tells when it has.
    pub fn flush(&self) -> DataTicket {
        let ticket = DataTicket::flush(self.0.kv.flush());
        #[cfg(feature = "db")]
        let ticket = ticket.and(Ok(self.0.db.flush_later()));
        ticket
    }

    /// Copies all that extensions keep as keys, values and tables into a folder, while it is in use. What was written before
    /// this is in the copy; no earlier copy is written over. [Files](crate::Files::storage) are not in it.
    ///
    /// To start from the copy, let [`ExtensionsPlugin::data`](crate::ExtensionsPlugin::data) lead to that folder.
    pub fn backup(&self, to: impl AsRef<Path>) -> DataTicket {
        let to = to.as_ref();
        let ticket = DataTicket::backup(self.0.kv.backup(to.join(KV).join(KV_FILE)));
        #[cfg(feature = "db")]
        let ticket = ticket.and(self.0.db.backup_later(to.join(DB)));
        ticket
    }

    /// Removes all that an extension keeps.
    ///
    /// # Errors
    ///
    /// What keeps it from being removed.
    pub(crate) fn forget(&self, name: &str) -> Result<(), DataError> {
        self.kv(name).clear()?;
        #[cfg(feature = "db")]
        self.db(name).forget()?;
        self.flush().wait()
    }

    /// Tells what the threads of databases have to tell.
    #[cfg(feature = "db")]
    fn tell_news(&self) {
        let news = mem::take(&mut *self.0.news.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        news.into_iter().for_each(|news| tell_db_news(news, &self.0.is_told));
    }
}

#[cfg(feature = "db")]
fn open_databases(folder: &DataFolder, news: &Arc<Mutex<Vec<DbNews>>>) -> DbStore {
    let news = news.clone();
    match folder.path() {
        Ok(folder) => DbStore::when_needed(DbSettings::in_folder(folder.join(DB)), move |what| {
            news.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(what);
        }),
        Err(why) => DbStore::nowhere(why),
    }
}

/// Waits until all is on disk, once the extensions have ended: whoever runs the app may end the process next.
pub(super) fn flush_at_end(
    data: Res<Data>,
    extensions: Option<Res<Extensions>>,
    mut is_done: Local<bool>,
    _on_main_thread: NonSendMarker,
) {
    if !extensions.is_some_and(|extensions| extensions.have_ended) || mem::replace(&mut *is_done, true) {
        return;
    }
    if let Err(error) = data.flush().wait_for(PATIENCE) {
        tell(Level::Error, &format!("not all data of extensions is on disk yet: {error}"));
    }
    #[cfg(feature = "db")]
    data.tell_news();
}

/// Tells what the threads of databases have to tell, on the thread that tells all else.
#[cfg(feature = "db")]
pub(super) fn tell_news(data: Res<Data>, _on_main_thread: NonSendMarker) {
    data.tell_news();
}

/// Says where data is kept, once it is, and what is wrong with it.
fn tell_kv_news(news: KvNews, is_told: &AtomicBool) {
    match news {
        KvNews::Opened { folder } => tell_folder(&folder, is_told),
        KvNews::SetAside(aside) => tell(
            Level::Error,
            &format!(
                "the data of extensions was damaged: {}; it was set aside as `{}`\n{PUT_BACK}",
                aside.why,
                aside.to.display()
            ),
        ),
        KvNews::Failed(error) => tell(Level::Error, &format!("extensions cannot keep data: {error}\n{ELSEWHERE}")),
        _ => {}
    }
}

/// As [`tell_kv_news`], of databases.
#[cfg(feature = "db")]
fn tell_db_news(news: DbNews, is_told: &AtomicBool) {
    match news {
        DbNews::Opened { folder } => tell_folder(&folder, is_told),
        DbNews::SetAside(aside) => tell(
            Level::Error,
            &format!("a database was damaged: {}; it was set aside as `{}`\n{PUT_BACK}", aside.why, aside.to.display()),
        ),
        DbNews::Failed(error) => tell(Level::Error, &format!("extensions cannot use databases: {error}\n{ELSEWHERE}")),
        _ => {}
    }
}

/// Says where data is kept, the first time.
fn tell_folder(of_store: &Path, is_told: &AtomicBool) {
    if !is_told.swap(true, Ordering::Relaxed) {
        let folder = of_store.parent().unwrap_or(of_store).display();
        tell(Level::Info, &format!("extensions keep their data in `{folder}`"));
    }
}
