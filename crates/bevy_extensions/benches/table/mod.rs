//! How the benches write their tables, and whether they measure at all.

/// Tells whether to measure: `cargo test` passes no `--bench`, and only wants to see that this runs.
pub fn is_bench() -> bool {
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    has("--bench") && !has("--test")
}

/// Keeps the load report away from the terminal, where it goes without a log.
pub fn hide_report() {
    log::set_max_level(log::LevelFilter::Error);
}

/// Writes a time, given in seconds.
pub fn text(seconds: f64) -> String {
    let micros = seconds * 1e6;
    match micros {
        ..0.1 => format!("{:.1} ns", micros * 1e3),
        ..10.0 => format!("{:.0} ns", micros * 1e3),
        ..1e4 => format!("{micros:.0} µs"),
        ..1e6 => format!("{:.1} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

/// Says how many times as long the second took.
pub fn ratio(baseline: f64, ours: f64) -> String {
    format!("{:.3}x", ours / baseline)
}
