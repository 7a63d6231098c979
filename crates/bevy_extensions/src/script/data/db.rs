//! The tables of a script.

use std::mem;

use bevy_ecs::prelude::*;
use bevy_extensions_data::{Db as Database, DbAnswer, DbStatement, Executed, Migration};
use serde_json::{Value, json};

use super::Arguments;
use crate::{
    contain::call_with_world,
    data::Data,
    fault::FaultPlace,
    script::{
        context::{Answer, Scripts},
        deliver::deliver,
    },
};

/// Makes the tables, and waits for that.
///
/// # Errors
///
/// A text for the script's author.
pub(in crate::script) fn migrate(
    data: &Data,
    of: &str,
    place: &FaultPlace,
    arguments: Vec<Value>,
) -> Result<Value, String> {
    if !matches!(place, FaultPlace::TopLevel | FaultPlace::Phase(_)) {
        return Err("`db.migrate` waits for the disk: call it at the top level, or in a phase".into());
    }
    let pair = |step: Value| match step {
        Value::Array(step) => match <[Value; 2]>::try_from(step) {
            Ok([Value::String(name), Value::String(sql)]) => Some(Migration::new(name, sql)),
            _ => None,
        },
        _ => None,
    };
    let steps = match Arguments(arguments.into_iter()).value() {
        Value::Array(steps) => steps.into_iter().map(pair).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    let steps = steps.ok_or("migrations are a list of lists of a name and SQL")?;
    data.migrated_db(of, &steps).open().map(Value::from).map_err(|error| error.to_string())
}

/// Asks a database for something.
///
/// # Errors
///
/// A text for the script's author, if the arguments do not fit.
pub(in crate::script) fn ask(db: &Database, method: &str, arguments: Vec<Value>) -> Result<Answer, String> {
    let mut arguments = Arguments(arguments.into_iter());
    let db = db.later();
    if method == "transaction" {
        return Ok(answer(db.transaction(arguments.statements()?), |done| done.into_iter().map(executed).collect()));
    }
    let (sql, params) = (arguments.sql()?, arguments.value());
    match method {
        "query" => Ok(answer(db.query(&sql, params), Value::Array)),
        "one" => Ok(answer(db.query_optional(&sql, params), Option::unwrap_or_default)),
        "execute" => Ok(answer(db.execute(&sql, params), executed)),
        _ => Err(format!("`db` has no `{method}`")),
    }
}

fn answer<T: Send + 'static>(mut answer: DbAnswer<T>, value: fn(T) -> Value) -> Answer {
    Box::new(move || Some(answer.poll()?.map(value).map_err(|error| error.to_string())))
}

fn executed(done: Executed) -> Value {
    json!({ "rows": done.rows, "lastId": done.last_id })
}

impl Arguments {
    fn sql(&mut self) -> Result<String, String> {
        match self.value() {
            Value::String(sql) => Ok(sql),
            _ => Err("a statement is a text".into()),
        }
    }

    fn statements(&mut self) -> Result<Vec<DbStatement>, String> {
        let statement = |statement: Value| match statement {
            Value::Array(parts) if parts.len() <= 2 => {
                let mut parts = Self(parts.into_iter());
                Ok(DbStatement::new(parts.sql()?, parts.value()))
            }
            _ => Err("each statement is a list of SQL and its parameters".to_string()),
        };
        match self.value() {
            Value::Array(statements) => statements.into_iter().map(statement).collect(),
            _ => Err("a transaction is a list of lists of SQL and its parameters".into()),
        }
    }
}

/// Tells scripts what their databases have answered since the last frame.
pub(in crate::script) fn settle_answers(world: &mut World, mut seen: Local<u64>) {
    let answered = world.resource::<Data>().answered();
    if mem::replace(&mut *seen, answered) == answered {
        return;
    }
    let mut contexts: Vec<_> = world.resource::<Scripts>().0.values().cloned().collect();
    contexts.sort_unstable_by_key(|context| context.ward.rank());
    for context in contexts {
        for (promise, outcome) in context.take_answers() {
            if !context.ward.is_active() {
                break;
            }
            let place = FaultPlace::Answer;
            call_with_world(&context.ward, &place, world, |world| {
                let settled = context.enter(world.into(), &place, |script, host| script.settle(promise, outcome, host));
                settled.expect("between two frames no script is running");
                deliver(world, &context);
            });
        }
    }
}
