//! What goes wrong with what extensions keep.

#[cfg(feature = "db")]
use bevy_extensions_data::DbError;
use bevy_extensions_data::KvError;

/// What goes wrong with what extensions keep, wherever that is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// With keys and values.
    #[error(transparent)]
    Kv(#[from] KvError),
    /// With a database.
    #[cfg(feature = "db")]
    #[error(transparent)]
    Db(#[from] DbError),
}
