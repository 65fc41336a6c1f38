//! Who stands in a column of the table, and how it is measured: by one fresh process per sample, so
//! that no peer finds another's memory, threads or processor state.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs, io};

use crate::go;
use crate::ours::Ours;
use crate::shim::{Main, Setup};
use crate::smol_peer::Smol;
use crate::tokio_peer::Tokio;
use crate::workloads::{self, Workload};

pub const OURS: &str = "ours";
/// What bare threads reach, where a workload says how.
pub const LIMIT: &str = "limit";

/// A peer that lives in this program.
struct Resident {
    name: &'static str,
    package: &'static str,
    workloads: fn() -> Vec<Workload>,
}

const RESIDENTS: [Resident; 3] = [
    Resident { name: OURS, package: "gosched", workloads: workloads::list::<Ours> },
    Resident { name: "tokio", package: "tokio", workloads: workloads::list::<Tokio> },
    Resident { name: "smol", package: "smol", workloads: workloads::list::<Smol> },
];

/// One column: a program and the peer in it.
pub struct Column {
    pub name: String,
    pub version: String,
    program: PathBuf,
    peer: Kind,
    setup: Setup,
}

enum Kind {
    /// A peer of this program.
    Rust(&'static str),
    /// This crate in another revision's program.
    Then,
    Go,
}

impl Column {
    /// This crate as another revision's build of this program has it.
    pub fn at_revision(revision: &str, program: PathBuf, setup: Setup) -> Self {
        let name = revision.to_owned();
        Self { version: name.clone(), name, program, peer: Kind::Then, setup }
    }

    /// Under a name that says what sets it apart from the other columns.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Takes one sample, or says why there is none.
    ///
    /// # Errors
    ///
    /// If the process cannot be started, fails, or prints no number.
    pub fn measure(&self, workload: &Workload) -> io::Result<Option<f64>> {
        let output = self.command(workload).stderr(Stdio::inherit()).output()?;
        let printed = String::from_utf8_lossy(&output.stdout);
        match printed.trim() {
            // It may not know the workload, or not survive it; what it says itself is on the terminal.
            _ if !output.status.success() && self.is_past() => Ok(None),
            _ if !output.status.success() => Err(io::Error::other(output.status.to_string())),
            "-" => Ok(None),
            number => number.parse().map(Some).map_err(io::Error::other),
        }
    }

    fn is_past(&self) -> bool {
        matches!(self.peer, Kind::Then)
    }

    fn command(&self, workload: &Workload) -> Command {
        let workers = self.setup.workers.to_string();
        let mut command = Command::new(&self.program);
        let peer = match self.peer {
            Kind::Go => {
                command.arg(workload.name).env("GOMAXPROCS", workers);
                return command;
            }
            Kind::Rust(peer) => peer,
            Kind::Then => OURS,
        };
        command.args(["--one", peer, workload.name, "--workers", &workers]);
        match self.setup.main {
            None => {}
            Some(Main::Root) => drop(command.arg("--root")),
            Some(Main::Task) => drop(command.arg("--task")),
        }
        command
    }
}

/// The columns that `wanted` names, or all; Go's only if there is a `go` command.
///
/// # Errors
///
/// If a name is unknown, if the path of this program is, or if the Go program does not compile.
pub fn all(wanted: &[String], setup: Setup) -> io::Result<Vec<Column>> {
    if let Some(name) = wanted.iter().find(|name| !is_known(name)) {
        return Err(io::Error::other(format!("no peer `{name}`")));
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|each| each == name);
    let program = env::current_exe()?;
    let here = |name: &'static str, version| Column {
        name: name.to_owned(),
        version,
        program: program.clone(),
        peer: Kind::Rust(name),
        setup,
    };
    let mut columns: Vec<_> = RESIDENTS
        .iter()
        .filter(|peer| is_wanted(peer.name))
        .map(|peer| here(peer.name, locked_version(peer.package)))
        .collect();
    if is_wanted(go::NAME)
        && let Some((program, version)) = go::build()?
    {
        columns.push(Column { name: go::NAME.to_owned(), version, program, peer: Kind::Go, setup });
    }
    if is_wanted(LIMIT) {
        columns.push(here(LIMIT, "bare threads".to_owned()));
    }
    Ok(columns)
}

fn is_known(name: &str) -> bool {
    [go::NAME, LIMIT].contains(&name) || RESIDENTS.iter().any(|peer| peer.name == name)
}

/// The workloads as rows of the table, whoever runs them.
pub fn rows() -> Vec<Workload> {
    workloads::list::<Tokio>()
}

/// Runs one workload in this process, for [`Column::measure`] of another.
///
/// # Errors
///
/// If there is no such peer or workload.
pub fn measure_here(peer: &str, workload: &str, setup: &Setup) -> Result<Option<f64>, String> {
    let find = |list: Vec<Workload>| {
        list.into_iter()
            .find(|each| each.name == workload)
            .ok_or_else(|| format!("no workload `{workload}`"))
    };
    if peer == LIMIT {
        return Ok(find(rows())?.limit.and_then(|limit| limit(setup)));
    }
    let resident = RESIDENTS
        .iter()
        .find(|each| each.name == peer)
        .ok_or_else(|| format!("no peer `{peer}`"))?;
    Ok((find((resident.workloads)())?.run)(setup))
}

/// The version of `package` that this program was built with.
fn locked_version(package: &str) -> String {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"));
    let name = format!("name = \"{package}\"");
    lock.unwrap_or_default()
        .lines()
        .skip_while(|line| *line != name)
        .find_map(|line| line.strip_prefix("version = "))
        .map_or_else(|| "unknown".to_owned(), |quoted| quoted.trim_matches('"').to_owned())
}
