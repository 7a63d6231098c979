//! `fetch`: the artifacts that extensions ask for.

use bevy_extensions_core::{Candidate, Problem, explain};

use crate::{
    args::{self, Format},
    exit::Exit,
    failure::Failure,
    fetched::Fetched,
    json,
    lock::Locking,
    look::{Instead, KeptState, Look},
    output::{Output, plain},
};

/// Fetches what is not here, and brings the lock up to date.
pub fn fetch(args: &args::Fetch, out: &mut Output) -> Result<Exit, Failure> {
    let instead = Instead { offline: args.how.offline, locked: args.locked };
    let look = Look::instead(&args.place(), instead)?;
    let store = look.usable_store()?;
    let wanted =
        look.members().filter(|(index, ..)| look.artifacts[*index].iter().any(|kept| kept.state != KeptState::Here));
    let wanted: Vec<&Candidate> = wanted.map(|(_, candidate, _)| candidate).collect();
    let fetched = match wanted.is_empty() {
        true => Fetched::of(&look, &[], &[]),
        false => Fetched::wait(&look, store.fetch(wanted), args.how, out)?,
    };

    let locking = Locking::of(&look, store)?;
    let hiding = look.hiding();
    let (fate, is_written) = bring_up_to_date(&look, &locking, &hiding)?;
    let differs = look.settings.locked && !locking.differences().is_empty();
    let ok = fetched.is_good() && hiding.is_empty() && !differs;
    match args.how.format {
        Format::Json => out.json(&json::Fetch::of(&look, ok, &fetched, &locking, is_written, &hiding))?,
        Format::Text => {
            if !args.how.quiet {
                out.print(&plain(&(fetched.summary() + &fate + &passed_over(&look))))?;
            }
            out.complain(&(explain(&hiding) + &fetched.errors()));
            if differs {
                out.complain(&not_as_locked(&locking));
            }
        }
    }
    Ok(end(ok, &fetched, args.how, out))
}

/// Says how the command ends, and why, if somebody has interrupted it.
pub fn end(ok: bool, fetched: &Fetched, how: args::Fetching, out: &mut Output) -> Exit {
    match () {
        () if fetched.is_interrupted => {
            if how.format == Format::Text {
                out.complain("error: fetching was interrupted\n  hint: start it again; what has come is kept\n");
            }
            Exit::Interrupted
        }
        () if ok => Exit::Good,
        () => Exit::Bad,
    }
}

/// Says who was not looked at.
pub fn passed_over(look: &Look) -> String {
    look.passed_over().map(|who| format!("not looked at: {who}\n")).unwrap_or_default()
}

/// Writes the lock if the app would, and says so.
fn bring_up_to_date(look: &Look, locking: &Locking, hiding: &[Problem]) -> Result<(String, bool), Failure> {
    let lock = &locking.shown;
    if locking.is_new() && !locking.has_artifacts() {
        return Ok((String::new(), false));
    }
    if look.settings.locked {
        return Ok((format!("lock: `{lock}` is left as it is, as `locked` is set\n"), false));
    }
    if !hiding.is_empty() {
        return Ok((format!("lock: `{lock}` is left as it is, as not all extensions can be read\n"), false));
    }
    let is_written = locking.write()?;
    Ok((format!("lock: {}\n", locking.fate(is_written)), is_written))
}

fn not_as_locked(locking: &Locking) -> String {
    format!(
        "error: the lock `{}` does not say what is there, and `locked` is set\n{}  \
           hint: `bevy-extensions lock` brings it up to date; look at what changes, and keep it\n",
        locking.shown,
        locking.changes(),
    )
}
