//! `new`: an extension to begin with.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use bevy_extensions_core::ExtensionName;
use heck::{ToKebabCase as _, ToUpperCamelCase as _};

use crate::{args, exit::Exit, failure::Failure, output::Output};

/// The version of Bevy's subcrates that a new crate depends on.
const BEVY: &str = "0.20.1";

/// What the code of a new crate calls something else.
const TAKEN: [&str; 7] = ["App", "Extension", "Init", "Plugin", "Self", "Terminate", "TestApp"];

/// What a crate depends on, or cannot be called: other crates, and the keywords of Rust 2024.
#[rustfmt::skip]
const TAKEN_CRATES: [&str; 59] = [
    "bevy_app", "bevy_extensions",
    "alloc", "core", "proc_macro", "std", "test",
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "_",
];

/// Makes an extension where there is nothing yet.
pub fn new(args: &args::New, out: &mut Output) -> Result<Exit, Failure> {
    let name = checked(&args.name)?;
    let made = match (args.native, args.folder) {
        (true, _) => crate_of(args)?,
        (_, true) => Made {
            files: folder_of(&args.name, &name),
            next: format!("`bevy-extensions check {}`", shown(args, &args.name)),
        },
        _ => Made {
            files: vec![(format!("{}.js", args.name).into(), include_str!("../../templates/script.js").into())],
            next: format!("`bevy-extensions check {}.js`", shown(args, &args.name)),
        },
    };
    let first = made.files[0].0.iter().next().map(PathBuf::from).unwrap_or_default();
    if fs::symlink_metadata(args.place.join(&first)).is_ok() {
        let what = format!("`{}` is there already", tidy(&args.place.join(&first)));
        return Err(Failure::impossible(what, "give it another name, or make it elsewhere with `--in`"));
    }
    for (path, text) in &made.files {
        write(&args.place.join(path), text)?;
    }
    let list: String =
        made.files.iter().map(|(path, _)| format!("created `{}`\n", tidy(&args.place.join(path)))).collect();
    out.print(&format!("{list}next: {}\n", made.next))?;
    Ok(Exit::Good)
}

/// What is to be written, and what to do then.
struct Made {
    files: Vec<(PathBuf, String)>,
    next: String,
}

/// Returns the name that the extension has, if the text can be one of a file, too.
fn checked(text: &str) -> Result<ExtensionName, Failure> {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    match ExtensionName::converted(text) {
        Ok(name) if is_plain && begins_well => Ok(name),
        _ => Err(Failure::wrong_use(
            format!("`{text}` cannot be the name of an extension"),
            "begin with a letter, and add letters, digits, `-` and `_`",
        )),
    }
}

fn folder_of(folder: &str, name: &ExtensionName) -> Vec<(PathBuf, String)> {
    let manifest = include_str!("../../templates/folder/extension.json").replace("{{name}}", name.as_str());
    let main = include_str!("../../templates/folder/main.js").to_string();
    [("extension.json", manifest), ("main.js", main)].map(|(file, text)| (Path::new(folder).join(file), text)).into()
}

fn crate_of(args: &args::New) -> Result<Made, Failure> {
    let is_lower = !args.name.contains(|c: char| c.is_ascii_uppercase());
    let package = if is_lower { args.name.clone() } else { args.name.to_kebab_case() };
    let (module, kind) = (package.replace('-', "_"), package.to_upper_camel_case());
    if TAKEN.contains(&kind.as_str()) || TAKEN_CRATES.contains(&module.as_str()) || ExtensionName::new(&kind).is_err() {
        let what = format!("a crate of an extension cannot be called `{}`", args.name);
        return Err(Failure::wrong_use(what, format!("call it `my-{package}`")));
    }
    let filled = |text: &str| {
        let values = [
            ("{{crate}}", package.as_str()),
            ("{{module}}", &module),
            ("{{type}}", &kind),
            ("{{bevy}}", BEVY),
            ("{{version}}", env!("CARGO_PKG_VERSION")),
        ];
        values.iter().fold(text.to_string(), |text, (key, value)| text.replace(key, value))
    };
    let files = [
        // Called otherwise here, or cargo would take the folder for a crate of its own.
        ("Cargo.toml", include_str!("../../templates/native/Cargo.toml.txt")),
        ("src/lib.rs", include_str!("../../templates/native/src/lib.rs")),
        ("examples/run.rs", include_str!("../../templates/native/examples/run.rs")),
    ];
    let files = files.map(|(file, text)| (Path::new(&package).join(file), filled(text))).into();
    Ok(Made { files, next: format!("`cargo run --example run`, in `{}`", shown(args, &package)) })
}

fn shown(args: &args::New, name: &str) -> String {
    tidy(&args.place.join(name))
}

/// Shows a path without the `.` that it begins with.
fn tidy(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = || -> io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        File::create_new(path)?.write_all(text.as_bytes())
    };
    written().map_err(|error| {
        let what = format!("`{}` cannot be written: {error}", path.display());
        Failure::impossible(what, "check that this user may write there")
    })
}
