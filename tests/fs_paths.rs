//! The functions on paths, and directories.

mod support;

use std::collections::BTreeSet;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use futures::{FutureExt, executor};
use runtime::fs;
use runtime::{Builder, Runtime};
use support::{Counts, Gate, current_thread, multi_thread, poll_once, watch};

fn kind<T>(outcome: io::Result<T>) -> ErrorKind {
    outcome.map(drop).unwrap_err().kind()
}

/// One thread for calls, and the gate that it waits for.
fn held() -> (Runtime, Arc<Gate>) {
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let gate = Gate::new("calls may begin");
    let waits = gate.clone();
    drop(runtime.spawn_blocking(move || waits.wait()));
    (runtime, gate)
}

#[test]
fn files_and_directories_come_and_go() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::create_dir(at("a")).await.unwrap();
        assert_eq!(kind(fs::create_dir(at("a")).await), ErrorKind::AlreadyExists);
        fs::create_dir_all(at("a/b/c")).await.unwrap();
        fs::write(at("a/one"), [1, 2, 3]).await.unwrap();
        assert_eq!(fs::copy(at("a/one"), at("a/two")).await.unwrap(), 3);
        fs::rename(at("a/two"), at("a/b/two")).await.unwrap();
        assert_eq!(fs::read(at("a/b/two")).await.unwrap(), [1, 2, 3]);
        assert!(!fs::try_exists(at("a/two")).await.unwrap());
        assert_eq!(kind(fs::remove_dir(at("a/b")).await), ErrorKind::DirectoryNotEmpty);
        fs::remove_dir(at("a/b/c")).await.unwrap();
        fs::remove_file(at("a/b/two")).await.unwrap();
        fs::remove_dir_all(at("a")).await.unwrap();
        assert_eq!(kind(fs::metadata(at("a")).await), ErrorKind::NotFound);
        fs::write(at("text"), [0xFF]).await.unwrap();
        assert_eq!(kind(fs::read_to_string(at("text")).await), ErrorKind::InvalidData);
        let mut permissions = fs::metadata(at("text")).await.unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(at("text"), permissions).await.unwrap();
        assert!(fs::metadata(at("text")).await.unwrap().permissions().readonly());
    });
}

#[cfg(unix)]
#[test]
fn links_are_followed_where_they_should_be() {
    let _watch = watch();
    current_thread().block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let (file, hard, soft) =
            (dir.path().join("file"), dir.path().join("hard"), dir.path().join("soft"));
        fs::write(&file, "abc").await.unwrap();
        fs::hard_link(&file, &hard).await.unwrap();
        fs::symlink(&file, &soft).await.unwrap();
        assert_eq!(fs::read_link(&soft).await.unwrap(), file);
        assert!(fs::symlink_metadata(&soft).await.unwrap().is_symlink());
        assert!(fs::metadata(&soft).await.unwrap().is_file());
        let real = fs::canonicalize(&file).await.unwrap();
        assert_eq!(fs::canonicalize(&soft).await.unwrap(), real);
        fs::remove_file(&file).await.unwrap();
        assert_eq!(fs::read_to_string(&hard).await.unwrap(), "abc");
    });
}

#[cfg(unix)]
#[test]
fn modes_and_flags_reach_the_system() {
    use std::os::unix::fs::PermissionsExt;
    let _watch = watch();
    current_thread().block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mode = |name| std::fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
        fs::DirBuilder::new().mode(0o700).create(at("dir")).await.unwrap();
        assert_eq!(mode("dir"), 0o700);
        assert_eq!(kind(fs::DirBuilder::new().create(at("dir")).await), ErrorKind::AlreadyExists);
        fs::DirBuilder::new().recursive(true).create(at("dir")).await.unwrap();
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options.open(at("file")).await.unwrap();
        assert_eq!(mode("file"), 0o600);
        assert_eq!(kind(options.open(at("file")).await), ErrorKind::AlreadyExists);
        assert_eq!(kind(fs::File::create_new(at("file")).await), ErrorKind::AlreadyExists);
        let directory = fs::OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_DIRECTORY)
            .open(at("file"))
            .await;
        assert_eq!(kind(directory), ErrorKind::NotADirectory);
    });
}

#[test]
fn a_call_that_has_not_begun_does_not_begin_when_its_future_is_dropped() {
    let _watch = watch();
    let (runtime, gate) = held();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new");
    runtime.block_on(async {
        assert!(fs::write(&path, "abc").now_or_never().is_none());
        assert!(fs::create_dir(&path).now_or_never().is_none());
        gate.open();
        runtime::task::spawn_blocking(|| ()).await.unwrap(); // behind them
    });
    assert!(!path.exists());
}

#[test]
fn a_runtime_that_ended_is_an_error_with_its_cause() {
    let _watch = watch();
    let ended = current_thread();
    let handle = ended.handle().clone();
    drop(ended);
    let _entered = handle.enter();
    let error = executor::block_on(fs::read("Cargo.toml")).unwrap_err();
    assert!(error.to_string().contains("runtime ended"), "{error}");
}

fn directory_of(files: usize) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    (0..files).for_each(|n| std::fs::write(dir.path().join(n.to_string()), "").unwrap());
    dir
}

async fn names(mut entries: fs::ReadDir) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    while let Some(entry) = entries.next_entry().await.unwrap() {
        assert!(names.insert(entry.file_name().into_string().unwrap()), "twice the same");
    }
    assert!(entries.next_entry().await.unwrap().is_none(), "it ends once");
    names
}

#[test]
fn each_entry_comes_once_however_many_there_are() {
    let _watch = watch();
    current_thread().block_on(async {
        for files in [0, 1, 31, 32, 33, 64, 200] {
            let dir = directory_of(files);
            let names = names(fs::read_dir(dir.path()).await.unwrap()).await;
            assert_eq!(names, (0..files).map(|n| n.to_string()).collect());
        }
    });
}

#[test]
fn an_entry_that_was_asked_for_in_vain_comes_to_the_next_who_asks() {
    let _watch = watch();
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let dir = directory_of(100);
    runtime.block_on(async {
        let mut entries = fs::read_dir(dir.path()).await.unwrap();
        let mut seen = BTreeSet::new();
        let wakes = Counts::new();
        loop {
            let gate = Gate::new("calls may begin");
            let waits = gate.clone();
            let held = runtime::task::spawn_blocking(move || waits.wait());
            let asked = { poll_once(&mut Box::pin(entries.next_entry()), &wakes) };
            gate.open();
            held.await.unwrap();
            match asked {
                std::task::Poll::Ready(Ok(None)) => break,
                std::task::Poll::Ready(entry) => {
                    assert!(seen.insert(entry.unwrap().unwrap().file_name()));
                }
                std::task::Poll::Pending => runtime::task::spawn_blocking(|| ()).await.unwrap(),
            }
        }
        assert_eq!(seen.len(), 100);
        assert_eq!(wakes.wakes(), 3, "once for each batch but the first");
    });
}

#[test]
fn a_directory_whose_runtime_ended_does_not_seem_to_be_at_its_end() {
    let _watch = watch();
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    let dir = directory_of(100);
    let mut entries = runtime.block_on(fs::read_dir(dir.path())).unwrap();
    drop(runtime);
    let _entered = handle.enter();
    executor::block_on(async {
        for _ in 0..32 {
            entries.next_entry().await.unwrap().expect("these were fetched");
        }
        for _ in 0..3 {
            let error = entries.next_entry().await.unwrap_err();
            assert!(error.to_string().contains("runtime ended"), "{error}");
        }
    });
}

#[test]
fn entries_tell_what_they_are() {
    let _watch = watch();
    current_thread().block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        fs::write(&path, "abc").await.unwrap();
        let entry = fs::read_dir(dir.path()).await.unwrap().next_entry().await.unwrap().unwrap();
        assert_eq!((entry.path(), entry.file_name()), (path.clone(), "file".into()));
        assert_eq!(entry.metadata().await.unwrap().len(), 3);
        assert!(entry.file_type().await.unwrap().is_file());
        #[cfg(unix)]
        assert_eq!(entry.ino(), std::os::unix::fs::MetadataExt::ino(&path.metadata().unwrap()));
        fs::remove_file(&path).await.unwrap();
        assert_eq!(kind(entry.metadata().await), ErrorKind::NotFound);
    });
}

#[test]
fn futures_are_send() {
    fn is_send<F: Future + Send>(_: F) {}
    let path = Path::new("x");
    is_send(fs::read(path));
    is_send(fs::write(path, b"x"));
    is_send(fs::copy(path, path));
    is_send(fs::read_dir(path));
    is_send(fs::File::open(path));
    is_send(fs::OpenOptions::new().open(path));
    fn of(file: &fs::File, entries: &mut fs::ReadDir, entry: &fs::DirEntry) {
        is_send(file.sync_all());
        is_send(file.set_len(1));
        is_send(file.metadata());
        is_send(entries.next_entry());
        is_send(entry.metadata());
    }
    let _ = of;
}
