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
    /// How its name was spelled before it was made a name, if that is something else: `my-weather`.
    pub original_name: Option<String>,
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

    /// Finds the place of an extension in the load order by its name, or by what was made its name: `my-weather`.
    ///
    /// Names go before other spellings. Takes time with the length of the plan.
    pub fn find(&self, spelling: &str) -> Option<usize> {
        let position = |is_it: &dyn Fn(&Planned) -> bool| self.extensions.iter().position(is_it);
        let by_original = || position(&|planned| planned.original_name.as_deref() == Some(spelling));
        let by_conversion = || self.position(&ExtensionName::converted(spelling).ok()?);
        position(&|planned| planned.name == *spelling).or_else(by_original).or_else(by_conversion)
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

    /// Returns the plan in another order that its edges allow.
    ///
    /// `pick` chooses who starts next: it is given how many could, and answers with the number of one of them, from 0.
    /// Those who could start next are asked for in the order of this plan, so always 0 changes nothing. For tests: an
    /// extension that does not say whom it needs works by chance in one order, and fails in another.
    ///
    /// # Panics
    ///
    /// Panics if `pick` answers with a number that is not below the one it was given.
    #[must_use = "the plan itself stays as it is"]
    pub fn reordered(&self, mut pick: impl FnMut(usize) -> usize) -> Self {
        let mut waits_for: Vec<_> = self.extensions.iter().map(|planned| planned.edges.len()).collect();
        let mut waiting = vec![Vec::new(); self.len()];
        for edge in &self.edges {
            waiting[edge.to].push(edge.from);
        }
        let mut ready: Vec<_> = (0..self.len()).filter(|&old| waits_for[old] == 0).collect();
        let mut order = Vec::with_capacity(self.len());
        while !ready.is_empty() {
            let next = ready.remove(pick(ready.len()));
            order.push(next);
            for &from in &waiting[next] {
                waits_for[from] -= 1;
                if waits_for[from] == 0 {
                    ready.insert(ready.partition_point(|&other| other < from), from);
                }
            }
        }
        self.in_order(&order)
    }

    /// Lays the plan out anew; `order` has all old positions.
    fn in_order(&self, order: &[usize]) -> Self {
        let mut position = vec![usize::MAX; self.len()];
        order.iter().enumerate().for_each(|(new, &old)| position[old] = new);
        let mut edges = Vec::with_capacity(self.edges.len());
        let extensions = order.iter().enumerate().map(|(from, &old)| {
            let start = edges.len();
            edges.extend(self.edges_from(old).iter().map(|edge| Edge { from, to: position[edge.to], ..*edge }));
            edges[start..].sort_by_key(|edge| (edge.kind, edge.wish, edge.to));
            Planned { edges: start..edges.len(), ..self.extensions[old].clone() }
        });
        Self { extensions: extensions.collect(), edges }
    }
}

impl<'a> IntoIterator for &'a Plan {
    type Item = &'a Planned;
    type IntoIter = std::slice::Iter<'a, Planned>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Candidate, HostSettings, Manifest, Source, resolve};

    /// `Dd` needs `Bb`, which needs `Aa`; `Ee` can do with `Aa` or `Cc`, and wishes to start after `Bb`.
    fn plan() -> Plan {
        let manifests = [
            Manifest::builder("Aa", "1.0.0"),
            Manifest::builder("Bb", "1.0.0").requires("Aa", "^1"),
            Manifest::builder("Cc", "1.0.0"),
            Manifest::builder("Dd", "1.0.0").requires("Bb", "^1"),
            Manifest::builder("Ee", "1.0.0").any_of(&[("Cc", "^1"), ("Aa", "^1")]).after("Bb"),
        ];
        let candidates = manifests.map(|manifest| Candidate::new(manifest.build(), Source::native(file!(), line!())));
        resolve(&candidates, &HostSettings::default()).plan
    }

    fn names(plan: &Plan) -> String {
        plan.iter().map(|planned| planned.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// The edges of an extension, by names.
    fn edges(plan: &Plan, name: &str) -> String {
        let from = plan.iter().position(|planned| planned.name == *name).expect("it is in the plan");
        let told = plan.edges_from(from).iter().map(|edge| {
            assert_eq!(edge.from, from, "edges lie with the one they come from");
            assert!(edge.to < from, "whoever it starts after stands before it");
            format!("{:?} {} {}", edge.kind, edge.wish, plan.extensions[edge.to].name)
        });
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn the_first_of_those_who_could_start_leaves_the_order_as_it_is() {
        assert_eq!(names(&plan()), "Aa Cc Bb Dd Ee");
        assert_eq!(plan().reordered(|_| 0), plan());
    }

    #[test]
    fn the_last_of_those_who_could_start_makes_another_order() {
        let other = plan().reordered(|ready| ready - 1);
        assert_eq!(names(&other), "Cc Aa Bb Ee Dd");
        assert_eq!(edges(&other, "Dd"), "Requires 0 Bb");
        assert_eq!(edges(&other, "Ee"), "AnyOf 0 Cc, AnyOf 0 Aa, After 0 Bb");
    }

    #[test]
    fn every_order_that_the_edges_allow_can_come() {
        let mut orders = std::collections::BTreeSet::new();
        for picks in 0..3_usize.pow(5) {
            let mut rest = picks;
            let other = plan().reordered(|ready| {
                let pick = rest % 3 % ready;
                rest /= 3;
                pick
            });
            ["Aa", "Bb", "Cc", "Dd", "Ee"].iter().for_each(|name| _ = edges(&other, name));
            assert_eq!(other.reordered(|_| 0), other, "it is a plan like any other");
            orders.insert(names(&other));
        }
        let orders: Vec<_> = orders.iter().map(String::as_str).collect();
        assert_eq!(
            orders,
            [
                "Aa Bb Cc Dd Ee",
                "Aa Bb Cc Ee Dd",
                "Aa Bb Dd Cc Ee",
                "Aa Cc Bb Dd Ee",
                "Aa Cc Bb Ee Dd",
                "Cc Aa Bb Dd Ee",
                "Cc Aa Bb Ee Dd"
            ],
        );
    }
}
