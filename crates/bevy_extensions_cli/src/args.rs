//! What may stand on the command line.

use std::path::PathBuf;

use anstream::ColorChoice;
use bevy_extensions_core::{Version, parse_version};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// What extensions of a Bevy app are there, what starts, and why not
///
/// It looks where the app would: at the host settings `assets/extensions.ron`, in the folders that they name (by default
/// `assets/extensions` and `extensions`), and at the natives whose manifests the app has written with
/// `bevy_extensions::write_manifests`. `--dir` looks elsewhere, and there alone. Nothing of an extension is run.
#[derive(Debug, Parser)]
#[command(name = "bevy-extensions", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Args {
    /// When the output is coloured; `auto` is on a terminal, unless the variable `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  bevy-extensions check              is anything wrong, in the folders of this app?
  bevy-extensions check weather.js   is anything wrong with this one alone?
  bevy-extensions why Weather        why is it left out?
  bevy-extensions fetch              fetch the files that they ask for, before the app starts
  bevy-extensions new my-weather     a script to begin with

It ends with 0 if all is well, 1 if something is wrong, and 2 if it was asked wrongly.";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Who is there: those that start, in load order, then the others
    #[command(after_help = "\
Examples:
  bevy-extensions list
  bevy-extensions list ../town/assets/extensions
  bevy-extensions list --format json | jq -r '.extensions[].name'")]
    List(LookAt),
    /// All that is known of one extension
    #[command(after_help = "\
Examples:
  bevy-extensions show Weather
  bevy-extensions show my-weather --format json")]
    Show(Show),
    /// Who needs whom, as a tree
    #[command(after_help = "\
What is merely wished is marked as (optional), (after) or (before). What stands above already is marked with (*), and not
shown in full again; (cycle) marks who needs itself through others.

Examples:
  bevy-extensions tree
  bevy-extensions tree Weather
  bevy-extensions tree Economy --inverted")]
    Tree(Tree),
    /// Why an extension starts, or does not, and who needs it
    #[command(after_help = "\
Examples:
  bevy-extensions why Weather
  bevy-extensions why Weather --app-version 2.0.0")]
    Why(Why),
    /// All that is wrong; ends with 1 if an extension is left out or cannot be read
    #[command(after_help = "\
What only the app can tell, such as whether the code of a script is good, is not looked at; the last line says so.

Examples:
  bevy-extensions check
  bevy-extensions check my-weather.js
  bevy-extensions check --app-version 1.2.0 --settings server/extensions.ron")]
    Check(LookAt),
    /// Who depends on whom, as a picture: for Graphviz, for Markdown, or as SVG
    #[command(after_help = "\
Examples:
  bevy-extensions graph -o extensions.svg
  bevy-extensions graph | dot -Tpng -o extensions.png
  bevy-extensions graph --format mermaid")]
    Graph(Graph),
    /// Fetch the artifacts that extensions ask for, and bring the lock up to date
    #[command(after_help = "\
What is there already is not fetched again, and what was fetched is checked before it is kept. All
that extensions ask for is fetched, also by those that are disabled. With a PATH, artifacts are kept
in the folder `.libs` there, with a lock of their own. It ends with 1 if anything cannot be had.

Examples:
  bevy-extensions fetch
  bevy-extensions fetch --locked          exactly what the lock has, or an error
  bevy-extensions fetch --offline         nothing but what is here, or lies in a folder
  bevy-extensions fetch --settings server/extensions.ron")]
    Fetch(Fetch),
    /// Write `extensions.lock`: which extensions and artifacts there are, where they come from, and what is in them
    #[command(after_help = "\
What the lock has of artifacts stays as it is, unless it is updated. What it does not have is
fetched. Keep the file in version control; with `locked: true` in its host settings, an app uses
only what stands there.

Examples:
  bevy-extensions lock
  bevy-extensions lock --check            does it say what is there? for CI: ends with 1 if not
  bevy-extensions lock --update           choose all artifacts anew
  bevy-extensions lock --update left-pad  choose this one anew")]
    Lock(Lock),
    /// Begin an extension: a script, a folder with one, or a crate
    #[command(after_help = "\
Nothing that is there is overwritten.

Examples:
  bevy-extensions new my-weather            my-weather.js
  bevy-extensions new my-weather --folder   my-weather/ with extension.json and main.js
  bevy-extensions new my-weather --native   my-weather/, a crate for cargo")]
    New(New),
    /// Make the archive of a script folder, to hand out
    #[command(after_help = "\
The folder is checked first. What is hidden, and node_modules, is left out. The same files make the same bytes.

Examples:
  bevy-extensions pack my-weather
  bevy-extensions pack my-weather -o dist/my-weather.zip --force")]
    Pack(Pack),
    /// The JSON Schema of `extension.json`, for editors, or of what `--format json` prints
    #[command(after_help = "\
Examples:
  bevy-extensions schema > extension.schema.json
  bevy-extensions schema output")]
    Schema(Schema),
    /// What a shell needs to complete this command
    #[command(after_help = "\
Examples:
  bevy-extensions completions bash > ~/.local/share/bash-completion/completions/bevy-extensions
  bevy-extensions completions fish > ~/.config/fish/completions/bevy-extensions.fish")]
    Completions(Completions),
    /// The manual page of this command, or of one of its commands
    #[command(after_help = "\
Examples:
  bevy-extensions man | man -l -
  bevy-extensions man check > bevy-extensions-check.1")]
    Man(Man),
}

/// Where to look.
#[derive(Debug, Clone, Default, ClapArgs)]
pub struct Where {
    /// Look in this folder of extensions, or at this extension, and nowhere else; may be given several times
    #[arg(long = "dir", value_name = "PATH")]
    pub dirs: Vec<PathBuf>,
    /// The host settings to read [default: assets/extensions.ron, if it is there and there is no --dir]
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
    /// The version of the app, which `app` of a manifest is held against
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    pub app_version: Option<Version>,
    /// The manifests of natives to read [default: target/extensions/natives.ron, if it is there and there is no --dir]
    #[arg(long, value_name = "FILE")]
    pub natives: Option<PathBuf>,
}

impl Where {
    /// Returns the same, with further paths to look at.
    fn and(&self, paths: &[PathBuf]) -> Self {
        let mut place = self.clone();
        place.dirs.extend(paths.iter().cloned());
        place
    }
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs; `bevy-extensions schema output` describes it
    Json,
}

/// Where to look, by paths, and how to print.
#[derive(Debug, ClapArgs)]
pub struct LookAt {
    /// The same as --dir
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub place: Where,
    /// For whom to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

impl LookAt {
    /// Returns where to look, however it was said.
    pub fn place(&self) -> Where {
        self.place.and(&self.paths)
    }
}

/// Fetch artifacts.
#[derive(Debug, ClapArgs)]
pub struct Fetch {
    /// The same as --dir
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub place: Where,
    /// Use only what the lock has, and leave it as it is; instead of `locked` in the host settings
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub locked: Option<bool>,
    #[command(flatten)]
    pub how: Fetching,
}

impl Fetch {
    /// Returns where to look, however it was said.
    pub fn place(&self) -> Where {
        self.place.and(&self.paths)
    }
}

/// Write the lock.
#[derive(Debug, ClapArgs)]
pub struct Lock {
    #[command(flatten)]
    pub place: Where,
    /// Write and fetch nothing: tell what differs, and end with 1 if anything does
    #[arg(long, conflicts_with = "update")]
    pub check: bool,
    /// Choose and fetch artifacts anew: all, or the one of this name
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "clap tells an option without a value so")]
    pub update: Option<Option<String>>,
    #[command(flatten)]
    pub how: Fetching,
}

/// How to fetch.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Fetching {
    /// Make no connection; instead of `offline` in the host settings
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub offline: Option<bool>,
    /// Print nothing but what goes wrong
    #[arg(long, short)]
    pub quiet: bool,
    /// For whom to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Show one extension.
#[derive(Debug, ClapArgs)]
pub struct Show {
    /// Its name, or what its file is called
    pub name: String,
    #[command(flatten)]
    pub place: Where,
    /// For whom to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Show a tree.
#[derive(Debug, ClapArgs)]
pub struct Tree {
    /// Show this one and what it needs, instead of all
    pub name: Option<String>,
    /// Show who needs it, instead of what it needs
    #[arg(long, short, requires = "name")]
    pub inverted: bool,
    #[command(flatten)]
    pub place: Where,
    /// For whom to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Explain one extension.
#[derive(Debug, ClapArgs)]
pub struct Why {
    /// Its name, or what its file is called
    pub name: String,
    #[command(flatten)]
    pub place: Where,
    /// For whom to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Draw a picture.
#[derive(Debug, ClapArgs)]
pub struct Graph {
    /// The same as --dir
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub place: Where,
    /// How to draw [default: as the name of the file ends, else dot]
    #[arg(long, value_enum)]
    pub format: Option<GraphFormat>,
    /// Write it to this file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl Graph {
    /// Returns where to look, however it was said.
    pub fn place(&self) -> Where {
        self.place.and(&self.paths)
    }
}

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For Graphviz
    Dot,
    /// For Markdown, as code forges show it
    Mermaid,
    /// An image
    Svg,
    /// For programs
    Json,
}

/// Begin an extension.
#[derive(Debug, ClapArgs)]
pub struct New {
    /// What it is called: letters, digits, `-` and `_`
    pub name: String,
    /// A crate, which is linked into the app
    #[arg(long, conflicts_with = "folder")]
    pub native: bool,
    /// A folder with a manifest and a script
    #[arg(long)]
    pub folder: bool,
    /// Where to make it
    #[arg(long = "in", value_name = "FOLDER", default_value = ".", hide_default_value = true)]
    pub place: PathBuf,
}

/// Make an archive.
#[derive(Debug, ClapArgs)]
pub struct Pack {
    /// The folder of the extension
    pub folder: PathBuf,
    /// The archive [default: the name of the folder with `.zip`, here]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace the archive if it is there
    #[arg(long)]
    pub force: bool,
}

/// Print a schema.
#[derive(Debug, ClapArgs)]
pub struct Schema {
    /// Of what
    #[arg(value_enum, default_value_t = SchemaOf::Manifest)]
    pub of: SchemaOf,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `extension.json`
    Manifest,
    /// What `--format json` prints
    Output,
}

/// Print completions.
#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// For which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Print a manual page.
#[derive(Debug, ClapArgs)]
pub struct Man {
    /// The command [default: all of it]
    pub command: Option<String>,
}

/// When the output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// The same for whoever writes.
    pub fn choice(self) -> ColorChoice {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }
}
