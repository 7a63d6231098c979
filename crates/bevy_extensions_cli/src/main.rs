//! The command `bevy-extensions`: what extensions of a Bevy app are there, what starts, and why not.
//!
//! It reads what the app would read, by the same code, and runs nothing of it. See its `README.md`, or `--help`.

mod args;
mod commands;
mod exit;
mod failure;
mod fetched;
mod json;
mod lock;
mod look;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use exit::Exit;
use failure::Failure;
use output::Output;

fn main() -> ExitCode {
    let args = Args::parse();
    let out = &mut Output::new(args.color);
    match dispatch(&args.command, out) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            out.complain(&failure.to_string());
            failure.exit().into()
        }
    }
}

/// Carries out one command.
fn dispatch(command: &Command, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        Command::List(args) => commands::list(args, out),
        Command::Show(args) => commands::show(args, out),
        Command::Tree(args) => commands::tree(args, out),
        Command::Why(args) => commands::why(args, out),
        Command::Check(args) => commands::check(args, out),
        Command::Graph(args) => commands::graph(args, out),
        Command::Fetch(args) => commands::fetch(args, out),
        Command::Lock(args) => commands::lock(args, out),
        Command::New(args) => commands::new(args, out),
        Command::Pack(args) => commands::pack(args, out),
        Command::Schema(args) => commands::schema(args, out),
        Command::Completions(args) => commands::completions(args, out),
        Command::Man(args) => commands::man(args, out),
    }
}
