//! Rows that stand in line.

use std::fmt::{self, Write as _};

use anstyle::Style;

/// Rows that stand in line, below a head, for people at a terminal.
///
/// Every line is moved in by two spaces, and none ends with one. `Display` is the text without colours; [`to_text`](Self::to_text) has
/// them. A table without rows is an empty text.
///
/// ```
/// use anstyle::{AnsiColor, Style};
/// use bevy_extensions_core::Table;
///
/// let mut table = Table::new(["#", "name", "version"]).right([0]);
/// table.row(Style::new(), ["9", "Chat", "1.0.0"]);
/// table.row(AnsiColor::Green.on_default(), ["10", "Economy", "1.4.0"]);
/// assert_eq!(
///     table.to_string(),
///     "   #  name     version\n   \
///         9  Chat     1.0.0\n  \
///        10  Economy  1.4.0\n",
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq)]
struct Column {
    head: String,
    is_right: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    style: Style,
    cells: Vec<Cell>,
}

/// A text in a [`Table`]. A text alone is one without a style of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    text: String,
    style: Option<Style>,
}

impl Cell {
    /// Makes a cell that has a style of its own, instead of that of its row.
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style: Some(style) }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self { text, style: None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_string().into()
    }
}

impl Table {
    /// Makes a table without rows, of columns with these heads.
    pub fn new<H: Into<String>>(heads: impl IntoIterator<Item = H>) -> Self {
        let columns = heads.into_iter().map(|head| Column { head: head.into(), is_right: false });
        Self { columns: columns.collect(), rows: Vec::new() }
    }

    /// Lets some columns, counted from 0, stand to the right, as numbers do. Others than there are count for nothing.
    pub fn right(mut self, columns: impl IntoIterator<Item = usize>) -> Self {
        for index in columns {
            if let Some(column) = self.columns.get_mut(index) {
                column.is_right = true;
            }
        }
        self
    }

    /// Adds a row. Cells that are wanting are empty, and those that have no column are dropped.
    pub fn row<C: Into<Cell>>(&mut self, style: Style, cells: impl IntoIterator<Item = C>) {
        let mut cells: Vec<Cell> = cells.into_iter().map(Into::into).collect();
        cells.resize(self.columns.len(), Cell::default());
        self.rows.push(Row { style, cells });
    }

    /// Lays the table out, with colours or without.
    pub fn to_text(&self, colors: bool) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let widths: Vec<_> = (0..self.columns.len()).map(|column| self.width(column)).collect();
        let heads = self.columns.iter().map(|column| column.head.clone().into()).collect();
        let head = Row { style: Style::new().dimmed(), cells: heads };
        let mut text = String::new();
        for row in std::iter::once(&head).chain(&self.rows) {
            self.write_row(&mut text, row, &widths, colors).expect("a string takes everything");
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| row.cells[column].width());
        cells.chain([self.columns[column].head.chars().count()]).max().unwrap_or_default()
    }

    fn write_row(&self, text: &mut String, row: &Row, widths: &[usize], colors: bool) -> fmt::Result {
        let painted = |style: Style| if colors { style } else { Style::new() };
        let style = painted(row.style);
        let filled = row.cells.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
        write!(text, "  {style}")?;
        for (index, cell) in row.cells[..filled].iter().enumerate() {
            let space = " ".repeat(widths[index] - cell.width());
            let (before, after) =
                if self.columns[index].is_right { (space.as_str(), "") } else { ("", space.as_str()) };
            let (gap, after) = if index + 1 < filled { ("  ", after) } else { ("", "") };
            match cell.style.map(painted) {
                Some(own) => write!(text, "{before}{style:#}{own}{}{own:#}{style}{after}{gap}", cell.text)?,
                None => write!(text, "{before}{}{after}{gap}", cell.text)?,
            }
        }
        writeln!(text, "{style:#}")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(false))
    }
}

#[cfg(test)]
mod tests {
    use anstyle::AnsiColor;

    use super::*;

    #[test]
    fn what_is_wanting_is_empty_and_no_line_ends_with_a_space() {
        let mut table = Table::new(["a", "b", "c"]);
        table.row(Style::new(), ["long one"]);
        table.row(Style::new(), ["x", "y", "z", "dropped"]);
        assert_eq!(table.to_string(), "  a         b  c\n  long one\n  x         y  z\n");
    }

    #[test]
    fn a_table_without_rows_has_no_head() {
        assert_eq!(Table::new(["a"]).to_text(true), "");
    }

    #[test]
    fn a_row_is_painted_from_its_first_cell_to_its_last() {
        let mut table = Table::new(["a", "b"]).right([1]);
        table.row(AnsiColor::Red.on_default(), ["x", "10"]);
        assert_eq!(table.to_text(true), "  \u{1b}[2ma   b\u{1b}[0m\n  \u{1b}[31mx  10\u{1b}[0m\n");
    }

    #[test]
    fn a_cell_with_a_style_of_its_own_is_not_painted_as_its_row() {
        let mut table = Table::new(["a", "b"]);
        table.row(AnsiColor::Red.on_default(), [Cell::styled("x", AnsiColor::Green.on_default()), "y".into()]);
        let row = "  \u{1b}[31m\u{1b}[0m\u{1b}[32mx\u{1b}[0m\u{1b}[31m  y\u{1b}[0m\n";
        assert_eq!(table.to_text(true), format!("  \u{1b}[2ma  b\u{1b}[0m\n{row}"));
    }
}
