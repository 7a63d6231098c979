//! From a tarball to files in memory.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use flate2::bufread::GzDecoder;
use tar::{Archive, Entry, EntryType};

use crate::files::{
    ArchiveError, EntryFault, ExtensionFiles, LARGEST_ARCHIVE, LARGEST_FILE, LARGEST_RATIO, RATIO_COUNTS_FROM,
    entry_path,
};

/// Reads the files of a package out of its tarball, a `.tgz`; `shown` is what messages call the package.
///
/// The first part of every path is taken away, which is `package/` as a rule. Nothing is written anywhere, so paths that
/// differ in case only are two files on every system.
///
/// Links, devices and paths that lead out of the package are refused, and so is what goes beyond the bounds of
/// [`ArchiveError`], but for the number of entries.
///
/// # Errors
///
/// [`TarballError`] if it is refused or damaged.
pub fn unpack(shown: &str, tarball: &[u8]) -> Result<ExtensionFiles, TarballError> {
    let tar = inflate(tarball, LARGEST_ARCHIVE)?;
    Ok(ExtensionFiles::in_memory(shown, read(&tar)?))
}

/// How many entries a tarball may have: 16384. Packages have more files than extensions: `date-fns` has 5136.
pub const MOST_PACKAGE_ENTRIES: usize = 16_384;

/// A tarball that is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TarballError {
    /// It is refused or damaged, as another archive would be.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It has more than [`MOST_PACKAGE_ENTRIES`].
    #[error("it has more than {MOST_PACKAGE_ENTRIES} entries")]
    TooManyEntries,
}

impl TarballError {
    /// Tells one thing to try.
    pub fn hint(&self) -> String {
        "ask for another version of the package, or put its files beside the script".into()
    }
}

/// Inflates a `.gz` that may have so many bytes, be it packed or not.
fn inflate(mut packed: &[u8], largest: u64) -> Result<Vec<u8>, ArchiveError> {
    let length = packed.len() as u64;
    let by_ratio = RATIO_COUNTS_FROM.max(length.saturating_mul(LARGEST_RATIO));
    let most = largest.min(by_ratio);
    if length > largest {
        return Err(ArchiveError::TooLarge);
    }
    let mut tar = Vec::new();
    // Some write several parts one after another, which count as one.
    while tar.is_empty() || packed.starts_with(&[0x1f, 0x8b]) {
        let mut part = GzDecoder::new(packed);
        let left = most - tar.len() as u64;
        let length = part.by_ref().take(left + 1).read_to_end(&mut tar).map_err(|error| damaged(&error))? as u64;
        if length > left {
            return Err(if most == by_ratio { ArchiveError::Ratio } else { ArchiveError::TooLarge });
        }
        packed = part.into_inner();
    }
    check_end(packed)?;
    Ok(tar)
}

/// Reads all files of a tarball that is inflated.
fn read(tar: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, TarballError> {
    let mut archive = Archive::new(tar);
    let mut files = BTreeMap::new();
    for (number, entry) in archive.entries().map_err(|error| damaged(&error))?.enumerate() {
        if number == MOST_PACKAGE_ENTRIES {
            return Err(TarballError::TooManyEntries);
        }
        let mut entry = entry.map_err(|error| damaged(&error))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let refused = |why| ArchiveError::Refused { entry: name.clone(), why };
        let Some(path) = check(&mut entry, &name).map_err(refused)? else { continue };
        let bytes = content(&mut entry).map_err(refused)?;
        if files.get(&path).is_some_and(|before| *before != bytes) {
            return Err(refused(EntryFault::Twice).into());
        }
        files.insert(path, bytes);
    }
    check_end(archive.into_inner())?;
    Ok(files)
}

/// Looks at what can be said of an entry before it is read, and returns the path of its file; there is none of a folder.
fn check(entry: &mut Entry<'_, impl Read>, name: &str) -> Result<Option<String>, EntryFault> {
    check_pax(entry)?;
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous | EntryType::Directory => {}
        EntryType::XGlobalHeader => return Ok(None),
        EntryType::Link | EntryType::Symlink => return Err(EntryFault::Link),
        EntryType::GNUSparse => return Err(EntryFault::Sparse),
        _ => return Err(EntryFault::Special),
    }
    if std::str::from_utf8(&entry.path_bytes()).is_err() {
        return Err(EntryFault::Name("its name is not UTF-8"));
    }
    let path = entry_path(name)?;
    // Old ones have no other sign of a folder.
    let is_folder = entry.header().entry_type().is_dir() || name.ends_with('/');
    Ok(path.split_once('/').filter(|_| !is_folder).map(|(_, path)| path.to_string()))
}

/// Looks at what is said of an entry before its header. Two readers may understand odd ones in two ways.
fn check_pax(entry: &mut Entry<'_, impl Read>) -> Result<(), EntryFault> {
    let is_global = entry.header().entry_type().is_pax_global_extensions();
    let damaged = |why: &str| Err(EntryFault::Damaged(why.into()));
    let Some(records) = entry.pax_extensions().map_err(|error| EntryFault::Damaged(error.to_string()))? else {
        return Ok(());
    };
    let mut paths = 0;
    for record in records {
        let record = record.map_err(|error| EntryFault::Damaged(error.to_string()))?;
        match record.key_bytes() {
            b"path" | b"size" | b"linkpath" if is_global => return damaged("it says of all entries what is of one"),
            b"path" => paths += 1,
            key if key.starts_with(b"GNU.sparse.") => return Err(EntryFault::Sparse),
            _ => {}
        }
    }
    if paths > 1 { damaged("it has two names") } else { Ok(()) }
}

fn content(entry: &mut Entry<'_, impl Read>) -> Result<Vec<u8>, EntryFault> {
    let size = entry.size();
    if size > LARGEST_FILE {
        return Err(EntryFault::TooLarge);
    }
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).map_err(|error| EntryFault::Damaged(error.to_string()))?;
    if bytes.len() as u64 == size { Ok(bytes) } else { Err(EntryFault::Damaged(TOO_EARLY.into())) }
}

/// Nothing but zeros may stand after the end: another reader may find more there.
fn check_end(rest: &[u8]) -> Result<(), ArchiveError> {
    match rest.iter().all(|byte| *byte == 0) {
        true => Ok(()),
        false => Err(ArchiveError::Damaged { why: "something stands after its end".into() }),
    }
}

const TOO_EARLY: &str = "it ends too early";

fn damaged(error: &io::Error) -> ArchiveError {
    let why = match error.kind() {
        io::ErrorKind::UnexpectedEof => TOO_EARLY.into(),
        // It may go on with all the bytes of a header.
        _ => error.to_string().split(char::is_control).next().unwrap_or_default().trim_end_matches([':', ' ']).into(),
    };
    ArchiveError::Damaged { why }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;
    use tar::{Builder, Header};

    use super::*;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("memory can be written");
        encoder.finish().expect("memory can be written")
    }

    /// An entry whatever its name; its header is right otherwise.
    fn header(kind: EntryType, name: &[u8], size: u64) -> Header {
        let mut header = Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        header
    }

    fn entry(kind: EntryType, name: &str, content: &[u8]) -> Vec<u8> {
        let mut bytes = header(kind, name.as_bytes(), content.len() as u64).as_bytes().to_vec();
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }

    fn file(name: &str, content: &str) -> Vec<u8> {
        entry(EntryType::Regular, name, content.as_bytes())
    }

    fn pax(kind: EntryType, records: &[(&str, &str)]) -> Vec<u8> {
        let record = |(key, value): &(&str, &str)| {
            let rest = format!(" {key}={value}\n");
            let length = (rest.len()..).find(|length| length.to_string().len() + rest.len() == *length);
            format!("{}{rest}", length.expect("some length fits"))
        };
        entry(kind, "pax", records.iter().map(record).collect::<String>().as_bytes())
    }

    fn end() -> Vec<u8> {
        vec![0; 1024]
    }

    fn read_all(entries: &[Vec<u8>]) -> Result<Vec<(String, String)>, TarballError> {
        let files = unpack("pad@1.0.0", &gz(&entries.concat()))?;
        let text = |path: String| (files.read_text(&path).expect("it is a text"), path);
        Ok(files.list("").into_iter().map(text).map(|(text, path)| (path, text)).collect())
    }

    #[track_caller]
    fn check(entries: &[Vec<u8>], expected: &[(&str, &str)]) {
        let files = read_all(entries).expect("it is well formed");
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        assert_eq!(files, expected);
    }

    #[track_caller]
    fn check_refused(entries: &[Vec<u8>], expected: &str) {
        assert_eq!(read_all(entries).expect_err("it is refused").to_string(), expected);
    }

    #[test]
    fn the_first_part_of_a_path_is_taken_away() {
        check(
            &[file("package/package.json", "{}"), file("package/lib/rain.js", "rain()"), end()],
            &[("lib/rain.js", "rain()"), ("package.json", "{}")],
        );
        check(&[file("pad-1.0.0/./index.js", "a"), file("top.txt", "b"), end()], &[("index.js", "a")]);
        check(&[entry(EntryType::Directory, "package/lib/", b""), file("package/old/", ""), end()], &[]);
        check(&[file("package/a", "1")], &[("a", "1")]);
    }

    #[test]
    fn what_a_usual_writer_makes_is_read() {
        let long = format!("package/{}/index.js", "deep/".repeat(30).trim_end_matches('/'));
        let mut builder = Builder::new(Vec::new());
        for path in ["package/package.json", long.as_str()] {
            let mut header = Header::new_gnu();
            header.set_size(2);
            builder.append_data(&mut header, path, &b"{}"[..]).expect("memory can be written");
        }
        let tar = builder.into_inner().expect("memory can be written");
        check(&[tar], &[(&long["package/".len()..], "{}"), ("package.json", "{}")]);
    }

    #[test]
    fn pax_and_gnu_give_longer_names() {
        let name = "package/".to_string() + &"é".repeat(100);
        check(&[pax(EntryType::XHeader, &[("path", &name)]), file("package/short", "1"), end()], &[(&name[8..], "1")]);
        check(
            &[entry(EntryType::GNULongName, "././@LongLink", name.as_bytes()), file("x", "1"), end()],
            &[(&name[8..], "1")],
        );
        check(&[pax(EntryType::XGlobalHeader, &[("comment", "abc")]), file("package/a", "1"), end()], &[("a", "1")]);
        check(&[pax(EntryType::XHeader, &[("size", "3")]), file("package/a", "123"), end()], &[("a", "123")]);
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        check_refused(
            &[file("package/../../x", ""), end()],
            "its entry `package/../../x` is no file of the extension: `..` may lead out of its folder",
        );
        check_refused(
            &[file("/etc/passwd", ""), end()],
            "its entry `/etc/passwd` is no file of the extension: it is absolute",
        );
        check_refused(
            &[file("C:/x", ""), end()],
            "its entry `C:/x` is no file of the extension: it begins with a drive",
        );
        check_refused(
            &[file("package\\..\\x", ""), end()],
            "its entry `package\\..\\x` is no file of the extension: it has a `\\`, and only `/` stands between folders",
        );
        check_refused(
            &[entry(EntryType::Directory, "package/../..", b""), end()],
            "its entry `package/../..` is no file of the extension: `..` may lead out of its folder",
        );
        check_refused(
            &[pax(EntryType::XHeader, &[("path", "package/../x")]), file("package/a", ""), end()],
            "its entry `package/../x` is no file of the extension: `..` may lead out of its folder",
        );
        check_refused(
            &[file(&format!("package/{}", "a/".repeat(32)), ""), end()],
            &format!("its entry `package/{}` lies more than 32 folders deep", "a/".repeat(32)),
        );
        let name = header(EntryType::Regular, b"package/\xff", 0).as_bytes().to_vec();
        check_refused(&[name], "its entry `package/\u{fffd}` is no file of the extension: its name is not UTF-8");
    }

    #[test]
    fn what_is_neither_a_file_nor_a_folder_is_refused() {
        check_refused(&[entry(EntryType::Symlink, "package/a", b""), end()], "its entry `package/a` is a link");
        check_refused(&[entry(EntryType::Link, "package/a", b""), end()], "its entry `package/a` is a link");
        for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo, EntryType::new(b'Z')] {
            check_refused(
                &[entry(kind, "package/a", b""), end()],
                "its entry `package/a` is neither a file nor a folder",
            );
        }
    }

    #[test]
    fn files_with_holes_are_refused() {
        let mut header = header(EntryType::GNUSparse, b"package/a", 0);
        header.as_gnu_mut().expect("it is one of GNU").set_real_size(0);
        header.set_cksum();
        check_refused(&[header.as_bytes().to_vec(), end()], "its entry `package/a` is a file with holes");
        check_refused(
            &[pax(EntryType::XHeader, &[("GNU.sparse.major", "1")]), file("package/a", ""), end()],
            "its entry `package/a` is a file with holes",
        );
    }

    #[test]
    fn a_name_that_is_there_twice_has_to_mean_one_content() {
        check(&[file("package/a", "1"), file("package/a", "1"), end()], &[("a", "1")]);
        check_refused(&[file("package/a", "1"), file("other/a", "2"), end()], "its entry `other/a` is there twice");
        check(&[file("package/a", "1"), file("package/A", "2"), end()], &[("A", "2"), ("a", "1")]);
    }

    #[test]
    fn what_two_readers_may_understand_in_two_ways_is_refused() {
        check_refused(
            &[pax(EntryType::XHeader, &[("path", "package/a"), ("path", "package/b")]), file("package/c", ""), end()],
            "its entry `package/a` cannot be read: it has two names",
        );
        check_refused(
            &[pax(EntryType::XGlobalHeader, &[("path", "package/a")]), file("package/c", ""), end()],
            "its entry `pax` cannot be read: it says of all entries what is of one",
        );
        check_refused(
            &[entry(EntryType::XHeader, "pax", b"99 path=a\n"), file("package/c", ""), end()],
            "its entry `package/c` cannot be read: malformed pax extension",
        );
        check_refused(
            &[file("package/a", ""), end(), file("package/b", ""), end()],
            "it is no good archive: something stands after its end",
        );
    }

    #[test]
    fn what_is_damaged_says_how() {
        #[track_caller]
        fn check(tarball: &[u8], expected: &str) {
            assert_eq!(unpack("pad@1.0.0", tarball).expect_err("it is damaged").to_string(), expected);
        }
        let good = gz(&[file("package/a", "rain"), end()].concat());
        check(b"", "it is no good archive: it ends too early");
        check(b"<html>not found</html>", "it is no good archive: invalid gzip header");
        check(&good[..good.len() - 9], "it is no good archive: it ends too early");
        check(&good[..good.len() - 1], "it is no good archive: it ends too early");
        check(&[&good[..], b"rain"].concat(), "it is no good archive: something stands after its end");
        let mut wrong = good.clone();
        let checksum = wrong.len() - 8;
        wrong[checksum] ^= 1;
        check(&wrong, "it is no good archive: corrupt gzip stream does not have a matching checksum");
        check(&gz(b"rain"), "it is no good archive: failed to read entire block");
        check(&gz(&[1; 512]), "it is no good archive: numeric field was not a number");
        let mut header = header(EntryType::Regular, b"package/a", 600).as_bytes().to_vec();
        header[0] = b'q';
        check(&gz(&header), "it is no good archive: archive header checksum mismatch");
        header[0] = b'p';
        check(&gz(&[&header[..], &[b'a'; 512]].concat()), "its entry `package/a` cannot be read: it ends too early");
        check(
            &gz(&pax(EntryType::XHeader, &[("path", "package/a")])),
            "it is no good archive: members found describing a future member but no future member found",
        );
    }

    #[test]
    fn zeros_and_further_parts_after_the_end_are_usual() {
        let good = gz(&[file("package/a", "rain"), end()].concat());
        assert!(unpack("pad@1.0.0", &[&good[..], &[0; 100]].concat()).is_ok());
        let (one, other) = (gz(&file("package/a", "rain")), gz(&[file("package/b", "sun"), end()].concat()));
        assert_eq!(unpack("pad@1.0.0", &[one, other].concat()).expect("it is read").list(""), ["a", "b"]);
    }

    #[test]
    fn bombs_do_not_go_off() {
        check_refused(
            &[header(EntryType::Regular, b"package/a", u64::MAX / 4).as_bytes().to_vec(), end()],
            "its entry `package/a` is larger than 16 MiB",
        );
        check_refused(
            &[pax(EntryType::XHeader, &[("size", "99999999999")]), file("package/a", ""), end()],
            "its entry `package/a` is larger than 16 MiB",
        );
        check_refused(
            &[entry(EntryType::Regular, "package/a", &vec![b'a'; 2 << 20])],
            "it is more than 200 times larger than it is packed",
        );
        let entries: Vec<_> = (0..=MOST_PACKAGE_ENTRIES).map(|number| file(&format!("package/{number}"), "")).collect();
        check_refused(&entries, "it has more than 16384 entries");
        let large = vec![0; LARGEST_ARCHIVE as usize + 1];
        assert_eq!(unpack("", &large).expect_err("it is too large").to_string(), "it holds more than 64 MiB");
    }

    #[test]
    fn all_parts_together_are_bounded() {
        let (part, other) = (gz(&noise(60_000)), gz(&noise(50_000)));
        let both = [part, other].concat();
        assert_eq!(inflate(&both, 200_000).expect("it is small").len(), 110_000);
        assert_eq!(inflate(&both, 100_000), Err(ArchiveError::TooLarge), "it is too large as it is packed");
        let packed = [gz(&noise(60_000)), gz(&[0; 50_000])].concat();
        assert_eq!(inflate(&packed, 100_000), Err(ArchiveError::TooLarge), "it is too large as it is inflated");
    }

    proptest! {
        #[test]
        fn nothing_that_is_damaged_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            let long = "package/long".repeat(20);
            let mut tar = [
                pax(EntryType::XGlobalHeader, &[("comment", "abc")]),
                pax(EntryType::XHeader, &[("path", &long), ("size", "4")]),
                file("package/a", "rain"),
                entry(EntryType::GNULongName, "long", long.as_bytes()),
                file("package/b", "sun"),
                entry(EntryType::GNUSparse, "package/c", b"snow"),
                end(),
            ]
            .concat();
            for (index, byte) in changes {
                let at = index.index(tar.len());
                tar[at] = byte;
                // Otherwise most changes of a header stop at its sum.
                let block = at / 512 * 512;
                let mut header = Header::from_byte_slice(&tar[block..block + 512]).clone();
                header.set_cksum();
                tar[block..block + 512].copy_from_slice(header.as_bytes());
            }
            _ = read(&tar);
        }
    }

    /// Bytes that nothing packs well.
    fn noise(length: u64) -> Vec<u8> {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        (0..length).map(|_| next()).collect()
    }
}
