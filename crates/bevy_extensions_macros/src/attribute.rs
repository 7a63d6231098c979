//! The attribute that belongs to a derive, such as `#[extension(..)]`.

use syn::{Meta, parse::ParseStream};

use crate::{
    errors::Errors,
    key::{Key, Keys, comma_separated},
};

/// How the attribute of a derive is written.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    /// A whole one, for whoever has left out the list.
    pub(crate) example: &'static str,
    pub(crate) keys: Keys,
    /// The keys that may stand more than once.
    pub(crate) repeatable: &'static [&'static str],
}

impl Form {
    /// Reads every attribute of this form among those of a type; `read` is called behind each key.
    pub(crate) fn read(
        &self,
        attrs: &[syn::Attribute],
        errors: &mut Errors,
        mut read: impl FnMut(Key, ParseStream, &mut Errors) -> syn::Result<()>,
    ) {
        let mut seen = Vec::new();
        let mut item = |input: ParseStream, errors: &mut Errors| {
            let key = Key::parse(input, &self.keys)?;
            if seen.contains(&key.word) && !self.repeatable.contains(&key.word) {
                errors.note(Err(key.error(format!("`{}` is given twice; keep one of them", key.word))));
            }
            seen.push(key.word);
            read(key, input, errors)
        };
        for attr in attrs.iter().filter(|attr| attr.path().is_ident(self.name)) {
            let read = match &attr.meta {
                Meta::List(list) => {
                    list.parse_args_with(|input: ParseStream| comma_separated(input, errors, &mut item))
                }
                meta => Err(syn::Error::new_spanned(meta, format!("expected a list, as in `{}`", self.example))),
            };
            errors.note(read);
        }
    }
}
