//! `completions` and `man`: what shells and manuals want of the command line.

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::{
    args::{self, Args, Completions},
    exit::Exit,
    failure::Failure,
    output::Output,
};

/// Prints a script for a shell.
pub fn completions(args: &Completions, out: &mut Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "bevy-extensions", &mut script);
    if args.shell == Shell::Bash {
        // It writes the hyphen of our name in two ways, and then finds nothing to complete after a command.
        let text = String::from_utf8_lossy(&script).replace("bevy__subcmd__extensions", "bevy__extensions");
        script = text.into_bytes();
    }
    out.write(&script)?;
    Ok(Exit::Good)
}

/// Prints a manual page.
pub fn man(args: &args::Man, out: &mut Output) -> Result<Exit, Failure> {
    let mut page = Vec::new();
    let source = concat!("bevy-extensions ", env!("CARGO_PKG_VERSION"));
    let rendered = Man::new(page_of(args)?).source(source).render(&mut page);
    rendered.map_err(|error| Failure::impossible(format!("the page cannot be made: {error}"), "report it"))?;
    out.write(&page)?;
    Ok(Exit::Good)
}

fn page_of(args: &args::Man) -> Result<Command, Failure> {
    let mut all = Args::command();
    all.build();
    let Some(name) = &args.command else { return Ok(all) };
    match all.find_subcommand(name) {
        Some(command) => Ok(command.clone()),
        None => {
            let names: Vec<_> = all.get_subcommands().map(Command::get_name).collect();
            let near = bevy_extensions_core::nearest(name, &names).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| format!("the commands are {}", names.join(", ")));
            Err(Failure::wrong_use(format!("there is no command `{name}`"), hint))
        }
    }
}
