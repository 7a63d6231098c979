//! The timeline as a trace.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Timeline, TimelineRow};

impl Timeline {
    /// Writes the timeline as a trace, which `chrome://tracing`, [Perfetto](https://ui.perfetto.dev) and others show: an
    /// extension is a thread there, in load order.
    pub fn to_chrome_trace(&self) -> String {
        let title = json!({"name": "process_name", "ph": "M", "pid": 1, "args": {"name": self.title}});
        let rows = (1..).zip(&self.rows).flat_map(|(thread, row)| events(thread, row));
        let events: Vec<_> = [title].into_iter().chain(rows).collect();
        json!({"displayTimeUnit": "ms", "traceEvents": events}).to_string()
    }
}

fn events(thread: usize, row: &TimelineRow) -> Vec<Value> {
    let about = |what: &str, args: Value| json!({"name": what, "ph": "M", "pid": 1, "tid": thread, "args": args});
    let head =
        [about("thread_name", json!({"name": row.name})), about("thread_sort_index", json!({"sort_index": thread}))];
    let bars = row.bars.iter().map(|bar| {
        json!({
            "name": bar.phase.to_string(),
            "cat": if bar.is_critical { "critical" } else { "start" },
            "ph": "X",
            "pid": 1,
            "tid": thread,
            "ts": micros(bar.begin),
            "dur": micros(bar.length),
            "args": {"extension": row.name},
        })
    });
    head.into_iter().chain(bars).collect()
}

/// Returns the unit of time of such traces.
fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}
