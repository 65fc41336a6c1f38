//! Another revision of this crate, as a peer: the same bench over older code.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A checkout of the revision beside this one, removed when it is no longer needed.
struct Worktree(PathBuf);

impl Worktree {
    fn add(revision: &str) -> io::Result<Self> {
        let worktree = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join("against"));
        worktree.remove(); // what an interrupted run left behind
        run(git().args(["worktree", "add", "--force", "--detach"]).arg(&worktree.0).arg(revision))?;
        Ok(worktree)
    }

    fn remove(&self) {
        let _ = git()
            .args(["worktree", "remove", "--force"])
            .arg(&self.0)
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Builds this bench, as it is now, over the crate as it was at `revision`, and returns the program.
///
/// # Errors
///
/// If git does not know the revision, or if the bench needs what the crate did not have then.
pub fn build(revision: &str) -> io::Result<PathBuf> {
    let worktree = Worktree::add(revision)?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    replace_folder(&here.join("benches/runtimes"), &worktree.0.join("benches/runtimes"))?;
    fs::copy(here.join("Cargo.lock"), worktree.0.join("Cargo.lock"))?;
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("against-target");
    let mut build = Command::new("cargo");
    build.args(["bench", "--bench", "runtimes", "--no-run", "--message-format=json"]);
    build.arg("--target-dir").arg(&target).current_dir(&worktree.0);
    let messages = run(&mut build)?;
    let program = executable(&messages)
        .ok_or_else(|| io::Error::other("cargo names no program for the bench"))?;
    Ok(PathBuf::from(program))
}

/// The last program that cargo's messages name: libraries and build scripts come before it.
fn executable(messages: &str) -> Option<&str> {
    let (_, after) = messages.rsplit_once("\"executable\":\"")?;
    after.split('"').next()
}

fn replace_folder(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    copy_folder(from, to)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(env!("CARGO_MANIFEST_DIR"));
    git
}

/// Runs a command to its end and returns what it printed.
fn run(command: &mut Command) -> io::Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{command:?}: {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
