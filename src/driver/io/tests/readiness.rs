//! The word alone: which states an operation may clear, and when.

use super::super::readiness::{Readiness, ReadyEvent};
use crate::io::{Interest, Ready};

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

fn with(ready: Ready) -> Readiness {
    let word = Readiness::new();
    word.add(ready);
    word
}

/// What is there of `interest`.
fn look(word: &Readiness, interest: Interest) -> ReadyEvent {
    word.look(interest).expect("ready").expect("the runtime goes on")
}

fn is_ready(word: &Readiness, interest: Interest) -> bool {
    word.look(interest).is_some()
}

#[test]
fn an_event_is_told_to_its_interest_alone() {
    let word = with(Ready::READABLE | Ready::READ_CLOSED);
    assert_eq!(look(&word, BOTH).ready, Ready::READABLE | Ready::READ_CLOSED);
    assert!(!is_ready(&word, Interest::WRITABLE));
    assert!(!is_ready(&word, Interest::ERROR));
}

#[test]
fn what_came_meanwhile_is_not_cleared() {
    let word = with(Ready::READABLE);
    let event = look(&word, Interest::READABLE);
    word.add(Ready::READABLE);
    word.clear(event);
    word.clear_after_short(event);
    assert!(is_ready(&word, Interest::READABLE));
    word.clear(look(&word, Interest::READABLE));
    assert!(!is_ready(&word, Interest::READABLE));
}

#[test]
fn one_direction_does_not_clear_the_other_nor_the_error() {
    let word = with(Ready::ALL);
    word.clear(look(&word, Interest::READABLE));
    assert!(!is_ready(&word, Interest::READABLE));
    assert_eq!(look(&word, Interest::WRITABLE).ready, Ready::WRITABLE | Ready::WRITE_CLOSED);
    assert_eq!(look(&word, Interest::ERROR).ready, Ready::ERROR);
}

#[test]
fn a_state_that_was_reported_closed_and_is_not_keeps_nobody_busy() {
    // A stream that is registered before it is connected is reported as hung up, and then goes on.
    let word = with(Ready::READ_CLOSED | Ready::WRITE_CLOSED | Ready::WRITABLE);
    word.clear(look(&word, BOTH));
    assert!(!is_ready(&word, BOTH));
}

#[test]
fn a_short_operation_clears_only_where_it_proves_something() {
    let short = |more: Ready, interest: Interest, own: Ready| {
        let word = with(own | more);
        word.clear_after_short(look(&word, interest));
        !is_ready(&word, interest)
    };
    let read = |more| short(more, Interest::READABLE, Ready::READABLE);
    let write = |more| short(more, Interest::WRITABLE, Ready::WRITABLE);
    for (more, read_clears, write_clears) in [
        (Ready::EMPTY, true, true),
        (Ready::READ_CLOSED, false, true),
        (Ready::WRITE_CLOSED, true, false),
        (Ready::PRIORITY, false, false),
        (Ready::ERROR, false, false),
    ] {
        assert_eq!((read(more), write(more)), (read_clears, write_clears), "{more:?}");
    }
}

#[test]
fn the_end_is_told_whatever_else_there_is() {
    let word = with(Ready::ALL);
    let before = look(&word, BOTH);
    word.end();
    word.clear(before);
    word.add(Ready::READABLE);
    let error = word.look(Interest::READABLE).unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the runtime of this I/O object has ended");
}
