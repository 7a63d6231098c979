//! `lock`: which extensions and artifacts there are, written down.

use bevy_extensions_core::{
    Artifact, Candidate, Problem,
    artifacts::{ArtifactStore, Update},
    either, explain, nearest,
};

use super::fetch::{end, passed_over};
use crate::{
    args::{self, Format},
    exit::Exit,
    failure::Failure,
    fetched::Fetched,
    json,
    lock::Locking,
    look::{Instead, Look},
    output::{Output, painted, plain},
};

/// Writes the lock, or tells what differs from it.
pub fn lock(args: &args::Lock, out: &mut Output) -> Result<Exit, Failure> {
    // Whoever writes it by this command means to.
    let instead = Instead { offline: args.how.offline, locked: Some(false) };
    let look = Look::instead(&args.place, instead)?;
    let store = look.usable_store()?;
    let hiding = look.hiding();
    if args.check { check(args, &look, store, &hiding, out) } else { write(args, &look, store, &hiding, out) }
}

fn check(
    args: &args::Lock,
    look: &Look,
    store: &ArtifactStore,
    hiding: &[Problem],
    out: &mut Output,
) -> Result<Exit, Failure> {
    let (locking, fetched) = (Locking::of(look, store)?, Fetched::default());
    let ok = locking.is_good() && hiding.is_empty();
    match args.how.format {
        Format::Json => out.json(&json::Fetch::of(look, ok, &fetched, &locking, false, hiding))?,
        Format::Text if ok && args.how.quiet => {}
        Format::Text => {
            let told = painted(&plain(&(explain(hiding) + &verdict(&locking) + &passed_over(look))));
            out.print(&told)?;
        }
    }
    Ok(end(ok, &fetched, args.how, out))
}

fn verdict(locking: &Locking) -> String {
    let Locking { shown, .. } = locking;
    let hint = "`bevy-extensions lock` brings it up to date; look at what changes, and keep it in version control";
    match locking {
        locking if locking.is_good() => format!("lock: {}\n", locking.fate(false)),
        locking if locking.is_new() => {
            format!("error: there is no lock `{shown}`\n  hint: `bevy-extensions lock` writes it\n")
        }
        locking => {
            let told = locking.changes() + &locking.missing_told();
            format!("error: the lock `{shown}` is not up to date\n{told}  hint: {hint}\n")
        }
    }
}

fn write(
    args: &args::Lock,
    look: &Look,
    store: &ArtifactStore,
    hiding: &[Problem],
    out: &mut Output,
) -> Result<Exit, Failure> {
    if !hiding.is_empty() && args.how.format == Format::Text {
        out.complain(&explain(hiding));
        let what = "the lock is left as it is, as not all extensions can be read";
        return Err(Failure::impossible(what, "mend them, or move them elsewhere"));
    }
    let fetched = fetch(args, look, store, out)?;
    let locking = Locking::of(look, store)?;
    let is_written = !fetched.is_interrupted && hiding.is_empty() && locking.write()?;
    let ok = fetched.is_good() && hiding.is_empty();
    match args.how.format {
        Format::Json => out.json(&json::Fetch::of(look, ok, &fetched, &locking, is_written, hiding))?,
        Format::Text => {
            if !args.how.quiet && !fetched.is_interrupted {
                let head = format!("lock: {}\n", locking.fate(is_written));
                out.print(&plain(&(head + &locking.changes() + &locking.missing_told() + &passed_over(look))))?;
            }
            out.complain(&fetched.errors());
        }
    }
    Ok(end(ok, &fetched, args.how, out))
}

/// Fetches what the lock does not have, or what is to be chosen anew.
fn fetch(args: &args::Lock, look: &Look, store: &ArtifactStore, out: &mut Output) -> Result<Fetched, Failure> {
    let members = || look.members().map(|(_, candidate, _)| candidate);
    let fetching = match &args.update {
        None => {
            let is_open = |candidate: &&Candidate| store.locked(candidate).iter().any(Option::is_none);
            store.fetch(members().filter(is_open))
        }
        Some(None) => store.update(members(), &Update::All),
        Some(Some(name)) => {
            let artifact = named(name, members())?;
            let asks = |candidate: &&Candidate| {
                candidate.manifest.external.artifacts.iter().any(|wanted| wanted.artifact == artifact)
            };
            store.update(members().filter(asks), &Update::One(artifact.clone()))
        }
    };
    Fetched::wait(look, fetching, args.how, out)
}

/// Finds an artifact by its name, or by what manifests write.
fn named<'a>(name: &str, candidates: impl Iterator<Item = &'a Candidate>) -> Result<Artifact, Failure> {
    let all = candidates.flat_map(|candidate| candidate.manifest.external.artifacts.iter().map(|it| &it.artifact));
    let mut all: Vec<_> = all.map(|artifact| (artifact.to_string(), artifact)).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all.dedup_by(|one, other| one.0 == other.0);
    if let Some((_, exact)) = all.iter().find(|(written, _)| written == name) {
        return Ok((*exact).clone());
    }
    let fitting: Vec<_> = all.iter().filter(|(_, artifact)| artifact.name() == name).collect();
    match fitting[..] {
        [(_, only)] => Ok((*only).clone()),
        [] => {
            let names: Vec<_> = all.iter().flat_map(|(written, it)| [written.as_str(), it.name()]).collect();
            let near = nearest(name, &names).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| "`bevy-extensions show NAME` lists what an extension asks for".into());
            Err(Failure::wrong_use(format!("no extension asks for an artifact `{name}`"), hint))
        }
        _ => {
            let written: Vec<_> = fitting.iter().map(|(written, _)| written).collect();
            let what = format!("`{name}` may be {}", either(&written));
            Err(Failure::wrong_use(what, "write it as the manifest does"))
        }
    }
}
