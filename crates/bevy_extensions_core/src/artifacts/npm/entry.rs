//! Which file of a package is meant.

use super::exports::{Said, exported, looked_up};
use crate::{
    files::{ExtensionFiles, FileError},
    json::{Node, read_json},
    location::Location,
    parse::{ParseError, utf8},
};

/// How a file asks for another. A package may have one for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoadedBy {
    /// By `require`.
    Require,
    /// By `import`.
    Import,
}

impl LoadedBy {
    fn word(self) -> &'static str {
        match self {
            Self::Require => "require",
            Self::Import => "import",
        }
    }

    /// Tells whether a condition of `exports` holds. Scripts have nothing of Node, so what is made for browsers is nearest.
    pub(super) fn holds(self, condition: &str) -> bool {
        condition == self.word() || condition == "browser" || condition == "default"
    }
}

/// Finds the file of a package that is meant by a path in it, or by none at all: `""` for `require('pad')`, `"lib/rain"` for
/// `require('pad/lib/rain')`.
///
/// If its `package.json` has `exports`, those say it, and nothing else can be loaded: of several, the first counts whose
/// conditions are among `require` or `import`, `browser` and `default`. Otherwise, the package itself is what `browser` says
/// (if that is a path), or `module` (for `import` only), or `main`, or `index.js`; and a path may leave out its ending, or
/// name a folder that has a `package.json` or an `index.js`.
///
/// ```
/// use bevy_extensions_core::{ExtensionFiles, artifacts::npm::{LoadedBy, entry}};
///
/// let files: &[(_, &[u8])] = &[
///     ("package.json", br#"{"exports": {".": {"import": "./pad.mjs", "default": "./pad.cjs"}, "./lib/*": "./lib/*.js"}}"#),
///     ("pad.mjs", b""),
///     ("pad.cjs", b""),
///     ("lib/rain.js", b""),
/// ];
/// let files = ExtensionFiles::embedded("pad@1.0.0", files);
/// assert_eq!(entry(&files, "", LoadedBy::Import)?, "pad.mjs");
/// assert_eq!(entry(&files, "", LoadedBy::Require)?, "pad.cjs");
/// assert_eq!(entry(&files, "lib/rain", LoadedBy::Require)?, "lib/rain.js");
/// assert_eq!(
///     entry(&files, "pad.mjs", LoadedBy::Import).unwrap_err().to_string(),
///     "`pad@1.0.0/package.json` does not export `./pad.mjs`",
/// );
/// # Ok::<(), bevy_extensions_core::artifacts::npm::EntryError>(())
/// ```
///
/// # Errors
///
/// [`EntryError`] if there is no such file, or it is not for whoever asks.
pub fn entry(files: &ExtensionFiles, path: &str, by: LoadedBy) -> Result<String, EntryError> {
    with_package_json(files, "", |json| {
        let exports = json.and_then(|json| json.get("exports")).filter(|exports| !exports.is_null());
        let found = match exports {
            Some(exports) => {
                let path = if path.is_empty() { ".".into() } else { format!("./{path}") };
                let said = exported(exports, &path, by);
                led(files, said, path, by)?
            }
            None if path.is_empty() => folder(files, "", json, by)?,
            None => file_at(files, path, by)?,
        };
        if is_code(&found) { Ok(found) } else { Err(EntryError::NoCode { file: files.shown(&found) }) }
    })
}

/// What a package means by a name of its own that begins with `#`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// One of its files.
    File(String),
    /// A package, and perhaps a path in it, which it depends on.
    Package(String),
}

/// Finds what a file of a package means that asks for a name that begins with `#`, which the `imports` of its `package.json`
/// explain.
///
/// # Errors
///
/// [`EntryError`] if they do not, or there is no such file.
pub fn imported(files: &ExtensionFiles, name: &str, by: LoadedBy) -> Result<Imported, EntryError> {
    with_package_json(files, "", |json| {
        let said = json.and_then(|json| json.get("imports")).map_or(Said::Nothing, |table| looked_up(table, name, by));
        match said {
            Said::Leads(package) if !package.starts_with('.') && !package.starts_with('/') => {
                Ok(Imported::Package(package))
            }
            said => led(files, said, name.into(), by).map(Imported::File),
        }
    })
}

/// A file of a package that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// There is none of that path.
    #[error("there is no file `{file}`")]
    Missing {
        /// The path.
        file: String,
    },
    /// The package does not let others have it.
    #[error("`{json}` does not export `{path}`")]
    NotExported {
        /// The `package.json`.
        json: String,
        /// The path.
        path: String,
    },
    /// It has no such name of its own.
    #[error("`{json}` has no `{name}` among its `imports`")]
    NotImported {
        /// The `package.json`.
        json: String,
        /// The name.
        name: String,
    },
    /// It is there, but not for whoever asks.
    #[error("`{json}` has `{path}`, but not for `{}`", by.word())]
    ToOthers {
        /// The `package.json`.
        json: String,
        /// The path.
        path: String,
        /// How it was asked for.
        by: LoadedBy,
    },
    /// It is said to be in a file that cannot be had.
    #[error("`{json}` says that `{path}` is `{target}`, and {why}")]
    Target {
        /// The `package.json`.
        json: String,
        /// The path.
        path: String,
        /// What it says.
        target: String,
        /// What is wrong with that.
        why: &'static str,
    },
    /// It is no JavaScript.
    #[error("`{file}` is no JavaScript")]
    NoCode {
        /// The file.
        file: String,
    },
    /// The `package.json` is wrong.
    #[error(transparent)]
    Json(#[from] ParseError),
    /// The `package.json` cannot be read.
    #[error(transparent)]
    Unreadable(FileError),
}

impl EntryError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        match self {
            Self::ToOthers { by: LoadedBy::Require, .. } => "load it with `import`".into(),
            Self::ToOthers { by: LoadedBy::Import, .. } => "load it with `require`".into(),
            Self::Missing { .. } | Self::NotExported { .. } => "look up in its documentation what can be loaded".into(),
            _ => "ask for another version of the package".into(),
        }
    }
}

/// Looks at the `package.json` of a folder, if there is one; `folder` ends with `/`, or is empty.
fn with_package_json<T>(
    files: &ExtensionFiles,
    folder: &str,
    look: impl FnOnce(Option<&Node<'_>>) -> Result<T, EntryError>,
) -> Result<T, EntryError> {
    let path = format!("{folder}package.json");
    let bytes = match files.source(&path) {
        Ok(bytes) => bytes,
        Err(FileError::Missing { .. }) => return look(None),
        Err(error) => return Err(EntryError::Unreadable(error)),
    };
    let file = files.shown(&path);
    let text = utf8(&file, &bytes)?;
    look(Some(&read_json(text, &Location::file(file.as_str()))?))
}

/// Follows what a table said to a file. Nothing is added to the path there.
fn led(files: &ExtensionFiles, said: Said, path: String, by: LoadedBy) -> Result<String, EntryError> {
    let json = files.shown("package.json");
    let target = match said {
        Said::Leads(target) => target,
        Said::ToOthers => return Err(EntryError::ToOthers { json, path, by }),
        Said::Nothing if path.starts_with('#') => return Err(EntryError::NotImported { json, name: path }),
        Said::Nothing => return Err(EntryError::NotExported { json, path }),
    };
    let is_within = |path: &str| path.split('/').all(|part| !matches!(part, "" | "." | ".." | "node_modules"));
    let why = match target.strip_prefix("./").filter(|path| is_within(path)).map(|path| files.find(path)) {
        Some(Ok(file)) => return Ok(file),
        Some(Err(FileError::Missing { .. })) => "there is no such file",
        _ => "that is none of its files",
    };
    Err(EntryError::Target { json, path, target, why })
}

/// Finds the file that a folder means; `at` ends with `/`, or is empty.
fn folder(files: &ExtensionFiles, at: &str, json: Option<&Node<'_>>, by: LoadedBy) -> Result<String, EntryError> {
    let keys: &[&str] = match by {
        LoadedBy::Require => &["browser", "main"],
        LoadedBy::Import => &["browser", "module", "main"],
    };
    let named = keys.iter().filter_map(|key| json?.get(key)?.text().filter(|path| !path.is_empty()));
    let files_named = named.filter_map(|path| {
        let path = joined(at, path)?;
        completed(files, &path).or_else(|| index(files, &format!("{path}/")))
    });
    let missing = || EntryError::Missing { file: files.shown(&format!("{at}index.js")) };
    files_named.chain(index(files, at)).next().ok_or_else(missing)
}

/// Finds the file that a path means wherever `exports` have no say: within a package, of one without them, and in a script.
///
/// It may leave out its ending, `.js`, `.json`, `.mjs` or `.cjs`, the first of which counts that is there. A folder is what its
/// `package.json` says, as [`entry`] reads it, or its `index` with one of these endings; a path with `/` at its end is one.
///
/// ```
/// use bevy_extensions_core::{ExtensionFiles, artifacts::npm::{LoadedBy, file_at}};
///
/// let files = ExtensionFiles::embedded("pad", &[("rain.js", b""), ("rain/index.json", b"")]);
/// assert_eq!(file_at(&files, "rain", LoadedBy::Require)?, "rain.js");
/// assert_eq!(file_at(&files, "rain/", LoadedBy::Require)?, "rain/index.json");
/// # Ok::<(), bevy_extensions_core::artifacts::npm::EntryError>(())
/// ```
///
/// # Errors
///
/// [`EntryError`] if there is no such file.
pub fn file_at(files: &ExtensionFiles, path: &str, by: LoadedBy) -> Result<String, EntryError> {
    let missing = || EntryError::Missing { file: files.shown(path) };
    let clean = joined("", path).ok_or_else(missing)?;
    if let Some(file) = completed(files, &clean).filter(|_| !path.ends_with('/')) {
        return Ok(file);
    }
    let at = if clean.is_empty() { clean } else { format!("{clean}/") };
    with_package_json(files, &at, |json| folder(files, &at, json, by).map_err(|_| missing()))
}

/// Joins a path to a folder within the package; `None` if it leads out of it.
fn joined(at: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = at.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Finds a file by its path, which may lack its ending.
fn completed(files: &ExtensionFiles, path: &str) -> Option<String> {
    ["", ".js", ".json", ".mjs", ".cjs"].iter().find_map(|ending| there(files, format!("{path}{ending}")))
}

fn index(files: &ExtensionFiles, at: &str) -> Option<String> {
    let at = at.trim_start_matches('/');
    ["index.js", "index.json", "index.mjs", "index.cjs"].iter().find_map(|name| there(files, format!("{at}{name}")))
}

/// Returns a path if there is such a file. One that is gone from the disk may have been read before.
fn there(files: &ExtensionFiles, path: String) -> Option<String> {
    files.find(&path).ok().or_else(|| files.source(&path).is_ok().then_some(path))
}

/// Tells whether a file may be JavaScript, or a table of JSON, by its name: some have no ending.
fn is_code(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    !matches!(ending, "node" | "wasm" | "ts" | "mts" | "cts" | "tsx" | "jsx" | "css" | "html" | "md")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A package of a `package.json` and of files that are empty.
    fn package(json: &str, files: &str) -> ExtensionFiles {
        let mut all: BTreeMap<_, _> = files.split_whitespace().map(|file| (file.to_string(), Vec::new())).collect();
        if !json.is_empty() {
            all.insert("package.json".into(), json.as_bytes().to_vec());
        }
        ExtensionFiles::in_memory("pad@1.0.0", all)
    }

    #[track_caller]
    fn check_by(by: LoadedBy, json: &str, files: &str, path: &str, expected: &str) {
        match entry(&package(json, files), path, by) {
            Ok(file) => assert_eq!(file, expected),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[track_caller]
    fn check(json: &str, files: &str, path: &str, expected: &str) {
        check_by(LoadedBy::Require, json, files, path, expected);
    }

    #[track_caller]
    fn check_import(json: &str, files: &str, path: &str, expected: &str) {
        check_by(LoadedBy::Import, json, files, path, expected);
    }

    #[test]
    fn main_or_index_is_the_package() {
        check(r#"{"main": "lib/pad.js"}"#, "lib/pad.js index.js", "", "lib/pad.js");
        check(r#"{"main": "./lib/pad"}"#, "lib/pad.js", "", "lib/pad.js");
        check(r#"{"main": "lib"}"#, "lib/index.js", "", "lib/index.js");
        check(r#"{"main": "lib/"}"#, "lib/index.js lib.js", "", "lib.js");
        check(r#"{"main": "."}"#, "index.js", "", "index.js");
        check(r#"{"main": "gone.js"}"#, "index.js", "", "index.js");
        check(r#"{"main": 7}"#, "index.json", "", "index.json");
        check("{}", "index.js", "", "index.js");
        check("", "index.mjs", "", "index.mjs");
        check("{}", "pad.js", "", "there is no file `pad@1.0.0/index.js`");
        check(r#"{"main": "../pad.js"}"#, "pad.js", "", "there is no file `pad@1.0.0/index.js`");
    }

    #[test]
    fn module_is_for_import_and_browser_for_both() {
        let json = r#"{"main": "main.js", "module": "module.js"}"#;
        check(json, "main.js module.js", "", "main.js");
        check_import(json, "main.js module.js", "", "module.js");
        check_import(json, "main.js", "", "main.js");
        let json = r#"{"main": "main.js", "module": "module.js", "browser": "browser.js"}"#;
        check(json, "main.js module.js browser.js", "", "browser.js");
        check_import(json, "main.js module.js browser.js", "", "browser.js");
        check(r#"{"main": "main.js", "browser": {"./main.js": "./other.js"}}"#, "main.js other.js", "", "main.js");
    }

    #[test]
    fn a_path_is_a_file_or_a_folder() {
        check("{}", "lib/rain.js", "lib/rain.js", "lib/rain.js");
        check("{}", "lib/rain.js", "lib/rain", "lib/rain.js");
        check("{}", "lib/rain lib/rain.js", "lib/rain", "lib/rain");
        check("{}", "lib/rain.json", "lib/rain", "lib/rain.json");
        check("{}", "lib/rain/index.js", "lib/rain", "lib/rain/index.js");
        check("{}", "lib/index.js lib.js", "lib/", "lib/index.js");
        check("{}", "package.json", "package.json", "package.json");
        check("{}", "lib/rain.js", "rain", "there is no file `pad@1.0.0/rain`");
        check("{}", "lib/rain.js", "../rain", "there is no file `pad@1.0.0/../rain`");
    }

    #[test]
    fn a_folder_may_have_a_package_json_of_its_own() {
        let mut all = BTreeMap::from([("add/package.json".to_string(), br#"{"main": "../dist/add.js"}"#.to_vec())]);
        all.insert("dist/add.js".into(), Vec::new());
        let files = ExtensionFiles::in_memory("pad@1.0.0", all);
        assert_eq!(entry(&files, "add", LoadedBy::Require).as_deref(), Ok("dist/add.js"));
    }

    #[test]
    fn exports_say_which_file_it_is() {
        check(r#"{"main": "main.js", "exports": "./pad.js"}"#, "main.js pad.js", "", "pad.js");
        check(r#"{"exports": {".": "./pad.js"}}"#, "pad.js", "", "pad.js");
        check(r#"{"exports": {"./lib": "./lib/x.js"}}"#, "lib/x.js", "lib", "lib/x.js");
        check(r#"{"exports": null, "main": "pad.js"}"#, "pad.js", "", "pad.js");
        check(r#"{"exports": ["./pad.js"]}"#, "pad.js", "", "pad.js");
        check(
            r#"{"exports": "./pad"}"#,
            "pad.js",
            "",
            "`pad@1.0.0/package.json` says that `.` is `./pad`, and there is no such file",
        );
        check(r#"{"exports": "./pad.js"}"#, "pad.js", "pad.js", "`pad@1.0.0/package.json` does not export `./pad.js`");
        check(r#"{"exports": {"./lib": "./lib.js"}}"#, "lib.js", "", "`pad@1.0.0/package.json` does not export `.`");
        check(r#"{"exports": {}}"#, "index.js", "", "`pad@1.0.0/package.json` has `.`, but not for `require`");
    }

    #[test]
    fn the_first_condition_that_holds_counts() {
        let json = r#"{"exports": {"types": "./x.d.ts", "node": "./node.js", "import": "./x.mjs", "require": "./x.cjs", "default": "./x.js"}}"#;
        let files = "node.js x.mjs x.cjs x.js";
        check(json, files, "", "x.cjs");
        check_import(json, files, "", "x.mjs");
        check(r#"{"exports": {"default": "./x.js", "require": "./x.cjs"}}"#, files, "", "x.js");
        check(r#"{"exports": {"node": "./node.js", "browser": "./x.js", "default": "./x.cjs"}}"#, files, "", "x.js");
        let nested =
            r#"{"exports": {".": {"require": {"node": "./node.js", "default": "./x.cjs"}, "default": "./x.js"}}}"#;
        check(nested, files, "", "x.cjs");
        check_import(nested, files, "", "x.js");
        check(r#"{"exports": {".": {"require": {"node": "./node.js"}, "default": "./x.js"}}}"#, files, "", "x.js");
        check(r#"{"exports": [{"node": "./node.js"}, "./x.js"]}"#, files, "", "x.js");
        let only_import = r#"{"exports": {"import": "./x.mjs"}}"#;
        check(only_import, files, "", "`pad@1.0.0/package.json` has `.`, but not for `require`");
        let error = entry(&package(only_import, files), "", LoadedBy::Require).expect_err("it is for `import`");
        assert_eq!(error.hint(), "load it with `import`");
    }

    #[test]
    fn patterns_stand_for_many_paths() {
        let json = r#"{"exports": {"./*": "./lib/*.js", "./deep/*": "./deep/*", "./deep/secret/*": null, "./*.css": "./css/*.js"}}"#;
        let files = "lib/rain.js deep/a/b.js css/x.js deep/secret/x.js lib/a/b.js";
        check(json, files, "rain", "lib/rain.js");
        check(json, files, "a/b", "lib/a/b.js");
        check(json, files, "deep/a/b.js", "deep/a/b.js");
        check(json, files, "x.css", "css/x.js");
        check(json, files, "deep/secret/x.js", "`pad@1.0.0/package.json` does not export `./deep/secret/x.js`");
        check(json, files, "*", "`pad@1.0.0/package.json` says that `./*` is `./lib/*.js`, and there is no such file");
    }

    #[test]
    fn what_leads_out_of_the_package_is_refused() {
        let none = |path: &str, target: &str| {
            format!("`pad@1.0.0/package.json` says that `{path}` is `{target}`, and that is none of its files")
        };
        check(r#"{"exports": "../x.js"}"#, "x.js", "", &none(".", "../x.js"));
        check(r#"{"exports": "./../x.js"}"#, "x.js", "", &none(".", "./../x.js"));
        check(r#"{"exports": "/x.js"}"#, "x.js", "", &none(".", "/x.js"));
        check(r#"{"exports": "x.js"}"#, "x.js", "", &none(".", "x.js"));
        check(r#"{"exports": "./node_modules/a/x.js"}"#, "x.js", "", &none(".", "./node_modules/a/x.js"));
        check(r#"{"exports": {"./*": "./lib/*.js"}}"#, "x.js", "../x", &none("./../x", "./lib/../x.js"));
    }

    #[test]
    fn names_of_its_own_begin_with_a_number_sign() {
        let json = r##"{"imports": {"#a": "./a.js", "#b": {"node": "./node.js", "default": "times"}, "#lib/*": "./lib/*.js"}}"##;
        let files = package(json, "a.js lib/rain.js");
        let check = |name: &str| imported(&files, name, LoadedBy::Import).map_err(|error| error.to_string());
        assert_eq!(check("#a"), Ok(Imported::File("a.js".into())));
        assert_eq!(check("#b"), Ok(Imported::Package("times".into())));
        assert_eq!(check("#lib/rain"), Ok(Imported::File("lib/rain.js".into())));
        assert_eq!(check("#c"), Err("`pad@1.0.0/package.json` has no `#c` among its `imports`".into()));
    }

    #[test]
    fn what_is_no_javascript_says_so() {
        check(r#"{"main": "build/pad.node"}"#, "build/pad.node", "", "`pad@1.0.0/build/pad.node` is no JavaScript");
        check(r#"{"main": "bin/pad"}"#, "bin/pad", "", "bin/pad");
    }

    #[test]
    fn a_package_json_that_is_wrong_says_where() {
        check("{\n  rain", "index.js", "", "pad@1.0.0/package.json:2:3: key must be a string");
    }
}
