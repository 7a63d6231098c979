//! Which file a path means that is written in another file: one beside it, or one of a library.

use bevy_extensions_core::{
    ArtifactNameError, ExtensionName,
    artifacts::npm::{EntryError, Imported, LoadedBy, entry, file_at, imported},
    nearest,
};

use super::place::{Library, Place, names};
use crate::script::engine::ScriptSource;

/// Finds the file that `name` means in the file `base`, both by the names that the runtime knows them by.
///
/// # Errors
///
/// A text for the author of `base`, if there is none.
pub(super) fn find(source: &ScriptSource, base: &str, name: &str, by: LoadedBy) -> Result<String, String> {
    let from = Place::of(source, base);
    if matches!(name.split('/').next(), Some("." | "..")) {
        return beside(&from, name, by);
    }
    if let Some(Library::Package(_, package)) = from.library
        && name.starts_with('#')
    {
        return match imported(&package.files, name, by).map_err(|error| in_full(&error))? {
            Imported::File(file) => Ok(from.name_of(&file)),
            Imported::Package(name) => by_name(source, &from, &name, by),
        };
    }
    by_name(source, &from, name, by)
}

/// Finds the file that the name of a library means, and perhaps a path in it.
fn by_name(source: &ScriptSource, from: &Place<'_>, name: &str, by: LoadedBy) -> Result<String, String> {
    let (package, path) = package_of(name);
    match library(source, from, package)? {
        Some(library) => within(source, library, name, path, by),
        None => Err(missing(source, from, name, package)),
    }
}

/// Finds what a file gets that asks for a library by its name: the script's own files what is declared, and those of a
/// package what that needs.
fn library<'a>(source: &'a ScriptSource, from: &Place<'a>, name: &str) -> Result<Option<Library<'a>>, String> {
    match from.library {
        None => match source.artifacts.get(name) {
            Ok(held) => Ok(Library::of(held)),
            Err(ArtifactNameError::Unknown { .. }) => Ok(None),
            Err(error) => Err(format!("{error}; {}", error.hint())),
        },
        Some(Library::Package(packages, package)) => Ok(match package.dependencies.get(name) {
            Some(id) => Library::package(packages, id),
            None if package.name == name => from.library,
            None => None,
        }),
        Some(Library::File(..)) => Ok(None),
    }
}

/// Finds a file by a path that begins with `.`.
fn beside(from: &Place<'_>, name: &str, by: LoadedBy) -> Result<String, String> {
    let mut parts: Vec<&str> = from.path.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                let whole = from.library.map_or_else(|| "the extension".into(), |it| format!("`{}`", it.shown()));
                parts.pop().ok_or_else(|| format!("`{name}` cannot be loaded: it leads out of {whole}"))?;
            }
            // Separators and drives of some systems would lead out as well.
            part if part.contains(['\\', ':', '\0']) => return Err(format!("`{name}` is no path of a file")),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    // What ends so is a folder.
    let end = if name.ends_with('/') || name.ends_with("/.") || name.ends_with("..") || name == "." { "/" } else { "" };
    let found = match from.files() {
        Some(files) => file_at(files, &format!("{path}{end}"), by),
        None => (from.path == path).then(|| path.clone()).ok_or(EntryError::Missing { file: path.clone() }),
    };
    match found {
        Ok(file) => Ok(from.name_of(&file)),
        Err(EntryError::Missing { .. }) => Err(not_beside(from, &path)),
        Err(error) => Err(in_full(&error)),
    }
}

/// Says that there is no file of a path.
fn not_beside(from: &Place<'_>, path: &str) -> String {
    let own = from.path;
    match from.library {
        Some(library) => format!("there is no file `{path}` in `{}`, which its `{own}` loads", library.shown()),
        None if from.is_single() => format!(
            "there is no file `{path}` for `{own}`, which sees no other file: put both into a folder with a `main.js`"
        ),
        None => format!("there is no file `{path}`, which `{own}` loads"),
    }
}

/// Says what is wrong, and what to try.
fn in_full(error: &EntryError) -> String {
    format!("{error}; {}", error.hint())
}

/// Says why there is no library of a name.
fn missing(source: &ScriptSource, from: &Place<'_>, name: &str, package: &str) -> String {
    let of_node = is_of_node(name);
    if let Some(library) = from.library {
        let library = library.shown();
        return match of_node {
            true => format!("`{library}` needs `{name}`, a module of Node, and scripts have none of these"),
            false => format!("`{library}` needs `{name}`, which it does not declare"),
        };
    }
    if of_node {
        return format!("`{name}` is a module of Node, and scripts have none of these");
    }
    let complaint = format!("`{name}` is neither a path that begins with `./`, nor an artifact of this extension");
    if let Some(near) = nearest(package, &names(&source.artifacts)) {
        return format!("{complaint}; did you mean `{near}`?");
    }
    let declare = format!("add `{package}@*` to `artifacts`, below `external` in the manifest");
    match ExtensionName::new(name) {
        Ok(_) => format!(
            "{complaint}; other extensions are had with `extension.imports('{name}')`, and for a library, {declare}"
        ),
        Err(_) if is_package(package) => format!("{complaint}; {declare}"),
        Err(_) => complaint,
    }
}

/// Takes the name of a package from what is asked for, and the path in it: `@town/rain` and `drops` of
/// `@town/rain/drops`.
fn package_of(name: &str) -> (&str, &str) {
    let scope = if name.starts_with('@') { name.find('/').map_or(name.len(), |end| end + 1) } else { 0 };
    match name[scope..].find('/') {
        Some(end) => (&name[..scope + end], &name[scope + end + 1..]),
        None => (name, ""),
    }
}

/// Tells whether a text could be the name of a package.
fn is_package(name: &str) -> bool {
    name.starts_with(|c: char| c == '@' || c.is_ascii_alphanumeric()) && !name.contains([':', '\\', ' '])
}

/// Modules that a program has in Node only.
const OF_NODE: &str = "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel \
    dns domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline \
    repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib";

/// Tells whether a name means a module of Node.
fn is_of_node(name: &str) -> bool {
    let module = name.split('/').next().unwrap_or_default();
    name.starts_with("node:") || OF_NODE.split(' ').any(|of_node| of_node == module)
}

/// Finds the file of a library that is meant by its name and perhaps a path in it.
fn within(source: &ScriptSource, library: Library<'_>, name: &str, path: &str, by: LoadedBy) -> Result<String, String> {
    match library {
        Library::Package(_, package) => match entry(&package.files, path, by) {
            Ok(file) => Ok(library.name_of(&source.artifacts, &file)),
            Err(error) => Err(in_full(&error)),
        },
        Library::File(_, file) if !is_code(file.name()) => Err(format!(
            "`{name}` is no library, but the file `{}`, which is had with `extension.artifact('{name}')`",
            file.name()
        )),
        Library::File(_, file) if path.is_empty() => Ok(library.name_of(&source.artifacts, file.name())),
        Library::File(_, file) => Err(format!("`{name}` leads into `{}`, which is a single file", file.name())),
    }
}

/// Tells whether a single file can be loaded, by its name.
fn is_code(file: &str) -> bool {
    [".js", ".mjs", ".cjs", ".json"].iter().any(|ending| file.ends_with(ending))
}
