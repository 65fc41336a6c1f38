//! What stands in the parentheses of the attribute.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Error, Expr, ExprLit, Ident, Lit, LitStr, Path, Result, Token};

const KNOWN: &str = "`flavor`, `worker_threads`, `start_paused`, `name` and `crate`";

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
    /// The name of the runtime.
    pub(crate) name: Option<LitStr>,
    /// The path of the runtime, if it is not the one that the manifest names.
    pub(crate) crate_path: Option<Path>,
}

impl Args {
    /// Reads the arguments; beside an error stand the arguments that it leaves usable.
    pub(crate) fn read(kind: Kind, tokens: TokenStream) -> (Self, Result<()>) {
        let mut given = Given::default();
        let mut faults = Ok(());
        match Punctuated::<Arg, Token![,]>::parse_terminated.parse2(tokens) {
            Ok(args) => args.iter().for_each(|arg| also(&mut faults, given.take(arg))),
            Err(fault) => faults = Err(fault),
        }
        let flavor = given.flavor.unwrap_or_else(|| kind.default_flavor());
        if faults.is_ok() {
            faults =
                given.check_threads(kind, flavor).and_then(|()| given.check_feature(kind, flavor));
        }
        if faults.is_ok() {
            faults = given.check_paused(kind, flavor);
        }
        let Given { worker_threads, start_paused, name, crate_path, .. } = given;
        let worker_threads = worker_threads.map(|(n, _)| n);
        let start_paused = start_paused.is_some();
        (Self { flavor, worker_threads, start_paused, name, crate_path }, faults)
    }
}

/// Adds a fault to those found so far.
pub(crate) fn also(faults: &mut Result<()>, next: Result<()>) {
    match (faults.as_mut(), next) {
        (Err(first), Err(next)) => first.combine(next),
        (Ok(()), next) => *faults = next,
        (Err(_), Ok(())) => {}
    }
}

/// One argument, `name = value`.
struct Arg {
    name: Ident,
    value: Expr,
}

impl Parse for Arg {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected `name = value`; the names are {KNOWN}")));
        }
        let name = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Err(Error::new(name.span(), without_value(&name)));
        }
        input.parse::<Token![=]>()?;
        Ok(Self { name, value: input.parse()? })
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
    names: Vec<Ident>,
    flavor: Option<Flavor>,
    flavor_span: Option<Span>,
    worker_threads: Option<(usize, Span)>,
    /// Where it says so, if it does.
    start_paused: Option<Span>,
    name: Option<LitStr>,
    crate_path: Option<Path>,
}

impl Given {
    fn take(&mut self, Arg { name, value }: &Arg) -> Result<()> {
        if self.names.contains(name) {
            return Err(Error::new(name.span(), format!("`{name}` is given twice")));
        }
        self.names.push(name.clone());
        match name.to_string().as_str() {
            "flavor" => {
                self.flavor_span = Some(value.span());
                self.flavor = Some(flavor(value)?);
            }
            "worker_threads" => {
                self.worker_threads = Some((worker_threads(value)?, name.span()));
            }
            "start_paused" => {
                self.start_paused = start_paused(value)?.then(|| name.span());
            }
            "name" => self.name = Some(string("name", value)?.clone()),
            "crate" => self.crate_path = Some(crate_path(value)?),
            other => {
                let text = format!("unknown argument `{other}`; the known ones are {KNOWN}");
                return Err(Error::new(name.span(), text));
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
                Err(Error::new(span, text))
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
        Err(Error::new(span, text))
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
        Err(Error::new(self.flavor_span.unwrap_or_else(Span::call_site), text))
    }
}

fn flavor(value: &Expr) -> Result<Flavor> {
    let name = string("flavor", value)?;
    match name.value().as_str() {
        "multi_thread" => Ok(Flavor::MultiThread),
        "current_thread" => Ok(Flavor::CurrentThread),
        "local" => Ok(Flavor::Local),
        other => {
            let text = format!(
                "no flavour is called `{other}`; there are `multi_thread`, `current_thread` and `local`"
            );
            Err(Error::new(name.span(), text))
        }
    }
}

fn worker_threads(value: &Expr) -> Result<usize> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => match number.base10_parse() {
            Ok(0) => Err(Error::new(number.span(), "`worker_threads` must be at least 1")),
            number => number,
        },
        other => Err(Error::new(other.span(), "`worker_threads` is a positive integer literal")),
    }
}

fn start_paused(value: &Expr) -> Result<bool> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Bool(paused), .. }) => Ok(paused.value),
        other => Err(Error::new(other.span(), "`start_paused` is `true` or `false`")),
    }
}

fn crate_path(value: &Expr) -> Result<Path> {
    let text = string("crate", value)?;
    text.parse_with(Path::parse_mod_style)
        .map_err(|_| Error::new(text.span(), "`crate` is the path of the runtime, in quotes"))
}

fn string<'a>(name: &str, value: &'a Expr) -> Result<&'a LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
        other => Err(Error::new(other.span(), format!("`{name}` is a string, in quotes"))),
    }
}
