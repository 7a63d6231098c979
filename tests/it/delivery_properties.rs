//! Whatever the plan and the order of registration: events are heard in the order of the plan, then as listeners came.

use std::{cell::RefCell, collections::BTreeSet};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{Declared, DynamicEvent, Extension, Manifest, prelude::*};
use proptest::{collection::vec, prelude::*, sample::subsequence};
use serde::{Deserialize, Serialize};

use crate::support::{Log, host, noted};

const COUNT: usize = 8;

const NAMES: [&str; COUNT] = ["Fa", "Ca", "Ha", "Aa", "Ga", "Ba", "Ea", "Da"];

/// What a test wants of its extensions. It is set before the app is made, on the thread that makes it.
#[derive(Debug, Clone, Default)]
struct Wishes {
    /// Whom each requires; all of them have lower numbers.
    requires: Vec<BTreeSet<usize>>,
    /// What each listens to from its `build` on.
    listens: Vec<Vec<Kind>>,
}

/// How a listener listens.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Typed,
    Named,
    Pattern,
    Everything,
}

thread_local! {
    static WISHES: RefCell<Wishes> = RefCell::default();
}

#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "test.ping")]
struct Ping;

/// Asks whoever it is sent to for one more listener.
#[derive(ExtensionEvent)]
#[event(name = "test.listen")]
struct Listen(Kind);

/// The listeners so far, as the test knows them: whose each is, in the order of registration.
#[derive(Resource, Default)]
struct Registered(Vec<usize>);

impl Registered {
    /// Numbers a new listener.
    fn add(&mut self, owner: usize) -> String {
        self.0.push(owner);
        format!("{}{}", NAMES[owner], self.0.len() - 1)
    }
}

struct Numbered<const N: usize>;

impl<const N: usize> Extension for Numbered<N> {
    const NAME: &'static str = NAMES[N];
    type Settings = ();

    fn create() -> Self {
        Self
    }

    fn manifest() -> Manifest {
        let requires = WISHES.with_borrow(|wishes| wishes.requires[N].clone());
        let manifest = Manifest::builder(Self::NAME, "1.0.0");
        requires.into_iter().fold(manifest, |manifest, other| manifest.requires(NAMES[other], "*")).build()
    }
}

impl<const N: usize> Plugin for Numbered<N> {
    fn build(&self, app: &mut App) {
        for kind in WISHES.with_borrow(|wishes| wishes.listens[N].clone()) {
            let name = app.world_mut().resource_mut::<Registered>().add(N);
            let mut scope = app.extension::<Self>();
            match kind {
                Kind::Typed => scope.observe(note_typed(name)),
                Kind::Named => scope.observe_named("test.ping", note_named(name)),
                Kind::Pattern => scope.observe_named("test.*", note_named(name)),
                Kind::Everything => scope.observe_named("*", note_named(name)),
            };
        }
        app.extension::<Self>().observe(|listen: On<Listen>, mut commands: Commands| {
            let kind = listen.0;
            commands.queue(move |world: &mut World| {
                let name = world.resource_mut::<Registered>().add(N);
                match kind {
                    Kind::Typed => _ = world.add_listener(note_typed(name)).unwrap(),
                    Kind::Named => _ = world.add_named_listener("test.ping", note_named(name)).unwrap(),
                    Kind::Pattern => _ = world.add_named_listener("test.*", note_named(name)).unwrap(),
                    Kind::Everything => _ = world.add_named_listener("*", note_named(name)).unwrap(),
                }
            });
        });
    }
}

fn note_typed(name: String) -> impl FnMut(On<Ping>, ResMut<Log>) + Send + Sync {
    move |_: On<Ping>, mut log: ResMut<Log>| log.note(name.clone())
}

fn note_named(name: String) -> impl FnMut(On<DynamicEvent>, ResMut<Log>) + Send + Sync {
    move |event: On<DynamicEvent>, mut log: ResMut<Log>| {
        if event.key() == "test.ping" {
            log.note(name.clone());
        }
    }
}

fn natives() -> Vec<Declared> {
    macro_rules! numbered {
        ($($number:literal)+) => { vec![$(Declared::of::<Numbered<$number>>(file!(), line!())),+] };
    }
    numbered!(0 1 2 3 4 5 6 7)
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Typed), Just(Kind::Named), Just(Kind::Pattern), Just(Kind::Everything)]
}

fn wishes() -> impl Strategy<Value = Wishes> {
    let requires = (0..COUNT).map(|number| {
        let lower: Vec<_> = (0..number).collect();
        subsequence(lower, 0..=number.min(2)).prop_map(BTreeSet::from_iter)
    });
    let requires = requires.collect::<Vec<_>>();
    (requires, vec(vec(kinds(), 0..3), COUNT)).prop_map(|(requires, listens)| Wishes { requires, listens })
}

/// Returns the listeners of some extensions in the order of the plan, then of registration.
fn in_order(app: &App, only: &BTreeSet<usize>) -> String {
    let plan = app.world().resource::<Extensions>().plan();
    let place = |owner: usize| plan.iter().position(|planned| planned.name == NAMES[owner]).unwrap();
    let listeners = app.world().resource::<Registered>().0.iter().enumerate();
    let mut listeners: Vec<_> = listeners
        .filter(|(_, owner)| only.contains(owner))
        .map(|(number, &owner)| (place(owner), number, format!("{}{number}", NAMES[owner])))
        .collect();
    listeners.sort();
    listeners.into_iter().map(|(.., name)| name).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn events_are_heard_in_plan_order_whatever_the_order_of_registration(
        wishes in wishes(),
        native_order in Just((0..COUNT).collect::<Vec<_>>()).prop_shuffle(),
        later in vec((0..COUNT, kinds()), 0..12),
        removed in vec(any::<prop::sample::Index>(), 0..3),
        target in subsequence((0..COUNT).collect::<Vec<_>>(), 1..=COUNT),
    ) {
        WISHES.set(wishes);
        let natives = natives();
        let explicit = native_order.into_iter().map(|number| natives[number]).collect();
        let mut app = App::new();
        app.init_resource::<Log>().init_resource::<Registered>().add_plugins(ExtensionsPlugin { explicit, ..host() });
        app.host().register_event::<Ping>();
        app.update();
        for (number, kind) in later {
            app.world_mut().send(Listen(kind), NAMES[number]).unwrap();
            app.world_mut().flush();
        }

        let everyone = (0..COUNT).collect();
        let expected = in_order(&app, &everyone);
        app.world_mut().trigger(Ping);
        prop_assert_eq!(&noted(&mut app), &expected, "by its type");
        app.world_mut().emit("test.ping", ()).unwrap();
        prop_assert_eq!(&noted(&mut app), &expected, "by its name");

        let expected = in_order(&app, &target.iter().copied().collect());
        let names: Vec<_> = target.iter().map(|&number| NAMES[number]).collect();
        app.world_mut().send(Ping, names).unwrap();
        prop_assert_eq!(&noted(&mut app), &expected, "to some");

        let mut left: Vec<_> = in_order(&app, &everyone).split(' ').map(String::from).collect();
        for index in removed {
            let row = event_row(&app);
            if row.is_empty() {
                break;
            }
            let place = index.index(row.len());
            app.world_mut().despawn(row[place]);
            left.remove(place);
        }
        app.world_mut().trigger(Ping);
        prop_assert_eq!(noted(&mut app), left.join(" "), "without those that were despawned");
        app.terminate_extensions();
    }
}

/// Returns the entities of the listeners of `Ping`, in the order of delivery.
fn event_row(app: &App) -> Vec<Entity> {
    let report = app.extension_report();
    let row = report.listing.events.iter().find(|event| event.name == "test.ping").unwrap();
    row.listeners.iter().map(|listener| listener.entity).collect()
}
