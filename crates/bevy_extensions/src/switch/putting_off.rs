//! Who is asked for and needs artifacts that are still to be fetched: that is done when they are there.

use crate::{entity::Extensions, fetch, request::Request};

/// Takes out of what is asked for who waits for artifacts, with those who are refused without them, and begins to fetch. They
/// are asked for again, together, when all is there, or it is known why not.
pub(super) fn put_off(extensions: &mut Extensions) {
    let waits = |request: &Request| request.loaded().is_some_and(|loaded| !loaded.held.is_complete());
    if !extensions.requested.iter().any(waits) {
        return;
    }
    // Nothing is fetched for whoever is refused in any case.
    let (all, _) = extensions.plan_with([]);
    let mut later = Vec::new();
    loop {
        let rest = extensions.requested.clone();
        let (now, _) = extensions.plan_of(rest);
        let is_put_off = |request: &mut Request| match now.accepts(&request.switch) {
            true => waits(request),
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
