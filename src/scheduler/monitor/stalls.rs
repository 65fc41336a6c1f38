//! Where polls take too long: a list of them by type and place, of bounded length.
//!
//! One place that stalls again and again is one entry with a count, so that it does not push out the others. A list that is full
//! gives up the entry whose longest poll was the shortest, for one that takes longer: so the longest poll of all is always there.

use std::time::Instant;

use super::Stuck;

/// So many types and places are told apart.
const MOST: usize = 64;

/// Polls of one type of future, spawned at one place, that took too long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stall {
    pub(crate) longest: Stuck,
    /// How many such polls there were.
    pub(crate) count: u64,
    /// When the last of them was seen.
    pub(crate) last_seen: Instant,
}

/// See the module's prose.
#[derive(Debug, Default)]
pub(super) struct Stalls(Vec<Stall>);

impl Stall {
    fn is_of(&self, stuck: &Stuck) -> bool {
        self.longest.place == stuck.place && self.longest.type_name == stuck.type_name
    }

    fn add(&mut self, stuck: Stuck, is_first: bool, now: Instant) {
        self.count += u64::from(is_first);
        self.last_seen = now;
        if self.longest.elapsed <= stuck.elapsed {
            self.longest = stuck;
        }
    }
}

impl Stalls {
    /// Notes a poll that goes on; `is_first` if this one was not noted before.
    pub(super) fn note(&mut self, stuck: Stuck, is_first: bool, now: Instant) {
        if let Some(stall) = self.0.iter_mut().find(|stall| stall.is_of(&stuck)) {
            stall.add(stuck, is_first, now);
            return;
        }
        let new = Stall { longest: stuck, count: 1, last_seen: now };
        if self.0.len() < MOST {
            self.0.push(new);
            return;
        }
        let shortest = self.0.iter_mut().min_by_key(|stall| stall.longest.elapsed);
        if let Some(shortest) = shortest.filter(|stall| stall.longest.elapsed < stuck.elapsed) {
            *shortest = new;
        }
    }

    /// The poll that was seen to take longest.
    pub(super) fn longest(&self) -> Option<Stuck> {
        self.0.iter().map(|stall| stall.longest).max_by_key(|stuck| stuck.elapsed)
    }

    /// All that are listed, the longest first.
    pub(super) fn all(&self) -> Vec<Stall> {
        let mut all = self.0.clone();
        all.sort_by_key(|stall| std::cmp::Reverse(stall.longest.elapsed));
        all
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::Location;
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn stuck(type_name: &'static str, millis: u64) -> Stuck {
        let (task, place) = (1, Location::caller());
        Stuck { task, type_name, place, elapsed: Duration::from_millis(millis), activity: None }
    }

    #[test]
    fn a_poll_counts_once_however_often_it_is_seen() {
        let (mut stalls, now) = (Stalls::default(), Instant::now());
        let [short, long, other] = [5, 15, 7].map(|millis| stuck("a", millis));
        stalls.note(short, true, now);
        stalls.note(long, false, now);
        stalls.note(other, true, now);
        let all = stalls.all();
        assert_eq!((all.len(), all[0].count, all[0].longest.elapsed), (1, 2, long.elapsed));
    }

    #[test]
    fn a_full_list_gives_up_the_shortest() {
        let (mut stalls, now) = (Stalls::default(), Instant::now());
        let names: Vec<&'static str> = (0..100).map(|n| &*format!("{n}").leak()).collect();
        for (n, name) in names.iter().enumerate() {
            stalls.note(stuck(name, 100 + n as u64), true, now);
        }
        stalls.note(stuck("too short", 1), true, now);
        let all = stalls.all();
        assert_eq!(all.len(), MOST);
        let lengths: Vec<_> = all.iter().map(|stall| stall.longest.elapsed.as_millis()).collect();
        let expected: Vec<_> = (136..200).rev().collect();
        assert_eq!(lengths, expected);
        assert_eq!(stalls.longest().unwrap().elapsed.as_millis(), 199);
    }
}
