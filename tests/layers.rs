//! Proves that the source keeps the shape that `src/core/mod.rs` and the architecture page promise:
//! in `src/core` a module imports only from modules listed above it, nothing there touches the
//! world (printing, clocks, environment, exit), no command of `src/cli` imports another command,
//! and no file is a drawer for odds and ends.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What `src/core` may not mention, as paths; a macro ends in `!`.
const FORBIDDEN: &[&str] = &[
    "clap",
    "dialoguer",
    "comfy_table",
    "anstream",
    "anstyle",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "dbg!",
    "std::env",
    "env::var",
    "env::var_os",
    "env::args",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "process::exit",
    "process::abort",
    "io::stdin",
    "io::stdout",
    "io::stderr",
];

const DRAWERS: &[&str] = &[
    "utils.rs",
    "util.rs",
    "common.rs",
    "types.rs",
    "helpers.rs",
    "prelude.rs",
    "misc.rs",
];

/// The files of `src/cli` that commands share.
const SHARED_BY_COMMANDS: &[&str] = &["mod", "clock", "input", "network", "output"];

#[test]
fn core_modules_import_only_from_above() {
    let order = Order::read(&source("src/core/mod.rs"));
    assert!(
        order.modules.len() > 10,
        "too few modules were found: {order:?}"
    );
    let files = rust_files(&root().join("src/core"));
    let found: BTreeSet<String> = files
        .iter()
        .map(|file| file.module[0].clone())
        .filter(|name| name != "mod")
        .collect();
    let listed: BTreeSet<String> = order.modules.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(
        found, listed,
        "the files of src/core and the modules of src/core/mod.rs"
    );

    let (mut edges, mut violations) = (BTreeSet::new(), BTreeSet::new());
    for file in files.iter().filter(|file| file.module != ["mod"]) {
        let (own_edges, own_violations) = order.judge(&file.path, &file.module, &file.text);
        edges.extend(own_edges);
        violations.extend(own_violations);
    }
    assert!(edges.len() > 20, "too few imports were found: {edges:?}");
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn core_does_not_touch_the_world() {
    let mut seen = 0;
    let mut violations = Vec::new();
    for file in rust_files(&root().join("src/core")) {
        let paths = paths(&code(&file.text));
        seen += paths.len();
        violations.extend(
            forbidden(&paths)
                .into_iter()
                .map(|what| format!("{} mentions {what}", file.path)),
        );
    }
    assert!(seen > 1000, "too few paths were found: {seen}");
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn no_command_imports_another() {
    if !source("src/main.rs").contains("mod cli") {
        assert!(
            !root().join("src/cli/mod.rs").exists(),
            "src/cli is there and src/main.rs does not use it"
        );
        return;
    }
    let files = rust_files(&root().join("src/cli"));
    let commands: BTreeSet<&str> = files
        .iter()
        .map(|file| file.module[0].as_str())
        .filter(|name| !SHARED_BY_COMMANDS.contains(name))
        .collect();
    assert!(
        commands.len() > 1,
        "too few commands were found: {commands:?}"
    );
    let mut violations = Vec::new();
    for file in files
        .iter()
        .filter(|file| commands.contains(file.module[0].as_str()))
    {
        for target in imports(&code(&file.text), file.module.len(), "cli") {
            if target != file.module[0] && commands.contains(target.as_str()) {
                violations.push(format!("{} imports the command {target}", file.path));
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn no_file_is_a_drawer() {
    let files = rust_files(&root().join("src"));
    assert!(files.len() > 20, "too few files were found");
    for file in files {
        let name = file.path.rsplit('/').next().unwrap();
        assert!(
            !DRAWERS.contains(&name),
            "{}: a file is named after what it is about",
            file.path
        );
    }
}

/// The checks above are only worth something if they catch what they are for.
#[test]
fn violations_are_caught() {
    let order = Order::read("// 1 a\npub mod low;\npub mod next;\n\n// 2 b\npub mod high;\n");
    assert_eq!(
        order.modules,
        [("low".into(), 1), ("next".into(), 1), ("high".into(), 2)]
    );
    for (module, text, caught) in [
        ("low", "use super::high::X;", true),
        ("low", "use super::next::X;", true),
        ("next", "use super::low::X;", false),
        ("high", "use super::{low, next::{A, B}};", false),
        ("low", "use std::fmt;\nuse super::{\n    high::X,\n};", true),
        ("low", "use crate::core::high::X;", true),
        ("low", "use crate::core::{self, high};", true),
        ("low", "fn f() -> super::high::X { todo!() }", true),
        ("low", "mod inner { use super::super::high::X; }", true),
        (
            "low",
            "mod inner { use super::high::X; }\nmod high {}",
            false,
        ),
        (
            "low",
            "/// See [`super::high`].\n// use super::high;\n/* super::high */ fn f() {}",
            false,
        ),
        (
            "low",
            "const S: &str = \"use super::high;\"; const R: &str = r#\"super::high \"# ;",
            false,
        ),
        (
            "low",
            "const Q: char = '\"'; use super::high::X; const P: char = '\"';",
            true,
        ),
        (
            "low",
            "fn f<'a>(x: &'a str) -> &'a str { super::high::f(x) }",
            true,
        ),
        (
            "low",
            "#[cfg(test)]\nmod tests { use crate::core::high; fn f() { {} } }",
            false,
        ),
        (
            "low",
            "#[cfg(test)]\nuse super::high;\nuse super::high::X;",
            true,
        ),
        ("low", "use super::*;", true),
        ("low", "use super::nowhere::X;", true),
        ("low/part", "use super::super::high::X;", true),
        ("low/part", "use super::high::X;", false),
        ("low/part", "use super::super::super::cli::X;", true),
        ("low", "use crate::cli::X;", true),
    ] {
        let module: Vec<String> = module.split('/').map(String::from).collect();
        let (_, violations) = order.judge("fixture", &module, text);
        assert_eq!(
            !violations.is_empty(),
            caught,
            "{module:?}: {text}: {violations:?}"
        );
    }
    for (text, caught) in [
        ("fn f() { println!(\"x\"); }", true),
        ("use std::{env, fs};", true),
        ("let now = std::time::SystemTime::now();", true),
        ("use clap::Parser;", true),
        ("fn f() { std::process::exit(1) }", true),
        ("let text = \"println!\"; // println!(", false),
        ("#[cfg(test)] mod tests { fn f() { println!(); } }", false),
        ("use super::env::Env; use std::io::Read;", false),
    ] {
        assert_eq!(!forbidden(&paths(&code(text))).is_empty(), caught, "{text}");
    }
    assert_eq!(
        imports(
            &code("use super::{input, sign::Args}; use crate::cli::verify;"),
            1,
            "cli"
        ),
        ["input", "sign", "verify"]
    );
}

/// The modules of `src/core` in the order of their lines, each with its layer.
#[derive(Debug)]
struct Order {
    modules: Vec<(String, u32)>,
}

impl Order {
    fn read(text: &str) -> Self {
        let (mut layer, mut modules) = (0, Vec::new());
        for line in text.lines() {
            if let Some(number) = line
                .strip_prefix("// ")
                .and_then(|rest| rest.split(' ').next()?.parse().ok())
            {
                assert_eq!(number, layer + 1, "the layers are not numbered in order");
                layer = number;
            }
            if let Some(name) = line
                .strip_prefix("pub mod ")
                .and_then(|rest| rest.strip_suffix(';'))
            {
                assert!(layer > 0, "{name} is in no layer");
                modules.push((name.to_owned(), layer));
            }
        }
        Self { modules }
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.modules.iter().position(|(it, _)| it == name)
    }

    /// The imports of one file as (from, to), and those of them that are not allowed.
    fn judge(
        &self,
        path: &str,
        module: &[String],
        text: &str,
    ) -> (Vec<(String, String)>, Vec<String>) {
        let own = self
            .place(&module[0])
            .unwrap_or_else(|| panic!("{path} is not in src/core/mod.rs"));
        let (mut edges, mut violations) = (Vec::new(), Vec::new());
        for target in imports(&code(text), module.len(), "core")
            .into_iter()
            .filter(|target| *target != module[0])
        {
            match self.place(&target) {
                Some(place) if place < own => {}
                Some(place) => violations.push(format!(
                    "{path}: {} (layer {}) imports {target} (layer {}), which stands below it in src/core/mod.rs",
                    module[0], self.modules[own].1, self.modules[place].1
                )),
                None => violations.push(format!("{path}: {target} is no module of src/core")),
            }
            edges.push((module[0].clone(), target));
        }
        (edges, violations)
    }
}

/// The modules of `src/FOLDER` that code in it, `depth` modules deep, refers to; what lies outside
/// comes with a `..`.
fn imports(code: &[String], depth: usize, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for Found { path, inside } in paths(code) {
        let ups = path
            .iter()
            .take_while(|segment| *segment == "super")
            .count();
        let depth = depth + inside;
        if path[0] == "crate" && path.len() > 1 {
            match path.get(2).filter(|_| path[1] == folder) {
                Some(target) => found.push(target.clone()),
                None => found.push(format!("../{}", path[1])),
            }
        } else if ups == depth && path.len() > ups {
            found.push(path[ups].clone());
        } else if ups > depth {
            found.push(format!("../{}", path.get(ups).map_or("", |it| it)));
        }
    }
    found.retain(|target| target != "self");
    found
}

fn forbidden(paths: &[Found]) -> Vec<&'static str> {
    let mentions = |wanted: &&&str| {
        let wanted: Vec<&str> = wanted.split("::").collect();
        paths.iter().any(|it| {
            let at_start = wanted.len() == 1;
            let mut windows = it.path.windows(wanted.len()).enumerate();
            windows.any(|(i, window)| {
                window.iter().eq(wanted.iter()) && (i == 0 || !at_start || wanted[0].ends_with('!'))
            })
        })
    };
    FORBIDDEN.iter().filter(mentions).copied().collect()
}

/// A path in the code: `a::b::c`, with groups written out.
struct Found {
    path: Vec<String>,
    /// How many inline modules it stands in.
    inside: usize,
}

fn paths(code: &[String]) -> Vec<Found> {
    let (mut found, mut braces, mut modules, mut at) = (Vec::new(), 0, Vec::new(), 0);
    while at < code.len() {
        match code[at].as_str() {
            "mod" if code.get(at + 2).is_some_and(|it| it == "{") => {
                braces += 1;
                modules.push(braces);
                at += 3;
            }
            "{" => (braces, at) = (braces + 1, at + 1),
            "}" => {
                modules.pop_if(|brace| *brace == braces);
                (braces, at) = (braces - 1, at + 1);
            }
            token if is_name(token) => {
                let mut written_out = Vec::new();
                at = path(code, at, Vec::new(), &mut written_out);
                found.extend(written_out.into_iter().map(|path| Found {
                    path,
                    inside: modules.len(),
                }));
            }
            _ => at += 1,
        }
    }
    assert_eq!(
        braces, 0,
        "the braces do not match, so the scanner misread something"
    );
    found
}

/// Reads the path at `at`, to be put after `before`, and returns where it ends.
fn path(
    code: &[String],
    mut at: usize,
    before: Vec<String>,
    found: &mut Vec<Vec<String>>,
) -> usize {
    let token = |at: usize| code.get(at).map_or("", String::as_str);
    let mut path = before;
    loop {
        path.push(code[at].clone());
        at += 1;
        match (token(at), token(at + 1)) {
            ("!", "(" | "[" | "{") => {
                if let Some(last) = path.last_mut() {
                    last.push('!');
                }
                found.push(path);
                return at + 1;
            }
            ("::", "{") => {
                at += 2;
                while token(at) != "}" {
                    at = if is_name(token(at)) || token(at) == "*" {
                        self::path(code, at, path.clone(), found)
                    } else {
                        at + 1
                    };
                }
                return at + 1;
            }
            ("::", next) if is_name(next) || next == "*" => at += 1,
            _ => {
                found.push(path);
                return at;
            }
        }
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_') && token != "use" && token != "as"
}

/// The tokens of `text` without comments, without what is in strings, and without what is for tests
/// only.
fn code(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = token_length(rest, first);
        let token = &rest[..length];
        rest = &rest[length..];
        match first {
            '"' => tokens.push("\"\"".to_owned()),
            _ if token.starts_with("//") || token.starts_with("/*") || first.is_whitespace() => {}
            'r' | 'b' if token.contains('"') => tokens.push("\"\"".to_owned()),
            _ => tokens.push(token.to_owned()),
        }
    }
    without_tests(tokens)
}

fn token_length(text: &str, first: char) -> usize {
    let until = |end: &str, from: usize| {
        text[from..]
            .find(end)
            .map_or(text.len(), |at| from + at + end.len())
    };
    let word = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    let raw = text
        .trim_start_matches('b')
        .strip_prefix('r')
        .map(|it| it.trim_start_matches('#'));
    match first {
        '/' if text.starts_with("//") => text.find('\n').unwrap_or(text.len()),
        '/' if text.starts_with("/*") => until("*/", 2),
        'r' | 'b' if raw.is_some_and(|it| it.starts_with('"')) => {
            let open = text.find('"').unwrap_or(0);
            let hashes = text[..open].matches('#').count();
            until(&format!("\"{}", "#".repeat(hashes)), open + 1)
        }
        'b' if text[1..].starts_with('"') => 1 + quoted(&text[1..]),
        '"' => quoted(text),
        // A character, unless it is a lifetime.
        '\'' if text[1..].starts_with('\\') => until("'", 3),
        '\'' if text[1..].chars().nth(1) == Some('\'') => {
            2 + text[1..].chars().next().map_or(0, char::len_utf8)
        }
        ':' if text.starts_with("::") => 2,
        _ if word > 0 => word,
        _ => first.len_utf8(),
    }
}

/// The length of the string literal that `text` begins with.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Drops every item that stands after `#[cfg(test)]`.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let marker = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if tokens[at..].iter().take(marker.len()).eq(marker) {
            at += marker.len();
            let mut depth = 0;
            while at < tokens.len() {
                match tokens[at].as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 && matches!(tokens[at - 1].as_str(), "}" | ";") {
                    break;
                }
            }
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

struct SourceFile {
    /// From the root of the package.
    path: String,
    /// `key`, `formats` for `key/formats.rs`; a `mod.rs` goes by its folder.
    module: Vec<String>,
    text: String,
}

fn rust_files(folder: &Path) -> Vec<SourceFile> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|e| panic!("{}: {e}", next.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                files.push(SourceFile {
                    path: path
                        .strip_prefix(root())
                        .unwrap()
                        .display()
                        .to_string()
                        .replace('\\', "/"),
                    module: module(path.strip_prefix(folder).unwrap()),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn module(path: &Path) -> Vec<String> {
    let mut module: Vec<String> = path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.len() > 1 && module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn source(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}
