//! What a trace has of a program that provokes it, and that its file is well-formed.
#![cfg(all(feature = "net", feature = "rt-multi-thread", feature = "sync", feature = "time"))]

mod support;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use runtime::trace::{self, Error, Options, Trace};
use runtime::{Builder, task, time};
use serde_json::Value;
use support::{eventually, multi_thread, watch};

/// Traces are of the whole process, so one test is made at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The events of a file.
fn events(trace: &Trace) -> Vec<Value> {
    let mut json = Vec::new();
    trace.write_to(&mut json).unwrap();
    let mut file: Value = serde_json::from_slice(&json).expect("a trace is JSON");
    let Value::Array(events) = file["traceEvents"].take() else { panic!("no events: {file}") };
    assert_well_formed(&events);
    events
}

fn number(event: &Value, field: &str) -> f64 {
    event[field].as_f64().unwrap_or_else(|| panic!("no number {field} in {event}"))
}

fn phase<'a>(events: &'a [Value], phase: &str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["ph"] == phase)
}

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["name"] == name).collect()
}

/// Slices of one thread are inside of one another or apart; spans begin and end once; flows begin and end in slices.
fn assert_well_formed(events: &[Value]) {
    let mut threads: HashMap<u64, Vec<(f64, f64)>> = HashMap::new();
    for slice in phase(events, "X") {
        let (begin, length) = (number(slice, "ts"), number(slice, "dur"));
        assert!(length >= 0.0, "{slice}");
        let thread = threads.entry(slice["tid"].as_u64().unwrap()).or_default();
        thread.push((begin, begin + length));
    }
    for slices in threads.values_mut() {
        slices.sort_by(|(a, to_a), (b, to_b)| a.total_cmp(b).then(to_b.total_cmp(to_a)));
        let mut open: Vec<f64> = Vec::new();
        for &(begin, end) in &*slices {
            while open.last().is_some_and(|&outer| outer <= begin + 0.000_5) {
                open.pop();
            }
            let fits = open.last().is_none_or(|&outer| end <= outer + 0.000_5);
            assert!(fits, "a slice from {begin} to {end} leaves the one around it: {open:?}");
            open.push(end);
        }
    }
    for (first, last) in [("b", "e"), ("s", "f")] {
        let by_id = |of: &str| {
            let by_id = phase(events, of).map(|event| (event["id"].to_string(), event));
            by_id.collect::<HashMap<_, _>>()
        };
        let (begins, ends) = (by_id(first), by_id(last));
        assert_eq!(begins.len(), ends.len(), "each {first} has its {last}");
        for (id, begin) in begins {
            let end = ends.get(&id).unwrap_or_else(|| panic!("{begin} has no end"));
            assert!(number(begin, "ts") <= number(end, "ts"));
            if first == "s" {
                let in_one = |flow: &Value| {
                    let at = number(flow, "ts");
                    let slices = threads.get(&flow["tid"].as_u64().unwrap());
                    let mut slices = slices.into_iter().flatten();
                    slices.any(|&(a, b)| a <= at + 0.000_5 && at <= b + 0.000_5)
                };
                assert!(in_one(begin) && in_one(end), "a flow from or to nowhere: {begin}, {end}");
            }
        }
    }
}

fn traced<R>(f: impl FnOnce() -> R) -> (R, Vec<Value>) {
    trace::start().unwrap();
    let result = f();
    let events = events(&trace::stop().unwrap());
    (result, events)
}

/// The number of a task, as traces have it.
fn number_of(id: task::Id) -> u64 {
    id.to_string().parse().unwrap()
}

#[test]
fn start_and_stop_come_in_turn() {
    let _alone = alone();
    assert_eq!(trace::stop().unwrap_err(), Error::NotRunning);
    trace::start().unwrap();
    assert_eq!(trace::start().unwrap_err(), Error::AlreadyRunning);
    assert!(trace::is_recording());
    trace::stop().unwrap();
    assert!(!trace::is_recording());
    assert_eq!(trace::stop().unwrap_err(), Error::NotRunning);
}

#[test]
fn a_wake_leads_to_the_poll_that_comes_of_it() {
    let _alone = alone();
    let _watch = watch();
    let (task, events) = traced(|| {
        multi_thread(1).block_on(async {
            let (send, receive) = runtime::sync::oneshot::channel();
            let waits = runtime::spawn(async { receive.await.unwrap() });
            let id = waits.id();
            task::yield_now().await; // it waits
            send.send(7).unwrap();
            assert_eq!(waits.await.unwrap(), 7);
            number_of(id)
        })
    });
    let of_task = |event: &&&Value| event["args"]["task"] == task;
    assert_eq!(named(&events, "spawn").iter().filter(of_task).count(), 1);
    assert_eq!(named(&events, "wake").iter().filter(of_task).count(), 1);
    let polls: Vec<_> = phase(&events, "X").filter(|event| event["args"]["task"] == task).collect();
    assert_eq!(polls.len(), 2, "one that waits, and one that ends: {polls:?}");
    for poll in polls {
        let is_to_it = |flow: &&Value| flow["tid"] == poll["tid"] && flow["ts"] == poll["ts"];
        assert_eq!(phase(&events, "f").filter(is_to_it).count(), 1, "{poll}");
        assert!(poll["name"].as_str().unwrap().contains("trace_events"));
        assert!(poll["args"]["place"].as_str().unwrap().contains("trace_events.rs"));
    }
}

#[test]
fn what_the_scheduler_and_the_driver_do_is_there() {
    let _alone = alone();
    let _watch = watch();
    let ((), events) = traced(|| {
        let runtime = multi_thread(2);
        runtime.block_on(async {
            let stuck = runtime::spawn(async { thread::sleep(Duration::from_millis(100)) });
            let tasks: Vec<_> = (0..64)
                .map(|_| {
                    runtime::spawn(async {
                        for _ in 0..4 {
                            time::sleep(Duration::from_millis(2)).await;
                            thread::sleep(Duration::from_micros(300));
                        }
                    })
                })
                .collect();
            let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let client = thread::spawn(move || {
                thread::sleep(Duration::from_millis(20));
                std::net::TcpStream::connect(address)
            });
            listener.accept().await.unwrap();
            client.join().unwrap().unwrap();
            task::spawn_blocking(|| thread::sleep(Duration::from_millis(1))).await.unwrap();
            for task in tasks {
                task.await.unwrap();
            }
            stuck.await.unwrap();
            time::sleep(Duration::from_millis(20)).await;
        });
    });
    for name in ["steal", "park", "timers fired", "ready", "retake", "grant", "poll takes long"] {
        assert!(!named(&events, name).is_empty(), "no {name}");
    }
    let unparks = phase(&events, "X").filter(|slice| slice["name"] == "unpark").count();
    assert!(unparks > 0);
    let retake = named(&events, "retake")[0];
    assert_eq!(retake["args"]["since it"], "blocks");
    let jobs: Vec<_> = phase(&events, "X").filter(|event| event["cat"] == "blocking").collect();
    assert_eq!(jobs.len(), 1);
    assert!(number(jobs[0], "dur") >= 1_000.0, "{}", jobs[0]);
    let long = phase(&events, "X").map(|slice| number(slice, "dur"));
    assert!(long.fold(0.0, f64::max) >= 100_000.0);
}

#[test]
fn marks_and_regions_have_their_texts_whatever_these_are() {
    let _alone = alone();
    let _watch = watch();
    let hard = "\"quotes\", \\ and \n\t\u{0}\u{1b}\u{7f}\u{2028} and \u{1F980}";
    let long = "\u{e4}".repeat(200);
    let ((), events) = traced(|| {
        trace::mark(hard);
        trace::mark("");
        trace::mark(&long);
        multi_thread(1).block_on(async {
            let across = trace::region("across");
            {
                let _here = trace::region(format_args!("here {}", 1));
                trace::mark("inside");
            }
            task::yield_now().await;
            drop(across);
        });
    });
    assert_eq!(named(&events, hard).len(), 1);
    assert_eq!(named(&events, &long[..254]).len(), 1, "255 bytes, as far as characters go");
    assert_eq!(phase(&events, "i").filter(|event| event["name"] == "").count(), 1);
    let phases =
        |name| named(&events, name).iter().map(|e| e["ph"].to_string()).collect::<Vec<_>>();
    assert_eq!(phases("here 1"), ["\"X\""]);
    assert_eq!(phases("across"), ["\"b\"", "\"e\""]);
}

#[test]
fn what_is_not_wanted_is_not_formatted() {
    struct Never;
    impl std::fmt::Display for Never {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("nobody records");
        }
    }
    let _alone = alone();
    trace::mark(Never);
    drop(trace::region(Never));
}

#[test]
fn old_events_are_overwritten_and_counted() {
    let _alone = alone();
    let _watch = watch();
    let recorder = Options::new().events_per_thread(1_024).flight_recorder();
    multi_thread(1).block_on(async {
        for _ in 0..10_000 {
            runtime::spawn(async {}).await.unwrap();
        }
    });
    let trace = recorder.snapshot();
    assert!(trace.overwritten() > 10_000, "{trace:?}");
    assert!(trace.events() > 0 && trace.events() < 10 * 1_024, "{trace:?}");
    let events = events(&trace);
    let counted: f64 = phase(&events, "C").map(|counter| number(&counter["args"], "events")).sum();
    assert_eq!(counted as u64, trace.overwritten());
}

#[test]
fn a_recorder_and_a_trace_see_what_came_since_they_began() {
    let _alone = alone();
    let recorder = trace::flight_recorder();
    trace::mark("first");
    let ((), events_of_trace) = traced(|| trace::mark("second"));
    let all = events(&recorder.snapshot());
    assert_eq!((named(&all, "first").len(), named(&all, "second").len()), (1, 1));
    assert_eq!(named(&events_of_trace, "first").len(), 0);
    assert_eq!(named(&events_of_trace, "second").len(), 1);
    drop(recorder);
    assert!(!trace::is_recording());
}

#[test]
fn a_snapshot_is_taken_while_recording_goes_on() {
    let _alone = alone();
    let _watch = watch();
    let recorder = Options::new().events_per_thread(1_024).flight_recorder();
    let runtime = multi_thread(2);
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            runtime.spawn(async {
                loop {
                    task::yield_now().await;
                }
            })
        })
        .collect();
    for _ in 0..10 {
        events(&recorder.snapshot());
    }
    tasks.iter().for_each(|task| task.abort());
}

#[test]
fn two_runtimes_and_threads_that_end_are_in_one_trace() {
    let _alone = alone();
    let _watch = watch();
    let ((), events) = traced(|| {
        let runtimes = [multi_thread(1), Builder::new_current_thread().build().unwrap()];
        for runtime in &runtimes {
            runtime.block_on(async { runtime::spawn(async {}).await.unwrap() });
        }
        (0..100).for_each(|n| thread::spawn(move || trace::mark(n)).join().unwrap());
    });
    let names: Vec<_> = named(&events, "thread_name")
        .iter()
        .map(|event| event["args"]["name"].as_str().unwrap().to_string())
        .collect();
    assert!(names.iter().any(|name| name.starts_with("worker 0, runtime ")), "{names:?}");
    assert!(names.len() < 100, "rings of ended threads are not kept without a bound");
    assert_eq!(named(&events, "99").len(), 1);
    let lost = named(&events, "overwritten events of ended threads")[0];
    assert!(number(&lost["args"], "events") > 0.0);
}

#[test]
fn local_tasks_are_polled_inside_of_their_set() {
    let _alone = alone();
    let _watch = watch();
    let (id, events) = traced(|| {
        let set = task::LocalSet::new();
        let task = set.spawn_local(async { task::yield_now().await });
        let id = task.id();
        Builder::new_current_thread().build().unwrap().block_on(set);
        number_of(id)
    });
    let polls = phase(&events, "X").filter(|slice| slice["args"]["task"] == id).count();
    assert_eq!(polls, 2);
}

#[test]
fn an_error_of_the_writer_is_returned_and_leaves_the_trace() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let _alone = alone();
    trace::start().unwrap();
    trace::mark("kept");
    let trace = trace::stop().unwrap();
    assert_eq!(trace.write_to(Full).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert!(trace.save("/nonexistent/trace.json").is_err());
    assert_eq!(named(&events(&trace), "kept").len(), 1);
}

#[test]
fn a_poll_that_goes_on_is_there() {
    let _alone = alone();
    let _watch = watch();
    let recorder = trace::flight_recorder();
    let runtime = multi_thread(1);
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let task = runtime.spawn(async move { ended.recv().unwrap_err() });
    let id = number_of(task.id());
    let goes_on = |events: &[Value]| {
        phase(events, "X")
            .any(|slice| slice["args"]["task"] == id && slice["args"]["goes on"] == true)
    };
    eventually("the poll is seen", || goes_on(&events(&recorder.snapshot())));
    drop(end);
    runtime.block_on(task).unwrap();
    assert!(!goes_on(&events(&recorder.snapshot())));
}
