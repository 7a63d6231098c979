//! What a thousand running extensions that do nothing cost a frame, against none.

mod clock;
mod many;
mod table;

use bevy_app::App;
use bevy_extensions::prelude::*;
use clock::seconds_of_a_frame;
use many::{ALL, Touched, host};
use table::{hide_report, is_bench, ratio, text};

fn main() {
    hide_report();
    let (rounds, frames) = if is_bench() { (101, 2_000) } else { (1, 1) };
    let count = if is_bench() { ALL } else { 10 };
    let [mut without, mut none, mut all] = [None, Some(0), Some(count)].map(app);
    let mut best = [f64::MAX; 3];
    for _ in 0..rounds {
        for (app, best) in [&mut without, &mut none, &mut all].into_iter().zip(&mut best) {
            *best = (*best).min(seconds_of_a_frame(app, frames));
        }
    }
    let [without_plugin, no_extensions, all_running] = best;

    println!("\na frame of an empty app");
    println!("  {:<34} {:>9} {:>9} {:>8} {:>6}", "case", "baseline", "ours", "ratio", "goal");
    let line = |case: &str, baseline, ours, goal| {
        println!("  {case:<34} {:>9} {:>9} {:>8} {goal:>6}", text(baseline), text(ours), ratio(baseline, ours));
    };
    line("1000 extensions / none", no_extensions, all_running, "1.02x");
    line("plugin without extensions / no plugin", without_plugin, no_extensions, "");

    [none, all].iter_mut().for_each(|app| _ = app.terminate_extensions());
}

/// Makes an app that has started, without the host's plugin or with some extensions.
fn app(extensions: Option<usize>) -> App {
    let mut app = App::new();
    app.init_resource::<Touched>();
    if let Some(count) = extensions {
        app.add_plugins(host(count));
    }
    app.finish();
    app.cleanup();
    app.update();
    app
}
