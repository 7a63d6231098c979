//! `meta(..)`: free facts.

use bevy_extensions_core::RonText;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Ident, Lit, LitStr, Token, ext::IdentExt, parse::ParseStream};

/// The name of a fact or of a repository: `mood` or `"two words"`.
pub(super) struct Label {
    pub(super) text: String,
    written: TokenStream,
}

impl Label {
    pub(super) fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let text: LitStr = input.parse()?;
            Ok(Self { text: text.value(), written: text.into_token_stream() })
        } else if input.peek(Ident::peek_any) {
            let ident = input.call(Ident::parse_any)?;
            Ok(Self { text: ident.unraw().to_string(), written: ident.into_token_stream() })
        } else {
            Err(input.error("expected a name, such as `mood` or `\"two words\"`"))
        }
    }
}

impl ToTokens for Label {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.written.to_tokens(tokens);
    }
}

/// Reads `mood = "cheerful"`, and returns the value as RON.
pub(super) fn fact(input: ParseStream) -> syn::Result<(Label, String)> {
    let label = Label::parse(input)?;
    input.parse::<Token![=]>()?;
    let Ok(value) = input.parse::<Lit>() else {
        return Err(input.error(EXPECTED));
    };
    let text = ron(&value)?.ok_or_else(|| syn::Error::new_spanned(&value, EXPECTED))?;
    Ok((label, text.as_str().into()))
}

const EXPECTED: &str = "expected a text, a number or a bool, such as `\"cheerful\"`, `3`, `0.5` or `true`";

fn ron(value: &Lit) -> syn::Result<Option<RonText>> {
    Ok(match value {
        Lit::Str(text) => RonText::of(&text.value()),
        Lit::Int(number) => RonText::of(&number.base10_parse::<i64>()?),
        Lit::Float(number) => RonText::of(&number.base10_parse::<f64>()?),
        Lit::Bool(bool) => RonText::of(&bool.value),
        _ => return Ok(None),
    }
    .ok())
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let (label, value) = fact.parse_str(text).expect("it is a fact");
        assert_eq!(format!("{}: {value}", label.text), expected);
    }

    #[test]
    fn literals_are_written_as_ron() {
        check(r#"mood = "cheer\"ful""#, r#"mood: "cheer\"ful""#);
        check("players = 1_000u16", "players: 1000");
        check("depth = -3", "depth: -3");
        check("ratio = 2.0", "ratio: 2.0");
        check("loud = true", "loud: true");
        check("\"two words\" = 0x10", "two words: 16");
    }
}
