//! The wheel against a sorted list, told the same things.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Waker;

use crate::driver::clock::Tick;
use crate::driver::timers::wheel::{Advance, Entry, Insert, Phase, Unit, Wheel};
use crate::util::rng::Rng;
use crate::util::tests::wakers::calling;

/// A wheel whose entries have numbers, and what it should hold.
struct Checked {
    wheel: Wheel,
    now: u64,
    entries: Vec<Pin<Box<Entry>>>,
    /// Deadline and number of each entry that is linked.
    model: Vec<(u64, usize)>,
    /// Numbers of all that fired, in their order.
    woken: Arc<Mutex<Vec<usize>>>,
    /// The unit of who fired last.
    fired: Option<Unit>,
}

impl Checked {
    fn new(entries: usize) -> Self {
        let entries = (0..entries).map(|_| Box::pin(Entry::new(Tick::NEVER))).collect();
        let (wheel, model, woken) = (Wheel::new(), Vec::new(), Arc::default());
        Self { wheel, now: 0, entries, model, woken, fired: None }
    }

    fn waker(&self, number: usize) -> Waker {
        let woken = self.woken.clone();
        calling(move || woken.lock().unwrap().push(number))
    }

    /// Takes the entry out if it is linked, and links it for `deadline`.
    fn set(&mut self, number: usize, deadline: u64) {
        self.remove(number);
        let waker = self.waker(number);
        let mut entry = self.entries[number].as_mut();
        entry.as_mut().set_deadline(Tick::from_nanos(deadline));
        match self.wheel.insert(entry.as_mut(), waker) {
            Insert::Linked => {
                assert!(deadline > self.now, "{deadline} was linked at {}", self.now);
                self.model.push((deadline, number));
            }
            Insert::Elapsed(_) => {
                assert!(deadline <= self.now, "{deadline} elapsed at {}", self.now);
                assert_eq!(entry.phase(), Phase::Elapsed);
            }
        }
    }

    fn remove(&mut self, number: usize) {
        let removed = self.wheel.remove(self.entries[number].as_mut()).is_some();
        let at = self.model.iter().position(|&(_, linked)| linked == number);
        assert_eq!(removed, at.is_some());
        at.map(|at| self.model.swap_remove(at));
    }

    /// Takes one step, and checks who was woken; says whether there may be another.
    fn step(&mut self, now: u64) -> bool {
        self.now = self.now.max(now);
        match self.wheel.advance(Tick::from_nanos(now)) {
            Advance::Due(waker) => waker.wake(),
            Advance::Busy => return true,
            Advance::Done => return false,
        }
        let number = *self.woken.lock().unwrap().last().expect("the waker of an entry");
        let at = self.model.iter().position(|&(_, linked)| linked == number);
        let (deadline, _) = self.model.swap_remove(at.expect("who fires was linked"));
        assert_eq!(self.entries[number].phase(), Phase::Elapsed);
        assert!(deadline <= self.now, "{deadline} fires early, at {}", self.now);
        let unit = Unit::of(Tick::from_nanos(deadline));
        assert!(self.fired.replace(unit) <= Some(unit), "units fire in order");
        true
    }

    /// Turns the wheel to its end, and checks that all were woken who are due, and what is next.
    fn advance(&mut self, now: u64) {
        while self.step(now) {}
        let late = self.model.iter().find(|(deadline, _)| *deadline <= self.now);
        assert_eq!(late, None, "at {}", self.now);
        self.check_next();
    }

    /// Also while a slot is open.
    fn check_earliest(&self) {
        let earliest = self
            .model
            .iter()
            .min()
            .map_or(Tick::NEVER, |&(deadline, _)| Tick::from_nanos(deadline));
        assert_eq!(self.wheel.earliest(), earliest, "all entries are looked at");
    }

    fn check_next(&self) {
        self.check_earliest();
        let next = self.wheel.next();
        match self.model.iter().min() {
            None => assert_eq!(next, Tick::NEVER),
            Some(&(earliest, _)) => {
                let earliest = Tick::from_nanos(earliest);
                assert!(Unit::of(next) <= Unit::of(earliest), "{next:?} is after {earliest:?}");
                assert!(next > Tick::from_nanos(self.now), "{next:?} is not after now");
                if self.model.len() <= 64 {
                    assert_eq!(next, earliest, "few entries are counted exactly");
                }
            }
        }
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        while self.wheel.expel().is_some() {}
    }
}

/// A number whose size in bits is random, up to `bits`.
fn magnitude(rng: &Rng, bits: usize) -> u64 {
    let size = rng.below(bits + 1) as u32;
    let number = rng.below(usize::MAX) as u64;
    number.checked_shr(u64::BITS - size).unwrap_or(0)
}

/// Random operations, with times of up to so many bits, on so many entries. Some advances stop half
/// way, so that slots are open while entries come and go.
fn churn(seed: u64, bits: usize, entries: usize, rounds: usize) {
    let rng = Rng::new(seed);
    let mut checked = Checked::new(entries);
    for _ in 0..rounds {
        let number = rng.below(entries);
        let later = checked.now.saturating_add(magnitude(&rng, bits));
        match rng.below(8) {
            0 => checked.remove(number),
            1 => checked.advance(later),
            2 => {
                for _ in 0..rng.below(4) {
                    checked.step(later);
                    checked.check_earliest();
                }
            }
            _ => checked.set(number, later),
        }
    }
    checked.advance(u64::MAX);
    assert!(checked.model.is_empty());
}

#[test]
fn random_operations_fire_what_a_sorted_list_would() {
    for seed in 0..if cfg!(miri) { 6 } else { 300 } {
        let bits = [8, 16, 22, 30, 40, 64][seed as usize % 6];
        churn(seed, bits, 1 + seed as usize % 50, 400);
    }
}

#[test]
fn random_operations_in_a_crowd() {
    for seed in 0..if cfg!(miri) { 0 } else { 12 } {
        churn(seed, [15, 21, 28, 60][seed as usize % 4], 2_000, 12_000);
    }
}

#[test]
fn every_magnitude_fires_at_its_nanosecond_and_not_before() {
    for start in [0, 1, 16_383, 1 << 20, (1 << 38) - 1, 1 << 63] {
        for bit in 0..u64::BITS {
            for distance in [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1] {
                let Some(deadline) = distance.checked_add(start) else { continue };
                let mut checked = Checked::new(1);
                checked.advance(start);
                checked.set(0, deadline);
                if deadline == start {
                    continue;
                }
                assert_eq!(checked.wheel.next(), Tick::from_nanos(deadline));
                checked.advance(deadline - 1);
                assert_eq!(checked.entries[0].phase(), Phase::Linked, "{deadline} is early");
                checked.advance(deadline);
                assert_eq!(checked.entries[0].phase(), Phase::Elapsed, "{deadline} is late");
            }
        }
    }
}

#[test]
fn a_sleeper_that_follows_next_comes_once_per_deadline() {
    let deadlines = [5_000, 20_000, 20_001, 1_000_000, 70_000_000, 5_000_000_000, 1 << 61];
    let mut checked = Checked::new(deadlines.len());
    for (number, &deadline) in deadlines.iter().enumerate() {
        checked.set(number, deadline);
    }
    for deadline in deadlines {
        assert_eq!(checked.wheel.next(), Tick::from_nanos(deadline));
        checked.advance(deadline);
    }
    assert_eq!(checked.wheel.next(), Tick::NEVER);
}

#[test]
fn levels_wrap_where_all_their_bits_are_set() {
    for level in 1..9 {
        let border = 1_u64 << (14 + 6 * level);
        let mut checked = Checked::new(6);
        checked.advance(border - 2);
        for (number, deadline) in (border - 1..).take(6).enumerate() {
            checked.set(number, deadline);
        }
        for now in border - 1..border + 6 {
            checked.advance(now);
        }
        assert!(checked.model.is_empty());
    }
}

#[test]
fn a_crowd_at_one_instant_sinks_in_steps_and_fires_in_the_order_of_its_coming() {
    const CROWD: usize = 5_000;
    let instant = 3_600_000_000_000;
    let mut checked = Checked::new(CROWD);
    for number in 0..CROWD {
        checked.set(number, instant);
    }
    checked.advance(instant - 1);
    assert_eq!(checked.wheel.next(), Unit::of(Tick::from_nanos(instant)).last_tick());
    let mut breaks = 0;
    while checked.woken.lock().unwrap().is_empty() {
        breaks += 1;
        assert!(checked.step(instant));
    }
    assert!(breaks >= 1);
    checked.advance(instant);
    assert!(checked.woken.lock().unwrap().iter().copied().eq(0..CROWD));
}

#[test]
fn an_open_slot_may_lose_entries_and_gets_none() {
    let mut checked = Checked::new(300);
    for number in 0..200 {
        checked.set(number, (1 << 30) + number as u64);
    }
    assert!(matches!(checked.wheel.advance(Tick::from_nanos(1 << 31)), Advance::Busy));
    checked.now = 1 << 31;
    for number in (0..200).step_by(2) {
        checked.remove(number);
    }
    for number in 200..300 {
        checked.set(number, (1 << 31) + 1 + number as u64);
    }
    checked.advance(1 << 31);
    checked.advance(1 << 32);
    assert!(checked.model.is_empty());
}

#[test]
fn those_that_are_not_due_stay_in_the_slot_of_those_that_are() {
    let mut checked = Checked::new(100);
    for number in 0..100 {
        checked.set(number, 16_384 + (number as u64 * 37) % 100);
    }
    for now in 16_384..16_484 {
        checked.advance(now);
    }
    assert!(checked.model.is_empty());
}

#[test]
#[should_panic(expected = "a timer was looked for in a wheel it is not in")]
fn an_entry_of_another_wheel_is_refused() {
    let mut checked = Checked::new(1);
    checked.set(0, 10);
    Wheel::new().remove(checked.entries[0].as_mut());
}

#[test]
#[should_panic(expected = "a timer was linked twice")]
fn a_linked_entry_is_refused() {
    let mut checked = Checked::new(1);
    checked.set(0, 10);
    let waker = checked.waker(0);
    let _ = checked.wheel.insert(checked.entries[0].as_mut(), waker);
}
