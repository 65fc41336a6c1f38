//! The figures in the text format of Prometheus, version 0.0.4.
//!
//! Each figure has the label `runtime`, which is the runtime's number; its name is told by `gosched_runtime_info`.

use std::fmt::{self, Display, Write};

use super::figures::{FIGURES, Figure, Kind};
use crate::runtime::{Handle, RuntimeMetrics};

pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// One runtime, with its number as a label has it.
struct Subject {
    number: String,
    name: String,
    metrics: RuntimeMetrics,
}

/// All figures of all runtimes.
pub(super) fn text() -> String {
    Handle::with_all(|handles| {
        let subjects: Vec<_> = handles.iter().map(Subject::new).collect();
        let mut out = String::new();
        write(&mut out, &subjects).expect("a string takes whatever is written to it");
        out
    })
}

impl Subject {
    fn new(handle: &Handle) -> Self {
        let name = handle.name().unwrap_or("").to_owned();
        Self { number: handle.id().to_string(), name, metrics: handle.metrics() }
    }
}

fn write(out: &mut String, subjects: &[Subject]) -> fmt::Result {
    let help = "A runtime of the process, with its name.";
    head(out, "runtime_info", help, Kind::Gauge)?;
    for Subject { number, name, .. } in subjects {
        let (number, name) = (Label(number), Label(name));
        writeln!(out, "gosched_runtime_info{{runtime=\"{number}\",name=\"{name}\"}} 1")?;
    }
    FIGURES.iter().try_for_each(|figure| {
        let name = figure.full_name();
        head(out, &name, figure.help, figure.kind)?;
        subjects.iter().try_for_each(|subject| {
            let (number, value) = (Label(&subject.number), (figure.of)(&subject.metrics));
            writeln!(out, "gosched_{name}{{runtime=\"{number}\"}} {value}")
        })
    })
}

fn head(out: &mut String, name: &str, help: &str, kind: Kind) -> fmt::Result {
    writeln!(out, "# HELP gosched_{name} {help}")?;
    writeln!(out, "# TYPE gosched_{name} {}", kind.name())
}

impl Figure {
    /// What only grows says so at the end of its name.
    fn full_name(&self) -> String {
        let end = if self.kind == Kind::Counter { "_total" } else { "" };
        format!("{}{end}", self.name)
    }
}

/// The value of a label, escaped.
struct Label<'a>(&'a str);

impl Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '\\' => f.write_str(r"\\"),
            '"' => f.write_str("\\\""),
            '\n' => f.write_str(r"\n"),
            c => f.write_char(c),
        })
    }
}
