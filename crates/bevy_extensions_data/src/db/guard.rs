//! What an extension's SQL may do, and for how long.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
    time::{Duration, Instant},
};

use rusqlite::{
    Connection, ffi,
    hooks::{AuthAction, AuthContext, Authorization},
};

use crate::locks::lock;

/// What the names of our own tables begin with.
pub(super) const OURS: &str = "bevy_extensions_";

/// After how many steps of SQLite's machine the time is looked at: a few microseconds.
const STEPS: i32 = 1000;

/// What only tells, or does not outlive a statement. What is missing here changes how safe the file is, or lets in what is
/// refused otherwise.
const PRAGMAS: [&str; 17] = [
    "collation_list",
    "compile_options",
    "data_version",
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "freelist_count",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "optimize",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// What may be read. An `rtree` does so itself.
const READABLE: [&str; 2] = ["page_count", "page_size"];

const MODULES: [&str; 5] = ["fts3", "fts4", "fts5", "rtree", "rtree_i32"];

/// Looks at each statement when it is prepared, and at the time while it runs.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// Whether it is a statement of ours.
    trusts: AtomicBool,
    refused: Mutex<Option<String>>,
    until: Mutex<Option<Instant>>,
    stops: AtomicBool,
}

impl Guard {
    /// Guards a connection.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub(super) fn on(connection: &mut Connection) -> rusqlite::Result<Arc<Self>> {
        let guard = Arc::new(Self::default());
        let authorizer = guard.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| authorizer.authorize(&context)))?;
        let timer = guard.clone();
        connection.progress_handler(STEPS, Some(move || timer.is_over()))?;
        Ok(guard)
    }

    /// Does something of ours, which is not looked at.
    pub(super) fn trusting<T>(&self, code: impl FnOnce() -> T) -> T {
        self.trusts.store(true, Release);
        let done = code();
        self.trusts.store(false, Release);
        done
    }

    /// Begins to measure time.
    pub(super) fn start(&self, time: Duration) {
        *lock(&self.until) = Instant::now().checked_add(time);
    }

    /// Ends whatever runs, now and from now on.
    pub(super) fn stop(&self) {
        self.stops.store(true, Release);
    }

    /// Tells whether all is to end.
    pub(super) fn has_stopped(&self) -> bool {
        self.stops.load(Acquire)
    }

    /// Takes why a statement was refused.
    pub(super) fn take_refused(&self) -> Option<String> {
        lock(&self.refused).take()
    }

    fn is_over(&self) -> bool {
        self.has_stopped() || lock(&self.until).is_some_and(|until| until < Instant::now())
    }

    fn authorize(&self, context: &AuthContext<'_>) -> Authorization {
        if self.trusts.load(Acquire) {
            return Authorization::Allow;
        }
        match judge(&context.action) {
            None => Authorization::Allow,
            Some(why) => {
                *lock(&self.refused) = Some(why);
                Authorization::Deny
            }
        }
    }
}

/// Tells why something is refused, if it is.
fn judge(action: &AuthAction<'_>) -> Option<String> {
    use AuthAction as A;
    let is_in = |list: &[&str], name: &str| list.iter().any(|known| known.eq_ignore_ascii_case(name));
    let is_ours = |name: &str| name.get(..OURS.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(OURS));
    match *action {
        A::Attach { .. } | A::Detach { .. } | A::Unknown { code: ffi::SQLITE_ATTACH, .. } => {
            Some("an extension has one database: it cannot attach others, and `VACUUM` does".into())
        }
        A::Transaction { .. } | A::Savepoint { .. } => {
            Some("a transaction is more than one request could keep open: hand over all of it as `transaction`".into())
        }
        A::Pragma { pragma_name, pragma_value: None } if is_in(&READABLE, pragma_name) => None,
        A::Pragma { pragma_name, .. } if !is_in(&PRAGMAS, pragma_name) => {
            Some(format!("`PRAGMA {pragma_name}` is not for extensions"))
        }
        A::Function { function_name } if is_in(&["load_extension", "readfile", "writefile"], function_name) => {
            Some(format!("`{function_name}` is not for extensions"))
        }
        A::CreateVtable { module_name, .. } if !is_in(&MODULES, module_name) => {
            Some(format!("tables of `{module_name}` are not for extensions"))
        }
        A::CreateTempTable { .. }
        | A::CreateTempIndex { .. }
        | A::CreateTempTrigger { .. }
        | A::CreateTempView { .. } => Some("what is temporary would be gone whenever the database rests".into()),
        A::CreateTable { table_name: name }
        | A::DropTable { table_name: name }
        | A::AlterTable { table_name: name, .. }
        | A::Insert { table_name: name }
        | A::Update { table_name: name, .. }
        | A::Delete { table_name: name }
        | A::CreateIndex { table_name: name, .. }
        | A::CreateTrigger { table_name: name, .. }
            if is_ours(name) =>
        {
            Some(format!("tables whose names begin with `{OURS}` are not for extensions"))
        }
        A::Unknown { .. } => Some("that is not for extensions".into()),
        _ => None,
    }
}
