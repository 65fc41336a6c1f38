//! A ring under loom: what is read while its thread writes is whole, in order, and as much as there must be.
//!
//! Each of these was left out by hand, one at a time, and both models failed: the writer's fence, the reader's fence, and the
//! one event more that the reader throws away. With a count that is stored without Release `two_read_at_a_time` failed.

use std::panic::Location;

use loom::thread;

use crate::trace::TypeName;
use crate::trace::event::{Kind, Source, Stamp};
use crate::trace::ring::{Reading, Ring, Writer};

static NAMES: [TypeName; 4] = [|| "0", || "1", || "2", || "3"];

fn source(number: u64) -> Source {
    (&NAMES[number as usize], Location::caller())
}

fn write(writer: &mut Writer, numbers: std::ops::Range<u64>) {
    for number in numbers {
        writer.push(Kind::Poll, Stamp::exact(number), number, Some(source(number)));
    }
}

/// Each event is what was written in its place, and none is missing in between.
fn assert_whole(reading: &Reading) {
    for (event, number) in reading.events.iter().zip(reading.overwritten..) {
        assert_eq!((event.stamp.nanos(), event.number), (number, number), "of two events");
        let (type_name, _) = event.source.expect("every poll has one");
        assert_eq!(type_name(), number.to_string(), "of two events");
    }
}

fn read(ring: &Ring) -> u64 {
    let reading = ring.read();
    assert_whole(&reading);
    reading.overwritten + reading.events.len() as u64
}

#[test]
fn loom_a_reader_gets_whole_events() {
    loom::model(|| {
        let mut writer = Writer::new(2);
        let ring = writer.ring().clone();
        write(&mut writer, 0..1);
        let thread = thread::spawn(move || write(&mut writer, 1..4));
        let seen = read(&ring);
        assert!((1..=4).contains(&seen), "an event was lost that was written before");
        thread.join().unwrap();
        assert_eq!(read(&ring), 4);
    });
}

#[test]
fn loom_two_read_at_a_time() {
    loom::model(|| {
        let mut writer = Writer::new(2);
        let rings = [writer.ring().clone(), writer.ring().clone()];
        let readers = rings.map(|ring| thread::spawn(move || read(&ring)));
        write(&mut writer, 0..3);
        for reader in readers {
            reader.join().unwrap();
        }
    });
}
