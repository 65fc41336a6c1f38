//! The example `wordcount`, against GNU `wc` in the locale `C.UTF-8` where there is one.

#![cfg(unix)]

#[path = "support/example.rs"]
mod example;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// As much as the example reads at once.
const CHUNK: usize = 64 << 10;

/// An empty folder of this test's own.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wordcount").join(test);
    // It is not there the first time.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder for tests can be written");
    folder
}

fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    let path = path.as_ref();
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("the folder is made");
    fs::write(path, bytes).expect("the file is written");
}

/// Bytes that look like anything, the same each time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Files whose words every `wc` counts alike.
fn write_texts(folder: &Path) {
    write(folder.join("empty"), "");
    write(folder.join("one word"), "word");
    write(folder.join("lines"), "one two\nthree\r\n\n four\tfive\x0Bsix\x0Cseven \n");
    write(folder.join("no end of line"), "a b\nc d");
    write(folder.join("spaces"), "a\u{A0}b\u{2003}c\u{3000}d\u{2060}e\u{1680}f\u{202F}g");
    write(folder.join("letters"), "Æther naïve 漢字 кириллица e\u{301}t\u{e9} 👩\u{200D}🚀\n");
    write(folder.join("long"), "ab ".repeat(100_000));
    write(folder.join("long line"), "x".repeat(3 * CHUNK));
    for before in CHUNK - 4..=CHUNK + 1 {
        let text = "x".repeat(before) + "\u{3000}y 漢\u{3000}🚀 z";
        write(folder.join(format!("border/{before}")), text);
    }
    write(folder.join("line\nbreak, tab\t\n"), "in the name\n");
    write(folder.join("-dash"), "-\n");
    // A file system may refuse a name that is no text.
    let _ = fs::write(folder.join(OsStr::from_bytes(b"n\xFFme")), "not UTF-8\n");
    let _ = fs::write(folder.join(OsStr::from_bytes(b"n\xFF\n\xFEme")), "nor this\n");
    write(folder.join("sorted/a/file"), "1 2\n");
    write(folder.join("sorted/a.file"), "1 2 3\n");
    write(folder.join("sorted/a-file"), "1 2 3 4\n");
    let deep: PathBuf = (0..100).map(|depth| format!("{depth}")).collect();
    write(folder.join(deep).join("file"), "deep down\n");
}

/// Files whose words are a question of what a word is.
fn write_bytes(folder: &Path) {
    write(folder.join("zeros"), [0; 1000]);
    write(folder.join("controls"), b"\x01 \x02a \x7F \x1B[0m\n");
    write(folder.join("invalid"), b"\xFF \xC3\x28 \xE2\x80 \xED\xA0\x80 \xF4\x90\x80\x80 a\xFFb\n");
    write(folder.join("cut off"), b"a \xF0\x9F\x9A");
    write(folder.join("unassigned"), "\u{378} \u{E000} \u{AD} \u{2028} \u{85}\n");
    for length in [1_000, CHUNK - 1, CHUNK, 5 * CHUNK + 3] {
        write(folder.join(format!("noise/{length}")), noise(length));
    }
    let cut: Vec<u8> = [vec![b' '; CHUNK - 2], b"\xE2\x80 \xE2\x80\x80x".to_vec()].concat();
    write(folder.join("cut at the border"), cut);
}

/// What is in a folder and is not counted.
fn write_distractions(folder: &Path) -> UnixListener {
    symlink(folder, folder.join("loop")).expect("a link is made");
    symlink("nowhere", folder.join("dangling")).expect("a link is made");
    symlink("lines", folder.join("alias")).expect("a link is made");
    // The address of a socket must be short, and the folder's path is not.
    let short = std::env::temp_dir().join(format!("wordcount-{}", std::process::id()));
    let socket = UnixListener::bind(&short).expect("a socket is made");
    fs::rename(&short, folder.join("socket"))
        .or_else(|_| fs::remove_file(&short))
        .expect("the socket is moved");
    socket
}

fn run(mut command: Command, folder: &Path, stdin: &[u8]) -> Output {
    command.current_dir(folder).env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // Who does not read its input does not get it.
    let _ = child.stdin.take().expect("it is piped").write_all(stdin);
    child.wait_with_output().expect("the program ends")
}

fn wordcount(arguments: &[&str], folder: &Path, stdin: &[u8]) -> Output {
    let mut command = Command::new(example::program("wordcount"));
    command.args(arguments);
    run(command, folder, stdin)
}

fn shell(script: &str, folder: &Path, stdin: &[u8]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    run(command, folder, stdin)
}

/// Whether there is a `wc` to compare with, and if so, whether a word to it needs a printable character.
fn gnu_wc() -> Option<bool> {
    let version = shell("wc --version", Path::new("/"), b"").stdout;
    if !String::from_utf8_lossy(&version).contains("GNU coreutils") {
        eprintln!("no GNU `wc` here to compare with");
        return None;
    }
    Some(shell("wc -w", Path::new("/"), b"\x01").stdout == b"0\n")
}

#[track_caller]
fn assert_alike(ours: &Output, theirs: &Output) {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string().replace("\\n", "\n");
    assert_eq!(text(&ours.stdout), text(&theirs.stdout));
    let theirs_said = text(&theirs.stderr).replace("wc: ", "wordcount: ");
    assert_eq!(text(&ours.stderr), theirs_said);
    assert_eq!(ours.status.code(), theirs.status.code());
}

#[test]
fn a_folder_is_counted_as_find_and_wc_count_it() {
    let Some(words_are_printable) = gnu_wc() else { return };
    let folder = folder("tree");
    write_texts(&folder);
    if words_are_printable {
        write_bytes(&folder);
    }
    let _socket = write_distractions(&folder);
    let list = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 wc";
    let theirs = shell(list, &folder, b"");
    for at_once in ["-j1", "-j3", "-j100"] {
        assert_alike(&wordcount(&[at_once, "."], &folder, b""), &theirs);
    }
}

#[test]
fn named_files_and_mistakes_are_treated_as_wc_does() {
    if gnu_wc().is_none() {
        return;
    }
    let folder = folder("names");
    write(folder.join("a"), "one\n");
    write(folder.join("b"), "x".repeat(12_345));
    write(folder.join("with space"), "two words\n");
    symlink("a", folder.join("link")).expect("a link is made");
    symlink("loop", folder.join("loop")).expect("a link is made");
    for names in [
        &["a"][..],
        &["b", "a", "b"],
        &["link"],
        &["a", "missing", "b"],
        &["missing"],
        &["missing", "also missing"],
        &["loop", "with space", "a/b"],
        &["-"],
        &["a", "-"],
        &["/dev/null", "a"],
        &["--", "a"],
    ] {
        let quoted: String = names.iter().map(|name| format!(" '{name}'")).collect();
        let theirs = shell(&format!("wc{quoted}"), &folder, b"from the input\n");
        assert_alike(&wordcount(names, &folder, b"from the input\n"), &theirs);
    }
}

#[test]
fn without_a_name_the_input_is_counted() {
    let folder = folder("input");
    let ours = wordcount(&[], &folder, b"one two\nthree\n");
    assert_eq!(String::from_utf8_lossy(&ours.stdout), "      2       3      14\n");
    assert!(ours.status.success());
    if gnu_wc().is_some() {
        let text = "a b\n".repeat(100_000);
        let theirs = shell("wc", &folder, text.as_bytes());
        assert_alike(&wordcount(&[], &folder, text.as_bytes()), &theirs);
    }
}

#[test]
fn a_missing_file_fails_at_the_end_and_the_rest_is_counted() {
    let folder = folder("missing");
    write(folder.join("a"), "one two\n");
    let ours = wordcount(&["missing", "a"], &folder, b"");
    assert_eq!(String::from_utf8_lossy(&ours.stdout), "1 2 8 a\n1 2 8 total\n");
    let said = String::from_utf8_lossy(&ours.stderr).into_owned();
    assert_eq!(said, "wordcount: missing: No such file or directory\n");
    assert_eq!(ours.status.code(), Some(1));
}

#[test]
fn an_empty_folder_is_no_mistake_and_an_unknown_option_is() {
    let folder = folder("empty");
    let ours = wordcount(&["."], &folder, b"not asked for");
    assert!(ours.status.success() && ours.stdout.is_empty() && ours.stderr.is_empty());
    for arguments in [&["-x"][..], &["-j"], &["-j", "0"], &["-jmany"]] {
        let ours = wordcount(arguments, &folder, b"");
        assert_eq!(ours.status.code(), Some(1), "{arguments:?}");
        assert!(
            String::from_utf8_lossy(&ours.stderr).contains("usage: wordcount"),
            "{arguments:?}"
        );
    }
}
