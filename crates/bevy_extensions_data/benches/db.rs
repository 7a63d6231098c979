//! What a database costs, against a bare `rusqlite` with the same settings.

mod support;

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use bevy_extensions_data::{Db, DbSettings, DbStore, Migration};
use rusqlite::Connection;
use serde::Deserialize;
use support::{head, is_full, line, memory_of, time};

const TABLE: &str = "CREATE TABLE player (id INTEGER PRIMARY KEY, name TEXT NOT NULL, gold INTEGER NOT NULL) STRICT";
const UPSERT: &str = "INSERT INTO player VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET gold = excluded.gold";
const ONE: &str = "SELECT id, name, gold FROM player WHERE id = ?1";
const SOME: &str = "SELECT id, name, gold FROM player LIMIT ?1";

#[derive(Deserialize)]
#[expect(dead_code, reason = "reading it is what is measured")]
struct Player {
    id: i64,
    name: String,
    gold: i64,
}

fn main() {
    let is_full = is_full();
    let (many, rounds) = if is_full { (10_000, 15) } else { (50, 1) };
    let folder = tempfile::tempdir().expect("there is a place for it");
    let mut settings = DbSettings::in_folder(folder.path());
    settings.limits.waiting = 1_000_000;
    let store = DbStore::open(settings).expect("nobody else has it open");
    let db = store.database_with("Bench", [Migration::new("players", TABLE)]);
    db.open().expect("it is made");
    let mut bare = bare(&folder.path().join("bare.sqlite"));

    upserting(&db, &mut bare, many, rounds);
    queueing(&db, many, rounds);
    querying(&db, &bare, many, rounds);
    single(&db, &bare, if is_full { 200 } else { 5 });
    opening(many.min(100));
}

fn bare(file: &Path) -> Connection {
    let connection = Connection::open(file).expect("it is made");
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;").expect("it is SQL");
    connection.execute_batch(TABLE).expect("it is SQL");
    connection
}

fn name(number: i64) -> String {
    format!("player {number}")
}

fn upserting(db: &Db, bare: &mut Connection, many: i64, rounds: usize) {
    head(&format!("{many} upserts in a transaction, durable"));
    let (mut list, mut caller, mut code, mut theirs) = (Duration::MAX, Duration::MAX, Duration::MAX, Duration::MAX);
    for round in 0..rounds as i64 {
        theirs = theirs.min(time(|| {
            let transaction = bare.transaction().expect("none is open");
            {
                let mut statement = transaction.prepare_cached(UPSERT).expect("it is SQL");
                for number in 0..many {
                    statement.execute((number, name(number), round)).expect("there is room");
                }
            }
            transaction.commit().expect("there is room");
        }));
        let began = Instant::now();
        let asked = db.later().transaction((0..many).map(|number| (UPSERT, (number, name(number), round))));
        caller = caller.min(began.elapsed());
        asked.wait().expect("there is room");
        list = list.min(began.elapsed());
        code = code.min(time(|| {
            db.run(move |db| {
                (0..many).try_for_each(|number| db.execute(UPSERT, (number, name(number), round)).map(|_| ()))
            })
            .expect("there is room");
        }));
    }
    let count = many as usize;
    line("as a list, on the caller's thread until it is queued", caller, theirs, count);
    line("as a list, until it is answered", list, theirs, count);
    line("as code on the thread of the database, until it is answered", code, theirs, count);
}

fn queueing(db: &Db, many: i64, rounds: usize) {
    println!("\nqueueing, on the caller's thread");
    let each =
        |what: &str, time: Duration| println!("  {what:<64} {:>10.0} ns", time.as_secs_f64() * 1e9 / many as f64);
    let (mut query, mut execute) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let mut asked = Vec::with_capacity(many as usize);
        query = query
            .min(time(|| (0..many).for_each(|number| asked.push(db.later().query_optional::<Player>(ONE, number)))));
        asked.into_iter().for_each(|asked| _ = asked.wait().expect("it is there"));
        let mut asked = Vec::with_capacity(many as usize);
        let nobody = "DELETE FROM player WHERE id = -?1 AND name = ?2";
        execute = execute.min(time(|| {
            (0..many).for_each(|number| asked.push(db.later().execute(nobody, (number + 1, "nobody"))));
        }));
        asked.into_iter().for_each(|asked| _ = asked.wait().expect("it is there"));
    }
    each("a query with a parameter, while the thread works", query);
    each("a statement with two parameters, while the thread works", execute);
}

fn querying(db: &Db, bare: &Connection, many: i64, rounds: usize) {
    let rows = many.min(1000);
    head(&format!("a query of {rows} rows of three columns"));
    let read = |row: &rusqlite::Row<'_>| Ok(Player { id: row.get(0)?, name: row.get(1)?, gold: row.get(2)? });
    let theirs_of = |sql: &str, number: i64| {
        let mut statement = bare.prepare_cached(sql).expect("it is SQL");
        let rows = statement.query_map([number], read).expect("it is SQL");
        black_box(rows.collect::<Result<Vec<_>, _>>().expect("they are players"))
    };
    let (mut structs, mut tuples, mut json, mut theirs) = (Duration::MAX, Duration::MAX, Duration::MAX, Duration::MAX);
    let (mut one, mut their_one) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        theirs = theirs.min(time(|| drop(theirs_of(SOME, rows))));
        structs = structs.min(time(|| drop(black_box(db.query::<Player>(SOME, rows)))));
        tuples = tuples.min(time(|| drop(black_box(db.query::<(i64, String, i64)>(SOME, rows)))));
        json = json.min(time(|| drop(black_box(db.query::<serde_json::Map<String, serde_json::Value>>(SOME, rows)))));
        their_one = their_one.min(time(|| (0..rows).for_each(|number| drop(theirs_of(ONE, number)))));
        one = one.min(time(|| (0..rows).for_each(|number| drop(black_box(db.query::<Player>(ONE, number))))));
    }
    let count = rows as usize;
    line("into structs, waited for", structs, theirs, count);
    line("into tuples, waited for", tuples, theirs, count);
    line("into JSON; theirs: into structs", json, theirs, count);
    line("one row by its key, each waited for", one, their_one, count);
}

fn single(db: &Db, bare: &Connection, many: i64) {
    head("an upsert alone, durable");
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    for number in 0..many {
        theirs += time(|| _ = bare.execute(UPSERT, (number, name(number), number)).expect("there is room"));
        ours += time(|| _ = db.execute(UPSERT, (number, name(number), number)).expect("there is room"));
    }
    line("each waited for", ours, theirs, many as usize);
}

fn opening(many: i64) {
    let folder = tempfile::tempdir().expect("there is a place for it");
    let store = DbStore::open(DbSettings::in_folder(folder.path())).expect("nobody else has it open");
    let mut all = Vec::new();
    let handles = memory_of(|| all.extend((0..many).map(|number| store.database(&format!("extension{number}")))));
    let made = time(|| {
        let asked: Vec<_> = all.iter().map(|db| db.later().open()).collect();
        asked.into_iter().for_each(|asked| _ = asked.wait().expect("there is room"));
    });
    println!("\n{many} databases");
    println!("  memory of each that nobody has asked: {} bytes", handles / many as isize);
    println!("  to make one and open it: {:?}", made / many as u32);
    drop(all);
    let closed = time(|| store.close(Duration::from_secs(60)).expect("nothing is given up"));
    println!("  to close one: {:?}", closed / many as u32);
    let store = DbStore::open(DbSettings::in_folder(folder.path())).expect("nobody else has it open");
    let opened = time(|| drop(black_box(store.database("extension0").query::<i64>("SELECT 1", ()))));
    println!("  to open one that is there, and ask it: {opened:?}");
}
