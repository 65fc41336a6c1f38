/// Waits for several futures at once, until the first of them has an output that is wanted.
///
/// Each branch is a pattern, a future, perhaps a condition, and what to do:
///
/// ```text
/// pattern = future, if condition => handler,
/// ```
///
/// 1. The conditions are evaluated. A branch whose condition is false is disabled.
/// 2. The futures are made, or whatever can be turned into one; those of disabled branches too, but they are not polled.
/// 3. They are polled by the task that waits, until one of them returns an output that matches its pattern. If an output does not
///    match, it is dropped, and its branch is disabled.
/// 4. The futures are dropped, all of them. Then the handler of the branch that won is evaluated, with the names that its pattern
///    binds; what it returns, the macro returns. As it stands outside of the futures, it may use what they borrowed,
///    `.await`, `?`, `break` and `return`.
/// 5. If all branches are disabled, `else => handler` is evaluated instead, which may stand behind the branches.
///
/// A handler in braces needs no comma behind it. There may be up to 64 branches.
///
/// The futures take turns on one thread; what is to run in parallel is a task, whose handle may be a branch here. In a loop, a
/// future that is to go on where it was left stands outside of the loop, pinned by [`pin!`](crate::pin!), and is given by reference.
///
/// # Order
///
/// Each poll begins with a branch that is chosen by chance, so that of several that are ready in each round of a loop all win now
/// and then. With `biased;` in front of the branches they are polled as they are written: that saves the choice, and it is needed
/// where one is to go first, such as a message to stop. Then a branch that is always ready keeps those below it
/// from ever being polled; it is up to you to write it last.
///
/// Without budget left (see [`task::coop`](crate::task::coop)) it polls nothing, and lets other tasks run first.
///
/// # Cancel safety
///
/// The branches that lose are dropped, wherever they are. That loses nothing if their futures are *cancel safe*, which the page of
/// each of this crate's says under this heading. Most are: `recv` of channels, `accept`, `read`, `sleep`. What has to be done from
/// its beginning to its end is not, such as `read_exact` and `write_all`: leave it outside of the loop, or make it a task.
/// An `async` block is as safe as what stands between its `.await`s.
///
/// # Panics
///
/// If all branches are disabled and there is no `else`.
///
/// # Examples
///
/// A loop with three branches, of which one ends the loop:
///
/// ```
/// # #[cfg(all(feature = "sync", feature = "time"))] {
/// use std::time::Duration;
///
/// use runtime::sync::{mpsc, oneshot};
/// use runtime::{select, time};
///
/// # runtime::block_on(async {
/// let (sender, mut numbers) = mpsc::channel(8);
/// let (stop, mut stopped) = oneshot::channel();
/// runtime::spawn(async move {
///     for n in 1..=3 {
///         sender.send(n).await.unwrap();
///     }
///     sender.closed().await; // the receiver ends first
/// });
///
/// let (mut sum, mut stop) = (0, Some(stop));
/// loop {
///     select! {
///         Some(n) = numbers.recv() => sum += n,
///         () = time::sleep(Duration::from_secs(60)), if sum < 6 => unreachable!("numbers come sooner"),
///         _ = &mut stopped => break,
///     }
///     if sum == 6 && let Some(stop) = stop.take() {
///         stop.send(()).unwrap();
///     }
/// }
/// assert_eq!(sum, 6);
/// # });
/// # }
/// ```
///
/// A pattern that does not match, and `else`:
///
/// ```
/// # runtime::block_on(async {
/// let first = runtime::select! {
///     Ok(number) = async { "six".parse::<u32>() } => number,
///     Some(number) = async { None } => number,
///     else => 7,
/// };
/// assert_eq!(first, 7);
/// # });
/// ```
#[macro_export]
macro_rules! select {
    () => { ::core::compile_error!("`select!` needs a branch") };
    ($(biased;)? else => $else:expr $(,)?) => { $else };
    (biased; $($branches:tt)+) => {
        $crate::__select!($crate::__private::InOrder, $($branches)+)
    };
    ($($branches:tt)+) => {
        $crate::__select!($crate::__private::ByChance, $($branches)+)
    };
}

/// Reads the branches of `select!`, one in each step: a list of their futures grows, and beside it what else is written of them.
///
/// - Each branch takes the next of the names of variants. Those of the local enum that is made of them are the only ones that the
///   futures, conditions and handlers see. Its values leave the futures behind, which a handler may then borrow from again.
/// - The future of a branch stands in a variable `future` first, so that its temporaries are gone before it is polled. There is one for
///   each step, since a step is an expansion of its own.
/// - Whether an output matches is asked by a guard, which always fails: there a pattern binds by reference, whatever it says of `ref`
///   and `mut`, and moves nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    // The last step.
    (@ $order:expr, $names:tt [$list:expr] [$($branch:tt)+] $(,)?) => {
        $crate::__select!(@ $order, $names [$list] [$($branch)+]
            else => ::core::panic!("all branches of `select!` are disabled, and there is no `else`"))
    };
    (
        @ $order:expr, $names:tt [$list:expr]
        [$({ $name:ident $future:ident ($pattern:pat) ($value:expr) ($condition:expr) ($handler:expr) })+]
        $(,)? else => $else:expr $(,)?
    ) => {{
        enum __Selected<$($name),+> { $($name($name)),+ }
        #[allow(unused_mut)]
        let mut selected = {
            let disabled = $crate::__private::Disabled::unless([$($condition),+]);
            $(let $future = $value;)+
            let list = $list;
            let list = ::core::pin::pin!(list);
            let selected = $crate::__private::Choose::new(list, $order, disabled).await;
            selected
        };
        match selected {
            $(::core::option::Option::Some(__Selected::$name($pattern)) => $handler,)+
            ::core::option::Option::None => $else,
            #[allow(unreachable_patterns)]
            _ => ::core::unreachable!("the pattern has matched"),
        }
    }};
    (@ $order:expr, [] $($rest:tt)+) => {
        ::core::compile_error!("`select!` has more than 64 branches")
    };
    // A branch with a handler in braces, which needs no comma.
    (
        @ $order:expr, [$name:ident $($names:ident)*] [$list:expr] [$($branch:tt)*]
        $(,)? $pattern:pat = $value:expr $(, if $condition:expr)? => $handler:block $($rest:tt)*
    ) => {
        $crate::__select!(
            @ $order, [$($names)*]
            [$crate::__private::And { before: $list, last: $crate::__candidate!(future, $name, $pattern) }]
            [$($branch)* { $name future ($pattern) ($value) (true $(&& $condition)?) ($handler) }]
            $($rest)*
        )
    };
    // Any other.
    (
        @ $order:expr, [$name:ident $($names:ident)*] [$list:expr] [$($branch:tt)*]
        $(,)? $pattern:pat = $value:expr $(, if $condition:expr)? => $handler:expr $(, $($rest:tt)*)?
    ) => {
        $crate::__select!(
            @ $order, [$($names)*]
            [$crate::__private::And { before: $list, last: $crate::__candidate!(future, $name, $pattern) }]
            [$($branch)* { $name future ($pattern) ($value) (true $(&& $condition)?) ($handler) }]
            $($($rest)*)?
        )
    };
    // The first step.
    ($order:expr, $($branches:tt)+) => {
        $crate::__select!(
            @ $order,
            [
                B0 B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 B12 B13 B14 B15 B16 B17 B18 B19 B20 B21 B22 B23 B24 B25 B26 B27 B28 B29 B30
                B31 B32 B33 B34 B35 B36 B37 B38 B39 B40 B41 B42 B43 B44 B45 B46 B47 B48 B49 B50 B51 B52 B53 B54 B55 B56 B57 B58 B59
                B60 B61 B62 B63
            ]
            [()] [] $($branches)+
        )
    };
}

/// A future with what tells whether its output matches.
#[doc(hidden)]
#[macro_export]
macro_rules! __candidate {
    ($future:ident, $name:ident, $pattern:pat) => {
        $crate::__private::Candidate::new($future, |#[allow(unused_mut)] mut output| {
            let mut matches = false;
            let none = match output {
                // What cannot be returned settles the type of an output that nothing else does.
                #[allow(unused)]
                $pattern
                    if {
                        matches = true;
                        false
                    } =>
                {
                    ::core::option::Option::Some(__Selected::$name(::core::unreachable!(
                        "the guard is false"
                    )))
                }
                _ => ::core::option::Option::None,
            };
            // Some outputs are of types without a value.
            #[allow(unreachable_code)]
            let accepted = if matches {
                ::core::option::Option::Some(__Selected::$name(output))
            } else {
                none
            };
            accepted
        })
    };
}
