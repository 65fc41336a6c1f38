//! Writes JSON: objects whose fields are numbers, truths, strings, further objects, and lists of them.

use std::fmt::Write;

/// As much of a text as is sent: types and names can be longer than anybody reads.
pub(super) fn cut(text: &str) -> &str {
    const MOST: usize = 500;
    text.char_indices().nth(MOST).map_or(text, |(end, _)| &text[..end])
}

/// What a field can be, besides an object and a list.
pub(super) trait Value {
    fn write(self, out: &mut String);
}

/// An object that is being written. Each field has a name that stands in this crate, and so needs no escape.
pub(super) struct Object<'a> {
    out: &'a mut String,
    is_empty: bool,
}

/// The text of an object.
pub(super) fn object(fields: impl FnOnce(&mut Object<'_>)) -> String {
    let mut out = String::new();
    write_object(&mut out, fields);
    out
}

fn write_object(out: &mut String, fields: impl FnOnce(&mut Object<'_>)) {
    out.push('{');
    fields(&mut Object { out, is_empty: true });
    out.push('}');
}

impl Object<'_> {
    pub(super) fn field(&mut self, name: &str, value: impl Value) -> &mut Self {
        self.name(name);
        value.write(self.out);
        self
    }

    /// A field that is a list of values.
    pub(super) fn values<V: Value>(&mut self, name: &str, values: impl IntoIterator<Item = V>) {
        self.elements(name, values, |out, value| value.write(out));
    }

    /// A field that is a list of objects, one for each item.
    pub(super) fn list<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut fields: impl FnMut(&mut Object<'_>, T),
    ) {
        self.elements(name, items, |out, item| write_object(out, |object| fields(object, item)));
    }

    fn elements<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut String, T),
    ) {
        self.name(name);
        self.out.push('[');
        for (at, item) in items.into_iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            write(self.out, item);
        }
        self.out.push(']');
    }

    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(',');
        }
        name.write(self.out);
        self.out.push(':');
    }
}

impl Value for &str {
    /// Whatever is not plain is escaped; so are what some take for the end of a line, and the beginning of a tag.
    fn write(self, out: &mut String) {
        out.push('"');
        for c in self.chars() {
            if c.is_control() || matches!(c, '"' | '\\' | '<' | '\u{2028}' | '\u{2029}') {
                put(out, format_args!("\\u{:04x}", u32::from(c)));
            } else {
                out.push(c);
            }
        }
        out.push('"');
    }
}

impl Value for u64 {
    fn write(self, out: &mut String) {
        put(out, format_args!("{self}"));
    }
}

impl Value for usize {
    fn write(self, out: &mut String) {
        put(out, format_args!("{self}"));
    }
}

impl Value for f64 {
    /// What is no number has no place in JSON.
    fn write(self, out: &mut String) {
        if self.is_finite() {
            put(out, format_args!("{self}"));
        } else {
            out.push_str("null");
        }
    }
}

impl Value for bool {
    fn write(self, out: &mut String) {
        put(out, format_args!("{self}"));
    }
}

impl Value for std::time::Duration {
    /// In seconds.
    fn write(self, out: &mut String) {
        self.as_secs_f64().write(out);
    }
}

impl<V: Value> Value for Option<V> {
    fn write(self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a string takes whatever is written to it");
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn objects_and_lists_are_written() {
        let text = object(|o| {
            o.field("n", 1_u64).field("x", 0.5).field("no", None::<u64>).field("nan", f64::NAN);
            o.list("list", [1_usize, 2], |o, n| {
                o.field("n", n);
            });
            o.list("none", [0_u64; 0], |_, _| ());
            o.values("plain", [true, false]);
        });
        let expected = r#"{"n":1,"x":0.5,"no":null,"nan":null,"list":[{"n":1},{"n":2}],"none":[],"plain":[true,false]}"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("äöü"), "äöü");
        assert_eq!(cut(&"ä".repeat(501)), "ä".repeat(500));
    }

    #[test]
    fn strings_are_escaped() {
        let text = object(|o| {
            o.field("s", "a\"b\\c\nd\u{1}</script>\u{7f}\u{2028}ä");
        });
        let expected = r#"{"s":"a\u0022b\u005cc\u000ad\u0001\u003c/script>\u007f\u2028ä"}"#;
        assert_eq!(text, expected);
    }
}
