//! The command `bevy-extensions`: what extensions of a Bevy app are there, what starts, and why not.
//!
//! It reads what the app would read, by the same code, and runs nothing of it. See its `README.md`, or `--help`.

mod args;
mod commands;
mod exit;
mod failure;
mod json;
mod look;
mod output;

use std::process::ExitCode;

use anstream::AutoStream;
use clap::Parser as _;

use args::{Args, Command};
use exit::Exit;
use failure::Failure;
use output::{Output, painted};

fn main() -> ExitCode {
    let args = Args::parse();
    let color = args.color;
    match dispatch(args) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            use std::io::Write as _;
            let mut stderr = AutoStream::new(std::io::stderr().lock(), color.choice());
            // Where nobody hears of errors, there is nobody to tell of that one.
            _ = stderr.write_all(painted(&failure.to_string()).as_bytes());
            failure.exit().into()
        }
    }
}

/// Carries out one command.
fn dispatch(args: Args) -> Result<Exit, Failure> {
    let out = &mut Output::new(args.color);
    match &args.command {
        Command::List(args) => commands::list(args, out),
        Command::Show(args) => commands::show(args, out),
        Command::Tree(args) => commands::tree(args, out),
        Command::Why(args) => commands::why(args, out),
        Command::Check(args) => commands::check(args, out),
        Command::Graph(args) => commands::graph(args, out),
        Command::New(args) => commands::new(args, out),
        Command::Pack(args) => commands::pack(args, out),
        Command::Schema(args) => commands::schema(args, out),
        Command::Completions(args) => commands::completions(args, out),
        Command::Man(args) => commands::man(args, out),
    }
}
