//! How many readings of the clock there are.

use crate::trace::pace::Pace;

/// More than any share.
const ANY: usize = 1 << 20;

/// How many of 1,000 events that come `apart` nanoseconds from one another read the clock.
fn readings(pace: &Pace, now: &mut u64, apart: u64) -> usize {
    pace.share(0, 0);
    (0..1_000)
        .filter(|&event| {
            *now += apart;
            let reads = event >= pace.shared().0;
            if reads {
                pace.at(*now, event);
                pace.share(event + 1, ANY);
            }
            reads
        })
        .count()
}

#[test]
fn short_events_share_readings_and_long_ones_have_their_own() {
    let pace = Pace::new();
    let mut now = 1_000;
    pace.set_busy(true);
    assert!(readings(&pace, &mut now, 10) < 50);
    assert!(readings(&pace, &mut now, 100_000) > 960, "the first of them share one");
    assert!(readings(&pace, &mut now, 10) < 50);
}

#[test]
fn who_is_not_busy_always_reads() {
    let pace = Pace::new();
    let mut now = 1_000;
    assert_eq!(readings(&pace, &mut now, 10), 1_000);
    pace.set_busy(true);
    readings(&pace, &mut now, 10);
    pace.set_busy(false);
    assert_eq!(readings(&pace, &mut now, 10), 1_000);
}

#[test]
fn times_do_not_go_back() {
    let pace = Pace::new();
    assert_eq!(pace.at(500, 0).nanos(), 500);
    assert_eq!(pace.at(400, 1).nanos(), 500, "a reading that was used late");
}

#[test]
fn no_more_share_a_reading_than_there_is_room_for() {
    let pace = Pace::new();
    let mut now = 1_000;
    pace.set_busy(true);
    readings(&pace, &mut now, 10);
    pace.share(5, 2);
    assert_eq!(pace.shared().0, 7);
}
