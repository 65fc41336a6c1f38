/// Pins values to the function or block that they stand in.
///
/// Each name stands for a `Pin<&mut T>` afterwards, which is what a future is polled by: `&mut future` may then be awaited, or be
/// a branch of [`select!`](crate::select!), any number of times. For one value that has no name yet, [`std::pin::pin!`] is as good.
///
/// # Examples
///
/// ```
/// use runtime::{pin, select};
///
/// # runtime::block_on(async {
/// let answer = async { 6 * 7 };
/// pin!(answer);
/// select! {
///     answer = &mut answer => assert_eq!(answer, 42),
///     () = std::future::pending() => unreachable!("it waits for ever"),
/// }
/// # });
/// ```
///
/// A value may be given its name at once:
///
/// ```
/// # runtime::block_on(async {
/// runtime::pin! {
///     let one = async { 1 };
///     let two = async { 2 };
/// }
/// assert_eq!(one.await + two.await, 3);
/// # });
/// ```
#[macro_export]
macro_rules! pin {
    ($($name:ident),* $(,)?) => {$(
        #[allow(unused_mut)]
        let mut $name = ::core::pin::pin!($name);
    )*};
    ($(let $name:ident = $value:expr;)*) => {$(
        #[allow(unused_mut)]
        let mut $name = ::core::pin::pin!($value);
    )*};
}
