//! The function below the attribute, and what is wrong with its signature.

use proc_macro::{Delimiter, Group, Ident, TokenTree};

use crate::args::Kind;
use crate::tokens::{Faults, Reader, Result, also, as_group, is_ident, is_punct, unwrapped};

/// An `async fn`. The body stays as it was written: it is never parsed here, so that what is wrong
/// inside it is reported by the compiler, and a body that is being typed does not lose its function.
///
/// What is optional is empty where it is not there.
pub(crate) struct Function<'a> {
    /// Each with its `#`.
    pub(crate) attributes: Vec<&'a [TokenTree]>,
    pub(crate) visibility: &'a [TokenTree],
    /// What stands between the visibility and `fn`.
    qualifiers: &'a [TokenTree],
    fn_token: &'a TokenTree,
    pub(crate) name: &'a Ident,
    generics: &'a [TokenTree],
    /// The parentheses with the arguments.
    inputs: &'a Group,
    /// The type behind the arrow.
    pub(crate) output: &'a [TokenTree],
    where_clause: &'a [TokenTree],
    /// From the qualifiers to the end of the where clause.
    pub(crate) signature: &'a [TokenTree],
    pub(crate) body: TokenTree,
}

impl<'a> Function<'a> {
    pub(crate) fn read(item: &'a [TokenTree]) -> Result<Self> {
        let mut reader = Reader::new(item);
        let attributes = attributes(&mut reader);
        let visibility = visibility(&mut reader);

        let start = reader.rest();
        let qualifiers = reader.until(|token| is_ident(token, "fn") || !may_qualify(token));
        let fn_token = reader.take_if(|token| is_ident(token, "fn"));
        let fn_token = fn_token.ok_or_else(|| expected("expected `fn`", start))?;
        let name = reader.ident().ok_or_else(|| expected("expected a name", reader.rest()))?;
        let generics = reader.angle_brackets();
        let inputs = reader.peek().and_then(|token| as_group(token, Delimiter::Parenthesis));
        let inputs = inputs.ok_or_else(|| expected("expected the arguments", reader.rest()))?;
        reader.take(1);

        // A type may have braces in it; what ends the function is its body.
        let [rest @ .., body] = reader.rest() else {
            return Err(expected("expected a function with a body", item));
        };
        let body = unwrapped(body);
        if as_group(&body, Delimiter::Brace).is_none() {
            return Err(Faults::at(body.span(), "expected the body"));
        }
        let signature = &start[..start.len() - 1];
        let mut reader = Reader::new(rest);
        let arrow = if reader.peek().is_some_and(|token| is_punct(token, '-')) { 2 } else { 0 };
        reader.take(arrow);
        let output = reader.until(|token| is_ident(token, "where"));
        let where_clause = reader.rest();
        Ok(Self {
            attributes,
            visibility,
            qualifiers,
            fn_token,
            name,
            generics,
            inputs,
            output,
            where_clause,
            signature,
            body,
        })
    }

    pub(crate) fn is_async(&self) -> bool {
        self.qualifiers.iter().any(|token| is_ident(token, "async"))
    }

    pub(crate) fn has_arguments(&self) -> bool {
        !self.inputs.stream().is_empty()
    }

    /// The signature without its qualifiers.
    pub(crate) fn head(&self) -> &'a [TokenTree] {
        &self.signature[self.qualifiers.len()..]
    }
}

fn expected(text: &str, found: &[TokenTree]) -> Faults {
    Faults::of(&found[..found.len().min(1)], text)
}

fn attributes<'a>(reader: &mut Reader<'a>) -> Vec<&'a [TokenTree]> {
    let mut attributes = Vec::new();
    while reader.peek().is_some_and(|token| is_punct(token, '#')) {
        attributes.push(reader.take(2));
    }
    attributes
}

/// `pub`, `pub(..)`, or either as a macro around has passed it on.
fn visibility<'a>(reader: &mut Reader<'a>) -> &'a [TokenTree] {
    let rest = reader.rest();
    match rest {
        [token, ..] if as_group(token, Delimiter::None).is_some() => reader.take(1),
        [token, of, ..] if is_ident(token, "pub") => {
            reader.take(if as_group(of, Delimiter::Parenthesis).is_some() { 2 } else { 1 })
        }
        _ => &[],
    }
}

/// Whether this may stand before `fn`.
fn may_qualify(token: &TokenTree) -> bool {
    let words = ["async", "const", "extern", "safe", "unsafe"];
    matches!(token, TokenTree::Literal(_)) || words.iter().any(|word| is_ident(token, word))
}

impl Function<'_> {
    /// Finds everything that keeps this function from being one that runs a future.
    pub(crate) fn check(&self, kind: Kind) -> Result<()> {
        let mut faults = Ok(());
        let attribute = kind.name();
        let mut fault = |tokens: &[TokenTree], text: String| {
            also(&mut faults, Err(Faults::of(tokens, text)));
        };
        if !self.is_async() {
            let text = format!("`#[{attribute}]` needs an `async fn`");
            fault(std::slice::from_ref(self.fn_token), text);
        }
        for (word, tokens) in self.faulty_qualifiers() {
            fault(tokens, format!("a function under `#[{attribute}]` cannot be `{word}`"));
        }
        if self.generics.len() > 2 {
            fault(self.generics, format!("a function under `#[{attribute}]` is not generic"));
        }
        if !self.where_clause.is_empty() {
            let text = format!("a function under `#[{attribute}]` has no `where` clause");
            fault(self.where_clause, text);
        }
        also(&mut faults, self.check_inputs(kind));
        let twice = self.attributes.iter().find(|attribute| is_test(attribute));
        if let (Kind::Test, Some(second)) = (kind, twice) {
            let text = "this would make it a test twice: remove one of the two";
            also(&mut faults, Err(Faults::of(second, text)));
        }
        faults
    }

    /// What may not stand before `fn`: `extern` with its ABI.
    fn faulty_qualifiers(&self) -> impl Iterator<Item = (&str, &[TokenTree])> {
        ["const", "unsafe", "extern"].into_iter().filter_map(|word| {
            let at = self.qualifiers.iter().position(|token| is_ident(token, word))?;
            let found = &self.qualifiers[at..];
            let abi = matches!(found.get(1), Some(TokenTree::Literal(_)));
            Some((word, &found[..if abi { 2 } else { 1 }]))
        })
    }

    /// A program and a test are called with no arguments; any other function has whoever calls it to give them.
    fn check_inputs(&self, kind: Kind) -> Result<()> {
        let attribute = kind.name();
        let inputs: Vec<_> = self.inputs.stream().into_iter().collect();
        if inputs.is_empty() || kind == Kind::Main && self.name.to_string() != "main" {
            return Ok(());
        }
        let first = Reader::new(&inputs).until(|token| is_punct(token, ','));
        let pattern = Reader::new(first).until(|token| is_punct(token, ':'));
        Err(if pattern.iter().any(|token| is_ident(token, "self")) {
            let text = format!("`#[{attribute}]` is for functions: nobody gives it a `self`");
            Faults::of(first, text)
        } else {
            Faults::of(&inputs, format!("a function under `#[{attribute}]` takes no arguments"))
        })
    }
}

/// Whether this is the attribute of the standard library that makes a test.
fn is_test(attribute: &[TokenTree]) -> bool {
    let Some(inside) = attribute.last().and_then(|token| as_group(token, Delimiter::Bracket))
    else {
        return false;
    };
    let path: String = inside.stream().into_iter().map(|token| token.to_string()).collect();
    let path: Vec<_> = path.trim_start_matches(':').split("::").collect();
    matches!(path[..], ["test"] | ["core" | "std", "prelude", _, "test"])
}
