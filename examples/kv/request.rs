//! Requests, as they come: an array of strings as RESP2 has it, or a line of words as one types it.
//!
//! ```text
//! *2\r\n$3\r\nGET\r\n$8\r\ngreeting\r\n
//! GET greeting\r\n
//! ```
//!
//! In an array a word may contain any bytes; in a line it ends with a space, and quotes mean nothing.

/// The longest request, in bytes. It is kept until it is whole, so whoever connects may fill so much memory.
pub const LONGEST: usize = 1 << 20;

/// The most words that a request may have.
pub const MOST_WORDS: usize = 1024;

/// The longest line of words, in bytes.
pub const LONGEST_LINE: usize = 64 << 10;

/// The longest line with a length in it: a sign of what follows, 20 digits, and the end of the line.
const LONGEST_NUMBER: usize = 24;

/// A request that is whole.
#[derive(Debug, PartialEq)]
pub struct Request<'a> {
    /// None for an empty line or array, which is no mistake and gets no answer.
    pub words: Vec<&'a [u8]>,
    /// How many bytes it takes.
    pub length: usize,
}

/// Why there is no request.
#[derive(Debug, PartialEq)]
pub enum Stop {
    /// It is not whole. With fewer than `needed` bytes it cannot be.
    Incomplete { needed: usize },
    /// It is none, and where the next one begins nobody knows.
    Malformed(&'static str),
}

/// Reads the request with which `bytes` begin.
///
/// # Errors
///
/// If they do not begin with a request.
pub fn parse(bytes: &[u8]) -> Result<Request<'_>, Stop> {
    let mut reader = Reader { bytes, at: 0 };
    let words = match bytes.first() {
        None => return Err(Stop::Incomplete { needed: 1 }),
        Some(b'*') => reader.array()?,
        Some(_) => reader.line_of_words()?,
    };
    Ok(Request { words, length: reader.at })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn line_of_words(&mut self) -> Result<Vec<&'a [u8]>, Stop> {
        let line = self.line(LONGEST_LINE, "too big inline request")?;
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let words: Vec<_> = words.take(MOST_WORDS + 1).collect();
        if words.len() > MOST_WORDS { Err(Stop::Malformed("too many words")) } else { Ok(words) }
    }

    fn array(&mut self) -> Result<Vec<&'a [u8]>, Stop> {
        let count = self.number(b'*', "invalid multibulk length")?;
        // A length below zero stands for no array.
        let count = usize::try_from(count).unwrap_or(0);
        if count > MOST_WORDS {
            return Err(Stop::Malformed("invalid multibulk length"));
        }
        (0..count).map(|_| self.word()).collect()
    }

    fn word(&mut self) -> Result<&'a [u8], Stop> {
        const WRONG: Stop = Stop::Malformed("invalid bulk length");
        let length = usize::try_from(self.number(b'$', "invalid bulk length")?);
        let length = length.ok().filter(|&length| length <= LONGEST).ok_or(WRONG)?;
        let end = self.at + length;
        if end + 2 > LONGEST {
            return Err(Stop::Malformed("too big request"));
        }
        if self.bytes.len() < end + 2 {
            return Err(Stop::Incomplete { needed: end + 2 });
        }
        if &self.bytes[end..end + 2] != b"\r\n" {
            return Err(Stop::Malformed("a string is longer than its length says"));
        }
        let word = &self.bytes[self.at..end];
        self.at = end + 2;
        Ok(word)
    }

    /// A line that is a sign and a number.
    fn number(&mut self, sign: u8, wrong: &'static str) -> Result<i64, Stop> {
        match self.bytes.get(self.at) {
            Some(&found) if found != sign => {
                return Err(Stop::Malformed("expected '$' before each string"));
            }
            _ => {}
        }
        let line = self.line(LONGEST_NUMBER, wrong)?;
        let digits = line[1..].strip_suffix(b"\r").ok_or(Stop::Malformed(wrong))?;
        integer(digits).ok_or(Stop::Malformed(wrong))
    }

    /// What comes before the next `\n`.
    fn line(&mut self, longest: usize, too_long: &'static str) -> Result<&'a [u8], Stop> {
        let rest = &self.bytes[self.at..];
        let within = &rest[..rest.len().min(longest)];
        match within.iter().position(|&byte| byte == b'\n') {
            Some(end) => {
                self.at += end + 1;
                Ok(&rest[..end])
            }
            None if rest.len() >= longest => Err(Stop::Malformed(too_long)),
            None => Err(Stop::Incomplete { needed: self.bytes.len() + 1 }),
        }
    }
}

/// A number as the protocol writes it: no sign but a minus, no zeros before other digits.
pub fn integer(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.starts_with(b"+") || digits.starts_with(b"0") && text != b"0" {
        return None;
    }
    str::from_utf8(text).ok()?.parse().ok()
}
