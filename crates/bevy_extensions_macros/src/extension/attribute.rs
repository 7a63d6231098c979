//! `#[extension(..)]`: its syntax.

use syn::{LitStr, Meta, Type, parse::ParseStream};

use super::{
    dependency::Dependency,
    external::External,
    meta::{Label, fact},
};
use crate::{
    errors::Errors,
    key::{Key, Keys, comma_separated},
};

const KEYS: Keys = Keys {
    known: &[
        ("name", r#"name = "Greeter""#),
        ("version", r#"version = "1.0.0""#),
        ("requires", r#"requires(Economy = "^1.2")"#),
        ("optional", r#"optional("Weather" = "1")"#),
        ("any_of", r#"any_of("Redis", "Valkey")"#),
        ("conflicts", r#"conflicts("Silence")"#),
        ("provides", r#"provides("Welcome" = "1.0.0")"#),
        ("after", r#"after("Weather")"#),
        ("before", r#"before("Weather")"#),
        ("app", r#"app = ">=1""#),
        ("external", r#"external(artifacts("com.example:words:1.0.0"))"#),
        ("settings", "settings = GreeterSettings"),
        ("meta", r#"meta(mood = "cheerful")"#),
    ],
    elsewhere: &[
        ("dependencies", "did you mean `requires`?"),
        ("description", "the description is the first paragraph of the doc comment"),
        ("authors", "the authors are taken from `Cargo.toml`"),
        ("license", "the license is taken from `Cargo.toml`"),
        ("homepage", "the homepage is taken from `Cargo.toml`"),
    ],
};

/// What `#[extension(..)]` says, over all the times it stands on one struct.
#[derive(Default)]
pub(super) struct Attribute {
    pub(super) name: Option<LitStr>,
    pub(super) version: Option<LitStr>,
    pub(super) app: Option<LitStr>,
    pub(super) settings: Option<Type>,
    pub(super) lists: Vec<List>,
    pub(super) external: External,
    pub(super) meta: Vec<(Label, String)>,
    seen: Vec<&'static str>,
}

/// One list of other extensions, such as `requires(..)`.
pub(super) struct List {
    pub(super) key: Key,
    pub(super) items: Vec<Dependency>,
}

impl Attribute {
    /// Reads every `#[extension(..)]` among a struct's attributes.
    pub(super) fn read(attrs: &[syn::Attribute], errors: &mut Errors) -> Self {
        let mut attribute = Self::default();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("extension")) {
            let read = match &attr.meta {
                Meta::List(list) => list.parse_args_with(|input: ParseStream| attribute.items(input, errors)),
                meta => {
                    Err(syn::Error::new_spanned(meta, r#"expected a list, as in `#[extension(version = "1.0.0")]`"#))
                }
            };
            errors.note(read);
        }
        attribute
    }

    fn items(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        comma_separated(input, errors, |input, errors| self.item(input, errors))
    }

    fn item(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let key = Key::parse(input, &KEYS)?;
        self.note_seen(&key, errors);
        match key.word {
            "name" => self.name = Some(value(&key, input)?),
            "version" => self.version = Some(value(&key, input)?),
            "app" => self.app = Some(value(&key, input)?),
            "settings" => {
                key.equals(input)?;
                self.settings = Some(input.parse()?);
            }
            "external" => comma_separated(&key.list(input)?, errors, |item, errors| self.external.read(item, errors))?,
            "meta" => comma_separated(&key.list(input)?, errors, |item, _| {
                self.meta.push(fact(item)?);
                Ok(())
            })?,
            _ => self.lists.push(List::parse(key, input, errors)?),
        }
        Ok(())
    }

    /// Every key stands once, except `any_of`: each of those is a group of its own.
    fn note_seen(&mut self, key: &Key, errors: &mut Errors) {
        if key.word != "any_of" && self.seen.contains(&key.word) {
            errors.note(Err(key.error(format!("`{}` is given twice; keep one of them", key.word))));
        }
        self.seen.push(key.word);
    }
}

impl List {
    fn parse(key: Key, input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let content = key.list(input)?;
        if key.word == "any_of" && content.is_empty() {
            errors.push(&key.ident, "an empty `any_of` can never be met; list what would do");
        }
        let mut items = Vec::new();
        comma_separated(&content, errors, |item, _| {
            items.push(Dependency::parse(item, &key)?);
            Ok(())
        })?;
        Ok(Self { key, items })
    }
}

fn value(key: &Key, input: ParseStream) -> syn::Result<LitStr> {
    key.equals(input)?;
    key.text(input)
}
