//! How much an extension keeps.

use std::fmt;
#[cfg(feature = "db")]
use std::path::PathBuf;

use bevy_ecs::world::World;
use bevy_extensions_core::{ExtensionName, Storage, shown_bytes};
#[cfg(feature = "data")]
use bevy_extensions_data::KvNamespace;

#[cfg(feature = "data")]
use crate::data::Data;

/// Where an extension keeps something.
#[derive(Debug, Clone)]
pub struct Keeps {
    files: Option<Storage>,
    #[cfg(feature = "data")]
    values: Option<KvNamespace>,
    #[cfg(feature = "db")]
    tables: Option<PathBuf>,
}

/// How much an extension keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// How many keys it has in the key-value store, and how many bytes they and their values take.
    pub values: Option<(u64, u64)>,
    /// How many bytes its tables take.
    pub tables: Option<u64>,
    /// How many files it has written, and how many bytes they take.
    pub files: (usize, u64),
}

impl Keeps {
    #[cfg_attr(not(feature = "data"), expect(unused_variables, reason = "there is no data to look for"))]
    pub(super) fn of(world: &World, name: &ExtensionName, files: Option<Storage>) -> Self {
        #[cfg(feature = "data")]
        let data = world.get_resource::<Data>();
        Self {
            files,
            #[cfg(feature = "data")]
            values: data.and_then(|data| data.kv_if_there(name.as_str())),
            #[cfg(feature = "db")]
            tables: data.map(|data| data.db(name.as_str()).file()),
        }
    }

    /// Looks how much it is. That reads from disk: for people who ask, not for every frame.
    pub fn measure(&self) -> Kept {
        Kept {
            #[cfg(feature = "data")]
            values: self.values.as_ref().and_then(measured),
            #[cfg(not(feature = "data"))]
            values: None,
            #[cfg(feature = "db")]
            tables: self.tables.as_ref().and_then(|file| Some(file.metadata().ok()?.len())),
            #[cfg(not(feature = "db"))]
            tables: None,
            files: self.files.as_ref().map(Storage::measure).unwrap_or_default(),
        }
    }
}

#[cfg(feature = "data")]
fn measured(values: &KvNamespace) -> Option<(u64, u64)> {
    let stats = values.stats().ok()?;
    Some((stats.on_disk.entries, stats.on_disk.bytes)).filter(|(entries, _)| *entries > 0)
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values =
            self.values.map(|(count, bytes)| format!("{count} {} of {}", many(count, "key"), shown_bytes(bytes)));
        let tables = self.tables.map(|bytes| format!("tables of {}", shown_bytes(bytes)));
        let (count, bytes) = self.files;
        let files = (count > 0).then(|| format!("{count} {} of {}", many(count as u64, "file"), shown_bytes(bytes)));
        f.write_str(&[values, tables, files].into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

fn many(count: u64, word: &str) -> String {
    if count == 1 { word.into() } else { format!("{word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_by_kind() {
        assert_eq!(Kept::default().to_string(), "");
        let kept = Kept { values: Some((1, 20)), tables: Some(8192), files: (2, 3000) };
        assert_eq!(kept.to_string(), "1 key of 20 B, tables of 8 KiB, 2 files of 2.9 KiB");
    }
}
