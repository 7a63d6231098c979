//! Demonstrates what an extension has in memory for a while: bounded by entries or by weight, and for some time.
//!
//! `Atlas` draws maps, which takes long, and keeps the last ones. It stops and starts again, and has forgotten them.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{
    data::{Cache, CacheSettings},
    prelude::*,
};

fn main() {
    let mut app = App::new();
    app.add_plugins(ExtensionsPlugin::default().without_files());
    app.update();
    println!("--- Atlas stops, and starts again");
    app.world_mut().resource_mut::<Extensions>().restart("Atlas");
    app.update();
    app.terminate_extensions();
}

/// Has maps, and tiles of them.
#[derive(Extension)]
struct Atlas;

/// What is large stands behind an `Arc`: a cache hands out copies.
type Map = Arc<str>;
type Maps = Cache<Atlas, (i32, i32), Map>;
type Tiles = Cache<Atlas, u32, Vec<u8>>;

impl Plugin for Atlas {
    fn build(&self, app: &mut App) {
        let mut hundred = CacheSettings::default();
        hundred.entries = 100;
        let mut small = CacheSettings::default();
        small.bytes = 64 * 1024;
        app.extension::<Self>()
            .cache::<(i32, i32), Map>(hundred)
            // By weight: so many bytes, whatever their number.
            .insert_resource_with(move |_| Tiles::weighted(small.clone(), |_, tile| tile.len() as u64))
            .init_resource::<Drawn>()
            .add_systems(Init, (travel, look_closely).chain());
    }
}

/// How many maps were drawn.
#[derive(Resource, Default)]
struct Drawn(AtomicU32);

fn travel(maps: Res<Maps>, drawn: Res<Drawn>) {
    println!("it begins with {} maps", maps.len());
    for place in [(0, 0), (0, 1), (0, 0), (0, 1), (0, 0)] {
        let map = maps.get_or_insert_with(place, || {
            drawn.0.fetch_add(1, Relaxed);
            format!("a map of {place:?}").into()
        });
        println!("{map}");
    }
    println!("{} were drawn; {} hits, {} misses", drawn.0.load(Relaxed), maps.stats().hits, maps.stats().misses);

    for x in 0..1000 {
        maps.set((x, 0), "a thousand more".into());
    }
    println!("no more than a hundred are kept: {}", maps.len() <= 100);
}

fn look_closely(tiles: Res<Tiles>) {
    for tile in 0..100 {
        tiles.set(tile, vec![0; 1024]);
    }
    let stats = tiles.stats();
    println!("no more than 64 KiB of tiles are kept: {}", stats.weight <= 64 * 1024);
    println!("some had to go: {}", stats.evictions > 0);
}
