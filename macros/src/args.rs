//! What stands in the parentheses of the attribute.

use std::num::IntErrorKind;

use proc_macro::{Ident, Literal, Span, TokenStream, TokenTree};

use crate::tokens::{Faults, Reader, Result, also, is_ident, is_punct, unwrapped};

const KNOWN: &str = "`flavor`, `worker_threads`, `start_paused`, `on_deadlock`, `name` and `crate`";

/// Which of the two attributes this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Main,
    Test,
}

impl Kind {
    /// The attribute's name, for messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Test => "test",
        }
    }

    fn default_flavor(self) -> Flavor {
        match self {
            Self::Main => Flavor::MultiThread,
            Self::Test => Flavor::CurrentThread,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    MultiThread,
    CurrentThread,
    Local,
}

/// The arguments, checked.
pub(crate) struct Args {
    pub(crate) flavor: Flavor,
    pub(crate) worker_threads: Option<usize>,
    pub(crate) start_paused: bool,
    /// The variant of `OnDeadlock`.
    pub(crate) on_deadlock: Option<&'static str>,
    /// The name of the runtime.
    pub(crate) name: Option<Literal>,
    /// The path of the runtime, if it is not the one that the manifest names, and where it is given.
    pub(crate) crate_path: Option<(String, Span)>,
}

impl Args {
    /// Reads the arguments; beside an error stand the arguments that it leaves usable.
    pub(crate) fn read(kind: Kind, tokens: TokenStream) -> (Self, Result<()>) {
        let mut given = Given::default();
        let mut faults = Ok(());
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut reader = Reader::new(&tokens);
        while reader.peek().is_some() {
            also(&mut faults, Arg::read(&mut reader).and_then(|arg| given.take(&arg)));
        }
        let flavor = given.flavor.unwrap_or_else(|| kind.default_flavor());
        if faults.is_ok() {
            faults =
                given.check_threads(kind, flavor).and_then(|()| given.check_feature(kind, flavor));
        }
        if faults.is_ok() {
            faults = given.check_paused(kind, flavor);
        }
        let Given { worker_threads, start_paused, on_deadlock, name, crate_path, .. } = given;
        let worker_threads = worker_threads.map(|(n, _)| n);
        let start_paused = start_paused.is_some();
        (Self { flavor, worker_threads, start_paused, on_deadlock, name, crate_path }, faults)
    }
}

/// One argument, `name = value`.
struct Arg<'a> {
    name: &'a Ident,
    value: &'a [TokenTree],
}

impl<'a> Arg<'a> {
    /// Reads one, up to the comma behind it or the end.
    fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let mut arg = Reader::new(reader.until(|token| is_punct(token, ',')));
        let comma = reader.take(1);
        let Some(name) = arg.ident() else {
            let text = format!("expected `name = value`; the names are {KNOWN}");
            return Err(Faults::of(if arg.rest().is_empty() { comma } else { arg.take(1) }, text));
        };
        if arg.take_if(|token| is_punct(token, '=')).is_none() || arg.rest().is_empty() {
            return Err(Faults::at(name.span(), without_value(name)));
        }
        Ok(Self { name, value: arg.rest() })
    }
}

fn without_value(name: &Ident) -> String {
    match name.to_string().as_str() {
        flavor @ ("multi_thread" | "current_thread" | "local") => {
            format!("a flavour is given by name: `flavor = \"{flavor}\"`")
        }
        name => format!("`{name}` needs a value: write `name = value`, with one of {KNOWN}"),
    }
}

/// The arguments as they are collected: each at most once.
#[derive(Default)]
struct Given {
    names: Vec<String>,
    flavor: Option<Flavor>,
    flavor_span: Option<Span>,
    worker_threads: Option<(usize, Span)>,
    /// Where it says so, if it does.
    start_paused: Option<Span>,
    on_deadlock: Option<&'static str>,
    name: Option<Literal>,
    crate_path: Option<(String, Span)>,
}

impl Given {
    fn take(&mut self, Arg { name, value }: &Arg<'_>) -> Result<()> {
        if self.names.contains(&name.to_string()) {
            return Err(Faults::at(name.span(), format!("`{name}` is given twice")));
        }
        self.names.push(name.to_string());
        match name.to_string().as_str() {
            "flavor" => {
                self.flavor_span = Some(value[0].span());
                self.flavor = Some(flavor(value)?);
            }
            "worker_threads" => {
                self.worker_threads = Some((worker_threads(value)?, name.span()));
            }
            "start_paused" => {
                self.start_paused = start_paused(value)?.then(|| name.span());
            }
            "on_deadlock" => self.on_deadlock = Some(on_deadlock(value)?),
            "name" => self.name = Some(string("name", value)?.0),
            "crate" => self.crate_path = Some(crate_path(value)?),
            other => {
                let text = format!("unknown argument `{other}`; the known ones are {KNOWN}");
                return Err(Faults::at(name.span(), text));
            }
        }
        Ok(())
    }

    /// Only the multi-thread flavour has worker threads to count.
    fn check_threads(&self, kind: Kind, flavor: Flavor) -> Result<()> {
        match self.worker_threads {
            Some((_, span)) if flavor != Flavor::MultiThread => {
                let attribute = kind.name();
                let text = format!(
                    "`worker_threads` needs the flavour with workers: \
                     `#[{attribute}(flavor = \"multi_thread\", worker_threads = ..)]`"
                );
                Err(Faults::at(span, text))
            }
            _ => Ok(()),
        }
    }

    /// Only the clock of the current-thread flavour can be paused, and only with its feature.
    fn check_paused(&self, kind: Kind, flavor: Flavor) -> Result<()> {
        let Some(span) = self.start_paused else { return Ok(()) };
        let attribute = kind.name();
        let text = if flavor == Flavor::MultiThread {
            format!(
                "`start_paused` needs the flavour without workers: \
                 `#[{attribute}(flavor = \"current_thread\", start_paused = true)]`"
            )
        } else if !cfg!(feature = "test-util") {
            "`start_paused` needs the feature `test-util`".into()
        } else {
            return Ok(());
        };
        Err(Faults::at(span, text))
    }

    /// Without its feature the runtime has no multi-thread flavour to offer.
    fn check_feature(&self, kind: Kind, flavor: Flavor) -> Result<()> {
        if flavor != Flavor::MultiThread || cfg!(feature = "rt-multi-thread") {
            return Ok(());
        }
        let attribute = kind.name();
        let text = format!(
            "the flavour `multi_thread` needs the feature `rt-multi-thread`; without it write \
             `#[{attribute}(flavor = \"current_thread\")]`"
        );
        Err(Faults::at(self.flavor_span.unwrap_or_else(Span::call_site), text))
    }
}

fn flavor(value: &[TokenTree]) -> Result<Flavor> {
    let (literal, name) = string("flavor", value)?;
    match name.as_str() {
        "multi_thread" => Ok(Flavor::MultiThread),
        "current_thread" => Ok(Flavor::CurrentThread),
        "local" => Ok(Flavor::Local),
        other => {
            let text = format!(
                "no flavour is called `{other}`; there are `multi_thread`, `current_thread` and `local`"
            );
            Err(Faults::at(literal.span(), text))
        }
    }
}

fn worker_threads(value: &[TokenTree]) -> Result<usize> {
    let no_number =
        || Faults::at(value[0].span(), "`worker_threads` is a positive integer literal");
    let Some(number) = literal(value) else { return Err(no_number()) };
    let literal = number.to_string().replace('_', "");
    let literal = literal.trim_end_matches("usize");
    let radixes = [("0x", 16), ("0o", 8), ("0b", 2), ("", 10)];
    let parts =
        radixes.into_iter().find_map(|(mark, radix)| Some((literal.strip_prefix(mark)?, radix)));
    let (digits, radix) = parts.expect("the last one always fits");
    match usize::from_str_radix(digits, radix) {
        Ok(0) => Err(Faults::at(number.span(), "`worker_threads` must be at least 1")),
        Ok(number) => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            Err(Faults::at(number.span(), error.to_string()))
        }
        Err(_) => Err(no_number()),
    }
}

fn start_paused(value: &[TokenTree]) -> Result<bool> {
    match value {
        [token] if is_ident(token, "true") => Ok(true),
        [token] if is_ident(token, "false") => Ok(false),
        other => Err(Faults::at(other[0].span(), "`start_paused` is `true` or `false`")),
    }
}

fn on_deadlock(value: &[TokenTree]) -> Result<&'static str> {
    let (literal, choice) = string("on_deadlock", value)?;
    match choice.as_str() {
        "warn" => Ok("Warn"),
        "panic" => Ok("Panic"),
        "ignore" => Ok("Ignore"),
        other => {
            let text =
                format!("`on_deadlock` is \"warn\", \"panic\" or \"ignore\", and not \"{other}\"");
            Err(Faults::at(literal.span(), text))
        }
    }
}

fn crate_path(value: &[TokenTree]) -> Result<(String, Span)> {
    let (literal, path) = string("crate", value)?;
    let start = |c: char| c == '_' || c.is_alphabetic();
    let is_name = |name: &str| {
        let name = name.strip_prefix("r#").unwrap_or(name);
        name.starts_with(start) && name.chars().all(|c| start(c) || c.is_alphanumeric())
    };
    if path.strip_prefix("::").unwrap_or(&path).split("::").all(is_name) {
        return Ok((path, literal.span()));
    }
    Err(Faults::at(literal.span(), "`crate` is the path of the runtime, in quotes"))
}

/// A string, as it stands there and what it says. Nothing that is asked for has anything in it to be escaped.
fn string(name: &str, value: &[TokenTree]) -> Result<(Literal, String)> {
    let quoted = literal(value).and_then(|literal| {
        let text = literal.to_string();
        let text = text.trim_start_matches('r').trim_matches('#');
        let text = text.strip_prefix('"')?.strip_suffix('"')?.to_owned();
        Some((literal, text))
    });
    quoted.ok_or_else(|| Faults::at(value[0].span(), format!("`{name}` is a string, in quotes")))
}

/// The value, if it is one literal.
fn literal(value: &[TokenTree]) -> Option<Literal> {
    match value {
        [token] => match unwrapped(token) {
            TokenTree::Literal(literal) => Some(literal),
            _ => None,
        },
        _ => None,
    }
}
