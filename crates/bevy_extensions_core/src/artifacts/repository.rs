//! Where artifacts come from.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A place that artifacts are fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repository {
    /// What messages call it.
    pub name: String,
    /// Its address.
    pub url: RepositoryUrl,
}

/// The address of a repository: `https:`, `http:` or `file:`, with `npm+` before it if it is one of npm.
///
/// What has no `npm+` has Maven's layout: static files, which any server can give, and any folder. A path after `file:` is
/// written as it is, without `%`; if it is relative, it is so to the folder of the manifest (of a native, to the assets) or
/// of the host settings that it stands in.
///
/// ```
/// use bevy_extensions_core::RepositoryUrl;
///
/// let npm: RepositoryUrl = "npm+https://registry.npmjs.org".parse()?;
/// assert!(npm.is_npm());
/// let folder: RepositoryUrl = "file:../libs".parse()?;
/// assert_eq!(folder.folder(), Some("../libs"));
/// assert_eq!(
///     "ftp://example.com".parse::<RepositoryUrl>().unwrap_err().to_string(),
///     "`ftp://example.com` is no address of a repository: it begins with none of `https:`, `http:` and `file:`",
/// );
/// # Ok::<(), bevy_extensions_core::RepositoryUrlError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryUrl {
    written: String,
    is_npm: bool,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    Folder(String),
    Web { host: String, is_https: bool },
}

impl RepositoryUrl {
    /// Tells whether it is a repository of npm.
    pub fn is_npm(&self) -> bool {
        self.is_npm
    }

    /// Returns the folder that it is, as it is written; `None` if it is none.
    pub fn folder(&self) -> Option<&str> {
        match &self.place {
            Place::Folder(path) => Some(path),
            Place::Web { .. } => None,
        }
    }

    /// Returns the host of a repository on the web, without a port and in lower case; `None` if it is a folder.
    pub fn host(&self) -> Option<&str> {
        match &self.place {
            Place::Folder(_) => None,
            Place::Web { host, .. } => Some(host),
        }
    }

    /// Tells whether anybody on the way could change what it gives: it is `http:`.
    pub fn is_open_to_others(&self) -> bool {
        matches!(self.place, Place::Web { is_https: false, .. })
    }

    /// Returns the address without `npm+`, and without a `/` at its end.
    pub fn address(&self) -> &str {
        self.written.strip_prefix(NPM).unwrap_or(&self.written).trim_end_matches('/')
    }

    /// Returns it as it is written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

/// What stands before the address of a repository of npm.
const NPM: &str = "npm+";

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// A text that is no address of a repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{written}` is no address of a repository: {why}")]
pub struct RepositoryUrlError {
    written: String,
    why: &'static str,
}

impl FromStr for RepositoryUrl {
    type Err = RepositoryUrlError;

    fn from_str(written: &str) -> Result<Self, RepositoryUrlError> {
        let (is_npm, address) = match written.strip_prefix(NPM) {
            Some(rest) => (true, rest),
            None => (false, written),
        };
        match place(address) {
            Ok(place) => Ok(Self { written: written.into(), is_npm, place }),
            Err(why) => Err(RepositoryUrlError { written: written.into(), why }),
        }
    }
}

fn place(address: &str) -> Result<Place, &'static str> {
    if address.contains(|c: char| c.is_control()) {
        return Err("it has a control character");
    }
    if let Some(path) = address.strip_prefix("file:") {
        return folder(path);
    }
    let (rest, is_https) = match (address.strip_prefix("https:"), address.strip_prefix("http:")) {
        (Some(rest), _) => (rest, true),
        (_, Some(rest)) => (rest, false),
        _ => return Err("it begins with none of `https:`, `http:` and `file:`"),
    };
    let rest = rest.strip_prefix("//").ok_or("`//` is missing before its host")?;
    let authority = rest.split('/').next().unwrap_or_default();
    if !rest.is_ascii() || rest.contains([' ', '\\', '"', '<', '>', '{', '}']) {
        return Err("it has a character that no address has; write it as `%` and two digits");
    }
    if rest.contains(['?', '#']) {
        return Err("it has a `?` or `#`, after which nothing can be added");
    }
    if authority.contains('@') {
        return Err("it has a user name, and what stands here is no secret");
    }
    if address.split('/').any(|part| part == "..") {
        return Err("it has `..`");
    }
    let host = match authority.rsplit_once(':') {
        // The rest of an address of IPv6 is no port.
        Some((host, port)) if !port.ends_with(']') => {
            port.parse::<u16>().map_err(|_| "its port is no number up to 65535")?;
            host
        }
        _ => authority,
    };
    match host {
        "" => Err("its host is missing"),
        host => Ok(Place::Web { host: host.to_ascii_lowercase(), is_https }),
    }
}

fn folder(path: &str) -> Result<Place, &'static str> {
    let path = match path.strip_prefix("//") {
        None => path,
        Some(rest) => {
            let rest = rest.strip_prefix("localhost").unwrap_or(rest);
            rest.starts_with('/')
                .then_some(rest)
                .ok_or("`file://` is followed by another `/`; write `file:..` without any")?
        }
    };
    let path = match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => &path[1..],
        _ => path,
    };
    match path {
        "" => Err("its path is missing"),
        path => Ok(Place::Folder(path.into())),
    }
}

impl Serialize for RepositoryUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for RepositoryUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, expected: &str) {
        match written.parse::<RepositoryUrl>() {
            Ok(url) => assert_eq!(url.folder().or(url.host()), Some(expected)),
            Err(error) => {
                assert_eq!(error.to_string(), format!("`{written}` is no address of a repository: {expected}"));
            }
        }
    }

    #[test]
    fn an_address_names_a_host_or_a_folder() {
        check("https://Repo.Example:8443/maven2/", "repo.example");
        check("npm+http://127.0.0.1:4873", "127.0.0.1");
        check("http://[::1]/x", "[::1]");
        check("http://[::1]:80/x", "[::1]");
        check("file:libs", "libs");
        check("file:../libs", "../libs");
        check("file:/srv/libs", "/srv/libs");
        check("file:///srv/libs", "/srv/libs");
        check("file://localhost/srv/libs", "/srv/libs");
        check("file:///C:/libs", "C:/libs");
        check("npm+file:{assets}/npm", "{assets}/npm");
    }

    #[test]
    fn what_is_wrong_with_an_address_is_told() {
        check("registry.npmjs.org", "it begins with none of `https:`, `http:` and `file:`");
        check("https:repo.example", "`//` is missing before its host");
        check("https:///maven", "its host is missing");
        check("https://repo.example:x/", "its port is no number up to 65535");
        check("https://ann:secret@repo.example", "it has a user name, and what stands here is no secret");
        check("https://repo.example/?a=1", "it has a `?` or `#`, after which nothing can be added");
        check("https://repo.example/a b", "it has a character that no address has; write it as `%` and two digits");
        check("https://repo.example/../x", "it has `..`");
        check("file:", "its path is missing");
        check("file://server/share", "`file://` is followed by another `/`; write `file:..` without any");
    }
}
