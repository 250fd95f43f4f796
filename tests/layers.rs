//! Proves that the source keeps the shape that `src/core/mod.rs` promises: in `src/core` a module
//! imports only from modules listed above it, touches no standard stream and names no flag and no
//! command, no command of `src/cli` imports another, and no file has grown too long. Clocks, the
//! environment and exits are banned by `clippy.toml`, printing by lints; a path inside a macro's
//! arguments is not looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::UseTree;
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

    fn flatten(&mut self, before: &[String], tree: &UseTree) {
        let longer = |name: &dyn ToString| [before, &[name.to_string()]].concat();
        let path = match tree {
            UseTree::Path(it) => return self.flatten(&longer(&it.ident), &it.tree),
            UseTree::Group(it) => return it.items.iter().for_each(|it| self.flatten(before, it)),
            UseTree::Name(it) => longer(&it.ident),
            UseTree::Rename(it) => longer(&it.ident),
            UseTree::Glob(_) => longer(&"*"),
        };
        self.found.push((self.inside, path));
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
        self.flatten(&[], &it.tree);
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
        let names = path.segments.iter().map(|it| it.ident.to_string());
        self.found.push((self.inside, names.collect()));
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
    let (list, files): (Vec<_>, Vec<_>) = rust_files("src/core")
        .into_iter()
        .partition(|it| it.module[0] == "mod");
    let order = order(&list[0].text);
    let found: BTreeSet<&String> = files.iter().map(|it| &it.module[0]).collect();
    assert_eq!(found, order.iter().collect(), "the files and the list");
    for File { path, module, text } in &files {
        let wrong = violations(&order, module, text);
        assert!(wrong.is_empty(), "{path} imports {wrong:?} from below");
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
    let files = rust_files("src/cli").into_iter();
    let mut names: BTreeSet<String> = files.map(|it| it.module[0].clone()).collect();
    names.retain(|it| !SHARED_BY_COMMANDS.contains(&it.as_str()));
    names
}

#[test]
fn core_names_no_flag_and_no_command() {
    let commands = commands();
    let files = rust_files("src/core").into_iter();
    for File { path, text, .. } in files.filter(|it| !it.is_for_tests()) {
        let mut wrong = Paths::of(&text).texts;
        wrong.retain(|it| speaks_of_cli(it, &commands));
        assert!(wrong.is_empty(), "{path} speaks of flags: {wrong:?}");
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
        ("/// `--timeout`\nfn f() { g(f!(1 - -x)) }", false),
        ("#[cfg(test)] mod tests { fn f() { g(\"--x\") } }", false),
    ] {
        let found = Paths::of(text).texts;
        let is_caught = found.iter().any(|it| speaks_of_cli(it, &commands));
        assert_eq!(is_caught, caught, "{text}: {found:?}");
    }
}

#[test]
fn no_command_imports_another() {
    let commands = commands();
    assert!(commands.len() > 10, "too few commands: {commands:?}");
    for File { path, module, text } in rust_files("src/cli") {
        if commands.contains(&module[0]) {
            let mut others = Paths::of(&text).modules(module.len(), "cli");
            others.retain(|it| commands.contains(it) && *it != module[0]);
            assert!(others.is_empty(), "{path} imports commands: {others:?}");
        }
    }
}

/// The lines that are neither blank nor a comment nor in a module for tests, as
/// `scripts/measure.py` counts them.
fn code_lines(text: &str) -> usize {
    let is_code = |it: &&str| !it.is_empty() && !it.starts_with("//");
    let mut lines = text.lines().map(str::trim).filter(is_code).peekable();
    let mut count = 0;
    while let Some(line) = lines.next() {
        let module = lines.next_if(|it| line == "#[cfg(test)]" && it.contains("mod "));
        match module {
            Some(inline) if inline.ends_with('{') => break,
            Some(_) => {}
            None => count += 1,
        }
    }
    count
}

#[test]
fn no_file_is_too_long() {
    let mut files = rust_files("src");
    files.retain(|it| !it.is_for_tests() && code_lines(&it.text) > 400);
    let named = files.iter().map(|it| (&it.path, code_lines(&it.text)));
    let long: Vec<_> = named.collect();
    assert!(long.is_empty(), "more than 400 lines of code: {long:?}");
    let text = "//! Page.\n\nfn f() {}\n#[cfg(test)]\nmod tests;\n\n// x\nfn g() {}\n";
    assert_eq!(code_lines(text), 2);
    let inline = "\n#[cfg(test)]\nmod tests {\n    fn f() {}\n}\n";
    assert_eq!(code_lines(&format!("{text}{inline}")), 2);
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
        ("low", "mod x { use super::high::X; } mod high {}", false),
        (
            "low",
            "/// `super::high`\nfn f() { \"super::high\" }",
            false,
        ),
        (
            "low",
            "#[cfg(test)] mod x { use crate::core::high; }",
            false,
        ),
        ("low", "#[cfg(test)]\nfn f() {}\nuse super::high::X;", true),
        ("low", "#[cfg(test)]\nuse super::high::X;", false),
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

/// A file of the source.
struct File {
    path: String,
    /// `key`, `jwk` for `key/jwk.rs`, `key` for `key/mod.rs`.
    module: Vec<String>,
    text: String,
}

impl File {
    fn is_for_tests(&self) -> bool {
        let names = ["tests.rs", "testing.rs"];
        names.iter().any(|it| self.path.ends_with(it)) || self.path.contains("/tests/")
    }
}

/// The files of a folder.
fn rust_files(folder: &str) -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut files, mut folders) = (Vec::new(), vec![folder.clone()]);
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(&next).unwrap().map(|it| it.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(&folder).unwrap().with_extension("");
                let names = name.iter().map(|it| it.to_str().unwrap().to_owned());
                let mut module: Vec<String> = names.collect();
                if module.len() > 1 {
                    module.pop_if(|it| it == "mod");
                }
                let text = fs::read_to_string(&path).unwrap();
                let path = path.display().to_string();
                files.push(File { path, module, text });
            }
        }
    }
    files
}
