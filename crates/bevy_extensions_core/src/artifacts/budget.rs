//! How much there may be of something in all.

/// How many bytes are left of those that something may have in all.
#[derive(Debug)]
pub(super) struct Budget(pub(super) u64);

impl Budget {
    /// Takes some, and tells whether there were so many left.
    pub(super) fn take(&mut self, bytes: u64) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_has_an_end() {
        let mut budget = Budget(5);
        assert!(budget.take(2));
        assert!(budget.take(3));
        assert!(budget.take(0));
        assert!(!budget.take(1));
    }
}
