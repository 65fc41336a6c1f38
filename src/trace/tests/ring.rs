//! A ring against a list of all that was written to it.

use std::thread;

use crate::trace::event::{Kind, Stamp};
use crate::trace::ring::{CHUNK, Writer};
use crate::util::rng::Rng;

fn push(writer: &mut Writer, number: u64) {
    writer.push(Kind::Wake, Stamp::exact(number), number, None);
}

#[test]
fn the_last_events_are_there_and_the_others_are_counted() {
    let rng = Rng::new(5);
    for capacity in [1, CHUNK, CHUNK + 1, 4 * CHUNK] {
        let slots = capacity.div_ceil(CHUNK).next_power_of_two() * CHUNK;
        let mut writer = Writer::new(capacity);
        let mut written = 0;
        for _ in 0..20 {
            for _ in 0..rng.below(slots) {
                push(&mut writer, written);
                written += 1;
            }
            let reading = writer.ring().read();
            // The oldest one goes when the ring is full, since it may be about to be overwritten.
            let kept = written.min(slots as u64 - 1);
            assert_eq!(reading.overwritten, written - kept);
            let numbers: Vec<_> = reading.events.iter().map(|event| event.number).collect();
            assert_eq!(numbers, (written - kept..written).collect::<Vec<_>>());
        }
    }
}

#[test]
fn memory_is_taken_as_events_come() {
    let mut writer = Writer::new(64 * CHUNK);
    assert_eq!(writer.ring().chunks(), 1);
    (0..=CHUNK as u64).for_each(|number| push(&mut writer, number));
    assert_eq!(writer.ring().chunks(), 2);
    (0..200 * CHUNK as u64).for_each(|number| push(&mut writer, number));
    assert_eq!(writer.ring().chunks(), 64);
}

#[test]
fn what_is_read_while_it_is_overwritten_is_whole() {
    let mut writer = Writer::new(CHUNK);
    let ring = writer.ring().clone();
    let thread = thread::spawn(move || (0..2_000_000).for_each(|number| push(&mut writer, number)));
    while !thread.is_finished() {
        let reading = ring.read();
        for (event, number) in reading.events.iter().zip(reading.overwritten..) {
            assert_eq!((event.number, event.stamp.nanos()), (number, number));
        }
    }
    thread.join().unwrap();
}
