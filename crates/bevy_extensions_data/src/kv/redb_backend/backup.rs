//! Copies a store while it is in use.

use std::{fs, path::Path};

use redb::{Database, ReadableTable, TableHandle, WriteTransaction};

use super::{
    Failure,
    snapshot::Snapshot,
    tables::{DATA, DUE, META, data_table, due_table},
};

/// How many entries are written at once. All of them together would have to fit in memory.
const AT_ONCE: usize = 10_000;

/// Copies what a snapshot shows. There is no file of that name before the copy is whole.
pub(super) fn copy(snapshot: &Snapshot, to: &Path) -> Result<(), Failure> {
    if to.exists() {
        return Err("there is a file of that name already".into());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    if part.exists() {
        fs::remove_file(part)?;
    }
    let copy = Database::create(part)?;
    copy_tables(snapshot, &copy)?;
    copy.close()?;
    Ok(fs::rename(part, to)?)
}

fn copy_tables(snapshot: &Snapshot, copy: &Database) -> Result<(), Failure> {
    for table in snapshot.transaction.list_tables()? {
        let name = table.name();
        if name.starts_with(DATA) {
            let from = snapshot.transaction.open_table(data_table(name))?;
            in_bites(copy, from.iter()?, |transaction, bite| {
                let mut to = transaction.open_table(data_table(name))?;
                for entry in bite {
                    let (key, value) = entry?;
                    to.insert(key.value(), value.value())?;
                }
                Ok(())
            })?;
        } else if name.starts_with(DUE) {
            let from = snapshot.transaction.open_table(due_table(name))?;
            in_bites(copy, from.iter()?, |transaction, bite| {
                let mut to = transaction.open_table(due_table(name))?;
                for entry in bite {
                    to.insert(entry?.0.value(), ())?;
                }
                Ok(())
            })?;
        } else {
            let from = snapshot.transaction.open_table(META)?;
            in_bites(copy, from.iter()?, |transaction, bite| {
                let mut to = transaction.open_table(META)?;
                for entry in bite {
                    let (key, value) = entry?;
                    to.insert(key.value(), value.value())?;
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Writes entries, so many in a transaction.
fn in_bites<E>(
    copy: &Database,
    entries: impl Iterator<Item = E>,
    write: impl Fn(&WriteTransaction, &mut dyn Iterator<Item = E>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut entries = entries.peekable();
    while entries.peek().is_some() {
        let transaction = copy.begin_write()?;
        write(&transaction, &mut entries.by_ref().take(AT_ONCE))?;
        transaction.commit()?;
    }
    Ok(())
}
