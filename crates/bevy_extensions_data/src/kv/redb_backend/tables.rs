//! What stands in the tables.
//!
//! `data/<namespace>` has the values: a byte that says whether a time follows, the time, and the value.
//! `due/<namespace>` has the time and the key of each that expires, so that those come first which expire first.

use redb::{TableDefinition, WriteTransaction};

use super::Failure;
use crate::kv::{Committed, Stored};

pub(super) const DATA: &str = "data/";
pub(super) const DUE: &str = "due/";

/// What is there of the file itself.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
pub(super) const FORMAT: &str = "format";

pub(super) type Data<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;
pub(super) type Due<'a> = TableDefinition<'a, &'static [u8], ()>;

pub(super) fn data_table(name: &str) -> Data<'_> {
    TableDefinition::new(name)
}

pub(super) fn due_table(name: &str) -> Due<'_> {
    TableDefinition::new(name)
}

const FOR_EVER: u8 = 0;
const UNTIL: u8 = 1;

/// Writes down a value and when it expires.
fn pack(stored: &Stored, packed: &mut Vec<u8>) {
    packed.clear();
    match stored.expires {
        None => packed.push(FOR_EVER),
        Some(expires) => {
            packed.push(UNTIL);
            packed.extend_from_slice(&expires.to_be_bytes());
        }
    }
    packed.extend_from_slice(&stored.bytes);
}

/// Reads what [`pack`] wrote.
pub(super) fn unpack(packed: &[u8]) -> Stored {
    let expires = expires_of(packed);
    let begin = if expires.is_some() { 9 } else { packed.len().min(1) };
    Stored { bytes: packed[begin..].into(), expires }
}

fn expires_of(packed: &[u8]) -> Option<u64> {
    match packed {
        [UNTIL, rest @ ..] => rest.first_chunk().map(|time| u64::from_be_bytes(*time)),
        _ => None,
    }
}

fn due_key(expires: u64, key: &[u8]) -> Vec<u8> {
    [&expires.to_be_bytes(), key].concat()
}

/// Returns what comes right after all that is due by `now`.
pub(super) fn due_end(now: u64) -> Vec<u8> {
    due_key(now.saturating_add(1), &[])
}

/// Changes a namespace.
pub(super) fn change(transaction: &WriteTransaction, committed: &Committed) -> Result<(), Failure> {
    let (data, due) = (format!("{DATA}{}", committed.namespace), format!("{DUE}{}", committed.namespace));
    let (data, due) = (data_table(&data), due_table(&due));
    let changes = &committed.changes;
    if changes.cleared {
        transaction.delete_table(data)?;
        transaction.delete_table(due)?;
    }
    if changes.entries.is_empty() {
        return Ok(());
    }
    let mut values = transaction.open_table(data)?;
    // Most namespaces have nothing that expires, and no such table.
    let mut times = None;
    let mut packed = Vec::new();
    for (key, stored) in &changes.entries {
        let key = key.as_bytes();
        let before = match stored {
            None => values.remove(key)?.and_then(|old| expires_of(old.value())),
            Some(stored) => {
                pack(stored, &mut packed);
                values.insert(key, packed.as_slice())?.and_then(|old| expires_of(old.value()))
            }
        };
        let after = stored.as_ref().and_then(|stored| stored.expires);
        if before == after {
            continue;
        }
        let times = match &mut times {
            Some(times) => times,
            none => none.insert(transaction.open_table(due)?),
        };
        if let Some(before) = before {
            times.remove(due_key(before, key).as_slice())?;
        }
        if let Some(after) = after {
            times.insert(due_key(after, key).as_slice(), ())?;
        }
    }
    Ok(())
}

/// Removes what is due, unless it has changed since; returns how many went.
pub(super) fn sweep(transaction: &WriteTransaction, namespace: &str, due: &[Vec<u8>]) -> Result<usize, Failure> {
    let mut times = transaction.open_table(due_table(&format!("{DUE}{namespace}")))?;
    let mut values = transaction.open_table(data_table(&format!("{DATA}{namespace}")))?;
    let mut swept = 0;
    for due in due {
        // What was written since has another time, and what stands here by its time is still the same.
        if times.remove(due.as_slice())?.is_some() {
            values.remove(&due[size_of::<u64>()..])?;
            swept += 1;
        }
    }
    Ok(swept)
}
