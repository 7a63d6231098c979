//! `files = ".."`: a folder whose files become part of the program.

use std::{
    env, fs,
    path::{Component, Path, PathBuf},
};

use bevy_extensions_core::{ExtensionFiles, FileError, LARGEST_FILE, MOST_ENTRIES};
use syn::LitStr;

use crate::errors::Errors;

/// The files of a folder, by their paths in it.
#[derive(Default)]
pub(super) struct Embedded {
    /// The folder, from the `Cargo.toml` on.
    pub(super) folder: String,
    pub(super) paths: Vec<String>,
}

impl Embedded {
    /// Finds the files of a folder that stands in an attribute.
    pub(super) fn find(folder: &LitStr, errors: &mut Errors) -> Self {
        let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root = root.ok_or_else(|| "`CARGO_MANIFEST_DIR` is not set, which Cargo does".into());
        let shown = folder.value();
        let paths = root.and_then(|root| find(&root, &shown)).unwrap_or_else(|error| {
            errors.push(folder, error);
            Vec::new()
        });
        Self { folder: shown, paths }
    }
}

/// Lists the files of a folder, by path; `root` is where the `Cargo.toml` lies.
fn find(root: &Path, shown: &str) -> Result<Vec<String>, String> {
    let mut parts = Path::new(shown).components().filter(|part| *part != Component::CurDir);
    if !matches!(parts.next(), Some(Component::Normal(_) | Component::ParentDir)) {
        return Err(format!("`{shown}` names no folder beside `Cargo.toml`; try `assets/greeter`"));
    }
    let folder = root.join(shown);
    match fs::canonicalize(&folder) {
        Ok(real) if real.is_dir() => {
            let mut walk = Walk { folder: &folder, shown, real: vec![real], paths: Vec::new() };
            walk.enter("")?;
            Ok(walk.paths)
        }
        Ok(_) => Err(format!("`{shown}` is a file; name the folder that it lies in")),
        Err(_) => Err(format!("there is no folder `{shown}` beside `Cargo.toml`")),
    }
}

struct Walk<'a> {
    folder: &'a Path,
    shown: &'a str,
    /// The folder, and those in it that lead to where we are, without any links.
    real: Vec<PathBuf>,
    paths: Vec<String>,
}

impl Walk<'_> {
    /// Lists a folder; `at` is the path that leads to it, with a `/` at its end unless it is the top.
    fn enter(&mut self, at: &str) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("`{}/{at}` cannot be read: {error}", self.shown);
        let mut names = Vec::new();
        for entry in fs::read_dir(self.folder.join(at)).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().into_string();
            names.push(name.map_err(|name| format!("`{}/{at}{}` is no UTF-8", self.shown, name.display()))?);
        }
        // The order of a disk is no order.
        names.sort();
        names.into_iter().filter(|name| !name.starts_with('.')).try_for_each(|name| self.take(format!("{at}{name}")))
    }

    fn take(&mut self, path: String) -> Result<(), String> {
        let shown = format!("{}/{path}", self.shown);
        let real =
            fs::canonicalize(self.folder.join(&path)).map_err(|error| format!("`{shown}` cannot be read: {error}"))?;
        if !real.starts_with(&self.real[0]) {
            return Err(format!("`{shown}` is a link that leads out of `{}`", self.shown));
        }
        if real.is_dir() {
            if self.real.contains(&real) {
                return Err(format!("`{shown}` is a link to a folder that it lies in"));
            }
            self.real.push(real);
            self.enter(&format!("{path}/"))?;
            self.real.pop();
            return Ok(());
        }
        if fs::metadata(&real).is_ok_and(|file| file.len() > LARGEST_FILE) {
            return Err(format!("`{shown}` is larger than {} MiB", LARGEST_FILE >> 20));
        }
        // Nobody could ask for it.
        if let Err(error @ FileError::Refused { .. }) = ExtensionFiles::embedded("", &[]).find(&path) {
            return Err(error.to_string());
        }
        if self.paths.len() == MOST_ENTRIES {
            return Err(format!("`{}` has more than {MOST_ENTRIES} files", self.shown));
        }
        self.paths.push(path);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// A folder with files in it.
    fn root(files: &[&str]) -> TempDir {
        let root = tempfile::tempdir().expect("there is a disk");
        for file in files {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().expect("it is in a folder")).expect("it can be made");
            fs::write(file, "").expect("it can be written");
        }
        root
    }

    #[track_caller]
    fn check(root: &TempDir, folder: &str, expected: Result<&[&str], &str>) {
        let found = find(root.path(), folder);
        let found = found.as_ref().map(|paths| paths.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(found.as_deref().map_err(|error| error.as_str()), expected);
    }

    #[test]
    fn the_files_of_a_folder_are_listed_by_name() {
        let root = root(&["files/b.txt", "files/a/z", "files/a.txt", "files/.git/x", "files/.hidden", "Cargo.toml"]);
        check(&root, "files", Ok(&["a/z", "a.txt", "b.txt"]));
        check(&root, "./files/../files", Ok(&["a/z", "a.txt", "b.txt"]));
    }

    #[test]
    fn what_is_no_folder_is_an_error() {
        let root = root(&["Cargo.toml"]);
        check(&root, "files", Err("there is no folder `files` beside `Cargo.toml`"));
        check(&root, "Cargo.toml", Err("`Cargo.toml` is a file; name the folder that it lies in"));
        check(&root, "", Err("`` names no folder beside `Cargo.toml`; try `assets/greeter`"));
        check(&root, ".", Err("`.` names no folder beside `Cargo.toml`; try `assets/greeter`"));
        check(&root, "/etc", Err("`/etc` names no folder beside `Cargo.toml`; try `assets/greeter`"));
    }

    #[cfg(unix)]
    #[test]
    fn links_may_lead_to_files_of_the_folder_only() {
        use std::os::unix::fs::symlink;

        let root = root(&["files/a/b.txt", "secret.txt", "more/c.txt"]);
        let link = root.path().join("files/link");
        for (to, expected) in [
            ("a/b.txt", Ok(&["a/b.txt", "link"][..])),
            ("a", Ok(&["a/b.txt", "link/b.txt"])),
            ("../secret.txt", Err("`files/link` is a link that leads out of `files`")),
            ("../more", Err("`files/link` is a link that leads out of `files`")),
            (".", Err("`files/link` is a link to a folder that it lies in")),
            ("nowhere", Err("`files/link` cannot be read: No such file or directory (os error 2)")),
        ] {
            symlink(to, &link).expect("it can be linked");
            check(&root, "files", expected);
            fs::remove_file(&link).expect("it is there");
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_an_error() {
        let root = root(&["files/huge.bin"]);
        let file = fs::File::options().write(true).open(root.path().join("files/huge.bin")).expect("it is there");
        file.set_len(LARGEST_FILE + 1).expect("it can grow");
        check(&root, "files", Err("`files/huge.bin` is larger than 16 MiB"));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_no_path_has_is_an_error() {
        let root = root(&["files/a\\b"]);
        let expected = "`a\\b` is no file of the extension: it has a `\\`, and only `/` stands between folders";
        check(&root, "files", Err(expected));
    }
}
