//! The program as its own child: a topic that needs a process for itself starts this one again.

use std::collections::HashMap;
use std::env;
use std::process::Command;

use crate::{Failure, machine, parking, sleeping, waiting};

/// The first argument of a child; its role and a number follow.
pub const FLAG: &str = "--child";

/// Plays a role, in the child.
pub async fn play(role: &str, count: &str) -> Result<(), Failure> {
    let count = count.parse()?;
    match role {
        "leave" => waiting::leave(count),
        "stay" => waiting::stay(count).await,
        "park" => parking::park(count).await,
        "wait" => parking::wait(count).await,
        "threads" => parking::threads(count)?,
        "sleep" => sleeping::sleep(count).await,
        _ => return Err(format!("no child plays {role}").into()),
    }
    Ok(())
}

/// Runs a child to its end, and returns what it wrote.
pub fn output(role: &str, count: usize) -> Result<String, Failure> {
    let mut command = Command::new(env::current_exe()?);
    let output = command.args([FLAG, role, &count.to_string()]).output()?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the child that plays {role} failed: {error}").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a child that writes lines of a name and a number; what it could not learn is missing.
pub fn figures(role: &str, count: usize) -> Result<HashMap<String, u64>, Failure> {
    let figure = |line: &str| {
        let (name, number) = line.split_once(' ')?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    Ok(output(role, count)?.lines().filter_map(figure).collect())
}

/// Writes a line for [`figures`].
pub fn report(name: &str, number: Option<u64>) {
    if let Some(number) = number {
        println!("{name} {number}");
    }
}

/// Writes by how much the resident memory has grown since it was `before`, as `memory`.
pub fn report_growth(before: Option<u64>) {
    let grown = machine::resident().zip(before).map(|(after, before)| after.saturating_sub(before));
    report("memory", grown);
}
