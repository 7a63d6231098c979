//! Where generated code finds `bevy_extensions`.

use proc_macro_crate::{FoundCrate, crate_name};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Ident;

/// The path of `bevy_extensions` in the crate that derives, which may have renamed the dependency.
pub(crate) struct CratePath(String);

impl CratePath {
    /// Looks the dependency up in the `Cargo.toml` of the crate that derives.
    pub(crate) fn find() -> Self {
        // Not found, it is named anyway: the compiler's own error about it tells what is missing.
        Self::of(crate_name("bevy_extensions").unwrap_or(FoundCrate::Itself))
    }

    /// Returns the path with a span, at which the compiler reports what is wrong with the item it leads to.
    pub(crate) fn at(&self, span: Span) -> TokenStream {
        let name = Ident::new(&self.0, span);
        quote_spanned!(span => ::#name)
    }

    fn of(found: FoundCrate) -> Self {
        Self(match found {
            // Its `lib.rs` says `extern crate self as bevy_extensions`.
            FoundCrate::Itself => "bevy_extensions".into(),
            FoundCrate::Name(name) => name,
        })
    }
}

impl ToTokens for CratePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.at(Span::call_site()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: FoundCrate, expected: &str) {
        assert_eq!(CratePath::of(found).to_token_stream().to_string(), expected);
    }

    #[test]
    fn a_renamed_dependency_is_called_by_its_new_name() {
        check(FoundCrate::Name("extensions".into()), ":: extensions");
    }

    #[test]
    fn the_crate_itself_is_called_by_its_own_name() {
        check(FoundCrate::Itself, ":: bevy_extensions");
    }
}
