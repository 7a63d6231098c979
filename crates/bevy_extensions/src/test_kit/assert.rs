//! What should be so, in one line.

use std::{borrow::Cow, fmt::Write as _};

use super::TestApp;
use crate::{
    entity::{ExtensionState, Extensions},
    report::ReportRow,
    test_rules,
};

impl TestApp {
    /// Returns the names of the extensions in load order: `Economy Greeter`.
    pub fn plan(&self) -> String {
        let plan = self.app.world().resource::<Extensions>().plan();
        plan.iter().map(|planned| planned.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Returns the states of all extensions, first those in the plan: `Economy running, Weather disabled`.
    pub fn states(&self) -> String {
        let rows = self.report().rows;
        rows.iter().map(|row| format!("{} {}", row.name, row.state)).collect::<Vec<_>>().join(", ")
    }

    /// Checks who starts, and in which order: `app.assert_plan("Economy Greeter")`.
    ///
    /// # Panics
    ///
    /// If it is otherwise.
    #[track_caller]
    pub fn assert_plan(&self, expected: &str) {
        self.check("the plan", expected, &self.plan());
    }

    /// Checks the states of all extensions: `app.assert_states("Economy running, Weather disabled")`.
    ///
    /// # Panics
    ///
    /// If it is otherwise.
    #[track_caller]
    pub fn assert_states(&self, expected: &str) {
        self.check("the states", expected, &self.states());
    }

    /// Checks the state of one extension.
    ///
    /// ```
    /// # use bevy_extensions::{prelude::*, test_kit::{TestApp, extensions}};
    /// extensions! {
    ///     Greeter(requires("Economy")) = |app| app.extension::<Self>();
    /// }
    ///
    /// let app = TestApp::builder().with::<Greeter>().build();
    /// app.assert_state("Greeter", ExtensionState::LeftOut);
    /// ```
    ///
    /// # Panics
    ///
    /// If it is otherwise, or there is no such extension.
    #[track_caller]
    pub fn assert_state(&self, name: &str, expected: ExtensionState) {
        let state = self.row(name).state;
        self.check(&format!("the state of `{name}`"), &expected.to_string(), &state.to_string());
    }

    /// Checks what went wrong in an extension, oldest first: `app.assert_faults("Greeter", &["in `Init`: no doors"])`.
    ///
    /// What has happened several times has that behind it: `in a system: no money (3 times)`. A fault is known at the end
    /// of the frame in which it happened.
    ///
    /// # Panics
    ///
    /// If it is otherwise, or there is no such extension.
    #[track_caller]
    pub fn assert_faults(&self, name: &str, expected: &[&str]) {
        let row = self.row(name);
        let found = row.faults.iter().map(|counted| match counted.times {
            1 => counted.fault.to_string(),
            times => format!("{} ({times} times)", counted.fault),
        });
        let found: Vec<_> = found.collect();
        self.check(&format!("what went wrong in `{name}`"), &lines(expected), &lines(&found));
    }

    /// Checks that something was logged, word for word: `app.assert_logged("warn: the tide is late")`.
    ///
    /// # Panics
    ///
    /// If it was not.
    #[track_caller]
    pub fn assert_logged(&self, expected: &str) {
        let logs = self.logs();
        let is_there = logs.iter().any(|line| line == expected);
        let found = behind(&lines(&logs)).into_owned();
        assert!(is_there, "this was not logged\n  expected: {expected}\n     found:{found}");
    }

    /// Checks that nobody has warned of anything, or told of an error.
    ///
    /// # Panics
    ///
    /// If somebody has.
    #[track_caller]
    pub fn assert_quiet(&self) {
        let logs = self.logs();
        let loud: Vec<_> =
            logs.iter().filter(|line| line.starts_with("warn: ") || line.starts_with("error: ")).collect();
        assert!(loud.is_empty(), "this should not have been logged:{}", behind(&lines(&loud)));
    }

    /// Checks that every fault has happened that was injected; dropping the app does the same.
    ///
    /// # Panics
    ///
    /// If one has not, because the extension has no code at that place, say.
    #[track_caller]
    pub fn assert_injected(&self) {
        let Some(extensions) = self.app.world().get_resource::<Extensions>() else { return };
        let left = extensions
            .in_order()
            .flat_map(|listed| listed.ward.not_struck().into_iter().map(|place| format!("`{}` {place}", listed.name)));
        let left: Vec<_> = left.collect();
        assert!(
            left.is_empty(),
            "what was injected has not happened, as no code ran there: {}{}",
            left.join(", "),
            self.told(),
        );
    }

    #[track_caller]
    pub(super) fn row(&self, name: &str) -> ReportRow {
        let report = self.report();
        let Some(row) = report.row(name) else {
            let near = self.app.world().get_resource::<Extensions>().and_then(|extensions| extensions.nearest(name));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            panic!("there is no extension `{name}`{near}{}", self.told());
        };
        row.clone()
    }

    #[track_caller]
    fn check(&self, what: &str, expected: &str, found: &str) {
        assert!(
            expected == found,
            "{what} should be otherwise\n  expected:{}\n     found:{}{}",
            behind(expected),
            behind(found),
            self.told(),
        );
    }

    /// Returns what helps to see why something is not as it should be.
    fn told(&self) -> String {
        let mut told = format!("\n{}", self.report().to_text(false).trim_end());
        if let Some(seed) = self.seed {
            write!(told, "\n{}", test_rules::told_seed(seed)).expect("a string takes everything");
        }
        told
    }
}

/// Sets a text behind a colon, or below it if it has several lines.
fn behind(text: &str) -> Cow<'_, str> {
    match text {
        "" => " none".into(),
        text if text.starts_with('\n') => text.into(),
        text => format!(" {text}").into(),
    }
}

/// Lays out a list: one stands in its line, several below.
fn lines(all: &[impl AsRef<str>]) -> String {
    match all {
        [] => String::new(),
        [one] => one.as_ref().into(),
        all => all.iter().map(|line| format!("\n    {}", line.as_ref())).collect(),
    }
}
