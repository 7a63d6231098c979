//! Whoever has all needs served by somebody who can start, can start.

use std::collections::{BTreeSet, VecDeque};

use super::needs::{Need, Needs};

/// Which extensions can start, found from those that need nobody upwards.
///
/// Whoever is found has a rank after those who serve it, so nobody in a cycle of needs is ever found, and a cycle
/// that an alternative avoids does no harm.
pub(super) struct Startable<'a> {
    needs: &'a Needs,
    barred: Vec<bool>,
    rank: Vec<Option<u32>>,
    next_rank: u32,
    /// How many rounds of finding went before; unlike the rank, it does not depend on names.
    round: Vec<u32>,
    /// For each extension, how many of its needs nobody serves yet.
    unserved: Vec<usize>,
}

impl<'a> Startable<'a> {
    /// Finds all that can start but for those that are barred.
    pub(super) fn of(needs: &'a Needs, barred: Vec<bool>) -> Self {
        let count = barred.len();
        let mut startable = Self {
            needs,
            barred,
            rank: vec![None; count],
            next_rank: 0,
            round: vec![0; count],
            unserved: vec![0; count],
        };
        startable.find_among((0..count).collect());
        startable
    }

    /// Tells whether an extension can start.
    pub(super) fn contains(&self, id: usize) -> bool {
        self.rank[id].is_some()
    }

    /// Tells whether one was found before another, so that the other can safely start after it.
    pub(super) fn is_before(&self, earlier: usize, later: usize) -> bool {
        self.rank[earlier].is_some() && self.rank[earlier] < self.rank[later]
    }

    /// Tells whether one was found in an earlier round than another, and so needs it neither directly nor through others.
    pub(super) fn is_in_earlier_round(&self, earlier: usize, later: usize) -> bool {
        self.contains(earlier) && self.contains(later) && self.round[earlier] < self.round[later]
    }

    /// Returns all that can start, each after somebody who serves each of its needs.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rank.len()).filter(|&id| self.contains(id)).collect();
        order.sort_by_key(|&id| self.rank[id]);
        order
    }

    /// Bars an extension, and finds anew which of those above it can still start.
    pub(super) fn bar(&mut self, id: usize) {
        self.barred[id] = true;
        self.rank[id] = None;
        let mut affected = BTreeSet::from([id]);
        let mut lost = vec![id];
        while let Some(id) = lost.pop() {
            for need in self.needs.served_by(id) {
                affected.insert(need.owner);
                if self.rank[need.owner].take().is_some() {
                    lost.push(need.owner);
                }
            }
        }
        self.find_among(affected.into_iter().collect());
    }

    /// Lets one in again that was barred.
    pub(super) fn readmit(&mut self, id: usize) {
        self.barred[id] = false;
        self.start_over();
    }

    /// Finds all anew, as if those barred on the way had never been there: they should not bear on anybody's rank.
    pub(super) fn start_over(&mut self) {
        *self = Self::of(self.needs, std::mem::take(&mut self.barred));
    }

    /// Goes from those with no open need upwards. All that are not in `ids` keep what they have.
    fn find_among(&mut self, ids: Vec<usize>) {
        for &id in &ids {
            let unserved = |need: &&Need| !self.is_served(need);
            self.unserved[id] = self.needs.of_extension(id).iter().filter(unserved).count();
        }
        let ready = |id: &usize| !self.barred[*id] && self.unserved[*id] == 0;
        let mut queue: VecDeque<usize> = ids.into_iter().filter(ready).collect();
        queue.iter().for_each(|&id| self.round[id] = 0);
        while let Some(id) = queue.pop_front() {
            // It has no rank yet, so a need counts as served only if somebody else serves it.
            for need in self.needs.served_by(id) {
                if !self.is_served(need) {
                    self.unserved[need.owner] -= 1;
                    if self.unserved[need.owner] == 0 && !self.barred[need.owner] {
                        self.round[need.owner] = self.round[id] + 1;
                        queue.push_back(need.owner);
                    }
                }
            }
            self.rank[id] = Some(self.next_rank);
            self.next_rank += 1;
        }
    }

    fn is_served(&self, need: &Need) -> bool {
        self.needs.alternatives(need).iter().any(|alternative| self.contains(alternative.id))
    }
}
