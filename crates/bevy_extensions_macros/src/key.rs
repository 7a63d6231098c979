//! The keys of an attribute, such as `version = ".."` and `requires(..)`.

use bevy_extensions_core::nearest;
use syn::{
    Ident, LitStr, Path, Token,
    ext::IdentExt,
    parenthesized,
    parse::{ParseBuffer, ParseStream},
    token::Paren,
};

use crate::errors::Errors;

/// The keys of one attribute.
pub(crate) struct Keys {
    /// Those that exist, each with an example of how it is written.
    pub(crate) known: &'static [(&'static str, &'static str)],
    /// Those that people may look for, each with what to do instead.
    pub(crate) elsewhere: &'static [(&'static str, &'static str)],
}

/// A key as the user wrote it.
pub(crate) struct Key {
    pub(crate) ident: Ident,
    pub(crate) word: &'static str,
    pub(crate) example: &'static str,
}

impl Key {
    /// Reads one of the keys that exist.
    pub(crate) fn parse(input: ParseStream, keys: &Keys) -> syn::Result<Self> {
        let Ok(ident) = input.call(Ident::parse_any) else {
            return Err(input.error(format!("expected a key, as in `{}`", keys.known[0].1)));
        };
        match keys.known.iter().find(|(word, _)| ident == word) {
            Some(&(word, example)) => Ok(Self { ident, word, example }),
            None => Err(unknown(&ident, keys)),
        }
    }

    /// Reads the `=` of a key that has a value.
    pub(crate) fn equals(&self, input: ParseStream) -> syn::Result<()> {
        match input.parse::<Option<Token![=]>>()? {
            Some(_) => Ok(()),
            None => Err(self.error(format!("`{}` takes a value, as in `{}`", self.word, self.example))),
        }
    }

    /// Reads a text in quotes, which belongs to this key.
    pub(crate) fn text(&self, input: ParseStream) -> syn::Result<LitStr> {
        match input.peek(LitStr) {
            true => input.parse(),
            false => Err(input.error(format!("expected a text in quotes, as in `{}`", self.example))),
        }
    }

    /// Reads the `=` and a text in quotes.
    pub(crate) fn value(&self, input: ParseStream) -> syn::Result<LitStr> {
        self.equals(input)?;
        self.text(input)
    }

    /// Reads the path of a type, which belongs to this key.
    pub(crate) fn path(&self, input: ParseStream) -> syn::Result<Path> {
        match input.peek(Ident::peek_any) || input.peek(Token![::]) {
            true => input.parse(),
            false => Err(input.error(format!("expected a type, as in `{}`", self.example))),
        }
    }

    /// Reads the parentheses of a key that has a list, and returns what they hold.
    pub(crate) fn list<'a>(&self, input: ParseStream<'a>) -> syn::Result<ParseBuffer<'a>> {
        if !input.peek(Paren) {
            return Err(self.error(format!("`{}` takes a list, as in `{}`", self.word, self.example)));
        }
        let content;
        parenthesized!(content in input);
        Ok(content)
    }

    /// Says what is wrong with this key.
    pub(crate) fn error(&self, message: String) -> syn::Error {
        syn::Error::new(self.ident.span(), message)
    }
}

/// Reads items up to the end; after one that is wrong it goes on behind the next comma.
pub(crate) fn comma_separated(
    input: ParseStream,
    errors: &mut Errors,
    mut item: impl FnMut(ParseStream, &mut Errors) -> syn::Result<()>,
) -> syn::Result<()> {
    while !input.is_empty() {
        let read = item(input, errors).and_then(|()| at_comma(input));
        errors.note(read);
        while at_comma(input).is_err() {
            input.parse::<proc_macro2::TokenTree>()?;
        }
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

fn at_comma(input: ParseStream) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(input.error("expected `,`")) }
}

fn unknown(ident: &Ident, keys: &Keys) -> syn::Error {
    let word = ident.unraw().to_string();
    let elsewhere = keys.elsewhere.iter().find(|(other, _)| *other == word).map(|(_, hint)| hint.to_string());
    let hint = elsewhere.or_else(|| did_you_mean(&word, keys)).unwrap_or_else(|| one_of(keys));
    syn::Error::new(ident.span(), format!("unknown key `{word}`; {hint}"))
}

fn did_you_mean(word: &str, keys: &Keys) -> Option<String> {
    let known: Vec<_> = keys.known.iter().map(|(key, _)| key).collect();
    nearest(word, &known).map(|near| format!("did you mean `{near}`?"))
}

fn one_of(keys: &Keys) -> String {
    if let [(_, example)] = keys.known {
        return format!("expected `{example}`");
    }
    let words: Vec<_> = keys.known.iter().map(|(word, _)| format!("`{word}`")).collect();
    format!("expected one of {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    const KEYS: Keys = Keys {
        known: &[("name", r#"name = "Greeter""#), ("version", ""), ("requires", "")],
        elsewhere: &[("license", "it is taken from `Cargo.toml`")],
    };

    #[track_caller]
    fn check(key: &str, expected: &str) {
        let parser = |input: ParseStream| Key::parse(input, &KEYS).map(|_| ());
        let error = parser.parse_str(key).expect_err("the key does not exist");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_misspelt_key_finds_the_nearest() {
        check("nmae", "unknown key `nmae`; did you mean `name`?");
        check("verison", "unknown key `verison`; did you mean `version`?");
    }

    #[test]
    fn a_key_that_has_its_place_elsewhere_finds_it() {
        check("license", "unknown key `license`; it is taken from `Cargo.toml`");
    }

    #[test]
    fn any_other_key_lists_what_exists() {
        check("colour", "unknown key `colour`; expected one of `name`, `version`, `requires`");
    }

    #[test]
    fn what_is_no_key_shows_one() {
        check("\"Greeter\"", r#"expected a key, as in `name = "Greeter"`"#);
    }
}
