//! How long something takes, and how that is shown.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Returns how long one run takes. What it returns is dropped after the clock has stopped.
pub fn time<R>(code: impl FnOnce() -> R) -> Duration {
    let began = Instant::now();
    let result = black_box(code());
    let time = began.elapsed();
    drop(result);
    time
}

pub fn text(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.1} µs") } else { format!("{:.2} ms", micros / 1_000.0) }
}
