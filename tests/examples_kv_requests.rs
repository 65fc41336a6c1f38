//! The parser of the example `kv`: whatever comes, it does not panic, and what is a request it takes for that one.
//!
//! Each run depends on its number alone; a failure names it.

#[path = "../examples/kv/request.rs"]
mod request;

use request::{LONGEST, LONGEST_LINE, MOST_WORDS, Request, Stop, integer, parse};

const RUNS: u64 = 3000;

/// Numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    fn new(run: u64) -> Self {
        Self(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(run + 1))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    /// Bytes of which the protocol is made, more often than others.
    fn likely(&mut self) -> u8 {
        let signs = b"*$\r\n\r\n0123-+ aG";
        match self.below(8) {
            0 => self.byte(),
            _ => signs[self.below(signs.len())],
        }
    }

    fn words(&mut self) -> Vec<Vec<u8>> {
        let count = self.below(6);
        (0..count).map(|_| (0..self.below(40)).map(|_| self.byte()).collect()).collect()
    }
}

fn array(words: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n", word.len()).bytes());
        bytes.extend_from_slice(word);
        bytes.extend(b"\r\n");
    }
    bytes
}

/// What holds of every answer of the parser.
fn sound(bytes: &[u8], run: u64) {
    match parse(bytes) {
        Ok(Request { words, length }) => {
            assert!(0 < length && length <= bytes.len(), "run {run}: {length} bytes");
            assert!(length <= LONGEST && words.len() <= MOST_WORDS, "run {run}");
            assert!(words.iter().map(|word| word.len()).sum::<usize>() < length, "run {run}");
            // What follows changes nothing, and without its last byte it is not whole.
            assert_eq!(parse(&bytes[..length]), Ok(Request { words, length }), "run {run}");
            let short = parse(&bytes[..length - 1]);
            assert!(matches!(short, Err(Stop::Incomplete { .. })), "run {run}: {short:?}");
        }
        Err(Stop::Incomplete { needed }) => {
            assert!(bytes.len() < needed && needed <= LONGEST, "run {run}: {needed} are needed");
        }
        Err(Stop::Malformed(_)) => {
            // More bytes do not make it better.
            let longer = [bytes, b"\r\n"].concat();
            assert!(matches!(parse(&longer), Err(Stop::Malformed(_))), "run {run}");
        }
    }
}

#[test]
fn any_bytes_are_a_request_or_not_and_never_a_panic() {
    for run in 0..RUNS {
        let mut chance = Chance::new(run);
        let length = chance.below(200);
        let any: Vec<u8> = (0..length).map(|_| chance.byte()).collect();
        sound(&any, run);
        let likely: Vec<u8> = (0..length).map(|_| chance.likely()).collect();
        sound(&likely, run);
        sound(&[b"*2\r\n", likely.as_slice()].concat(), run);
        sound(&[b"*2\r\n$3\r\n", likely.as_slice()].concat(), run);
    }
}

#[test]
fn requests_with_some_bytes_changed_are_a_request_or_not_and_never_a_panic() {
    for run in 0..RUNS {
        let mut chance = Chance::new(run);
        let mut bytes = array(&chance.words());
        for _ in 0..=chance.below(4) {
            let at = chance.below(bytes.len());
            bytes[at] = chance.likely();
            sound(&bytes, run);
        }
    }
}

#[test]
fn what_was_sent_arrives_and_no_part_of_it_is_taken_for_the_whole() {
    for run in 0..RUNS {
        let mut chance = Chance::new(run);
        let (first, second) = (chance.words(), chance.words());
        let whole = array(&first);
        let both = [whole.clone(), array(&second)].concat();
        let Ok(Request { words, length }) = parse(&both) else { panic!("run {run}: no request") };
        assert_eq!((words, length), (first.iter().map(Vec::as_slice).collect(), whole.len()));
        let rest = parse(&both[length..]).map(|request| request.words);
        assert_eq!(rest, Ok(second.iter().map(Vec::as_slice).collect()), "run {run}");
        for end in 0..whole.len() {
            let Err(Stop::Incomplete { needed }) = parse(&whole[..end]) else {
                panic!("run {run}: {end} bytes of {} are enough", whole.len());
            };
            assert!(end < needed && needed <= whole.len(), "run {run}: {needed} are needed");
        }
    }
}

#[test]
fn a_line_is_its_words() {
    let words = |line: &'static [u8]| parse(line).map(|request| request.words);
    assert_eq!(words(b"GET a\r\n"), Ok(vec![b"GET".as_slice(), b"a"]));
    assert_eq!(words(b"  GET \t a \nmore"), Ok(vec![b"GET".as_slice(), b"a"]));
    assert_eq!(words(b"\r\n"), Ok(Vec::new()));
    assert_eq!(words(b"*0\r\n"), Ok(Vec::new()));
    assert_eq!(words(b"*-1\r\n"), Ok(Vec::new()));
    assert_eq!(words(b"GET a"), Err(Stop::Incomplete { needed: 6 }));
}

#[test]
fn what_is_too_much_is_refused_before_it_has_come() {
    let malformed = |bytes: &[u8]| matches!(parse(bytes), Err(Stop::Malformed(_)));
    assert!(!malformed(&vec![b'x'; LONGEST_LINE - 1]));
    assert!(malformed(&vec![b'x'; LONGEST_LINE]));
    assert!(malformed(&[b"a ".repeat(MOST_WORDS + 1), b"\n".to_vec()].concat()));
    assert!(malformed(format!("*{}\r\n", MOST_WORDS + 1).as_bytes()));
    assert!(malformed(format!("*1\r\n${LONGEST}\r\n").as_bytes()));
    assert!(malformed(b"*1\r\n$9223372036854775807\r\n"));
    assert!(malformed(
        &[b"*3\r\n$3\r\nSET\r\n", "$1000000\r\n".as_bytes(), &[0; 1_000_000], b"\r\n$999999\r\n"]
            .concat()
    ));
    assert!(!malformed(format!("*1\r\n${}\r\n", LONGEST - 100).as_bytes()));
}

#[test]
fn numbers_are_as_the_protocol_writes_them() {
    for (text, number) in [
        ("0", Some(0)),
        ("-1", Some(-1)),
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("", None),
        ("-", None),
        ("+1", None),
        ("-+1", None),
        ("01", None),
        ("-0", None),
        ("1 ", None),
        ("1.0", None),
    ] {
        assert_eq!(integer(text.as_bytes()), number, "{text:?}");
    }
}
