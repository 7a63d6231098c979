//! What went wrong in an extension so far.

use bevy_ecs::prelude::*;

use crate::fault::Fault;

/// What went wrong in an extension so far, oldest first. The same fault again only counts.
#[derive(Component, Debug, Clone, Default, PartialEq)]
pub struct ExtensionFaults {
    faults: Vec<CountedFault>,
    fatal: Option<Fault>,
    more: u32,
    /// How many were told by themselves, since its last start.
    told: u32,
}

/// A fault, and how often it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountedFault {
    /// What happened.
    pub fault: Fault,
    /// How often.
    pub times: u32,
}

/// How many different faults of an extension are kept; of one that says something else each frame, the rest is counted.
const KEPT: usize = 64;

/// How many different faults of an extension are told by themselves, from one start of it to the next.
pub(crate) const TOLD: u32 = 8;

/// What is told of a fault when it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// It.
    Fault,
    /// That it is one of too many different ones to tell each.
    TooMany,
    /// Nothing.
    None,
}

impl ExtensionFaults {
    /// Returns each different fault, with how often it happened.
    pub fn iter(&self) -> std::slice::Iter<'_, CountedFault> {
        self.faults.iter()
    }

    /// Returns the fault that the extension failed with.
    pub fn fatal(&self) -> Option<&Fault> {
        self.fatal.as_ref()
    }

    /// Returns how many further faults there were that are not kept, as there are too many different ones.
    pub fn more(&self) -> u32 {
        self.more
    }

    /// Counts a fault; tells whether it differs from all that are kept.
    pub(crate) fn count(&mut self, fault: Fault) -> bool {
        if let Some(known) = self.faults.iter_mut().find(|known| known.fault == fault) {
            known.times = known.times.saturating_add(1);
            return false;
        }
        if self.faults.len() == KEPT {
            self.more = self.more.saturating_add(1);
            return true;
        }
        self.faults.push(CountedFault { fault, times: 1 });
        true
    }

    /// Decides what is told of a fault that differs from all that are kept.
    pub(crate) fn next_news(&mut self) -> News {
        let news = match self.told {
            ..TOLD => News::Fault,
            TOLD => News::TooMany,
            _ => News::None,
        };
        self.told = self.told.saturating_add(1);
        news
    }

    pub(crate) fn set_fatal(&mut self, fault: Fault) {
        self.fatal = Some(fault);
    }

    /// Notes that the extension starts again.
    pub(crate) fn begin_anew(&mut self) {
        self.fatal = None;
        self.told = 0;
    }
}
