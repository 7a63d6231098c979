//! A file of a repository in Maven's layout.

use super::{
    Hash, HashKind, MavenArtifact,
    attempt::Fault,
    cache::{Cache, Incoming},
    error::{ExpectedBy, FetchCause, Mismatch},
    progress::Meter,
    source::{Asking, Source, Tried},
    store::Want,
};

/// How many bytes a file with a hash may have.
const LARGEST_HASH_FILE: u64 = 4 << 10;

/// A hash that a content should have, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) hash: Hash,
    pub(super) by: ExpectedBy,
}

/// A file that was fetched, and lies in the cache.
#[derive(Debug)]
pub(super) struct Fetched {
    /// Its SHA-256, which it lies under.
    pub(super) hash: Hash,
    pub(super) size: u64,
    /// Which of the sources had it.
    pub(super) source: usize,
    /// Those before it that do not have it.
    pub(super) lacking: Vec<usize>,
}

/// Fetches a file from the first source that has it.
///
/// What nobody expects has to be what the source itself says beside it: the strongest hash that is there. If there is none,
/// the file is taken as it is, since `https:` has kept it from being changed on the way; from then on the lock expects it.
pub(super) fn fetch(
    artifact: &MavenArtifact,
    want: &Want,
    expected: &[Expected],
    asking: &Asking<'_>,
    cache: &Cache,
    meter: &Meter,
) -> Result<Fetched, FetchCause> {
    let (mut attempts, mut lacking) = (Vec::new(), Vec::new());
    for (number, source) in want.fitting() {
        match fetch_from(artifact, source, expected, asking, cache, meter) {
            Ok((hash, size)) => return Ok(Fetched { hash, size, source: number, lacking }),
            Err(Tried::Attempt(attempt)) => {
                lacking.extend((attempt.fault == Fault::NotFound).then_some(number));
                attempts.push(*attempt);
            }
            Err(Tried::End(cause)) => return Err(cause),
        }
    }
    match attempts.is_empty() {
        true => Err(FetchCause::NoRepository { is_npm: false }),
        false => Err(FetchCause::Nowhere(attempts)),
    }
}

fn fetch_from(
    artifact: &MavenArtifact,
    source: &Source,
    expected: &[Expected],
    asking: &Asking<'_>,
    cache: &Cache,
    meter: &Meter,
) -> Result<(Hash, u64), Tried> {
    let path = artifact.path();
    let kinds: Vec<_> = match expected {
        [] => HashKind::ALL.to_vec(),
        expected => expected.iter().map(|expected| expected.hash.kind()).chain([HashKind::Sha256]).collect(),
    };
    let kept = |error: std::io::Error| {
        let path = cache.folder().display().to_string();
        Tried::End(FetchCause::Cache { path, why: error.to_string() })
    };
    let mut incoming = cache.begin(&kinds, meter).map_err(kept)?;
    source.fetch(&path, asking, &mut incoming).map_err(|tried| in_cache(tried, cache))?;
    let (hashes, size) = incoming.finish();

    let said;
    let expected = match expected {
        [] => {
            said = hash_of(&path, source, asking)?;
            said.as_slice()
        }
        expected => expected,
    };
    check(&hashes, expected, source, &source.shown(&path))?;
    keep(incoming, &hashes, artifact.extension())?;
    let hash = hashes.into_iter().find(|hash| hash.kind() == HashKind::Sha256);
    Ok((hash.expect("it is always made"), size))
}

/// Says which folder could not be written.
pub(super) fn in_cache(tried: Tried, cache: &Cache) -> Tried {
    match tried {
        Tried::End(FetchCause::Cache { why, .. }) => {
            Tried::End(FetchCause::Cache { path: cache.folder().display().to_string(), why })
        }
        tried => tried,
    }
}

/// Tells what is wrong if a content is not what somebody expects: that is the end of it, as something is not right there.
pub(super) fn check(hashes: &[Hash], expected: &[Expected], source: &Source, url: &str) -> Result<(), Tried> {
    for expected in expected {
        let found = hashes.iter().find(|hash| hash.kind() == expected.hash.kind());
        let found = *found.expect("what is expected is made");
        if found != expected.hash {
            return Err(Tried::End(FetchCause::Mismatch(Box::new(Mismatch {
                repository: source.name.clone(),
                url: url.into(),
                expected: expected.hash,
                by: expected.by,
                found,
            }))));
        }
    }
    Ok(())
}

fn keep(incoming: Incoming<'_>, hashes: &[Hash], ending: &str) -> Result<(), Tried> {
    let hash = hashes.iter().find(|hash| hash.kind() == HashKind::Sha256).expect("it is always made");
    incoming.keep(hash, ending).map_err(|(path, error)| {
        Tried::End(FetchCause::Cache { path: path.display().to_string(), why: error.to_string() })
    })
}

/// Asks a source for the strongest hash that it has of a file.
fn hash_of(path: &str, source: &Source, asking: &Asking<'_>) -> Result<Option<Expected>, Tried> {
    let asking = Asking { most: LARGEST_HASH_FILE, is_most_set: false, ..asking.clone() };
    for kind in HashKind::ALL {
        let path = format!("{path}.{kind}");
        let mut text = Vec::new();
        match source.fetch(&path, &asking, &mut text) {
            Ok(()) => {
                let hash = read_hash(kind, &String::from_utf8_lossy(&text));
                let by = ExpectedBy::Repository;
                return match hash {
                    Some(hash) => Ok(Some(Expected { hash, by })),
                    None => Err(Tried::Attempt(Box::new(source.attempt(&source.shown(&path), Fault::NoHash)))),
                };
            }
            // Where nobody may list what there is, that a file is missing is told as if it were forbidden.
            Err(Tried::Attempt(attempt))
                if matches!(attempt.fault, Fault::NotFound | Fault::Status { status: 403, .. }) => {}
            Err(tried) => return Err(tried),
        }
    }
    Ok(None)
}

/// Finds the digits among what else may stand there: the name of the file, before or after.
fn read_hash(kind: HashKind, text: &str) -> Option<Hash> {
    text.split(|c: char| c.is_whitespace() || c == '=').find_map(|word| Hash::from_hex(kind, word).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_may_stand_beside_a_name() {
        let digits = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        for text in
            [digits.into(), format!("{digits}\n"), format!("{digits} *lamp.jar"), format!("SHA1(lamp.jar)={digits}")]
        {
            assert_eq!(read_hash(HashKind::Sha1, &text).expect(&text).to_hex(), digits);
        }
        assert_eq!(read_hash(HashKind::Sha256, digits), None);
        assert_eq!(read_hash(HashKind::Sha1, "<html>not found</html>"), None);
    }
}
