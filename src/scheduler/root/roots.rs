//! The futures of one scheduler's calls of `block_on`, for who tells of them and who asks whether anything can still wake them.
//!
//! A call enters its bell as it begins, at a place that another one has left, and leaves it as it ends, when the future is dropped: a step each, under
//! a lock that is held for no longer.

use std::sync::Arc;

use super::bell::{Bell, Stand};
use crate::cell::Glimpse;
use crate::coop::WaitReason;
use crate::util::sync::Mutex;

/// How many references there are to a bell besides those of wakers: the root's two, and the one here.
const OWN: usize = 3;

/// See the module's prose.
#[derive(Default)]
pub(in crate::scheduler) struct Roots(Mutex<Places>);

#[derive(Default)]
struct Places {
    bells: Vec<Option<Arc<Bell>>>,
    /// The places without a bell.
    vacant: Vec<usize>,
    /// How many were ever entered.
    entered: u64,
}

/// A bell is among the roots as long as this lives.
pub(in crate::scheduler) struct Listed<'a> {
    roots: &'a Roots,
    place: usize,
}

/// All futures of a scheduler's calls of `block_on` wait. Two that are the same say that none was polled in between, and none came or went.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::scheduler) struct Standing {
    /// How many there ever were.
    entered: u64,
    roots: Vec<Stand>,
}

impl Standing {
    /// Whether there is no call of `block_on`.
    pub(in crate::scheduler) fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    pub(in crate::scheduler) fn threads(&self) -> impl Iterator<Item = u32> {
        self.roots.iter().filter_map(|(_, thread)| *thread)
    }
}

impl Places {
    fn bells(&self) -> impl Iterator<Item = &Arc<Bell>> {
        self.bells.iter().flatten()
    }
}

impl Roots {
    pub(in crate::scheduler) fn enter(&self, bell: &Arc<Bell>) -> Listed<'_> {
        let bell = Some(bell.clone());
        let mut places = self.0.lock();
        places.entered += 1;
        let place = match places.vacant.pop() {
            Some(place) => {
                places.bells[place] = bell;
                place
            }
            None => {
                places.bells.push(bell);
                places.bells.len() - 1
            }
        };
        Listed { roots: self, place }
    }

    /// What can be told of each.
    pub(in crate::scheduler) fn glimpses(&self) -> Vec<Glimpse> {
        self.0.lock().bells().map(|bell| bell.glimpse()).collect()
    }

    /// How they stand, if all of them wait.
    pub(in crate::scheduler) fn standing(&self) -> Option<Standing> {
        let places = self.0.lock();
        let roots = places.bells().map(|bell| bell.standing()).collect::<Option<_>>()?;
        Some(Standing { entered: places.entered, roots })
    }

    /// Whether somebody may have a waker of one that is not ours; each of them waits, and has given so many to `ours` at any rate.
    pub(in crate::scheduler) fn may_wait_for_others(&self, ours: usize) -> bool {
        let may = |bell: &Arc<Bell>| match Arc::strong_count(bell).saturating_sub(OWN + ours) {
            0 => false,
            1 => bell.why().reason() == WaitReason::Pending,
            _ => true,
        };
        self.0.lock().bells().any(may)
    }

    /// Has each of them panic with this text.
    pub(in crate::scheduler) fn fail(&self, verdict: &Arc<str>) {
        let bells: Vec<_> = self.0.lock().bells().cloned().collect();
        bells.into_iter().for_each(|bell| bell.fail(verdict.clone()));
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut places = self.roots.0.lock();
        let left = places.bells[self.place].take();
        places.vacant.push(self.place);
        drop(places);
        drop(left);
    }
}
