//! Ranges of versions, as npm writes them.
//!
//! Each becomes a list of what `semver` knows, which says the same in other words: npm's `1.2.3` is Cargo's `=1.2.3`, npm
//! has no commas but a space, and between `||` stand ranges of which one has to fit. (`nodejs-semver` reads them as they
//! are, but takes `>1.2.3 <1.0.0` for `>1.2.3 || <1.0.0`.)

use std::{fmt, str::FromStr};

use semver::{Comparator, Op, Prerelease, Version, VersionReq};

/// A range of versions, as npm writes them: `^1.2`, `~1.2`, `1.x`, `>=1 <2 || 3.0.0`, `1.2 - 2.3`, `*`, or nothing at all.
///
/// A pre-release is in no range that does not name a pre-release of the same version.
///
/// ```
/// use bevy_extensions_core::{Version, artifacts::npm::Range};
///
/// let range: Range = ">=1.2 <2 || 3.x".parse()?;
/// assert!(range.fits(&Version::new(1, 4, 0)) && range.fits(&Version::new(3, 9, 9)));
/// assert!(!range.fits(&Version::new(2, 0, 0)));
/// # Ok::<(), bevy_extensions_core::artifacts::npm::RangeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    text: String,
    /// One of them has to fit.
    any_of: Vec<VersionReq>,
}

/// How many bytes a range may have: real ones have a few dozen.
const LONGEST: usize = 1024;

impl Range {
    /// Every version, as `*` and nothing at all mean.
    pub fn any() -> Self {
        Self { text: "*".into(), any_of: vec![VersionReq::STAR] }
    }

    /// Tells whether a version is in the range.
    pub fn fits(&self, version: &Version) -> bool {
        self.any_of.iter().any(|range| range.matches(version))
    }

    /// Tells whether every version is in the range that is no pre-release.
    pub fn is_any(&self) -> bool {
        self.any_of.iter().any(|range| range.comparators.is_empty())
    }
}

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(RangeError::Long { length: text.len() });
        }
        let wrong = |part| RangeError::Part { text: text.into(), part };
        let any_of = text.split("||").map(all_of).collect::<Result<_, _>>().map_err(wrong)?;
        Ok(Self { any_of, text: if text.is_empty() { "*" } else { text }.into() })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// A text that is no [`Range`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RangeError {
    /// A part of it is no version.
    #[error(
        "`{text}` is no version range: `{part}` is no version in it; a range looks like `^1.2`, `1.x` or `>=1 <3 || 4.0.0`"
    )]
    Part {
        /// The text.
        text: String,
        /// The part.
        part: String,
    },
    /// It is longer than any real one.
    #[error("a version range has at most {LONGEST} bytes, and this one has {length}")]
    Long {
        /// How many bytes it has.
        length: usize,
    },
}

/// Reads what has to fit at once; an error is the part that is wrong.
fn all_of(text: &str) -> Result<VersionReq, String> {
    let words: Vec<_> = text.split_whitespace().collect();
    if let [from, "-", to] = *words {
        let bounds = [bound(Op::GreaterEq, from)?, bound(Op::LessEq, to)?];
        return Ok(VersionReq { comparators: bounds.into_iter().flatten().collect() });
    }
    let mut words = words.into_iter();
    let mut comparators = Vec::new();
    while let Some(word) = words.next() {
        let (op, version) = operator(word);
        // `>= 1.2` is as good as `>=1.2`.
        let version = if version.is_empty() { words.next().ok_or(word)? } else { version };
        comparators.extend(bound(op, version)?);
    }
    Ok(VersionReq { comparators })
}

/// Takes the operator off a word; a version alone means itself, however much of it is given.
fn operator(word: &str) -> (Op, &str) {
    const OPERATORS: [(&str, Op); 8] = [
        (">=", Op::GreaterEq),
        ("<=", Op::LessEq),
        (">", Op::Greater),
        ("<", Op::Less),
        ("=", Op::Exact),
        ("^", Op::Caret),
        // As Ruby writes it.
        ("~>", Op::Tilde),
        ("~", Op::Tilde),
    ];
    let found = OPERATORS.iter().find_map(|(sign, op)| Some((*op, word.strip_prefix(sign)?)));
    found.unwrap_or((Op::Exact, word))
}

/// Reads a version, or the beginning of one, after its operator; `None` if every version is within such a bound.
fn bound(op: Op, text: &str) -> Result<Option<Comparator>, String> {
    let wrong = || text.to_string();
    let plain = text.trim_start_matches(['v', '=']);
    let (numbers, label) = plain.split_at(plain.find(['-', '+']).unwrap_or(plain.len()));
    let parts: Vec<_> = numbers.split('.').map(part).collect::<Option<_>>().ok_or_else(wrong)?;
    if parts.len() > 3 || (parts.len() < 3 && !label.is_empty()) {
        return Err(wrong());
    }
    let pre = label.strip_prefix('-').unwrap_or_default().split('+').next().unwrap_or_default();
    let pre = Prerelease::new(pre).map_err(|_| wrong())?;
    // What stands after an `x` does not count.
    let mut known = parts.into_iter().map_while(|part| part).fuse();
    let Some(major) = known.next() else {
        return Ok(matches!(op, Op::Greater | Op::Less).then(nothing));
    };
    let (mut minor, mut patch) = (known.next(), known.next());
    if op == Op::GreaterEq {
        // Otherwise `>=1.2` would not have a pre-release in it that another bound names.
        (minor, patch) = (minor.or(Some(0)), patch.or(Some(0)));
    }
    let pre = if patch.is_some() { pre } else { Prerelease::EMPTY };
    Ok(Some(Comparator { op, major, minor, patch, pre }))
}

/// Reads a part of a version: a number, or `Some(None)` for any.
fn part(text: &str) -> Option<Option<u64>> {
    match text {
        "x" | "X" | "*" => Some(None),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse().ok().map(Some),
        _ => None,
    }
}

/// No version is below the least one.
fn nothing() -> Comparator {
    let pre = Prerelease::new("0").expect("`0` is a label");
    Comparator { op: Op::Less, major: 0, minor: Some(0), patch: Some(0), pre }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `fit` and `not` are lists of versions.
    #[track_caller]
    fn check(range: &str, fit: &str, not: &str) {
        let parsed: Range = range.parse().expect("it is well formed");
        let fits = |version: &str| parsed.fits(&Version::parse(version).expect("it is well formed"));
        let wrong: Vec<_> = fit.split(' ').filter(|version| !version.is_empty() && !fits(version)).collect();
        assert!(wrong.is_empty(), "not in `{range}`: {wrong:?}");
        let wrong: Vec<_> = not.split(' ').filter(|version| !version.is_empty() && fits(version)).collect();
        assert!(wrong.is_empty(), "in `{range}`: {wrong:?}");
    }

    #[test]
    fn ranges_mean_what_they_mean_to_npm() {
        check("", "0.0.0 9.0.0", "1.0.0-rc");
        check("*", "0.0.0 9.0.0", "1.0.0-rc");
        check("1.2.3", "1.2.3", "1.2.4 1.2.3-rc");
        check("v1.2.3", "1.2.3", "1.2.4");
        check("=1.2", "1.2.0 1.2.9", "1.3.0");
        check("^1.2.3", "1.2.3 1.9.0", "1.2.2 2.0.0 2.0.0-rc 1.3.0-rc");
        check("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0");
        check("^0.0.3", "0.0.3", "0.0.4");
        check("^0.0", "0.0.0 0.0.9", "0.1.0");
        check("^0.x", "0.0.0 0.9.0", "1.0.0");
        check("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0");
        check("~> 1.2", "1.2.0 1.2.9", "1.3.0");
        check("~1", "1.0.0 1.9.0", "2.0.0");
        check("1.x", "1.0.0 1.9.0", "2.0.0 1.0.0-rc");
        check("1.2.X", "1.2.0 1.2.9", "1.3.0");
        check("1.*.3", "1.0.0 1.9.0", "2.0.0");
        check(">1.2", "1.3.0", "1.2.0 1.2.9");
        check("<=1.2", "1.2.9 0.0.1", "1.3.0");
        check(">= 1 < 2 || 3.0.0", "1.0.0 1.9.0 3.0.0", "2.0.0 3.0.1");
        check("1.2 - 2.3", "1.2.0 2.3.9", "1.1.9 2.4.0");
        check("1.2.3 - 2", "1.2.3 2.9.9", "3.0.0");
        check("* - 2.3.4", "0.0.1 2.3.4", "2.3.5");
        check("1 ||", "1.0.0 9.0.0", "1.0.0-rc");
        check(">2 <1", "", "0.5.0 1.5.0 2.5.0");
        check(">*", "", "0.0.0 1.0.0 0.0.0-0");
        check(">=*", "0.0.0 1.0.0", "");
    }

    #[test]
    fn a_prerelease_has_to_be_named() {
        check("^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.10 1.2.3 1.3.0", "1.2.3-beta.1 1.2.4-beta.2 2.0.0-beta.2");
        check(">=1.2.3-0 <2", "1.2.3-0 1.2.3-rc 1.5.0", "1.5.0-rc");
        check("1.2 - 1.2.3-rc", "1.2.3-rc", "1.2.2-rc");
        check(">=1.0.0-a || 2.x", "1.0.0-b 1.0.0 2.0.0", "2.0.0-b");
        check("1.2.3-rc+7", "1.2.3-rc 1.2.3-rc+8", "1.2.3");
    }

    #[test]
    fn what_is_no_range_says_why() {
        #[track_caller]
        fn check(text: &str, part: &str) {
            let expected = format!(
                "`{text}` is no version range: `{part}` is no version in it; a range looks like `^1.2`, `1.x` or `>=1 <3 || 4.0.0`"
            );
            assert_eq!(text.parse::<Range>().expect_err("it is no range").to_string(), expected);
        }
        check("latest", "latest");
        check(">>1", ">1");
        check("^1 || rain", "rain");
        check("1.2.3.4", "1.2.3.4");
        check(">=1, <2", "1,");
        check(">=", ">=");
        check("1.2-rc", "1.2-rc");
        check("1.2.3-rc..1", "1.2.3-rc..1");
        check("99999999999999999999", "99999999999999999999");
        check("1..2", "1..2");
    }

    #[test]
    fn a_range_has_an_end() {
        let error = "1 ".repeat(600).parse::<Range>().expect_err("it is too long");
        assert_eq!(error.to_string(), "a version range has at most 1024 bytes, and this one has 1199");
    }
}
