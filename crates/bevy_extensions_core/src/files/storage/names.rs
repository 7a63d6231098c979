//! Names that every system takes.

use crate::{
    files::{DEEPEST_ENTRY, FileError, path::clean},
    name::ExtensionName,
};

/// How the names of files begin that are being written.
pub(super) const TEMPORARY: &str = ".~";

/// What Windows takes for a device, whatever stands behind a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Returns the name of an extension's folder: its own in lower case, as names do not know case and some disks do not either.
pub(super) fn folder_of(name: &ExtensionName) -> String {
    let folder = name.as_str().to_ascii_lowercase();
    // No other extension has a `-` in its name.
    if is_device(&folder) { folder + "-" } else { folder }
}

/// Tells whether a name is that of a file that is being written.
pub(crate) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// Brings a path into its shortest form, as [`clean`] does, if a file of that path may be written on any system.
///
/// # Errors
///
/// [`FileError::Refused`] for whatever could lead elsewhere, or mean something else on some system.
pub(super) fn clean_name(path: &str) -> Result<String, FileError> {
    let clean = clean(path)?;
    let refused = |why| Err(FileError::Refused { path: path.into(), why });
    if clean.split('/').count() > DEEPEST_ENTRY {
        return refused("it lies too many folders deep");
    }
    match clean.split('/').find_map(fault) {
        Some(why) => refused(why),
        None => Ok(clean),
    }
}

/// Says what is wrong with a part of a path, if anything.
fn fault(name: &str) -> Option<&'static str> {
    if name.contains(['<', '>', ':', '"', '|', '?', '*']) {
        return Some("it has a character that Windows does not take");
    }
    if name.ends_with(['.', ' ']) {
        return Some("a name in it ends with a dot or a space, which Windows drops");
    }
    if is_device(&name.to_lowercase()) {
        return Some("a name in it means a device on Windows");
    }
    is_temporary(name).then_some("names that begin with `.~` are for files that are being written")
}

/// Tells whether a name in lower case is one of a device: `nul`, `com1.txt`.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    DEVICES.contains(&stem)
        || matches!(stem, "conin$" | "conout$")
        || port.is_some_and(|number| matches!(number, "¹" | "²" | "³") || matches!(number.as_bytes(), [b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        match clean_name(path) {
            Ok(clean) => assert_eq!(clean, expected),
            Err(error) => assert_eq!(error.to_string(), format!("`{path}` is no file of the extension: {expected}")),
        }
    }

    #[test]
    fn a_name_is_one_that_every_system_takes() {
        check("./days//monday.txt", "days/monday.txt");
        check(".hidden", ".hidden");
        check("console.txt", "console.txt");
        check("com10/x", "com10/x");
        check("days:b", "it has a character that Windows does not take");
        check("what?", "it has a character that Windows does not take");
        check("days./monday", "a name in it ends with a dot or a space, which Windows drops");
        check("monday ", "a name in it ends with a dot or a space, which Windows drops");
        check("days/NUL", "a name in it means a device on Windows");
        check("Com1.txt", "a name in it means a device on Windows");
        check("lpt² .a", "a name in it means a device on Windows");
        check(".~1", "names that begin with `.~` are for files that are being written");
        check(&"a/".repeat(32), &"a/".repeat(32)[..63]);
        check(&"a/".repeat(33), "it lies too many folders deep");
    }

    #[test]
    fn no_extension_has_a_device_as_its_folder() {
        let folder = |name| folder_of(&ExtensionName::new(name).expect("it is a name"));
        assert_eq!(folder("Weather"), "weather");
        assert_eq!(folder("Con"), "con-");
    }
}
