//! Which version of a package is taken.

use semver::Version;

use super::{Document, Range, Wanted};
use crate::suggest;

/// No version of a package will do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// None is in the range.
    #[error("no version of `{name}` is in `{range}`{}", there_is(latest))]
    Range {
        /// The package.
        name: String,
        /// The range.
        range: String,
        /// The latest version of the package.
        latest: Option<Version>,
    },
    /// Those in the range cannot be used.
    #[error("`{name}@{version}` cannot be used: {why}")]
    Unusable {
        /// The package.
        name: String,
        /// The highest of them.
        version: String,
        /// What is wrong with it.
        why: String,
    },
    /// None is called so.
    #[error("no version of `{name}` is called `{tag}`{}", tagged(tags))]
    Tag {
        /// The package.
        name: String,
        /// What it should be called.
        tag: String,
        /// What some are called.
        tags: Vec<String>,
    },
}

fn there_is(latest: &Option<Version>) -> String {
    latest.as_ref().map_or(", and it has none at all".into(), |latest| format!("; the latest is {latest}"))
}

fn tagged(tags: &[String]) -> String {
    match tags {
        [] => String::new(),
        tags => format!("; there is {}", suggest::list(tags)),
    }
}

impl ChoiceError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::Range { name, latest: Some(latest), .. } => format!("ask for `{name}@^{latest}` if that will do"),
            Self::Tag { name, .. } | Self::Range { name, .. } => {
                format!("look for the versions of `{name}` in its repository")
            }
            Self::Unusable { .. } => "ask for another version".into(),
        }
    }
}

impl Document {
    /// Chooses a version as npm does.
    ///
    /// Of a range, that is the one called `latest` if it is in it, else the highest that is not deprecated, else the highest.
    /// A pre-release has to be asked for, unless it is the `latest` and any version will do.
    ///
    /// # Errors
    ///
    /// [`ChoiceError`] if there is none.
    pub fn choose(&self, wanted: &Wanted) -> Result<&Version, ChoiceError> {
        match wanted {
            Wanted::Range(range) => self.choose_in(range).ok_or_else(|| self.none_in(range)),
            Wanted::Tag(tag) => {
                self.tags.get(tag).and_then(|version| self.own(version)).ok_or_else(|| self.none_called(tag))
            }
        }
    }

    fn choose_in(&self, range: &Range) -> Option<&Version> {
        let is_deprecated = |version: &Version| self.versions[version].deprecated.is_some();
        let latest = self.latest().filter(|version| (range.is_any() || range.fits(version)) && !is_deprecated(version));
        let fitting = || self.versions.keys().filter(|version| range.fits(version));
        latest.or_else(|| fitting().max_by_key(|version| (!is_deprecated(version), *version)))
    }

    fn latest(&self) -> Option<&Version> {
        self.tags.get("latest").and_then(|version| self.own(version))
    }

    /// Finds a version among those that can be used.
    fn own(&self, version: &Version) -> Option<&Version> {
        self.versions.get_key_value(version).map(|(version, _)| version)
    }

    fn none_in(&self, range: &Range) -> ChoiceError {
        let name = self.name.to_string();
        let unusable = self.unusable.iter().filter_map(|(version, why)| Some((Version::parse(version).ok()?, why)));
        match unusable.filter(|(version, _)| range.fits(version)).max() {
            Some((version, why)) => ChoiceError::Unusable { name, version: version.to_string(), why: why.clone() },
            None => {
                let latest = self.latest().or_else(|| self.versions.keys().next_back()).cloned();
                ChoiceError::Range { name, range: range.to_string(), latest }
            }
        }
    }

    fn none_called(&self, tag: &str) -> ChoiceError {
        let name = self.name.to_string();
        let called = self.tags.get(tag).map(ToString::to_string);
        match called.and_then(|version| self.unusable.get_key_value(&version)) {
            Some((version, why)) => ChoiceError::Unusable { name, version: version.clone(), why: why.clone() },
            None => ChoiceError::Tag { name, tag: tag.into(), tags: self.tags.keys().cloned().collect() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a document of versions; those that end with a `!` are deprecated, and those that end with a `?` have no tarball.
    fn document(versions: &str, tags: &str) -> Document {
        let version = |word: &str| {
            let tarball = if word.ends_with('?') { "" } else { "pad.tgz" };
            let deprecated = word.ends_with('!');
            let word = word.trim_end_matches(['!', '?']);
            format!(
                r#""{word}": {{"deprecated": {deprecated}, "dist": {{"tarball": "{tarball}", "shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788"}}}}"#
            )
        };
        let versions: Vec<_> = versions.split_whitespace().map(version).collect();
        let text = format!(r#"{{"versions": {{{}}}, "dist-tags": {{{tags}}}}}"#, versions.join(", "));
        let repository = "npm+https://npm.example".parse().expect("it is an address");
        Document::read(&repository, &"pad".parse().expect("it is a name"), text.as_bytes()).expect("it is a document")
    }

    #[track_caller]
    fn check(versions: &str, tags: &str, wanted: &str, expected: &str) {
        let wish: super::super::Wish = format!("pad@{wanted}").parse().expect("it is a wish");
        match document(versions, tags).choose(&wish.wanted) {
            Ok(version) => assert_eq!(version.to_string(), expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn the_highest_version_that_fits_is_taken() {
        check("1.0.0 1.10.0 1.9.0 2.0.0", "", "^1", "1.10.0");
        check("1.0.0 2.0.0", "", "*", "2.0.0");
        check("1.0.0 1.1.0-rc.1", "", "^1", "1.0.0");
        check("1.0.0 1.1.0-rc.1 1.1.0-rc.2", "", "^1.1.0-rc.1", "1.1.0-rc.2");
    }

    #[test]
    fn the_latest_is_taken_if_it_fits() {
        let latest = r#""latest": "1.1.0""#;
        check("1.0.0 1.1.0 1.2.0 2.0.0", latest, "^1", "1.1.0");
        check("1.0.0 1.1.0 1.2.0 2.0.0", latest, "^2", "2.0.0");
        check("1.0.0 1.1.0! 1.2.0", latest, "^1", "1.2.0");
        check("1.0.0-rc.1", r#""latest": "1.0.0-rc.1""#, "*", "1.0.0-rc.1");
        check("1.0.0", r#""latest": "3.0.0""#, "*", "1.0.0");
    }

    #[test]
    fn a_deprecated_version_is_taken_only_if_there_is_no_other() {
        check("1.0.0 1.1.0!", "", "^1", "1.0.0");
        check("1.0.0! 1.1.0!", "", "^1", "1.1.0");
    }

    #[test]
    fn a_tag_means_its_version() {
        check("1.0.0 2.0.0-rc.1!", r#""next": "2.0.0-rc.1""#, "next", "2.0.0-rc.1");
        check("1.0.0", r#""latest": "1.0.0""#, "next", "no version of `pad` is called `next`; there is `latest`");
        check("1.0.0", "", "next", "no version of `pad` is called `next`");
    }

    #[test]
    fn what_cannot_be_chosen_says_why() {
        check("1.0.0 2.0.0", r#""latest": "1.0.0""#, "^9", "no version of `pad` is in `^9`; the latest is 1.0.0");
        check("1.0.0 2.0.0", "", "^9", "no version of `pad` is in `^9`; the latest is 2.0.0");
        check("", "", "^9", "no version of `pad` is in `^9`, and it has none at all");
        check("1.0.0 2.0.0?", "", "^2", "`pad@2.0.0` cannot be used: it has no tarball");
        check("2.0.0?", r#""next": "2.0.0""#, "next", "`pad@2.0.0` cannot be used: it has no tarball");
        check("1.0.0 1.1.0?", "", "^1", "1.0.0");
    }
}
