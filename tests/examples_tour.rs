//! The example `tour`, at a small scale: it tells all its topics, and its table has the figures.

#[path = "support/example.rs"]
mod example;

use std::process::Command;

/// A topic of the table, how many rows it has, and the headline that tells it.
const TOPICS: [(&str, usize, &str); 9] = [
    ("launching", 1, "Launching"),
    ("waiting", 2, "What is lost when main does not wait"),
    ("order", 2, "No promised order"),
    ("parking", 4, "20,000 tasks at once"),
    ("threads", 3, "20,000 tasks at once"),
    ("channels", 3, "Switching at channels"),
    ("sleeping", 3, "5,000 sleepers"),
    ("ticking", 2, "A ticker beside work"),
    ("serving", 3, "A server with 100 connections"),
];

fn tour() -> String {
    told(Command::new(example::program("tour")).arg("--small"))
}

/// What the tour writes when all goes well.
fn told(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {error}", output.status);
    assert_eq!(error, "");
    String::from_utf8(output.stdout).expect("it writes text")
}

#[test]
fn it_tells_every_topic_and_ends_with_a_table_of_figures() {
    let text = tour();
    let (told, table) = text.split_once("== What was measured ==").expect("a table at the end");
    let mut rows = table.lines().skip_while(|line| !line.starts_with("---")).skip(1);
    for (topic, count, headline) in TOPICS {
        assert!(told.contains(&format!("== {headline} ==")), "{headline} is not told:\n{told}");
        for nth in 0..count {
            let row = rows.next().unwrap_or_else(|| panic!("no row {nth} of {topic}:\n{table}"));
            assert_eq!(row.starts_with(topic), nth == 0, "row {nth} of {topic} is {row:?}");
            let figure = row.rsplit("  ").next().expect("a row has columns").trim();
            let measured = figure.starts_with(|first: char| first.is_ascii_digit());
            assert!(measured || figure.starts_with("not measured"), "no figure: {row:?}");
        }
    }
    assert_eq!(rows.next(), Some(""), "a row that no topic of this test has:\n{table}");
}

#[test]
fn lines_are_lost_when_main_does_not_wait_and_only_then() {
    let text = tour();
    let row = |what: &str| text.lines().find(|line| line.contains(what)).expect("the row is there");
    assert!(row("lines printed when main waits").ends_with(" 10 of 10"), "{text}");
    assert!(!row("lines printed when main returns at once").ends_with(" 10 of 10"), "{text}");
}

#[test]
fn all_sleepers_are_woken_and_none_too_early() {
    let text = tour();
    assert!(text.contains("\nWoken too early: 0; "), "{text}");
    // Lengths from 250 to 500 ms, in turn.
    assert!(text.contains("\nTogether they slept for 0.5 hours. "), "{text}");
}

#[test]
fn each_client_gets_back_what_it_sent() {
    let text = tour();
    assert!(text.contains("\nAll 100 clients were connected within "), "{text}");
    assert!(text.contains("\nAll 500 messages came back, "), "{text}");
}

/// The tour, by a shell that first sets the limit of open files.
#[cfg(unix)]
fn tour_with_limit(ulimit: &str) -> String {
    let script = format!("{ulimit} && exec \"$0\" --small");
    told(Command::new("sh").args(["-c", &script]).arg(example::program("tour")))
}

#[cfg(unix)]
#[test]
fn a_low_limit_of_open_files_is_raised() {
    let text = tour_with_limit("ulimit -S -n 100");
    assert!(text.contains("\nAll 100 clients were connected within "), "{text}");
}

#[cfg(unix)]
#[test]
fn where_the_limit_cannot_be_raised_there_are_fewer_connections_and_it_says_so() {
    let text = tour_with_limit("ulimit -n 100");
    assert!(text.contains("here are 34 connections."), "{text}");
    assert!(text.contains("\nAll 34 clients were connected within "), "{text}");
}

#[test]
fn an_unknown_argument_is_a_mistake() {
    let output = Command::new(example::program("tour")).arg("--big").output().expect("it starts");
    assert!(!output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "tour: usage: tour [--small]\n");
}
