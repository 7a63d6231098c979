//! `check`.

use serde::Serialize;

use super::{FORMAT, Wrong};
use crate::look::Look;

/// What `check` prints.
#[derive(Serialize)]
pub struct Check {
    pub format: u32,
    /// Whether nobody is left out, and all can be read.
    pub ok: bool,
    pub planned: usize,
    pub disabled: usize,
    pub left_out: usize,
    pub unreadable: usize,
    /// The worst first.
    pub problems: Vec<Wrong>,
    /// What was not looked at.
    pub not_checked: Vec<String>,
}

impl Check {
    pub fn of(look: &Look, ok: bool, not_checked: Vec<String>) -> Self {
        Self {
            format: FORMAT,
            ok,
            planned: look.resolution.plan.len(),
            disabled: look.resolution.disabled.len(),
            left_out: look.resolution.left_out.len(),
            unreadable: look.unreadable(),
            problems: look.problems.iter().map(Wrong::from).collect(),
            not_checked,
        }
    }
}
