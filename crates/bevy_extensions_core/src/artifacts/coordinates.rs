//! How an artifact is named.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::npm::{Wish, WishError};

/// The name of an external file or npm package, as a manifest writes it.
///
/// A file of a repository in Maven's layout is `group:name:version[:classifier][@extension]`, a package of an npm repository
/// `name@range` or `@scope/name@range`. It is shown as it was written.
///
/// ```
/// use bevy_extensions_core::Artifact;
///
/// let model: Artifact = "town.models:lamp:1.0.0@glb".parse()?;
/// assert_eq!(model.name(), "lamp");
/// let library: Artifact = "left-pad@^1.3".parse()?;
/// assert_eq!(library.name(), "left-pad");
///
/// assert_eq!(
///     "town:..:1".parse::<Artifact>().unwrap_err().to_string(),
///     "`town:..:1` is no artifact: its name `..` does not begin with a letter or a digit",
/// );
/// # Ok::<(), bevy_extensions_core::ArtifactError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Artifact {
    /// A file of a repository in Maven's layout.
    Maven(MavenArtifact),
    /// A package of an npm repository, with what it depends on.
    Npm(Wish),
}

/// A file of a repository in Maven's layout: `group:name:version[:classifier][@extension]`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MavenArtifact {
    /// Whose it is: `com.example`.
    pub group: String,
    /// What it is called.
    pub name: String,
    /// Its version, which is one, and no range.
    pub version: String,
    /// Which of several files of that version it is.
    pub classifier: Option<String>,
    /// The ending of the file, if one is written; see [`extension`](Self::extension).
    pub written_extension: Option<String>,
}

impl Artifact {
    /// Returns the name without group, version and the like: an extension asks for its artifacts by it.
    pub fn name(&self) -> &str {
        match self {
            Self::Maven(maven) => &maven.name,
            Self::Npm(wish) => wish.name.as_str(),
        }
    }
}

impl MavenArtifact {
    /// Returns the ending of the file, without a dot; `jar` if none is written.
    pub fn extension(&self) -> &str {
        self.written_extension.as_deref().unwrap_or("jar")
    }

    /// Returns the name of the file: `lamp-1.0.0.glb`.
    pub fn file_name(&self) -> String {
        let classifier = self.classifier.iter().map(|classifier| format!("-{classifier}")).collect::<String>();
        format!("{}-{}{classifier}.{}", self.name, self.version, self.extension())
    }

    /// Returns the path below a repository: `town/models/lamp/1.0.0/lamp-1.0.0.glb`.
    pub fn path(&self) -> String {
        format!("{}/{}/{}/{}", self.group.replace('.', "/"), self.name, self.version, self.file_name())
    }
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Npm(wish) => wish.fmt(f),
            Self::Maven(MavenArtifact { group, name, version, classifier, written_extension }) => {
                write!(f, "{group}:{name}:{version}")?;
                classifier.iter().try_for_each(|classifier| write!(f, ":{classifier}"))?;
                written_extension.iter().try_for_each(|extension| write!(f, "@{extension}"))
            }
        }
    }
}

/// A text that names no artifact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no artifact: {kind}")]
pub struct ArtifactError {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum Kind {
    #[error("expected `group:name:version`, or `name@range` for one of npm")]
    Shape,
    #[error("it has more parts than `group:name:version:classifier`")]
    Parts,
    #[error("its {0} is empty")]
    Empty(&'static str),
    #[error("its {part} `{text}` does not begin with a letter or a digit")]
    Start { part: &'static str, text: String },
    #[error("its {part} `{text}` has {character}, which is not allowed there")]
    Character { part: &'static str, text: String, character: String },
    #[error("its group `{0}` has two dots in a row, or one at its end")]
    Dots(String),
    #[error(transparent)]
    Npm(WishError),
}

impl FromStr for Artifact {
    type Err = ArtifactError;

    fn from_str(text: &str) -> Result<Self, ArtifactError> {
        let trimmed = text.trim();
        // The first character may be the `@` of a scope.
        let at = trimmed.char_indices().skip(1).find(|(_, c)| *c == '@').map(|(at, _)| at);
        let before = at.map_or(trimmed, |at| &trimmed[..at]);
        match at {
            _ if before.contains(':') => maven(before, at.map(|at| &trimmed[at + 1..])).map(Self::Maven),
            Some(_) => trimmed.parse().map(Self::Npm).map_err(Kind::Npm),
            None => Err(Kind::Shape),
        }
        .map_err(|kind| ArtifactError { text: text.into(), kind })
    }
}

fn maven(coordinates: &str, extension: Option<&str>) -> Result<MavenArtifact, Kind> {
    let parts: Vec<_> = coordinates.split(':').collect();
    let (group, name, version, classifier) = match parts[..] {
        [group, name, version] => (group, name, version, None),
        [group, name, version, classifier] => (group, name, version, Some(classifier)),
        [_, _] | [_] | [] => return Err(Kind::Shape),
        _ => return Err(Kind::Parts),
    };
    if group.contains("..") || group.ends_with('.') {
        return Err(Kind::Dots(group.into()));
    }
    let own = |part, text: &str| check(part, text, "-_.+~").map(|()| text.to_string());
    Ok(MavenArtifact {
        group: own("group", group)?,
        name: own("name", name)?,
        version: own("version", version)?,
        classifier: classifier.map(|text| own("classifier", text)).transpose()?,
        written_extension: extension.map(|text| own("extension", text)).transpose()?,
    })
}

/// A part becomes a part of a path and of an address, so it has nothing that would lead elsewhere.
fn check(part: &'static str, text: &str, others: &str) -> Result<(), Kind> {
    let fits = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
    match text.chars().find(|c| !fits(*c)) {
        _ if text.is_empty() => Err(Kind::Empty(part)),
        Some(character) => Err(bad_character(part, text, character)),
        None if text.starts_with(|c: char| c.is_ascii_alphanumeric()) => Ok(()),
        None => Err(Kind::Start { part, text: text.into() }),
    }
}

fn bad_character(part: &'static str, text: &str, character: char) -> Kind {
    let character = match character {
        ' ' => "a space".into(),
        c if c.is_control() => "a control character".into(),
        c => format!("`{c}`"),
    };
    Kind::Character { part, text: text.into(), character }
}

impl Serialize for Artifact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Artifact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        match text.parse::<Artifact>() {
            Ok(Artifact::Maven(maven)) => assert_eq!(maven.path(), expected),
            Ok(Artifact::Npm(wish)) => assert_eq!(format!("{} in {}", wish.name, wish.wanted), expected),
            Err(error) => assert_eq!(error.to_string(), format!("`{text}` is no artifact: {expected}")),
        }
    }

    #[test]
    fn a_file_has_a_place_below_its_repository() {
        check("com.example.town:lamp:1.0.0", "com/example/town/lamp/1.0.0/lamp-1.0.0.jar");
        check("town:lamp:1.0:night@glb", "town/lamp/1.0/lamp-1.0-night.glb");
        check("town:lamp:1.0-SNAPSHOT@tar.gz", "town/lamp/1.0-SNAPSHOT/lamp-1.0-SNAPSHOT.tar.gz");
    }

    #[test]
    fn a_package_of_npm_has_a_range() {
        check("left-pad@^1.3", "left-pad in ^1.3");
        check("@town/rain@>=1 <3 || 5", "@town/rain in >=1 <3 || 5");
        check("JSONStream@latest", "JSONStream in latest");
    }

    #[test]
    fn it_is_shown_as_it_was_written() {
        for text in ["town:lamp:1.0", "town:lamp:1.0@jar", "a.b:c:1:d@e", "left-pad@^1", "@town/rain@*"] {
            assert_eq!(text.parse::<Artifact>().map(|it| it.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_missing_or_too_much_is_told() {
        check("", "expected `group:name:version`, or `name@range` for one of npm");
        check("lamp", "expected `group:name:version`, or `name@range` for one of npm");
        check("@town@1", "`@town` is no name of an npm package; one looks like `left-pad` or `@town/left-pad`");
        check("town:lamp", "expected `group:name:version`, or `name@range` for one of npm");
        check("a:b:c:d:e", "it has more parts than `group:name:version:classifier`");
        check("town::1", "its name is empty");
        check("town:lamp:1@", "its extension is empty");
        check(
            "left-pad@^x.1!",
            "`left-pad`: `^x.1!` is no version range: `x.1!` is no version in it; a range looks like `^1.2`, `1.x` or \
             `>=1 <3 || 4.0.0`",
        );
    }

    #[test]
    fn no_part_leads_elsewhere() {
        check("town:lamp:..", "its version `..` does not begin with a letter or a digit");
        check("a..b:lamp:1", "its group `a..b` has two dots in a row, or one at its end");
        check("a/../b:lamp:1", "its group `a/../b` has two dots in a row, or one at its end");
        check("a/b:lamp:1", "its group `a/b` has `/`, which is not allowed there");
        check("a:b\\c:1", "its name `b\\c` has `\\`, which is not allowed there");
        check("a:b:1 2", "its version `1 2` has a space, which is not allowed there");
        check("a:b:1@x/y", "its extension `x/y` has `/`, which is not allowed there");
        check("a:b:[1,2)", "its version `[1,2)` has `[`, which is not allowed there");
        check("a:b:1\0", "its version `1\0` has a control character, which is not allowed there");
        for name in ["../rain", "@town/../x", "@../x", "a\\b", ".."] {
            let why = format!("`{name}` is no name of an npm package; one looks like `left-pad` or `@town/left-pad`");
            check(&format!("{name}@1"), &why);
        }
    }
}
