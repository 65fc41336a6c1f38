//! The same for programs: the machine, every sample, and the medians.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use crate::columns::Column;
use crate::rounds::{Row, Samples};
use crate::shim::Setup;
use crate::table;

/// Renders one JSON object.
pub fn render(columns: &[Column], rows: &[Row], setup: &Setup) -> String {
    let peers = columns.iter().map(|column| (column.name.as_str(), quoted(&column.version)));
    let rows: Vec<_> = rows.iter().map(|row| workload(columns, row)).collect();
    format!(
        "{{\n\"machine\": {},\n\"versions\": {},\n\"workloads\": [\n{}\n]\n}}\n",
        machine(setup),
        object(peers),
        rows.join(",\n"),
    )
}

fn machine(setup: &Setup) -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    object([
        ("os", quoted(std::env::consts::OS)),
        ("arch", quoted(std::env::consts::ARCH)),
        ("kernel", quoted(&read("/proc/sys/kernel/osrelease"))),
        ("processor", quoted(&processor())),
        ("cores", cores.to_string()),
        ("workers", setup.workers.to_string()),
        ("main", quoted(&setup.main.map_or("idiom".to_owned(), |main| format!("{main:?}")))),
        ("rustc", quoted(&rustc())),
    ])
}

fn workload(columns: &[Column], row: &Row) -> String {
    let peers = columns.iter().zip(&row.cells);
    let peers = peers.map(|(column, samples)| (column.name.as_str(), cell(samples)));
    object([
        ("name", quoted(row.workload.name)),
        ("title", quoted(row.workload.title)),
        ("unit", quoted(row.workload.unit)),
        ("target", row.workload.target.to_string()),
        ("ratio", number(table::ratio(columns, row))),
        ("peers", object(peers)),
    ])
}

fn cell(samples: &Samples) -> String {
    let all: Vec<_> = samples.all().iter().map(f64::to_string).collect();
    object([("median", number(samples.median())), ("samples", format!("[{}]", all.join(", ")))])
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default().trim().to_owned()
}

fn processor() -> String {
    let facts = read("/proc/cpuinfo");
    let model = facts.lines().find(|line| line.starts_with("model name"));
    model.and_then(|line| line.split_once(": ")).map_or("", |(_, name)| name).to_owned()
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output
        .map_or_else(|_| String::new(), |it| String::from_utf8_lossy(&it.stdout).trim().to_owned())
}

fn number(value: Option<f64>) -> String {
    value.map_or("null".to_owned(), |value| value.to_string())
}

fn object<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let fields: Vec<_> =
        fields.into_iter().map(|(name, value)| format!("{}: {value}", quoted(name))).collect();
    format!("{{{}}}", fields.join(", "))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
