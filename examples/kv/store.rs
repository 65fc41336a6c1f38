//! The data, and the one who drops what is over.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use runtime::sync::Notify;
use runtime::time::{Duration, Instant, sleep_until};

use super::shard::{Entry, Shard};

/// Enough that two threads seldom want the same.
const SHARDS: usize = 64;

/// Keys and values, with deadlines.
pub struct Store {
    /// The standard library's mutexes, not the runtime's: each is held for a look into a map, and never while something is
    /// awaited. A runtime's mutex would let a task wait without its thread; here there is nothing to wait for, and
    /// it would cost more than what it guards.
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    /// An entry ends before those of which [`Store::purge_for_ever`] knows.
    sooner: Notify,
}

/// When a value may be put.
#[derive(Clone, Copy, PartialEq)]
pub enum When {
    Always,
    Absent,
    Present,
}

/// How long an entry stays.
pub enum Stay {
    Missing,
    ForEver,
    For(Duration),
}

/// A value that was to be changed as a number.
pub enum NoNumber {
    NotAnInteger,
    Overflow,
}

impl Store {
    pub fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { shards, hasher: RandomState::new(), sooner: Notify::new() }
    }

    pub fn get(&self, key: &[u8]) -> Option<Bytes> {
        self.shard(key).get(key).map(|entry| entry.value.clone())
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.shard(key).get(key).is_some()
    }

    /// Whether it was there.
    pub fn remove(&self, key: &[u8]) -> bool {
        let mut shard = self.shard(key);
        // Not what is over: that is as good as gone.
        shard.get(key).is_some() && shard.remove(key)
    }

    /// Whether the value was put.
    pub fn set(&self, key: &[u8], value: &[u8], deadline: Option<Instant>, when: When) -> bool {
        let value = Bytes::copy_from_slice(value);
        let mut shard = self.shard(key);
        let put = when == When::Always || (when == When::Present) == shard.get(key).is_some();
        if put {
            self.put(shard, key, Entry { value, deadline });
        }
        put
    }

    /// Changes a value that is a number; one that is missing is zero.
    pub fn add(&self, key: &[u8], difference: i64) -> Result<i64, NoNumber> {
        let mut shard = self.shard(key);
        let (old, deadline) = match shard.get(key) {
            Some(entry) => (super::request::integer(&entry.value), entry.deadline),
            None => (Some(0), None),
        };
        let new = old.ok_or(NoNumber::NotAnInteger)?;
        let new = new.checked_add(difference).ok_or(NoNumber::Overflow)?;
        self.put(shard, key, Entry { value: new.to_string().into(), deadline });
        Ok(new)
    }

    /// Gives an entry a deadline. Whether it was there.
    pub fn expire(&self, key: &[u8], deadline: Instant) -> bool {
        let mut shard = self.shard(key);
        let Some(value) = shard.get(key).map(|entry| entry.value.clone()) else { return false };
        self.put(shard, key, Entry { value, deadline: Some(deadline) });
        true
    }

    pub fn stay(&self, key: &[u8]) -> Stay {
        match self.shard(key).get(key) {
            None => Stay::Missing,
            Some(Entry { deadline: None, .. }) => Stay::ForEver,
            Some(Entry { deadline: Some(deadline), .. }) => {
                Stay::For(deadline.saturating_duration_since(Instant::now()))
            }
        }
    }

    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Drops each entry when its time is over, though nobody asks for it.
    pub async fn purge_for_ever(&self) {
        loop {
            match self.purge() {
                Some(deadline) => runtime::select! {
                    () = sleep_until(deadline) => {}
                    () = self.sooner.notified() => {}
                },
                None => self.sooner.notified().await,
            }
        }
    }

    /// Drops some of what is over. Returns when there is more to do, which may be now.
    fn purge(&self) -> Option<Instant> {
        let purged = self.shards.iter().map(|shard| {
            let mut shard = lock(shard);
            shard.purge();
            shard.first_deadline()
        });
        purged.flatten().min()
    }

    fn put(&self, mut shard: MutexGuard<'_, Shard>, key: &[u8], entry: Entry) {
        let deadline = entry.deadline;
        shard.put(key, entry);
        let sooner = deadline.is_some() && shard.first_deadline() == deadline;
        drop(shard);
        if sooner {
            self.sooner.notify_one();
        }
    }

    fn shard(&self, key: &[u8]) -> MutexGuard<'_, Shard> {
        let number = self.hasher.hash_one(key) as usize % SHARDS;
        lock(&self.shards[number])
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().expect("what is done under the lock does not panic")
}
