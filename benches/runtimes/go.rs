//! The Go column: the same workloads in Go, compiled by the `go` command where there is one.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const NAME: &str = "go";

/// Compiles the program, and returns its path and Go's version, or `None` where there is no Go.
///
/// # Errors
///
/// If Go is there, but the program does not compile.
pub fn build() -> io::Result<Option<(PathBuf, String)>> {
    let Some(version) = version() else { return Ok(None) };
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("runtimes-go");
    let status = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/runtimes/go"))
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("GOTOOLCHAIN", "local")
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!("go build: {status}")));
    }
    Ok(Some((program, version)))
}

fn version() -> Option<String> {
    let output = Command::new("go").args(["env", "GOVERSION"]).output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !version.is_empty()).then_some(version)
}
