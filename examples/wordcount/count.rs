//! Counting one input, a chunk at a time.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::AddAssign;

use runtime::task;

use crate::inputs::{Input, Source};
use crate::words::Words;

/// How much is read at once. Between two chunks other tasks may run.
const CHUNK: usize = 64 << 10;

/// What one line of the report says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub lines: u64,
    pub words: u64,
    pub bytes: u64,
}

/// What became of one input.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was read, if it could be opened; up to the error, if reading failed.
    pub counts: Option<Counts>,
    pub error: Option<io::Error>,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.lines += more.lines;
        self.words += more.words;
        self.bytes += more.bytes;
    }
}

/// Counts an input to its end.
pub async fn count(input: &Input) -> Outcome {
    match open(&input.source) {
        Ok(source) => count_chunks(source).await,
        Err(error) => Outcome { counts: None, error: Some(error) },
    }
}

fn open(source: &Source) -> io::Result<Box<dyn Read + Send>> {
    match source {
        Source::Stdin => Ok(Box::new(io::stdin())),
        Source::File(path) => Ok(Box::new(File::open(path)?)),
        Source::Unreadable(error) => Err(match error.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => error.kind().into(),
        }),
    }
}

async fn count_chunks(mut source: Box<dyn Read + Send>) -> Outcome {
    let (mut lines, mut bytes, mut words) = (0, 0, Words::default());
    let mut chunk = vec![0; CHUNK];
    // So many bytes at the chunk's beginning are a character whose end was not read yet.
    let mut held = 0;
    let error = loop {
        let read = match source.read(&mut chunk[held..]) {
            Ok(0) => break None,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => break Some(error),
        };
        bytes += read as u64;
        lines += chunk[held..][..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
        let filled = held + read;
        let taken = words.take(&chunk[..filled]);
        chunk.copy_within(taken..filled, 0);
        held = filled - taken;
        task::checkpoint().await;
    };
    Outcome { counts: Some(Counts { lines, words: words.total(), bytes }), error }
}
