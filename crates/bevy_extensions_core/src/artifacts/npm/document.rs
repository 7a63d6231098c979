//! What a registry says of a package.

use std::collections::BTreeMap;

use semver::Version;
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{Integrity, IntegrityError, PackageName, tarball_url::tarball_url};
use crate::artifacts::RepositoryUrl;

/// What a registry says of a package: its versions, and what some of them are called.
///
/// Whether it is a whole document or one in the short form `application/vnd.npm.install-v1+json` makes no difference. Real
/// ones have versions from times in which much was not yet as it is: a version that cannot be used is as good as not there,
/// and spoils no other.
///
/// ```
/// use bevy_extensions_core::artifacts::npm::{Document, Wish};
///
/// let wish: Wish = "pad@^1".parse()?;
/// let document = Document::read(
///     &"npm+https://npm.example".parse()?,
///     &wish.name,
///     br#"{
///         "name": "pad",
///         "dist-tags": {"latest": "1.3.0"},
///         "versions": {
///             "1.3.0": {"dist": {
///                 "tarball": "https://npm.example/pad/-/pad-1.3.0.tgz",
///                 "shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788"
///             }}
///         }
///     }"#,
/// )?;
/// let version = document.choose(&wish.wanted)?;
/// assert_eq!(version.to_string(), "1.3.0");
/// assert_eq!(document.versions[version].integrity.to_string(), "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// The package.
    pub name: PackageName,
    /// Its versions that can be used.
    pub versions: BTreeMap<Version, PackageVersion>,
    /// What some versions are called: `latest`.
    pub tags: BTreeMap<String, Version>,
    /// Why its other versions cannot be used, by what they are called.
    pub unusable: BTreeMap<String, String>,
}

/// A version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PackageVersion {
    /// The address of its tarball.
    pub tarball: String,
    /// What the bytes of the tarball have to be.
    pub integrity: Integrity,
    /// What it depends on: names, and what it wants of each.
    ///
    /// What it would use if it were there (`optionalDependencies`) is not among them, nor what it leaves to whoever uses it
    /// (`peerDependencies`).
    pub dependencies: BTreeMap<String, String>,
    /// Why it should not be used any more, in its author's words.
    pub deprecated: Option<String>,
}

/// A document that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is no document of a package.
    #[error("it is no document of a package: {why}")]
    Malformed {
        /// What is wrong.
        why: String,
    },
    /// It is the document of another package.
    #[error("it is the document of `{found}`")]
    OtherName {
        /// That package.
        found: String,
    },
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Raw<'a> {
    name: Option<Value>,
    #[serde(borrow)]
    versions: Option<BTreeMap<String, &'a RawValue>>,
    #[serde(rename = "dist-tags")]
    tags: Option<Value>,
}

impl Document {
    /// Reads a document that a repository gave for a package. How large it may be is for the caller to say.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if it is none, or that of another package.
    pub fn read(repository: &RepositoryUrl, name: &PackageName, bytes: &[u8]) -> Result<Self, DocumentError> {
        let malformed = |why: String| DocumentError::Malformed { why };
        let raw: Raw<'_> = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        if let Some(Value::String(found)) = raw.name.filter(|found| found != name.as_str()) {
            return Err(DocumentError::OtherName { found });
        }
        let all = raw.versions.ok_or_else(|| malformed("it has no `versions`".into()))?;
        let (mut versions, mut unusable) = (BTreeMap::new(), BTreeMap::new());
        for (written, raw) in all {
            let version = Version::parse(&written).map_err(|error| error.to_string());
            let read = version.and_then(|version| Ok((version, PackageVersion::read(repository, raw)?)));
            match read {
                Ok((version, package)) => _ = versions.insert(version, package),
                Err(why) => _ = unusable.insert(written, why),
            }
        }
        Ok(Self { name: name.clone(), versions, tags: tags(raw.tags.as_ref()), unusable })
    }
}

impl PackageVersion {
    fn read(repository: &RepositoryUrl, raw: &RawValue) -> Result<Self, String> {
        let value: Map<String, Value> = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
        let dist = value.get("dist").and_then(Value::as_object).ok_or("it has no `dist`")?;
        let tarball = text(dist, "tarball").ok_or("it has no tarball")?;
        let mut dependencies = dependencies(&value)?;
        // Registries have them among the others, too.
        if let Some(optional) = value.get("optionalDependencies").and_then(Value::as_object) {
            dependencies.retain(|name, _| !optional.contains_key(name));
        }
        Ok(Self {
            tarball: tarball_url(repository, tarball)?,
            integrity: integrity(dist)?,
            dependencies,
            deprecated: deprecated(&value),
        })
    }
}

fn tags(raw: Option<&Value>) -> BTreeMap<String, Version> {
    let tag = |(tag, version): (&String, &Value)| Some((tag.clone(), Version::parse(version.as_str()?).ok()?));
    raw.and_then(Value::as_object).into_iter().flatten().filter_map(tag).collect()
}

fn text<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn integrity(dist: &Map<String, Value>) -> Result<Integrity, String> {
    let shasum = || match text(dist, "shasum") {
        Some(shasum) => Integrity::from_shasum(shasum).map_err(|error| error.to_string()),
        None => Err("it has no hash of a known kind".into()),
    };
    match text(dist, "integrity").map(str::parse) {
        Some(Ok(integrity)) => Ok(integrity),
        Some(Err(IntegrityError::NothingKnown { .. })) | None => shasum(),
        Some(Err(error)) => Err(error.to_string()),
    }
}

fn dependencies(version: &Map<String, Value>) -> Result<BTreeMap<String, String>, String> {
    // Old ones have an empty list.
    let Some(all) = version.get("dependencies").and_then(Value::as_object) else { return Ok(BTreeMap::new()) };
    let entry = |(name, wanted): (&String, &Value)| match wanted.as_str() {
        Some(wanted) => Ok((name.clone(), wanted.to_string())),
        None => Err(format!("it does not say in words what it wants of `{name}`")),
    };
    all.iter().map(entry).collect()
}

fn deprecated(version: &Map<String, Value>) -> Option<String> {
    match version.get("deprecated")? {
        Value::String(why) if !why.is_empty() => Some(why.clone()),
        Value::Bool(true) => Some("its author says so".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Document, DocumentError> {
        let repository = "npm+https://npm.example".parse().expect("it is an address");
        Document::read(&repository, &"pad".parse().expect("it is a name"), text.as_bytes())
    }

    /// Reads a document with one version.
    fn version(text: &str) -> Document {
        read(&format!(r#"{{"versions": {{"1.0.0": {text}}}}}"#)).expect("it is a document")
    }

    const DIST: &str = r#""dist": {"tarball": "pad.tgz", "shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788"}"#;

    #[track_caller]
    fn check_unusable(version_text: &str, why: &str) {
        let document = version(version_text);
        assert_eq!(document.unusable.get("1.0.0").map(String::as_str), Some(why));
        assert!(document.versions.is_empty());
    }

    #[track_caller]
    fn dependencies_of(version_text: &str) -> Vec<String> {
        let document = version(version_text);
        assert_eq!(document.unusable, BTreeMap::new());
        let all = &document.versions[&Version::new(1, 0, 0)].dependencies;
        all.iter().map(|(name, wanted)| format!("{name}@{wanted}")).collect()
    }

    #[test]
    fn the_strongest_hash_counts_and_a_shasum_is_better_than_none() {
        let integrity = |dist: &str| {
            let document = version(&format!(r#"{{"dist": {{"tarball": "pad.tgz", {dist}}}}}"#));
            document.versions[&Version::new(1, 0, 0)].integrity.to_string()
        };
        let sha1 = "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=";
        assert_eq!(integrity(r#""shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788""#), sha1);
        assert_eq!(integrity(r#""integrity": "md5-x", "shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788""#), sha1);
        let sha256 = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        assert_eq!(integrity(&format!(r#""integrity": "{sha1} {sha256}", "shasum": "x""#)), sha256);
    }

    #[test]
    fn dependencies_are_those_that_have_to_be_there() {
        let all = format!(
            r#"{{{DIST}, "dependencies": {{"a": "^1", "b": "*"}}, "optionalDependencies": {{"b": "*", "c": "1"}},
                "peerDependencies": {{"d": "1"}}, "devDependencies": {{"e": "1"}}}}"#
        );
        assert_eq!(dependencies_of(&all), ["a@^1"]);
        assert_eq!(dependencies_of(&format!(r#"{{{DIST}, "dependencies": []}}"#)), [""; 0]);
        assert_eq!(dependencies_of(&format!(r#"{{{DIST}, "dependencies": null}}"#)), [""; 0]);
    }

    #[test]
    fn one_bad_version_does_not_spoil_the_others() {
        let document = read(&format!(
            r#"{{"name": "pad", "time": {{}}, "dist-tags": {{"latest": "1.0.0", "old": 7, "odd": "one"}}, "versions": {{
                "1.0.0": {{{DIST}}},
                "1.0": {{{DIST}}},
                "0.9.0": 7,
                "0.8.0": {{"dist": {{}}}},
                "0.7.0": {{}},
                "0.6.0": {{"dist": {{"tarball": "pad.tgz"}}}}
            }}}}"#
        ));
        let document = document.expect("it is a document");
        assert_eq!(document.versions.keys().map(ToString::to_string).collect::<Vec<_>>(), ["1.0.0"]);
        assert_eq!(document.tags, BTreeMap::from([("latest".to_string(), Version::new(1, 0, 0))]));
        let unusable: Vec<_> = document.unusable.iter().map(|(version, why)| format!("{version}: {why}")).collect();
        assert_eq!(
            unusable,
            [
                "0.6.0: it has no hash of a known kind",
                "0.7.0: it has no `dist`",
                "0.8.0: it has no tarball",
                "0.9.0: invalid type: integer `7`, expected a map at line 1 column 1",
                "1.0: unexpected end of input while parsing minor version number",
            ]
        );
    }

    #[test]
    fn what_is_wrong_with_a_version_is_told() {
        check_unusable(
            r#"{"dist": {"tarball": "../pad.tgz"}}"#,
            "its tarball is at `../pad.tgz`, and that is no path within the repository",
        );
        check_unusable(
            r#"{"dist": {"tarball": "pad.tgz", "integrity": "sha1-x", "shasum": "fbec17cb2fcbbd1c659b252230b48826fc563788"}}"#,
            "`x` is no sha1, which is 20 bytes in Base64",
        );
        check_unusable(
            &format!(r#"{{{DIST}, "dependencies": {{"a": {{}}}}}}"#),
            "it does not say in words what it wants of `a`",
        );
        let deep = format!("{{{DIST}, \"x\": {}1{}}}", "[".repeat(500), "]".repeat(500));
        check_unusable(&deep, "recursion limit exceeded at line 1 column 219");
    }

    #[test]
    fn a_deprecated_version_says_why() {
        let deprecated = |value: &str| {
            let document = version(&format!(r#"{{{DIST}, "deprecated": {value}}}"#));
            document.versions[&Version::new(1, 0, 0)].deprecated.clone()
        };
        assert_eq!(deprecated(r#""use times""#).as_deref(), Some("use times"));
        assert_eq!(deprecated("true").as_deref(), Some("its author says so"));
        assert_eq!([deprecated("false"), deprecated("\"\""), deprecated("null")], [const { None }; 3]);
    }

    #[test]
    fn what_is_no_document_says_why() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            assert_eq!(read(text).expect_err("it is no document").to_string(), expected);
        }
        check("<html>", "it is no document of a package: expected value at line 1 column 1");
        check("[]", "it is no document of a package: invalid length 0, expected an object at line 1 column 2");
        check(r#"{"error": "not found"}"#, "it is no document of a package: it has no `versions`");
        check(r#"{"name": "left-pad", "versions": {}}"#, "it is the document of `left-pad`");
        check(r#"{"versions": {"#, "it is no document of a package: EOF while parsing an object at line 1 column 14");
    }
}
