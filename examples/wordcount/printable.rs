//! Which characters are printable, to the C library in the locale `C.UTF-8`.
//!
//! The Rust library has a table of what it prints unescaped, which is nearly the same. What differs
//! stands here: private and invisible characters, and those that are younger than Unicode 14, which
//! is what glibc 2.36 knows. With another C library `wc` can differ from this at words that have no
//! older character.

/// Whether a character can be seen, or at least steers how others are seen.
#[inline]
pub fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_graphic();
    }
    is_private(character)
        || is_invisible(character)
        || prints_as_itself(character) && !is_young(character)
}

fn is_private(character: char) -> bool {
    matches!(character,
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// Characters that steer the layout of others, and have no shape of their own.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}'
        | '\u{890}'..='\u{891}' | '\u{8E2}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2061}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}' | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{13438}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0001}'
        | '\u{E0020}'..='\u{E007F}')
}

/// Whether the Rust library would print it unescaped. It is put behind another character, since an
/// accent that stands alone would be escaped.
fn prints_as_itself(character: char) -> bool {
    let mut text = [b'a', 0, 0, 0, 0];
    let length = 1 + character.encode_utf8(&mut text[1..]).len();
    str::from_utf8(&text[..length]).is_ok_and(|text| text.escape_debug().count() == 2)
}

/// Characters that came after Unicode 14, with gaps between them that have none.
fn is_young(character: char) -> bool {
    matches!(character,
        '\u{88F}' | '\u{897}' | '\u{C5C}' | '\u{CDC}' | '\u{CF3}' | '\u{ECE}'
        | '\u{1ACF}'..='\u{1AEB}' | '\u{1B4E}'..='\u{1B4F}' | '\u{1B7F}' | '\u{1C89}'..='\u{1C8A}'
        | '\u{20C1}' | '\u{2427}'..='\u{2429}' | '\u{2B96}' | '\u{2FFC}'..='\u{2FFF}'
        | '\u{31E4}'..='\u{31EF}' | '\u{A7CB}'..='\u{A7CF}' | '\u{A7D2}' | '\u{A7D4}'
        | '\u{A7DA}'..='\u{A7F1}' | '\u{FBC3}'..='\u{FBD2}' | '\u{FD90}'..='\u{FD91}'
        | '\u{FDC8}'..='\u{FDCE}' | '\u{105C0}'..='\u{105F3}' | '\u{10940}'..='\u{10959}'
        | '\u{10D40}'..='\u{10D8F}' | '\u{10EC2}'..='\u{10EFF}' | '\u{1123F}'..='\u{11241}'
        | '\u{11380}'..='\u{113E2}' | '\u{116D0}'..='\u{116E3}' | '\u{11B00}'..='\u{11BF9}'
        | '\u{11DB0}'..='\u{11DE9}' | '\u{11F00}'..='\u{11F5A}' | '\u{1342F}'
        | '\u{13439}'..='\u{143FA}' | '\u{16100}'..='\u{16139}' | '\u{16D40}'..='\u{16D79}'
        | '\u{16EA0}'..='\u{16ED3}' | '\u{16FF2}'..='\u{16FF6}' | '\u{187F8}'..='\u{187FF}'
        | '\u{18CFF}' | '\u{18D09}'..='\u{18DF2}' | '\u{1B132}' | '\u{1B155}'
        | '\u{1CC00}'..='\u{1CEF0}' | '\u{1D2C0}'..='\u{1D2D3}' | '\u{1DF25}'..='\u{1DF2A}'
        | '\u{1E030}'..='\u{1E08F}' | '\u{1E4D0}'..='\u{1E6FF}' | '\u{1F6D8}'..='\u{1F6DC}'
        | '\u{1F774}'..='\u{1F77F}' | '\u{1F7D9}' | '\u{1F8B2}'..='\u{1F8D8}'
        | '\u{1FA54}'..='\u{1FA57}' | '\u{1FA75}'..='\u{1FA77}' | '\u{1FA87}'..='\u{1FA8F}'
        | '\u{1FAAD}'..='\u{1FAAF}' | '\u{1FABB}'..='\u{1FABF}' | '\u{1FAC6}'..='\u{1FACF}'
        | '\u{1FADA}'..='\u{1FADF}' | '\u{1FAE8}'..='\u{1FAEF}' | '\u{1FAF7}'..='\u{1FAF8}'
        | '\u{1FBCB}'..='\u{1FBEF}' | '\u{1FBFA}' | '\u{2B739}'..='\u{2B73F}'
        | '\u{2CEA2}'..='\u{2CEAD}' | '\u{2EBF0}'..='\u{2EE5D}' | '\u{31350}'..='\u{33479}')
}
