//! The function below the attribute, and what is wrong with its signature.

use proc_macro2::{Group, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Result, Signature, Visibility};

use crate::args::{Kind, also};

/// An `async fn`. The body stays as it was written: it is never parsed here, so that what is wrong
/// inside it is reported by the compiler, and a body that is being typed does not lose its function.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body } = self;
        attributes.iter().for_each(|attribute| attribute.to_tokens(tokens));
        visibility.to_tokens(tokens);
        signature.to_tokens(tokens);
        body.to_tokens(tokens);
    }
}

impl Function {
    /// Finds everything that keeps this function from being one that runs a future.
    pub(crate) fn check(&self, kind: Kind) -> Result<()> {
        let mut faults = Ok(());
        let attribute = kind.name();
        let mut fault = |tokens: &dyn ToTokens, text: String| {
            also(&mut faults, Err(Error::new_spanned(tokens.to_token_stream(), text)));
        };
        let signature = &self.signature;
        if signature.asyncness.is_none() {
            fault(&signature.fn_token, format!("`#[{attribute}]` needs an `async fn`"));
        }
        if let Some(keyword) = &signature.constness {
            fault(keyword, format!("a function under `#[{attribute}]` cannot be `const`"));
        }
        if let Some(keyword) = &signature.unsafety {
            fault(keyword, format!("a function under `#[{attribute}]` cannot be `unsafe`"));
        }
        if let Some(abi) = &signature.abi {
            fault(abi, format!("a function under `#[{attribute}]` cannot be `extern`"));
        }
        if !signature.generics.params.is_empty() {
            fault(&signature.generics, format!("a function under `#[{attribute}]` is not generic"));
        }
        if let Some(clause) = &signature.generics.where_clause {
            fault(clause, format!("a function under `#[{attribute}]` has no `where` clause"));
        }
        if self.may_take_arguments(kind) {
            // Whoever calls it gives them.
        } else if let Some(receiver) = signature.receiver() {
            fault(receiver, format!("`#[{attribute}]` is for functions: nobody gives it a `self`"));
        } else if !signature.inputs.is_empty() {
            fault(
                &signature.inputs,
                format!("a function under `#[{attribute}]` takes no arguments"),
            );
        }
        if kind == Kind::Test
            && let Some(second) = self.attributes.iter().find(|attribute| is_test(attribute))
        {
            fault(second, "this would make it a test twice: remove one of the two".into());
        }
        faults
    }
}

impl Function {
    /// Whether somebody may be there to give it arguments: a program and a test are called with none.
    fn may_take_arguments(&self, kind: Kind) -> bool {
        kind == Kind::Main && self.signature.ident != "main"
    }
}

/// Whether this is the attribute of the standard library that makes a test.
fn is_test(attribute: &Attribute) -> bool {
    let path = attribute.path();
    path.is_ident("test")
        || path.segments.len() == 4
            && ["core", "std"].iter().any(|root| path.segments[0].ident == root)
            && path.segments[1].ident == "prelude"
            && path.segments[3].ident == "test"
}
