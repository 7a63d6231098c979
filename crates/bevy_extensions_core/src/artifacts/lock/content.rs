//! What tells one content of an extension from every other.

use crate::{
    artifacts::{Hash, HashKind, Hasher},
    files::{ExtensionFiles, FileError},
};

/// Makes the hash of all files of an extension that are [listed](ExtensionFiles::list): their paths and their bytes.
///
/// It is the same on every system, whatever order the disk has them in, and the same for a folder as for an archive of that
/// folder; a single script counts as a folder in which it lies alone. What has a name that begins with a dot does not count,
/// nor what lies in `node_modules`. Line ends do count: where version control turns them, hashes differ.
///
/// ```
/// use bevy_extensions_core::{ExtensionFiles, artifacts::content_hash};
///
/// let hidden: &[(_, &[u8])] = &[("main.js", b"rain()"), (".gitignore", b"*.tmp")];
/// let one = content_hash(&ExtensionFiles::embedded("one", hidden))?;
/// assert_eq!(content_hash(&ExtensionFiles::embedded("other", &[("main.js", b"rain()")]))?, one);
/// # Ok::<(), bevy_extensions_core::FileError>(())
/// ```
///
/// # Errors
///
/// [`FileError`] if one of them cannot be read.
pub fn content_hash(files: &ExtensionFiles) -> Result<Hash, FileError> {
    let mut all = Hasher::new(HashKind::Sha256);
    for path in files.list_every() {
        let mut file = Hasher::new(HashKind::Sha256);
        files.read_parts(&path, &mut |part| file.update(part))?;
        // With their lengths, no two lists of files become the same bytes.
        all.update(&(path.len() as u64).to_le_bytes());
        all.update(path.as_bytes());
        all.update(file.finish().as_bytes());
    }
    Ok(all.finish())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::Path};

    use super::*;

    fn hash(files: &ExtensionFiles) -> String {
        content_hash(files).expect("its files can be read").to_hex()
    }

    fn in_memory(files: &[(&str, &str)]) -> String {
        let files = files.iter().map(|(path, text)| (path.to_string(), text.as_bytes().to_vec()));
        hash(&ExtensionFiles::in_memory("", files.collect::<BTreeMap<_, _>>()))
    }

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder can be written");
        fs::write(path, text).expect("the folder can be written");
    }

    #[test]
    fn a_folder_and_what_is_in_memory_have_one_hash() {
        let folder = tempfile::tempdir().expect("there is a folder for tests");
        for (path, text) in
            [("main.js", "rain()"), ("lib/sun.js", ""), (".git/HEAD", "x"), ("node_modules/a/b.js", "x")]
        {
            write(folder.path(), path, text);
        }
        assert_eq!(
            hash(&ExtensionFiles::folder(folder.path())),
            in_memory(&[("lib/sun.js", ""), ("main.js", "rain()")])
        );
    }

    #[cfg(feature = "archive")]
    #[test]
    fn an_archive_has_the_hash_of_its_folder() {
        use std::io::{Cursor, Write};
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, text) in [("rain/main.js", "rain()"), ("rain/lib/sun.js", ""), ("rain/.hidden", "x")] {
            zip.start_file(path, zip::write::SimpleFileOptions::default()).expect("memory can be written");
            zip.write_all(text.as_bytes()).expect("memory can be written");
        }
        let bytes = zip.finish().expect("memory can be written").into_inner();
        let files = ExtensionFiles::archive("rain.zip", &bytes).expect("it is an archive");
        assert_eq!(hash(&files), in_memory(&[("lib/sun.js", ""), ("main.js", "rain()")]));
    }

    #[test]
    fn a_script_counts_as_a_folder_in_which_it_lies_alone() {
        let folder = tempfile::tempdir().expect("there is a folder for tests");
        write(folder.path(), "rain.js", "rain()");
        write(folder.path(), "other.js", "");
        assert_eq!(hash(&ExtensionFiles::script(&folder.path().join("rain.js"))), in_memory(&[("rain.js", "rain()")]));
    }

    #[test]
    fn layers_have_the_hash_of_what_is_seen() {
        let layers = ExtensionFiles::embedded("", &[("a", b"new")])
            .over(ExtensionFiles::embedded("", &[("a", b"old"), ("b", b"")]));
        assert_eq!(hash(&layers), in_memory(&[("a", "new"), ("b", "")]));
    }

    #[test]
    fn paths_and_bytes_both_count() {
        let all = [
            in_memory(&[]),
            in_memory(&[("a", "")]),
            in_memory(&[("b", "")]),
            in_memory(&[("a", "b")]),
            in_memory(&[("ab", "")]),
            in_memory(&[("a", ""), ("b", "")]),
            in_memory(&[("a", "b"), ("b", "a")]),
            in_memory(&[("a", "a"), ("b", "b")]),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn a_file_that_is_too_large_to_be_read_has_a_hash_still() {
        let folder = tempfile::tempdir().expect("there is a folder for tests");
        let large = fs::File::create(folder.path().join("sky.bin")).expect("the folder can be written");
        large.set_len(crate::LARGEST_FILE + 1).expect("the disk has room for a hole");
        let files = ExtensionFiles::folder(folder.path());
        assert!(files.read("sky.bin").is_err(), "it is too large");
        assert_eq!(hash(&files).len(), 64);
    }
}
