//! Packages of npm: names, ranges, what a registry says, what is in a tarball, and which file of it is meant.
//!
//! Nothing here fetches anything: all of it is text or bytes in, and a value out.

mod entry;
mod exports;
mod name;
mod range;
mod wish;

#[cfg(feature = "artifacts")]
mod choice;
#[cfg(feature = "artifacts")]
mod document;
#[cfg(feature = "artifacts")]
mod integrity;
#[cfg(feature = "artifacts")]
mod tarball;
#[cfg(feature = "artifacts")]
mod tarball_url;
#[cfg(feature = "artifacts")]
mod tree;

pub use entry::{EntryError, Imported, LoadedBy, entry, file_at, imported};
pub use name::{PackageId, PackageIdError, PackageName, PackageNameError};
pub use range::{Range, RangeError};
pub use wish::{Wanted, Wish, WishError};

#[cfg(feature = "artifacts")]
pub use choice::ChoiceError;
#[cfg(feature = "artifacts")]
pub use document::{Document, DocumentError, PackageVersion};
#[cfg(feature = "artifacts")]
pub use integrity::{Integrity, IntegrityError};
#[cfg(feature = "artifacts")]
pub use tarball::{MOST_PACKAGE_ENTRIES, TarballError, unpack};
#[cfg(feature = "artifacts")]
pub(super) use tarball_url::{TarballPlace, tarball_place};
#[cfg(feature = "artifacts")]
pub use tree::{DEEPEST_PACKAGE, MOST_PACKAGES, Tree, TreeError, TreeFault};
