//! Where columns begin and end, from the left; and where a row of columns is too long, so that the next one begins below.

use std::collections::BTreeMap;

use super::super::{GAP, Point, blocks::Blocks};
use super::stops::Stops;

/// How wide a row of columns may be in any case.
const WIDE: i32 = 2400;

/// How much wider than high a part may be before it takes several rows, and how much wider it is then, about. Where much
/// leads from row to row, one long row is the better picture.
const TOO_WIDE: i32 = 8;
const WIDER: f64 = 1.6;

/// Between two edges that run beside each other from row to row.
const LANE: i32 = 5;

/// How much room further edges take between two columns, and how much all of them take at most.
const EACH: i32 = 2;
const ALL: i32 = 140;

/// The columns, in one row or several.
pub(super) struct Columns {
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// The lane of each step from one row to that above it.
    lanes: BTreeMap<(usize, usize), Lane>,
}

#[derive(Clone, Copy)]
struct Column {
    left: i32,
    right: i32,
    row: usize,
}

struct Row {
    /// Where its last column ends.
    right: i32,
    /// Where what leads to the row above leaves it, without lanes.
    top: i32,
}

struct Lane {
    row: usize,
    nth: i32,
}

impl Columns {
    /// Says where the columns are. If that takes several rows, whatever stands in the lower ones is moved down.
    pub(super) fn of(blocks: &Blocks, members: &[usize], stops: &mut Stops, room: i32) -> Self {
        let mut widths: Vec<i32> = Vec::new();
        for block in members.iter().map(|id| &blocks.all[*id]) {
            let depth = block.depth as usize;
            widths.resize(widths.len().max(depth + 1), 0);
            widths[depth] = widths[depth].max(block.size.width);
        }
        let mut gaps = vec![0; widths.len()];
        stops.steps.iter().for_each(|(from, _)| gaps[stops.depth(*from) as usize] += EACH);
        gaps.iter_mut().skip(1).for_each(|gap| *gap = room + (*gap).min(ALL));

        let height = |stops: &Stops| {
            let (tops, bottoms) = (stops.iter().map(|(_, top, _)| top), stops.iter().map(|(.., bottom)| bottom));
            bottoms.max().unwrap_or(0) - tops.min().unwrap_or(0)
        };
        let all = widths.iter().chain(&gaps).sum::<i32>();
        let height = height(stops) + 4 * GAP;
        let wide = match all > TOO_WIDE * height {
            true => (f64::from(all) * f64::from(height) * WIDER).sqrt() as i32,
            false => all,
        };
        let mut columns = Self { columns: Vec::new(), rows: Vec::new(), lanes: BTreeMap::new() };
        columns.fill(&widths, &gaps, wide.max(WIDE));
        columns.take_lanes(stops);
        columns.stack(stops);
        columns
    }

    fn fill(&mut self, widths: &[i32], gaps: &[i32], wide: i32) {
        let (mut right, mut row) = (0, 0);
        for (width, gap) in widths.iter().zip(gaps) {
            let is_full = right > 0 && right + gap + width > wide;
            let left = if is_full || right == 0 { 0 } else { right + gap };
            row += usize::from(is_full);
            right = left + width;
            self.columns.push(Column { left, right, row });
        }
        self.rows = (0..=row).map(|_| Row { right: 0, top: 0 }).collect();
        self.columns.iter().for_each(|column| self.rows[column.row].right = column.right);
    }

    /// Gives each step from one row to that above it a lane between them.
    fn take_lanes(&mut self, stops: &Stops) {
        let mut taken = vec![0; self.rows.len()];
        for &step in &stops.steps {
            let [from, to] = [step.0, step.1].map(|stop| self.columns[stops.depth(stop) as usize].row);
            if from != to {
                self.lanes.insert(step, Lane { row: from, nth: taken[from] });
                taken[from] += 1;
            }
        }
    }

    /// Puts each row below the one before, with room for the lanes between them.
    fn stack(&mut self, stops: &mut Stops) {
        let mut spans = vec![(i32::MAX, i32::MIN); self.rows.len()];
        for (depth, top, bottom) in stops.iter() {
            let span = &mut spans[self.columns[depth as usize].row];
            *span = (span.0.min(top), span.1.max(bottom));
        }
        let mut lanes = vec![0; self.rows.len()];
        self.lanes.values().for_each(|lane| lanes[lane.row] += LANE);
        let (mut below, mut down) = (0, Vec::new());
        for (row, (top, bottom)) in spans.into_iter().enumerate() {
            self.rows[row].top = below + GAP;
            let begin = if row == 0 { 0 } else { below + 3 * GAP + lanes[row] };
            down.push(begin - top);
            below = begin + bottom - top;
        }
        stops.move_down(|depth| down[self.columns[depth as usize].row]);
    }

    pub(super) fn left(&self, depth: u32) -> i32 {
        self.columns[depth as usize].left
    }

    pub(super) fn right(&self, depth: u32) -> i32 {
        self.columns[depth as usize].right
    }

    /// Returns how a step gets from the beginning of its row to the end of that above it, if it has to.
    pub(super) fn turn(&self, step: (usize, usize), from: Point, to: Point) -> Option<[Point; 4]> {
        let Lane { row, nth } = *self.lanes.get(&step)?;
        let (left, right) = (-GAP - LANE * nth, self.rows[row - 1].right + GAP + LANE * nth);
        let y = self.rows[row].top + LANE * nth;
        Some([(left, from.y), (left, y), (right, y), (right, to.y)].map(|(x, y)| Point { x, y }))
    }
}
