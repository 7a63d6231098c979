//! Events between extensions, and between them and the app.

pub(crate) mod arrival;
mod delivery;
#[cfg(feature = "console")]
mod emitted;
#[cfg(feature = "script")]
mod fields;
#[cfg(feature = "script")]
mod hear;
mod hearing;
mod listeners;
mod listing;
mod named;
pub(crate) mod registry;
pub(crate) mod wire;

use bevy_ecs::{event::Event, observer::On};
use bevy_extensions_core::{EventName, ExtensionName};
use serde_json::Value;

pub use delivery::{Delivery, DeliveryError, Target};
pub use listeners::Listener;
pub use listing::{EventRow, ListenerRow};
pub use registry::{DeclaredEvent, EmitError, ListenError};
pub use wire::Wire;

#[cfg(feature = "console")]
pub(crate) use emitted::emitted_by;
#[cfg(feature = "script")]
pub use fields::{FieldSink, Plain};
#[cfg(feature = "script")]
pub(crate) use hear::Hear;
#[cfg(feature = "script")]
pub use hear::HeardEvent;
pub(crate) use listing::events;

/// An event of the app or of an extension: an ordinary Bevy event that is delivered in order and contained.
///
/// Derive it with [`#[derive(ExtensionEvent)]`](derive@crate::ExtensionEvent). Trigger it like every event, with
/// `world.trigger` or `commands.trigger`, and listen to it in an extension with
/// [`observe`](crate::ExtensionScope::observe), in the app with `app.add_observer`. See [`Delivery`] for the order.
///
/// It has a dotted name. If its type implements `Serialize` and `Deserialize` too, it can be emitted and heard by that
/// name, with a value.
///
/// Take an event for what others react to at once, and may change. Take Bevy's `Message` for what piles up within a
/// frame and is read by systems of one place in a schedule; messages know neither order nor sender.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an extension event",
    label = "not an extension event",
    note = "derive it with `#[derive(ExtensionEvent)]`, instead of `#[derive(Event)]`"
)]
pub trait ExtensionEvent: for<'a> Event<Trigger<'a> = Delivery> {
    /// Its name.
    const NAME: &'static str;

    /// Returns how it travels by name. The derive finds out.
    fn wire() -> Wire<Self> {
        Wire::typed_only()
    }
}

/// What a listener may know of an event beside the event itself.
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{EventMeta, ExtensionEvent};
/// #[derive(ExtensionEvent)]
/// struct PlayerJoined { name: String }
///
/// fn welcome(joined: On<PlayerJoined>) {
///     match joined.sender() {
///         Some(extension) => println!("{} joined, says {extension}", joined.name),
///         None => println!("{} joined, says the app", joined.name),
///     }
/// }
/// # World::new().add_observer(welcome);
/// ```
pub trait EventMeta {
    /// Returns the name of the event.
    fn key(&self) -> &str;

    /// Returns the extension that has emitted it; `None` is the app itself.
    fn sender(&self) -> Option<&ExtensionName>;

    /// Returns to whom it was sent.
    fn target(&self) -> &Target;
}

impl<E: ExtensionEvent> EventMeta for On<'_, '_, E> {
    fn key(&self) -> &str {
        delivery::key(self.event())
    }

    fn sender(&self) -> Option<&ExtensionName> {
        self.trigger().sender()
    }

    fn target(&self) -> &Target {
        self.trigger().target()
    }
}

/// An event as its name and a value: what a listener by name hears, whatever the event's type.
///
/// Listen with [`observe_named`](crate::ExtensionScope::observe_named), emit with
/// [`emit`](crate::ExtensionsWorldExt::emit).
#[derive(Debug, Clone, PartialEq)]
pub struct DynamicEvent {
    name: EventName,
    /// The event itself. A listener may change it; later listeners and the emitter see the change.
    pub value: Value,
}

impl DynamicEvent {
    pub(crate) fn new(name: EventName, value: Value) -> Self {
        Self { name, value }
    }

    /// Returns the name of the event.
    pub fn name(&self) -> &EventName {
        &self.name
    }
}

impl Event for DynamicEvent {
    type Trigger<'a> = Delivery;
}

impl ExtensionEvent for DynamicEvent {
    const NAME: &'static str = "*";

    fn wire() -> Wire<Self> {
        Wire::write_only_as(|event| Ok(event.value.clone()))
    }
}
