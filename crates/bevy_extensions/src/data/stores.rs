//! All that extensions of an app keep.

use std::{mem, path::Path, sync::Arc, time::Duration};

use bevy_ecs::prelude::*;
use bevy_extensions_data::{BackupTicket, FlushTicket, KvNamespace, KvNews, KvSettings, KvStore};

use crate::{
    data_folder::DataFolder,
    entity::Extensions,
    tell::{Level, tell},
};

/// The folder of the key-value store, below that of all data. No extension has a name that begins with a dot.
const KV: &str = ".kv";

/// How long the end of an app waits for the disk.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the extensions of an app keep: for the app itself, which copies it and asks for it to be on disk.
///
/// Nothing is opened before somebody needs it. When the app ends, all gets to disk.
///
/// ```
/// # use bevy_app::prelude::*;
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
/// assert!(folder.path().join("copy/kv.redb").exists());
/// # Ok::<(), BevyError>(())
/// ```
#[derive(Resource, Clone, Debug)]
pub struct Data(Arc<KvStore>);

impl Data {
    pub(crate) fn new(folder: &DataFolder) -> Self {
        let kv = match folder.path() {
            Ok(folder) => KvStore::when_needed(KvSettings::in_folder(folder.join(KV)), tell_news),
            Err(why) => Ok(KvStore::nowhere(why)),
        };
        Self(Arc::new(kv.unwrap_or_else(|error| KvStore::nowhere(&error.to_string()))))
    }

    /// Returns the keys and values of an extension; `app` has those of the app itself.
    pub fn kv(&self, of: &str) -> KvNamespace {
        self.0.namespace(of)
    }

    /// Asks for all that was written before this to get to disk now, and tells when it has.
    pub fn flush(&self) -> FlushTicket {
        self.0.flush()
    }

    /// Copies all into a folder, while it is in use. What was written before this is in the copy.
    ///
    /// To start from a copy, let [`ExtensionsPlugin::data`](crate::ExtensionsPlugin::data) lead to a folder in which it lies as
    /// `.kv`.
    pub fn backup(&self, to: impl AsRef<Path>) -> BackupTicket {
        self.0.backup(to.as_ref().join("kv.redb"))
    }
}

/// Waits until all is on disk, once the extensions have ended: whoever runs the app may end the process next.
pub(super) fn flush_at_end(data: Res<Data>, extensions: Option<Res<Extensions>>, mut is_done: Local<bool>) {
    if !extensions.is_some_and(|extensions| extensions.have_ended) || mem::replace(&mut *is_done, true) {
        return;
    }
    if let Err(error) = data.flush().wait_for(PATIENCE) {
        tell(Level::Error, &format!("not all data of extensions is on disk yet: {error}"));
    }
}

/// Says where data is kept, once it is, and what is wrong with it.
fn tell_news(news: KvNews) {
    match news {
        KvNews::Opened { folder } => {
            let folder = folder.parent().unwrap_or(&folder).display();
            tell(Level::Info, &format!("extensions keep their data in `{folder}`"));
        }
        KvNews::SetAside(aside) => tell(
            Level::Error,
            &format!("the data of extensions was damaged: {}; it was set aside as `{}`", aside.why, aside.to.display()),
        ),
        KvNews::Failed(error) => tell(Level::Error, &format!("extensions cannot keep data: {error}")),
        _ => {}
    }
}
