/// Waits for several futures at once, and returns all of their outputs, as a tuple.
///
/// The futures are polled by the task that waits, one after the other, so they take turns and never run in parallel: that takes
/// [`spawn`](crate::spawn). Anything that can be turned into a future may stand here. A future that has ended is dropped at once, while the
/// others go on.
///
/// To wait for a number of futures that is known only when the program runs, see [`JoinSet`](crate::task::JoinSet).
///
/// # Order
///
/// Each poll begins with another of the futures, in turn, so that none of them always finds the budget of the task spent by those
/// before it. With `biased;` in front they are polled as they are written.
///
/// # Cancel safety
///
/// Dropping it drops the futures that have not ended, and the outputs of those that have.
///
/// # Examples
///
/// ```
/// async fn half(n: u32) -> u32 {
///     runtime::task::yield_now().await;
///     n / 2
/// }
///
/// # runtime::block_on(async {
/// let (one, two) = runtime::join!(half(2), half(4));
/// assert_eq!((one, two), (1, 2));
/// # });
/// ```
#[macro_export]
macro_rules! join {
    ($(biased;)?) => { () };
    (biased; $($future:expr),+ $(,)?) => {
        $crate::__gather!($crate::__private::InOrder, (All) [()] [()] [] $($future),+)
    };
    ($($future:expr),+ $(,)?) => {
        $crate::__gather!($crate::__private::InTurn::from_first(), (All) [()] [()] [] $($future),+)
    };
}

/// Waits for several futures at once, until one fails or all have ended well.
///
/// The outputs are `Result`s with the same type of error. If all of them are `Ok`, their values are returned as a tuple, in `Ok`. The
/// first `Err` is returned at once, and the futures that have not ended are dropped.
///
/// It is otherwise as [`join!`](crate::join!), `biased;` included.
///
/// # Cancel safety
///
/// As that of [`join!`](crate::join!).
///
/// # Examples
///
/// ```
/// async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
///     text.parse()
/// }
///
/// # runtime::block_on(async {
/// assert_eq!(runtime::try_join!(parse("6"), parse("7")), Ok((6, 7)));
/// assert!(runtime::try_join!(parse("six"), parse("7")).is_err());
/// # });
/// ```
#[macro_export]
macro_rules! try_join {
    ($(biased;)?) => { ::core::result::Result::Ok(()) };
    (biased; $($future:expr),+ $(,)?) => {
        $crate::__gather!($crate::__private::InOrder, (AllOk) [()] [()] [] $($future),+)
    };
    ($($future:expr),+ $(,)?) => {
        $crate::__gather!($crate::__private::InTurn::from_first(), (AllOk) [()] [()] [] $($future),+)
    };
}

/// Makes a list of futures, a pattern for the pairs of their outputs, and the names in it, one future in each step; then waits.
///
/// The name is the same each time, and yet another, since each step is an expansion of its own.
#[doc(hidden)]
#[macro_export]
macro_rules! __gather {
    ($order:expr, $state:tt [$list:expr] [$pattern:pat] [$($output:ident)*] $future:expr $(, $rest:expr)*) => {
        $crate::__gather!(
            $order,
            $state
            [$crate::__private::And { before: $list, last: $crate::__private::Kept::new($future) }]
            [($pattern, output)]
            [$($output)* output]
            $($rest),*
        )
    };
    ($order:expr, (All) [$list:expr] [$pattern:pat] [$($output:ident)+]) => {{
        let list = $list;
        let list = ::core::pin::pin!(list);
        let all = $crate::__private::Gather::new(list, $order, $crate::__private::All);
        let ::core::ops::ControlFlow::Continue($pattern) = all.await;
        ($($output,)+)
    }};
    ($order:expr, (AllOk) [$list:expr] [$pattern:pat] [$($output:ident)+]) => {{
        let list = $list;
        let list = ::core::pin::pin!(list);
        let all = $crate::__private::Gather::new(list, $order, $crate::__private::AllOk);
        match all.await {
            ::core::ops::ControlFlow::Continue($pattern) => ::core::result::Result::Ok(($($output,)+)),
            ::core::ops::ControlFlow::Break(error) => ::core::result::Result::Err(error),
        }
    }};
}
