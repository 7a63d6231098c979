//! Scripts that do their worst: the app runs on, and so does everybody else.
//!
//! Isolation is from mistakes, not from malice; these are the mistakes, and some malice that is held back all the same.

use std::thread;

use bevy_ecs::prelude::*;
use bevy_extensions::{
    Value, json,
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::support::{said, scripts};

extensions! {
    Bank() = |app| app.extension::<Self>().export_fn("echo", |In(value): In<Value>| value);
}

const BYSTANDER: &str = "let ticks = 0; setInterval(() => ticks++, 10);
    extension.exports = { ticks: () => ticks };
    extension.on('go', (event) => { event.well = true });";

fn start(text: &str, call_ms: u32) -> TestApp {
    let text = format!("//@extension requires Bank\n{text}");
    let script = format!("script: (call_ms: {call_ms}, memory_kib: 16384)");
    let settings = format!("(limits_for: {{\"bad\": ({script})}}, faults: (run_time: 1000))");
    scripts(&[("bad.js", text.as_str()), ("zoe.js", BYSTANDER)]).with::<Bank>().settings(&settings).start()
}

/// Runs a bad script, which is told of `go` a few times; whoever is by stays well.
#[track_caller]
fn run(text: &str) -> TestApp {
    run_for(text, 40)
}

/// The same, with so many milliseconds for each call.
#[track_caller]
fn run_for(text: &str, call_ms: u32) -> TestApp {
    println!("{text}");
    let mut app = start(text, call_ms);
    for _ in 0..3 {
        let event = app.world_mut().emit("go", json!({})).unwrap();
        assert_eq!(event["well"], json!(true), "{text}\n{}", app.report());
        _ = app.world_mut().call::<_, Value>("bad", "go", json!({"a": [1]}));
        app.frames(1);
    }
    app.assert_state("zoe", ExtensionState::Running);
    assert_eq!(app.world_mut().call::<_, u32>("zoe", "ticks", ()), Ok(3), "{text}\n{}", app.report());
    app.terminate_extensions();
    app
}

/// The same, of a script that is expected to fail so.
#[track_caller]
fn fails(text: &str, fault: &str) {
    // What fails otherwise has plenty of time, however busy the machine is.
    let call_ms = if fault == TOO_LONG || fault.is_empty() { 40 } else { 20_000 };
    let app = run_for(text, call_ms);
    let row = app.report().row("bad").unwrap().clone();
    let faults: Vec<_> = row.faults.iter().map(|counted| counted.fault.to_string()).collect();
    assert!(faults.iter().any(|found| found.contains(fault)), "{text}\n{faults:#?}");
}

const TOO_LONG: &str = "it took longer than 40 ms in one call";
const TOO_MUCH: &str = "it needs more than 16384 KiB of memory";
const TOO_DEEP: &str = "Maximum call stack size exceeded";

/// In a listener of `go`.
fn on_go(text: &str) -> String {
    format!("extension.on('go', (event, meta) => {{ {text} }})")
}

// Loops.

#[test]
fn endless_loops() {
    fails("for (;;);", TOO_LONG);
    fails(&on_go("for (;;);"), TOO_LONG);
    fails("extension.on('init', () => { for (;;); })", TOO_LONG);
    fails("extension.on('terminate', () => { for (;;); })", TOO_LONG);
    fails("setInterval(() => { for (;;); }, 10)", TOO_LONG);
    fails("extension.exports = { go() { for (;;); } }", TOO_LONG);
    fails(&on_go("extension.emit('a').then(() => { for (;;); })"), TOO_LONG);
}

#[test]
fn loops_that_catch_everything() {
    fails(&on_go("for (;;) { try { for (;;); } catch {} }"), TOO_LONG);
    fails(&on_go("for (;;) { try { for (;;); } finally { continue; } }"), TOO_LONG);
    fails(&on_go("const f = () => { try { f() } catch { f() } }; f()"), TOO_LONG);
    fails(
        "const go = async () => { for (;;) { try { await null; for (;;); } catch {} } }; extension.on('go', go)",
        TOO_LONG,
    );
}

#[test]
fn loops_where_the_host_looks() {
    fails(&on_go("Object.defineProperty(event, 'x', { enumerable: true, get() { for (;;); } })"), TOO_LONG);
    fails(&on_go("event.x = { toJSON() { for (;;); } }"), TOO_LONG);
    fails(&on_go("event.x = new Proxy({}, { ownKeys() { for (;;); } })"), TOO_LONG);
    fails(&on_go("event.x = new Proxy({ a: 1 }, { get() { for (;;); } })"), TOO_LONG);
    fails(&on_go("event.x = new Proxy([], { get() { for (;;); } })"), TOO_LONG);
    fails("extension.exports = { go: () => ({ toJSON() { for (;;); } }) }", TOO_LONG);
    fails(&on_go("extension.emit('a', { get x() { for (;;); } })"), TOO_LONG);
    fails(&on_go("extension.exports = { get x() { for (;;); } }"), TOO_LONG);
    fails(&on_go("extension.exports = new Proxy({}, { ownKeys() { for (;;); } })"), TOO_LONG);
    fails(&on_go("extension.emit('a', 1, { get to() { for (;;); } })"), TOO_LONG);
    fails(&on_go("extension.imports('Bank').echo({ get x() { for (;;); } })"), TOO_LONG);
    fails(
        &on_go(
            "console.log({ get x() { for (;;); } }); console.log(new Proxy({}, { ownKeys() { for (;;); } })); for (;;);",
        ),
        TOO_LONG,
    );
    fails(
        &on_go("const e = new Error('x'); Object.defineProperty(e, 'message', { get() { for (;;); } }); throw e"),
        "",
    );
    fails(&on_go("throw { toString() { for (;;); }, get x() { for (;;); } }"), "");
}

#[test]
fn loops_within_builtins() {
    fails(&on_go("[1, 2].sort(() => { for (;;); })"), TOO_LONG);
    fails(&on_go("'a'.replace(/a/, () => { for (;;); })"), TOO_LONG);
    fails(&on_go("JSON.parse('{\"a\":1}', () => { for (;;); })"), TOO_LONG);
    fails(&on_go("/(a*)*b/.test('a'.repeat(30))"), TOO_LONG);
    fails(&on_go("Array.from({ length: 1e9 }, () => 0)"), "");
    fails(&on_go("for (const x of { [Symbol.iterator]: () => ({ next: () => ({ done: false }) }) });"), TOO_LONG);
}

#[test]
fn promises_that_go_on_without_end() {
    // Each waits for the next one, so that time or memory runs out.
    fails(&on_go("const f = () => Promise.resolve().then(f); f()"), "");
    fails(&on_go("const f = () => queueMicrotask(f); f()"), TOO_LONG);
    fails("extension.on('go', async () => { for (;;) await null; })", TOO_LONG);
    fails("await_(); async function await_() { for (;;) await null; }", TOO_LONG);
    fails(&on_go("const p = Promise.resolve(); for (;;) p.then(() => 0);"), "");
}

#[test]
fn waiting_for_nobody_does_not_block() {
    fails(&on_go("Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0)"), "");
}

// Depth.

#[test]
fn deep_recursion() {
    fails(&on_go("const f = () => f() + 1; f()"), TOO_DEEP);
    fails("const f = () => f() + 1; f()", TOO_DEEP);
    fails(&on_go("const a = []; a[0] = a; JSON.stringify([a])"), "circular");
    fails(&on_go("event.x = { toJSON() { return { toJSON: this.toJSON } } }; event.y = 1"), "");
    fails(&on_go("const f = () => { new Proxy({}, { get: f }).x }; f()"), TOO_DEEP);
    fails(&on_go("const f = () => [1].map(f); f()"), TOO_DEEP);
    fails(&on_go("const f = () => extension.emit('a', { get x() { return f() } }); f()"), "");
    fails(&on_go("const f = () => extension.imports('Bank').echo({ toJSON: f }); f()"), TOO_DEEP);
    fails(&on_go("const f = () => console.log({ get x() { return f() } }); f(); for (;;);"), "");
    fails(&on_go("let a = {}; for (let i = 0; i < 1000; i++) a = { a }; event.a = a"), "nested more than 128 deep");
    fails(&on_go("let a = {}; for (let i = 0; i < 5000; i++) a = { a }; console.log(a); structuredClone(a)"), TOO_DEEP);
    fails(&on_go("eval('['.repeat(100000))"), "");
    fails(&on_go("new RegExp('('.repeat(100000))"), "");
    fails(&on_go("JSON.parse('['.repeat(100000))"), "");
    fails(
        &on_go("let e = new Error('x'); for (let i = 0; i < 1000; i++) e = new Error('x', { cause: e }); throw e"),
        "Error: x",
    );
}

/// Runs something where the stack is as small as it is in threads that others start.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let small = thread::Builder::new().stack_size(2 * 1024 * 1024);
    small.spawn(run).unwrap().join().unwrap();
}

/// Scripts each of which goes deep before it calls the next.
fn deep_chain(count: usize, limits: &str, deep: &str) -> TestApp {
    let file = |index: usize| format!("s{index:02}");
    let texts: Vec<_> = (0..count)
        .map(|index| {
            let next = file(index + 1);
            let text = match index + 1 < count {
                true => format!(
                    "//@extension requires {next}
                     const next = extension.imports('{next}');
                     const deep = {deep};
                     extension.exports = {{ go: (left) => deep(left, () => next.go(left)) }};"
                ),
                false => format!("const deep = {deep}; extension.exports = {{ go: (left) => deep(left, () => 0) }};"),
            };
            (format!("{}.js", file(index)), text)
        })
        .collect();
    let mut texts: Vec<_> = texts.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    texts.push(("zoe.js", BYSTANDER));
    let settings = format!("(limits: (script: (call_ms: 10000{limits})), faults: (run_time: 1000))");
    let app = scripts(&texts).settings(&settings).start();
    app.assert_quiet();
    app
}

const PLAIN: &str = "(left, then) => left > 0 ? 1 + deep(left - 1, then) : then()";
// Goes as deep as it can, and calls the next from there.
const DEEPEST: &str =
    "(_, then) => { let best; const f = () => { try { return f() } catch { return best ??= then() } }; return f() }";

#[test]
fn a_chain_of_scripts_may_be_long() {
    on_a_small_stack(|| {
        let mut app = deep_chain(12, "", PLAIN);
        assert_eq!(app.world_mut().call::<_, u32>("s00", "go", 3), Ok(36));
    });
}

#[test]
fn a_chain_of_scripts_that_are_all_deep_does_not_overflow_the_stack() {
    for limits in ["", ", stack_kib: 1024"] {
        on_a_small_stack(move || {
            for deep in [PLAIN, DEEPEST] {
                let mut app = deep_chain(24, limits, deep);
                for (ticks, left) in [(1, 30), (2, 100), (3, 300), (4, 1000), (5, 100_000)] {
                    _ = app.world_mut().call::<_, Value>("s00", "go", left);
                    app.frames(1);
                    assert_eq!(app.world_mut().call::<_, u32>("zoe", "ticks", ()), Ok(ticks));
                    // Afterwards there is as much as before.
                    assert!(app.world_mut().call::<_, u32>("s23", "go", 50).is_ok(), "{}", app.report());
                }
            }
        });
    }
}

#[test]
fn too_deep_a_chain_is_an_error_that_says_so() {
    on_a_small_stack(|| {
        let mut app = deep_chain(24, "", PLAIN);
        let error = app.world_mut().call::<_, Value>("s00", "go", 300).unwrap_err().to_string();
        assert!(error.contains(TOO_DEEP), "{error}");
    });
}

#[test]
fn a_chain_of_events_between_deep_scripts_does_not_overflow_the_stack() {
    on_a_small_stack(|| {
        let text = |own: usize, next: usize| {
            format!(
                "//@extension requires Bank
                 const deep = (left, then) => left > 0 ? 1 + deep(left - 1, then) : then();
                 extension.on('a{own}', () => {{ deep(300, () => extension.imports('Bank').echo(1)); deep(300, () => extension.emit('a{next}')); }})"
            )
        };
        let texts: Vec<_> = (0..30).map(|own| (format!("s{own:02}.js"), text(own, (own + 1) % 30))).collect();
        let texts: Vec<_> = texts.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
        let mut app = scripts(&texts).with::<Bank>().start();
        app.world_mut().emit("a0", json!({})).unwrap();
        app.frames(2);
    });
}

// Memory.

#[test]
fn memory_bombs() {
    fails(&on_go("const all = []; for (;;) all.push(new Array(1000).fill(0))"), TOO_MUCH);
    fails(&on_go("let s = 'x'; for (;;) s += s"), "");
    fails(&on_go("const s = 'x'.repeat(1e6).split(''); for (;;) s.push(...s)"), "");
    fails(&on_go("new ArrayBuffer(1e9)"), "");
    fails(&on_go("'x'.repeat(2 ** 30)"), "");
    fails(&on_go("'x'.padEnd(2 ** 30)"), "");
    fails(&on_go("const all = []; for (;;) all.push({})"), "");
    fails(&on_go("let all; for (;;) all = { all }"), "");
    fails(&on_go("event.x = new Array(2 ** 32 - 1)"), "");
    run(&on_go("event.x = { length: 1e9, __proto__: Array.prototype }"));
    // As it is today: a list behind a proxy is read as an object.
    run(&on_go(
        "event.x = new Proxy([], { get: (_, key) => key === 'length' ? 1e9 : key === 'toJSON' ? undefined : 0 })",
    ));
    fails(
        &on_go("const row = new Array(1000).fill('x'.repeat(1000)); event.x = new Array(1000).fill(row)"),
        "this value needs more than 16384 KiB of memory",
    );
    fails(&on_go("let n = 2n; for (;;) n *= n"), "");
    fails(&on_go("const all = []; for (;;) try { for (;;) all.push(new Array(1000).fill(0)) } catch {}"), "");
    fails(&on_go("const all = new Map(); for (let i = 0;; i++) all.set(i, [i])"), "");
}

#[test]
fn what_is_small_inside_and_huge_outside() {
    fails(
        &on_go("let a = ['x'.repeat(100)]; for (let i = 0; i < 60; i++) a = [a, a]; extension.emit('a', a)"),
        "this value needs more than",
    );
    fails(&on_go("let a = ['x'.repeat(100)]; for (let i = 0; i < 60; i++) a = [a, a]; console.log(a); for (;;);"), "");
    fails(
        "let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; extension.exports = { go: () => a }",
        "this value needs more than",
    );
}

#[test]
fn a_flood_of_everything() {
    run(&on_go("for (let i = 0; i < 5000; i++) extension.on('flood', () => 0)"));
    run(&on_go("for (let i = 0; i < 5000; i++) console.log('x'.repeat(10))"));
    run(&on_go("for (let i = 0; i < 5000; i++) try { extension.emit('flood') } catch {}"));
    run(&on_go("for (let i = 0; i < 5000; i++) try { setTimeout(() => 0) } catch {}"));
    run(&on_go("for (let i = 0; i < 5000; i++) Promise.reject(i)"));
    run(&on_go("const e = {}; for (let i = 0; i < 2000; i++) e['f' + i] = () => i; extension.exports = e"));
    run(&on_go("for (let i = 0; i < 2000; i++) extension.driver('d' + i, { f: () => 0 })"));
    run(&on_go("for (let i = 0; i < 2000; i++) extension.exports['f' + i] = () => i"));
}

// Tampering.

#[test]
fn tampering_with_builtins_harms_oneself_only() {
    for text in [
        "Object.defineProperty(Object.prototype, 'x', { set() { throw new Error('set') }, get() { throw new Error('get') } })",
        "Object.defineProperty(Object.prototype, 'toJSON', { get() { throw new Error('get') } })",
        "for (const k of ['then', 'name', 'key', 'sender', 'target', 'to', 'value', 'gold', 'well', 'a', 'message', 'stack', 'exports']) \
             Object.defineProperty(Object.prototype, k, { set() { throw new Error('set') }, get() { throw new Error('get') }, configurable: true })",
        "Object.freeze(Object.prototype)",
        "for (const k of Object.getOwnPropertyNames(Array.prototype)) Array.prototype[k] = () => { throw new Error('array') }",
        "Object.defineProperty(Array.prototype, 0, { set() { throw new Error('set') }, get() { throw new Error('get') } })",
        "Array.prototype[Symbol.iterator] = () => { throw new Error('iterate') }",
        "Promise.prototype.then = () => { throw new Error('then') }",
        "Promise.prototype.then = function () { for (;;); }",
        "globalThis.Promise = undefined; globalThis.Object = undefined; globalThis.Error = undefined",
        "JSON.stringify = JSON.parse = () => { throw new Error('json') }; globalThis.JSON = 1",
        "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error('call') }",
        "Reflect.apply = Reflect.ownKeys = Object.keys = Object.freeze = () => { throw new Error('tampered') }",
        "Error.prepareStackTrace = () => { throw new Error('stack') }",
        "Error.prepareStackTrace = () => { for (;;); }",
        "Error.stackTraceLimit = { valueOf() { throw 1 } }",
        "Error.captureStackTrace = 0; Object.defineProperty(Error.prototype, 'message', { get() { throw new Error('message') } })",
        "Map.prototype.get = Map.prototype.set = Set.prototype.add = () => { throw new Error('map') }",
        "String.prototype.toWellFormed = () => { throw new Error('string') }",
        "Symbol.prototype.toString = () => { throw new Error('symbol') }",
        "globalThis.extension = null; delete globalThis.extension; globalThis.console = null",
    ] {
        let uses = "
            extension.on('go', (event) => { event.x = [1, { y: 2 }]; extension.emit('a', [event, '\\ud800']).then(() => 0); });
            extension.on('go', async (event) => { await extension.emit('b', { c: [] }); throw new RangeError('as planned'); });
            extension.exports.go = async (x) => { await null; return structuredClone({ x }); };
            try { setTimeout((...all) => extension.imports('Bank').echo(all), 0, 1, 2); console.log({ a: [1] }, new Error('x')) } catch {}
        ";
        run(&format!("{uses}\n{text}"));
        run(&format!("{text}\n{uses}"));
    }
}

#[test]
fn what_the_host_gives_cannot_be_changed() {
    for text in [
        "'use strict'; extension.on = () => 0",
        "'use strict'; delete extension.emit",
        "'use strict'; extension.name = 'zoe'",
        "'use strict'; extension.config.x = 1",
        "'use strict'; extension.log.info = 1",
        "'use strict'; Object.setPrototypeOf(extension, {})",
        "'use strict'; extension.imports('Bank').echo = 1",
        "'use strict'; delete extension.imports('Bank').echo",
        "'use strict'; Object.setPrototypeOf(extension.imports('Bank'), {})",
    ] {
        fails(text, "TypeError");
    }
}

#[test]
fn what_is_thrown_may_be_anything() {
    fails(&on_go("throw null"), "threw: null");
    fails(&on_go("throw undefined"), "threw: undefined");
    fails(&on_go("throw 'text'"), "threw: 'text'");
    fails(&on_go("throw Symbol('s')"), "threw: Symbol(s)");
    fails(&on_go("throw 10n"), "threw: 10n");
    fails(&on_go("throw () => 0"), "threw: ");
    fails(&on_go("throw { a: 1 }"), "threw: { a: 1 }");
    fails(&on_go("throw Object.create(null)"), "threw: ");
    fails(
        &on_go("throw new Proxy({}, { get() { throw 1 }, ownKeys() { throw 2 }, getPrototypeOf() { throw 3 } })"),
        "threw: ",
    );
    fails(&on_go("throw new Proxy(new Error('x'), { get() { throw 1 } })"), "");
    fails(&on_go("throw globalThis"), "threw: ");
    fails(&on_go("Promise.reject(null)"), "threw: null");
    let getters = "const e = new Error('x'); for (const key of ['name', 'message', 'stack', 'cause']) \
        Object.defineProperty(e, key, { get() { throw new Error('hidden') } });";
    fails(&on_go(&format!("{getters} throw e")), "in a listener of `go`: Error");
    fails(&on_go(&format!("{getters} Promise.reject(e)")), "in a listener of `go`: Error");
    fails(&on_go("const e = new Error('x'); e.stack = 5; e.message = {}; e.name = []; throw e"), "");
    fails(
        &on_go("const e = new Error('x'); e.stack = 'at f (bad.js:99999999999:1)\\n  at g (bad.js:77:1)'; throw e"),
        "Error: x",
    );
    fails(&on_go("const e = new Error('x'); e.cause = e; throw e"), "Error: x, caused by Error: x");
    fails(&on_go("throw new AggregateError([1], 'many')"), "AggregateError: many");
    fails(&on_go("throw new Error('\\u0000 \\ud800 \\n line')"), "");
}

#[test]
fn getters_that_throw() {
    fails(&on_go("event.x = { get y() { throw new Error('no') } }"), "Error: no");
    fails(&on_go("extension.emit('a', { get y() { throw new Error('no') } })"), "Error: no");
    fails("extension.exports = { get y() { throw new Error('no') } }", "Error: no");
    fails(&on_go("extension.exports = { get y() { throw new Error('no') } }"), "Error: no");
    fails("extension.exports = new Proxy({}, { ownKeys() { throw new Error('no') } })", "Error: no");
    fails("extension.driver('d', { get f() { throw new Error('no') } })", "Error: no");
    fails(
        "let n = 0; extension.exports = { get go() { if (n++ > 1) throw new Error('no'); return () => 1 } }",
        "Error: no",
    );
    fails(
        &on_go("event.x = { get then() { throw new Error('no') } }; return { get then() { throw new Error('no') } }"),
        "Error: no",
    );
}

#[test]
fn values_that_are_none() {
    fails(&on_go("event.x = event"), "contains itself");
    fails(&on_go("const a = [], b = [a]; a.push(b); extension.emit('a', a)"), "contains itself");
    fails("extension.exports = { go() { const a = {}; a.a = a; return a } }", "contains itself");
    fails(&on_go("event.x = 2n ** 64n"), "does not fit into 64 bits");
    fails(&on_go("event.x = -(2n ** 63n) - 1n"), "does not fit into 64 bits");
    run(&on_go(
        "event.x = [NaN, Infinity, -0, undefined, () => 0, Symbol(), new Date(NaN), new Map([[1, 2]]), /x/, globalThis.x]",
    ));
    run(&on_go("event.x = globalThis"));
    run(&on_go("event.x = new Proxy([1, 2], {}); event.y = new Proxy(() => 0, {})"));
    run(&on_go("const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); event.x = proxy"));
    run(&on_go(
        "event.x = new Uint8Array(4); event.y = new DataView(new ArrayBuffer(4)); event.z = new Float64Array(2)",
    ));
    run(&on_go("const { length } = 'x'; event.x = { length: -1 }; const a = []; a.length = 3; event.y = a"));
    run(&on_go("event.x = Object.defineProperty([], 'length', { value: 1, writable: false })"));
}

#[test]
fn names_that_mean_something_to_the_language() {
    let text = "
        const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length', 'prototype'];
        const all = Object.create(null);
        for (const name of names) Object.defineProperty(all, name, { value: () => name, enumerable: true });
        extension.exports = all;
        for (const name of names) { extension.on(name, (event) => { event.heard = name }); }
        extension.on('go', (event) => { Object.defineProperty(event, '__proto__', { value: { x: 1 }, enumerable: true }) });
    ";
    run(text).assert_faults("bad", &[]);
    let mut app = start(text, 20_000);
    for name in ["__proto__", "constructor", "toString", "hasOwnProperty", "then", "length", "prototype"] {
        assert_eq!(app.world_mut().call::<_, String>("bad", name, ()).as_deref(), Ok(name));
        assert_eq!(app.world_mut().emit(name, json!({})).unwrap(), json!({"heard": name}));
    }
    assert_eq!(app.world_mut().emit("go", json!({})).unwrap(), json!({"__proto__": {"x": 1}, "well": true}));
    let client = "//@extension requires bad
        const bad = extension.imports('bad');
        console.log(bad.__proto__(), bad.constructor(), bad.then(), bad.length());";
    let client = scripts(&[("bad.js", text), ("client.js", client)]).start();
    assert_eq!(said(&client), ["client: __proto__ constructor then length"]);
}

#[test]
fn a_megabyte_of_code_runs() {
    let text = "all.push(function (value) { return value + 1; });\n".repeat(22_000);
    let text = format!("const all = [];\n{text}\nconsole.log('the end', all.length);");
    assert!(text.len() > 1_000_000);
    let app = scripts(&[("large.js", text)]).settings("(limits: (script: (call_ms: 60000)))").start();
    assert_eq!(said(&app), ["large: the end 22000"]);
}

#[test]
fn thousands_of_listeners_hear() {
    let text = "let count = 0; for (let i = 0; i < 3000; i++) extension.on(i % 2 ? 'go' : '*', (_, { key }) => { if (key === 'go') count++ });
        extension.exports = { count: () => count };";
    let settings = "(limits: (script: (call_ms: 60000)))";
    let mut app = scripts(&[("many.js", text)]).settings(settings).start();
    app.world_mut().emit("go", json!({})).unwrap();
    assert_eq!(app.world_mut().call::<_, u32>("many", "count", ()), Ok(3000));
    app.world_mut().resource_mut::<Extensions>().disable("many");
    app.frames(1);
    assert_eq!(app.world().leftovers("many"), Some(vec![]));
}

// Round and round.

#[test]
fn emits_from_everywhere() {
    run("extension.on('*', () => { extension.emit('a') })");
    run("extension.on('*', () => { extension.emit('a'); extension.emit('b') })");
    run("extension.on('*', async () => { await extension.emit('a'); await extension.emit('b') })");
    run("extension.on('*', () => { extension.once('*', () => { extension.emit('a') }) }); extension.emit('a')");
    run(
        "extension.emit('a', { get x() { extension.emit('b'); return 1 } }); extension.on('*', (event) => { event.x = { toJSON() { extension.emit('c'); return 1 } } })",
    );
    run(
        "setInterval(() => extension.emit('a'), 10); extension.on('*', () => { setTimeout(() => extension.emit('b'), 0) })",
    );
    run(
        "extension.on('terminate', () => { extension.emit('a').then(() => extension.emit('b')) }); extension.on('*', () => { extension.emit('c') })",
    );
}

#[test]
fn scripts_that_switch_what_they_have_while_it_is_used() {
    run(
        "extension.on('go', (event) => { extension.exports = {}; extension.exports = { go: () => { extension.exports = {}; return 1 } } })",
    );
    run("extension.exports = { go() { extension.exports = {}; return 1 } }");
    run("const h = () => { extension.off(h); extension.on('go', h) }; extension.on('go', h)");
    run(
        "let all = []; extension.on('go', () => { all.forEach((one) => one.detach()); all = [1, 2, 3].map(() => extension.on('go', () => { all.forEach((one) => one.detach()) })) })",
    );
    run("extension.on('go', () => { const t = setInterval(() => { clearInterval(t); setInterval(() => 0, 1) }, 1) })");
}

#[test]
fn modules_that_go_round() {
    run("require('./bad')");
    fails("import('./bad.js').then(() => { throw new Error('as planned') })", "");
    fails("require('../secret')", "leads out of the extension");
    fails("require('fs')", "a module of Node");
    fails("import('/etc/passwd')", "neither a path that begins");
}
