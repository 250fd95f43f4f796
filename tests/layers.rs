//! Proves that the source keeps the shape that `src/core/mod.rs` promises: in `src/core` a module
//! imports only from modules listed above it, touches no standard stream and names no flag and no
//! command, and no command of `src/cli` imports another. Clocks, the environment and exits are banned by `clippy.toml`, printing
//! by lints; a path inside a macro's arguments is not looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The files of `src/cli` that commands share.
const SHARED_BY_COMMANDS: &[&str] = &[
    "mod", "batch", "clock", "context", "help", "input", "install", "network", "output",
];

/// Every path in a file but those for tests alone, each with the number of inline modules around it,
/// and every text: a literal, or all that is in a macro's call.
#[derive(Default)]
struct Paths {
    inside: usize,
    found: Vec<(usize, Vec<String>)>,
    texts: Vec<String>,
}

impl Paths {
    fn of(text: &str) -> Self {
        let mut paths = Self::default();
        paths.visit_file(&syn::parse_file(text).unwrap());
        paths
    }

    fn flatten(&mut self, before: Vec<String>, tree: &syn::UseTree) {
        let longer = |name: String| [before.clone(), vec![name]].concat();
        match tree {
            syn::UseTree::Path(it) => self.flatten(longer(it.ident.to_string()), &it.tree),
            syn::UseTree::Group(it) => it
                .items
                .iter()
                .for_each(|it| self.flatten(before.clone(), it)),
            syn::UseTree::Name(it) => self.found.push((self.inside, longer(it.ident.to_string()))),
            syn::UseTree::Rename(it) => {
                self.found.push((self.inside, longer(it.ident.to_string())))
            }
            syn::UseTree::Glob(_) => self.found.push((self.inside, longer("*".into()))),
        }
    }

    /// The modules of `src/FOLDER` that are referred to from a module `depth` deep in it; what lies
    /// outside comes with a `..`.
    fn modules(&self, depth: usize, folder: &str) -> BTreeSet<String> {
        let target = |(inside, path): &(usize, Vec<String>)| {
            let ups = path.iter().take_while(|it| *it == "super").count();
            match path.first()?.as_str() {
                "crate" => match path.get(2).filter(|_| path[1] == folder) {
                    Some(target) => Some(target.clone()),
                    None => Some(format!("../{}", path.get(1)?)),
                },
                _ if ups == depth + inside => path.get(ups).cloned(),
                _ if ups > depth + inside => Some(format!("../{}", path.get(ups)?)),
                _ => None,
            }
        };
        self.found
            .iter()
            .filter_map(target)
            .filter(|it| it != "self")
            .collect()
    }
}

impl<'a> Visit<'a> for Paths {
    fn visit_item(&mut self, item: &'a syn::Item) {
        let attributes = match item {
            syn::Item::Mod(it) => &it.attrs,
            syn::Item::Use(it) => &it.attrs,
            syn::Item::Fn(it) => &it.attrs,
            syn::Item::Impl(it) => &it.attrs,
            _ => return visit::visit_item(self, item),
        };
        let for_tests = |it: &syn::Attribute| {
            it.path().is_ident("cfg")
                && it
                    .parse_args::<syn::Path>()
                    .is_ok_and(|it| it.is_ident("test"))
        };
        if !attributes.iter().any(for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, it: &'a syn::ItemMod) {
        self.inside += 1;
        visit::visit_item_mod(self, it);
        self.inside -= 1;
    }

    fn visit_item_use(&mut self, it: &'a syn::ItemUse) {
        self.flatten(Vec::new(), &it.tree);
    }

    fn visit_attribute(&mut self, _: &'a syn::Attribute) {}

    fn visit_lit_str(&mut self, it: &'a syn::LitStr) {
        self.texts.push(it.value());
    }

    fn visit_macro(&mut self, it: &'a syn::Macro) {
        self.texts.push(it.tokens.to_string());
        visit::visit_macro(self, it);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|it| it.ident.to_string())
            .collect();
        self.found.push((self.inside, names));
        visit::visit_path(self, path);
    }
}

/// The modules of `src/core` in the order of their lines.
fn order(text: &str) -> Vec<String> {
    let name = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned());
    text.lines().filter_map(name).collect()
}

/// The imports of a module that stand at its own place or below in `order`, or outside.
fn violations(order: &[String], module: &[String], text: &str) -> Vec<String> {
    let place = |name: &String| order.iter().position(|it| it == name);
    let own = place(&module[0]).unwrap_or_else(|| panic!("{module:?} is not in src/core/mod.rs"));
    let mut targets = Paths::of(text).modules(module.len(), "core");
    targets.remove(&module[0]);
    let allowed = |name: &String| place(name).is_some_and(|it| it < own);
    targets.into_iter().filter(|it| !allowed(it)).collect()
}

#[test]
fn core_modules_import_only_from_above() {
    let order = order(&fs::read_to_string(root().join("src/core/mod.rs")).unwrap());
    let files = rust_files(&root().join("src/core"));
    let names = files.iter().map(|(_, module, _)| module[0].clone());
    let found: BTreeSet<String> = names.filter(|name| name != "mod").collect();
    assert_eq!(
        found,
        order.iter().cloned().collect(),
        "the files and the list of src/core"
    );
    for (path, module, text) in files.iter().filter(|(_, module, _)| module[0] != "mod") {
        let wrong = violations(&order, module, text);
        assert!(
            wrong.is_empty(),
            "{path} imports {wrong:?}, not listed above it"
        );
        let streams = |path: &[String]| {
            let [.., io, stream] = path else { return false };
            io == "io" && ["stdin", "stdout", "stderr"].contains(&stream.as_str())
        };
        let touched = Paths::of(text).found.iter().any(|(_, path)| streams(path));
        assert!(!touched, "{path} touches a standard stream");
    }
}

/// Whether a text of the library speaks of flags (`--x`) or commands (`jwtctl x`), which are the
/// business of `src/cli`: a hint is a value there, and its words are in `cli/output/hints.rs`.
fn speaks_of_cli(text: &str, commands: &BTreeSet<String>) -> bool {
    let is_flag = |(at, _): (usize, &str)| {
        let next = text[at + 2..].chars().next();
        !text[..at].ends_with('-') && next.is_some_and(|it| it.is_ascii_lowercase() || it == '{')
    };
    let is_command = |(at, name): (usize, &str)| {
        let word = text[at + name.len()..].split(|it: char| !it.is_ascii_alphanumeric());
        word.into_iter()
            .next()
            .is_some_and(|it| commands.contains(it))
    };
    text.match_indices("--").any(is_flag) || text.match_indices("jwtctl ").any(is_command)
}

fn commands() -> BTreeSet<String> {
    let files = rust_files(&root().join("src/cli"));
    let names = files.into_iter().map(|(_, module, _)| module[0].clone());
    names
        .filter(|name| !SHARED_BY_COMMANDS.contains(&name.as_str()))
        .collect()
}

#[test]
fn core_names_no_flag_and_no_command() {
    let commands = commands();
    let is_for_tests = |path: &str| path.ends_with("tests.rs") || path.contains("/tests/");
    for (path, _, text) in rust_files(&root().join("src/core")) {
        if is_for_tests(&path) || path.ends_with("testing.rs") {
            continue;
        }
        let found = Paths::of(&text).texts;
        let wrong: Vec<_> = found
            .iter()
            .filter(|it| speaks_of_cli(it, &commands))
            .collect();
        assert!(
            wrong.is_empty(),
            "{path} speaks of the command line: {wrong:?}"
        );
    }
}

#[test]
fn flags_and_commands_in_texts_are_caught() {
    let commands = BTreeSet::from(["decode".to_owned()]);
    for (text, caught) in [
        ("fn f() { g(\"to wait longer: --timeout DURATION\") }", true),
        ("fn f() { g(\"--timeout\") }", true),
        ("fn f() { g(format!(\"--{name} {value}\")) }", true),
        ("fn f() { g(\"jwtctl decode shows it\") }", true),
        ("fn f() { g(\"which jwtctl does not know\") }", false),
        ("fn f() { g(\"-----BEGIN KEY-----\", b\"--label\") }", false),
        (
            "/// `--timeout`\nfn f() { g(format!(\"{}\", 1 - -x)) }",
            false,
        ),
        (
            "#[cfg(test)] mod tests { fn f() { g(\"--timeout\") } }",
            false,
        ),
    ] {
        let found = Paths::of(text).texts;
        let is_caught = found.iter().any(|it| speaks_of_cli(it, &commands));
        assert_eq!(is_caught, caught, "{text}: {found:?}");
    }
}

#[test]
fn no_command_imports_another() {
    let files = rust_files(&root().join("src/cli"));
    let is_command = |name: &String| !SHARED_BY_COMMANDS.contains(&name.as_str());
    let commands: BTreeSet<&String> = files.iter().map(|(_, module, _)| &module[0]).collect();
    assert!(
        commands.len() > 10,
        "too few commands were found: {commands:?}"
    );
    for (path, module, text) in files.iter().filter(|(_, module, _)| is_command(&module[0])) {
        for target in Paths::of(text).modules(module.len(), "cli") {
            let other = commands.contains(&target) && is_command(&target) && target != module[0];
            assert!(!other, "{path} imports the command {target}");
        }
    }
}

/// The checks above are only worth something if they catch what they are for.
#[test]
fn violations_are_caught() {
    let order = order("// 1 a\npub mod low;\npub mod next;\n\n// 2 b\npub mod high;\n");
    for (module, text, caught) in [
        ("low", "use super::high::X;", true),
        ("next", "use super::low::X;", false),
        ("high", "use super::{low, next::{A, B}};", false),
        ("low", "use std::fmt;\nuse super::{high::X as Y};", true),
        ("low", "use crate::core::{self, high};", true),
        ("low", "fn f() -> super::high::X { todo!() }", true),
        ("low", "mod inner { use super::super::high::X; }", true),
        (
            "low",
            "mod inner { use super::high::X; } mod high {}",
            false,
        ),
        (
            "low",
            "/// See [`super::high`].\nconst S: &str = \"use super::high;\";",
            false,
        ),
        (
            "low",
            "#[cfg(test)] mod tests { use crate::core::high; }",
            false,
        ),
        (
            "low",
            "#[cfg(test)]\nuse super::high;\nuse super::high::X;",
            true,
        ),
        ("low", "use super::*;", true),
        ("low/part", "use super::super::high::X;", true),
        ("low/part", "use super::high::X;", false),
        ("low", "use crate::cli::X;", true),
    ] {
        let module: Vec<String> = module.split('/').map(String::from).collect();
        let found = violations(&order, &module, text);
        assert_eq!(!found.is_empty(), caught, "{module:?}: {text}: {found:?}");
    }
}

/// The files of a folder: path, module (`key`, `jwk` for `key/jwk.rs`, `key` for `key/mod.rs`), text.
fn rust_files(folder: &Path) -> Vec<(String, Vec<String>, String)> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(&next).unwrap().map(|it| it.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(folder).unwrap().with_extension("");
                let mut module: Vec<String> = name
                    .iter()
                    .map(|it| it.to_str().unwrap().to_owned())
                    .collect();
                if module.len() > 1 {
                    module.pop_if(|it| it == "mod");
                }
                files.push((
                    path.display().to_string(),
                    module,
                    fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
