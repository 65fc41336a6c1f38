//! Finding the programs of `examples/`.

use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The program of an example, as Cargo builds it for a run of all tests.
///
/// When one test alone is asked for, Cargo does not build the examples: then this does, if the program is not
/// there from before.
pub fn program(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the test runs from a file");
    // The tests stand in `<target>/<profile>/deps`, the examples in `<target>/<profile>/examples`.
    let profile = test.ancestors().nth(2).expect("Cargo puts tests into deps");
    let program = profile.join("examples").join(name).with_extension(env::consts::EXE_EXTENSION);
    if !program.exists() {
        build(name, profile.ends_with("release"));
    }
    assert!(program.exists(), "no example at {}; run `cargo build --examples`", program.display());
    program
}

fn build(name: &str, release: bool) {
    let mut cargo = Command::new(env!("CARGO"));
    // Some of them need more than the default features.
    let arguments = ["build", "--all-features", "--example", name];
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    if release {
        cargo.arg("--release");
    }
    let status = cargo.status().expect("cargo starts");
    assert!(status.success(), "the example {name} does not build");
}
