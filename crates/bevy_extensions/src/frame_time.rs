//! How long each extension takes in a frame, and who takes longer than the host settings allow.

use std::time::Duration;

use bevy_ecs::prelude::*;
use bevy_extensions_core::ExtensionName;

use crate::{
    entity::{Extensions, Listed},
    shared::SharedPlugins,
    tell::{Level, tell},
};

/// How long an extension takes in a frame.
///
/// Only while the host settings [limit](bevy_extensions_core::Limits::frame_us) that for anybody. It is the time of all
/// its code on all threads together, without what others do when it calls them, and without its start and its end.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionFrameTimes {
    /// How long it took in the last frame.
    pub last: Duration,
    /// How long it took in the slowest frame so far.
    pub slowest: Duration,
    /// In how many frames it took longer than it may.
    pub over: u32,
    /// How long it may take; `None` if there is no limit.
    pub limit: Option<Duration>,
}

impl ExtensionFrameTimes {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Takes a frame in; tells whether it is the first that took too long.
    fn note(&mut self, took: Duration) -> bool {
        self.last = took;
        self.slowest = self.slowest.max(took);
        // In the unit in which both are told, so that no two that look alike are said to differ.
        let is_over = self.limit.is_some_and(|limit| took.as_micros() > limit.as_micros());
        self.over = self.over.saturating_add(u32::from(is_over));
        is_over && self.over == 1
    }

    /// Says that an extension takes too long, if it does.
    pub(crate) fn told(&self, name: &ExtensionName) -> Option<String> {
        let (slowest, limit) = (milliseconds(self.slowest), milliseconds(self.limit?));
        match self.over {
            0 => None,
            1 => {
                Some(format!("`{name}` took {slowest} in a frame, more than the {limit} that the host settings allow"))
            }
            over => Some(format!(
                "`{name}` took more than the {limit} that the host settings allow in {over} frames, up to {slowest}"
            )),
        }
    }
}

/// Ends a frame: notes how long each extension took in it, and tells the first time that one took too long.
pub(crate) fn end_frame(world: &mut World) {
    if !world.resource::<Extensions>().settings.limits_frames() {
        return;
    }
    SharedPlugins::pass_on_time(world);
    let extensions = world.resource::<Extensions>();
    let spent = |listed: &Listed| {
        let limit = extensions.settings.limits_of(&listed.name).frame();
        (listed.entity, listed.name.clone(), listed.ward.take_spent(), limit)
    };
    let spent: Vec<_> = extensions.in_order().map(spent).collect();
    for (entity, name, took, limit) in spent {
        // Somebody has despawned it.
        let Ok(mut entity) = world.get_entity_mut(entity) else { continue };
        if !entity.contains::<ExtensionFrameTimes>() {
            entity.insert(ExtensionFrameTimes::new(limit));
        }
        if let Some(mut times) = entity.get_mut::<ExtensionFrameTimes>()
            && times.note(took)
            && let Some(text) = times.told(&name)
        {
            tell(Level::Warn, &text);
        }
    }
}

/// Shows a time to the microsecond.
fn milliseconds(time: Duration) -> String {
    let digits = format!("{}.{:03}", time.as_millis(), time.subsec_micros() % 1000);
    format!("{} ms", digits.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(limit: Option<u64>, frames: &[u64], expected: &[Option<&str>]) {
        let mut times = ExtensionFrameTimes::new(limit.map(Duration::from_micros));
        let name = "Greeter".parse().expect("it is a good name");
        let told = frames.iter().map(|took| {
            times.note(Duration::from_micros(*took));
            times.told(&name)
        });
        assert_eq!(told.collect::<Vec<_>>(), expected.iter().map(|text| text.map(String::from)).collect::<Vec<_>>());
    }

    #[test]
    fn a_slow_frame_is_told_with_its_limit() {
        check(
            Some(5000),
            &[4999, 5000, 12_300, 3, 6000],
            &[
                None,
                None,
                Some("`Greeter` took 12.3 ms in a frame, more than the 5 ms that the host settings allow"),
                Some("`Greeter` took 12.3 ms in a frame, more than the 5 ms that the host settings allow"),
                Some("`Greeter` took more than the 5 ms that the host settings allow in 2 frames, up to 12.3 ms"),
            ],
        );
        check(None, &[1_000_000], &[None]);
    }

    #[test]
    fn only_the_first_slow_frame_is_news() {
        let mut times = ExtensionFrameTimes::new(Some(Duration::from_micros(2)));
        let news = [3, 1, 4].map(|took| times.note(Duration::from_micros(took)));
        assert_eq!(news, [true, false, false]);
        assert_eq!((times.last, times.slowest), (Duration::from_micros(4), Duration::from_micros(4)));
        assert!(!times.note(Duration::from_nanos(2999)), "what looks like the limit is within it");
    }

    #[test]
    fn times_are_shown_to_the_microsecond() {
        let shown = [0, 1, 250, 1000, 1500, 16_667, 120_000, 2_000_010].map(Duration::from_micros).map(milliseconds);
        assert_eq!(shown, ["0 ms", "0.001 ms", "0.25 ms", "1 ms", "1.5 ms", "16.667 ms", "120 ms", "2000.01 ms"],);
    }
}
