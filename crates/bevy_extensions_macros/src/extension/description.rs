//! The description in a manifest, which is the doc comment of the struct.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// Returns the first paragraph of a doc comment, its lines joined by spaces.
pub(super) fn description(attrs: &[Attribute]) -> String {
    let text = attrs.iter().filter_map(doc).collect::<Vec<_>>().join("\n");
    let lines = text.lines().map(str::trim);
    let paragraph: Vec<_> = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).collect();
    paragraph.join(" ")
}

/// Returns the text of `#[doc = ".."]`, which is what `/// ..` is short for.
fn doc(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[track_caller]
    fn check(item: syn::ItemStruct, expected: &str) {
        assert_eq!(description(&item.attrs), expected);
    }

    #[test]
    fn the_first_paragraph_becomes_one_line() {
        check(
            parse_quote! {
                /// Greets whoever joins,
                /// and pays a welcome gift.
                ///
                /// The rest is for readers of the code.
                struct Greeter;
            },
            "Greets whoever joins, and pays a welcome gift.",
        );
    }

    #[test]
    fn a_block_comment_reads_the_same() {
        check(
            parse_quote! {
                /**
                Greets whoever joins.

                More.
                */
                struct Greeter;
            },
            "Greets whoever joins.",
        );
    }

    #[test]
    fn without_a_doc_comment_there_is_none() {
        check(
            parse_quote!(
                #[doc(hidden)]
                struct Greeter;
            ),
            "",
        );
    }
}
