//! Reading and writing tokens, and faults at their places.
//!
//! The two attributes read little: `name = value` a few times, and the head of a function. That is done here by hand, since the
//! packages that read all of Rust take longer to build than everything else that is built before the runtime.

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

pub(crate) type Result<T> = std::result::Result<T, Faults>;

/// What is wrong, each at its first and last token.
#[derive(Debug)]
pub(crate) struct Faults(Vec<(Span, Span, String)>);

impl Faults {
    pub(crate) fn at(span: Span, text: impl Into<String>) -> Self {
        Self(vec![(span, span, text.into())])
    }

    /// A fault of all these tokens; of the attribute, if there are none.
    pub(crate) fn of(tokens: &[TokenTree], text: impl Into<String>) -> Self {
        let first = tokens.first().map_or_else(Span::call_site, TokenTree::span);
        let last = tokens.last().map_or_else(Span::call_site, TokenTree::span);
        Self(vec![(first, last, text.into())])
    }

    /// As errors for the compiler, which reports each from the first to the last of its tokens.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.0
            .into_iter()
            .flat_map(|(first, last, text)| compile_error(first, last, &text))
            .collect()
    }
}

/// Adds a fault to those found so far.
pub(crate) fn also(faults: &mut Result<()>, next: Result<()>) {
    match (faults.as_mut(), next) {
        (Err(first), Err(next)) => first.0.extend(next.0),
        (Ok(()), next) => *faults = next,
        (Err(_), Ok(())) => {}
    }
}

fn compile_error(first: Span, last: Span, text: &str) -> Vec<TokenTree> {
    let mut text = Literal::string(text);
    text.set_span(last);
    let mut message = Group::new(Delimiter::Brace, TokenTree::from(text).into());
    message.set_span(last);
    let mut tokens: Vec<_> = spanned("::core::compile_error!", first).into_iter().collect();
    tokens.push(message.into());
    tokens
}

/// Tokens of our own.
pub(crate) fn code(text: &str) -> TokenStream {
    spanned(text, Span::call_site())
}

/// Tokens that the compiler takes for some that stand there.
pub(crate) fn spanned(text: &str, span: Span) -> TokenStream {
    let tokens: TokenStream = text.parse().expect("what this package writes is Rust");
    tokens.into_iter().map(|token| with_span(token, span)).collect()
}

fn with_span(mut token: TokenTree, span: Span) -> TokenTree {
    if let TokenTree::Group(group) = &token {
        let inner = group.stream().into_iter().map(|token| with_span(token, span)).collect();
        token = Group::new(group.delimiter(), inner).into();
    }
    token.set_span(span);
    token
}

/// Tokens in braces.
pub(crate) fn braces(inner: TokenStream) -> TokenStream {
    TokenTree::from(Group::new(Delimiter::Brace, inner)).into()
}

/// Tokens in parentheses.
pub(crate) fn parentheses(inner: TokenStream) -> TokenStream {
    TokenTree::from(Group::new(Delimiter::Parenthesis, inner)).into()
}

/// One stream of several.
pub(crate) fn joined<const N: usize>(parts: [TokenStream; N]) -> TokenStream {
    parts.into_iter().collect()
}

pub(crate) fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

pub(crate) fn is_ident(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == wanted)
}

pub(crate) fn as_group(token: &TokenTree, delimiter: Delimiter) -> Option<&Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// The token itself, where a macro around has passed it on as a block, a literal or the like.
pub(crate) fn unwrapped(token: &TokenTree) -> TokenTree {
    let inside = as_group(token, Delimiter::None).map(|group| Vec::from_iter(group.stream()));
    match inside.as_deref() {
        Some([inner]) => unwrapped(inner),
        _ => token.clone(),
    }
}

/// Tokens that are read from the front.
pub(crate) struct Reader<'a> {
    rest: &'a [TokenTree],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(rest: &'a [TokenTree]) -> Self {
        Self { rest }
    }

    pub(crate) fn rest(&self) -> &'a [TokenTree] {
        self.rest
    }

    pub(crate) fn peek(&self) -> Option<&'a TokenTree> {
        self.rest.first()
    }

    /// The next `n` tokens, or what is left of them.
    pub(crate) fn take(&mut self, n: usize) -> &'a [TokenTree] {
        let (taken, rest) = self.rest.split_at(n.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// The next token, if it is wanted.
    pub(crate) fn take_if(&mut self, wanted: impl Fn(&TokenTree) -> bool) -> Option<&'a TokenTree> {
        self.peek().filter(|token| wanted(token))?;
        self.take(1).first()
    }

    /// The next identifier, if there is one.
    pub(crate) fn ident(&mut self) -> Option<&'a Ident> {
        let Some(TokenTree::Ident(ident)) = self.peek() else { return None };
        self.take(1);
        Some(ident)
    }

    /// What stands before the first token that ends it; all, if none does.
    pub(crate) fn until(&mut self, ends: impl Fn(&TokenTree) -> bool) -> &'a [TokenTree] {
        self.take(self.rest.iter().position(ends).unwrap_or(self.rest.len()))
    }

    /// What stands in angle brackets, with them, if they come next.
    pub(crate) fn angle_brackets(&mut self) -> &'a [TokenTree] {
        let (mut depth, mut in_arrow) = (0_usize, false);
        for (at, token) in self.rest.iter().enumerate() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
                TokenTree::Punct(punct) if punct.as_char() == '>' && !in_arrow => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return if at == 0 { &[] } else { self.take(at + 1) };
            }
            in_arrow = is_start_of_arrow(token);
        }
        self.take(self.rest.len())
    }
}

fn is_start_of_arrow(token: &TokenTree) -> bool {
    let joint = |punct: &Punct| punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
    matches!(token, TokenTree::Punct(punct) if joint(punct))
}
