//! What scripts cost: an event to their listeners, and to load them, against QuickJS alone.

mod table;
mod turns;

use std::{
    cell::RefCell,
    hint::black_box,
    time::{Duration, Instant},
};

use bevy_app::{App, Plugin, Update};
use bevy_extensions::{HostSettings, prelude::*};
use rquickjs::{Context, Function, Object, Persistent, Runtime};
use serde::{Deserialize, Serialize};
use table::{hide_report, is_bench};
use turns::{Side, head, in_turns, line, run_errand};

fn main() {
    hide_report();
    let counts: &[usize] = if is_bench() { &[1, 10] } else { &[1] };
    head("an event {name: \"Ann\", gold: 5} to a listener in each of some scripts; against a bare call of QuickJS");
    counts.iter().for_each(|count| event(*count));

    let counts: &[usize] = if is_bench() { &[100, 1_000] } else { &[3] };
    println!("\nto load scripts of one line; against a bare runtime, context and eval");
    println!(
        "  {:>7}  {:>12}  {:>12}  {:>8}  {:>14}  {:>14}",
        "scripts", "bare each", "ours each", "ratio", "bare KiB each", "ours KiB each"
    );
    counts.iter().for_each(|count| load(*count));
}

/// Somebody has joined.
#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "bench.joined")]
struct Joined {
    name: String,
    gold: u64,
}

impl Joined {
    fn ann() -> Self {
        Self { name: "Ann".into(), gold: 5 }
    }
}

/// Emits events, and hears none.
#[derive(Extension)]
struct Emitter;

impl Plugin for Emitter {
    fn build(&self, app: &mut App) {
        app.extension::<Self>().register_event::<Joined>().add_systems(Update, run_errand);
    }
}

const LISTENER: &str = "(event) => { gold += event.gold; }";

fn event(scripts: usize) {
    let listener = format!("let gold = 0; extension.on('bench.joined', {LISTENER});");
    let mut app = app(scripts, &listener);
    BARE.set((0..scripts).map(|_| Bare::new(&format!("let gold = 0; {LISTENER}"))).collect());
    let (rounds, runs) = if is_bench() { (200, 2_000) } else { (1, 1) };
    let [theirs, ours] = in_turns(
        &mut app,
        rounds,
        runs,
        [
            Side::app(|_| {
                let event = black_box(Joined::ann());
                BARE.with_borrow(|bare| bare.iter().for_each(|bare| bare.call(&event)));
            }),
            Side::extension(|world| world.trigger(black_box(Joined::ann()))),
        ],
    );
    line(&format!("{scripts} listening"), theirs, ours, "1.5x");
    app.terminate_extensions();
}

fn app(scripts: usize, text: &str) -> App {
    let mut app = App::new();
    let mut host =
        ExtensionsPlugin { settings: HostSettings::default().into(), exit_on_signal: false, ..Default::default() }
            .without_inventory()
            .with::<Emitter>();
    for number in 0..scripts {
        host = host.with_script(format!("script{number}.js"), text);
    }
    app.add_plugins(host);
    app.finish();
    app.cleanup();
    app.update();
    app
}

thread_local! {
    // What it holds on to must not go to another thread.
    static BARE: RefCell<Vec<Bare>> = const { RefCell::new(Vec::new()) };
}

/// QuickJS alone, with a function.
struct Bare {
    // Dropped before its runtime.
    function: Persistent<Function<'static>>,
    context: Context,
}

impl Bare {
    fn new(text: &str) -> Self {
        let runtime = Runtime::new().expect("there is memory");
        let context = Context::full(&runtime).expect("there is memory");
        let function =
            context.with(|ctx| Persistent::save(&ctx, ctx.eval::<Function<'_>, _>(text).expect("it is a function")));
        Self { function, context }
    }

    fn call(&self, event: &Joined) {
        self.context.with(|ctx| {
            let function = self.function.clone().restore(&ctx).expect("it is of this runtime");
            let object = Object::new(ctx.clone()).expect("there is memory");
            object.set("name", event.name.as_str()).expect("it is an object");
            object.set("gold", event.gold as f64).expect("it is an object");
            function.call::<_, ()>((object,)).expect("it does not fail");
        });
    }
}

fn load(scripts: usize) {
    let text = format!("let gold = 0; extension.on('bench.joined', {LISTENER});");
    let before = resident();
    let began = Instant::now();
    let bare: Vec<_> = (0..scripts).map(|_| Bare::new(&format!("let gold = 0; {LISTENER}"))).collect();
    let theirs = (began.elapsed(), resident().saturating_sub(before));
    drop(black_box(bare));

    let idle = time_of_app(0, &text).0;
    let before = resident();
    let (took, mut app) = time_of_app(scripts, &text);
    let ours = (took.saturating_sub(idle), resident().saturating_sub(before));
    app.terminate_extensions();
    let each = |time: Duration| time.as_secs_f64() / scripts as f64;
    println!(
        "  {scripts:>7}  {:>12}  {:>12}  {:>8}  {:>14}  {:>14}",
        table::text(each(theirs.0)),
        table::text(each(ours.0)),
        table::ratio(each(theirs.0), each(ours.0)),
        theirs.1 / scripts,
        ours.1 / scripts,
    );
}

fn time_of_app(scripts: usize, text: &str) -> (Duration, App) {
    let began = Instant::now();
    let app = app(scripts, text);
    (began.elapsed(), app)
}

/// Returns how many KiB of memory the process has, where that can be asked.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: usize = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4
}
