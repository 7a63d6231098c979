//! The chosen extensions in load order, with who needs whom.

use std::ops::Range;

use semver::Version;

use crate::name::ExtensionName;

/// The chosen extensions in load order, with who needs whom.
///
/// Whatever an extension starts after stands before it. Terminating goes backwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub(crate) extensions: Vec<Planned>,
    pub(crate) edges: Vec<Edge>,
}

/// An extension that starts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// Its name.
    pub name: ExtensionName,
    /// Its version.
    pub version: Version,
    /// Which of the candidates it is: an index into what was given to [`resolve`](crate::resolve()).
    pub candidate: usize,
    /// 0 if it starts after nobody, else one more than the deepest that it starts after.
    pub depth: u32,
    pub(crate) edges: Range<usize>,
}

/// One extension starts after another, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Edge {
    /// Who starts later: a position in the plan.
    pub from: usize,
    /// Who starts earlier: a position in the plan.
    pub to: usize,
    /// Why.
    pub kind: EdgeKind,
    /// Which of the wishes of its kind it serves; for [`EdgeKind::Chosen`], which of all that it depends on: first
    /// `dependencies`, then `optional`, then each group of `any_of`.
    ///
    /// Hard edges from one extension with the same kind and wish are alternatives: one of them is enough.
    pub wish: usize,
}

/// Why one extension starts after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EdgeKind {
    /// It cannot do without the other.
    Requires,
    /// It needs one of several, and the other is one of them.
    AnyOf,
    /// It uses the other if that is there.
    Optional,
    /// It wishes to start after the other.
    After,
    /// The other wishes to start before it.
    Before,
    /// It depends on a name that the host settings choose the other for.
    Chosen,
}

impl EdgeKind {
    /// Tells whether the later one cannot run without the earlier one, or an alternative to it.
    pub fn is_hard(self) -> bool {
        matches!(self, Self::Requires | Self::AnyOf)
    }
}

impl Plan {
    /// Returns how many extensions start.
    pub fn len(&self) -> usize {
        self.extensions.len()
    }

    /// Tells whether no extension starts.
    pub fn is_empty(&self) -> bool {
        self.extensions.is_empty()
    }

    /// Goes through the extensions in load order.
    pub fn iter(&self) -> std::slice::Iter<'_, Planned> {
        self.extensions.iter()
    }

    /// Finds an extension by its place in the load order.
    pub fn get(&self, position: usize) -> Option<&Planned> {
        self.extensions.get(position)
    }

    /// Finds the place of an extension in the load order. Takes time with the length of the plan.
    pub fn position(&self, name: &ExtensionName) -> Option<usize> {
        self.extensions.iter().position(|planned| planned.name == *name)
    }

    /// Returns all edges, those of one extension together, in load order.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// Returns whom an extension starts after.
    ///
    /// # Panics
    ///
    /// Panics if there is no such position in the plan.
    pub fn edges_from(&self, position: usize) -> &[Edge] {
        &self.edges[self.extensions[position].edges.clone()]
    }

    /// Tells whether an extension could run if only those ran for which `runs` answers yes.
    ///
    /// # Panics
    ///
    /// Panics if there is no such position in the plan.
    pub fn needs_are_met(&self, position: usize, runs: impl Fn(usize) -> bool) -> bool {
        self.unmet_need(position, runs).is_none()
    }

    /// Returns an edge of the first need that nobody serves if only those ran for which `runs` answers yes.
    ///
    /// # Panics
    ///
    /// Panics if there is no such position in the plan.
    pub fn unmet_need(&self, position: usize, runs: impl Fn(usize) -> bool) -> Option<&Edge> {
        let same_need = |a: &Edge, b: &Edge| (a.kind, a.wish) == (b.kind, b.wish);
        self.edges_from(position)
            .chunk_by(same_need)
            .filter(|alternatives| alternatives[0].kind.is_hard())
            .find(|alternatives| !alternatives.iter().any(|edge| runs(edge.to)))
            .map(|alternatives| &alternatives[0])
    }
}

impl<'a> IntoIterator for &'a Plan {
    type Item = &'a Planned;
    type IntoIter = std::slice::Iter<'a, Planned>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
