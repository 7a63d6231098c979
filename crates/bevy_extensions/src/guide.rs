//! Guides, one for each kind of user.
//!
//! They are only in the docs: the module is not compiled into an app.

/// For whoever runs an app: what is loaded, why not, what is slow, and how to change it.
#[doc = include_str!("guide/running_an_app.md")]
pub mod running_an_app {}

/// For whoever writes an extension, native or script.
#[doc = include_str!("guide/writing_extensions.md")]
pub mod writing_extensions {}

/// For whoever makes an app that others extend.
#[doc = include_str!("guide/making_an_app.md")]
pub mod making_an_app {}

/// For whoever knows Puter's or Minestom's extensions.
#[doc = include_str!("guide/coming_from.md")]
pub mod coming_from {}
