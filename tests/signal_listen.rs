//! Listeners to signals. Each test has signals of its own, since all tests are one process.
#![cfg(all(target_os = "linux", feature = "net", feature = "signal", feature = "time"))]

mod support;

use std::io::ErrorKind;
use std::time::Duration;

use runtime::signal::unix::{Signal, SignalKind, signal};
use runtime::task::{self, coop};
use runtime::{Builder, time};
use support::{all_kinds, cpu_time, current_thread, eventually, multi_thread, send, watch};
use tokio_test::task as manual;
use tokio_test::{assert_pending, assert_ready};

/// One of the signals that have no meaning, for `n` from 1 to 10.
fn spare(n: i32) -> i32 {
    libc::SIGRTMIN() + 10 + n
}

fn listen(number: i32) -> Signal {
    signal(SignalKind::from_raw(number)).unwrap()
}

/// Sends a spare signal so many times, and waits until it was delivered to the listeners.
///
/// Whoever delivers goes through all numbers, again and again. When he was at a lower one, he is at this one before he is
/// at a higher one.
fn send_and_deliver(number: i32, times: usize) {
    (0..times).for_each(|_| send(number));
    for other in [number - 10, number + 10] {
        let mut delivered = listen(other);
        send(other);
        futures::executor::block_on(delivered.recv()).unwrap();
    }
}

#[test]
fn every_listener_receives_a_signal() {
    let _watch = watch();
    let number = SignalKind::user_defined1().as_raw_value();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let tasks: Vec<_> = (0..100)
                .map(|_| {
                    let mut listener = listen(number);
                    task::spawn(async move { listener.recv().await })
                })
                .collect();
            send(number);
            for task in tasks {
                assert_eq!(task.await.unwrap(), Some(()));
            }
        });
    }
}

#[test]
fn several_signals_before_a_look_are_one() {
    let _watch = watch();
    let mut listener = listen(spare(1));
    send_and_deliver(spare(1), 3);
    assert_eq!(assert_ready!(manual::spawn(listener.recv()).poll()), Some(()));
    assert_pending!(manual::spawn(listener.recv()).poll());
    send_and_deliver(spare(1), 1);
    assert_ready!(manual::spawn(listener.recv()).poll());
}

#[test]
fn a_receive_that_is_dropped_loses_no_signal() {
    let _watch = watch();
    let mut listener = listen(spare(2));
    for woken in [false, true] {
        let mut receive = manual::spawn(listener.recv());
        assert_pending!(receive.poll());
        if woken {
            send_and_deliver(spare(2), 1);
            assert!(receive.is_woken());
        }
        drop(receive);
        if !woken {
            send_and_deliver(spare(2), 1);
        }
        assert_ready!(manual::spawn(listener.recv()).poll());
        assert_pending!(manual::spawn(listener.recv()).poll());
    }
}

#[test]
fn a_signal_between_two_listeners_is_for_the_second() {
    let _watch = watch();
    drop(listen(spare(3)));
    send_and_deliver(spare(3), 1);
    let mut second = listen(spare(3));
    assert_ready!(manual::spawn(second.recv()).poll());
    // What one has received is over for those that come later.
    assert_pending!(manual::spawn(listen(spare(3)).recv()).poll());

    let mut receive = manual::spawn(second.recv());
    assert_pending!(receive.poll());
    send_and_deliver(spare(3), 1);
    drop(receive);
    drop(second);
    assert_ready!(manual::spawn(listen(spare(3)).recv()).poll());
}

#[test]
fn a_listener_that_is_dropped_takes_nothing_from_the_others() {
    let _watch = watch();
    let mut first = listen(spare(4));
    let (mut second, third) = (listen(spare(4)), listen(spare(4)));
    assert_pending!(manual::spawn(first.recv()).poll());
    let mut receive = manual::spawn(second.recv());
    assert_pending!(receive.poll());
    drop((first, third));
    send_and_deliver(spare(4), 1);
    assert!(receive.is_woken());
    assert_ready!(receive.poll());
}

#[test]
fn a_runtime_that_ends_takes_no_signals_along() {
    let _watch = watch();
    let (first, second) = (current_thread(), multi_thread(1));
    let mut one = first.block_on(async { listen(spare(5)) });
    let mut other = second.block_on(async { listen(spare(5)) });
    send(spare(5));
    first.block_on(one.recv());
    second.block_on(other.recv());
    let waits = first.spawn(async move { one.recv().await });
    drop(first);
    drop(waits);
    send(spare(5));
    second.block_on(other.recv());
    drop(second);
    send(spare(5));
    futures::executor::block_on(other.recv()).unwrap();
}

#[test]
fn a_runtime_without_io_hears_signals() {
    let _watch = watch();
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut listener = listen(spare(6));
        let sender = task::spawn_blocking(|| send(spare(6)));
        listener.recv().await.unwrap();
        sender.await.unwrap();
    });
}

#[test]
fn what_cannot_be_listened_to_is_an_error() {
    let never = [libc::SIGKILL, libc::SIGSTOP, libc::SIGILL, libc::SIGFPE, libc::SIGSEGV];
    for number in never.into_iter().chain([-1, 0, 128, i32::MAX, i32::MIN]) {
        let error = signal(SignalKind::from_raw(number)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(&number.to_string()), "{error}");
    }
    // The system does not know this one; the C library keeps the other for itself.
    signal(SignalKind::from_raw(100)).unwrap_err();
    signal(SignalKind::from_raw(32)).unwrap_err();
}

#[test]
fn kinds_have_the_numbers_of_the_system() {
    let all = [
        (SignalKind::alarm(), libc::SIGALRM),
        (SignalKind::child(), libc::SIGCHLD),
        (SignalKind::hangup(), libc::SIGHUP),
        (SignalKind::interrupt(), libc::SIGINT),
        (SignalKind::io(), libc::SIGIO),
        (SignalKind::pipe(), libc::SIGPIPE),
        (SignalKind::quit(), libc::SIGQUIT),
        (SignalKind::terminate(), libc::SIGTERM),
        (SignalKind::user_defined1(), libc::SIGUSR1),
        (SignalKind::user_defined2(), libc::SIGUSR2),
        (SignalKind::window_change(), libc::SIGWINCH),
    ];
    for (kind, number) in all {
        assert_eq!((kind.as_raw_value(), i32::from(kind)), (number, number));
        assert_eq!((SignalKind::from(number), SignalKind::from_raw(number)), (kind, kind));
    }
}

#[test]
fn a_receive_takes_a_unit_of_the_budget() {
    let _watch = watch();
    let mut listener = listen(spare(7));
    send_and_deliver(spare(7), 1);
    current_thread().block_on(async {
        for _ in 0..127 {
            coop::consume_budget().await;
        }
        assert!(coop::has_budget_remaining());
        listener.recv().await.unwrap();
        assert!(!coop::has_budget_remaining());
    });
}

#[test]
fn many_signals_one_after_the_other_arrive() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        let mut listener = listen(spare(8));
        for _ in 0..2_000 {
            send(spare(8));
            listener.recv().await.unwrap();
        }
    });
}

#[test]
fn whoever_was_listened_to_before_is_still_called() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    let _watch = watch();
    let theirs = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(spare(9), theirs.clone()).unwrap();
    let mut ours = listen(spare(9));
    send(spare(9));
    futures::executor::block_on(ours.recv()).unwrap();
    eventually("the other handler is called", || theirs.load(SeqCst));
}

#[test]
fn who_listens_keeps_nobody_busy() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let mut listener = listen(spare(10));
    runtime.spawn(async move { while listener.recv().await.is_some() {} });
    runtime.block_on(async {
        // The other tests of this file compute meanwhile, but not for long.
        let mut least = Duration::MAX;
        for _ in 0..20 {
            let before = cpu_time();
            time::sleep(Duration::from_millis(100)).await;
            least = least.min(cpu_time() - before);
        }
        assert!(least < Duration::from_millis(20), "{least:?} of 100 ms");
    });
}
