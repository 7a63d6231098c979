//! Packages of npm: names, ranges, what a registry says, and what is in a tarball.
//!
//! Nothing here fetches anything: all of it is text or bytes in, and a value out.

#[cfg(feature = "artifacts")]
mod integrity;
mod name;
mod range;
#[cfg(feature = "artifacts")]
mod tarball;
mod wish;

#[cfg(feature = "artifacts")]
pub use integrity::{Integrity, IntegrityError};
pub use name::{PackageId, PackageIdError, PackageName, PackageNameError};
pub use range::{Range, RangeError};
#[cfg(feature = "artifacts")]
pub use tarball::{TarballError, unpack};
pub use wish::{Wanted, Wish, WishError};
