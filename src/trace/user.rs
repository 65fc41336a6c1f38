//! What the program itself calls.

use std::fmt::{self, Display, Write as _};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::event::Kind;
use super::json;
use super::recorder::{event_now, event_with_text};
use super::recording::{Collected, Recording};
use super::switch::is_on;
use super::timeline::Track;
use crate::util::process::PerProcess;

/// Why a trace was not started or stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// [`start`] was called, and [`stop`] was not called since.
    AlreadyRunning,
    /// [`stop`] was called without [`start`].
    NotRunning,
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyRunning => "a trace is running already: stop it first",
            Self::NotRunning => "no trace is running: start one first",
        })
    }
}

impl std::error::Error for Error {}

/// How much is kept of what happens.
///
/// # Examples
///
/// ```
/// let recorder = runtime::trace::Options::new().events_per_thread(8 * 1024).flight_recorder();
/// # drop(recorder);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    events_per_thread: usize,
}

impl Options {
    /// As [`start`] and [`flight_recorder`] have it: 65,536 events of each thread.
    pub fn new() -> Self {
        Self { events_per_thread: 1 << 16 }
    }

    /// How many events are kept of each thread, each of 32 bytes.
    ///
    /// It is rounded up to a power of two, and to 1,024 at least. Memory is taken as events come, in parts of 1,024. Where
    /// another recorder or trace is on already, the number is what it asked for.
    pub fn events_per_thread(&mut self, number: usize) -> &mut Self {
        self.events_per_thread = number.min(1 << 32);
        self
    }

    /// Starts a trace; see [`start`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start(&self) -> Result<(), Error> {
        let mut running = running();
        if running.is_some() {
            return Err(Error::AlreadyRunning);
        }
        *running = Some(Recording::begin(self.events_per_thread));
        Ok(())
    }

    /// Begins to record; see [`flight_recorder`].
    #[must_use = "it records as long as it lives"]
    pub fn flight_recorder(&self) -> FlightRecorder {
        FlightRecorder(Recording::begin(self.events_per_thread))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// The trace that was started, if there is one.
fn running() -> MutexGuard<'static, Option<Recording>> {
    static RUNNING: PerProcess<Mutex<Option<Recording>>> = PerProcess::new();
    RUNNING.get(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a trace: from now on what all runtimes of the process do is recorded, until [`stop`] is called.
///
/// # Errors
///
/// [`Error::AlreadyRunning`], if that is so. A [`flight_recorder`] is no obstacle.
///
/// # Examples
///
/// ```
/// use runtime::trace;
///
/// trace::start()?;
/// runtime::block_on(async {
///     runtime::spawn(async { trace::mark("a mark") }).await.unwrap();
/// });
/// let trace = trace::stop()?;
///
/// let mut json = Vec::new();
/// trace.write_to(&mut json)?; // or `trace.save("trace.json")`
/// assert!(String::from_utf8(json)?.contains("a mark"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn start() -> Result<(), Error> {
    Options::new().start()
}

/// Stops the trace that was started, and returns it.
///
/// # Errors
///
/// [`Error::NotRunning`], if there is none.
pub fn stop() -> Result<Trace, Error> {
    let recording = running().take().ok_or(Error::NotRunning)?;
    Ok(Trace(recording.collect()))
}

/// Begins to record the last events of all threads, for as long as the returned value lives.
///
/// It is meant to be on all the time, and costs what a trace costs: when something goes wrong,
/// [`snapshot`](FlightRecorder::snapshot) has what led to it. There may be any number of recorders, and a trace besides; they
/// share their memory.
///
/// # Examples
///
/// ```
/// let recorder = runtime::trace::flight_recorder();
/// runtime::block_on(async {
///     runtime::spawn(async { /* what goes wrong */ }).await.unwrap();
/// });
/// let trace = recorder.snapshot();
/// assert!(trace.events() > 0);
/// ```
#[must_use = "it records as long as it lives"]
pub fn flight_recorder() -> FlightRecorder {
    Options::new().flight_recorder()
}

/// Whether anything is recorded at the moment.
pub fn is_recording() -> bool {
    is_on()
}

/// Records the last events of all threads, until it is dropped; see [`flight_recorder`].
///
/// In a child process that was forked off, a recorder of the parent has nothing.
#[derive(Debug)]
pub struct FlightRecorder(Recording);

impl FlightRecorder {
    /// Copies what was recorded, while recording goes on.
    ///
    /// No thread waits for this. What a thread overwrites meanwhile is missing, and counted.
    pub fn snapshot(&self) -> Trace {
        Trace(self.0.collect())
    }

    /// Writes a [`snapshot`](Self::snapshot); see [`Trace::write_to`].
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write_to(&self, writer: impl Write) -> io::Result<()> {
        self.snapshot().write_to(writer)
    }
}

/// What was recorded, up to the moment when it was collected.
pub struct Trace(Collected);

impl Trace {
    /// Writes the trace as JSON, as [Perfetto](https://ui.perfetto.dev) and `chrome://tracing` open it.
    ///
    /// # Errors
    ///
    /// Those of the writer. The trace is still there and can be written elsewhere.
    pub fn write_to(&self, writer: impl Write) -> io::Result<()> {
        json::write(&self.0, BufWriter::new(writer))
    }

    /// The same, to a file, which is created or replaced.
    ///
    /// # Errors
    ///
    /// If the file cannot be created or written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.write_to(File::create(path)?)
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.0.tracks.iter().map(Track::events).sum()
    }

    /// How many events of the same recording were overwritten by later ones.
    pub fn overwritten(&self) -> u64 {
        self.0.overwritten()
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("threads", &self.0.tracks.len())
            .field("events", &self.events())
            .field("overwritten", &self.overwritten())
            .finish()
    }
}

/// Marks this moment, on this thread, by a text: the first 255 bytes of it.
///
/// While nothing is recorded this is a load and a branch, and the text is not formatted: `mark(format_args!(..))` makes it only if
/// it is wanted.
///
/// # Examples
///
/// ```
/// let id = 7;
/// runtime::trace::mark(format_args!("request {id}"));
/// ```
#[inline]
pub fn mark(text: impl Display) {
    if is_on() {
        let text = Short::of(&text);
        event_with_text(Kind::Mark, text.length as u64, text.bytes());
    }
}

/// Gives a name to the time until the returned guard is dropped.
///
/// It may be held across an `await`, and be dropped on another thread. A region that begins and ends in one poll, or one on a
/// thread that runs no tasks, is drawn on the thread; any other has a line of its own. Its text is as that of a [`mark`].
///
/// # Examples
///
/// ```
/// use runtime::trace;
///
/// runtime::block_on(async {
///     let _region = trace::region("asking");
///     runtime::task::yield_now().await;
/// });
/// ```
#[inline]
#[must_use = "the region ends when this is dropped"]
pub fn region(text: impl Display) -> Region {
    if is_on() { begin_region(&text) } else { Region { number: 0 } }
}

#[cold]
fn begin_region(text: &dyn Display) -> Region {
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    let text = Short::of(text);
    let number = NUMBERS.fetch_add(1, Relaxed);
    event_with_text(Kind::RegionBegin, number << 8 | text.length as u64, text.bytes());
    Region { number }
}

/// A region of a trace, which ends when this is dropped; see [`region`].
#[derive(Debug)]
pub struct Region {
    /// 0 if it was not recorded.
    number: u64,
}

impl Drop for Region {
    #[inline]
    fn drop(&mut self) {
        if self.number != 0 && is_on() {
            event_now(Kind::RegionEnd, self.number << 8);
        }
    }
}

/// The beginning of a text, as much as is recorded.
struct Short {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl Short {
    const MOST: usize = 255;

    /// Formats it, which is foreign code, and may record in turn.
    fn of(text: &dyn Display) -> Self {
        let mut short = Self { bytes: [0; Self::MOST], length: 0 };
        let _ = write!(short, "{text}"); // an error means that it is full, or what the text has
        short
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = Self::MOST - self.length;
        let fits = (0..=part.len().min(room)).rev().find(|&at| part.is_char_boundary(at));
        let fits = fits.expect("zero is a boundary");
        self.bytes[self.length..self.length + fits].copy_from_slice(&part.as_bytes()[..fits]);
        self.length += fits;
        if fits == part.len() { Ok(()) } else { Err(fmt::Error) }
    }
}
