//! Panics on purpose, and what they say.

use std::any::Any;
use std::sync::Once;

/// Part of the message of every panic that a test wants.
const PURPOSE: &str = "on purpose";

/// Keeps panics whose message has "on purpose" in it out of the output.
pub fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !text_of(info.payload()).contains(PURPOSE) {
                report(info);
            }
        }));
    });
}

/// The text of a panic.
pub fn text_of(payload: &(dyn Any + Send)) -> &str {
    let string = payload.downcast_ref::<String>().map(String::as_str);
    string.or_else(|| payload.downcast_ref::<&'static str>().copied()).unwrap_or("(no text)")
}

/// Panics when it is dropped, unless the thread panics already.
pub struct PanicsOnDrop;

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("in a drop, on purpose");
        }
    }
}
