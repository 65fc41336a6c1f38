//! The format that Perfetto and `chrome://tracing` open: Chrome's trace events, as JSON.

use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};

use super::event::{Kind, Source};
use super::hooks::ROOT;
use super::recording::Collected;
use super::timeline::{Instant, Slice, Timeline, Track, When};

/// Writes one document.
struct Json<'a, W> {
    out: W,
    collected: &'a Collected,
    process: u32,
    is_first: bool,
}

/// Writes what was collected.
pub(super) fn write(collected: &Collected, out: impl Write) -> io::Result<()> {
    let timeline = Timeline::of(collected);
    let mut json = Json { out, collected, process: std::process::id(), is_first: true };
    write!(json.out, "{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[")?;
    json.names()?;
    timeline
        .slices
        .iter()
        .filter(|slice| slice.is_shown)
        .try_for_each(|slice| json.slice(slice))?;
    timeline.instants.iter().try_for_each(|instant| json.instant(instant))?;
    json.spans(&timeline)?;
    json.flows(&timeline)?;
    json.counters()?;
    let overwritten = collected.overwritten();
    write!(json.out, "\n],\"otherData\":{{\"overwritten_events\":{overwritten}}}}}")?;
    json.out.flush()
}

impl<W: Write> Json<'_, W> {
    /// An event of this phase on this track, with further fields.
    fn event(&mut self, phase: char, track: u64, fields: fmt::Arguments<'_>) -> io::Result<()> {
        let comma = if std::mem::take(&mut self.is_first) { "" } else { "," };
        let process = self.process;
        write!(
            self.out,
            "{comma}\n{{\"ph\":\"{phase}\",\"pid\":{process},\"tid\":{track},{fields}}}"
        )
    }

    /// Microseconds since the beginning, to the nanosecond.
    fn time(&self, nanos: u64) -> Micros {
        Micros(nanos.saturating_sub(self.collected.since))
    }

    fn names(&mut self) -> io::Result<()> {
        let program = std::env::args_os().next().unwrap_or_default();
        let program = program.to_string_lossy();
        self.metadata(0, "process_name", &program)?;
        let mut tracks: Vec<&Track> = self.collected.tracks.iter().collect();
        tracks.sort_by_key(|track| (track.place.is_none(), track.place, track.number));
        for (order, track) in tracks.into_iter().enumerate() {
            self.metadata(track.number, "thread_name", &track.title())?;
            let fields =
                format_args!("\"name\":\"thread_sort_index\",\"args\":{{\"sort_index\":{order}}}");
            self.event('M', track.number, fields)?;
        }
        Ok(())
    }

    fn metadata(&mut self, track: u64, what: &str, name: &str) -> io::Result<()> {
        let name = Text(name);
        self.event('M', track, format_args!("\"name\":\"{what}\",\"args\":{{\"name\":{name}}}"))
    }

    fn slice(&mut self, slice: &Slice) -> io::Result<()> {
        let (begin, length) = (self.time(slice.begin.at), Micros(slice.end - slice.begin.at));
        let (name, category) = slice.title();
        let name = Text(&name);
        let args = Args { number: slice.task(), source: slice.source(), when: slice.begin };
        let goes_on = if slice.goes_on { ",\"goes on\":true" } else { "" };
        let fields = format_args!(
            "\"ts\":{begin},\"dur\":{length},\"name\":{name},\"cat\":\"{category}\",\"args\":{{{args}{goes_on}}}"
        );
        self.event('X', slice.track, fields)
    }

    fn instant(&mut self, instant: &Instant) -> io::Result<()> {
        let at = self.time(instant.when.at);
        let (event, track) = (&instant.event, instant.track);
        let (name, category, details) = describe(event.kind, event.number, &instant.text);
        let name = Text(&name);
        let source = match event.kind {
            Kind::Spawn | Kind::Long => event.source,
            _ => None,
        };
        let args = Args { number: None, source, when: instant.when };
        let fields = format_args!(
            "\"ts\":{at},\"s\":\"t\",\"name\":{name},\"cat\":\"{category}\",\"args\":{{{args}{details}}}"
        );
        self.event('i', track, fields)
    }

    /// Regions that do not stay in one turn.
    fn spans(&mut self, timeline: &Timeline) -> io::Result<()> {
        for span in &timeline.spans {
            let (name, id) = (Text(&span.text), span.number);
            for (phase, at) in [('b', span.begin), ('e', span.end)] {
                let at = self.time(at);
                let fields =
                    format_args!("\"ts\":{at},\"name\":{name},\"cat\":\"region\",\"id\":\"{id}\"");
                self.event(phase, span.track, fields)?;
            }
        }
        Ok(())
    }

    fn flows(&mut self, timeline: &Timeline) -> io::Result<()> {
        for (id, flow) in timeline.flows.iter().enumerate() {
            let ((from, waker), (to, woken)) = (flow.from, flow.to);
            let same = format!("\"id\":{},\"name\":\"wake\",\"cat\":\"wake\"", id + 1);
            let (from, to) = (self.time(from), self.time(to));
            self.event('s', waker, format_args!("\"ts\":{from},{same}"))?;
            self.event('f', woken, format_args!("\"ts\":{to},\"bp\":\"e\",{same}"))?;
        }
        Ok(())
    }

    /// How many events are missing of each thread.
    fn counters(&mut self) -> io::Result<()> {
        let collected = self.collected;
        for track in &collected.tracks {
            let (title, count) = (track.title(), track.reading.overwritten);
            let name = format!("overwritten events of {title}");
            let name = Text(&name);
            let fields = format_args!("\"ts\":0,\"name\":{name},\"args\":{{\"events\":{count}}}");
            self.event('C', track.number, fields)?;
        }
        let lost = collected.lost;
        let name = Text("overwritten events of ended threads");
        self.event('C', 0, format_args!("\"ts\":0,\"name\":{name},\"args\":{{\"events\":{lost}}}"))
    }
}

impl Track {
    /// What tells tracks apart stands first: a viewer cuts long names.
    fn title(&self) -> String {
        let name = self.name.as_deref().unwrap_or("thread");
        match self.place {
            Some(place) => format!("worker {}, runtime {}: {name}", place.worker, place.runtime),
            None => format!("{name} (thread {})", self.number),
        }
    }
}

impl Slice {
    fn title(&self) -> (String, &'static str) {
        let type_name = || self.source.map_or("?", |(type_name, _)| type_name());
        match self.kind {
            Kind::Poll | Kind::Nest => (type_name().into(), "poll"),
            Kind::Root => (format!("block_on {}", type_name()), "poll"),
            Kind::Job => (type_name().into(), "blocking"),
            Kind::Enter => (format!("in block_on {}", type_name()), "block_on"),
            Kind::Look => ("look at the driver".into(), "scheduler"),
            Kind::Search => ("search".into(), "scheduler"),
            Kind::Park => ("park".into(), "scheduler"),
            Kind::Unpark => ("unpark".into(), "scheduler"),
            Kind::Wake | Kind::Spawn => ("outside of tasks".into(), "task"),
            _ => (self.text.clone(), "region"),
        }
    }

    fn task(&self) -> Option<u64> {
        let is_task = matches!(self.kind, Kind::Poll | Kind::Nest | Kind::Job);
        is_task.then_some(self.number)
    }

    fn source(&self) -> Option<Source> {
        let has_one =
            matches!(self.kind, Kind::Poll | Kind::Nest | Kind::Job | Kind::Root | Kind::Enter);
        self.source.filter(|_| has_one)
    }
}

/// The name and the category of an instant, and what is to be said besides.
fn describe(kind: Kind, number: u64, text: &str) -> (String, &'static str, String) {
    let low = number & 0xFFFF;
    let fact = |what: &str, value: u64| format!(",\"{what}\":{value}");
    match kind {
        Kind::Spawn => ("spawn".into(), "task", fact("task", number)),
        Kind::Wake if number & ROOT != 0 => ("wake a block_on".into(), "task", String::new()),
        Kind::Wake => ("wake".into(), "task", fact("task", number)),
        Kind::Long => ("poll takes long".into(), "monitor", fact("task", number)),
        Kind::Steal => {
            let facts = fact("from worker", number & 0xFFFF_FFFF) + &fact("tasks", number >> 32);
            ("steal".into(), "scheduler", facts)
        }
        Kind::Retake => {
            let why = if number & ROOT == 0 { "blocks" } else { "computes" };
            let facts = fact("from worker", low) + &fact("runtime", (number & !ROOT) >> 16);
            ("retake".into(), "monitor", format!("{facts},\"since it\":\"{why}\""))
        }
        Kind::Grant => {
            let facts = fact("to worker", low) + &fact("runtime", number >> 16);
            ("grant".into(), "scheduler", facts)
        }
        Kind::Timers => ("timers fired".into(), "driver", fact("timers", number)),
        Kind::Ready => ("ready".into(), "driver", fact("registration", number & 0xFFFF_FFFF)),
        _ => (text.into(), "mark", String::new()),
    }
}

/// The arguments that several kinds have, after which others may follow with a comma.
struct Args {
    number: Option<u64>,
    source: Option<Source>,
    when: When,
}

impl Display for Args {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // First what is always there, so that all else begins with a comma.
        write!(f, "\"within ns\":{}", self.when.within)?;
        if let Some(number) = self.number {
            write!(f, ",\"task\":{number}")?;
        }
        if let Some((type_name, place)) = self.source {
            let (type_name, place) = (Text(type_name()), place.to_string());
            write!(f, ",\"type\":{type_name},\"place\":{}", Text(&place))?;
        }
        Ok(())
    }
}

/// Nanoseconds, written as microseconds.
struct Micros(u64);

impl Display for Micros {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

/// A string of JSON. Whatever is not plain is escaped, also what a reader may take for the end of a line.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        let mut plain = 0;
        for (at, c) in self.0.char_indices() {
            let is_plain = !(c.is_control() || matches!(c, '"' | '\\' | '\u{2028}' | '\u{2029}'));
            if !is_plain {
                f.write_str(&self.0[plain..at])?;
                write!(f, "\\u{:04x}", u32::from(c))?;
                plain = at + c.len_utf8();
            }
        }
        f.write_str(&self.0[plain..])?;
        f.write_str("\"")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let text = "a\"b\\c\nd\u{1}e\u{7f}f\u{2028}gäö";
        let escaped = r#""a\u0022b\u005cc\u000ad\u0001e\u007ff\u2028gäö""#;
        assert_eq!(Text(text).to_string(), escaped);
    }

    #[test]
    fn times_are_exact() {
        assert_eq!(Micros(0).to_string(), "0.000");
        assert_eq!(Micros(1_234_005).to_string(), "1234.005");
    }
}
