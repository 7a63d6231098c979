//! Where a document may say that a tarball is.

use crate::{artifacts::RepositoryUrl, files::entry_path};

/// Returns the address of a tarball, as a document of a repository writes it; a path alone is one within the repository.
///
/// # Errors
///
/// A text that says why nothing is fetched from there.
pub(super) fn tarball_url(repository: &RepositoryUrl, written: &str) -> Result<String, String> {
    let refused = |why: &str| Err(format!("its tarball is at `{written}`, and {why}"));
    if !written.contains(':') {
        return match entry_path(written) {
            Ok(path) => Ok(format!("{}/{path}", repository.address())),
            Err(_) => refused("that is no path within the repository"),
        };
    }
    // What comes after `?` means something to the server only.
    let place = written.split('?').next().unwrap_or_default();
    let url: RepositoryUrl = match place.parse() {
        Ok(url) => url,
        Err(_) => return refused("that is no address of a file"),
    };
    if url.is_npm() || written.contains('#') || has_hidden_step(place) {
        return refused("that is no address of a file");
    }
    match url.folder() {
        Some(_) => refused("what lies on a disk is written as a path within the repository"),
        None if repository.folder().is_some() => refused("a folder has only what lies in it"),
        None if url.is_open_to_others() && authority(place) != authority(repository.address()) => {
            refused("only the repository itself may send it there without `https:`")
        }
        None => Ok(written.into()),
    }
}

/// Where a tarball is.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::artifacts) enum TarballPlace<'a> {
    /// At a path within the repository.
    Within(&'a str),
    /// At an address of its own.
    Elsewhere(&'a str),
}

/// Returns where the tarball is that a lock names, which is what [`tarball_url`] has returned if nobody has changed it.
///
/// # Errors
///
/// A text that says why nothing is fetched from there.
pub(in crate::artifacts) fn tarball_place<'a>(
    repository: &RepositoryUrl,
    locked: &'a str,
) -> Result<TarballPlace<'a>, String> {
    let within = locked.strip_prefix(repository.address()).and_then(|path| path.strip_prefix('/'));
    match (within, repository.folder()) {
        (Some(path), Some(_)) if entry_path(path).is_ok_and(|clean| clean == path) => Ok(TarballPlace::Within(path)),
        (_, Some(_)) => Err(format!("its tarball is at `{locked}`, and that is no path within the repository")),
        (_, None) if !locked.contains(':') => Err(format!("its tarball is at `{locked}`, and that is no address")),
        (within, None) => {
            tarball_url(repository, locked)?;
            Ok(within.map_or(TarballPlace::Elsewhere(locked), TarballPlace::Within))
        }
    }
}

/// Tells whether a server may read `..` or `\` where none is written.
fn has_hidden_step(url: &str) -> bool {
    let url = url.to_ascii_lowercase();
    url.contains("%5c") || url.split('/').any(|part| matches!(part.replace("%2e", ".").as_str(), "." | ".."))
}

/// Returns the scheme, the host and the port.
fn authority(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(repository: &str, written: &str, expected: &str) {
        let repository = repository.parse().expect("it is an address");
        match tarball_url(&repository, written) {
            Ok(url) => assert_eq!(url, expected),
            Err(why) => assert_eq!(why, format!("its tarball is at `{written}`, and {expected}")),
        }
    }

    #[test]
    fn a_tarball_is_at_an_https_address_or_in_the_repository() {
        let npm = "npm+https://npm.example/";
        check(npm, "https://npm.example/pad/-/pad-1.0.0.tgz", "https://npm.example/pad/-/pad-1.0.0.tgz");
        check(npm, "https://files.example/@town%2fpad.tgz?a=..", "https://files.example/@town%2fpad.tgz?a=..");
        check(npm, "pad/-/pad-1.0.0.tgz", "https://npm.example/pad/-/pad-1.0.0.tgz");
        check("npm+file:../npm", "./pad-1.0.0.tgz", "file:../npm/pad-1.0.0.tgz");
        check("npm+http://localhost:4873", "http://LOCALHOST:4873/pad.tgz", "http://LOCALHOST:4873/pad.tgz");
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        let npm = "npm+https://npm.example/";
        let open = "only the repository itself may send it there without `https:`";
        check(npm, "http://npm.example/pad.tgz", open);
        check("npm+http://localhost:4873", "http://localhost:80/pad.tgz", open);
        let disk = "what lies on a disk is written as a path within the repository";
        check(npm, "file:///etc/passwd", disk);
        check("npm+file:/srv/npm", "file:/srv/npm/pad.tgz", disk);
        let folder = "a folder has only what lies in it";
        check("npm+file:npm", "http://npm.example/pad.tgz", folder);
        check("npm+file:npm", "https://npm.example/pad.tgz", folder);
        check(npm, "../pad.tgz", "that is no path within the repository");
        check(npm, "/etc/passwd", "that is no path within the repository");
        check(npm, "//evil.example/pad.tgz", "that is no path within the repository");
        let none = "that is no address of a file";
        check(npm, "https://npm.example/../pad.tgz", none);
        check(npm, "https://npm.example/%2E%2e/pad.tgz", none);
        check(npm, "https://npm.example/%2e./pad.tgz", none);
        check(npm, "https://npm.example/..%5Cpad.tgz", none);
        check(npm, "https://npm.example@evil.example/pad.tgz", none);
        check(npm, "https://npm.example\\@evil.example/pad.tgz", none);
        check(npm, "https:///pad.tgz", none);
        check(npm, "npm+https://npm.example/pad.tgz", none);
        check(npm, "https://npm.example/pad.tgz#a", none);
        check(npm, "git+ssh://npm.example/pad.git", none);
        check(npm, "https://npm.example/pad\n.tgz", none);
    }
}
