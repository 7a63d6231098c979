//! All of an extension's files, whatever their number and size.

use std::collections::BTreeSet;

use super::{ExtensionFiles, FileError, Place, clean, disk, list::list_every};

impl ExtensionFiles {
    /// Lists the same as [`list`](Self::list), but without a bound to their number.
    pub(crate) fn list_every(&self) -> Vec<String> {
        match &self.place {
            Place::Folder(folder) => list_every(folder),
            Place::Layers(layers) => {
                let all: BTreeSet<_> = layers.iter().flat_map(Self::list_every).collect();
                all.into_iter().collect()
            }
            _ => self.list(""),
        }
    }

    /// Reads a file in parts, and however large it is on disk.
    pub(crate) fn read_parts(&self, path: &str, take: &mut dyn FnMut(&[u8])) -> Result<(), FileError> {
        match &self.place {
            Place::Folder(folder) => disk::read_parts(&disk::locate(folder, &clean(path)?)?, path, take),
            Place::Script { folder, name } if name == path => disk::read_parts(&folder.join(name), path, take),
            Place::Layers(layers) => layers[usize::from(!layers[0].contains(path))].read_parts(path, take),
            _ => self.read(path).map(|bytes| take(&bytes)),
        }
    }
}
