//! A worker's diary under loom: the monitor never takes what is written of two polls for one task.
//!
//! Each of these was weakened by hand, one at a time, and the model failed: the second look at the count in `subject_of`, the
//! `end` between two polls, and the Release of the task's number (with the Acquire of its load).

use std::panic::Location;
use std::sync::Arc;

use loom::thread;

use crate::cell::TypeName;
use crate::scheduler::diary::{Diary, Subject};

static FIRST: TypeName = || "first";
static SECOND: TypeName = || "second";

#[track_caller]
fn subject(task: u64) -> Subject {
    let type_name = if task == 1 { &FIRST } else { &SECOND };
    Subject { task, type_name, place: Location::caller() }
}

#[test]
fn loom_the_monitor_reads_one_subject_or_none() {
    loom::model(|| {
        let diary = Arc::new(Diary::new());
        let subjects = [subject(1), subject(2)];
        let worker = thread::spawn({
            let diary = diary.clone();
            move || {
                for subject in subjects {
                    diary.begin(subject.task, subject);
                    diary.end();
                }
            }
        });
        let poll = diary.polls.begun();
        if let Some(seen) = diary.subject_of(poll) {
            assert_ne!(poll, 0, "a subject before the first poll");
            let expected = &subjects[poll as usize - 1];
            assert_eq!((seen.task, (seen.type_name)()), (poll, (expected.type_name)()));
            assert!(std::ptr::eq(seen.place, expected.place), "of another place");
        }
        worker.join().unwrap();
        assert!(!diary.is_polling());
    });
}
