//! What somebody wants of npm.

use std::{fmt, str::FromStr};

use super::{PackageName, PackageNameError, Range, RangeError};

/// A package, and which versions of it will do: `left-pad@^1`, `left-pad@latest`, or `left-pad` for any.
///
/// ```
/// use bevy_extensions_core::artifacts::npm::Wish;
///
/// let wish: Wish = "@town/left-pad@^1".parse()?;
/// assert_eq!(wish.name.as_str(), "@town/left-pad");
///
/// // In a `package.json`, a dependency may stand under another name than its own.
/// let wish = Wish::dependency("pad", "npm:left-pad@^1")?;
/// assert_eq!(wish.to_string(), "left-pad@^1");
/// # Ok::<(), bevy_extensions_core::artifacts::npm::WishError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The package, as the registry calls it.
    pub name: PackageName,
    /// Which versions will do.
    pub wanted: Wanted,
}

/// Which versions of a package will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Those of a range.
    Range(Range),
    /// The one that the registry calls so: `latest`, `next`.
    Tag(String),
}

impl Wish {
    /// Reads an entry of the `dependencies` of a `package.json`.
    ///
    /// # Errors
    ///
    /// [`WishError`] if it is neither a range nor a tag: what does not come from a registry is not fetched.
    pub fn dependency(name: &str, text: &str) -> Result<Self, WishError> {
        let text = text.trim();
        match text.strip_prefix("npm:") {
            Some(other) => other.parse(),
            None => Ok(Self { name: name.parse()?, wanted: Wanted::read(name, text)? }),
        }
    }
}

impl Wanted {
    fn read(name: &str, text: &str) -> Result<Self, WishError> {
        if let Some(what) = elsewhere(text) {
            return Err(WishError::Elsewhere { name: name.into(), text: text.into(), what });
        }
        match text.parse() {
            Ok(range) => Ok(Self::Range(range)),
            Err(_) if is_tag(text) => Ok(Self::Tag(text.into())),
            Err(error) => Err(WishError::Range { name: name.into(), error }),
        }
    }
}

/// Says what a text names that is no version of a registry, if it does.
fn elsewhere(text: &str) -> Option<&'static str> {
    const GIT: [&str; 7] = ["git:", "git+", "git@", "github:", "gitlab:", "bitbucket:", "gist:"];
    const WORKSPACE: [&str; 4] = ["workspace:", "catalog:", "portal:", "patch:"];
    const FILE: [&str; 6] = ["file:", "link:", "./", "../", "/", "~/"];
    let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    match text {
        _ if text.starts_with("npm:") => Some("a package under another name"),
        _ if begins(&GIT) => Some("a Git repository"),
        _ if begins(&WORKSPACE) => Some("a part of somebody's workspace"),
        _ if begins(&FILE) || text == "." || text == ".." => Some("a file on somebody's disk"),
        _ if text.contains("://") => Some("an address"),
        // `somebody/something` is short for what lies on GitHub.
        _ if text.contains('/') => Some("a Git repository"),
        _ => None,
    }
}

/// Tells whether a text may be a tag: it does not begin as a range does.
fn is_tag(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(is_letter)
}

impl FromStr for Wish {
    type Err = WishError;

    fn from_str(text: &str) -> Result<Self, WishError> {
        // That of a scope is the first.
        let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(text.len(), |(at, _)| at);
        let (name, wanted) = (&text[..at], text[at..].trim_start_matches('@').trim());
        Ok(Self { name: name.parse()?, wanted: Wanted::read(name, wanted)? })
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(range) => fmt::Display::fmt(range, f),
            Self::Tag(tag) => f.pad(tag),
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.wanted)
    }
}

/// A text that is no [`Wish`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WishError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] PackageNameError),
    /// What is wanted is no range, and no tag either.
    #[error("`{name}`: {error}")]
    Range {
        /// The package.
        name: String,
        /// What is wrong.
        error: RangeError,
    },
    /// What is wanted is in no registry.
    #[error("`{name}` is wanted as `{text}`, which is {what}; only versions of a registry are fetched")]
    Elsewhere {
        /// The package.
        name: String,
        /// What is wanted.
        text: String,
        /// What that is.
        what: &'static str,
    },
}

impl WishError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Name(_) => "write it as its page on npm has it".into(),
            Self::Range { .. } => "correct the range, or take `*` for any version".into(),
            Self::Elsewhere { .. } => {
                "take a version of it that is published, or put its files beside the script".into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        match text.parse::<Wish>() {
            Ok(wish) => assert_eq!(wish.to_string(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[track_caller]
    fn check_dependency(text: &str, expected: &str) {
        match Wish::dependency("pad", text) {
            Ok(wish) => assert_eq!(wish.to_string(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn a_name_and_a_range_are_a_wish() {
        check("left-pad@^1", "left-pad@^1");
        check("left-pad", "left-pad@*");
        check("left-pad@", "left-pad@*");
        check("@town/left-pad", "@town/left-pad@*");
        check("@town/left-pad@>=1 <2 || 3", "@town/left-pad@>=1 <2 || 3");
        check("left-pad@latest", "left-pad@latest");
        assert_eq!("left-pad@next".parse::<Wish>().expect("it is well formed").wanted, Wanted::Tag("next".into()));
        assert!(
            matches!("left-pad@x".parse::<Wish>().expect("it is well formed").wanted, Wanted::Range(range) if range.is_any())
        );
    }

    #[test]
    fn what_is_no_wish_says_why() {
        check("", "`` is no name of an npm package; one looks like `left-pad` or `@town/left-pad`");
        check("../x@1", "`../x` is no name of an npm package; one looks like `left-pad` or `@town/left-pad`");
        check(
            "left-pad@>>1",
            "`left-pad`: `>>1` is no version range: `>1` is no version in it; a range looks like `^1.2`, `1.x` or `>=1 <3 || 4.0.0`",
        );
        check(
            "pad@npm:left-pad@1",
            "`pad` is wanted as `npm:left-pad@1`, which is a package under another name; only versions of a registry are fetched",
        );
    }

    #[test]
    fn a_dependency_may_stand_under_another_name() {
        check_dependency("npm:left-pad@^1", "left-pad@^1");
        check_dependency("npm:@town/left-pad", "@town/left-pad@*");
        check_dependency("", "pad@*");
        check_dependency(" ~1.2 ", "pad@~1.2");
    }

    #[test]
    fn what_is_in_no_registry_is_refused() {
        #[track_caller]
        fn check(text: &str, what: &str) {
            let expected =
                format!("`pad` is wanted as `{text}`, which is {what}; only versions of a registry are fetched");
            check_dependency(text, &expected);
        }
        check("git+ssh://git@git.example/town/pad.git#v1", "a Git repository");
        check("git@git.example:town/pad.git", "a Git repository");
        check("github:town/pad", "a Git repository");
        check("town/pad#semver:^1", "a Git repository");
        check("file:../pad", "a file on somebody's disk");
        check("link:pad", "a file on somebody's disk");
        check("../pad", "a file on somebody's disk");
        check("~/pad", "a file on somebody's disk");
        check("https://town.example/pad-1.0.0.tgz", "an address");
        check("workspace:*", "a part of somebody's workspace");
        check("catalog:", "a part of somebody's workspace");
    }
}
