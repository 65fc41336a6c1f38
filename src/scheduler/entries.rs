//! What a worker enters in its diary beside its polls: how long it was busy, and how it slept.

use super::worker::Local;
use crate::driver::Tick;

/// Of an average so much is left after one more poll.
const FADES: f64 = 0.9;

/// What is left of an average after so many polls; nothing that counts after more than these. A list, since a power takes as long
/// as a short poll.
const LEFT_OF_IT: [f64; 64] = {
    let mut left = [1.0; 64];
    let mut polls = 1;
    while polls < left.len() {
        left[polls] = left[polls - 1] * FADES;
        polls += 1;
    }
    left
};

impl Local {
    /// Enters in the diary that the worker was busy until now, and how long its polls took.
    pub(super) fn note_work(&self, now: Tick) {
        let busy = now.saturating_since(self.busy_since.replace(now)).as_nanos() as u64;
        let diary = &self.worker().diary;
        diary.busy_nanos.add(busy);
        let polls = self.polls.get();
        let recent = polls.wrapping_sub(self.polls_before.replace(polls));
        if recent > 0 {
            diary.mean_poll.set(mean(diary.mean_poll.get(), busy, recent));
        }
    }

    /// Counts a sleep, and whether the worker was woken from the one before for nothing.
    pub(super) fn count_park(&self) {
        self.worker().diary.parks.add(1);
        if self.woken_at.get() == Some(self.polls.get()) {
            self.worker().diary.noops.add(1);
        }
    }

    /// Counts that it has slept.
    pub(super) fn count_unpark(&self) {
        self.worker().diary.unparks.add(1);
        self.woken_at.set(Some(self.polls.get()));
    }
}

/// The moving average of a poll's time, in nanoseconds by the bits of a floating-point number, after some more polls took so
/// long together. Each weighs a tenth of what is behind it.
fn mean(before: u64, nanos: u64, polls: u64) -> u64 {
    let latest = nanos as f64 / polls as f64;
    let before = f64::from_bits(before);
    // Zero until there were polls.
    let weight = if before == 0.0 { None } else { LEFT_OF_IT.get(polls as usize) };
    weight.map_or(latest, |weight| weight * before + (1.0 - weight) * latest).to_bits()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_poll_weighs_a_tenth_of_what_is_behind_it() {
        let after =
            |before: f64, nanos, polls| f64::from_bits(mean(before.to_bits(), nanos, polls));
        assert_eq!(after(0.0, 300, 3), 100.0, "the first ones are all there is");
        assert!((after(100.0, 200, 1) - 110.0).abs() < 1e-9);
        assert!((after(100.0, 400, 2) - after(after(100.0, 200, 1), 200, 1)).abs() < 1e-9);
        let (many, more) = (after(100.0, 200 * 63, 63), after(100.0, 200 * 64, 64));
        assert!(
            many < more && more - many < 0.2,
            "{many}, {more}: what is forgotten counted still"
        );
    }
}
