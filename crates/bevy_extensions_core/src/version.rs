//! Versions and version ranges: [SemVer](https://semver.org) with a little patience.

use semver::{Version, VersionReq};
use serde::{Deserialize, Deserializer, de::Error as _};

/// Reads a version; `1` and `1.4` are read as `1.0.0` and `1.4.0`.
///
/// # Errors
///
/// [`VersionError`] for anything else that is not a semantic version.
///
/// ```
/// use bevy_extensions_core::{Version, parse_version};
///
/// assert_eq!(parse_version("1.4")?, Version::new(1, 4, 0));
/// assert_eq!(parse_version("2.0.0-beta.1")?.to_string(), "2.0.0-beta.1");
/// # Ok::<(), bevy_extensions_core::VersionError>(())
/// ```
pub fn parse_version(text: &str) -> Result<Version, VersionError> {
    let missing = match text.split('.').count() {
        _ if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => "",
        1 => ".0.0",
        2 => ".0",
        _ => "",
    };
    Version::parse(&format!("{text}{missing}")).map_err(|source| VersionError {
        what: "version",
        text: text.into(),
        why: source.to_string(),
        example: "1.4.0",
    })
}

/// Reads a version range as Cargo does: `^1.2` (which `1.2` is short for), `~1.2`, `>=1, <3`, `=1.2.3`, `*`.
///
/// # Errors
///
/// [`VersionError`] if the text is no range.
///
/// ```
/// use bevy_extensions_core::{Version, parse_range};
///
/// assert!(parse_range("^1.2")?.matches(&Version::new(1, 4, 0)));
/// # Ok::<(), bevy_extensions_core::VersionError>(())
/// ```
pub fn parse_range(text: &str) -> Result<VersionReq, VersionError> {
    VersionReq::parse(text).map_err(|source| VersionError {
        what: "version range",
        text: text.into(),
        why: source.to_string(),
        example: "^1.2",
    })
}

/// A text that is neither a version nor a version range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what}: {why}; a {what} looks like `{example}`")]
pub struct VersionError {
    what: &'static str,
    text: String,
    why: String,
    example: &'static str,
}

/// Reads a version with [`parse_version`] while deserializing.
pub(crate) fn deserialize_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Version, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_version(&text).map_err(D::Error::custom)
}

/// Reads a range with [`parse_range`] while deserializing.
pub(crate) fn deserialize_range<'de, D: Deserializer<'de>>(deserializer: D) -> Result<VersionReq, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_range(&text).map_err(D::Error::custom)
}

/// Tells whether a range accepts every version.
pub(crate) fn is_any(range: &VersionReq) -> bool {
    range.comparators.is_empty()
}

/// Tells whether a range accepts a version.
///
/// A pre-release is in no range that does not name one, as in Cargo, but without a range every version will do.
pub(crate) fn is_in_range(range: &VersionReq, version: &Version) -> bool {
    is_any(range) || range.matches(version)
}

/// Returns the version of an extension that does not give one.
pub(crate) fn absent() -> Version {
    Version::new(0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        match parse_version(text) {
            Ok(version) => assert_eq!(version.to_string(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn short_versions_are_filled_up() {
        check("1", "1.0.0");
        check("1.4", "1.4.0");
        check("1.4.2", "1.4.2");
        check("1.4.2-rc.1+build", "1.4.2-rc.1+build");
    }

    #[test]
    fn what_is_no_version_says_why() {
        check(
            "one",
            "`one` is not a version: unexpected character 'o' while parsing major version number; a version looks like `1.4.0`",
        );
        check(
            "1.2.3.4",
            "`1.2.3.4` is not a version: unexpected character '.' after patch version number; a version looks like `1.4.0`",
        );
        check(
            "",
            "`` is not a version: unexpected character '.' while parsing major version number; a version looks like `1.4.0`",
        );
    }

    #[test]
    fn what_is_no_range_says_why() {
        let error = parse_range(">>1").expect_err("it is no range");
        assert_eq!(
            error.to_string(),
            "`>>1` is not a version range: unexpected character '>' while parsing major version number; a version range looks like `^1.2`",
        );
    }
}
