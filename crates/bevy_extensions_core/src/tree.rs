//! What needs what, as a tree.

mod grow;

use std::fmt::{self, Write as _};

use anstyle::{AnsiColor, Style};
use semver::Version;

use crate::{
    manifest::Dependency,
    name::ExtensionName,
    plan::EdgeKind,
    problem::verb_of,
    roster::{Roster, Standing, UnknownExtension},
};

use grow::{Direction, grow};

/// What needs what, as a tree for people at a terminal: whom an extension needs stands below it.
///
/// * What stands above already, and has something below it, is marked with `(*)` and not shown in full again; who needs itself
///   through others is marked with `(cycle)`.
/// * What is merely wished is marked as such: `(optional)`, `(after)`, `(before)`. All else is required.
/// * Who does not start has its state in brackets, and `(not there)` is whom nobody has found.
///
/// `Display` is the text without colours; [`to_text`](Self::to_text) has them.
///
/// ```
/// use bevy_extensions_core::{Candidate, HostSettings, Roster, Tree, resolve};
///
/// let candidates = [
///     Candidate::from_ron("weather.ron", r#"(name: "Weather", version: "1.0.0", dependencies: ["Time ^2", "Economy"])"#)?,
///     Candidate::from_ron("time.ron", r#"(name: "Time", version: "1.4.0")"#)?,
///     Candidate::from_ron("greeter.ron", r#"(name: "Greeter", version: "1.0.0", optional: ["Chat", "Time"])"#)?,
/// ];
/// let settings = HostSettings::default();
/// let resolution = resolve(&candidates, &settings);
/// assert_eq!(
///     Tree::of(&Roster::of(&candidates, &settings, &resolution)).to_string(),
///     "Greeter 1.0.0\n\
///      ├─ Chat (optional, not there)\n\
///      └─ Time 1.4.0 (optional)\n\
///      Weather 1.0.0 [left out]\n\
///      ├─ Time 1.4.0 (^2 is asked for)\n\
///      └─ Economy (not there)\n",
/// );
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Tree {
    /// Its lines, from the top to the bottom: what belongs to one stands below it, one deeper.
    pub lines: Vec<TreeLine>,
}

/// A line of a [`Tree`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TreeLine {
    /// How deep it stands; 0 for a root.
    pub depth: usize,
    /// Whether it is the last that stands below the same one.
    pub is_last: bool,
    /// Why it stands there; `None` for a root, and for [`TreeItem::AnyOf`].
    pub link: Option<Link>,
    /// What it shows.
    pub item: TreeItem,
}

/// What a line of a [`Tree`] shows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TreeItem {
    /// An extension.
    Extension {
        /// Its name.
        name: ExtensionName,
        /// Its version.
        version: Version,
        /// How it stands.
        standing: Standing,
        /// Whether it is not shown in full here, and why.
        repeat: Option<Repeat>,
    },
    /// An extension that nobody has found.
    Missing {
        /// Its name.
        name: ExtensionName,
    },
    /// Of those below, one is needed.
    AnyOf,
}

/// Why what stands below an extension is not shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// It is shown above.
    Above,
    /// It stands below itself.
    Cycle,
}

/// A wish that makes one extension stand below another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// What kind of wish.
    pub kind: EdgeKind,
    /// What is asked for. Of [`EdgeKind::After`] and [`EdgeKind::Before`], the name alone.
    pub wanted: Dependency,
    /// Whether that is there.
    pub fit: Fit,
    /// Tells whether who wishes stands below, and not above.
    is_upwards: bool,
}

/// Whether what is asked for is there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fit {
    /// It is, by its own name.
    Named,
    /// Another provides the name, at that version if it says one.
    Provided(Option<Version>),
    /// It is there in a version that does not fit.
    Unfit,
    /// It is not there.
    Missing,
}

impl Tree {
    /// Makes the tree of all: the roots are those whom nobody asks for, by name.
    pub fn of(roster: &Roster<'_>) -> Self {
        Self { lines: grow(roster, Direction::Down, None) }
    }

    /// Makes the tree of one extension and all that it needs.
    ///
    /// # Errors
    ///
    /// [`UnknownExtension`] if there is none of that name.
    pub fn below(roster: &Roster<'_>, name: &str) -> Result<Self, UnknownExtension> {
        Ok(Self { lines: grow(roster, Direction::Down, Some(roster.id(name)?)) })
    }

    /// Makes the tree of one extension and all that need it, which stand below it here.
    ///
    /// # Errors
    ///
    /// [`UnknownExtension`] if there is none of that name.
    pub fn upwards(roster: &Roster<'_>, name: &str) -> Result<Self, UnknownExtension> {
        Ok(Self { lines: grow(roster, Direction::Up, Some(roster.id(name)?)) })
    }

    /// Lays the tree out, with colours or without.
    pub fn to_text(&self, colors: bool) -> String {
        let mut text = String::new();
        let mut ends = Vec::new();
        for line in &self.lines {
            ends.truncate(line.depth);
            let stems = ends.iter().skip(1).map(|is_last| if *is_last { "   " } else { "│  " });
            stems.for_each(|stem| text.push_str(stem));
            ends.resize(line.depth, false);
            ends.push(line.is_last);
            text += match (line.depth, line.is_last) {
                (0, _) => "",
                (_, true) => "└─ ",
                (_, false) => "├─ ",
            };
            line.write(&mut text, colors).expect("a string takes everything");
        }
        text
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(false))
    }
}

impl TreeLine {
    fn write(&self, text: &mut String, colors: bool) -> fmt::Result {
        let painted = |style: Style| if colors { style } else { Style::new() };
        let (bad, dim) = (painted(AnsiColor::Red.on_default()), painted(Style::new().dimmed()));
        match &self.item {
            TreeItem::Extension { name, version, standing, .. } => {
                write!(text, "{name} {version}")?;
                if !standing.is_up {
                    let style = painted(standing.style);
                    write!(text, " {style}[{}]{style:#}", standing.word)?;
                }
            }
            TreeItem::Missing { name } => match &self.link {
                Some(link) if link.kind.is_hard() => write!(text, "{bad}{}{bad:#}", link.wanted)?,
                Some(link) => write!(text, "{}", link.wanted)?,
                None => write!(text, "{name}")?,
            },
            TreeItem::AnyOf => text.push_str("any of"),
        }
        let notes = self.link.as_ref().map(Link::notes).unwrap_or_default();
        if !notes.is_empty() {
            write!(text, " {dim}({notes}){dim:#}")?;
        }
        match &self.item {
            TreeItem::Extension { repeat: Some(Repeat::Above), .. } => writeln!(text, " {dim}(*){dim:#}"),
            TreeItem::Extension { repeat: Some(Repeat::Cycle), .. } => writeln!(text, " {bad}(cycle){bad:#}"),
            _ => writeln!(text),
        }
    }
}

impl Link {
    /// Says what is special about it; mostly nothing.
    fn notes(&self) -> String {
        if self.is_upwards {
            return format!("{} {}", verb_of(self.kind), self.wanted);
        }
        let kind = match self.kind {
            EdgeKind::Requires | EdgeKind::AnyOf => None,
            EdgeKind::Optional => Some("optional"),
            EdgeKind::After => Some("after"),
            EdgeKind::Before => Some("before"),
            EdgeKind::Chosen => Some("chosen"),
        };
        let name = &self.wanted.name;
        let fit = match &self.fit {
            Fit::Named => None,
            Fit::Provided(Some(version)) => Some(format!("as {name} {version}")),
            Fit::Provided(None) => Some(format!("as {name}")),
            Fit::Unfit => Some(format!("{} is asked for", self.wanted.version)),
            Fit::Missing => Some("not there".into()),
        };
        kind.map(String::from).into_iter().chain(fit).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests;
