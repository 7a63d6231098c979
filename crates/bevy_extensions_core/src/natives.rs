//! The manifests of an app's natives, in a file for tools that do not link them.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    candidate::{Candidate, Source},
    files::replace,
    location::Location,
    manifest::{Format, Manifest},
    parse::{ParseError, read_ron, utf8},
    ron_text::to_pretty_ron,
};

/// The manifests of an app's natives, as they stand in a file.
///
/// A native's manifest is written by its derive and known to nobody but the program that links it. That program writes them
/// down, and a tool reads them.
///
/// ```
/// use bevy_extensions_core::{Candidate, Manifest, Natives, Source};
///
/// let economy = Candidate::new(Manifest::builder("Economy", "1.4.0").build(), Source::native("src/economy.rs", 7));
/// let text = Natives::of([&economy]).to_ron();
/// assert_eq!(Natives::from_ron("natives.ron", text.as_bytes())?.candidates(), [economy]);
/// # Ok::<(), bevy_extensions_core::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Natives {
    format: Format,
    natives: Vec<Native>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Native {
    /// Where it is declared.
    file: String,
    line: u32,
    manifest: Manifest,
}

impl Natives {
    /// Where apps write them and tools look for them, unless somebody says otherwise: below the current folder.
    pub const FILE: &'static str = "target/extensions/natives.ron";

    /// Takes the natives among some candidates, by name.
    pub fn of<'a>(candidates: impl IntoIterator<Item = &'a Candidate>) -> Self {
        let natives = candidates.into_iter().filter(|candidate| candidate.source.is_native());
        let mut natives: Vec<_> = natives
            .map(|Candidate { manifest, source, .. }| {
                let Location { file, line, .. } = source.location();
                Native { file: file.to_string(), line: *line, manifest: manifest.clone() }
            })
            .collect();
        let key = |native: &Native| (native.manifest.name.clone(), native.file.clone(), native.line);
        natives.sort_by_key(key);
        Self { format: Format, natives }
    }

    /// Returns them as [`resolve`](crate::resolve()) wants them.
    pub fn candidates(&self) -> Vec<Candidate> {
        let candidate =
            |Native { file, line, manifest }: &Native| Candidate::new(manifest.clone(), Source::native(file, *line));
        self.natives.iter().map(candidate).collect()
    }

    /// Writes them as RON: the same natives make the same text.
    pub fn to_ron(&self) -> String {
        to_pretty_ron(self)
    }

    /// Reads what [`to_ron`](Self::to_ron) has written; `file` is for messages.
    ///
    /// # Errors
    ///
    /// [`ParseError`] for anything else.
    pub fn from_ron(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        read_ron(utf8(file, bytes)?, &Location::file(file), |_| {})
    }

    /// Writes them to a file, as a whole; its folder is made.
    ///
    /// # Errors
    ///
    /// What the system says if the file cannot be written. It is then as it was.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        replace(path, self.to_ron().as_bytes())
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`NativesError`] if there is none, or it cannot be read, or holds something else.
    pub fn read(path: &Path) -> Result<Self, NativesError> {
        let file = path.display().to_string();
        match fs::read(path) {
            Ok(bytes) => Ok(Self::from_ron(&file, &bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(NativesError::NotFound { file }),
            Err(error) => Err(NativesError::Unreadable { file, why: error.to_string() }),
        }
    }
}

/// The manifests of natives could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NativesError {
    /// There is no such file.
    #[error("the manifests of natives, `{file}`, are not there")]
    NotFound {
        /// The file.
        file: String,
    },
    /// The file is there, but cannot be read.
    #[error("the manifests of natives, `{file}`, cannot be read: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        why: String,
    },
    /// The file holds something else.
    #[error("the manifests of natives are wrong: {0}")]
    Wrong(#[from] ParseError),
}

impl NativesError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::NotFound { .. } | Self::Wrong(_) => {
                "let the app write them, with `bevy_extensions::write_manifests`".into()
            }
            Self::Unreadable { .. } => "check that it is a file that this user may read".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn native(name: &'static str, file: &str, line: u32) -> Candidate {
        let manifest = Manifest::builder(name, "1.0.0").requires("Time", "^2").build();
        Candidate::new(manifest, Source::native(file, line))
    }

    #[test]
    fn the_order_in_which_they_come_does_not_count() {
        let all = [native("Bb", "src/b.rs", 2), native("Aa", "src/a.rs", 9), native("Aa", "src/a.rs", 1)];
        let text = Natives::of(&all).to_ron();
        assert_eq!(Natives::of(all.iter().rev()).to_ron(), text);
        let places: Vec<_> = Natives::of(&all).candidates().iter().map(|it| it.source.location().to_string()).collect();
        assert_eq!(places, ["src/a.rs:1", "src/a.rs:9", "src/b.rs:2"]);
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().expect("there is a place for it");
        let path = folder.path().join("target/extensions/natives.ron");
        let natives = Natives::of(&[native("Aa", "src/a.rs", 9)]);
        natives.write(&path).expect("it can be written");
        assert_eq!(Natives::read(&path), Ok(natives));
    }

    #[test]
    fn what_lies_on_disk_is_no_native() {
        let script = Candidate::from_ron("aa.ron", r#"(name: "Aa")"#).expect("it is a manifest");
        assert_eq!(Natives::of([&script]).candidates(), []);
    }

    #[test]
    fn what_is_not_there_says_how_it_comes_there() {
        let error = Natives::read(Path::new("nowhere/natives.ron")).expect_err("there is nothing");
        assert_eq!(error.to_string(), "the manifests of natives, `nowhere/natives.ron`, are not there");
        assert_eq!(error.hint(), "let the app write them, with `bevy_extensions::write_manifests`");
    }
}
