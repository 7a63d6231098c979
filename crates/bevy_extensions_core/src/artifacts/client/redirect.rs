//! Where a server may lead on to.

use crate::artifacts::attempt::{MOST_REDIRECTS, RedirectFault};

/// The way from an address to where a server leads.
pub(super) struct Way(Vec<String>);

impl Way {
    pub(super) fn new(address: &str) -> Self {
        Self(vec![address.into()])
    }

    /// Returns where it has led so far.
    pub(super) fn here(&self) -> &str {
        self.0.last().expect("it begins somewhere")
    }

    /// Follows to where an answer leads: from `https:` only to `https:`, never away from the web, and not in circles.
    pub(super) fn follow(&mut self, location: Option<&str>) -> Result<(), RedirectFault> {
        let location = location.filter(|location| !location.trim().is_empty()).ok_or(RedirectFault::Nowhere)?;
        let next = joined(self.here(), location.trim());
        if !is_on_the_web(&next) {
            return Err(RedirectFault::Elsewhere(next));
        }
        if is_secured(self.here()) && !is_secured(&next) {
            return Err(RedirectFault::Unsecured(next));
        }
        if self.0.contains(&next) {
            return Err(RedirectFault::Loop(next));
        }
        if self.0.len() > MOST_REDIRECTS {
            return Err(RedirectFault::TooMany);
        }
        self.0.push(next);
        Ok(())
    }
}

fn has_scheme(address: &str, scheme: &str) -> bool {
    address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

fn is_secured(address: &str) -> bool {
    has_scheme(address, "https://")
}

fn is_on_the_web(address: &str) -> bool {
    is_secured(address) || has_scheme(address, "http://")
}

/// Returns the host of an address, if anybody on the way to it could change what it gives.
pub(super) fn open_host(address: &str) -> Option<String> {
    let rest = has_scheme(address, "http://").then(|| &address["http://".len()..])?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    Some(host.to_ascii_lowercase())
}

/// Puts together an address and where it leads, as RFC 3986 says; what stands behind a `#` is for browsers.
fn joined(base: &str, location: &str) -> String {
    let location = location.split('#').next().unwrap_or_default();
    let colon = location.find([':', '/', '?']).filter(|at| location[*at..].starts_with(':'));
    if colon.is_some() {
        return location.into();
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("", base));
    if let Some(other) = location.strip_prefix("//") {
        return format!("{scheme}://{other}");
    }
    let rest = rest.split('?').next().unwrap_or_default();
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (path, query) = match location {
        "" => return base.split('#').next().unwrap_or_default().into(),
        _ if location.starts_with('?') => return format!("{scheme}://{authority}{path}{location}"),
        _ => location.split_at(location.find('?').unwrap_or(location.len())),
    };
    let folder = rest[authority.len()..].rsplit_once('/').map_or("", |(folder, _)| folder);
    let whole = if path.starts_with('/') { path.to_string() } else { format!("{folder}/{path}") };
    format!("{scheme}://{authority}{}{query}", without_dots(&whole))
}

/// Takes `.` and `..` out of a path.
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_leads_is_relative_to_where_it_is() {
        let base = "https://repo.example:8443/a/b/c.txt?x=1";
        assert_eq!(joined(base, "https://other.example/d"), "https://other.example/d");
        assert_eq!(joined(base, "//other.example/d"), "https://other.example/d");
        assert_eq!(joined(base, "/d?y=2#top"), "https://repo.example:8443/d?y=2");
        assert_eq!(joined(base, "d"), "https://repo.example:8443/a/b/d");
        assert_eq!(joined(base, "../d:e/./f"), "https://repo.example:8443/a/d:e/f");
        assert_eq!(joined(base, "../../../../d"), "https://repo.example:8443/d");
        assert_eq!(joined(base, "?y=2"), "https://repo.example:8443/a/b/c.txt?y=2");
        assert_eq!(joined(base, "#top"), base);
        assert_eq!(joined("http://repo.example", "d"), "http://repo.example/d");
        assert_eq!(joined(base, "file:///etc/passwd"), "file:///etc/passwd");
    }

    #[track_caller]
    fn check(from: &str, location: &str, expected: Result<(), RedirectFault>) {
        assert_eq!(Way::new(from).follow(Some(location)), expected);
    }

    #[test]
    fn no_way_leads_out_of_what_is_secured() {
        check("https://a.example/x", "https://b.example/y", Ok(()));
        check("http://a.example/x", "https://b.example/y", Ok(()));
        check("http://a.example/x", "http://b.example/y", Ok(()));
        let unsecured = RedirectFault::Unsecured("HTTP://b.example/y".into());
        check("https://a.example/x", "HTTP://b.example/y", Err(unsecured));
    }

    #[test]
    fn no_way_leads_off_the_web() {
        for to in ["file:///etc/passwd", "ftp://a.example/x", "data:,hello", "FILE:/etc/passwd"] {
            check("https://a.example/x", to, Err(RedirectFault::Elsewhere(to.into())));
        }
    }

    #[test]
    fn a_way_ends() {
        let mut way = Way::new("http://a.example/0");
        assert_eq!(way.follow(None), Err(RedirectFault::Nowhere));
        assert_eq!(way.follow(Some(" ")), Err(RedirectFault::Nowhere));
        (1..=10).for_each(|number| assert_eq!(way.follow(Some(&format!("/{number}"))), Ok(())));
        assert_eq!(way.follow(Some("/3")), Err(RedirectFault::Loop("http://a.example/3".into())));
        assert_eq!(way.follow(Some("/11")), Err(RedirectFault::TooMany));
    }

    #[test]
    fn the_host_of_what_is_open_is_known() {
        assert_eq!(open_host("https://a.example/x"), None);
        assert_eq!(open_host("http://A.example:80/x").as_deref(), Some("a.example"));
        assert_eq!(open_host("http://[::1]:80/x").as_deref(), Some("[::1]"));
        assert_eq!(open_host("http://b.example@a.example?x").as_deref(), Some("a.example"));
    }
}
