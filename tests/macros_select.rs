//! `select!`: who wins, what is dropped when, and what a branch may be.

#![deny(warnings, unused, unreachable_code, clippy::all)]
#![cfg(feature = "macros")]

#[path = "support/told.rs"]
mod told;

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::rc::Rc;
use std::task::Poll;

use runtime::select;
use runtime::task::{coop, yield_now};
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready_eq};
use told::{Told, now};

mod the_winner {
    use super::*;

    #[test]
    fn is_the_first_that_is_ready() {
        let turn = Cell::new(false);
        let mut task = spawn(async {
            select! {
                n = poll_fn(|_| if turn.get() { Poll::Ready(1) } else { Poll::Pending }) => n,
                n = pending() => n,
            }
        });
        assert_pending!(task.poll());
        turn.set(true);
        assert_ready_eq!(task.poll(), 1);
    }

    #[test]
    fn is_the_first_as_written_when_biased() {
        for _ in 0..100 {
            let first = now(async {
                select! { biased; n = ready(1) => n, n = ready(2) => n }
            });
            assert_eq!(first, 1);
        }
    }

    /// Three in a hundred rounds: that one is never chosen happens once in 10 to the 17th runs.
    #[test]
    fn is_any_otherwise() {
        let mut wins = [0; 3];
        for _ in 0..100 {
            let winner = now(async {
                select! { _ = ready(()) => 0, _ = ready(()) => 1, _ = ready(()) => 2 }
            });
            wins[winner] += 1;
        }
        assert!(wins.iter().all(|&won| won > 0), "{wins:?}");
    }

    #[test]
    fn polls_each_of_the_others_once() {
        let polls = [const { Cell::new(0) }; 4];
        let waits = |n: usize| {
            let polls = &polls[n];
            poll_fn(move |_| {
                polls.set(polls.get() + 1);
                Poll::<()>::Pending
            })
        };
        let mut task = spawn(async {
            select! { _ = waits(0) => {} _ = waits(1) => {} _ = waits(2) => {} _ = waits(3) => {} }
        });
        for round in 1..20 {
            assert_pending!(task.poll());
            assert!(polls.iter().all(|polls| polls.get() == round), "{polls:?} in round {round}");
        }
    }
}

mod a_pattern {
    use super::*;

    #[test]
    fn that_does_not_match_disables_its_branch() {
        let polls = Cell::new(0);
        let once = poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::Ready(None::<u32>)
        });
        let turn = Cell::new(false);
        let mut task = spawn(async {
            select! {
                Some(n) = once => n,
                n = poll_fn(|_| if turn.get() { Poll::Ready(2) } else { Poll::Pending }) => n,
            }
        });
        assert_pending!(task.poll());
        assert_pending!(task.poll());
        turn.set(true);
        assert_ready_eq!(task.poll(), 2);
        assert_eq!(polls.get(), 1, "a future is not polled after it has ended");
    }

    #[test]
    fn that_does_not_match_has_its_output_dropped_at_once() {
        let drops = RefCell::new(Vec::new());
        let mut task = spawn(async {
            select! {
                Err(()) = async { Ok::<_, ()>(Told("output", &drops)) } => {}
                () = pending() => {}
            }
        });
        assert_pending!(task.poll());
        assert_eq!(*drops.borrow(), ["output"]);
    }

    #[test]
    #[allow(clippy::toplevel_ref_arg)]
    fn may_bind_in_any_way() {
        let text = || async { Some("a".to_owned()) };
        let grown = now(async {
            select! { Some(mut text) = text() => { text.push('b'); text } else => String::new() }
        });
        assert_eq!(grown, "ab");
        now(async {
            select! { Some(ref text) = text() => assert_eq!(text, "a"), else => panic!() }
            select! { Some(ref mut text) = text() => text.push('b'), else => panic!() }
            select! { ref text = text() => assert!(text.is_some()) }
            select! { whole @ Some(_) = text() => assert!(whole.is_some()), else => panic!() }
            select! { (text, ref rest) = async { ("a".to_owned(), vec![1]) } => assert_eq!((text.as_str(), rest[0]), ("a", 1)) }
            select! { 1 | 2 = ready(2) => {} else => panic!() }
            select! { [first, .., last] = ready([1, 2, 3]) => assert_eq!(first + last, 4) }
        });
    }

    #[test]
    fn may_use_the_names_of_the_macro() {
        let output = 1;
        let (selected, list, future, matches, disabled) = now(async {
            select! {
                (selected, list, future, matches, disabled) = ready((output, 2, 3, 4, 5)) =>
                    (selected, list, future, matches, disabled),
            }
        });
        assert_eq!(selected + list + future + matches + disabled, 15);
    }
}

mod a_condition {
    use super::*;

    #[test]
    fn that_is_false_leaves_the_future_unpolled() {
        let never = || poll_fn(|_| -> Poll<()> { panic!("polled") });
        now(async {
            select! { _ = never(), if false => unreachable!(), _ = ready(()) => {} }
            select! { _ = never(), if false => unreachable!(), else => {} }
        });
    }

    #[test]
    fn is_asked_before_any_future_is_made() {
        let order = RefCell::new(Vec::new());
        let note = |what| order.borrow_mut().push(what);
        now(async {
            select! {
                biased;
                _ = { note("first future"); ready(()) }, if { note("first condition"); true } => note("handler"),
                _ = { note("second future"); ready(()) }, if { note("second condition"); false } => {}
            }
        });
        let expected =
            ["first condition", "second condition", "first future", "second future", "handler"];
        assert_eq!(*order.borrow(), expected);
    }

    #[test]
    #[should_panic(expected = "all branches of `select!` are disabled")]
    fn none_of_which_is_true_panics_without_else() {
        now(async {
            select! { _ = ready(()), if false => {} }
        });
    }
}

mod a_future {
    use super::*;

    #[test]
    fn is_dropped_before_the_handler() {
        let drops = RefCell::new(Vec::new());
        let waits = |name| {
            let told = Told(name, &drops);
            async move {
                let _told = told;
                pending::<()>().await
            }
        };
        now(async {
            select! {
                biased;
                () = waits("loser") => {}
                () = ready(()) => drops.borrow_mut().push("handler"),
            }
        });
        assert_eq!(*drops.borrow(), ["loser", "handler"]);
    }

    #[test]
    fn may_borrow_what_the_handlers_use() {
        async fn use_it(_: &mut u32) {}
        let mut value = 1;
        now(async {
            select! {
                () = use_it(&mut value) => value += 1,
                () = pending() => value += 10,
                else => value += 100,
            }
        });
        assert_eq!(value, 2);
    }

    /// A guard that lived on would be held while the others are polled.
    #[test]
    fn leaves_no_temporary_behind() {
        let cell = RefCell::new(1);
        now(async {
            select! {
                biased;
                n = ready(*cell.borrow_mut()) => assert_eq!((n, *cell.borrow_mut()), (1, 1)),
                () = async { let _other = cell.borrow_mut(); } => unreachable!(),
            }
        });
    }

    #[test]
    fn may_be_a_reference_to_a_temporary() {
        now(async {
            select! { () = &mut ready(()) => {} }
        });
    }

    #[test]
    fn may_be_whatever_turns_into_one() {
        struct Six;
        impl IntoFuture for Six {
            type Output = u32;
            type IntoFuture = std::future::Ready<u32>;
            fn into_future(self) -> Self::IntoFuture {
                ready(6)
            }
        }
        assert_eq!(
            now(async {
                select! { n = Six => n }
            }),
            6
        );
    }

    #[test]
    fn may_never_return() {
        async fn never() -> ! {
            pending().await
        }
        let n = now(async {
            select! { _ = never() => unreachable!(), n = ready(1) => n }
        });
        assert_eq!(n, 1);
    }

    #[test]
    fn may_wait_while_it_is_made() {
        let made = now(async {
            select! { n = { ready(()).await; ready(1) } => n }
        });
        assert_eq!(made, 1);
    }
}

mod a_handler {
    use super::*;

    #[test]
    fn may_leave_what_stands_around() {
        async fn fails() -> Result<u32, std::num::ParseIntError> {
            let n = select! { text = ready("six") => text.parse::<u32>()?, };
            Ok(n)
        }
        assert!(now(fails()).is_err());

        let rounds = now(async {
            let mut rounds = 0;
            loop {
                select! {
                    _ = ready(()), if rounds < 3 => { rounds += 1; continue }
                    else => break,
                }
            }
            rounds
        });
        assert_eq!(rounds, 3);
    }

    #[test]
    fn may_wait() {
        let mut task = spawn(async {
            select! { n = ready(1) => { yield_now().await; n } }
        });
        assert_pending!(task.poll());
        assert_ready_eq!(task.poll(), 1);
    }

    #[test]
    fn may_select_again() {
        let n = now(async {
            select! { n = async { select! { n = ready(1) => n } } => select! { m = ready(n + 1) => m } }
        });
        assert_eq!(n, 2);
    }
}

/// The names of branches 0 to 63 come from one list.
#[test]
fn there_may_be_64_branches() {
    macro_rules! sixty_four {
        ($($n:literal)*) => { async { select! { $(n = ready($n), if $n == 63 => n,)* } } };
    }
    let last = now(sixty_four!(
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    ));
    assert_eq!(last, 63);
}

/// The future is what it waits for, a reference to that, which branches are left, and what every future has.
#[test]
#[cfg(target_pointer_width = "64")]
fn a_branch_takes_the_place_of_its_future() {
    let kibibyte = || async {
        let bytes = [0_u8; 1024];
        yield_now().await;
        bytes[0]
    };
    let selects = async {
        select! { n = kibibyte() => n, n = kibibyte() => n }
    };
    assert!(size_of_val(&selects) <= 2 * size_of_val(&kibibyte()) + 32);
}

#[test]
fn is_send_if_its_futures_are() {
    fn send(_: &impl Send) {}
    send(&async {
        select! { n = ready(1) => n, Some(n) = async { Some(Rc::new(1)).map(|n| *n) } => n, else => 3 }
    });
}

/// A branch that is always ready, beside one that has no budget: the task has to let others run, not to take the other branch.
#[test]
fn nothing_is_polled_without_budget() {
    let spent = runtime::block_on(async {
        while coop::has_budget_remaining() {
            coop::consume_budget().await;
        }
        let polled = Cell::new(false);
        let mut selects = std::pin::pin!(async {
            select! { () = async { polled.set(true) } => {}, () = pending() => {} }
        });
        let first = futures::poll!(selects.as_mut());
        assert!(first.is_pending() && !polled.get());
        yield_now().await;
        selects.await;
        polled.get()
    });
    assert!(spent);
}

/// What a branch takes of the budget is taken, and the `select!` itself takes nothing.
#[runtime::test]
async fn only_the_branches_spend_the_budget() {
    let select = || async {
        select! { biased; () = coop::consume_budget() => {} () = ready(()) => {} }
    };
    let mut rounds = 0;
    while futures::poll!(Box::pin(select())).is_ready() {
        rounds += 1;
    }
    assert_eq!(rounds, 128);
}

/// Nothing but the macro's own fallback says of which type such an output is.
#[test]
fn an_output_that_nobody_gives_a_type_needs_none() {
    let won = now(async {
        select! {
            _ = async { panic!("it is polled") }, if false => 1,
            n = ready(2) => n,
        }
    });
    assert_eq!(won, 2);
}
