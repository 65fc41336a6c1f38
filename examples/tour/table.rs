//! The table at the end, and how its figures are written.

use std::fmt;
use std::time::Duration;

/// Rows of a topic, what was measured, and the figure.
#[derive(Default)]
pub struct Table(Vec<[String; 3]>);

impl Table {
    pub fn add(&mut self, topic: &str, what: impl Into<String>, figure: impl fmt::Display) {
        self.0.push([topic.into(), what.into(), figure.to_string()]);
    }

    fn width(&self, column: usize) -> usize {
        self.0.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [topics, whats, figures] = [0, 1, 2].map(|column| self.width(column));
        let line = |n| "-".repeat(n);
        writeln!(f, "{:topics$}  {:whats$}  figure", "topic", "what")?;
        writeln!(f, "{}  {}  {}", line(topics), line(whats), line(figures))?;
        let mut last = "";
        for [topic, what, figure] in &self.0 {
            let shown = if topic == last { "" } else { topic };
            writeln!(f, "{shown:topics$}  {what:whats$}  {figure}")?;
            last = topic;
        }
        Ok(())
    }
}

/// A whole number with its digits in groups: `1,000,000`.
pub fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Nanoseconds for each of `count`.
pub fn each(time: Duration, count: usize) -> String {
    grouped(time.as_nanos() / count.max(1) as u128) + " ns"
}

/// A number of bytes in a unit that suits it.
pub fn bytes(count: u64) -> String {
    match count {
        0..10_000 => format!("{} bytes", grouped(count)),
        10_000..10_000_000 => format!("{} kB", grouped(count / 1_000)),
        10_000_000..1_000_000_000 => format!("{} MB", grouped(count / 1_000_000)),
        _ => format!("{:.1} GB", count as f64 / 1e9),
    }
}
