//! From the names on the command line to the list of what is counted.
//!
//! A name may be that of a symbolic link, which is followed. Below a folder links are not followed,
//! so that a loop of them ends nowhere else than where it began, and nothing is counted twice; and
//! nothing but regular files is opened there, since a read from a pipe or a device may never end.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use runtime::task;

/// Something to be counted.
pub struct Input {
    /// As it is printed; none for a standard input that nobody named.
    pub name: Option<OsString>,
    pub source: Source,
    pub size: Size,
}

/// Where the bytes come from.
pub enum Source {
    Stdin,
    File(PathBuf),
    /// Nowhere: a folder that could not be read.
    Unreadable(io::Error),
}

/// What was known of the size before reading.
pub enum Size {
    Regular(u64),
    /// A pipe or a device, whose size nobody knows.
    Endless,
    /// Nothing: the system could not say.
    Unknown,
}

/// What the names stand for: files in the order of the names, and those of a folder by their paths.
pub async fn list(names: &[OsString]) -> Vec<Input> {
    if names.is_empty() {
        return vec![Input::stdin(None)];
    }
    let mut inputs = Vec::new();
    for name in names {
        if name == "-" {
            inputs.push(Input::stdin(Some(name.clone())));
            continue;
        }
        match fs::metadata(name) {
            Ok(metadata) if metadata.is_dir() => inputs.append(&mut walk(name).await),
            metadata => inputs.push(Input::file(PathBuf::from(name), metadata)),
        }
    }
    inputs
}

/// All regular files below a folder.
///
/// The folders still to be read stand in a list and not on the stack, so that no depth is too deep.
async fn walk(folder: &OsStr) -> Vec<Input> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        if let Err(error) = read_folder(&folder, &mut folders, &mut files) {
            files.push(Input::unreadable(folder, error));
        }
        task::checkpoint().await;
    }
    files.sort_unstable_by(|a, b| a.sort_key().cmp(b.sort_key()));
    files
}

fn read_folder(
    folder: &Path,
    folders: &mut Vec<PathBuf>,
    files: &mut Vec<Input>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            folders.push(entry.path());
        } else if kind.is_file() {
            files.push(Input::file(entry.path(), entry.metadata()));
        }
    }
    Ok(())
}

impl Input {
    fn stdin(name: Option<OsString>) -> Self {
        // Where there is no such name, all that is lost is the width of the columns.
        let size = Size::of(&fs::metadata("/dev/stdin"));
        Self { name, source: Source::Stdin, size }
    }

    fn file(path: PathBuf, metadata: io::Result<Metadata>) -> Self {
        let name = Some(path.as_os_str().to_owned());
        Self { name, source: Source::File(path), size: Size::of(&metadata) }
    }

    fn unreadable(path: PathBuf, error: io::Error) -> Self {
        let name = Some(path.into_os_string());
        Self { name, source: Source::Unreadable(error), size: Size::Unknown }
    }

    fn sort_key(&self) -> &[u8] {
        self.name.as_deref().map_or(&[], OsStr::as_encoded_bytes)
    }
}

impl Size {
    fn of(metadata: &io::Result<Metadata>) -> Self {
        match metadata {
            Ok(metadata) if metadata.is_file() => Self::Regular(metadata.len()),
            Ok(_) => Self::Endless,
            Err(_) => Self::Unknown,
        }
    }
}
