//! The page itself: one file, with all that it needs.
//!
//! Nothing of the program stands in it; what is shown comes by its script, which makes text of it. The browser runs no script but those
//! that bear the number of this answer, loads nothing from elsewhere, and lets no string become markup (where it knows trusted types).

use std::hash::{BuildHasher, RandomState};

use ::hyper::header::{self, HeaderValue};

use super::answer::{Answer, found};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");

/// In this order; they are one script.
const SCRIPT: [&str; 9] = [
    include_str!("page/show.js"),
    include_str!("page/table.js"),
    include_str!("page/chart.js"),
    include_str!("page/overview.js"),
    include_str!("page/tasks.js"),
    include_str!("page/events.js"),
    include_str!("page/timeline.js"),
    include_str!("page/trace.js"),
    include_str!("page/page.js"),
];

/// The page, with the permission for its own script and style alone.
pub(super) fn page() -> Answer {
    let nonce = nonce();
    let text = PAGE.replace("{nonce}", &nonce).replace("{style}", STYLE);
    let text = text.replace("{script}", &SCRIPT.concat());
    let mut answer = found("text/html; charset=utf-8", text);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    );
    let policy = HeaderValue::try_from(policy).expect("it is plain text");
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    answer
}

/// A number that nobody can guess: keys that the standard library has from the system, hashed.
fn nonce() -> String {
    let random = || RandomState::new().hash_one(0);
    format!("{:016x}{:016x}", random(), random())
}
