//! The attributes find the crate under whatever name an application gave it.
//!
//! A workspace of small applications, one for each way to write the dependency, is written below the
//! target folder and checked by a cargo of its own, from what this build has downloaded already.

#![cfg(all(feature = "macros", feature = "rt-multi-thread"))]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// An application: its folder, how it depends on the runtime (`HERE` is the path), and the name by
/// which its code knows it.
struct Application(&'static str, &'static str, &'static str);

const APPLICATIONS: [Application; 7] = [
    Application("plain", "[dependencies]\ngosched = { path = 'HERE' }", "runtime"),
    Application(
        "renamed",
        "[dependencies]\ntokio = { package = 'gosched', path = 'HERE' }",
        "tokio",
    ),
    Application("table", "[dependencies.go-rt]\npackage = 'gosched'\npath = 'HERE'", "go_rt"),
    Application(
        "explicit",
        "[dependencies]\ngosched = { package = 'gosched', path = 'HERE' }",
        "gosched",
    ),
    Application(
        "target",
        "[target.'cfg(all())'.dependencies]\ntokio = { package = 'gosched', path = 'HERE' }",
        "tokio",
    ),
    Application("inherited", "[dependencies]\ntokio.workspace = true", "tokio"),
    Application("inherited-plain", "[dependencies.gosched]\nworkspace = true", "runtime"),
];

const WORKSPACE: &str = "
[workspace]
resolver = '2'
members = ['*']
exclude = ['target']
[workspace.dependencies]
gosched = { path = 'HERE' }
tokio = { package = 'gosched', path = 'HERE' }
";

const PROGRAM: &str = "
#[NAME::main]
async fn main() {
    let task = NAME::spawn(async { 6 * 7 });
    NAME::select! {
        output = task => assert_eq!(output.unwrap(), 42),
        never = std::future::pending::<()>() => never,
    }
}

#[NAME::test]
async fn test() {
    let (_one, _two) = NAME::join!(async {}, async {});
}
";

impl Application {
    fn write(&self, workspace: &Path) -> io::Result<()> {
        let Self(folder, dependency, name) = self;
        let package = format!("[package]\nname = '{folder}'\nedition = '2024'\n");
        let folder = workspace.join(folder);
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), package + &here(dependency))?;
        fs::write(folder.join("src/main.rs"), PROGRAM.replace("NAME", name))
    }
}

fn here(text: &str) -> String {
    text.replace("HERE", env!("CARGO_MANIFEST_DIR"))
}

fn write_workspace() -> io::Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("macros_names");
    fs::create_dir_all(&workspace)?;
    fs::write(workspace.join("Cargo.toml"), here(WORKSPACE))?;
    let locked = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    fs::copy(locked, workspace.join("Cargo.lock"))?;
    APPLICATIONS.iter().try_for_each(|application| application.write(&workspace))?;
    Ok(workspace)
}

#[test]
fn the_name_in_the_manifest_is_the_name_in_the_expansion() {
    let workspace = write_workspace().expect("the workspace is written");
    let checked = Command::new(env::var_os("CARGO").expect("cargo runs this test"))
        .args(["check", "--workspace", "--all-targets", "--offline", "--quiet"])
        .env("CARGO_TARGET_DIR", workspace.join("target"))
        .current_dir(&workspace)
        .status()
        .expect("cargo runs");
    assert!(checked.success(), "an application does not compile");
}
