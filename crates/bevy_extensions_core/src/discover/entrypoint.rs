//! Which file of an extension runs first.

use super::problem::JAVA_HINT;
use crate::{
    candidate::Unrunnable,
    files::{ExtensionFiles, FileError},
    manifest::Manifest,
    suggest,
};

/// The files that run first if the manifest names none.
pub(super) const USUAL: [&str; 2] = ["main.js", "index.js"];

/// Returns the entry point, and why it cannot run if it cannot. `of_npm` allows what Node allows in `main`.
pub(super) fn entrypoint(manifest: &Manifest, files: &ExtensionFiles, of_npm: bool) -> (String, Option<Unrunnable>) {
    let written = manifest.entrypoint.as_str();
    if written.is_empty() {
        return match USUAL.iter().find_map(|usual| files.find(usual).ok()) {
            Some(usual) => (usual, None),
            None => (USUAL[0].into(), Some(nothing_to_run(files))),
        };
    }
    let of_node = [".js", "/index.js"].iter().filter(|_| of_npm).map(|end| format!("{written}{end}"));
    match files.find(written) {
        Ok(path) if is_jar(&path) => (path, Some(java(written, "it is in Java"))),
        Ok(path) => (path, None),
        Err(error) => match of_node.map(|path| files.find(&path)).find_map(Result::ok) {
            Some(path) => (path, None),
            None => (written.into(), Some(unusable(written, error, files))),
        },
    }
}

fn nothing_to_run(files: &ExtensionFiles) -> Unrunnable {
    match files.top().iter().find(|name| is_jar(name)) {
        Some(jar) => java(jar, "it is in Java"),
        None => Unrunnable::new(
            "it",
            "it has no `main.js` or `index.js`, and its manifest names no `entrypoint`",
            "add a `main.js`, or name the script that runs first as `entrypoint` in the manifest",
        ),
    }
}

fn unusable(written: &str, error: FileError, files: &ExtensionFiles) -> Unrunnable {
    let what = format!("its entry point `{written}`");
    match error {
        FileError::Missing { .. } if is_jar(written) => java(written, "it is in Java"),
        FileError::Missing { .. } if is_java_class(written) => java(written, "it is a Java class"),
        FileError::Missing { .. } => {
            let top: Vec<_> = files.top().into_iter().filter(|name| !name.ends_with('/')).collect();
            let hint = match suggest::nearest(written, &top) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("add `{written}`, or name another `entrypoint` in the manifest"),
            };
            Unrunnable::new(what, "there is no such file", hint)
        }
        FileError::Refused { why, .. } => Unrunnable::new(what, why, error.hint()),
        FileError::Unreadable { ref why, .. } => Unrunnable::new(what, why.clone(), error.hint()),
        other => Unrunnable::new(what, other.to_string(), other.hint()),
    }
}

fn java(written: &str, why: &str) -> Unrunnable {
    let why = format!("{why}, and Java extensions run in a Java server only");
    Unrunnable::new(format!("its entry point `{written}`"), why, JAVA_HINT)
}

pub(super) fn is_jar(name: &str) -> bool {
    has_ending(name, &["jar"])
}

/// Tells whether a file has one of some endings, in whatever case.
pub(super) fn has_ending(name: &str, endings: &[&str]) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end);
    end.is_some_and(|end| endings.iter().any(|ending| end.eq_ignore_ascii_case(ending)))
}

/// Tells whether it looks like `com.example.Main`.
fn is_java_class(name: &str) -> bool {
    let is_word = |part: &str| {
        let mut chars = part.chars();
        chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
    };
    let last = name.rsplit_once('.').map(|(_, last)| last);
    name.split('.').all(is_word) && last.is_some_and(|last| last.starts_with(char::is_uppercase))
}
