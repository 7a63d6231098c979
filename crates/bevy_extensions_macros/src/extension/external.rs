//! `external(..)`: files that are fetched.

use syn::{LitStr, Token, parse::ParseStream};

use super::meta::Label;
use crate::{
    errors::Errors,
    key::{Key, Keys, comma_separated},
};

const KEYS: Keys = Keys {
    known: &[
        ("repositories", r#"repositories(central = "https://repo1.maven.org/maven2")"#),
        ("artifacts", r#"artifacts("com.example:words:1.0.0")"#),
    ],
    elsewhere: &[],
};

/// What is fetched, and from where.
#[derive(Default)]
pub(super) struct External {
    pub(super) repositories: Vec<(Label, LitStr)>,
    pub(super) artifacts: Vec<LitStr>,
}

impl External {
    /// Reads one of the two lists into its place.
    pub(super) fn read(&mut self, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let key = Key::parse(input, &KEYS)?;
        let list = key.list(input)?;
        match key.word {
            "repositories" => comma_separated(&list, errors, |item, _| {
                self.repositories.push(repository(item, &key)?);
                Ok(())
            }),
            _ => comma_separated(&list, errors, |item, _| {
                self.artifacts.push(key.text(item)?);
                Ok(())
            }),
        }
    }
}

fn repository(input: ParseStream, key: &Key) -> syn::Result<(Label, LitStr)> {
    let name = Label::parse(input)?;
    input.parse::<Token![=]>()?;
    Ok((name, key.text(input)?))
}
