//! What a script says about itself in the comments at its beginning.

use semver::Version;

use super::{
    Dependency, Manifest, Places, Provided, Reading,
    places::Place,
    reading::{if_other, name_of},
};
use crate::{
    artifacts::Repository,
    location::{Location, place_of},
    name::ExtensionName,
    parse::{ParseError, ParseErrorKind, utf8},
    version::{self, parse_range, parse_version},
};

/// The keys, as messages list them.
const KEYS: [&str; 16] = [
    "name",
    "version",
    "description",
    "author",
    "license",
    "homepage",
    "app",
    "requires",
    "optional",
    "any_of",
    "conflicts",
    "provides",
    "after",
    "before",
    "repository",
    "artifact",
];

/// Those that say one thing only.
const SINGLE: [&str; 6] = ["name", "version", "description", "license", "homepage", "app"];

impl Reading {
    /// Reads what a script says about itself; `spelling` is what it is called if it gives no name.
    pub(crate) fn script(file: &str, bytes: &[u8], spelling: &str) -> Result<Self, ParseError> {
        let text = utf8(file, bytes)?;
        let mut header = Header { text, start: Location::file(file), name: None, seen: Vec::new() };
        // It stands there until the name is known.
        let stand_in = ExtensionName::from_static("script");
        let (mut manifest, mut places) = (Manifest::new(stand_in, version::absent()), Places::default());
        for line in leading_comments(text) {
            let Some(said) =
                line.strip_prefix("//").map(str::trim_start).and_then(|line| line.strip_prefix("@extension"))
            else {
                continue;
            };
            if said.is_empty() || said.starts_with(char::is_whitespace) {
                header.say(said.trim(), &mut manifest, &mut places)?;
            }
        }
        let original_name = match header.name.take() {
            Some(name) => {
                let other = if_other(spelling, &name);
                manifest.name = name;
                other
            }
            None => {
                manifest.name = name_of(spelling, file)?;
                if_other(spelling, &manifest.name)
            }
        };
        Ok(Self { manifest, places, original_name, implicit: true })
    }
}

/// Goes through the lines before the first that is code, without the white space around each.
fn leading_comments(text: &str) -> impl Iterator<Item = &str> {
    let mut within = false;
    let lines = text.lines().enumerate().map(|(number, line)| (number, line.trim()));
    lines
        .take_while(move |(number, line)| {
            let starts_program = *number == 0 && line.starts_with("#!");
            if within || line.starts_with("/*") {
                let rest = if within { *line } else { &line[2..] };
                let end = rest.split_once("*/");
                within = end.is_none();
                return end.is_none_or(|(_, code)| code.trim().is_empty());
            }
            // Many scripts begin with it, and it does nothing by itself.
            let is_strict = matches!(line.trim_end_matches(';'), "'use strict'" | "\"use strict\"");
            line.is_empty() || line.starts_with("//") || starts_program || is_strict
        })
        .map(|(_, line)| line)
}

struct Header<'a> {
    text: &'a str,
    start: Location,
    name: Option<ExtensionName>,
    /// The keys so far that say one thing only.
    seen: Vec<&'a str>,
}

impl<'a> Header<'a> {
    /// Takes a line without its beginning: a key and a value.
    fn say(&mut self, said: &'a str, manifest: &mut Manifest, places: &mut Places) -> Result<(), ParseError> {
        let (key, value) = said.split_once(char::is_whitespace).unwrap_or((said, &said[said.len()..]));
        let value = value.trim();
        let wrong = |kind| ParseError { at: self.at(key), field: String::new(), kind };
        if !KEYS.contains(&key) {
            let known = KEYS.map(String::from).to_vec();
            return Err(wrong(ParseErrorKind::UnknownHeader { key: key.into(), known }));
        }
        if self.seen.contains(&key) {
            return Err(wrong(ParseErrorKind::RepeatedKey(key.into())));
        }
        if value.is_empty() {
            return Err(wrong(ParseErrorKind::Malformed(format!("`{key}` says nothing"))));
        }
        if SINGLE.contains(&key) {
            self.seen.push(key);
        }
        self.set(key, value, manifest, places).map_err(|why| ParseError {
            at: self.at(value),
            field: key.into(),
            kind: ParseErrorKind::Malformed(why),
        })
    }

    fn set(&mut self, key: &str, value: &str, manifest: &mut Manifest, places: &mut Places) -> Result<(), String> {
        let place = place_of(value, self.text);
        match key {
            "name" => self.name = Some(good(value.parse())?),
            "version" => (manifest.version, places.version) = (good::<Version, _>(parse_version(value))?, place),
            "description" => manifest.description = value.into(),
            "author" => manifest.authors.push(value.into()),
            "license" => manifest.license = value.into(),
            "homepage" => manifest.homepage = value.into(),
            "app" => (manifest.app, places.app) = (good(parse_range(value))?, place),
            "requires" => add(&mut manifest.dependencies, &mut places.requires, dependency(value)?, place),
            "optional" => add(&mut manifest.optional, &mut places.optional, dependency(value)?, place),
            "conflicts" => add(&mut manifest.conflicts, &mut places.conflicts, dependency(value)?, place),
            "after" => add(&mut manifest.after, &mut places.after, good(ExtensionName::converted(value))?, place),
            "before" => add(&mut manifest.before, &mut places.before, good(ExtensionName::converted(value))?, place),
            "provides" => manifest.provides.push(good(value.parse::<Provided>())?),
            "repository" => manifest.external.repositories.push(repository(value)?),
            "artifact" => add(&mut manifest.external.artifacts, &mut places.artifacts, good(value.parse())?, place),
            _ => {
                let (group, at) = self.any_of(value)?;
                add(&mut manifest.any_of, &mut places.any_of, group, at);
            }
        }
        Ok(())
    }

    /// Reads a group of which one is needed, and where in the file each stands.
    fn any_of(&self, value: &str) -> Result<(Vec<Dependency>, Vec<Place>), String> {
        let alternatives = || value.split('|').map(str::trim);
        let group = alternatives().map(dependency).collect::<Result<_, _>>()?;
        Ok((group, alternatives().map(|alternative| place_of(alternative, self.text)).collect()))
    }

    fn at(&self, slice: &str) -> Location {
        place_of(slice, self.text).map_or_else(|| self.start.clone(), |place| self.start.at(place))
    }
}

fn add<T, P>(list: &mut Vec<T>, places: &mut Vec<P>, one: T, place: P) {
    list.push(one);
    places.push(place);
}

/// Reads a name and an address.
fn repository(text: &str) -> Result<Repository, String> {
    let (name, url) = text
        .split_once(char::is_whitespace)
        .ok_or("expected a name and an address: `npm npm+https://registry.npmjs.org`")?;
    Ok(Repository { name: name.into(), url: good(url.trim_start().parse())? })
}

fn dependency(text: &str) -> Result<Dependency, String> {
    good(Dependency::from_spelling(text))
}

fn good<T, E: std::fmt::Display>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}
