//! The example `tour`, at a small scale: it tells all its topics, and its table has the figures.

#[path = "support/example.rs"]
mod example;

use std::process::Command;

/// A topic of the table, how many rows it has, and the headline that tells it.
const TOPICS: [(&str, usize, &str); 6] = [
    ("launching", 1, "Launching"),
    ("waiting", 2, "What is lost when main does not wait"),
    ("order", 2, "No promised order"),
    ("parking", 4, "20,000 tasks at once"),
    ("threads", 3, "20,000 tasks at once"),
    ("channels", 3, "Switching at channels"),
];

fn tour() -> String {
    let output = Command::new(example::program("tour")).arg("--small").output().expect("it starts");
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
fn an_unknown_argument_is_a_mistake() {
    let output = Command::new(example::program("tour")).arg("--big").output().expect("it starts");
    assert!(!output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "tour: usage: tour [--small]\n");
}
