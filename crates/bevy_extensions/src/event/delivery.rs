//! How an extension event gets to its listeners: Bevy's `Trigger` for it.

use std::any::Any;

use bevy_ecs::{
    entity::Entity,
    event::{Trigger, trigger_entity_internal},
    observer::{CachedObservers, TriggerContext},
    ptr::PtrMut,
    world::{DeferredWorld, World},
};
use bevy_extensions_core::ExtensionName;

use super::{
    DynamicEvent, ExtensionEvent, arrival,
    hearing::Hearing,
    listeners::{Listeners, Taken},
};
use crate::{
    acting::{ExtensionId, acting},
    contain::{call_app, chain},
    entity::{ExtensionState, Extensions},
    extension::{Extension, name_of},
    tell::{complain, did_you_mean},
};

/// How an [extension event](ExtensionEvent) is delivered: its `Trigger`.
///
/// Listeners of extensions run in plan order, those of one extension in the order they were added, then the app's own
/// in the order they were added. To send an event to certain extensions only, trigger it with [`Delivery::to`]:
///
/// ```
/// # use bevy_ecs::prelude::*;
/// # use bevy_extensions::{Delivery, ExtensionEvent};
/// #[derive(ExtensionEvent)]
/// struct SaveNow;
///
/// fn save_greeter(mut commands: Commands) {
///     commands.trigger_with(SaveNow, Delivery::to(["Greeter", "Economy"]));
/// }
/// ```
///
/// What cannot be delivered reaches nobody, and whoever emitted it is charged with a fault. To get the error as a value,
/// use [`world.send`](crate::ExtensionsWorldExt::send). It also makes the event known if nobody listens to it yet, without
/// which Bevy does not deliver it at all.
#[derive(Debug, Default)]
pub struct Delivery {
    sender: Option<ExtensionName>,
    /// What most deliveries do without; kept apart, as each event has a delivery.
    rare: Option<Box<Rare>>,
}

#[derive(Debug, Default)]
struct Rare {
    target: Target,
    error: Option<DeliveryError>,
    /// Whether somebody waits for the error, so that nobody need be told.
    is_awaited: bool,
}

/// To whom an event goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Target {
    /// To everybody who listens.
    #[default]
    Everyone,
    /// To the extensions of these names only, which may differ in case.
    Only(Vec<String>),
}

impl Target {
    /// Returns the target that is one extension, by its type.
    pub fn of<E: Extension>() -> Self {
        Self::from(name_of::<E>())
    }

    /// Tells whether an extension of this name is meant.
    pub fn includes(&self, name: &ExtensionName) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(names) => names.iter().any(|other| name == other.as_str()),
        }
    }
}

impl From<&str> for Target {
    fn from(name: &str) -> Self {
        Self::Only(vec![name.into()])
    }
}

impl From<String> for Target {
    fn from(name: String) -> Self {
        Self::Only(vec![name])
    }
}

impl From<ExtensionName> for Target {
    fn from(name: ExtensionName) -> Self {
        Self::Only(vec![name.to_string()])
    }
}

impl<N: Into<String>, const COUNT: usize> From<[N; COUNT]> for Target {
    fn from(names: [N; COUNT]) -> Self {
        Self::Only(names.map(Into::into).into())
    }
}

impl<N: Into<String>> From<Vec<N>> for Target {
    fn from(names: Vec<N>) -> Self {
        Self::Only(names.into_iter().map(Into::into).collect())
    }
}

/// Why an event was delivered to nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// There is no such extension.
    #[error("`{event}` was sent to `{name}`, but no extension is called that{}", did_you_mean(.nearest.as_ref()))]
    Unknown {
        /// The event.
        event: String,
        /// The name that was given.
        name: String,
        /// The name that was probably meant.
        nearest: Option<ExtensionName>,
    },
    /// The extension does not run.
    #[error("`{event}` was sent to `{name}`, which {}", .state.told())]
    NotRunning {
        /// The event.
        event: String,
        /// The extension.
        name: ExtensionName,
        /// Where in its life it is.
        state: ExtensionState,
    },
    /// Events and functions have led to one another, too often.
    #[error("`{event}` was not delivered, as it would go on without end: {chain}")]
    Endless {
        /// The event.
        event: String,
        /// Who led to whom, from where it goes round.
        chain: String,
    },
}

impl Delivery {
    /// Returns the delivery to one or several extensions, and nobody else.
    pub fn to(target: impl Into<Target>) -> Self {
        Self::rare(Rare { target: target.into(), ..Rare::default() })
    }

    /// Returns who has emitted the event; `None` is the app itself.
    pub fn sender(&self) -> Option<&ExtensionName> {
        self.sender.as_ref()
    }

    /// Returns to whom the event goes.
    pub fn target(&self) -> &Target {
        self.rare.as_ref().map_or(&Target::Everyone, |rare| &rare.target)
    }

    /// Returns why the event was delivered to nobody; for after it was triggered.
    pub fn error(&self) -> Option<&DeliveryError> {
        self.rare.as_ref()?.error.as_ref()
    }

    /// Waits for the error, so that it is told to nobody else.
    pub(crate) fn awaited(target: Target) -> Self {
        Self::rare(Rare { target, error: None, is_awaited: true })
    }

    fn rare(rare: Rare) -> Self {
        Self { sender: None, rare: Some(Box::new(rare)) }
    }

    pub(crate) fn into_result(self) -> Result<(), DeliveryError> {
        self.rare.and_then(|rare| rare.error).map_or(Ok(()), Err)
    }

    /// Finds out who may hear; `None` stands for everyone.
    #[cold]
    fn addressees(&self, world: &World, event: &str) -> Result<Option<Vec<ExtensionId>>, DeliveryError> {
        if chain::is_full() {
            return Err(DeliveryError::Endless { event: event.into(), chain: chain::shown() });
        }
        let Target::Only(names) = self.target() else { return Ok(None) };
        let Some(extensions) = world.get_resource::<Extensions>() else {
            return Err(unknown(event, &names.join("`, `"), None));
        };
        names.iter().map(|name| addressee(extensions, event, name)).collect::<Result<_, _>>().map(Some)
    }
}

/// Returns the name of an extension that emits an event.
pub(super) fn name_of_sender(id: ExtensionId, world: &World) -> Option<ExtensionName> {
    Some(world.get_resource::<Extensions>()?.listed(id).name.clone())
}

fn addressee(extensions: &Extensions, event: &str, name: &str) -> Result<ExtensionId, DeliveryError> {
    let Some(id) = extensions.id_by_name(name) else {
        return Err(unknown(event, name, extensions.nearest(name)));
    };
    let listed = extensions.listed(id);
    match listed.ward.is_active() {
        true => Ok(id),
        false => Err(DeliveryError::NotRunning {
            event: event.into(),
            name: listed.name.clone(),
            state: listed.told_state(),
        }),
    }
}

fn unknown(event: &str, name: &str, nearest: Option<ExtensionName>) -> DeliveryError {
    DeliveryError::Unknown { event: event.into(), name: name.into(), nearest }
}

// SAFETY: the trigger of every `ExtensionEvent` is constrained to `Delivery`.
unsafe impl<E: ExtensionEvent> Trigger<E> for Delivery {
    #[inline]
    unsafe fn trigger(
        &mut self,
        mut world: DeferredWorld,
        observers: &CachedObservers,
        context: &TriggerContext,
        event: &mut E,
    ) {
        let cell = world.as_unsafe_world_cell();
        // SAFETY: what the trigger was given is not used any more, and the listeners lie where nobody else reaches.
        let mut world = unsafe { cell.into_deferred() };
        // SAFETY: it is dropped in here, and a trigger does not get the whole world.
        let mut listeners = match unsafe { Listeners::<E>::take_in_hand(cell) } {
            Taken::InHand(listeners) => Some(listeners),
            Taken::NotThere => None,
            // Somebody triggers by way of `unsafe` from within a listener.
            Taken::Busy => return,
        };
        self.sender = acting(world.id()).and_then(|id| match &mut listeners {
            Some(listeners) => listeners.name_of_sender(id, &world),
            None => name_of_sender(id, &world),
        });
        #[cfg(feature = "console")]
        if let (Some(sender), Some(listeners)) = (&self.sender, &mut listeners) {
            listeners.senders.note_dynamic(sender, event);
        }
        let mut only = None;
        if self.rare.is_some() || chain::is_full() {
            match self.addressees(&world, key(event)) {
                Ok(addressees) => only = addressees,
                Err(error) => return self.refuse(&mut world, error),
            }
        }
        if let Some(listeners) = &mut listeners {
            // SAFETY: the caller keeps the promises of `trigger`, and the listeners are in our hands.
            let mut hearing = unsafe { Hearing::new(&mut world, event, self, context) };
            hearing.by_extensions(&mut listeners.slots, only.as_deref());
        }
        let has_named = listeners.as_ref().is_some_and(|listeners| listeners.has_apps());
        if only.is_none() && (has_named || !observers.global_observers().is_empty()) {
            call_app(&mut world, E::NAME, |world| {
                let mut order = arrival::Order::default();
                let order = match &mut listeners {
                    Some(listeners) => {
                        // SAFETY: as above.
                        unsafe { Hearing::new(world, event, self, context) }.by_app(&listeners.slots);
                        &mut listeners.own
                    }
                    None => &mut order,
                };
                // SAFETY: the caller promises that `observers` and `context` belong to `world` and `E`.
                unsafe { trigger_own(world, observers, context, event, self, order) };
            });
        }
    }
}

impl Delivery {
    #[cold]
    fn refuse(&mut self, world: &mut DeferredWorld, error: DeliveryError) {
        let rare = self.rare.get_or_insert_default();
        let is_told = matches!(error, DeliveryError::Endless { .. }) && !chain::give_up();
        if !rare.is_awaited && !is_told {
            complain(world, error.clone());
        }
        rare.error = Some(error);
    }
}

/// Runs the observers that the app itself has added, in the order of their arrival.
///
/// # Safety
///
/// As for [`Trigger::trigger`].
unsafe fn trigger_own<E: ExtensionEvent>(
    world: &mut DeferredWorld,
    observers: &CachedObservers,
    context: &TriggerContext,
    event: &mut E,
    delivery: &mut Delivery,
    order: &mut arrival::Order,
) {
    let own = observers.global_observers();
    let nobody = CachedObservers::default();
    let (at_once, in_order) = match own.len() {
        0 => return,
        1 => (observers, Default::default()),
        _ => (&nobody, order.of(world, own)),
    };
    // SAFETY: the caller keeps the promises. It also raises the id of the trigger, without which observers run only once.
    unsafe {
        let (event, trigger) = (PtrMut::from(&mut *event), PtrMut::from(&mut *delivery));
        trigger_entity_internal(world.reborrow(), at_once, event, trigger, Entity::PLACEHOLDER, context);
    }
    for (observer, run) in in_order.iter().filter_map(|observer| own.get_key_value(observer)) {
        // SAFETY: the observer is among those of this event, and nothing was despawned since.
        unsafe {
            let (event, trigger) = (PtrMut::from(&mut *event), PtrMut::from(&mut *delivery));
            run(world.reborrow(), *observer, context, event, trigger);
        }
    }
}

/// Returns the name of an event: that of its type, or its own if it is a dynamic one.
pub(super) fn key<E: ExtensionEvent>(event: &E) -> &str {
    (event as &dyn Any).downcast_ref::<DynamicEvent>().map_or(E::NAME, |event| event.name().as_str())
}
