//! As much of TOML as it takes to find the dependencies in a manifest.
//!
//! Tables, dotted keys and inline tables are three ways to write the same thing, so all are flattened
//! into one list: each value that is not a table stands there under its full path. Strings lose their
//! quotes; the elements of an array are left out. Cargo has already refused what is not TOML, so the
//! scanner need not tell good from bad: at what it does not understand it stops, and keeps what it
//! has.

use std::fs;
use std::path::Path;

/// A manifest as a flat list of paths and values.
#[derive(Debug)]
pub(crate) struct Manifest {
    entries: Vec<(Vec<String>, String)>,
}

impl Manifest {
    /// Reads the manifest of the package in `directory`.
    pub(crate) fn read(directory: &Path) -> Option<Self> {
        fs::read_to_string(directory.join("Cargo.toml")).ok().map(|text| Self::parse(&text))
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut scanner = Scanner { rest: text, entries: Vec::new() };
        let _end = scanner.document();
        Self { entries: scanner.entries }
    }

    /// The value at `path`.
    pub(crate) fn get(&self, path: &[&str]) -> Option<&str> {
        self.entries.iter().find(|(at, _)| at == path).map(|(_, value)| value.as_str())
    }

    /// Whether there is a value somewhere below `path`.
    pub(crate) fn has_table(&self, path: &[&str]) -> bool {
        self.paths().any(|at| at.len() > path.len() && at[..path.len()] == *path)
    }

    /// The paths of all values, in the order of the file.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &[String]> {
        self.entries.iter().map(|(path, _)| path.as_slice())
    }
}

/// What is left of the text, and what was found in it. Every step is `None` at the end of what it
/// understands.
struct Scanner<'a> {
    rest: &'a str,
    entries: Vec<(Vec<String>, String)>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Option<()> {
        let mut table = Vec::new();
        loop {
            self.skip_blank();
            if self.eat("[[") {
                table = self.key()?;
                self.expect("]]")?;
            } else if self.eat("[") {
                table = self.key()?;
                self.expect("]")?;
            } else {
                self.pair(&table)?;
            }
        }
    }

    /// `key = value`, inside `table`.
    fn pair(&mut self, table: &[String]) -> Option<()> {
        let path = [table, &self.key()?].concat();
        self.expect("=")?;
        self.skip_space();
        self.value(path)
    }

    fn value(&mut self, path: Vec<String>) -> Option<()> {
        if self.eat("{") {
            self.until("}", |scanner| scanner.pair(&path))
        } else if self.eat("[") {
            let known = self.entries.len();
            self.until("]", |scanner| scanner.value(Vec::new()))?;
            self.entries.truncate(known);
            self.entries.push((path, String::new()));
            Some(())
        } else {
            let value = match self.string() {
                Some(string) => string,
                None => self.take(|c| !matches!(c, ',' | '}' | ']' | '#' | '\n'))?.trim().into(),
            };
            self.entries.push((path, value));
            Some(())
        }
    }

    /// The items of an array or an inline table.
    fn until(&mut self, close: &str, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        loop {
            self.skip_blank();
            if self.eat(close) {
                return Some(());
            }
            if !self.eat(",") {
                item(self)?;
            }
        }
    }

    /// A dotted key.
    fn key(&mut self) -> Option<Vec<String>> {
        let mut key = Vec::new();
        loop {
            self.skip_space();
            let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            key.push(self.string().or_else(|| self.take(bare).map(Into::into))?);
            self.skip_space();
            if !self.eat(".") {
                return Some(key);
            }
        }
    }

    /// A string in quotes of any of the four kinds.
    fn string(&mut self) -> Option<String> {
        let quotes = ["\"\"\"", "'''", "\"", "'"];
        let quote = quotes.into_iter().find(|quote| self.eat(quote))?;
        let mut string = String::new();
        while !self.eat(quote) {
            if quote.starts_with('"') {
                self.eat("\\"); // what follows it is not the end; no name needs more of escapes
            }
            let next = self.rest.chars().next()?;
            string.push(next);
            self.rest = &self.rest[next.len_utf8()..];
        }
        if quote.len() == 3 {
            // The string may end in quotes of its own, before the three that close it.
            self.rest = self.rest.trim_start_matches(&quote[..1]);
        }
        Some(string)
    }

    /// The longest start of the rest that `wanted` accepts, if it is not empty.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Option<&str> {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!taken.is_empty()).then_some(taken)
    }

    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => self.rest = rest,
            None => return false,
        }
        true
    }

    fn expect(&mut self, token: &str) -> Option<()> {
        self.skip_space();
        self.eat(token).then_some(())
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Skips white space, line ends and comments.
    fn skip_blank(&mut self) {
        self.rest = self.rest.trim_start_matches('\u{feff}').trim_start();
        while self.eat("#") {
            let line = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = self.rest[line..].trim_start();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    #[test]
    fn every_way_to_write_a_table_gives_the_same_paths() {
        let forms = [
            "[a.b]\nc = 'd'",
            "[a]\nb.c = \"d\"",
            "[a]\nb = { c = 'd' }",
            "a = { x = [1, { y = 2 }], b.c = '''d''' } # end",
            "\u{feff}# start\r\n[ a . \"b\" ]\r\n'c' = \"d\"\r\n",
        ];
        for form in forms {
            assert_eq!(Manifest::parse(form).get(&["a", "b", "c"]), Some("d"), "{form}");
        }
    }

    #[test]
    fn what_is_skipped_does_not_end_too_early() {
        let text = r##"
            [package] # [no] table
            authors = [
                "a ] # b", # a comment with ]
                'c \', { d = "}" },
            ]
            about = "quote \" and # in it"
            long = """
            [dependencies]
            no = "no""""
            [[bin]]
            name = "x"
            [dependencies]
            date = 2000-01-01
            last.optional = true"##;
        let manifest = Manifest::parse(text);
        assert_eq!(manifest.get(&["package", "about"]), Some("quote \" and # in it"));
        assert_eq!(manifest.get(&["dependencies", "date"]), Some("2000-01-01"));
        assert_eq!(manifest.get(&["dependencies", "last", "optional"]), Some("true"));
        assert_eq!(manifest.get(&["dependencies", "no"]), None);
        assert!(manifest.has_table(&["dependencies"]) && !manifest.has_table(&["workspace"]));
    }

    #[test]
    fn what_is_not_toml_ends_the_reading() {
        for text in ["", "[", "[a", "a", "a =", "a = [1", "a = {b", "a = \"x", "= 1", "a = \"\\"] {
            assert_eq!(Manifest::parse(text).get(&["b"]), None, "{text}");
        }
        assert_eq!(Manifest::parse("a = 1\n[b").get(&["a"]), Some("1"));
    }
}
