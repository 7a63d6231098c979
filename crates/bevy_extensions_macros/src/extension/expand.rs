//! The code that a declaration stands for.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{LitStr, Path, spanned::Spanned};

use super::{
    Declaration,
    attribute::{Attribute, List},
    dependency::{Dependency, Other},
    embedded::Embedded,
    external::External,
};
use crate::crate_path::CratePath;

/// Writes what its author could have written by hand; the docs of the derive show it.
pub(super) fn expand(declaration: &Declaration, krate: &CratePath) -> TokenStream {
    let ident = &declaration.ident;
    let name = declaration.name();
    let settings = declaration.attribute.settings.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    let files = declaration.attribute.files.as_ref().map(files).into_iter();
    let create = create(declaration);
    let manifest = manifest(declaration, krate);
    let needs = needs(declaration, &name).into_iter().map(|path| depends_on(path, krate));
    quote! {
        #[automatically_derived]
        impl #krate::Extension for #ident {
            const NAME: &'static str = #name;
            type Settings = #settings;
            #(#files)*

            fn create() -> Self {
                #create
            }

            fn manifest() -> #krate::Manifest {
                #manifest
            }
        }

        #(
            #[automatically_derived]
            impl #needs for #ident {}
        )*

        #krate::__private::submit! {
            #krate::Declared::of::<#ident>(::core::file!(), ::core::line!())
        }
    }
}

fn create(Declaration { ident, fields, .. }: &Declaration) -> TokenStream {
    match fields.is_empty() {
        true => quote!(Self {}),
        false => quote_spanned!(at(ident.span()) => <#ident as ::core::default::Default>::default()),
    }
}

/// Writes the list of what comes with it; the compiler reads the files, and knows by that when they change.
fn files(Embedded { folder, paths }: &Embedded) -> TokenStream {
    let on_disk = paths.iter().map(|path| format!("/{folder}/{path}"));
    quote! {
        const FILES: &'static [(&'static str, &'static [u8])] = &[
            #((#paths, ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #on_disk)))),*
        ];
    }
}

fn manifest(declaration: &Declaration, krate: &CratePath) -> TokenStream {
    let Attribute { version, app, settings, lists, external, meta, .. } = &declaration.attribute;
    let version = version.as_ref().map_or_else(|| quote!(::core::env!("CARGO_PKG_VERSION")), ToTokens::to_token_stream);
    let description = Some(&declaration.description).filter(|text| !text.is_empty()).into_iter();
    let app = app.iter();
    let lists = lists.iter().map(|list| calls(list, krate));
    let external = fetched(external);
    let settings = settings.as_ref().map(|_| quote!(.settings(#krate::__private::settings::<Self>())));
    let meta = meta.iter().map(|(key, value)| (&key.text, value)).map(|(key, value)| quote!(.meta(#key, #value)));
    quote! {
        #krate::Manifest::builder(<Self as #krate::Extension>::NAME, #version)
            #(.description(#description))*
            .authors(::core::env!("CARGO_PKG_AUTHORS"))
            .license(::core::env!("CARGO_PKG_LICENSE"))
            .homepage(::core::env!("CARGO_PKG_HOMEPAGE"))
            #(.app(#app))*
            #(#lists)*
            #external
            #settings
            #(#meta)*
            .build()
    }
}

/// Writes one call for each extension in a list, or one for the whole group.
fn calls(list: &List, krate: &CratePath) -> TokenStream {
    let method = format_ident!("{}", list.key.word, span = at(list.key.ident.span()));
    let names = list.items.iter().map(|dependency| dependency.on.name(krate));
    match list.key.word {
        "any_of" => {
            let ranges = list.items.iter().map(range);
            quote!(.#method(&[#((#names, #ranges)),*]))
        }
        "provides" => {
            let versions = list.items.iter().map(version);
            quote!(#(.#method(#names, #versions))*)
        }
        "after" | "before" => quote!(#(.#method(#names))*),
        _ => {
            let ranges = list.items.iter().map(range);
            quote!(#(.#method(#names, #ranges))*)
        }
    }
}

fn range(dependency: &Dependency) -> TokenStream {
    dependency.version.as_ref().map_or_else(|| quote!("*"), LitStr::to_token_stream)
}

fn version(dependency: &Dependency) -> TokenStream {
    match &dependency.version {
        Some(version) => quote!(::core::option::Option::Some(#version)),
        None => quote!(::core::option::Option::None),
    }
}

fn fetched(external: &External) -> TokenStream {
    let repositories = external.repositories.iter().map(|(name, url)| {
        let name = &name.text;
        quote!(.repository(#name, #url))
    });
    let artifacts = &external.artifacts;
    quote!(#(#repositories)* #(.artifact(#artifacts))*)
}

/// Returns every type that an extension may import from, once.
fn needs<'a>(declaration: &'a Declaration, name: &str) -> Vec<&'a Path> {
    let mut seen = BTreeSet::new();
    let lists =
        declaration.attribute.lists.iter().filter(|list| matches!(list.key.word, "requires" | "optional" | "any_of"));
    let others = lists.flat_map(|list| &list.items).map(|dependency| &dependency.on);
    // Itself it needs anyway, and is told already that it cannot name itself.
    let others = others.filter(|other| !other.is(&declaration.ident, name));
    others.filter(|other| seen.insert(other.identity())).filter_map(Other::path).collect()
}

fn depends_on(path: &Path, krate: &CratePath) -> TokenStream {
    let span = at(path.span());
    let krate = krate.at(span);
    quote_spanned!(span => #krate::DependsOn<#path>)
}

/// Returns a span at which the compiler reports errors, while lints know that a macro wrote the code.
fn at(place: Span) -> Span {
    Span::call_site().located_at(place)
}
