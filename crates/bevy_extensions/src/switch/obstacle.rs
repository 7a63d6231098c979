//! What stands against something that is asked for, by itself.

use bevy_extensions_core::SwitchTo;

use super::BlockedBy;
use crate::{
    acting::ExtensionId,
    entity::{ExtensionState, Extensions},
    request::Request,
};

/// Returns what stands against a request, whatever becomes of the others.
pub(super) fn obstacle(extensions: &Extensions, requests: &[Request], request: &Request) -> Option<BlockedBy> {
    if extensions.starts_nobody {
        return Some(BlockedBy::NobodyStarts);
    }
    let name = &request.switch.extension;
    if request.switch.to == SwitchTo::Load {
        return match request.read.as_deref()? {
            _ if extensions.have_ended => Some(BlockedBy::Ended),
            Err(problem) => Some(BlockedBy::Problem(problem.clone())),
            Ok(_) => taken(extensions, requests, request),
        };
    }
    let Some(id) = extensions.id_by_name(name) else {
        return Some(BlockedBy::Unknown { nearest: extensions.nearest(name) });
    };
    let is_of = |other: &Request| extensions.id_by_name(&other.switch.extension) == Some(id);
    let listed = extensions.listed(id);
    let is_native = listed.candidate.source.is_native();
    // What cannot be had contradicts nobody.
    let can_be = |to: SwitchTo| to != SwitchTo::Unload || !is_native;
    let is_asked = |to: SwitchTo| can_be(to) && requests.iter().any(|other| other.switch.to == to && is_of(other));
    let contradicted = |by| is_asked(by).then_some(BlockedBy::Contradicted { by });
    match request.switch.to {
        _ if extensions.have_ended => Some(BlockedBy::Ended),
        SwitchTo::Unload | SwitchTo::Reload if is_native => Some(BlockedBy::Native),
        SwitchTo::Unload => None,
        SwitchTo::Reload => match request.read.as_deref() {
            None => Some(BlockedBy::NotOnDisk),
            Some(Err(problem)) => Some(BlockedBy::Problem(problem.clone())),
            Some(Ok(_)) => contradicted(SwitchTo::Unload).or_else(|| taken(extensions, requests, request)),
        },
        _ if listed.state == ExtensionState::LeftOut => {
            Some(BlockedBy::LeftOut { problem: extensions.why_left_out(id).cloned().map(Box::new) })
        }
        SwitchTo::Disable => contradicted(SwitchTo::Unload),
        _ if !listed.is_built => Some(BlockedBy::NotBuilt),
        to => {
            let is_no_use = to == SwitchTo::Restart && listed.is_off && !is_asked(SwitchTo::Enable);
            let by = contradicted(SwitchTo::Unload).or_else(|| contradicted(SwitchTo::Disable));
            by.or_else(|| is_no_use.then_some(BlockedBy::Disabled))
        }
    }
}

/// Tells whether somebody else has the name of what was read.
fn taken(extensions: &Extensions, requests: &[Request], request: &Request) -> Option<BlockedBy> {
    let candidate = &request.loaded()?.candidate;
    let name = &candidate.manifest.name;
    let named = |id: ExtensionId| extensions.listed(id).name == *name;
    let goes = |id: ExtensionId| {
        let is_it = |other: &Request| extensions.id_by_name(&other.switch.extension) == Some(id);
        let is_replaced = |other: &Request| other.switch == request.switch && other.switch.to == SwitchTo::Reload;
        let is_native = extensions.listed(id).candidate.source.is_native();
        let is_gone = |other: &Request| other.switch.to == SwitchTo::Unload || is_replaced(other);
        !is_native && requests.iter().any(|other| is_it(other) && is_gone(other))
    };
    let holder = extensions.id_by_name(name.as_str()).filter(|id| named(*id) && !goes(*id));
    if let Some(holder) = holder {
        let source = &extensions.listed(holder).candidate.source;
        let (at, is_native) = (source.location().clone(), source.is_native());
        return Some(BlockedBy::Taken { name: name.clone(), at, is_native });
    }
    if request.switch.extension.eq_ignore_ascii_case(name.as_str()) && request.switch.to == SwitchTo::Reload {
        // It keeps its own name, whoever else would like to have it.
        return None;
    }
    // Of two that come under one name, the first is accepted.
    let earlier = requests.iter().take_while(|other| *other != request);
    let same = earlier.filter_map(Request::loaded).find(|other| other.candidate.manifest.name == *name)?;
    Some(BlockedBy::Twice { name: name.clone(), at: same.candidate.source.location().clone() })
}
