//! When a pen writes, and when it does not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::trace::event::{Kind, Stamp};
use crate::trace::pen::Pen;
use crate::trace::ring::{CHUNK, Writer};

fn write(pen: &Pen, until: u64) -> bool {
    pen.write(until, Kind::Wake, Stamp::exact(1), 1, None)
}

/// A pen whose writer has written one event, so that there is room for others.
fn open() -> Pen {
    let pen = Pen::new();
    pen.lend(|writer| {
        let mut new = Writer::new(CHUNK);
        new.push(Kind::Poll, Stamp::exact(0), 0, None);
        *writer = Some(new);
    });
    pen
}

fn count(pen: &Pen) -> u64 {
    let mut count = 0;
    pen.lend(|writer| count = writer.as_ref().map_or(0, Writer::count));
    count
}

/// A pen has no destructor.
fn close(pen: &Pen) {
    pen.lend(|writer| *writer = None);
}

#[test]
fn it_writes_as_much_as_it_may() {
    let pen = open();
    assert_eq!([3, 3, 3, 0].map(|until| write(&pen, until)), [true, true, false, false]);
    assert_eq!(count(&pen), 3);
    close(&pen);
}

#[test]
fn without_a_writer_it_writes_nothing() {
    let pen = Pen::new();
    assert!(!write(&pen, 3));
    let pen = open();
    close(&pen);
    assert!(!write(&pen, 3), "to a ring that is gone");
}

#[test]
fn it_writes_nothing_while_its_writer_is_lent() {
    let pen = open();
    pen.lend(|writer| {
        assert!(!write(&pen, 3), "to a ring that may go");
        pen.lend(|_| panic!("it was lent twice"));
        *writer = Some(Writer::new(CHUNK));
        assert!(!write(&pen, 3), "to a ring that is gone");
    });
    assert!(write(&pen, 3), "to the new one");
    assert_eq!(count(&pen), 1);
    close(&pen);
}

#[test]
fn a_loan_that_unwinds_leaves_it_closed_until_the_next() {
    let pen = open();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        pen.lend(|writer| {
            *writer = None;
            panic!("while it is lent");
        });
    }));
    assert!(unwound.is_err());
    assert!(!write(&pen, 3), "to a ring that is gone");
    pen.lend(|writer| *writer = Some(Writer::new(CHUNK)));
    assert!(write(&pen, 3));
    close(&pen);
}
