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
//!         let body = Body::new(main());
//!         (&body).way().run(body, Builder::new_multi_thread().enable_all().worker_threads(2))
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
//! - The names of ours are spanned at the mixed site, so that the local `body` meets nobody's.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{ReturnType, Type, parse2};

use crate::args::{Args, Flavor, Kind, also};
use crate::crate_name;
use crate::function::Function;

/// Expands one attribute.
pub(crate) fn attribute(kind: Kind, args: TokenStream, item: TokenStream) -> TokenStream {
    let function = match parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(fault) => return [fault.into_compile_error(), item].into_iter().collect(),
    };
    let (args, mut faults) = Args::read(kind, args);
    let signature = function.check(kind);
    let expanded = match &signature {
        Ok(()) => wrapped(kind, &args, &function),
        Err(_) => unchanged(&function),
    };
    also(&mut faults, signature);
    let faults = faults.err().map(syn::Error::into_compile_error);
    quote!(#faults #expanded)
}

/// The outer function with the original inside.
fn wrapped(kind: Kind, args: &Args, function: &Function) -> TokenStream {
    let Function { attributes, visibility, signature, body } = function;
    let syn::Signature { fn_token, ident, output, .. } = signature;
    let private = private(args);
    let flavor = match args.flavor {
        Flavor::MultiThread => quote!(new_multi_thread),
        Flavor::CurrentThread | Flavor::Local => quote!(new_current_thread),
    };
    let workers = args.worker_threads.map(|number| quote!(.worker_threads(#number)));
    let paused = args.start_paused.then(|| quote!(.start_paused(true)));
    let name = args.name.iter().map(|name| quote!(.name(#name)));
    let builder = quote!(#private::Builder::#flavor().enable_all()#workers #paused #(#name)*);
    let way = match args.flavor {
        Flavor::Local => quote!(#private::OnLocal),
        _ if signature.inputs.is_empty() => quote_spanned!(Span::mixed_site()=> (&body).way()),
        _ => quote!(#private::OnThread),
    };
    if !signature.inputs.is_empty() {
        return with_arguments(&private, &way, &builder, function);
    }
    let run = quote_spanned! {Span::mixed_site()=>
        #[allow(unused_imports)]
        use #private::{ByTask as _, ByThread as _};
        let body = #private::Body::new(#ident());
        #way.run(body, #builder)
    };
    let test = (kind == Kind::Test).then(|| quote!(#[::core::prelude::v1::test]));
    quote! {
        #(#attributes)*
        #test
        #visibility #fn_token #ident() #output {
            #[allow(clippy::unused_async)]
            #signature #body
            { #run }
        }
    }
}

/// The outer function with the original as a block inside, which sees the arguments.
fn with_arguments(
    private: &TokenStream,
    way: &TokenStream,
    builder: &TokenStream,
    function: &Function,
) -> TokenStream {
    let Function { attributes, visibility, signature, body } = function;
    let syn::Signature { fn_token, ident, inputs, output, .. } = signature;
    let returned = match output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, of) if matches!(**of, Type::Never(_) | Type::ImplTrait(_)) => quote!(_),
        ReturnType::Type(_, of) => quote!(#of),
    };
    quote! {
        #(#attributes)*
        #visibility #fn_token #ident(#inputs) #output {
            let body = #private::returning::<#returned, _>(async move #body);
            #way.run(#private::Body::new(body), #builder)
        }
    }
}

/// The function as it was written, for the compiler to look into beside our error.
///
/// An `async fn main` would draw an error of its own about what the attribute is there to do, so it
/// stands inside a `main` that is none.
fn unchanged(function: &Function) -> TokenStream {
    if function.signature.ident == "main" && function.signature.asyncness.is_some() {
        quote!(fn main() { #[allow(dead_code)] #function })
    } else {
        quote!(#function)
    }
}

fn private(args: &Args) -> TokenStream {
    match &args.crate_path {
        Some(path) => quote!(#path::__private),
        None => {
            let path = crate_name::path();
            quote!(#path::__private)
        }
    }
}
