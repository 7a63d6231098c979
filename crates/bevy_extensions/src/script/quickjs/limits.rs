//! How long a call may take, and how deep it may go.

use std::{
    cell::Cell,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    time::{Duration, Instant},
};

use rquickjs::{Ctx, Exception, Result, qjs};

use crate::script::stack;

/// Looks at the clock for a script.
///
/// `QuickJS` asks now and then whether it should go on, but from a place that knows nothing of the call. The clock starts
/// with the first such question: a short call never looks at it.
pub(super) struct Watch {
    limit: Duration,
    /// What the times below are counted from.
    zero: Instant,
    /// When the call is to end, in nanoseconds; 0 while nobody has asked.
    end: AtomicU64,
    is_over: AtomicBool,
}

impl Watch {
    pub fn new(limit: Duration) -> Self {
        Self { limit, zero: Instant::now(), end: AtomicU64::new(0), is_over: AtomicBool::new(false) }
    }

    /// Begins a call.
    pub fn begin(&self) {
        self.end.store(0, Relaxed);
        self.is_over.store(false, Relaxed);
    }

    /// Tells whether the call has to stop.
    pub fn ask(&self) -> bool {
        let (now, end) = (self.now(), self.end.load(Relaxed));
        if end == 0 {
            self.end.store(now.saturating_add(nanos(self.limit)), Relaxed);
        } else if now > end {
            self.is_over.store(true, Relaxed);
        }
        self.is_over.load(Relaxed)
    }

    /// Tells whether the call was told to stop.
    pub fn is_over(&self) -> bool {
        self.is_over.load(Relaxed)
    }

    /// Does what does not count as the script's own time.
    pub fn pause<R>(&self, others: impl FnOnce() -> R) -> R {
        if self.end.load(Relaxed) == 0 {
            return others();
        }
        let begin = self.now();
        let answer = others();
        self.end.fetch_add(self.now().saturating_sub(begin), Relaxed);
        answer
    }

    /// Says what happens to a call that has to stop.
    pub fn complaint(&self) -> String {
        format!("it took longer than {} ms in one call", self.limit.as_millis())
    }

    fn now(&self) -> u64 {
        nanos(self.zero.elapsed())
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// Knows how deep the stack is.
///
/// `QuickJS` does too, but whenever Rust calls a function of a script, its count begins anew from there. A recursion that
/// goes through Rust would so reach the end of the real stack, which nobody survives.
pub(super) struct Depth {
    /// How much the script may use.
    limit: usize,
    /// The same for this call, which may come from deep in other scripts.
    limit_now: Cell<usize>,
    begin: Cell<usize>,
}

impl Depth {
    pub fn new(limit: usize) -> Self {
        Self { limit, limit_now: Cell::new(limit), begin: Cell::new(0) }
    }

    /// Begins a call.
    pub fn begin(&self, ctx: &Ctx<'_>) {
        self.begin.set(stack::here());
        self.limit_now.set(self.limit.min(stack::left()));
        leave(ctx, self.limit_now.get());
    }

    /// To be called before Rust, called by a script, calls or compiles something of it.
    pub fn check(&self, ctx: &Ctx<'_>) -> Result<()> {
        let used = self.begin.get().abs_diff(stack::here());
        match self.limit_now.get().checked_sub(used) {
            Some(left) if left > 0 => {
                leave(ctx, left);
                Ok(())
            }
            _ => Err(Exception::throw_range(ctx, "Maximum call stack size exceeded")),
        }
    }
}

/// Leaves a script so much of the stack from here on.
fn leave(ctx: &Ctx<'_>, bytes: usize) {
    // SAFETY: the context is alive and ours, so its runtime is; both calls only set where it looks for the end.
    unsafe {
        let runtime = qjs::JS_GetRuntime(ctx.as_raw().as_ptr());
        qjs::JS_SetMaxStackSize(runtime, bytes as _);
        qjs::JS_UpdateStackTop(runtime);
    }
}
