//! How much of the stack scripts take, all that call one another together.
//!
//! Each has a limit of its own, but a chain of them, each deep in its recursion when it calls the next, would reach the
//! end of the real stack, which nobody survives.

use std::cell::Cell;

/// How much of the stack scripts that call one another may take together. The threads that Rust starts have two MiB; the
/// first one has more, but on Windows only one.
pub(super) const MOST: usize = if cfg!(windows) { 512 * 1024 } else { 1024 * 1024 };
/// What is left to one at least, or it is not called.
const LEAST: usize = 48 * 1024;

thread_local! {
    /// Where the stack was when the outermost script of this thread was called; 0 if none is running.
    static OUTERMOST: Cell<usize> = const { Cell::new(0) };
}

/// Notes that a script is called, until the guard is dropped.
pub(super) fn enter() -> Entered {
    let is_outermost = OUTERMOST.get() == 0;
    if is_outermost {
        OUTERMOST.set(here());
    }
    Entered { is_outermost }
}

/// Forgets where the outermost script was called when that returns.
pub(super) struct Entered {
    is_outermost: bool,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if self.is_outermost {
            OUTERMOST.set(0);
        }
    }
}

/// Returns how much of the stack is left to a script that is called now.
pub(super) fn left() -> usize {
    let used = match OUTERMOST.get() {
        0 => 0,
        outermost => outermost.abs_diff(here()),
    };
    MOST.saturating_sub(used).max(LEAST)
}

/// Tells whether too little is left to call one more script.
pub(super) fn is_short() -> bool {
    left() == LEAST
}

/// Returns about where the stack ends now.
#[inline(never)]
pub(super) fn here() -> usize {
    let local = 0_u8;
    (&raw const local).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_called_from_far_down_has_less() {
        let _outer = enter();
        let first = left();
        let second = deeper(4);
        assert!(second < first && first <= MOST, "{first}, then {second}");
        assert!(!is_short());
    }

    #[inline(never)]
    fn deeper(more: usize) -> usize {
        let block = std::hint::black_box([0_u8; 1024]);
        let _inner = enter();
        let left = if more == 0 { left() } else { deeper(more - 1) };
        std::hint::black_box(block);
        left
    }
}
