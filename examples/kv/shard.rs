//! A part of the data, for who has locked it.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use runtime::time::Instant;

/// How many entries are dropped at a time, so that no one holds the lock for long.
const BATCH: usize = 128;

/// Keys, values, and when which of them ends.
///
/// An entry has a deadline if and only if `deadlines` has one for its key, and then it is the same.
#[derive(Default)]
pub struct Shard {
    entries: HashMap<Bytes, Entry>,
    deadlines: BTreeSet<(Instant, Bytes)>,
}

pub struct Entry {
    pub value: Bytes,
    pub deadline: Option<Instant>,
}

impl Shard {
    /// The entry, if it is there and its time is not over.
    pub fn get(&mut self, key: &[u8]) -> Option<&Entry> {
        let deadline = self.entries.get(key)?.deadline;
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            self.remove(key);
        }
        self.entries.get(key)
    }

    /// Puts an entry in the place of what was there.
    pub fn put(&mut self, key: &[u8], entry: Entry) {
        let key = match self.entries.get_key_value(key) {
            Some((key, old)) => {
                let key = key.clone();
                if let Some(deadline) = old.deadline {
                    self.deadlines.remove(&(deadline, key.clone()));
                }
                key
            }
            None => Bytes::copy_from_slice(key),
        };
        if let Some(deadline) = entry.deadline {
            self.deadlines.insert((deadline, key.clone()));
        }
        self.entries.insert(key, entry);
    }

    /// Whether it was there.
    pub fn remove(&mut self, key: &[u8]) -> bool {
        let Some((key, entry)) = self.entries.remove_entry(key) else { return false };
        if let Some(deadline) = entry.deadline {
            self.deadlines.remove(&(deadline, key));
        }
        true
    }

    /// How many entries there are, with those whose time is over and that nobody has missed yet.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// When the first of the entries ends.
    pub fn first_deadline(&self) -> Option<Instant> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Drops a batch of the entries whose time is over.
    pub fn purge(&mut self) {
        let now = Instant::now();
        for _ in 0..BATCH {
            match self.deadlines.pop_first() {
                Some((deadline, key)) if deadline <= now => drop(self.entries.remove(&key)),
                Some(later) => {
                    self.deadlines.insert(later);
                    return;
                }
                None => return,
            }
        }
    }
}
