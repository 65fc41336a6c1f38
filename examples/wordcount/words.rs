//! What a word is.
//!
//! This follows GNU `wc` in the locale `C.UTF-8`, on any bytes whatever:
//!
//! - words are separated by white space, which here includes the spaces that do not break a line;
//! - a word has at least one printable character: control characters, bytes that are not UTF-8 and
//!   code points without a character neither begin nor end one. (So it is in release 9.1. To later
//!   ones whatever is no white space begins a word.)

use crate::printable::is_printable;

/// Counts the words of a text that comes in pieces.
#[derive(Default)]
pub struct Words {
    ended: u64,
    /// Whether the word under way has a printable character.
    inside: bool,
}

impl Words {
    /// Counts on through `bytes`, up to a character at their end that may be incomplete: the caller
    /// brings that again, with what follows. Returns how many bytes were taken.
    pub fn take(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.len() - incomplete_tail(bytes);
        for piece in bytes[..taken].utf8_chunks() {
            // What is not UTF-8 (`piece.invalid()`) changes nothing.
            piece.valid().chars().for_each(|character| self.take_char(character));
        }
        taken
    }

    /// How many words there were, when there is nothing more to take.
    pub fn total(self) -> u64 {
        self.ended + u64::from(self.inside)
    }

    #[inline]
    fn take_char(&mut self, character: char) {
        if is_separator(character) {
            self.ended += u64::from(self.inside);
            self.inside = false;
        } else if !self.inside {
            self.inside = is_printable(character);
        }
    }
}

/// The length of a character at the end that is cut off, or looks like one.
fn incomplete_tail(bytes: &[u8]) -> usize {
    for (back, &byte) in (1..).zip(bytes.iter().rev().take(3)) {
        let wanted = match byte {
            0xF0.. => 4,
            0xE0.. => 3,
            0xC0.. => 2,
            0x80.. => continue,
            _ => 1,
        };
        return if wanted > back { back } else { 0 };
    }
    0
}

#[inline]
fn is_separator(character: char) -> bool {
    match character {
        '\t'..='\r' | ' ' => true,
        '\0'..='\x7F' => false,
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' => true,
        '\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{3000}' => true,
        _ => false,
    }
}
