//! `#[extension(..)]`: its syntax.

use syn::{LitStr, Type, parse::ParseStream};

use super::{
    dependency::Dependency,
    embedded::Embedded,
    external::External,
    meta::{Label, fact},
};
use crate::{
    attribute::Form,
    errors::Errors,
    key::{Key, Keys, comma_separated},
};

const FORM: Form = Form {
    name: "extension",
    example: r#"#[extension(version = "1.0.0")]"#,
    keys: Keys {
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
            ("files", r#"files = "assets/greeter""#),
            ("meta", r#"meta(mood = "cheerful")"#),
        ],
        elsewhere: &[
            ("dependencies", "did you mean `requires`?"),
            ("description", "the description is the first paragraph of the doc comment"),
            ("authors", "the authors are taken from `Cargo.toml`"),
            ("license", "the license is taken from `Cargo.toml`"),
            ("homepage", "the homepage is taken from `Cargo.toml`"),
            ("assets", "did you mean `files`?"),
        ],
    },
    // Each of them is a group of its own.
    repeatable: &["any_of"],
};

/// What `#[extension(..)]` says, over all the times it stands on one struct.
#[derive(Default)]
pub(super) struct Attribute {
    pub(super) name: Option<LitStr>,
    pub(super) version: Option<LitStr>,
    pub(super) app: Option<LitStr>,
    pub(super) settings: Option<Type>,
    pub(super) files: Option<Embedded>,
    pub(super) lists: Vec<List>,
    pub(super) external: External,
    pub(super) meta: Vec<(Label, String)>,
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
        FORM.read(attrs, errors, |key, input, errors| attribute.item(key, input, errors));
        attribute
    }

    fn item(&mut self, key: Key, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        match key.word {
            "name" => self.name = Some(key.value(input)?),
            "version" => self.version = Some(key.value(input)?),
            "app" => self.app = Some(key.value(input)?),
            "settings" => {
                key.equals(input)?;
                self.settings = Some(input.parse()?);
            }
            "files" => self.files = Some(Embedded::find(&key.value(input)?, errors)),
            "external" => comma_separated(&key.list(input)?, errors, |item, errors| self.external.read(item, errors))?,
            "meta" => comma_separated(&key.list(input)?, errors, |item, _| {
                self.meta.push(fact(item)?);
                Ok(())
            })?,
            _ => self.lists.push(List::parse(key, input, errors)?),
        }
        Ok(())
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
