//! What goes wrong in a script.

use std::fmt;

use bevy_extensions_core::Location;

/// Something that went wrong in a script.
///
/// Shown in one line, as `ReferenceError: sender is not defined, at greeter.js:3:52`; [`details`](Self::details) has the
/// line of the source and the stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ScriptError {
    /// What went wrong, with the kind of error before it: `ReferenceError: sender is not defined`.
    pub message: String,
    /// Where, if that is known: a file of the extension, as a person would open it.
    pub at: Option<Location>,
    /// The line of the source there.
    pub line: Option<String>,
    /// Who called whom, innermost first: `welcome (greeter.js:3:52)`.
    pub stack: Vec<String>,
    /// Whether a limit was hit, so that the script was cut off in the middle.
    pub is_limit: bool,
}

impl ScriptError {
    /// Says what went wrong, without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// Returns the line of the source, with a mark below it, and the stack if it says more than the place; empty if nothing
    /// of that is known.
    pub fn details(&self) -> String {
        let mut lines = Vec::new();
        if let (Some(at), Some(source)) = (&self.at, &self.line) {
            let number = at.line.to_string();
            let blank = " ".repeat(number.len());
            lines.push(format!("{number} | {source}"));
            if at.column > 0 {
                // Tabs stay tabs, so that the mark stands below what it marks.
                let before = source.chars().take(at.column as usize - 1);
                let indent: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
                lines.push(format!("{blank} | {indent}^"));
            }
        }
        let is_place = |frame: &String| self.at.as_ref().is_some_and(|at| *frame == at.to_string());
        if !matches!(self.stack.as_slice(), [only] if is_place(only)) {
            lines.extend(self.stack.iter().map(|frame| format!("at {frame}")));
        }
        lines.join("\n")
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.at.iter().try_for_each(|at| write!(f, ", at {at}"))
    }
}

impl std::error::Error for ScriptError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_what_it_marks() {
        let error = ScriptError {
            message: "ReferenceError: sender is not defined".into(),
            at: Some(Location::new("greeter.js", 12, 4)),
            line: Some("\tlog(sender)".into()),
            stack: vec!["welcome (greeter.js:12:4)".into()],
            is_limit: false,
        };
        assert_eq!(error.to_string(), "ReferenceError: sender is not defined, at greeter.js:12:4");
        assert_eq!(error.details(), "12 | \tlog(sender)\n   | \t  ^\nat welcome (greeter.js:12:4)");
    }
}
