//! The function that is written instead.
//!
//! For `#[main(worker_threads = 2)] async fn main() -> R { .. }`, with the runtime known as `tokio`
//! (and `Body` and `Builder` under their full paths):
//!
//! ```text
//! fn main() -> R {
//!     async fn main() -> R { .. }
//!     {
//!         use ::tokio::__private::{ByTask as _, ByThread as _};
//!         let __body = Body::new(main());
//!         (&__body).way().run(__body, Builder::new_multi_thread().enable_all().worker_threads(2))
//!     }
//! }
//! ```
//!
//! - The original is a nested `async fn`, not a block: `?`, `impl Trait` and type errors mean and
//!   say what they do in any other function. It keeps its name, so that no name which the body
//!   could mean is shadowed; only a body that calls itself sees the difference.
//! - A function that has arguments, which `main` and tests have not, keeps its body as an `async` block instead, which sees
//!   them, `self` included. As they may be borrowed, that is polled by the calling thread.
//! - Its attributes (`#[cfg]`, `#[ignore]`, docs) go to the outer function; lint levels hold for what
//!   is inside as well.
//! - The traits are imported inside a block of their own: the body does not see them.
//! - The local variable has a name that is nobody else's: in a pattern, a constant of that name would be meant.

use proc_macro::{TokenStream, TokenTree};

use crate::args::{Args, Flavor, Kind};
use crate::crate_name;
use crate::function::Function;
use crate::tokens::{also, braces, code, is_ident, is_punct, joined, parentheses, spanned};

/// Expands one attribute.
pub(crate) fn attribute(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let tokens: Vec<_> = item.clone().into_iter().collect();
    let function = match Function::read(&tokens) {
        Ok(function) => function,
        Err(fault) => return joined([fault.into_compile_errors(), item]),
    };
    let (args, mut faults) = Args::read(kind, args);
    let signature = function.check(kind);
    let expanded = match &signature {
        Ok(()) if function.has_arguments() => with_arguments(&args, &function),
        Ok(()) => wrapped(kind, &args, &function),
        Err(_) => unchanged(&function, item),
    };
    also(&mut faults, signature);
    match faults {
        Ok(()) => expanded,
        Err(faults) => joined([faults.into_compile_errors(), expanded]),
    }
}

/// The outer function with the original inside.
fn wrapped(kind: Kind, args: &Args, function: &Function<'_>) -> TokenStream {
    let private = private(args);
    let way = match args.flavor {
        Flavor::Local => joined([private.clone(), code("::OnLocal")]),
        _ => code("(&__body).way()"),
    };
    let run = joined([
        code("#[allow(unused_imports)] use"),
        private.clone(),
        code("::{ByTask as _, ByThread as _}; let __body ="),
        private.clone(),
        code("::Body::new"),
        parentheses(joined([TokenTree::from(function.name.clone()).into(), code("()")])),
        code(";"),
        way,
        code(".run"),
        parentheses(joined([code("__body,"), builder(&private, kind, args)])),
    ]);
    let original = [function.signature, std::slice::from_ref(&function.body)].concat();
    let inner = joined([
        code("#[allow(clippy::unused_async)]"),
        original.into_iter().collect(),
        braces(run),
    ]);
    let test = if kind == Kind::Test { "#[::core::prelude::v1::test]" } else { "" };
    outer(function, code(test), inner)
}

/// The outer function with the original as a block inside, which sees the arguments.
fn with_arguments(args: &Args, function: &Function<'_>) -> TokenStream {
    let private = private(args);
    let returned = match function.output {
        [] => code("()"),
        [first, ..] if is_punct(first, '!') || is_ident(first, "impl") => code("_"),
        output => output.iter().cloned().collect(),
    };
    let way = code(if args.flavor == Flavor::Local { "::OnLocal" } else { "::OnThread" });
    let body = joined([code("async move"), function.body.clone().into()]);
    let inner = joined([
        code("let __body ="),
        private.clone(),
        code("::returning::<"),
        returned,
        code(", _>"),
        parentheses(body),
        code(";"),
        private.clone(),
        way,
        code(".run"),
        parentheses(joined([
            private.clone(),
            code("::Body::new(__body),"),
            builder(&private, Kind::Main, args),
        ])),
    ]);
    outer(function, TokenStream::new(), inner)
}

/// The function that takes the place of the original, with `inner` as its body.
fn outer(function: &Function<'_>, test: TokenStream, inner: TokenStream) -> TokenStream {
    joined([
        function.attributes.concat().into_iter().collect(),
        test,
        function.visibility.iter().cloned().collect(),
        function.head().iter().cloned().collect(),
        braces(inner),
    ])
}

/// The expression for the builder.
fn builder(private: &TokenStream, kind: Kind, args: &Args) -> TokenStream {
    let flavor = match args.flavor {
        Flavor::MultiThread => "new_multi_thread",
        Flavor::CurrentThread | Flavor::Local => "new_current_thread",
    };
    let workers = args.worker_threads.map(|number| format!(".worker_threads({number})"));
    let paused = if args.start_paused { ".start_paused(true)" } else { "" };
    let workers = workers.unwrap_or_default();
    let name = args
        .name
        .clone()
        .map(|name| joined([code(".name"), parentheses(TokenTree::from(name).into())]));
    let builder = joined([
        private.clone(),
        code(&format!("::Builder::{flavor}().enable_all(){workers}{paused}")),
        name.unwrap_or_default(),
    ]);
    let builder = match kind {
        Kind::Main => builder,
        Kind::Test => joined([private.clone(), code("::for_test"), parentheses(builder)]),
    };
    let choice = args.on_deadlock.map(|choice| code(&format!("::OnDeadlock::{choice}")));
    let choice = choice.map(|choice| {
        joined([code(".on_deadlock"), parentheses(joined([private.clone(), choice]))])
    });
    joined([builder, choice.unwrap_or_default()])
}

/// The function as it was written, for the compiler to look into beside our error.
///
/// An `async fn main` would draw an error of its own about what the attribute is there to do, so it
/// stands inside a `main` that is none.
fn unchanged(function: &Function<'_>, item: TokenStream) -> TokenStream {
    if function.is_async() && function.name.to_string() == "main" {
        joined([code("fn main()"), braces(joined([code("#[allow(dead_code)]"), item]))])
    } else {
        item
    }
}

/// The path of the module that the expansion stands on.
fn private(args: &Args) -> TokenStream {
    let path = match &args.crate_path {
        Some((path, span)) => spanned(path, *span),
        None => code(&crate_name::path()),
    };
    joined([path, code("::__private")])
}
