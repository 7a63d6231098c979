//! What is asked, and what is answered.

use std::collections::BTreeMap;

use bevy_extensions_data::{DbError, DbStatement, Executed};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{all, fails, fresh, set};

#[test]
fn every_kind_of_value_comes_back() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Baker,
        Smith,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Id(i64);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {
        id: Id,
        whole: u32,
        real: f64,
        flag: bool,
        text: String,
        bytes: Vec<u8>,
        kind: Kind,
        letter: char,
        maybe: Option<i64>,
        none: Option<String>,
    }
    let db = fresh();
    db.execute("CREATE TABLE thing (id, whole, real, flag, text, bytes, kind, letter, maybe, none)", ())
        .expect("it is SQL");
    let things = [
        Thing {
            id: Id(i64::MIN),
            whole: u32::MAX,
            real: 0.1 + 0.2,
            flag: true,
            text: "Ünï\0cöde".into(),
            bytes: vec![0, 1, 255],
            kind: Kind::Baker,
            letter: 'ß',
            maybe: Some((1 << 53) + 1),
            none: None,
        },
        Thing {
            id: Id(i64::MAX),
            whole: 0,
            real: f64::MIN_POSITIVE,
            flag: false,
            text: String::new(),
            bytes: vec![],
            kind: Kind::Smith,
            letter: '\'',
            maybe: None,
            none: None,
        },
    ];
    let insert = "INSERT INTO thing VALUES (:id, :whole, :real, :flag, :text, :bytes, :kind, :letter, :maybe, :none)";
    for thing in &things {
        let done = db.execute(insert, thing).expect("there is room");
        assert_eq!(done.rows, 1);
    }
    assert_eq!(db.query("SELECT * FROM thing ORDER BY id", ()), Ok(Vec::from(things)));
    assert_eq!(db.query_one("SELECT typeof(bytes) FROM thing LIMIT 1", ()), Ok("blob".to_string()));
}

#[test]
fn scripts_ask_and_get_json() {
    let db = fresh();
    db.execute("CREATE TABLE thing (a, b, c, d)", ()).expect("it is SQL");
    let row = json!({ "a": (1i64 << 53) + 1, "b": [0, 255], "c": null, "d": -1.5, "unused": true });
    db.execute("INSERT INTO thing VALUES (:a, @b, $c, :d)", &row).expect("there is room");
    let rows: Vec<Map<String, Value>> =
        db.query("SELECT * FROM thing WHERE d < ?", json!([0])).expect("it is what is there");
    assert_eq!(
        rows,
        [json!({ "a": (1i64 << 53) + 1, "b": [0, 255], "c": null, "d": -1.5 })
            .as_object()
            .cloned()
            .expect("it is one")]
    );
}

#[test]
fn what_somebody_types_stays_data() {
    let db = fresh();
    let name = "Robert'); DROP TABLE player; --";
    set(&db, name, 7);
    assert_eq!(db.query_optional("SELECT gold FROM player WHERE name = ?", [name]), Ok(Some(7)));
    assert_eq!(db.query_optional("SELECT gold FROM player WHERE name = ?", ["' OR 1=1 --"]), Ok(None::<i64>));
    assert_eq!(all(&db), format!("{name}=7"));
}

#[test]
fn execute_tells_what_it_has_done() {
    let db = fresh();
    db.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT)", ()).expect("it is SQL");
    let insert = db.execute("INSERT INTO log (text) VALUES (?), (?)", ("a", "b"));
    assert_eq!(insert, Ok(Executed { rows: 2, last_id: 2 }));
    let none = Ok(Executed { rows: 0, last_id: 2 });
    assert_eq!(db.execute("UPDATE log SET text = 'c' WHERE id = 7", ()), none);
    assert_eq!(db.execute("CREATE TABLE other (a)", ()), none);
    assert_eq!(db.execute("SELECT * FROM log", ()), none);
    assert_eq!(db.query("DELETE FROM log RETURNING id", ()), Ok(vec![1, 2]));
}

#[test]
fn a_transaction_is_done_as_a_whole_or_not_at_all() {
    let db = fresh();
    let done = db.transaction([
        DbStatement::new("INSERT INTO player VALUES ('Quinn', ?)", [12]),
        DbStatement::new("UPDATE player SET gold = gold + :by", BTreeMap::from([("by", 1)])),
    ]);
    assert_eq!(done.map(|done| done.iter().map(|done| done.rows).collect()), Ok(vec![1, 1]));
    fails(
        db.transaction([("UPDATE player SET gold = ?", 0), ("INSERT INTO player VALUES ('Quinn', ?)", 0)]),
        "a rule of the table stands against it: UNIQUE constraint failed: player.name",
    );
    fails(
        db.transaction([("UPDATE player SET gold = ?", f64::from(0)), ("UPDATE player SET gold = ?", f64::NAN)]),
        "a parameter cannot be stored: a number is infinite, or none (NaN)",
    );
    fails(
        db.run(|db| {
            db.execute("UPDATE player SET gold = ?", 0)?;
            db.query_one::<i64>("SELECT gold FROM player WHERE name = 'nobody'", ())
        }),
        "there should be one row, and there are 0",
    );
    assert_eq!(all(&db), "Quinn=13");
}

#[test]
fn what_fails_within_a_transaction_may_be_left_at_that() {
    let db = fresh();
    let done = db.run(|db| {
        db.execute("INSERT INTO player VALUES ('Quinn', ?)", 1)?;
        assert!(db.execute("INSERT INTO player VALUES ('Quinn', ?)", 2).is_err());
        db.execute("INSERT INTO player VALUES ('Rose', ?)", 3)
    });
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(all(&db), "Quinn=1 Rose=3");

    // Here SQLite ends it, and what follows would be outside.
    let given_up = db.run(|db| {
        db.execute("DELETE FROM player", ())?;
        let _ = db.execute("INSERT OR ROLLBACK INTO player VALUES ('Quinn', NULL)", ());
        let _ = db.execute("INSERT INTO player VALUES ('Mallory', 1000000)", ());
        Ok(())
    });
    fails(given_up, "a rule of the table stands against it: NOT NULL constraint failed: player.gold");
    assert_eq!(all(&db), "Quinn=1 Rose=3");
}

#[test]
fn a_panic_undoes_the_transaction_and_no_more() {
    let db = fresh();
    set(&db, "Quinn", 1);
    let panicked = db.run(|db| -> Result<(), DbError> {
        db.execute("DELETE FROM player", ())?;
        panic!("no more gold")
    });
    fails(panicked, "the code of a transaction has panicked: no more gold");
    assert_eq!(all(&db), "Quinn=1");
}

#[test]
fn a_transaction_cannot_wait_for_its_own_database() {
    let db = fresh();
    let own = db.db.clone();
    fails(
        db.run(move |_| own.query::<i64>("SELECT 1", ())),
        "the code of a transaction cannot wait for a database: use the transaction that it is handed",
    );
}

#[test]
fn errors_name_what_is_wrong() {
    let db = fresh();
    set(&db, "Quinn", 1);
    fails(db.query::<i64>("SELEC 1", ()), "near \"SELEC\": syntax error, in `SELEC 1`");
    fails(
        db.query::<i64>("SELECT gold\nFROM player\nWHERE nam = 7", ()),
        "no such column: nam, at line 3 column 7, in `SELECT gold FROM player WHERE nam = 7`",
    );
    // A text in double quotes is a name that is misspelt.
    fails(
        db.query::<i64>(r#"SELECT gold FROM player WHERE name = "Quinn""#, ()),
        "no such column: \"Quinn\" - should this be a string literal in single-quotes?, in `SELECT gold FROM player WHERE \
         name = \"Quinn\"`",
    );
    fails(
        db.execute("INSERT INTO player VALUES (?, ?)", ["Rose"]),
        "the statement takes 2 parameters, and 1 are given, in `INSERT INTO player VALUES (?, ?)`",
    );
    fails(
        db.execute("INSERT INTO player VALUES (:name, :gold)", BTreeMap::from([("name", "Rose")])),
        "parameter `:gold` is not given, in `INSERT INTO player VALUES (:name, :gold)`",
    );
    fails(
        db.execute("INSERT INTO player VALUES (?, ?)", BTreeMap::from([("name", "Rose")])),
        "parameter 1 has no name, as `:gold` is one, in `INSERT INTO player VALUES (?, ?)`",
    );
    fails(
        db.execute("INSERT INTO player VALUES ('Rose', ?)", ["many"]),
        "a rule of the table stands against it: cannot store TEXT value in INTEGER column player.gold",
    );
    fails(
        db.query::<u8>("SELECT name FROM player", ()),
        "column `name` of row 1 cannot be read as `u8`: invalid type: string \"Quinn\", expected u8",
    );
    fails(db.query_one::<i64>("SELECT 1 UNION SELECT 2", ()), "there should be one row, and there are 2");
    fails(
        db.execute("DELETE FROM player; DELETE FROM player", ()),
        "there are several statements: hand them over as `transaction`, in `DELETE FROM player; DELETE FROM player`",
    );
    assert_eq!(all(&db), "Quinn=1");
}
