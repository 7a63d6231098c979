//! One item of `requires(..)` and its like.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Ident, LitStr, Path, Token, ext::IdentExt, parse::ParseStream};

use crate::{crate_path::CratePath, key::Key};

/// Another extension, and what versions of it are meant: `Economy = "^1.2"`.
pub(super) struct Dependency {
    pub(super) on: Other,
    pub(super) version: Option<LitStr>,
}

/// How another extension is called.
pub(super) enum Other {
    /// A native extension, which has to exist.
    Path(Path),
    /// Any extension, which need not be known before the app starts.
    Name(LitStr),
}

impl Dependency {
    /// Reads `Economy`, `Economy = "^1.2"`, `"Weather"` or `"Weather" = "1"` in the list of a key.
    pub(super) fn parse(input: ParseStream, key: &Key) -> syn::Result<Self> {
        let on = Other::parse(input)?;
        let version = match input.parse::<Option<Token![=]>>()? {
            None => None,
            Some(equals) if matches!(key.word, "after" | "before") => return Err(only_order(equals, key)),
            Some(_) => Some(key.text(input)?),
        };
        Ok(Self { on, version })
    }
}

impl Other {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            input.parse().map(Self::Name)
        } else if input.peek(Ident::peek_any) || input.peek(Token![::]) {
            input.parse().map(Self::Path)
        } else {
            Err(input.error("expected an extension: a path such as `Economy`, or a name such as `\"Weather\"`"))
        }
    }

    /// Returns a text that is the same for the same extension, as far as a macro can tell.
    pub(super) fn identity(&self) -> String {
        match self {
            Self::Path(path) => path.to_token_stream().to_string(),
            Self::Name(name) => format!("{:?}", name.value().to_ascii_lowercase()),
        }
    }

    /// Returns how messages call it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Path(path) => path.to_token_stream().to_string().replace(' ', ""),
            Self::Name(name) => name.value(),
        }
    }

    /// Tells whether it is the extension with this type and name.
    pub(super) fn is(&self, ident: &Ident, name: &str) -> bool {
        match self {
            Self::Path(path) => path.is_ident("Self") || path.is_ident(ident),
            Self::Name(text) => text.value().eq_ignore_ascii_case(name),
        }
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Name(_) => None,
        }
    }

    /// Returns the expression for its name.
    pub(super) fn name(&self, krate: &CratePath) -> TokenStream {
        match self {
            Self::Path(path) => quote!(<#path as #krate::Extension>::NAME),
            Self::Name(name) => name.to_token_stream(),
        }
    }
}

impl ToTokens for Other {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Path(path) => path.to_tokens(tokens),
            Self::Name(name) => name.to_tokens(tokens),
        }
    }
}

fn only_order(equals: Token![=], key: &Key) -> syn::Error {
    let word = key.word;
    let message =
        format!("`{word}` takes no version range, since it only orders; a range belongs to `requires` or `optional`");
    syn::Error::new(equals.span, message)
}
