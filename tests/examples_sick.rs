//! The example `sick`: what shows of each of its faults, and where.
#![cfg(all(
    feature = "debug-page",
    feature = "macros",
    feature = "rt-multi-thread",
    feature = "sync",
    feature = "time",
    target_os = "linux"
))]

mod support;

use std::process::{Command, Stdio};

use serde_json::Value;
use support::page::{get_json, until};
use support::{Server, example, send_to};

/// The program with a fault, and its page.
fn sick(fault: &str) -> Server {
    let mut command = Command::new(example::program("sick"));
    command.args([fault, "--page", "127.0.0.1:0"]).env("RUNTIME_DUMP", "SIGUSR1");
    Server::start_as(command.stderr(Stdio::piped()))
}

/// What it prints when it is asked for a dump, up to the line of its last part.
fn dump(program: &mut Server) -> String {
    send_to(program.id(), libc::SIGUSR1);
    let mut text = String::new();
    for line in program.complaints() {
        text += &line;
        text.push('\n');
        if line.starts_with("monitor: ") {
            return text;
        }
    }
    panic!("it ended: {text}");
}

/// The profile that it prints when its time is over.
fn profile(faults: &[&str]) -> String {
    let mut command = Command::new(example::program("sick"));
    let output = command.args(faults).args(["--for", "0.5"]).output().expect("it starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("it writes text")
}

/// The group of tasks on the page that were spawned in this file, once there is one that is right.
fn group(program: &Server, file: &str, is_right: impl Fn(&Value) -> bool) -> Value {
    let is_it = |group: &&Value| is_in(&group["place"], file) && is_right(group);
    let ask = || get_json(program.address, "/debug/tasks.json?runtime=1");
    let find = |tasks: &Value| tasks["groups"].as_array()?.iter().find(is_it).cloned();
    let tasks = until("the group is there", ask, |tasks| find(tasks).is_some());
    find(&tasks).expect("it was there")
}

fn is_in(place: &Value, file: &str) -> bool {
    place.as_str().is_some_and(|place| place.contains(&format!("sick/{file}.rs:")))
}

/// The paragraph of a text that has this in it.
fn paragraph<'a>(text: &'a str, with: &str) -> &'a str {
    let starts = |line: &&str| !line.starts_with(' ');
    let mut first = "";
    for line in text.lines() {
        if starts(&line) {
            first = line;
        } else if line.contains(with) {
            return first;
        }
    }
    panic!("nothing of {with}: {text}");
}

#[test]
fn a_leak_is_the_largest_group_of_the_profile_and_of_the_page() {
    let text = profile(&["--leak"]);
    let first = text.lines().find(|line| line.contains(" waiting: ")).expect("there is a group");
    assert_eq!(paragraph(&text, "sick/leak.rs:"), first, "{text}");
    assert!(first.contains("tasks waiting: oneshot receive, the oldest for 0."), "{text}");

    let mut program = sick("--leak");
    let leaked = group(&program, "leak", |group| group["count"].as_u64() > Some(50));
    assert_eq!(leaked["reason"], "oneshot receive");
    assert!(leaked["type"].as_str().unwrap().contains("close_when_paid"), "{leaked}");
    let text = dump(&mut program);
    assert!(paragraph(&text, "sick/leak.rs:").contains("tasks waiting: oneshot receive"), "{text}");
}

#[test]
fn stalls_are_told_by_the_page_with_their_places_and_what_they_do() {
    let program = sick("--stall");
    let ask = || get_json(program.address, "/debug/status.json");
    let stalls = |status: &Value| status["runtimes"][0]["stalls"].as_array().cloned();
    let is_told = |status: &Value, what: &str| {
        let mut stalls = stalls(status).into_iter().flatten();
        stalls.any(|stall| is_in(&stall["place"], "stall") && stall["activity"] == what)
    };
    let told = until("both are told", ask, |status| {
        is_told(status, "computes") && is_told(status, "blocks its thread")
    });
    for stall in stalls(&told).unwrap() {
        let type_name = stall["type"].as_str().unwrap();
        let expected = if stall["activity"] == "blocks its thread" { "mails" } else { "bills" };
        assert!(type_name.contains(expected), "{stall}");
        let longest = stall["longest"].as_f64().unwrap();
        assert!((0.003..30.0).contains(&longest), "{stall}");
    }
}

#[test]
fn a_convoy_is_many_tasks_that_wait_for_one_lock_while_its_holder_sleeps() {
    let mut program = sick("--convoy");
    group(&program, "convoy", |group| {
        group["reason"] == "mutex" && group["count"].as_u64() > Some(190)
    });
    let text = dump(&mut program);
    assert!(paragraph(&text, "sick/convoy.rs:").contains("tasks waiting: mutex"), "{text}");

    let text = profile(&["--convoy"]);
    assert!(paragraph(&text, "sick/convoy.rs:").contains("tasks waiting: mutex"), "{text}");
}

#[test]
fn a_deadlock_is_told_by_itself_with_the_names_and_places_of_both() {
    let mut program = sick("--deadlock");
    let mut lines = program.complaints();
    let headline = lines.by_ref().find(|line| !line.is_empty()).expect("it is told");
    assert!(headline.contains("all tasks are asleep"), "{headline}");
    let report: Vec<_> = lines.take_while(|line| !line.starts_with("monitor: ")).collect();
    for name in ["back", "there"] {
        let told = report.iter().position(|line| line.contains(&format!("\"{name}\"")));
        let told = &report[told.unwrap_or_else(|| panic!("nothing of {name}: {report:?}"))..];
        assert!(told[0].contains("waiting: mutex"), "{told:?}");
        assert!(told[1].contains("examples/sick/deadlock.rs:"), "{told:?}");
    }

    let both = group(&program, "deadlock", |group| group["count"] == 2);
    assert_eq!(both["reason"], "mutex");
    let mut names: Vec<_> = both["names"].as_array().unwrap().iter().collect();
    names.sort_by_key(|name| name.as_str());
    assert_eq!(names, ["back", "there"]);
}

#[test]
fn a_trace_shows_the_long_poll_and_that_its_permit_was_taken() {
    let directory = tempfile::tempdir().expect("there is room");
    let file = directory.path().join("trace.json");
    let mut command = Command::new(example::program("sick"));
    let output = command.args(["--stall", "--for", "1"]).env("RUNTIME_TRACE", &file).output();
    let output = output.expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let text = std::fs::read_to_string(&file).expect("it was written");
    let trace: Value = serde_json::from_str(&text).expect("it is JSON");
    let events = trace["traceEvents"].as_array().expect("it has events");
    let named = |name: &str| events.iter().any(|event| is_named(event, name));
    assert!(named("retake"), "no permit was taken");
    for task in ["bills", "mails"] {
        let is_long = |event: &&Value| {
            // In microseconds.
            is_named(event, task) && event["dur"].as_f64().is_some_and(|length| length > 50_000.0)
        };
        assert!(events.iter().any(|event| is_long(&event)), "no long poll of {task}");
    }
}

fn is_named(event: &Value, name: &str) -> bool {
    event["name"].as_str().is_some_and(|text| text.contains(name))
}

#[test]
fn the_runtime_of_the_page_is_in_no_dump() {
    let mut program = sick("--leak");
    let mut lines = program.complaints();
    for _ in 0..2 {
        send_to(program.id(), libc::SIGUSR1);
        let first = lines.by_ref().find(|line| !line.is_empty());
        assert_eq!(first.as_deref(), Some("dump of runtime 1"));
        assert!(lines.any(|line| line.starts_with("monitor: ")));
    }
}

#[test]
fn a_shop_without_a_fault_has_nothing_to_show() {
    let text = profile(&[]);
    let tasks = text.split_whitespace().nth(1).and_then(|count| count.parse::<u32>().ok());
    assert!(tasks.is_some_and(|tasks| tasks < 30), "{text}");
    assert!(!text.contains("lost"), "{text}");
}

#[test]
fn an_unknown_argument_is_a_mistake() {
    let output = Command::new(example::program("sick")).arg("--flu").output().expect("it starts");
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("sick: --flu is no option of mine\nusage: sick "), "{text}");
}
