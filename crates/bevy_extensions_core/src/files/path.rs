//! Paths within an extension.

use super::FileError;

/// Brings a path into its shortest form: parts that name something, with `/` between them.
///
/// # Errors
///
/// [`FileError::Refused`] for whatever could lead elsewhere, on any system.
pub(super) fn clean(path: &str) -> Result<String, FileError> {
    let refused = |why| FileError::Refused { path: path.into(), why };
    if path.contains(|c: char| c.is_control()) {
        return Err(refused("it has a character that no path has"));
    }
    if path.contains('\\') {
        return Err(refused("it has a `\\`, and only `/` stands between folders"));
    }
    if path.starts_with('/') {
        return Err(refused("it is absolute"));
    }
    if matches!(path.as_bytes(), [drive, b':', ..] if drive.is_ascii_alphabetic()) {
        return Err(refused("it begins with a drive"));
    }
    let parts: Vec<_> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err(refused("`..` may lead out of its folder"));
    }
    if parts.is_empty() {
        return Err(refused("it names no file"));
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        match clean(path) {
            Ok(clean) => assert_eq!(clean, expected),
            Err(error) => assert_eq!(error.to_string(), format!("`{path}` is no file of the extension: {expected}")),
        }
    }

    #[test]
    fn a_path_is_brought_into_its_shortest_form() {
        check("main.js", "main.js");
        check("./lib//rain.js", "lib/rain.js");
        check("lib/./a b/é.js", "lib/a b/é.js");
        check("..lib/rain..js", "..lib/rain..js");
    }

    #[test]
    fn whatever_could_lead_elsewhere_is_refused() {
        check("../main.js", "`..` may lead out of its folder");
        check("lib/../main.js", "`..` may lead out of its folder");
        check("/etc/passwd", "it is absolute");
        check("//server/share", "it is absolute");
        check("C:/main.js", "it begins with a drive");
        check("c:main.js", "it begins with a drive");
        check("lib\\rain.js", "it has a `\\`, and only `/` stands between folders");
        check("", "it names no file");
        check("./", "it names no file");
        assert!(clean("main.js\0").is_err());
    }
}
