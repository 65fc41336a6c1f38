//! Under which name the application knows the runtime.
//!
//! A procedural macro has no `$crate`, so the name is looked up in the manifest of the package that
//! is being compiled. Cargo's rule, where `KEY` is the key in a table of dependencies:
//!
//! | dependency | name in code |
//! |---|---|
//! | `gosched = ".."` | `runtime`, the name of the library |
//! | `KEY = { package = "gosched", .. }` | `KEY`, even where that is `gosched` |
//! | `KEY = { workspace = true }`, `KEY.workspace = true` | as `KEY` under `[workspace.dependencies]` says |
//!
//! Where nothing is found (another build system, an attribute re-exported by a third crate), the name
//! is `runtime`, and the argument `crate` is there for the rest.

use std::env;
use std::path::{Path, PathBuf};

use crate::manifest::Manifest;

const PACKAGE: &str = "gosched";
const LIBRARY: &str = "runtime";

/// The path of the runtime in the crate that is being compiled. The name is written as a raw one, which any name may be, and
/// keywords must.
pub(crate) fn path() -> String {
    if is_the_runtime() {
        return "crate".into();
    }
    format!("::r#{}", read_from_manifest().as_deref().unwrap_or(LIBRARY))
}

/// Whether the runtime's own library is being compiled, for its unit tests; not its doctests, which
/// see it from outside.
fn is_the_runtime() -> bool {
    let is = |name, value| env::var_os(name).is_some_and(|actual| actual == value);
    is("CARGO_PKG_NAME", PACKAGE)
        && is("CARGO_CRATE_NAME", LIBRARY)
        && env::var_os("UNSTABLE_RUSTDOC_TEST_PATH").is_none()
}

fn read_from_manifest() -> Option<String> {
    let directory = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let manifest = Manifest::read(&directory)?;
    name_in(&manifest, || workspace_of(&directory, &manifest))
}

/// The manifest with the `[workspace.dependencies]` that the package in `directory` inherits from.
fn workspace_of(directory: &Path, manifest: &Manifest) -> Option<Manifest> {
    if let Some(root) = manifest.get(&["package", "workspace"]) {
        return Manifest::read(&directory.join(root));
    }
    let shares = |manifest: &Manifest| manifest.has_table(&["workspace", "dependencies"]);
    directory.ancestors().filter_map(Manifest::read).find(shares)
}

/// The name that a manifest gives to the runtime. The first table that has it decides.
fn name_in(manifest: &Manifest, workspace: impl Fn() -> Option<Manifest>) -> Option<String> {
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    tables.iter().find_map(|table| {
        manifest.paths().find_map(|path| match path {
            [name, key, ..] if name == table => name_of(manifest, &[name, key], &workspace),
            [target, condition, name, key, ..] if target == "target" && name == table => {
                name_of(manifest, &[target, condition, name, key], &workspace)
            }
            _ => None,
        })
    })
}

/// The name of the dependency at `path`, if it is the runtime.
fn name_of(
    manifest: &Manifest,
    path: &[&str],
    workspace: impl Fn() -> Option<Manifest>,
) -> Option<String> {
    let key = *path.last()?;
    let below = |name| [path, &[name]].concat();
    if manifest.get(&below("workspace")) == Some("true") {
        let workspace = workspace()?;
        name_for(key, workspace.get(&["workspace", "dependencies", key, "package"]))
    } else {
        name_for(key, manifest.get(&below("package")))
    }
}

fn name_for(key: &str, package: Option<&str>) -> Option<String> {
    match package {
        Some(PACKAGE) => Some(key.replace('-', "_")),
        None if key == PACKAGE => Some(LIBRARY.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(manifest: &str) -> Option<String> {
        name_in(&Manifest::parse(manifest), || None)
    }

    fn inherited(manifest: &str, workspace: &str) -> Option<String> {
        name_in(&Manifest::parse(manifest), || Some(Manifest::parse(workspace)))
    }

    #[test]
    fn a_plain_dependency_is_known_by_its_library() {
        assert_eq!(name("[dependencies]\ngosched = '1'").unwrap(), "runtime");
        assert_eq!(name("[dependencies]\ngosched = { path = '..' }").unwrap(), "runtime");
        assert_eq!(name("[dependencies.gosched]\nversion = '1'").unwrap(), "runtime");
        assert_eq!(name("[dependencies]\ngosched.version = '1'").unwrap(), "runtime");
    }

    #[test]
    fn a_renamed_dependency_is_known_by_its_key() {
        let forms = [
            "[dependencies]\ntokio = { version = '1', package = \"gosched\" } # the one",
            "[dependencies.tokio]\npackage = 'gosched'",
            "[dependencies]\ntokio.package = 'gosched'\ntokio.version = '1'",
            "dependencies = { tokio = { package = 'gosched' } }",
            "[dev-dependencies]\ntokio = { package = 'gosched' }",
            "[target.'cfg(unix)'.dependencies]\ntokio = { package = 'gosched' }",
            "[target.x86_64-unknown-linux-gnu.dev-dependencies.tokio]\npackage = 'gosched'",
        ];
        for form in forms {
            assert_eq!(name(form).as_deref(), Some("tokio"), "{form}");
        }
        assert_eq!(name("[dependencies]\nan-rt = { package = 'gosched' }").unwrap(), "an_rt");
        assert_eq!(name("[dependencies]\ngosched = { package = 'gosched' }").unwrap(), "gosched");
    }

    #[test]
    fn other_packages_and_other_tables_do_not_count() {
        assert_eq!(name("[dependencies]\ngosched = { package = 'other' }"), None);
        assert_eq!(name("[dependencies]\ntokio = '1'"), None);
        assert_eq!(name("[patch.crates-io]\ngosched = { path = '..' }"), None);
        assert_eq!(name("[features]\nx = ['dep:gosched']\n[dependencies]\na = '1'"), None);
    }

    #[test]
    fn dependencies_go_before_those_of_tests() {
        let both = "[dev-dependencies]\na = { package = 'gosched' }\n\
                    [dependencies]\nb = { package = 'gosched' }";
        assert_eq!(name(both).unwrap(), "b");
    }

    #[test]
    fn an_inherited_dependency_is_looked_up_in_the_workspace() {
        let forms = [
            "[dependencies]\ntokio.workspace = true",
            "[dependencies]\ntokio = { workspace = true, features = ['full'] }",
            "[dependencies.tokio]\nworkspace = true",
        ];
        let workspace = "[workspace.dependencies]\ntokio = { package = 'gosched', version = '1' }";
        for form in forms {
            assert_eq!(inherited(form, workspace).as_deref(), Some("tokio"), "{form}");
        }
        let plain = "[workspace.dependencies]\ngosched = '1'";
        assert_eq!(
            inherited("[dependencies]\ngosched.workspace = true", plain).unwrap(),
            "runtime"
        );
        assert_eq!(inherited("[dependencies]\ntokio.workspace = true", plain), None);
    }
}
