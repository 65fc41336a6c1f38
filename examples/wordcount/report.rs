//! The lines on the standard output, and the complaints.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use crate::count::{Counts, Outcome};
use crate::inputs::{Input, Size};

/// Prints a line for each input that could be opened, and a sum if there was more than one input.
///
/// Fails if an input had an error, or if the output could not be written.
pub fn print(inputs: &[Input], outcomes: &[Outcome]) -> ExitCode {
    let failed = outcomes.iter().any(|outcome| outcome.error.is_some());
    match print_lines(inputs, outcomes) {
        Ok(()) if !failed => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(error) => {
            // Who closes a pipe early has seen enough.
            if error.kind() != ErrorKind::BrokenPipe {
                eprintln!("wordcount: write error: {}", cause(&error));
            }
            ExitCode::FAILURE
        }
    }
}

fn print_lines(inputs: &[Input], outcomes: &[Outcome]) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let width = width(inputs);
    let mut total = Counts::default();
    for (input, outcome) in inputs.iter().zip(outcomes) {
        if let Some(error) = &outcome.error {
            complain(input, error);
        }
        if let Some(counts) = outcome.counts {
            total += counts;
            print_line(&mut out, width, counts, input.name.as_ref().map(printed).as_deref())?;
        }
    }
    if inputs.len() > 1 {
        print_line(&mut out, width, total, Some(b"total"))?;
    }
    out.flush()
}

fn print_line(
    out: &mut impl Write,
    width: usize,
    counts: Counts,
    name: Option<&[u8]>,
) -> io::Result<()> {
    let Counts { lines, words, bytes } = counts;
    write!(out, "{lines:width$} {words:width$} {bytes:width$}")?;
    if let Some(name) = name {
        out.write_all(b" ")?;
        out.write_all(name)?;
    }
    out.write_all(b"\n")
}

/// How wide a column must be for the greatest number there can be, which is the sum of the sizes;
/// what has no size gets seven digits.
fn width(inputs: &[Input]) -> usize {
    let mut sum = 0_u64;
    let mut least = 1;
    for input in inputs {
        match input.size {
            Size::Regular(size) => sum = sum.saturating_add(size),
            Size::Endless => least = 7,
            Size::Unknown => {}
        }
    }
    sum.to_string().len().max(least)
}

fn complain(input: &Input, error: &io::Error) {
    let mut line = b"wordcount: ".to_vec();
    match &input.name {
        Some(name) if name.as_encoded_bytes().iter().all(|&byte| is_plain(byte)) => {
            line.extend(name.as_encoded_bytes());
        }
        Some(name) => line.extend(quoted(name.as_encoded_bytes())),
        None => line.extend(b"standard input"),
    }
    line.extend(format!(": {}\n", cause(error)).bytes());
    // There is no place left to say that this failed.
    let _ = io::stderr().write_all(&line);
}

/// The error in the system's words, without its number.
fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// A name as it stands in a line: as it is, unless it would make two lines of it.
fn printed(name: &OsString) -> Cow<'_, [u8]> {
    let bytes = name.as_encoded_bytes();
    if bytes.contains(&b'\n') { Cow::Owned(quoted(bytes)) } else { Cow::Borrowed(bytes) }
}

/// Whether a byte of a name needs no quotes in a shell.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./+,@%-".contains(&byte)
}

/// A name that a shell would read back as the same bytes, whatever they are: `'a'$'\n''b'`.
fn quoted(name: &[u8]) -> Vec<u8> {
    let mut quoted = Quoted { text: vec![b'\''], escaping: false };
    for piece in name.utf8_chunks() {
        for character in piece.valid().chars() {
            match character {
                '\'' => quoted.push("'\\''"),
                '\n' => quoted.escape("\\n"),
                '\t' => quoted.escape("\\t"),
                '\r' => quoted.escape("\\r"),
                '\0'..='\x1F' | '\x7F' => quoted.escape(&octal(character as u8)),
                _ => quoted.push(character.encode_utf8(&mut [0; 4])),
            }
        }
        piece.invalid().iter().for_each(|&byte| quoted.escape(&octal(byte)));
    }
    quoted.text.push(b'\'');
    quoted.text
}

fn octal(byte: u8) -> String {
    format!("\\{byte:03o}")
}

/// A text in quotes, which are open: those of `'..'`, or those of `$'..'` while escaping.
struct Quoted {
    text: Vec<u8>,
    escaping: bool,
}

impl Quoted {
    fn push(&mut self, text: &str) {
        if std::mem::take(&mut self.escaping) {
            self.text.extend(b"''");
        }
        self.text.extend(text.bytes());
    }

    fn escape(&mut self, text: &str) {
        if !std::mem::replace(&mut self.escaping, true) {
            self.text.extend(b"'$'");
        }
        self.text.extend(text.bytes());
    }
}
