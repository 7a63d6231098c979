//! The timeline as SVG.

use std::{fmt::Display, time::Duration};

use super::{Timeline, TimelineBar, TimelinePhase, TimelineRow, told};
use crate::picture::svg::{FONTS, Svg, columns, shortened, text_width};

/// Around the picture.
const MARGIN: i32 = 24;

/// From the top of the picture to the first row: title, legend and scale stand there.
const HEAD: i32 = MARGIN + 96;

/// How wide the time is.
const PLOT: i32 = 960;

/// What is to the right of that: how long each took in all.
const SUMS: i32 = 84;

/// From row to row, and how high a bar is.
const ROW: i32 = 18;
const BAR: i32 = 12;

/// How wide a letter of a name is, and how many are shown.
const LETTER: f64 = 6.7;
const LONGEST_NAME: i32 = 40;

/// How many rows there are at most: those that took longest, and one for all others.
const ROWS: usize = 60;

const STYLE: &str = "\
.name{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:11px;text-anchor:end}\
.scale,.sum{font-size:10px;fill:#45515c}.scale{text-anchor:middle}.sum{text-anchor:end}\
.line{stroke:#e3e6ea}\
.even{fill:#f7f8fa}\
.critical{stroke:#d0312d;stroke-width:1.6}\
.any{fill:none}";

/// The colour of each phase: light to dark, since they follow one another.
const COLORS: [(TimelinePhase, &str); 5] = [
    (TimelinePhase::Build, "#9aa7b5"),
    (TimelinePhase::Finish, "#c9d0d8"),
    (TimelinePhase::PreInit, "#f2b95c"),
    (TimelinePhase::Init, "#4c8fd6"),
    (TimelinePhase::PostInit, "#56b374"),
];

/// What stands in a row of the picture.
struct Shown<'a> {
    name: String,
    bars: Vec<(&'a TimelineRow, &'a TimelineBar)>,
    length: Duration,
}

impl Timeline {
    /// Draws the timeline as SVG, on a white ground, with a legend: a row for each extension, in load order.
    ///
    /// Where there are very many, those that took longest have rows, and all others share one. Pointing at a bar tells
    /// whose it is and how long it took.
    pub fn to_svg(&self) -> String {
        let shown = self.shown();
        let widest = shown.iter().map(|row| columns(&row.name)).max().unwrap_or(0);
        let left = MARGIN + (f64::from(widest) * LETTER) as i32 + 12;
        let width = (left + PLOT + SUMS + MARGIN).max(text_width(&self.title) * 4 / 3 + 2 * MARGIN);
        let height = HEAD + ROW * shown.len() as i32 + MARGIN;
        let mut svg = Svg::new(width, height, &self.title, &format!("{FONTS}{STYLE}{}", colors()));
        self.write_head(&mut svg);
        let scale = Scale { left, length: self.length() };
        for nth in (1..shown.len()).step_by(2) {
            let y = HEAD + ROW * nth as i32;
            write_rect(&mut svg, "even", [MARGIN, y, width - 2 * MARGIN, ROW]);
        }
        scale.write(&mut svg, HEAD, height - MARGIN);
        for (nth, row) in shown.iter().enumerate() {
            write_row(&mut svg, row, &scale, HEAD + ROW * nth as i32);
        }
        svg.finish()
    }

    /// Decides who has a row.
    fn shown(&self) -> Vec<Shown<'_>> {
        let mut by_length: Vec<_> = (0..self.rows.len()).collect();
        by_length.sort_by_key(|row| std::cmp::Reverse(self.rows[*row].length()));
        let others = if by_length.len() > ROWS { by_length.split_off(ROWS - 1) } else { Vec::new() };
        by_length.sort_unstable();
        let bars = |rows: &[usize]| {
            let rows = rows.iter().map(|row| &self.rows[*row]);
            rows.flat_map(|row| row.bars.iter().map(move |bar| (row, bar))).collect::<Vec<_>>()
        };
        let shown = |name: String, rows: &[usize]| Shown {
            name,
            bars: bars(rows),
            length: rows.iter().map(|row| self.rows[*row].length()).sum(),
        };
        let name = |row: usize| shortened(self.rows[row].name.as_str(), LONGEST_NAME);
        let mut all: Vec<_> = by_length.iter().map(|row| shown(name(*row), &[*row])).collect();
        if !others.is_empty() {
            all.push(shown(format!("{} others", others.len()), &others));
        }
        all
    }

    fn write_head(&self, svg: &mut Svg) {
        svg.line("title", MARGIN, MARGIN + 12, &self.title);
        let (all, critical) = (told(self.length()), told(self.critical_length()));
        let y = MARGIN + 34;
        let text = match self.rows.len() {
            0 => "no extension has started".into(),
            1 => format!("1 extension started in {all}"),
            more => format!("{more} extensions started in {all}; the critical path is {critical}"),
        };
        svg.line("legend", MARGIN, y, &text);
        let mut x = MARGIN;
        let phases = TimelinePhase::ALL.map(|phase| (format!("phase {phase}"), phase.to_string()));
        let critical = ("any critical".to_string(), "on the critical path".to_string());
        for (class, text) in phases.into_iter().chain([critical]) {
            write_rect(svg, &class, [x, y + 12, 12, BAR]);
            svg.line("legend", x + 18, y + 22, &text);
            x += 34 + text_width(&text);
        }
    }
}

fn colors() -> String {
    COLORS.iter().map(|(phase, color)| format!(".{phase}{{fill:{color}}}")).collect()
}

fn write_row(svg: &mut Svg, row: &Shown<'_>, scale: &Scale, y: i32) {
    svg.line("name", scale.left - 8, y + 13, &row.name);
    svg.line("sum", scale.left + PLOT + SUMS - 8, y + 13, &told(row.length));
    for (whose, bar) in &row.bars {
        svg.begin("g", &[]);
        let critical = if bar.is_critical { ", on the critical path" } else { "" };
        let what = format!("{} {}: {}, from {} on{critical}", whose.name, bar.phase, told(bar.length), told(bar.begin));
        svg.element("title", &[], &what);
        let (begin, end) = (scale.x(bar.begin), scale.x(bar.end()));
        let class = format!("phase {}{}", bar.phase, if bar.is_critical { " critical" } else { "" });
        let (x, width) = (format!("{begin:.1}"), format!("{:.1}", (end - begin).max(0.5)));
        let place: [(_, &dyn Display); 5] =
            [("class", &class), ("x", &x), ("y", &(y + 3)), ("width", &width), ("height", &BAR)];
        svg.leaf("rect", &place);
        svg.end();
    }
}

fn write_rect(svg: &mut Svg, class: &str, [x, y, width, height]: [i32; 4]) {
    svg.leaf("rect", &[("class", &class), ("x", &x), ("y", &y), ("width", &width), ("height", &height)]);
}

/// Where each moment stands.
struct Scale {
    left: i32,
    length: Duration,
}

impl Scale {
    fn x(&self, moment: Duration) -> f64 {
        let whole = self.length.as_secs_f64().max(f64::MIN_POSITIVE);
        f64::from(self.left) + f64::from(PLOT) * moment.as_secs_f64() / whole
    }

    /// Writes a line for every round number.
    fn write(&self, svg: &mut Svg, top: i32, bottom: i32) {
        let step = round_step(self.length);
        if step.is_zero() {
            return;
        }
        for moment in (0..).map(|nth| step * nth).take_while(|moment| *moment <= self.length) {
            let x = format!("{:.1}", self.x(moment));
            svg.leaf("line", &[("class", &"line"), ("x1", &x), ("x2", &x), ("y1", &top), ("y2", &bottom)]);
            svg.element("text", &[("class", &"scale"), ("x", &x), ("y", &(top - 6))], &round(moment));
        }
    }
}

/// Returns a round time of which there are five to twelve or so in another.
fn round_step(length: Duration) -> Duration {
    let most = length.as_nanos() / 5;
    let power = (0..).map(|power| 10_u128.pow(power)).take_while(|power| *power <= most).last().unwrap_or(0);
    let step = [5, 2, 1].map(|times| times * power).into_iter().find(|step| *step <= most).unwrap_or(0);
    Duration::from_nanos(u64::try_from(step).unwrap_or(0))
}

/// Says a round time: `2 ms`.
fn round(time: Duration) -> String {
    let nanos = time.as_nanos();
    let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1_000)];
    let unit = units.into_iter().find(|(_, unit)| nanos >= *unit);
    match unit {
        _ if nanos == 0 => "0".into(),
        Some((name, unit)) => format!("{} {name}", nanos as f64 / unit as f64),
        None => format!("{nanos} ns"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_have_round_numbers() {
        let check = |nanos: u64, step: &str| {
            assert_eq!(round(round_step(Duration::from_nanos(nanos))), step, "for {nanos}");
        };
        check(0, "0");
        check(4, "0");
        check(999, "100 ns");
        check(12_400, "2 µs");
        check(1_300_000, "200 µs");
        check(9_999_999, "1 ms");
        check(27_000_000_000, "5 s");
    }
}
