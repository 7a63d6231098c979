//! How high everything in a column stands: near to what it is linked with, and no higher than the fullest column needs.
//!
//! Layouters of graphs keep long edges straight instead, and so the picture of some hundred extensions is mostly empty.

use super::GAP;

/// Between two edges that pass a column.
const LANE: i32 = 8;

/// How often everything is moved towards what it is linked with.
const ROUNDS: usize = 24;

/// How much higher than the fullest column the picture may be.
const SLACK: f64 = 1.1;

/// What stands in columns, from above, and what is linked from column to column.
pub(super) struct Stack<'a> {
    /// What stands in each column, from above.
    pub(super) columns: &'a [Vec<usize>],
    /// How high each is; an even number, and 0 if it is an edge that passes.
    pub(super) heights: &'a [i32],
    /// With whom each is linked, in the columns beside its own.
    pub(super) linked: &'a [Vec<usize>],
}

impl Stack<'_> {
    /// Returns the middle of each.
    pub(super) fn middles(&self) -> Vec<i32> {
        let below: Vec<_> = self.columns.iter().map(|column| self.below_first(column)).collect();
        let all_of = |(column, below): (&Vec<usize>, &Vec<i32>)| match (&column[..], &below[..]) {
            ([first, .., last], [.., rest]) => (self.heights[*first] + self.heights[*last]) / 2 + rest,
            ([only], _) => self.heights[*only],
            _ => 0,
        };
        let room = self.columns.iter().zip(&below).map(all_of).max().unwrap_or(0);
        let room = (f64::from(room) * SLACK).ceil();

        let mut middles = vec![room / 2.0; self.heights.len()];
        for round in 0..ROUNDS {
            for nth in 0..self.columns.len() {
                let nth = if round % 2 == 0 { nth } else { self.columns.len() - 1 - nth };
                self.place(&self.columns[nth], &below[nth], room, &mut middles);
            }
        }
        middles.iter().map(|middle| *middle as i32).collect()
    }

    /// Returns how far each has to stand below the first of its column, at least.
    fn below_first(&self, column: &[usize]) -> Vec<i32> {
        let between = |pair: &[usize]| {
            let (above, below) = (self.heights[pair[0]], self.heights[pair[1]]);
            (above + below) / 2 + if above + below == 0 { LANE } else { GAP }
        };
        let steps = column.windows(2).map(between);
        let first = column.first().map(|_| 0);
        let sums = steps.scan(0, |sum, step| {
            *sum += step;
            Some(*sum)
        });
        first.into_iter().chain(sums).collect()
    }

    /// Moves those of a column to where they are nearest to all they are linked with, in their order and within the room.
    fn place(&self, column: &[usize], below: &[i32], room: f64, middles: &mut [f64]) {
        let ([first, ..], [.., last]) = (column, column) else { return };
        // What is left of a place if everybody above takes no room: these must not fall.
        let mut runs: Vec<Run> = Vec::new();
        for (node, below) in column.iter().zip(below) {
            let linked = &self.linked[*node];
            let wanted = match linked.len() {
                0 => middles[*node],
                all => linked.iter().map(|other| middles[*other]).sum::<f64>() / all as f64,
            };
            let weight = linked.len().max(1) as f64;
            let mut run = Run { sum: weight * (wanted - f64::from(*below)), weight, len: 1 };
            while let Some(above) = runs.pop_if(|above| above.mean() > run.mean()) {
                run = Run { sum: above.sum + run.sum, weight: above.weight + run.weight, len: above.len + run.len };
            }
            runs.push(run);
        }
        let highest = f64::from(self.heights[*first]) / 2.0;
        let lowest = room - f64::from(below[below.len() - 1]) - f64::from(self.heights[*last]) / 2.0;
        let places = runs.iter().flat_map(|run| std::iter::repeat_n(run.mean(), run.len));
        for ((node, below), place) in column.iter().zip(below).zip(places) {
            middles[*node] = place.min(lowest).max(highest).round() + f64::from(*below);
        }
    }
}

/// Some who stand as near to one another as they may.
struct Run {
    sum: f64,
    weight: f64,
    len: usize,
}

impl Run {
    fn mean(&self) -> f64 {
        self.sum / self.weight
    }
}
