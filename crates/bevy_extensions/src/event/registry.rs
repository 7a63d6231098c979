//! The events that a world knows, and those who listen by name.

use std::{
    any::TypeId,
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex},
};

use bevy_ecs::{
    event::EventPattern,
    observer::On,
    prelude::*,
    system::{IntoObserverSystem, ObserverSystem},
    world::DeferredWorld,
};
use bevy_extensions_core::{
    EventFilter, EventFilterError, EventName, EventNameError, ExtensionName, Location, Problem, nearest,
};
use bevy_utils::prelude::ShortName;
use serde_json::Value;

#[cfg(feature = "console")]
use super::emitted::Senders;
#[cfg(feature = "script")]
use super::hear::Hear;
use super::{
    Delivery, DeliveryError, DynamicEvent, ExtensionEvent, Listener, Target,
    listeners::{BoxedListener, Ear, Listeners, Place, Slot},
    listing,
    named::{NamedCode, NamedListener},
};
use crate::{
    acting::ExtensionId,
    contain::{Ward, build::Known, listener::ContainedListener, takes_the_world},
    entity::Extensions,
    owner::{Party, with_actor},
    park::{self, Parkable},
    value::Misfit,
};

/// An event type that is linked into the app, as its derive made it known.
#[derive(Clone, Copy)]
pub struct DeclaredEvent {
    name: &'static str,
    file: &'static str,
    line: u32,
    type_id: TypeId,
    register: fn(&mut World, Location),
}

inventory::collect!(DeclaredEvent);

impl DeclaredEvent {
    /// Makes an event known; `file` and `line` are where it is declared, for messages.
    pub const fn of<E: ExtensionEvent>(file: &'static str, line: u32) -> Self {
        Self { name: E::NAME, file, line, type_id: TypeId::of::<E>(), register: register::<E> }
    }

    /// Returns all that are linked into the running program, by name.
    fn linked() -> Vec<Self> {
        let mut all: Vec<Self> = inventory::iter::<Self>().copied().collect();
        // The linker promises no order, and it changes with the build profile.
        all.sort_by_key(|declared| (declared.name, declared.file, declared.line));
        all
    }

    fn register(&self, world: &mut World) {
        (self.register)(world, Location::new(self.file, self.line, 0));
    }
}

impl std::fmt::Debug for DeclaredEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeclaredEvent({} at {}:{})", self.name, self.file, self.line)
    }
}

/// The events that a world knows, and those who listen by name.
#[derive(Resource, Default)]
pub(crate) struct Events {
    types: HashMap<TypeId, EventType>,
    by_name: BTreeMap<EventName, TypeId>,
    /// Types whose names others have claimed before.
    nameless: HashSet<TypeId>,
    /// In the order in which they hear.
    named: Vec<Arc<NamedListener>>,
    /// What puts the listeners of an event in order, for each that may have any.
    heard: Vec<fn(&mut World)>,
    /// How many listeners were added so far.
    added: u64,
    /// What is wrong with how events are declared.
    problems: Vec<Problem>,
}

/// An event type that a world knows.
#[derive(Clone)]
pub(super) struct EventType {
    pub(super) name: EventName,
    pub(super) type_name: String,
    pub(super) at: Location,
    emit: fn(&mut World, Value, &mut Delivery) -> Result<Result<Value, Misfit>, Misfit>,
    add_named: fn(&mut World, &Arc<NamedListener>),
    remove: fn(&mut DeferredWorld, Entity),
    pub(super) listeners: fn(&World) -> Vec<Entity>,
    #[cfg(feature = "console")]
    pub(super) senders: fn(&World) -> &Senders,
    has_listener_of: fn(&World, ExtensionId) -> bool,
}

/// Makes ready for events.
pub(crate) fn install(world: &mut World) {
    super::arrival::watch(world);
    world.init_resource::<Events>();
    prepare::<DynamicEvent>(world);
}

/// Makes every event type known that is linked into the program.
pub(crate) fn register_linked(world: &mut World) {
    DeclaredEvent::linked().iter().for_each(|declared| declared.register(world));
}

/// Makes an event type known, so that it can be heard and emitted by name.
pub(crate) fn register<E: ExtensionEvent>(world: &mut World, at: Location) {
    prepare::<E>(world);
    let name = EventName::from_static(E::NAME);
    let mut events = world.resource_mut::<Events>();
    if events.types.contains_key(&TypeId::of::<E>()) || events.nameless.contains(&TypeId::of::<E>()) {
        return;
    }
    let first = events.by_name.get(&name).and_then(|first| events.types.get(first)).map(|first| first.at.clone());
    if let Some(first) = first {
        // The first one keeps the name; the other travels as its type only.
        events.nameless.insert(TypeId::of::<E>());
        events.problems.push(Problem::EventNameTwice { name, first, second: at });
        return;
    }
    let event = EventType {
        name: name.clone(),
        type_name: ShortName::of::<E>().to_string(),
        at,
        emit: emit_typed::<E>,
        add_named: add_named_to::<E>,
        remove: remove_from::<E>,
        listeners: listing::in_order::<E>,
        #[cfg(feature = "console")]
        senders: super::emitted::senders::<E>,
        has_listener_of: has_listener_of::<E>,
    };
    events.types.insert(TypeId::of::<E>(), event);
    events.by_name.insert(name.clone(), TypeId::of::<E>());
    let named: Vec<_> = events.named.iter().filter(|listener| listener.filter.hears(&name)).cloned().collect();
    named.iter().for_each(|listener| add_named_to::<E>(world, listener));
}

/// Makes ready for listeners of an event.
pub(crate) fn prepare<E: EventPattern>(world: &mut World) {
    if !world.contains_resource::<Listeners<E>>() {
        world.insert_resource(Listeners::<E>::default());
        world.get_resource_or_init::<Events>().heard.push(put_in_order::<E>);
        // Whoever happens to be first to need it may fail in its `build`.
        Known::keep_resource::<Listeners<E>>(world);
    }
    let key = world.register_event_key::<E::Event>();
    if world.observers().try_get_observers(key).is_none() {
        // Without a first observer Bevy does not even ask the trigger.
        let first = world.add_observer(|_: On<E>| {}).id();
        world.flush();
        world.despawn(first);
        world.flush();
    }
}

/// Adds a listener of an extension: to an extension event or to any other event of Bevy. Returns its entity.
pub(crate) fn observe<E: EventPattern, M>(
    world: &mut World,
    ward: &Arc<Ward>,
    listener: impl IntoObserverSystem<E, M>,
) -> Result<Entity, ListenError> {
    let system = IntoObserverSystem::into_system(listener);
    if !is_extension_event::<E>() {
        return Ok(observe_bevys(world, ward, system));
    }
    declare_if_linked::<E>(world);
    prepare::<E>(world);
    let events = world.resource::<Events>();
    let known = events.types.get(&TypeId::of::<E>()).map(|event| event.name.to_string());
    let name = known.unwrap_or_else(|| ShortName::of::<E>().to_string());
    let mut system: BoxedListener<E> = Box::new(system);
    let may_queue = initialize(&mut system, world)?;
    Ok(listen(world, ward, name, Ear::Typed(system, may_queue)))
}

/// Puts a listener in its place among those of its event.
fn listen<E: EventPattern>(world: &mut World, ward: &Arc<Ward>, event: String, ear: Ear<E>) -> Entity {
    let owner = Party::Extension(ward);
    let place = next_place(world, owner);
    let listener = Listener { event: event.clone(), by_name: false, forget: remove_from::<E> };
    let entity = owner.spawn(world, listener);
    let slot = Slot { place, entity, ward: Some(ward.clone()), ear };
    world.resource_mut::<Listeners<E>>().get_mut().insert(slot);
    Parkable::attach(world, entity, owner, move |world, entity| {
        let slot = world.resource_mut::<Listeners<E>>().get_mut().take(entity)?;
        park::once((event, slot.ear), |world, ward, (event, ear)| _ = listen(world, ward, event, ear))
    });
    entity
}

/// Tells whether an event is delivered by us.
fn is_extension_event<E: EventPattern>() -> bool {
    TypeId::of::<E>() == TypeId::of::<E::Event>()
        && typeid::of::<<E::Event as Event>::Trigger<'static>>() == TypeId::of::<Delivery>()
}

/// Adds a listener to an event of Bevy, which also delivers it.
fn observe_bevys<E: EventPattern>(world: &mut World, ward: &Arc<Ward>, system: impl ObserverSystem<E>) -> Entity {
    let name = ShortName::of::<E>().to_string();
    let observer = Observer::new(ContainedListener::new(system, ward.clone(), name.clone()));
    spawn_observer(world, ward, name, observer)
}

fn spawn_observer(world: &mut World, ward: &Arc<Ward>, event: String, observer: Observer) -> Entity {
    let owner = Party::Extension(ward);
    // Bevy delivers the event, and so it has no place among ours.
    let listener = Listener { event: event.clone(), by_name: false, forget: |_, _| {} };
    let entity = owner.spawn(world, listener);
    world.entity_mut(entity).insert(observer);
    Parkable::attach(world, entity, owner, |world, entity| {
        let observer = world.entity_mut(entity).take::<Observer>()?;
        park::once((event, observer), |world, ward, (event, observer)| {
            spawn_observer(world, ward, event, observer);
        })
    });
    entity
}

/// Adds a listener by name. Returns its entity.
pub(crate) fn observe_named<M>(
    world: &mut World,
    owner: Party<'_>,
    filter: &str,
    listener: impl IntoObserverSystem<DynamicEvent, M>,
) -> Result<Entity, ListenError> {
    install(world);
    let filter: EventFilter = filter.parse()?;
    let filter = match filter.exact() {
        Some(name) => EventFilter::from(alias(world, owner.name(), name)),
        None => filter,
    };
    let system = IntoObserverSystem::into_system(listener);
    let mut system: BoxedListener<DynamicEvent> = match owner {
        Party::Extension(ward) => Box::new(ContainedListener::new(system, Arc::clone(ward), filter.to_string())),
        Party::App => Box::new(system),
    };
    initialize(&mut system, world)?;
    Ok(listen_named(world, owner, filter, NamedCode::System(Mutex::new(system))))
}

/// Adds a listener by name that is no system. Returns its entity.
#[cfg(feature = "script")]
pub(crate) fn observe_with(
    world: &mut World,
    owner: Party<'_>,
    filter: EventFilter,
    listener: Arc<dyn Hear>,
) -> Entity {
    let filter = match filter.exact() {
        Some(name) => EventFilter::from(alias(world, owner.name(), name)),
        None => filter,
    };
    listen_named(world, owner, filter, NamedCode::Other(listener))
}

/// Puts a listener by name in its place among those of all events that it hears.
fn listen_named(world: &mut World, owner: Party<'_>, filter: EventFilter, code: NamedCode) -> Entity {
    let place = next_place(world, owner);
    let listener = Listener { event: filter.to_string(), by_name: true, forget: forget_named };
    let entity = owner.spawn(world, listener);
    let listener = NamedListener { filter, place, entity, ward: owner.ward(), code };
    let listener = Arc::new(listener);
    let mut events = world.resource_mut::<Events>();
    let at = events.named.partition_point(|other| other.rank() < listener.rank());
    events.named.insert(at, listener.clone());
    let hears = events.types.values().filter(|event| listener.filter.hears(&event.name));
    let adders: Vec<_> = hears.map(|event| event.add_named).collect();
    adders.into_iter().for_each(|add| add(world, &listener));
    add_named_to::<DynamicEvent>(world, &listener);
    Parkable::attach(world, entity, owner, move |world, entity| {
        forget_named(&mut world.into(), entity);
        let NamedListener { filter, code, .. } = Arc::into_inner(listener)?;
        park::once((filter, code), |world, ward, (filter, code)| {
            listen_named(world, Party::Extension(ward), filter, code);
        })
    });
    entity
}

/// Makes a listener ready; tells whether it may queue commands.
fn initialize<E: EventPattern>(system: &mut BoxedListener<E>, world: &mut World) -> Result<bool, ListenError> {
    let access = system.initialize(world);
    match access.is_exclusive() {
        true => Err(ListenError::Exclusive),
        false => Ok(takes_the_world(&access) || system.has_deferred()),
    }
}

fn next_place(world: &mut World, owner: Party<'_>) -> Place {
    let mut events = world.resource_mut::<Events>();
    events.added += 1;
    Place { owner: owner.id(), number: events.added }
}

/// An event that nobody has registered may still be linked.
fn declare_if_linked<E: EventPattern>(world: &mut World) {
    if world.resource::<Events>().types.contains_key(&TypeId::of::<E>()) {
        return;
    }
    if let Some(declared) = inventory::iter::<DeclaredEvent>().find(|declared| declared.type_id == TypeId::of::<E>()) {
        declared.register(world);
    }
}

fn add_named_to<E: ExtensionEvent>(world: &mut World, listener: &Arc<NamedListener>) {
    prepare::<E>(world);
    let mut listeners = world.resource_mut::<Listeners<E>>();
    let listeners = listeners.get_mut();
    // Who listens to everything does not mean what cannot be heard by name.
    if !listeners.has(listener.entity) && (listener.filter.exact().is_some() || E::wire().can_be_heard()) {
        let (place, entity, ward) = (listener.place, listener.entity, listener.ward.clone());
        listeners.insert(Slot { place, entity, ward, ear: Ear::Named(listener.clone()) });
    }
}

fn remove_from<E: EventPattern>(world: &mut DeferredWorld, entity: Entity) {
    if let Some(mut listeners) = world.get_resource_mut::<Listeners<E>>() {
        listeners.get_mut().remove(entity);
    }
}

fn forget_named(world: &mut DeferredWorld, entity: Entity) {
    let Some(mut events) = world.get_resource_mut::<Events>() else { return };
    if let Some(at) = events.named.iter().rposition(|listener| listener.entity == entity) {
        events.named.remove(at);
    }
    let removers: Vec<_> = events.types.values().map(|event| event.remove).collect();
    removers.into_iter().for_each(|remove| remove(world, entity));
    remove_from::<DynamicEvent>(world, entity);
}

/// Puts all listeners in order, after extensions have changed places.
pub(crate) fn put_all_in_order(world: &mut World) {
    let mut events = world.resource_mut::<Events>();
    events.named.sort_by_key(|listener| listener.rank());
    let all = events.heard.clone();
    all.into_iter().for_each(|put_in_order| put_in_order(world));
}

fn put_in_order<E: EventPattern>(world: &mut World) {
    if let Some(mut listeners) = world.get_resource_mut::<Listeners<E>>() {
        listeners.get_mut().put_in_order();
    }
}

fn has_listener_of<E: EventPattern>(world: &World, owner: ExtensionId) -> bool {
    world.get_resource::<Listeners<E>>().is_some_and(|listeners| listeners.owners().contains(&owner))
}

/// Lists what an extension can be found to listen to.
pub(crate) fn listeners_of(world: &World, owner: ExtensionId) -> Vec<String> {
    let Some(events) = world.get_resource::<Events>() else { return Vec::new() };
    let named = events.named.iter().filter(|listener| listener.place.owner == owner);
    let typed = events.types.values().filter(|event| (event.has_listener_of)(world, owner));
    named.map(|listener| listener.filter.to_string()).chain(typed.map(|event| event.name.to_string())).collect()
}

/// Emits an event by name, and returns what its listeners made of it.
pub(crate) fn emit(world: &mut World, name: &str, value: Value, target: Target) -> Result<Value, EmitError> {
    let name: EventName = name.parse()?;
    let name = with_actor(world, |world, actor| alias(world, actor.name(), &name));
    let mut delivery = Delivery::awaited(target);
    let events = world.get_resource::<Events>();
    let typed = events.and_then(|events| Some(events.types.get(events.by_name.get(&name)?)?.emit));
    let Some(emit) = typed else {
        let mut event = DynamicEvent::new(name, value);
        world.trigger_ref_with(&mut event, &mut delivery);
        delivery.into_result()?;
        return Ok(event.value);
    };
    let became = emit(world, value, &mut delivery);
    let became = became.map_err(|misfit| EmitError::Misfit { event: name.clone(), misfit })?;
    delivery.into_result()?;
    became.map_err(|misfit| EmitError::Untold { event: name, misfit })
}

/// Emits an event as its type. The outer error is that of the value, the inner that of what became of it.
fn emit_typed<E: ExtensionEvent>(
    world: &mut World,
    value: Value,
    delivery: &mut Delivery,
) -> Result<Result<Value, Misfit>, Misfit> {
    prepare::<E>(world);
    let mut event = E::wire().to_event(value)?;
    world.trigger_ref_with(&mut event, delivery);
    Ok(E::wire().to_value(&event))
}

/// Returns what a name stands for, by the host settings.
fn alias(world: &World, who: Option<&ExtensionName>, name: &EventName) -> EventName {
    let extensions = world.get_resource::<Extensions>();
    extensions.map_or_else(|| name.clone(), |extensions| extensions.settings().alias_of(who, name))
}

/// Why somebody cannot listen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// What it would listen to is no name and no pattern of names.
    #[error(transparent)]
    Filter(#[from] EventFilterError),
    /// It takes the whole world.
    #[error("an exclusive system cannot listen; queue a command instead")]
    Exclusive,
}

/// Why an event was not emitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] EventNameError),
    /// The value does not fit the type that claims the name.
    #[error("`{event}` was not emitted: {misfit}")]
    Misfit {
        /// The event.
        event: EventName,
        /// What does not fit.
        misfit: Misfit,
    },
    /// The event was delivered, but what its listeners made of it cannot be told as a value.
    #[error("`{event}` was delivered, but what became of it cannot be told: {misfit}")]
    Untold {
        /// The event.
        event: EventName,
        /// Why not.
        misfit: Misfit,
    },
    /// The event was delivered to nobody.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

impl Events {
    /// Returns the known event types, by name.
    pub(super) fn types(&self) -> impl Iterator<Item = &EventType> {
        self.by_name.values().filter_map(|of| self.types.get(of))
    }

    /// Returns those who listen by name, in the order in which they hear.
    pub(super) fn named(&self) -> &[Arc<NamedListener>] {
        &self.named
    }

    fn is_type(&self, name: &EventName) -> bool {
        self.by_name.contains_key(name)
    }

    /// Finds the event whose name was probably meant.
    fn nearest(&self, name: &EventName) -> Option<EventName> {
        let names: Vec<_> = self.by_name.keys().map(EventName::as_str).collect();
        nearest(name.as_str(), &names)?.parse().ok()
    }

    fn is_known(&self, name: &EventName) -> bool {
        self.is_type(name) || self.named.iter().any(|listener| listener.filter.hears(name))
    }
}

/// Returns what is wrong with the names of events, once everybody has said what it listens to.
pub(crate) fn check(world: &mut World) -> Vec<Problem> {
    let mut problems = std::mem::take(&mut world.resource_mut::<Events>().problems);
    let (events, settings) = (world.resource::<Events>(), world.resource::<Extensions>().settings());
    for alias in settings.every_alias() {
        let (of, from, to) = (alias.of.cloned(), alias.from.clone(), alias.to.clone());
        let at = alias.at.clone();
        if settings.alias_of(alias.of, &from) == from {
            // It runs into a loop, which is reported already.
            continue;
        }
        if events.is_type(&from) {
            problems.push(Problem::AliasOfType { from, to, of, at });
        } else if !events.is_known(&settings.alias_of(alias.of, &to)) {
            let near = events.nearest(&to);
            problems.push(Problem::DanglingAlias { from, to, near, of, at });
        }
    }
    problems
}
