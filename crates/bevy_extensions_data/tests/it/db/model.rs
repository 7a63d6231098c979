//! Whatever is done, a table does as a map would.

use std::collections::{BTreeMap, btree_map::Entry};

use bevy_extensions_data::{Db, DbError, DbStatement};
use proptest::prelude::*;
use serde::Serialize;

use super::{Fixture, close, fresh, open, players};

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, i64),
    Upsert(u8, i64),
    Add(u8, i64),
    Delete(u8),
    /// Inserts, of which one may be there already: then none is done.
    InsertAll(Vec<(u8, i64)>),
    /// Moves within code, if there is enough.
    Move(u8, u8, i64),
    Reopen,
    Turn,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || 0..6u8;
    let value = || prop_oneof![-3..4i64, Just(i64::MAX), Just(i64::MIN)];
    let step = prop_oneof![
        3 => (key(), value()).prop_map(|(key, value)| Step::Insert(key, value)),
        4 => (key(), value()).prop_map(|(key, value)| Step::Upsert(key, value)),
        2 => (key(), -3..4i64).prop_map(|(key, value)| Step::Add(key, value)),
        3 => key().prop_map(Step::Delete),
        3 => prop::collection::vec((key(), value()), 0..4).prop_map(Step::InsertAll),
        3 => (key(), key(), 0..3i64).prop_map(|(from, to, by)| Step::Move(from, to, by)),
        1 => Just(Step::Reopen),
        2 => Just(Step::Turn),
    ];
    prop::collection::vec(step, 0..30)
}

fn name(key: u8) -> String {
    ["", "a", "A", "'", "é", "a\0b"][usize::from(key)].into()
}

#[derive(Serialize)]
struct Player {
    name: String,
    gold: i64,
}

const INSERT: &str = "INSERT INTO player VALUES (:name, :gold)";

type Model = BTreeMap<String, i64>;

struct Run {
    fixture: Fixture,
    models: [Model; 2],
    turn: usize,
}

impl Run {
    fn db(&self, turn: usize) -> Db {
        self.fixture.store.database_with(["Economy", "Greeter"][turn], [players()])
    }

    fn take(&mut self, step: &Step) {
        let db = self.db(self.turn);
        let model = &mut self.models[self.turn];
        match step {
            Step::Insert(key, gold) => {
                let done = db.execute(INSERT, &Player { name: name(*key), gold: *gold });
                match model.entry(name(*key)) {
                    Entry::Occupied(_) => assert!(matches!(done, Err(DbError::Constraint { .. })), "{done:?}"),
                    Entry::Vacant(entry) => {
                        assert_eq!(done.map(|done| done.rows), Ok(1));
                        entry.insert(*gold);
                    }
                }
            }
            Step::Upsert(key, gold) => {
                let sql = "INSERT INTO player VALUES (?1, ?2) ON CONFLICT DO UPDATE SET gold = ?2";
                assert_eq!(db.execute(sql, (name(*key), gold)).map(|done| done.rows), Ok(1));
                model.insert(name(*key), *gold);
            }
            Step::Add(key, by) => {
                // What does not fit becomes a fraction, which the table does not take.
                let done = db.execute("UPDATE player SET gold = gold + ? WHERE name = ?", (by, name(*key)));
                match model.get_mut(&name(*key)) {
                    None => assert_eq!(done.map(|done| done.rows), Ok(0)),
                    Some(gold) => match gold.checked_add(*by) {
                        Some(sum) => {
                            assert_eq!(done.map(|done| done.rows), Ok(1));
                            *gold = sum;
                        }
                        None => assert!(matches!(done, Err(DbError::Constraint { .. })), "{done:?}"),
                    },
                }
            }
            Step::Delete(key) => {
                let was_there = model.remove(&name(*key)).is_some();
                let done = db.execute("DELETE FROM player WHERE name = ?", [name(*key)]);
                assert_eq!(done.map(|done| done.rows), Ok(was_there.into()));
            }
            Step::InsertAll(all) => {
                let statement =
                    |(key, gold): &(u8, i64)| DbStatement::new(INSERT, Player { name: name(*key), gold: *gold });
                let done = db.transaction(all.iter().map(statement));
                let mut after = model.clone();
                if all.iter().all(|(key, gold)| after.insert(name(*key), *gold).is_none()) {
                    assert_eq!(done.map(|done| done.len()), Ok(all.len()));
                    *model = after;
                } else {
                    assert!(matches!(done, Err(DbError::Constraint { .. })), "{done:?}");
                }
            }
            Step::Move(from, to, by) => {
                let (from, to, by) = (name(*from), name(*to), *by);
                let has_enough = model.get(&from).is_some_and(|gold| *gold >= by);
                let fits = model.get(&to).is_some_and(|gold| from == to || gold.checked_add(by).is_some());
                let names = (from.clone(), to.clone());
                let done = db.run(move |db| {
                    let (from, to) = names;
                    let gold: i64 = db.query_one("SELECT gold FROM player WHERE name = ?", [&from])?;
                    db.execute("UPDATE player SET gold = gold - ? WHERE name = ?", (by, from))?;
                    let done = db.execute("UPDATE player SET gold = gold + ? WHERE name = ?", (by, to))?;
                    if gold < by || done.rows == 0 { Err(DbError::Closed) } else { Ok(()) }
                });
                assert_eq!(done.is_ok(), has_enough && fits, "{done:?}");
                if done.is_ok() {
                    *model.get_mut(&from).expect("it has enough") -= by;
                    *model.get_mut(&to).expect("it fits") += by;
                }
            }
            Step::Reopen => {
                close(&self.fixture.store);
                self.fixture.store = open(self.fixture.folder.path());
            }
            Step::Turn => self.turn = 1 - self.turn,
        }
    }

    fn check(&self) {
        for turn in 0..2 {
            let rows: Vec<(String, i64)> =
                self.db(turn).query("SELECT name, gold FROM player", ()).expect("it is there");
            assert_eq!(rows.into_iter().collect::<Model>(), self.models[turn]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_table_does_as_a_map_would(steps in steps()) {
        let mut run = Run { fixture: fresh(), models: Default::default(), turn: 0 };
        for step in &steps {
            run.take(step);
        }
        run.check();
        run.take(&Step::Reopen);
        run.check();
    }
}
