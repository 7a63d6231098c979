//! TMP
use std::time::Instant;
use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::prelude::*;
use bevy_extensions::*;

#[derive(Resource, Default)] struct Count(u64);
struct Ping(u64);
impl Event for Ping { type Trigger<'a> = Delivery; }
impl ExtensionEvent for Ping { const NAME: &'static str = "ping"; }
#[derive(Event)] struct Plain(u64);
#[derive(Extension)] struct Aa;
impl Plugin for Aa { fn build(&self, app: &mut App) {
    let n = app.world().resource::<Count>().0;
    for _ in 0..n { app.extension::<Self>().observe(|e: On<Ping>, mut c: ResMut<Count>| c.0 += e.event().0); }
    app.extension::<Self>().add_systems(Update, from_extension);
} }
fn from_extension(world: &mut World) { 
    let t = Instant::now(); for _ in 0..100_000 { world.trigger(Ping(1)); } 
    println!("   from extension {:.1}", t.elapsed().as_nanos() as f64 / 1e5);
}
fn main() {
    for n in [1u64, 10, 100] {
        let mut app = App::new();
        app.insert_resource(Count(n));
        let mut plugin = ExtensionsPlugin::default().without_inventory().with::<Aa>();
        plugin.exit_on_signal = false;
        app.add_plugins(plugin);
        for _ in 0..n { app.world_mut().add_observer(|e: On<Plain>, mut c: ResMut<Count>| c.0 += e.event().0); }
        app.finish(); app.cleanup(); app.update(); app.update(); app.update();
        let w = app.world_mut();
        let iters = 1_000_000 / n;
        let mut best = [f64::MAX; 2];
        for _ in 0..9 {
            let t = Instant::now(); for _ in 0..iters { w.trigger(Plain(1)); } best[0] = best[0].min(t.elapsed().as_nanos() as f64 / iters as f64);
            let t = Instant::now(); for _ in 0..iters { w.trigger(Ping(1)); } best[1] = best[1].min(t.elapsed().as_nanos() as f64 / iters as f64);
        }
        println!("n={n} plain {:.1} ns ours {:.1} ns ratio {:.2} count {}", best[0], best[1], best[1] / best[0], w.resource::<Count>().0);
        app.terminate_extensions();
    }
}
