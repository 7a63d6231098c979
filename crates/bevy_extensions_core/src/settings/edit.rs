//! Editing the text of host settings, of which everything else stays as it is.

mod fields;
mod tokens;

use std::{collections::BTreeSet, ops::Range};

use fields::{Field, Item, List, Struct};

use crate::name::ExtensionName;

/// Returns a text in which `disabled` holds these names; `None` if the text is none that can be edited.
///
/// The text is one that has been read without error, and whose `disabled` holds others.
pub(super) fn with_disabled(text: &str, disabled: &BTreeSet<ExtensionName>) -> Option<String> {
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edits = Edits { text, line_end, edits: Vec::new() };
    if text.trim().is_empty() {
        let list = list_of(disabled);
        return Some(format!("({line_end}    disabled: {list},{line_end}){line_end}"));
    }
    let whole = Struct::find(text)?;
    match whole.fields.iter().find(|field| field.name == "disabled") {
        Some(field) => edits.change_list(field.list.as_ref()?, disabled),
        None => edits.add_field(&whole, disabled),
    }
    Some(edits.apply())
}

/// What stands between the pieces of a line.
const BLANKS: [char; 2] = [' ', '\t'];

/// What is to change in a text.
struct Edits<'a> {
    text: &'a str,
    line_end: &'static str,
    /// What is replaced, and by what.
    edits: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    fn change_list(&mut self, list: &List, disabled: &BTreeSet<ExtensionName>) {
        let named = |item: &Item| item.text.parse::<ExtensionName>().ok();
        let (kept, removed): (Vec<_>, Vec<_>) =
            list.items.iter().partition(|item| named(item).is_some_and(|name| disabled.contains(&name)));
        let there: BTreeSet<_> = kept.iter().filter_map(|item| named(item)).collect();
        let added: Vec<_> = disabled.iter().filter(|name| !there.contains(name)).collect();
        self.remove(&removed);
        match list.items.last() {
            // The comma that was between the two would be one too many.
            Some(last)
                if last.comma.is_none() && added.is_empty() && removed.iter().any(|it| it.range == last.range) =>
            {
                let comma = kept.last().and_then(|last| last.comma.clone());
                self.edits.extend(comma.map(|comma| (comma, String::new())));
            }
            _ => {}
        }
        if !added.is_empty() {
            self.add(list, kept.last().copied(), &added);
        }
    }

    /// Removes items with their commas, and the lines on which nothing is left.
    fn remove(&mut self, removed: &[&Item]) {
        let pieces = self.pieces(removed);
        let mut rest = pieces.as_slice();
        while let Some(first) = rest.first() {
            let line = self.line_of(first.start);
            let (on_line, others) = rest.split_at(rest.partition_point(|piece| piece.start < line.end));
            match self.is_all_of(on_line, &line) {
                true => self.edits.push((line, String::new())),
                false => on_line.iter().for_each(|piece| self.remove_piece(piece)),
            }
            rest = others;
        }
    }

    /// Returns where items and their commas stand; those with nothing between them but blanks are one piece.
    fn pieces(&self, items: &[&Item]) -> Vec<Range<usize>> {
        let all = items.iter().flat_map(|item| [Some(&item.range), item.comma.as_ref()]).flatten();
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for piece in all {
            match pieces.last_mut() {
                Some(last) if self.text[last.end..piece.start].trim_matches(BLANKS).is_empty() => last.end = piece.end,
                _ => pieces.push(piece.clone()),
            }
        }
        pieces
    }

    fn remove_piece(&mut self, piece: &Range<usize>) {
        let after = &self.text[piece.end..];
        let rest = after.trim_start_matches(BLANKS);
        let before = self.text[..piece.start].trim_end_matches(BLANKS).len();
        let range = match rest.chars().next() {
            // What follows is where it was, or at the end of its line.
            None | Some('\r' | '\n' | ']') => before..piece.end,
            _ => piece.start..self.text.len() - rest.len(),
        };
        self.edits.push((range, String::new()));
    }

    /// Adds names at the end of a list, as it is written; `last` is the last item that stays.
    fn add(&mut self, list: &List, last: Option<&Item>, added: &[&ExtensionName]) {
        let line = self.line_of(list.inside.end);
        let is_multiline = self.text[list.inside.clone()].contains('\n');
        match is_multiline && self.is_first_on_line(list.inside.end) {
            true => self.add_lines(list, last, added, &line),
            false => self.add_inline(list, last, added),
        }
    }

    fn add_lines(&mut self, list: &List, last: Option<&Item>, added: &[&ExtensionName], closing_line: &Range<usize>) {
        let without_comma = last.filter(|last| last.comma.is_none());
        self.edits.extend(without_comma.map(|last| (last.range.end..last.range.end, ",".into())));
        let (indent, end) = (self.indent_of_items(list, closing_line), self.line_end);
        let lines: Vec<_> = added.iter().map(|name| format!("{indent}\"{name}\"")).collect();
        let comma = if list.items.last().is_none_or(|last| last.comma.is_some()) { "," } else { "" };
        let lines = lines.join(&format!(",{end}")) + comma + end;
        self.edits.push((closing_line.start..closing_line.start, lines));
    }

    fn add_inline(&mut self, list: &List, last: Option<&Item>, added: &[&ExtensionName]) {
        let names = added.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let comma = if list.items.last().is_some_and(|last| last.comma.is_some()) { "," } else { "" };
        let (at, separator) = match last {
            None => (list.inside.start, ""),
            Some(Item { range, comma: None, .. }) => (range.end, ", "),
            Some(Item { comma: Some(comma), .. }) => (comma.end, " "),
        };
        self.edits.push((at..at, format!("{separator}{names}{comma}")));
    }

    fn indent_of_items(&self, list: &List, closing_line: &Range<usize>) -> String {
        let first_on_line = |item: &&Item| self.is_first_on_line(item.range.start);
        match list.items.iter().rev().find(first_on_line) {
            Some(item) => self.indent(item.range.start).into(),
            None => deeper(self.indent(closing_line.start)),
        }
    }

    /// Adds the field where it is absent: behind `format`, or else at the beginning.
    fn add_field(&mut self, whole: &Struct, disabled: &BTreeSet<ExtensionName>) {
        let list = list_of(disabled);
        let format = whole.fields.iter().find(|field| field.name == "format");
        let (at, has_comma) = match format {
            Some(Field { comma: Some(comma), .. }) => (comma.end, true),
            Some(field) => (field.end, false),
            None => (whole.inside.start, true),
        };
        let line = self.line_of(at);
        let rest = self.text[at..line.end].trim();
        let ends_line = (rest.is_empty() || rest.starts_with("//")) && line.end <= whole.inside.end;
        if ends_line {
            if !has_comma {
                self.edits.push((at..at, ",".into()));
            }
            let beside = format.or(whole.fields.first()).filter(|field| self.is_first_on_line(field.start));
            let indent = match beside {
                Some(field) => self.indent(field.start).into(),
                None => deeper(self.indent(whole.inside.start)),
            };
            self.edits.push((line.end..line.end, format!("{indent}disabled: {list},{}", self.line_end)));
            return;
        }
        let follows = whole.fields.last().is_some_and(|last| last.start >= at);
        let text = match (format, has_comma) {
            (None, _) if follows => format!("disabled: {list}, "),
            (None, _) => format!("disabled: {list}"),
            (Some(_), true) => format!(" disabled: {list},"),
            (Some(_), false) => format!(", disabled: {list}"),
        };
        self.edits.push((at..at, text));
    }

    /// Tells whether there is nothing on a line but these pieces, and perhaps a comment behind them.
    fn is_all_of(&self, pieces: &[Range<usize>], line: &Range<usize>) -> bool {
        let mut at = line.start;
        for piece in pieces {
            if !self.text[at..piece.start].trim().is_empty() {
                return false;
            }
            at = piece.end;
        }
        let rest = self.text[at..line.end.max(at)].trim();
        rest.is_empty() || rest.starts_with("//")
    }

    /// Returns the line that a place is on, with its end.
    fn line_of(&self, at: usize) -> Range<usize> {
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        start..self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    fn is_first_on_line(&self, at: usize) -> bool {
        self.text[self.line_of(at).start..at].trim().is_empty()
    }

    /// Returns what the line of a place begins with.
    fn indent(&self, at: usize) -> &str {
        let line = &self.text[self.line_of(at)];
        &line[..line.len() - line.trim_start_matches(BLANKS).len()]
    }

    fn apply(mut self) -> String {
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut edited = String::new();
        let mut at = 0;
        for (range, text) in &self.edits {
            edited.push_str(&self.text[at.min(range.start)..range.start]);
            edited.push_str(text);
            at = at.max(range.end);
        }
        edited + &self.text[at..]
    }
}

fn deeper(indent: &str) -> String {
    let step = if indent.starts_with('\t') { "\t" } else { "    " };
    format!("{indent}{step}")
}

fn list_of(names: &BTreeSet<ExtensionName>) -> String {
    format!("[{}]", names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "))
}
