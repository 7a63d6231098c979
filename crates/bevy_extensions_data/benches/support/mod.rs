//! What benches have in common: they measure two sides in turns, and show both in one line.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicBool, AtomicIsize, Ordering::Relaxed},
    time::{Duration, Instant},
};

/// `cargo bench` passes `--bench`, `cargo test` does not: it only wants to see that this runs.
pub fn is_full() -> bool {
    let has = |flag: &str| std::env::args().any(|arg| arg == flag);
    has("--bench") && !has("--test")
}

pub fn line(what: &str, ours: Duration, theirs: Duration, count: usize) {
    let each = |time: Duration| time.as_secs_f64() * 1e9 / count as f64;
    println!(
        "  {what:<64} {:>10.0} ns {:>10.0} ns {:>7.2}x",
        each(theirs),
        each(ours),
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

pub fn head(title: &str) {
    println!("\n{title}\n  {:<64} {:>13} {:>13} {:>8}", "", "theirs each", "ours each", "ratio");
}

pub fn time(code: impl FnOnce()) -> Duration {
    let began = Instant::now();
    code();
    began.elapsed()
}

/// Returns how many bytes more are held after than before.
pub fn memory_of(code: impl FnOnce()) -> isize {
    LIVE.store(0, Relaxed);
    COUNTS.store(true, Relaxed);
    code();
    COUNTS.store(false, Relaxed);
    LIVE.load(Relaxed)
}

/// The system's allocator, which counts while it is told to. The clock never runs then.
struct Counting;

static COUNTS: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if COUNTS.load(Relaxed) {
            LIVE.fetch_add(layout.size().cast_signed(), Relaxed);
        }
        // SAFETY: the caller keeps the promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if COUNTS.load(Relaxed) {
            LIVE.fetch_sub(layout.size().cast_signed(), Relaxed);
        }
        // SAFETY: the caller keeps the promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}
