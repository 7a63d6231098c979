//! Things by the extension that they concern.

/// For each extension, which items of a list concern it, in the order of the list.
///
/// Two vectors for all of them: a vector for each would take most of the time of a resolution.
#[derive(Default)]
pub(super) struct Groups {
    items: Vec<usize>,
    /// For each extension, where in `items` its own begin; then where the last ends.
    starts: Vec<usize>,
}

impl Groups {
    /// Groups items by the extension that each concerns.
    pub(super) fn of(
        count: usize,
        concerns: impl ExactSizeIterator<Item = usize> + DoubleEndedIterator + Clone,
    ) -> Self {
        let mut starts = vec![0; count + 1];
        concerns.clone().for_each(|id| starts[id] += 1);
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        // Each start is where its own end so far, and moves down as they are filled in from the back.
        let mut items = vec![0; end];
        for (item, id) in concerns.enumerate().rev() {
            starts[id] -= 1;
            items[starts[id]] = item;
        }
        Self { items, starts }
    }

    /// Returns which items concern an extension.
    pub(super) fn get(&self, id: usize) -> &[usize] {
        &self.items[self.starts[id]..self.starts[id + 1]]
    }
}
