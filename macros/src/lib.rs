//! The attribute macros of `gosched`: `#[main]` and `#[test]`.
//!
//! They are used, and documented, through the crate `runtime`, which re-exports them. An attribute
//! turns an `async fn` into a plain one of the same name, which builds a runtime and gives it the
//! original, kept inside. What then happens is decided by `runtime::__private`; this package only
//! reads and writes tokens, and its output knows the runtime by that one module.
//!
//! - `args`: what stands in the parentheses of the attribute.
//! - `function`: the function below it, and what is wrong with its signature.
//! - `expand`: the function that is written instead.
//! - `tokens`: how the tokens are read and written.
//! - `crate_name`, `manifest`: under which name the application knows the runtime.
//!
//! A fault is a compile error at the tokens that caused it. Whatever else could be understood is
//! still expanded beside the error, so that one mistake is one message, and an editor keeps its
//! completion inside a body whose attribute is being typed.

mod args;
mod crate_name;
mod expand;
mod function;
mod manifest;
mod tokens;

use proc_macro::TokenStream;

use crate::args::Kind;

/// Used as `runtime::main`.
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Kind::Main, args, item)
}

/// Used as `runtime::test`.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(Kind::Test, args, item)
}
