//! The script of the debug page, in pieces that can be run without a browser. Where there is no `node`, nothing is tested.
#![cfg(feature = "debug-page")]

use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};

/// As much of a browser as tables need.
const BROWSER: &str = r#"
const { strictEqual: same, deepStrictEqual: alike } = require("node:assert");
class Element {
  children = [];
  textContent = "";
  classList = { toggle() {} };
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.children = [...new Set(children)]; } // each has one place
  get childElementCount() { return this.children.length; }
  setAttribute() {}
  removeAttribute() {}
}
globalThis.document = { createElement: () => new Element() };
"#;

/// In the order of the page.
const SCRIPT: [&str; 5] = [
    include_str!("../src/debug/page/show.js"),
    include_str!("../src/debug/page/table.js"),
    include_str!("../src/debug/page/chart.js"),
    include_str!("../src/debug/page/overview.js"),
    include_str!("../src/debug/page/events.js"),
];

/// Runs this behind the script.
fn run(text: &str) {
    let mut node = Command::new("node");
    let node = node.args(["--input-type=commonjs", "-"]).stdin(Stdio::piped());
    let mut node = match node.stderr(Stdio::piped()).spawn() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return eprintln!("there is no `node`: not tested");
        }
        node => node.expect("it starts"),
    };
    let mut input = node.stdin.take().expect("it is a pipe");
    input.write_all([BROWSER, &SCRIPT.concat(), text].concat().as_bytes()).expect("it reads");
    drop(input);
    let output = node.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_number_in_few_characters_keeps_its_size() {
    run(r#"
        const numbers = [0, 0.1234, 10, 100, 999, 1000, 1500, 100e3, 120e3, 200e3, 123456, 999600, 1e6, 250e6, 1e9];
        const texts = ["0", "0.123", "10", "100", "999", "1k", "1.5k", "100k", "120k", "200k", "123k", "1M", "1M", "250M", "1G"];
        alike(numbers.map(brief), texts);
    "#);
}

#[test]
fn a_place_is_broken_between_its_parts_alone() {
    run(r#"
        alike(codePieces("src/net/tcp.rs:36:17"), ["src/", "net/", "tcp.rs", ":36:17"]);
        alike(codePieces("app::run::{{closure}}"), ["app::", "run::", "{{closure}}", ""]);
        alike(codePieces("C:\\app\\main.rs:1:2"), ["C:\\app\\main.rs", ":1:2"]);
        alike(codePieces(""), ["", ""]);
    "#);
}

#[test]
fn rows_that_nothing_tells_apart_stay_rows() {
    run(r#"
        const columns = [{ title: "Task", value: (row) => row.task }];
        const table = new Table(new Element(), columns, { key: (row) => row.task ?? row.place });
        const rows = [null, null, null, 7].map((task) => ({ task, place: "a" }));
        table.set(rows);
        const before = table.body.children;
        table.set(rows);
        same(table.body.children.length, 4);
        same(table.body.children, before, "they are the same lines");
    "#);
}

/// Its clock begins anew, and so do its runtimes' numbers.
#[test]
fn a_program_that_was_started_again_is_another() {
    run(r#"
        const overview = Object.create(Overview.prototype);
        overview.before = { now: 100, process: 1, runtime: { number: "1" } };
        const follows = (now, process, number) => overview.follows({ now, process }, { number });
        same(follows(101, 1, "1"), true);
        alike([follows(101, 1, "2"), follows(101, 2, "1"), follows(5, 1, "1")], [false, false, false]);
    "#);
}

/// As `trace::json` names it.
#[test]
fn the_worker_of_a_track_is_known_by_its_name() {
    run(r#"
        alike(workerOf({ name: "worker 3, runtime 12: my threads" }), { worker: 3, runtime: 12 });
        same(workerOf({ name: "gosched-monitor (thread 3)" }), null);
    "#);
}
