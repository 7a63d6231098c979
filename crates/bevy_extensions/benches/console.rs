//! What a console at which nobody types costs a frame, against none.

mod clock;
mod many;
mod table;

use std::{
    io::{self, BufReader, Read},
    sync::mpsc::{Receiver, channel},
};

use bevy_app::App;
use bevy_extensions::{
    console::{ConsoleInput, ConsolePlugin},
    prelude::*,
};
use clock::seconds_of_a_frame;
use many::{Touched, host};
use table::{hide_report, is_bench, ratio, text};

fn main() {
    hide_report();
    let (rounds, frames, many) = if is_bench() { (201, 2_000, 100) } else { (1, 1, 2) };
    println!("\na frame");
    println!("  {:<34} {:>9} {:>9} {:>8}", "case", "without", "with", "ratio");
    for (case, count) in [("an idle console, no extensions", 0), ("an idle console, 100 extensions", many)] {
        let (_open, silence) = channel::<()>();
        let [mut without, mut with] = [app(count, None), app(count, Some(silence))];
        let mut best = [f64::MAX; 2];
        for _ in 0..rounds {
            for (app, best) in [&mut without, &mut with].into_iter().zip(&mut best) {
                *best = (*best).min(seconds_of_a_frame(app, frames));
            }
        }
        println!("  {case:<34} {:>9} {:>9} {:>8}", text(best[0]), text(best[1]), ratio(best[0], best[1]));
        [without, with].iter_mut().for_each(|app| _ = app.terminate_extensions());
    }
}

/// Somebody who sits at the console and types nothing, as long as the other end is there.
struct Silent(Receiver<()>);

impl Read for Silent {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        _ = self.0.recv();
        Ok(0)
    }
}

/// Makes an app that has started, with a console or without.
fn app(extensions: usize, silence: Option<Receiver<()>>) -> App {
    let mut app = App::new();
    app.init_resource::<Touched>().add_plugins(host(extensions));
    if let Some(silence) = silence {
        let input = ConsoleInput::lines(BufReader::new(Silent(silence)), io::sink());
        app.add_plugins(ConsolePlugin { input, ..Default::default() });
    }
    app.finish();
    app.cleanup();
    app.update();
    app
}
