//! Which commands there are, and how they are written.

use std::fmt;

use anstyle::Style;
use bevy_extensions_core::Table;

use crate::command::CommandRow;

/// The commands, or one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Help {
    /// Those of the console itself, by name.
    pub built_in: Vec<CommandHelp>,
    /// Those of extensions, in plan order, and then those of the app.
    pub others: Vec<CommandRow>,
}

/// How a command of the console itself is written, and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandHelp {
    /// Its name.
    pub name: &'static str,
    /// What follows it.
    pub arguments: &'static str,
    /// What it does, in a line.
    pub help: &'static str,
    /// What else is good to know, a line each.
    pub more: &'static [&'static str],
}

impl CommandHelp {
    /// Returns how it is written: `show EXTENSION`.
    pub fn usage(&self) -> String {
        format!("{} {}", self.name, self.arguments).trim_end().into()
    }
}

impl fmt::Display for Help {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usage = |row: &CommandRow| format!("{} {}", row.typed(), row.arguments).trim_end().to_string();
        match (self.built_in.as_slice(), self.others.as_slice()) {
            ([one], []) => {
                writeln!(f, "{}\n  {}", one.usage(), one.help)?;
                one.more.iter().try_for_each(|line| writeln!(f, "  {line}"))
            }
            ([], [one]) => {
                writeln!(f, "{}", usage(one))?;
                if !one.help.is_empty() {
                    writeln!(f, "  {}", one.help)?;
                }
                writeln!(f, "  a command of {}", one.by)
            }
            (built_in, others) => {
                let mut table = Table::new(["command", "", "of"]);
                built_in.iter().for_each(|it| table.row(Style::new(), [it.usage(), it.help.into()]));
                others
                    .iter()
                    .for_each(|it| table.row(Style::new(), [usage(it), it.help.clone(), it.by.as_str().into()]));
                write!(f, "{table}")
            }
        }
    }
}
