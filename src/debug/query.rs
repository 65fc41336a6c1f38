//! What stands behind the question mark of an address.

use ::hyper::Uri;

/// Names and values, as they came.
#[derive(Debug)]
pub(super) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    pub(super) fn of(uri: &'a Uri) -> Self {
        Self(uri.query().unwrap_or(""))
    }

    /// The first value of this name, decoded; none also where it is empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(found, _)| *found == name)?;
        Some(decoded(value)).filter(|value| !value.is_empty())
    }

    /// The first value of this name, if it is a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}

/// The text that was encoded with percent signs. What is not rightly encoded stands for itself.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, behind @ ..] = rest {
        let encoded = (*first == b'%').then(|| behind.get(..2)).flatten();
        match encoded.and_then(hexadecimal) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let is_right = digits.iter().all(u8::is_ascii_hexdigit);
    is_right.then(|| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()).flatten()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_nonsense_does_no_harm() {
        let query = Query("a=1&b=x%20y+z&c=&d&e=%C3%A4&f=%&g=%4&h=%zz&i=%ff&j=%+1&a=2");
        let values = ["a", "b", "e", "f", "g", "h", "i", "j"].map(|name| query.get(name).unwrap());
        assert_eq!(values, ["1", "x y z", "ä", "%", "%4", "%zz", "\u{fffd}", "% 1"]);
        assert_eq!(["c", "d", "k", ""].map(|name| query.get(name)), [const { None }; 4]);
        assert_eq!((query.number("a"), query.number("b")), (Some(1), None));
    }
}
