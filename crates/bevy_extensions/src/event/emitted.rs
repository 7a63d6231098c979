//! Which events each extension has emitted so far.

use std::{
    any::{Any, TypeId},
    collections::{BTreeMap, BTreeSet},
};

use bevy_ecs::{event::EventPattern, prelude::*};
use bevy_extensions_core::ExtensionName;

use super::{DynamicEvent, ExtensionEvent, listeners::Listeners, registry::Events};

/// How many names of events that no type claims are noted.
const MOST: usize = 1024;

/// Who has emitted an event so far.
#[derive(Default)]
pub(super) struct Senders {
    names: BTreeSet<ExtensionName>,
    /// Of events that no type claims, by name.
    dynamic: BTreeMap<String, BTreeSet<ExtensionName>>,
}

impl Senders {
    /// Notes who emits an event of a type. Called only if that is somebody else than the last time.
    pub(super) fn note_typed<E: EventPattern>(&mut self, name: &ExtensionName) {
        if TypeId::of::<E>() != TypeId::of::<DynamicEvent>() && !self.names.contains(name) {
            self.names.insert(name.clone());
        }
    }

    /// Notes who emits an event, if no type claims its name.
    #[inline]
    pub(super) fn note_dynamic<E: ExtensionEvent>(&mut self, sender: &ExtensionName, event: &E) {
        let Some(event) = (event as &dyn Any).downcast_ref::<DynamicEvent>() else { return };
        let name = event.name().as_str();
        let is_full = self.dynamic.len() >= MOST;
        match self.dynamic.get_mut(name) {
            Some(senders) if senders.contains(sender) => {}
            Some(senders) => _ = senders.insert(sender.clone()),
            None if is_full => {}
            None => _ = self.dynamic.insert(name.into(), BTreeSet::from([sender.clone()])),
        }
    }
}

/// Returns who has emitted an event of a type so far.
pub(super) fn senders<E: ExtensionEvent>(world: &World) -> &Senders {
    static NOBODY: Senders = Senders { names: BTreeSet::new(), dynamic: BTreeMap::new() };
    let listeners = world.get_resource::<Listeners<E>>();
    listeners.and_then(Listeners::inner).map_or(&NOBODY, |inner| &inner.senders)
}

/// Lists the events that an extension has emitted since the app started, by name.
pub(crate) fn emitted_by(world: &World, name: &ExtensionName) -> Vec<String> {
    let types = world.get_resource::<Events>().into_iter().flat_map(Events::types);
    let typed = types.filter(|event| (event.senders)(world).names.contains(name));
    let dynamic = senders::<DynamicEvent>(world).dynamic.iter().filter(|(_, senders)| senders.contains(name));
    let mut all: Vec<_> = typed.map(|event| event.name.to_string()).collect();
    all.extend(dynamic.map(|(event, _)| event.clone()));
    all.sort();
    all.dedup();
    all
}
