//! Who is asked for and needs artifacts that are still to be fetched: that is done when they are there.

use super::{SwitchPlan, SwitchStep};
use crate::{entity::Extensions, fetch, request::Request};

/// Takes out of what is asked for who waits for artifacts, with those who are refused without them, and begins to fetch. They
/// are asked for again, together, when all is there, or it is known why not.
pub(super) fn put_off(extensions: &mut Extensions) {
    overtake(extensions);
    if !extensions.requested.iter().any(Request::waits) {
        return;
    }
    // Nothing is fetched for whoever is refused in any case.
    let (all, _) = extensions.plan_with([]);
    let mut later = Vec::new();
    loop {
        let rest = extensions.requested.clone();
        let (now, _) = extensions.plan_of(rest);
        let is_put_off = |request: &mut Request| match now.accepts(&request.switch) {
            true => request.waits() && is_to_wait(&now, request),
            false => all.accepts(&request.switch),
        };
        let found: Vec<_> = extensions.requested.extract_if(.., is_put_off).collect();
        if found.is_empty() {
            break;
        }
        later.extend(found);
    }
    fetch::begin_for(extensions, later);
}

/// Forgets what was read for somebody and is read anew by now, here and where it waits for artifacts: it is on disk no more.
fn overtake(extensions: &mut Extensions) {
    let newer = extensions.requested.clone();
    extensions.requested.retain(|request| !request.is_overtaken_by(&newer));
    let freed = extensions.fetches.overtake(&newer);
    extensions.requested.extend(freed);
}

/// Tells whether what was read is not to be there without its artifacts: whoever is off has them fetched when it is enabled.
fn is_to_wait(plan: &SwitchPlan, request: &Request) -> bool {
    let is_it = |step: &SwitchStep| request.loaded().is_some_and(|it| it.candidate.manifest.name == step.extension);
    plan.steps().iter().any(|step| step.waits && is_it(step))
}
