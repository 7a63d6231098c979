//! What was committed last, with the tables that somebody has read from.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
};

use redb::{Database, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableError, TableHandle};

use super::{
    Failure,
    tables::{DUE, data_table, due_end, due_table},
};
use crate::kv::locks::{read, write};

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// What was committed last.
pub(super) struct Snapshot {
    pub(super) transaction: ReadTransaction,
    /// The tables by namespace; `None` for one that has nothing.
    tables: RwLock<HashMap<Box<str>, Option<Arc<Table>>>>,
}

impl Snapshot {
    pub(super) fn of(database: &Database) -> Result<Arc<Self>, Failure> {
        Ok(Arc::new(Self { transaction: database.begin_read()?, tables: RwLock::default() }))
    }

    pub(super) fn table(&self, namespace: &str) -> Result<Option<Arc<Table>>, Failure> {
        if let Some(known) = read(&self.tables).get(namespace) {
            return Ok(known.clone());
        }
        let table = match self.transaction.open_table(data_table(&data_table_name(namespace))) {
            Ok(table) => Some(Arc::new(table)),
            Err(TableError::TableDoesNotExist(_)) => None,
            Err(error) => return Err(error.into()),
        };
        write(&self.tables).insert(namespace.into(), table.clone());
        Ok(table)
    }

    /// Finds what has expired by now: by namespace, as it stands in the tables of what is due.
    pub(super) fn due(&self, now: u64, at_most: usize) -> Result<Vec<(String, Vec<Vec<u8>>)>, Failure> {
        let mut found = Vec::new();
        let mut room = at_most;
        for table in self.transaction.list_tables()? {
            let Some(namespace) = table.name().strip_prefix(DUE) else { continue };
            let entries = self.transaction.open_table(due_table(table.name()))?;
            let end = due_end(now);
            let due = entries.range::<&[u8]>(..end.as_slice())?.take(room);
            let due: Vec<Vec<u8>> = due.map(|entry| Ok(entry?.0.value().to_vec())).collect::<Result<_, Failure>>()?;
            if !due.is_empty() {
                room -= due.len();
                found.push((namespace.to_string(), due));
            }
        }
        Ok(found)
    }
}

fn data_table_name(namespace: &str) -> String {
    format!("{}{namespace}", super::tables::DATA)
}
