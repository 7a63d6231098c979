//! The parts of an extension's life.

/// A part of an extension's life, in which its systems run once, in plan order.
///
/// Give it to [`ExtensionScope::add_systems`](crate::ExtensionScope::add_systems) in place of a schedule. It is no
/// Bevy schedule, so `app.add_systems(Init, ..)` does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before anybody initialises: make what others will look for.
    PreInit,
    /// The main part: whoever is required has initialised already.
    Init,
    /// After everybody has initialised: open the doors.
    PostInit,
    /// The app exits, or the extension has to stop: give back what was taken. Runs in reverse order.
    Terminate,
}
