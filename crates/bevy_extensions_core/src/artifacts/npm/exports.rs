//! The `exports` and `imports` of a `package.json`.

use super::LoadedBy;
use crate::json::Node;

/// What a table of paths says of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It leads there: to a path that begins with `./`, or to a package.
    Leads(String),
    /// It is there, but not for who asks.
    ToOthers,
    /// It is not there.
    Nothing,
}

/// Looks up a path in `exports`: `.` or `./lib/rain`.
pub(super) fn exported(exports: &Node<'_>, path: &str, by: LoadedBy) -> Said {
    let has_paths = exports.entries().any(|(key, _)| key.starts_with('.'));
    match (has_paths, path) {
        (true, path) => looked_up(exports, path, by),
        (false, ".") => said(exports, "", by),
        (false, _) => Said::Nothing,
    }
}

/// Looks up a path in a table: as it stands there, or else by the longest beginning of a pattern.
pub(super) fn looked_up(table: &Node<'_>, path: &str, by: LoadedBy) -> Said {
    if let Some((_, target)) = table.entries().find(|(key, _)| *key == path && !key.contains('*')) {
        return said(target, "", by);
    }
    let matching =
        table.entries().filter_map(|(key, target)| Some((key.find('*')?, key.len(), star(key, path)?, target)));
    match matching.max_by_key(|(before, length, ..)| (*before, *length)) {
        Some((.., star, target)) => said(target, star, by),
        None => Said::Nothing,
    }
}

/// Returns what stands for the `*` of a pattern in a path.
fn star<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let (before, after) = pattern.split_once('*')?;
    let star = path.strip_prefix(before)?.strip_suffix(after)?;
    (!star.is_empty()).then_some(star)
}

fn said(target: &Node<'_>, star: &str, by: LoadedBy) -> Said {
    match first(target, by) {
        First::Found(target) => Said::Leads(target.replace('*', star)),
        First::NotFor => Said::ToOthers,
        First::Closed => Said::Nothing,
    }
}

enum First<'a> {
    Found(&'a str),
    /// No condition holds.
    NotFor,
    /// It is `null`, which is to say that it is nobody's business.
    Closed,
}

/// Returns the first target whose conditions hold, in the order of the text.
fn first<'a>(target: &'a Node<'_>, by: LoadedBy) -> First<'a> {
    if let Some(text) = target.text() {
        return First::Found(text);
    }
    if target.is_null() {
        return First::Closed;
    }
    let holding = target.entries().filter(|(condition, _)| by.holds(condition)).map(|(_, target)| target);
    let mut found = holding.chain(target.items()).map(|target| first(target, by));
    found.find(|found| !matches!(found, First::NotFor)).unwrap_or(First::NotFor)
}
