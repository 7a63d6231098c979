//! `check`: all that is wrong.

use bevy_extensions_core::{Problem, Severity, explain};

use crate::{
    args::{Format, LookAt},
    exit::Exit,
    failure::Failure,
    json,
    look::Look,
    output::{Output, painted, plain},
};

/// Prints all problems, how many extensions are in which state, and what was not looked at.
pub fn check(args: &LookAt, out: &mut Output) -> Result<Exit, Failure> {
    let look = match Look::at(&args.place()) {
        Err(Failure::Wrong(problem)) => Look::in_vain(*problem),
        look => look?,
    };
    let ok = !look.problems.iter().any(|problem| problem.severity() == Severity::Error);
    let not_checked = not_checked(&look);
    match args.format {
        Format::Text => {
            let problems = painted(&plain(&explain(&look.problems)));
            let not_checked = not_checked.join("; ");
            out.print(&format!("{problems}{}not checked: {not_checked}\n", look.summary()))?;
        }
        Format::Json => out.json(&json::Check::of(&look, ok, not_checked))?,
    }
    Ok(if ok { Exit::Good } else { Exit::Bad })
}

/// Says what only the app, or an engine in it, can tell.
fn not_checked(look: &Look) -> Vec<String> {
    if let [Problem::BadSettings(_)] = look.problems.as_slice() {
        return vec!["all extensions".into()];
    }
    let scripts = match look.found.len() {
        0 => None,
        1 => Some("the code of 1 script".into()),
        more => Some(format!("the code of {more} scripts")),
    };
    let rest = "settings, events and interfaces, which only the running app knows".into();
    scripts.into_iter().chain(look.passed_over().map(Into::into)).chain([rest]).collect()
}
