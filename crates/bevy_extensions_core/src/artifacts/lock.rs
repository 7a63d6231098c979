//! The lock file: which versions an app uses, where they come from and what is in them.

mod content;
mod difference;
mod file;
mod form;
#[cfg(test)]
mod properties;

use std::collections::BTreeMap;

use semver::Version;
use serde::{Deserialize, Serialize, Serializer};

use super::{
    Hash,
    npm::{Integrity, PackageId},
};
use crate::{
    each_once::each_once,
    location::Location,
    manifest::Format,
    name::ExtensionName,
    parse::{ParseError, ParseErrorKind, read_ron, utf8},
    ron_text::to_pretty_ron,
    version::deserialize_version,
};

pub use content::content_hash;
pub use difference::{Change, Difference, Fact};
pub use file::{LARGEST_LOCK, LockError};

/// Which versions of extensions and artifacts an app uses, where they come from and what is in them: `extensions.lock`.
///
/// It is made for review in version control: one thing stands on a line, in an order that depends on names only.
/// [`to_ron`](Self::to_ron) and [`from_ron`](Self::from_ron) are exact opposites.
///
/// ```
/// use bevy_extensions_core::artifacts::{ArtifactKey, Hash, HashKind, Lock, LockedArtifact, LockedExtension};
///
/// let mut lock = Lock::default();
/// let greeter = LockedExtension::new("1.0.0".parse()?, "extensions/greeter.js");
/// lock.extensions.insert("Greeter".parse()?, greeter);
/// let hash = Hash::of(HashKind::Sha256, b"a house");
/// let house = LockedArtifact::File { version: "1.2".into(), hash, size: 7 };
/// lock.artifacts.insert(ArtifactKey::new("https://models.example", "town:house:1.2@glb"), house);
///
/// assert_eq!(Lock::from_ron("extensions.lock", lock.to_ron().as_bytes())?, lock);
///
/// let mut now = lock.clone();
/// now.extensions.get_mut(&"Greeter".parse()?).unwrap().version = "1.1.0".parse()?;
/// assert_eq!(now.difference(&lock)[0].to_string(), "`Greeter` is 1.1.0, the lock has 1.0.0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Lock {
    format: Format,
    /// The extensions, by name.
    #[serde(deserialize_with = "each_once")]
    pub extensions: BTreeMap<ExtensionName, LockedExtension>,
    /// The artifacts.
    #[serde(serialize_with = "form::write_artifacts", deserialize_with = "form::read_artifacts")]
    pub artifacts: BTreeMap<ArtifactKey, LockedArtifact>,
}

/// Which artifact it is: extensions may ask different repositories for the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactKey {
    /// The address of the repository that it comes from.
    pub repository: String,
    /// What manifests write: `group:name:version`, or `name@range`.
    pub coordinates: String,
}

/// An extension, as a [`Lock`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LockedExtension {
    /// Its version.
    #[serde(deserialize_with = "deserialize_version")]
    pub version: Version,
    /// Where it comes from, in words that are the same on every machine.
    pub source: String,
    /// The [hash](content_hash) of its files, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "bare")]
    pub hash: Option<Hash>,
}

/// An artifact, as a [`Lock`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum LockedArtifact {
    /// A single file.
    File {
        /// Its version.
        version: String,
        /// The hash of its bytes.
        hash: Hash,
        /// How many bytes it has.
        size: u64,
    },
    /// A package of npm, with all that it needs.
    Npm {
        /// The version that was chosen.
        #[serde(deserialize_with = "deserialize_version")]
        version: Version,
        /// How many bytes the tarballs of all packages have.
        size: u64,
        /// The packages: it, and those that it needs.
        #[serde(deserialize_with = "form::read_packages")]
        packages: BTreeMap<PackageId, LockedPackage>,
    },
}

/// A package of npm, as a [`Lock`] has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedPackage {
    /// The address of its tarball.
    pub tarball: String,
    /// What the bytes of the tarball have to be.
    pub integrity: Integrity,
    /// The packages that it needs, by the names that it calls them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub dependencies: BTreeMap<String, PackageId>,
}

/// Where natives come from.
const NATIVE: &str = "native";

/// What stands at the top of the file, for whoever finds it.
const COMMENT: &str = "\
// Which versions of extensions and artifacts this app uses, where they come from and what is in them.
// The app and `bevy-extensions lock` write this file. Keep it in version control, and do not edit it by hand.
// `bevy-extensions lock --update` chooses artifacts anew, all or one.
";

impl Lock {
    /// Reads the content of an `extensions.lock`; `file` is for messages.
    ///
    /// # Errors
    ///
    /// [`ParseError`] for anything that is no lock, with line, column and field.
    pub fn from_ron(file: &str, bytes: &[u8]) -> Result<Self, ParseError> {
        let text = utf8(file, bytes)?;
        let start = Location::file(file);
        read_ron(text, &start, |_| {}).map_err(|error| match merge_conflict(text) {
            Some(line) => {
                ParseError { at: start.at((line, 1)), field: String::new(), kind: ParseErrorKind::MergeConflict }
            }
            None => error,
        })
    }

    /// Writes an `extensions.lock`. It is the same on every system.
    pub fn to_ron(&self) -> String {
        format!("{COMMENT}{}", to_pretty_ron(self))
    }
}

impl ArtifactKey {
    /// Puts the two together.
    pub fn new(repository: impl Into<String>, coordinates: impl Into<String>) -> Self {
        Self { repository: repository.into(), coordinates: coordinates.into() }
    }
}

impl LockedExtension {
    /// An extension without files.
    pub fn new(version: Version, source: impl Into<String>) -> Self {
        Self { version, source: source.into(), hash: None }
    }

    /// An extension that is linked into the app.
    pub fn native(version: Version) -> Self {
        Self::new(version, NATIVE)
    }

    /// Tells whether it is linked into the app.
    pub fn is_native(&self) -> bool {
        self.source == NATIVE
    }
}

impl LockedArtifact {
    /// Returns its version.
    pub fn version(&self) -> String {
        match self {
            Self::File { version, .. } => version.clone(),
            Self::Npm { version, .. } => version.to_string(),
        }
    }

    /// Returns how many bytes have to be fetched for it.
    pub fn size(&self) -> u64 {
        match self {
            Self::File { size, .. } | Self::Npm { size, .. } => *size,
        }
    }
}

/// Finds the line at which a version control system began to write two sides of a file.
fn merge_conflict(text: &str) -> Option<u32> {
    let is_marker = |line: &str| line.starts_with("<<<<<<<") || line.starts_with(">>>>>>>");
    text.lines().zip(1..).find(|(line, _)| is_marker(line)).map(|(_, number)| number)
}

/// Writes what is there without a `Some(..)` around it.
fn bare<S: Serializer>(hash: &Option<Hash>, serializer: S) -> Result<S::Ok, S::Error> {
    match hash {
        Some(hash) => hash.serialize(serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAIN: &str = "sha1:fbec17cb2fcbbd1c659b252230b48826fc563788";

    fn example() -> Lock {
        let mut lock = Lock::default();
        let name = |name: &str| name.parse::<ExtensionName>().expect("it is a name");
        let hash: Hash = RAIN.parse().expect("it is a hash");
        let greeter = LockedExtension {
            hash: Some(hash),
            ..LockedExtension::new(Version::new(1, 0, 0), "extensions/greeter.js")
        };
        lock.extensions.insert(name("Greeter"), greeter);
        lock.extensions.insert(name("Economy"), LockedExtension::new(Version::new(1, 4, 0), "linked"));
        let house = LockedArtifact::File { version: "1.2".into(), hash, size: 7 };
        lock.artifacts.insert(ArtifactKey::new("https://models.example", "town:house:1.2@glb"), house);
        let id = |id: &str| id.parse::<PackageId>().expect("it is a package");
        let package = |name: &str, dependencies| LockedPackage {
            tarball: format!("https://npm.example/{name}.tgz"),
            integrity: hash.into(),
            dependencies,
        };
        let packages = BTreeMap::from([
            (id("pad@1.3.0"), package("pad", BTreeMap::from([("times".into(), id("@town/times@2.0.0"))]))),
            (id("@town/times@2.0.0"), package("times", BTreeMap::new())),
        ]);
        let pad = LockedArtifact::Npm { version: Version::new(1, 3, 0), size: 512, packages };
        lock.artifacts.insert(ArtifactKey::new("https://npm.example", "pad@^1"), pad);
        lock
    }

    #[test]
    fn one_thing_stands_on_a_line_in_order_of_names() {
        let expected = r#"// Which versions of extensions and artifacts this app uses, where they come from and what is in them.
// The app and `bevy-extensions lock` write this file. Keep it in version control, and do not edit it by hand.
// `bevy-extensions lock --update` chooses artifacts anew, all or one.
(
    format: 1,
    extensions: {
        "Economy": (
            version: "1.4.0",
            source: "linked",
        ),
        "Greeter": (
            version: "1.0.0",
            source: "extensions/greeter.js",
            hash: "sha1:fbec17cb2fcbbd1c659b252230b48826fc563788",
        ),
    },
    artifacts: {
        "https://models.example": {
            "town:house:1.2@glb": File(
                version: "1.2",
                hash: "sha1:fbec17cb2fcbbd1c659b252230b48826fc563788",
                size: 7,
            ),
        },
        "https://npm.example": {
            "pad@^1": Npm(
                version: "1.3.0",
                size: 512,
                packages: {
                    "@town/times@2.0.0": (
                        tarball: "https://npm.example/times.tgz",
                        integrity: "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=",
                    ),
                    "pad@1.3.0": (
                        tarball: "https://npm.example/pad.tgz",
                        integrity: "sha1-++wXyy/LvRxlmyUiMLSIJvxWN4g=",
                        dependencies: {
                            "times": "@town/times@2.0.0",
                        },
                    ),
                },
            ),
        },
    },
)
"#;
        assert_eq!(example().to_ron(), expected);
    }

    /// Reads the example, in which one text stands for another.
    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let text = example().to_ron();
        assert!(text.contains(from), "`{from}` is there");
        let error = Lock::from_ron("extensions.lock", text.replacen(from, to, 1).as_bytes());
        assert_eq!(error.expect_err("it is wrong").to_string(), expected);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        check("(\n    format: 1,", "rain(", "extensions.lock:4:1: expected struct `Lock` but found `rain`");
        check("format: 1,", "", "extensions.lock:45:1: `format` is missing");
        check(
            "format: 1",
            "format: 2",
            "extensions.lock:5:13: `format`: format 2 is not known here; this version reads format 1",
        );
        check(
            "source: \"linked\"",
            "souce: \"linked\"",
            "extensions.lock:9:13: unknown key `souce` in `extensions.Economy`",
        );
        check("source: \"linked\",", "", "extensions.lock:10:9: `source` is missing in `extensions.Economy`");
        check(
            "1.4.0",
            "one",
            "extensions.lock:8:23: `extensions.Economy.version`: `one` is not a version: \
             unexpected character 'o' while parsing major version number; a version looks like `1.4.0`",
        );
        check(
            "sha1:fbec",
            "md5:fbec",
            "extensions.lock:14:20: `extensions.Greeter.hash`: hashes of the kind `md5` are not known here; \
             the kinds are `sha512`, `sha256` and `sha1`",
        );
        check(
            "sha1-++",
            "sha1-+",
            "extensions.lock:32:37: `artifacts.https://npm.example.pad@^1.Npm.packages.@town/time..`: \
             `+wXyy/LvRxlmyUiMLSIJvxWN4g=` is no sha1, which is 20 bytes in Base64",
        );
        check(
            "File(",
            "Files(",
            "extensions.lock:19:35: `artifacts.https://models.example.town:house:1.2@glb`: \
             `Files` is not one of `File` and `Npm`",
        );
    }

    #[test]
    fn what_is_there_twice_is_an_error() {
        check("Greeter", "economy", "extensions.lock:11:10: `extensions`: `economy` is given twice");
        check(
            "https://npm.example\": {",
            "https://models.example\": {",
            "extensions.lock:25:10: `artifacts`: `https://models.example` is given twice",
        );
        check(
            "\"pad@1.3.0\"",
            "\"@town/times@2.0.0\"",
            "extensions.lock:34:22: `artifacts.https://npm.example.pad@^1.Npm.packages`: `@town/times@2.0.0` is given twice",
        );
        check(
            "size: 7,",
            "size: 7, size: 7,",
            "extensions.lock:22:26: `size` is given twice in `artifacts.https://models.example.town:house:1.2@glb.File`",
        );
    }

    #[test]
    fn packages_that_are_missing_are_an_error() {
        check(
            "pad@^1",
            "pod@^1",
            "extensions.lock:44:5: `artifacts`: the packages of `pod@^1` lack `pod@1.3.0`, which is itself",
        );
        check(
            "\"times\": \"@town/times@2.0.0\"",
            "\"times\": \"times@2.0.0\"",
            "extensions.lock:41:17: `artifacts.https://npm.example.pad@^1.Npm.packages`: \
             `times@2.0.0` is missing, which `pad@1.3.0` depends on",
        );
    }

    #[test]
    fn a_merge_conflict_is_told_as_such() {
        let conflict =
            "<<<<<<< HEAD\n            version: \"1.4.0\",\n=======\n            version: \"1.5.0\",\n>>>>>>> update\n";
        check(
            "            version: \"1.4.0\",\n",
            conflict,
            "extensions.lock:8:1: a merge conflict begins here that nobody has resolved",
        );
    }
}
