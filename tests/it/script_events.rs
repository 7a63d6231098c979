//! Scripts emit and hear events, as any extension does.

use bevy_app::prelude::*;
use bevy_ecs::{prelude::*, world::DeferredWorld};
use bevy_extensions::{
    EventMeta, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};
use serde::{Deserialize, Serialize};

use crate::support::{Log, check_said, noted, said, scripts};

/// Somebody joined.
#[derive(ExtensionEvent, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "player.joined")]
struct Joined {
    name: String,
    #[serde(default)]
    gold: u32,
}

fn ann(gold: u32) -> Joined {
    Joined { name: "Ann".into(), gold }
}

#[derive(ExtensionEvent, Serialize, Deserialize)]
#[event(name = "loud.shout")]
struct Shout;

extensions! {
    // First and last in plan order.
    Aaa() = |app| app.extension::<Self>().observe(|mut joined: On<Joined>, mut log: ResMut<Log>| {
        log.note(format!("Aaa sees {} by {:?}", joined.gold, joined.sender().map(ToString::to_string)));
        joined.gold *= 10;
    });
    Zzz() = |app| app.extension::<Self>().observe(|mut joined: On<Joined>, mut log: ResMut<Log>| {
        log.note(format!("Zzz sees {}", joined.gold));
        joined.gold += 5;
    });
    // It asks back with an event while a script calls it.
    Echo() = |app| app.extension::<Self>().export_fn("ask", |world: &mut World| {
        world.emit("echo.asked", json!({"gold": 1})).unwrap_or_else(|error| error.to_string().into())
    });
    Speaker() = |app| app.extension::<Self>().add_systems(Update, |mut commands: Commands| {
        commands.emit("speaker.spoke", json!({}));
        commands.emit_to("listener", "speaker.whispered", json!({}));
    });
    // Others hear what it says while they call it.
    Loud() = |app| app.extension::<Self>().observe(|_: On<Shout>| ()).export_fn("shout", |mut world: DeferredWorld| {
        world.trigger(Shout);
    });
}

/// Says what it hears of a pattern, once the app runs.
fn hears(pattern: &str) -> String {
    format!(
        "extension.on('{pattern}', (event, meta) => {{ if (meta.key !== 'extension.started') console.log(meta.key) }})"
    )
}

/// Emits an event, and does what its listeners have queued.
fn emit(app: &mut TestApp, event: &str) {
    app.world_mut().emit(event, json!({})).unwrap();
    app.world_mut().flush();
}

#[track_caller]
fn check_heard(filter: &str, events: &[&str], expected: &[&str]) {
    let mut app = scripts(&[("listener.js", hears(filter))]).start();
    for event in events {
        emit(&mut app, event);
    }
    let expected: Vec<_> = expected.iter().map(|event| format!("listener: {event}")).collect();
    assert_eq!(said(&app), expected, "{filter}");
}

#[test]
fn a_name_hears_its_events_only() {
    check_heard("a.b", &["a", "a.b", "a.b.c", "b"], &["a.b"]);
}

#[test]
fn a_pattern_hears_all_that_begin_so() {
    check_heard("a.*", &["a", "a.b", "a.b.c", "ab.c"], &["a.b", "a.b.c"]);
}

#[test]
fn a_star_hears_everything_that_is_emitted_by_name() {
    check_heard("*", &["a", "a.b"], &["a", "a.b"]);
}

#[test]
fn a_function_without_a_name_hears_everything_but_what_is_sent_to_others() {
    let text =
        "extension.on((event, { key, target }) => { if (key !== 'extension.started') console.log(key, target) })";
    let mut app = scripts(&[("listener.js", text), ("other.js", text)]).start();
    emit(&mut app, "a");
    app.world_mut().emit_to("other", "b", json!({})).unwrap();
    check_said(&app, &["listener: a undefined", "other: a undefined", "other: b [ 'other' ]"]);
}

#[test]
fn once_off_and_detach_end_listening() {
    let text = "
        extension.once('a', () => console.log('once'));
        const never = () => console.log('never');
        extension.on('a', never);
        extension.off('a', never);
        const often = extension.on('a', () => { console.log('first'); often.detach(); });
    ";
    let mut app = scripts(&[("listener.js", text)]).start();
    for _ in 0..3 {
        emit(&mut app, "a");
    }
    check_said(&app, &["listener: once", "listener: first"]);
    assert_eq!(app.report().listing.events.iter().filter(|row| row.name == "a").count(), 0);
}

#[test]
fn a_listener_that_is_added_by_a_listener_begins_with_the_next_event() {
    let text = "extension.once('a', () => extension.on('a', () => console.log('later')))";
    let mut app = scripts(&[("listener.js", text)]).start();
    emit(&mut app, "a");
    check_said(&app, &[]);
    emit(&mut app, "a");
    check_said(&app, &["listener: later"]);
}

#[test]
fn meta_tells_which_event_it_is_who_sent_it_and_to_whom() {
    let text = "extension.on('*', (event, meta) => { if (meta.key !== 'extension.started') console.log(meta) })";
    let mut app = scripts(&[("listener.js", text)]).with::<Speaker>().start();
    emit(&mut app, "a");
    check_said(
        &app,
        &[
            "listener: { key: 'speaker.spoke', sender: 'Speaker', target: undefined }",
            "listener: { key: 'speaker.whispered', sender: 'Speaker', target: [ 'listener' ] }",
            "listener: { key: 'a', sender: undefined, target: undefined }",
        ],
    );
}

const DOUBLES: &str = "extension.on('player.joined', (event, { sender }) => {
    console.log(`sees ${event.gold} by ${sender}`);
    event.gold *= 2;
})";

#[test]
fn natives_and_scripts_hear_in_plan_order_and_see_each_others_changes() {
    let mut app = scripts(&[("mmm.js", DOUBLES)]).with::<Zzz>().with::<Aaa>().start();
    app.assert_plan("Aaa mmm Zzz");
    let mut joined = ann(1);
    app.world_mut().trigger_ref(&mut joined);
    assert_eq!(noted(&mut app), "Aaa sees 1 by None Zzz sees 20");
    check_said(&app, &["mmm: sees 10 by undefined"]);
    assert_eq!(joined, ann(25));
}

#[test]
fn a_script_sees_what_became_of_its_event() {
    let text = "extension.on('init', async () => console.log(await extension.emit('player.joined', { name: 'Ann' })))";
    let mut app = scripts(&[("emitter.js", text)]).with::<Aaa>().with::<Zzz>().start();
    check_said(&app, &["emitter: { gold: 5, name: 'Ann' }"]);
    assert_eq!(noted(&mut app), "Aaa sees 0 by Some(\"emitter\") Zzz sees 0");
    app.assert_quiet();
}

#[test]
fn an_emitter_hears_its_own_event_once() {
    let text = "extension.on('a', () => console.log('heard')); extension.emit('a')";
    check_said(&scripts(&[("emitter.js", text)]).start(), &["emitter: heard"]);
}

#[test]
fn a_change_that_does_not_fit_is_a_fault_and_the_event_stays() {
    let text = "extension.on('player.joined', (event) => { event.gold = 'much' })";
    let mut app = scripts(&[("mmm.js", text)]).start();
    app.host().register_event::<Joined>();
    let heard = app.capture::<Joined>();
    app.world_mut().trigger(ann(3));
    app.frames(1);
    assert_eq!(heard.take(), [ann(3)]);
    app.assert_faults(
        "mmm",
        &["in a listener of `player.joined`: Error: the event does not take what was made of it: field `gold`: invalid type: string \"much\", expected u32, at mmm.js:1:31"],
    );
}

#[test]
fn a_listener_that_fails_changes_nothing_and_the_others_hear() {
    let text = "extension.on('a', (event) => { event.gold = 1; throw new Error('no') })";
    let mut app = scripts(&[("bad.js", text.to_string()), ("good.js", hears("a"))]).start();
    assert_eq!(app.world_mut().emit("a", json!({"gold": 0})).unwrap(), json!({"gold": 0}));
    check_said(&app, &["good: a"]);
    app.frames(1).assert_faults("bad", &["in a listener of `a`: Error: no, at bad.js:1:58"]);
}

#[test]
fn an_event_is_sent_to_one_or_several() {
    let emitter = "extension.on('init', () => {
        extension.emit('a', null, { to: 'one' });
        extension.emit('b', null, { to: ['two', 'one'] });
    })";
    let texts = [("one.js", hears("*")), ("two.js", hears("*")), ("zero.js", hears("*"))];
    let mut texts = texts.to_vec();
    texts.push(("emitter.js", emitter.to_string()));
    check_said(&scripts(&texts).start(), &["one: a", "one: b", "two: b"]);
}

/// Says why an event cannot be emitted.
#[track_caller]
fn check_refused(emit: &str, expected: &str) {
    let text = format!(
        "extension.on('ready', async () => {{ try {{ await {emit} }} catch (error) {{ console.log(String(error)) }} }})"
    );
    let mut app = scripts(&[("emitter.js", text)]).with::<Aaa>().start();
    check_said(&app, &[&format!("emitter: {expected}")]);
    app.frames(1).assert_faults("emitter", &[]);
}

#[test]
fn an_event_that_cannot_be_emitted_is_a_rejection() {
    check_refused(
        "extension.emit('a', null, { to: 'emiter' })",
        "Error: `a` was sent to `emiter`, but no extension is called that; did you mean `emitter`?",
    );
    check_refused(
        "extension.emit('player.joined', { name: 5 })",
        "Error: `player.joined` was not emitted: field `name`: invalid type: integer `5`, expected a string",
    );
    check_refused(
        "extension.emit('a b')",
        "Error: `a b` cannot be the name of an event: \
         only words of letters from a to z, digits, `-` and `_`, with dots between them, are allowed",
    );
    check_refused(
        "extension.emit('init')",
        "Error: `init` cannot be the name of an event: it is the name of a phase; put a word before it, as in `game.init`",
    );
    check_refused(
        "extension.emit('a', 0, { to: 5 })",
        "TypeError: `to` is the name of an extension, or a list of names",
    );
}

#[test]
fn a_rejection_that_nobody_catches_is_one_fault() {
    let text = "extension.on('a', () => { extension.emit('b', null, { to: 'nobody' }) })";
    let mut app = scripts(&[("emitter.js", text)]).start();
    emit(&mut app, "a");
    app.frames(2).assert_faults(
        "emitter",
        &["in what it emitted as `b`: Error: `b` was sent to `nobody`, but no extension is called that, at emitter.js:1:36"],
    );
}

#[test]
fn aliases_of_the_host_settings_hold_for_scripts() {
    let texts = [("alice.js", hears("new.name")), ("bob.js", hears("old.name"))];
    let settings = r#"(aliases: {"old.name": "new.name"})"#;
    let mut app = scripts(&texts).settings(settings).start();
    emit(&mut app, "new.name");
    emit(&mut app, "old.name");
    check_said(&app, &["alice: new.name", "bob: new.name", "alice: new.name", "bob: new.name"]);
}

#[test]
fn an_alias_for_one_script_is_for_that_one() {
    let texts = [("alice.js", hears("old.name")), ("bob.js", hears("old.name"))];
    let settings = r#"(aliases_for: {"bob": {"old.name": "new.name"}})"#;
    let mut app = scripts(&texts).settings(settings).start();
    emit(&mut app, "new.name");
    check_said(&app, &["bob: new.name"]);
}

#[test]
fn what_is_emitted_is_delivered_when_the_outermost_call_has_returned() {
    let text = "
        extension.on('a', () => console.log('hears a'));
        extension.on('init', () => {
            extension.emit('a').then(() => console.log('a is over'));
            console.log('has emitted a');
        });
    ";
    check_said(
        &scripts(&[("emitter.js", text)]).start(),
        &["emitter: has emitted a", "emitter: hears a", "emitter: a is over"],
    );
}

#[test]
fn what_a_listener_emits_comes_after_the_event_it_hears() {
    let first = "extension.on('a', () => { extension.emit('b') })";
    let mut app = scripts(&[("first.js", first.to_string()), ("second.js", hears("*"))]).start();
    emit(&mut app, "a");
    check_said(&app, &["second: a", "second: b"]);
}

#[test]
fn an_event_for_a_script_that_is_running_is_heard_afterwards_and_cannot_be_changed() {
    let text = "//@extension requires Echo
        extension.on('echo.asked', (event, { sender }) => { event.gold = 2; console.log(`hears it from ${sender}`); });
        extension.on('ready', () => {
            const answer = extension.imports('Echo').ask();
            console.log('is answered', answer);
        });
    ";
    let app = scripts(&[("asker.js", text)]).with::<Echo>().start();
    check_said(&app, &["asker: is answered { gold: 1 }", "asker: hears it from Echo"]);
    app.assert_quiet();
}

/// Runs two scripts that answer each other without end; whoever is by stays well.
#[track_caller]
fn check_ping_pong(ping: &str, pong: &str) -> TestApp {
    let bystander = "setInterval(() => console.log('well'), 10)";
    let mut app = scripts(&[("bystander.js", bystander), ("ping.js", ping), ("pong.js", pong)]).start();
    emit(&mut app, "ping");
    app.frames(3).assert_state("bystander", ExtensionState::Running);
    assert!(said(&app).iter().filter(|line| *line == "bystander: well").count() >= 2);
    app
}

#[test]
fn endless_ping_pong_does_not_hang_a_frame() {
    let app = check_ping_pong(
        "extension.on('ping', () => { extension.emit('pong') })",
        "extension.on('pong', () => { extension.emit('ping') })",
    );
    let report = app.report();
    let mut faults = report.rows.iter().flat_map(|row| &row.faults).map(|it| it.fault.to_string());
    assert!(faults.all(|fault| fault == ENDLESS), "{report}");
}

#[test]
fn who_emits_much_and_hears_it_hears_all_of_it_in_order() {
    let text = "const heard = [];
        extension.on('tick', ({ i }) => { heard.push(i) });
        extension.on('init', () => { for (let i = 0; i < 100; i++) extension.emit('tick', { i }).then(() => heard.push(-i)) });
        extension.exports = { heard: () => heard };";
    let mut app = scripts(&[("ticker.js", text)]).start();
    let heard: Vec<i64> = app.world_mut().call("ticker", "heard", ()).unwrap();
    let expected: Vec<_> = (0..100).flat_map(|i| [i, -i]).collect();
    assert_eq!(heard, expected);
    app.assert_quiet();
}

#[test]
fn what_waits_for_a_script_waits_until_it_has_returned_though_it_is_called_back() {
    let text = "
        extension.exports = { back: () => 1 };
        extension.on('asked', () => console.log('heard asked'));
        extension.on('ready', () => {
            extension.emit('said').then(() => console.log('settled'));
            try { extension.imports('app').call_back() } catch (error) { console.log(error.message.slice(0, 30)) }
            console.log('returns');
        });";
    let other = "extension.on('said', () => console.log('heard said'))";
    let builder = scripts(&[("asker.js", text), ("other.js", other)]);
    let builder = builder.setup(|app| {
        app.host().export_fn("call_back", call_back).unwrap();
    });
    let app = builder.start();
    check_said(
        &app,
        &[
            "asker: `app.call_back` has failed: `a",
            "asker: returns",
            "other: heard said",
            "asker: settled",
            "asker: heard asked",
        ],
    );
}

fn call_back(world: &mut World) -> Result<u32> {
    world.emit("asked", json!({}))?;
    Ok(world.call("asker", "back", ())?)
}

#[test]
fn a_function_and_a_listener_that_lead_to_one_another_end_with_an_error() {
    // The function only queues what leads back to the listener.
    let text = "//@extension requires Loud
        extension.on('loud.shout', () => extension.imports('Loud').shout())";
    let mut app = scripts(&[("hearer.js", text)]).with::<Loud>().start();
    app.world_mut().trigger(Shout);
    app.frames(1).assert_states("Loud running, hearer running");
    app.assert_faults("hearer", &[]);
    app.assert_faults(
        "Loud",
        &["in the function `shout`: `loud.shout` was not delivered, as it would go on without end: \
           `Loud.shout` -> `hearer` on `loud.shout` -> `Loud.shout`"],
    );
}

#[test]
fn a_function_of_the_app_and_a_listener_that_lead_to_one_another_end_with_an_error() {
    let mut app = scripts(&[("hearer.js", "extension.on('a', () => extension.imports('app').again())")]).start();
    app.host().export_fn("again", |mut commands: Commands| commands.emit("a", json!({}))).unwrap();
    emit(&mut app, "a");
    app.frames(1).assert_states("hearer running");
}

#[test]
fn an_endless_loop_of_awaited_events_does_not_hang_a_frame() {
    let app = check_ping_pong(
        "extension.on('ping', async () => { for (;;) await extension.emit('pong', {}) })",
        "extension.on('pong', (event) => { event.heard = true })",
    );
    app.assert_faults("ping", &[&format!("{ENDLESS} (4 times)")]);
}

/// What is said of a script that emits more whenever it has emitted.
const ENDLESS: &str = "in what it emitted: it emits more whenever it has emitted: after 1000 events the rest waits for the \
                       next frame";

#[test]
fn what_has_to_wait_for_the_next_frame_is_not_lost() {
    let text = "extension.on('ready', async () => {
        let count = 0;
        while (count < 2500) count = (await extension.emit('count', { count })).count + 1;
        console.log('counted to', count);
    })";
    let mut app = scripts(&[("counter.js", text)]).start();
    check_said(&app, &[]);
    app.frames(3);
    check_said(&app, &["counter: counted to 2500"]);
}

#[test]
fn what_waits_for_a_running_script_is_bounded() {
    // Each event that it hears leads to two more, which wait until it has returned.
    let text = "//@extension requires Loud
        const loud = extension.imports('Loud');
        extension.on('loud.shout', () => { loud.shout(); loud.shout(); });
        setTimeout(() => loud.shout());
    ";
    let mut app = scripts(&[("hearer.js", text)]).with::<Loud>().start();
    app.frames(5);
    app.assert_states("Loud running, hearer failed");
    app.assert_faults(
        "hearer",
        &[
            "in a listener of `loud.shout`: it was not called, as 1000 events wait for it already, which is the limit \
             (9 times)",
            ENDLESS,
        ],
    );
}

#[test]
fn the_lifecycle_of_others_is_heard_as_events() {
    let text = "
        extension.on('extension.started', ({ name }) => console.log('started', name));
        extension.on('extension.stopped', ({ name }) => console.log('stopped', name));
    ";
    let mut app = scripts(&[("listener.js", text)]).with::<Aaa>().start();
    app.world_mut().resource_mut::<Extensions>().disable("Aaa");
    app.frames(1);
    check_said(&app, &["listener: started Aaa", "listener: started listener", "listener: stopped Aaa"]);
}
