//! What scripts keep: tables, and what is quickly there again. Keys and values are in `data_kv`.

use bevy_extensions::{
    Leftover, Value,
    data::Data,
    prelude::*,
    test_kit::{TestApp, extensions},
};

use crate::support::{check_said, run_until, said, scripts};

extensions! {
    Economy() = |app| app.extension::<Self>().migrations([("players", "CREATE TABLE player (name TEXT) STRICT")]);
}

/// Begins a script that has `kv`, `db` and `cache`.
fn script(text: &str) -> TestApp {
    scripts(&[("aa.js", format!("const {{ kv, db, cache }} = extension.imports('data');\n{text}"))]).start()
}

/// Runs frames until a script has said so much.
#[track_caller]
fn says(text: &str, expected: &[&str]) {
    let mut app = script(text);
    run_until(&mut app, |app| said(app).len() >= expected.len() || !app.report().row("aa").unwrap().faults.is_empty());
    check_said(&app, expected);
    app.assert_quiet();
}

/// Runs frames until a script has so many faults.
#[track_caller]
fn fails(text: &str, expected: &[&str]) {
    let mut app = script(text);
    run_until(&mut app, |app| app.report().row("aa").unwrap().faults.len() >= expected.len());
    app.assert_faults("aa", expected);
}

const PLAYERS: &str =
    "db.migrate([['001 players', 'CREATE TABLE player (name TEXT PRIMARY KEY, gold REAL, icon BLOB)']]);
";

#[test]
fn a_script_has_tables() {
    says(
        &format!(
            "{PLAYERS}
            (async () => {{
                console.log(await db.execute('INSERT INTO player VALUES (?, ?, ?)', ['Quinn', 1.5, new Uint8Array([1, 255])]));
                console.log(await db.execute('INSERT INTO player VALUES (:name, :gold, NULL)', {{ name: 'Rose', gold: 3 }}));
                console.log(await db.query('SELECT * FROM player ORDER BY name'));
                console.log(await db.one('SELECT count(*) AS count FROM player WHERE gold > ?', [2]));
                console.log(await db.one('SELECT * FROM player WHERE name = ?', ['Bob']));
            }})();"
        ),
        &[
            "aa: { lastId: 1, rows: 1 }",
            "aa: { lastId: 2, rows: 1 }",
            "aa: [ { gold: 1.5, icon: [ 1, 255 ], name: 'Quinn' }, { gold: 3, icon: null, name: 'Rose' } ]",
            "aa: { count: 1 }",
            "aa: null",
        ],
    );
}

#[test]
fn a_transaction_is_done_as_a_whole_or_not_at_all() {
    says(
        &format!(
            "{PLAYERS}
            const insert = 'INSERT INTO player (name) VALUES (?)';
            db.transaction([[insert, ['Quinn']], [insert, ['Rose']]]).then((done) => console.log(done));
            db.transaction([[insert, ['Bob']], [insert, ['Rose']]]).catch((error) => console.log(error.message));
            db.query('SELECT name FROM player').then((rows) => console.log(rows.map((row) => row.name)));"
        ),
        &[
            "aa: [ { lastId: 1, rows: 1 }, { lastId: 2, rows: 1 } ]",
            "aa: a rule of the table stands against it: UNIQUE constraint failed: player.name",
            "aa: [ 'Quinn', 'Rose' ]",
        ],
    );
}

#[test]
fn a_query_that_fails_and_nobody_cares_is_a_fault_with_its_line() {
    fails(
        "db.query('SELECT gold FROM player');",
        &[
            "in what it does with an answer of its database: Error: no such table: player, in `SELECT gold FROM player`, \
           at aa.js:2:4",
        ],
    );
}

#[test]
fn a_migration_that_fails_fails_the_script() {
    fails(
        "db.migrate([['001 players', 'CREATE TABLE']]);",
        &[
            "at the top level of its script: Error: migration `001 players` failed: incomplete input, in `CREATE TABLE`, \
           at aa.js:2:4",
        ],
    );
}

#[test]
fn migrations_wait_only_where_nobody_else_does() {
    let mut app = script("extension.on('now', () => db.migrate([]));");
    app.world_mut().emit("now", Value::Null).unwrap();
    app.frames(1);
    app.assert_faults(
        "aa",
        &["in a listener of `now`: Error: `db.migrate` waits for the disk: call it at the top level, or in a phase, \
           at aa.js:2:30"],
    );
}

#[test]
fn what_is_no_statement_is_an_error_at_once() {
    let text = "for (const wrong of [
            () => db.query(7), () => db.transaction('x'), () => db.transaction(['x']), () => db.migrate([['x']]),
        ]) try { wrong() } catch (error) { console.log(error.message) }";
    says(
        text,
        &[
            "aa: a statement is a text",
            "aa: a transaction is a list of lists of SQL and its parameters",
            "aa: each statement is a list of SQL and its parameters",
            "aa: migrations are a list of lists of a name and SQL",
        ],
    );
}

#[test]
fn tables_are_nobody_elses() {
    let text = "
        const { db } = extension.imports('data');
        db.query('SELECT * FROM player').catch((error) => console.log(error.message));
        db.query(\"ATTACH 'db-economy.sqlite' AS other\").catch((error) => console.log(error.message));
    ";
    let mut app = scripts(&[("aa.js", text)]).with::<Economy>().start();
    run_until(&mut app, |app| said(app).len() == 2);
    let said = said(&app);
    assert_eq!(said[0], "aa: no such table: player, in `SELECT * FROM player`");
    assert!(said[1].contains("in `ATTACH 'db-economy.sqlite' AS other`"), "{said:?}");
}

#[test]
fn a_script_that_stops_is_told_nothing_and_leaves_nothing() {
    let mut app = script(
        "extension.exports = { ask: () => void db.one('SELECT 7 AS seven').then((row) => console.log(row.seven)) };",
    );
    app.world_mut().call::<_, Value>("aa", "ask", ()).unwrap();
    app.world_mut().resource_mut::<Extensions>().disable("aa");
    app.world().resource::<Data>().flush().wait().unwrap();
    app.frames(1);
    assert_eq!(app.world().leftovers("aa"), Some(vec![]));
    app.world_mut().resource_mut::<Extensions>().enable("aa");
    app.frames(3);
    check_said(&app, &[]);
    app.assert_quiet();
}

#[test]
fn a_script_may_ask_while_an_event_is_delivered() {
    let mut app = script(
        "extension.on('paid', ({ gold }) => {
            kv.incr('gold', gold);
            cache.set('last', gold);
            db.one('SELECT ? AS gold', [gold]).then((row) => console.log(row.gold, kv.get('gold'), cache.get('last')));
        });",
    );
    app.world_mut().emit("paid", bevy_extensions::json!({ "gold": 7 })).unwrap();
    run_until(&mut app, |app| !said(app).is_empty());
    check_said(&app, &["aa: 7 7 7"]);
    app.assert_quiet();
}

#[test]
fn a_script_has_a_cache() {
    says(
        "cache.set('motd', 'well met');
        cache.set(['price', 7], { gold: 12 }, { ttl: 60000 });
        cache.set('gone', 1, { ttl: 0 });
        console.log(cache.get('motd'), cache.get(['price', 7]), cache.get('gone'), cache.has('motd'));
        let made = 0;
        const make = () => ++made;
        console.log(cache.getOrSet('made', make), cache.getOrSet('made', make), cache.delete('made'), cache.has('made'));
        console.log(cache.stats());
        cache.clear();
        console.log(cache.get('motd'), cache.stats().entries);",
        &[
            "aa: well met { gold: 12 } null true",
            "aa: 1 1 true false",
            "aa: { bytes: 43, entries: 2, evictions: 0, hits: 4, misses: 3 }",
            "aa: null 0",
        ],
    );
}

#[test]
fn what_takes_its_time_to_make_is_kept_once_it_is_made() {
    says(
        "const seven = () => db.one('SELECT 7 AS seven').then((row) => row.seven);
        const get = () => cache.getOrSet('seven', seven);
        get().then((first) => console.log(first, get()));",
        &["aa: 7 7"],
    );
}

#[test]
fn a_cache_is_empty_when_its_script_starts_again() {
    let mut app = script("console.log(cache.get('a'), kv.get('a')); cache.set('a', 1); kv.set('a', 1);");
    app.world_mut().resource_mut::<Extensions>().restart("aa");
    app.frames(1);
    check_said(&app, &["aa: null null", "aa: null 1"]);
}

#[test]
fn what_does_not_fit_a_cache_says_what_does() {
    says(
        "for (const wrong of [() => cache.set('a', 1, { tt: 5 }), () => cache.set({}, 1), () => cache.getOrSet('a'), () => cache.gett])
            try { wrong() } catch (error) { console.log(error.message) }",
        &[
            "aa: `cache.set` takes a key, a value and perhaps `{ ttl: milliseconds }`",
            "aa: a key is a text, a whole number, or a list of them",
            "aa: `cache.getOrSet` takes a key, a function and perhaps `{ ttl: milliseconds }`",
            "aa: `cache` has no `gett`, did you mean `get`",
        ],
    );
}

#[test]
fn what_a_script_keeps_can_be_forgotten() {
    let mut app = script(&format!("{PLAYERS} kv.set('a', 1);"));
    app.world_mut().resource_mut::<Extensions>().disable("aa");
    app.frames(1);
    app.world_mut().forget_data("aa").unwrap();
    let data = app.world().resource::<Data>();
    assert_eq!(data.kv("aa").get::<u32>("a").unwrap(), None);
    assert!(!data.db("aa").file().exists());
}

#[test]
fn a_promise_that_a_script_waits_for_goes_with_it() {
    let mut app = script("extension.exports = { ask: () => { db.query('SELECT 1'); db.query('SELECT 2'); } };");
    app.world_mut().call::<_, Value>("aa", "ask", ()).unwrap();
    assert!(app.world().leftovers("aa").unwrap().contains(&Leftover::Promises(2)));
    app.world_mut().resource_mut::<Extensions>().disable("aa");
    app.frames(1);
    assert_eq!(app.world().leftovers("aa"), Some(vec![]));
}
