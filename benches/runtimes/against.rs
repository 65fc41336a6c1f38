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
/// Where the bench of now needs what the crate did not have then, the revision's own bench is built. It may measure a
/// workload otherwise than this one does, so that is said.
///
/// # Errors
///
/// If git does not know the revision, or if neither bench can be built there.
pub fn build(revision: &str) -> io::Result<PathBuf> {
    let worktree = Worktree::add(revision)?;
    bring(&worktree)?;
    compile(&worktree.0, "json").or_else(|_| {
        eprintln!(
            "{revision} does not build with the bench of now: its own is taken, which may differ"
        );
        run(git().arg("-C").arg(&worktree.0).args(["reset", "--hard", "--quiet"]))?;
        run(git().arg("-C").arg(&worktree.0).args(["clean", "-d", "--force", "--quiet"]))?;
        compile(&worktree.0, "json-render-diagnostics").map_err(|error| {
            io::Error::other(format!("{revision} cannot be built, nor compared with: {error}"))
        })
    })
}

/// Puts the bench of now in the place of that of then.
fn bring(worktree: &Worktree) -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["benches/runtimes", "benches/support"] {
        replace_folder(&here.join(folder), &worktree.0.join(folder))?;
    }
    fs::copy(here.join("Cargo.lock"), worktree.0.join("Cargo.lock")).map(drop)
}

/// Returns the program. With the format `json` the compiler's errors are not shown.
fn compile(folder: &Path, format: &str) -> io::Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("against-target");
    let mut build = Command::new("cargo");
    build.args(["bench", "--bench", "runtimes", "--no-run", "--message-format", format]);
    build.args(["--features", &extra_features()]);
    build.arg("--target-dir").arg(&target).current_dir(folder);
    let messages = run(&mut build)?;
    let program = executable(&messages)
        .ok_or_else(|| io::Error::other("cargo names no program for the bench"))?;
    Ok(PathBuf::from(program))
}

/// The features beside the default ones with which this program was built.
fn extra_features() -> String {
    let extra = [
        ("hyper", cfg!(feature = "hyper")),
        ("serde", cfg!(feature = "serde")),
        ("test-util", cfg!(feature = "test-util")),
        ("tokio-compat", cfg!(feature = "tokio-compat")),
    ];
    extra.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect::<Vec<_>>().join(",")
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
