//! Starting again by itself after a failure, with back-off.

use bevy_app::prelude::*;
use bevy_ecs::prelude::*;
use bevy_extensions::{prelude::*, test_kit::extensions};

use crate::{
    limits::take_time,
    support::{Log, app, host_with, note, noted, run_until},
};

extensions! {
    Stubborn() = |app| app.extension::<Self>()
        .add_systems(Init, |mut starts: Local<u32>, mut log: ResMut<Log>| -> Result {
            *starts += 1;
            log.note(format!("start {}", *starts));
            if *starts < 4 { Err("not yet")? }
            Ok(())
        });
    Follower(requires(Stubborn)) = |app| app.extension::<Self>().add_systems(PostInit, note("Follower.post"));
}

#[test]
fn who_has_failed_starts_again_after_a_while_if_the_host_settings_say_so() {
    let restart = "(faults: (restart: BackOff(first_ms: 1, longest_ms: 2, times: 3)))";
    let mut app = app(host_with(restart).with::<Stubborn>().with::<Follower>());
    run_until(&mut app, |app| app.states() == "Stubborn running, Follower running");
    assert_eq!(noted(&mut app), "start 1 start 2 start 3 start 4 Follower.post");
    app.terminate_extensions();
}

#[test]
fn who_fails_too_often_stays_as_it_is() {
    let restart = "(faults: (restart: BackOff(first_ms: 1, longest_ms: 1, times: 2)))";
    let mut app = app(host_with(restart).with::<Stubborn>());
    let mut starts = 0;
    run_until(&mut app, |app| {
        starts += noted(app).matches("start").count();
        starts >= 3
    });
    let extensions = app.world_mut().resource_mut::<Extensions>().into_inner();
    extensions.restart("Stubborn");
    app.update();
    assert_eq!(noted(&mut app), "start 4", "it did not try by itself");
    app.terminate_extensions();
}

#[test]
fn who_is_switched_off_does_not_start_by_itself() {
    let restart = "(faults: (restart: BackOff(first_ms: 1, longest_ms: 1, times: 9)))";
    let mut app = app(host_with(restart).with::<Stubborn>());
    app.world_mut().resource_mut::<Extensions>().disable("Stubborn");
    app.update();
    assert_eq!(noted(&mut app), "start 1");
    for _ in 0..1000 {
        app.update();
    }
    assert_eq!((noted(&mut app).as_str(), app.states().as_str()), ("", "Stubborn disabled"));
}

extensions! {
    // Each start fails after the next attempt would be due.
    Late() = |app| app.extension::<Self>()
        .add_systems(Init, note("start"))
        .add_systems(Update, |mut left: Local<u32>| -> Result {
            *left += 1;
            if left.is_multiple_of(20) { Err("too late")? }
            Ok(())
        });
}

#[test]
fn the_last_attempt_is_the_last() {
    let restart = "(faults: (run_time: 1, restart: BackOff(first_ms: 1, longest_ms: 1, times: 2)))";
    let mut app = app(host_with(restart).with::<Late>());
    app.add_systems(First, || _ = take_time());
    app.frames(200).assert_states("Late failed");
    assert_eq!(noted(&mut app), "start start start");
    app.assert_logged("info: `Late` does not start again by itself, after 2 attempts");
}
