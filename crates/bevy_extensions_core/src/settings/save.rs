//! Writing to the file of the host settings.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{HostSettings, edit::with_disabled, places::Places};
use crate::{
    files::{followed, replace},
    location::Location,
    name::ExtensionName,
    parse::{ParseError, utf8},
};

/// Host settings that could not be written to their file, which is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The file is there, but cannot be read.
    #[error("the host settings `{file}` cannot be read: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the operating system said.
        why: String,
    },
    /// There is something, but no file.
    #[error("the host settings `{file}` are no file")]
    NotAFile {
        /// The path.
        file: String,
    },
    /// The file does not hold host settings.
    #[error("the host settings are wrong: {}", .0.message())]
    Wrong(#[from] ParseError),
    /// The file is written in a way that is not understood well enough to edit it.
    #[error("the host settings `{file}` are written in a way in which they cannot be edited")]
    Unusual {
        /// The file.
        file: String,
    },
    /// The file cannot be written.
    #[error("the host settings `{file}` cannot be written: {why}")]
    Unwritable {
        /// The file.
        file: String,
        /// What the operating system said.
        why: String,
    },
}

impl SaveError {
    /// Returns the place to look at.
    pub fn location(&self) -> Location {
        match self {
            Self::Unreadable { file, .. }
            | Self::NotAFile { file }
            | Self::Unusual { file }
            | Self::Unwritable { file, .. } => Location::file(file.as_str()),
            Self::Wrong(error) => error.at.clone(),
        }
    }

    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check that it is a file that this user may read".into(),
            Self::NotAFile { .. } => "put a file in its place, or remove it".into(),
            Self::Wrong(error) => error.hint(),
            Self::Unusual { .. } => "write `disabled: [\"..\"]` in it by hand".into(),
            Self::Unwritable { .. } => "check that this user may write to it and to its folder".into(),
        }
    }
}

impl HostSettings {
    /// Edits the text of an `extensions.ron` so that exactly these extensions are `disabled`; `file` is for messages.
    ///
    /// All else stays as it is: comments, order, white space, and the spelling of names that are there. What stands alone on
    /// its line goes with its line and the comment at its end.
    ///
    /// ```
    /// use bevy_extensions_core::HostSettings;
    ///
    /// let text = "(\n    // The rain is too loud.\n    disabled: [\"Weather\"],\n)\n";
    /// let disabled = ["Weather", "Economy"].map(|name| name.parse().unwrap()).into();
    /// assert_eq!(
    ///     HostSettings::edit_disabled("extensions.ron", text, &disabled)?,
    ///     "(\n    // The rain is too loud.\n    disabled: [\"Weather\", \"Economy\"],\n)\n",
    /// );
    /// # Ok::<(), bevy_extensions_core::SaveError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SaveError`] if the text is none of host settings, or cannot be edited.
    pub fn edit_disabled(file: &str, text: &str, disabled: &BTreeSet<ExtensionName>) -> Result<String, SaveError> {
        // Some editors begin a file with a mark of its encoding.
        let (mark, text) = text.split_at(text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len());
        let before = Self::from_ron(file, text.as_bytes())?;
        if before.disabled == *disabled {
            return Ok(format!("{mark}{text}"));
        }
        let edited = with_disabled(text, disabled);
        let wanted = Self { disabled: disabled.clone(), ..before.without_places() };
        let is_right = |edited: &String| {
            Self::from_ron(file, edited.as_bytes()).is_ok_and(|edited| edited.without_places() == wanted)
        };
        let edited = edited.filter(is_right).ok_or_else(|| SaveError::Unusual { file: file.into() })?;
        Ok(format!("{mark}{edited}"))
    }

    /// Writes to a file which extensions are `disabled`, and tells whether that has changed anything.
    ///
    /// The file is read as it is now, [edited](Self::edit_disabled), and replaced as a whole, so that nobody ever reads half
    /// of it. If it is a link, what it leads to is replaced. If it is not there, it is made, with its folder.
    ///
    /// ```
    /// use std::{collections::BTreeSet, fs};
    /// use bevy_extensions_core::HostSettings;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("extensions.ron");
    /// let disabled = BTreeSet::from(["Weather".parse()?]);
    /// assert!(HostSettings::save_disabled(&path, &disabled)?);
    /// assert_eq!(fs::read_to_string(&path)?, "(\n    disabled: [\"Weather\"],\n)\n");
    /// assert!(!HostSettings::save_disabled(&path, &disabled)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SaveError`] if the file cannot be read, edited or written. It is then as it was.
    pub fn save_disabled(path: &Path, disabled: &BTreeSet<ExtensionName>) -> Result<bool, SaveError> {
        let file = path.display().to_string();
        let unreadable = |error: io::Error| SaveError::Unreadable { file: file.clone(), why: error.to_string() };
        let target = followed(path).map_err(unreadable)?;
        // Whatever else has a name, such as a pipe, may let us wait for ever once it is opened.
        if fs::metadata(&target).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(SaveError::NotAFile { file });
        }
        let bytes = match fs::read(&target) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(unreadable(error)),
        };
        utf8(&file, &bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let edited = Self::edit_disabled(&file, &text, disabled)?;
        if edited == text {
            return Ok(false);
        }
        let unwritable = |error: io::Error| SaveError::Unwritable { file: file.clone(), why: error.to_string() };
        replace(&target, edited.as_bytes()).map_err(unwritable)?;
        Ok(true)
    }

    /// Forgets where things are written.
    fn without_places(mut self) -> Self {
        self.places = Places::default();
        self.config_folder = None;
        self
    }
}
