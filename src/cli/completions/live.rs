//! The values that a shell offers at Tab: what is there at that moment. Nothing is fetched, opened
//! with a passphrase or asked for, and what cannot be read is left out.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Arg, Command};
use clap_complete::engine::{
    ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter,
};
use clap_complete::env::CompleteEnv;
use jwtctl::core::cache::{Cache, CachedEntry, DocumentKind};
use jwtctl::core::env::Env;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::keystore::Keystore;
use jwtctl::core::time::Timestamp;

use super::super::clock::SystemClock;
use super::super::input::{Inputs, policy_folder, variable};
use super::super::network;
use super::super::output::{Color, Output};
use super::VARIABLE;

/// Answers a shell that asks for completions at the cursor; `None` when the call is not from a
/// shell's completion.
pub fn complete(args: &[OsString]) -> Option<ExitCode> {
    variable(VARIABLE)?;
    let places = Places::of(args);
    let factory = || live(super::whole(), &places);
    let here = std::env::current_dir().ok();
    let answered = CompleteEnv::with_factory(factory)
        .bin("jwtctl")
        .try_complete(args.to_vec(), here.as_deref());
    match answered {
        Ok(true) => Some(ExitCode::SUCCESS),
        // A shell has no use for a message.
        Ok(false) | Err(_) => Some(ExitCode::FAILURE),
    }
}

/// Where the keystore and the cache are: what the line that is being typed says counts.
#[derive(Clone)]
struct Places {
    store: Option<PathBuf>,
    cache: Option<PathBuf>,
}

impl Places {
    fn of(args: &[OsString]) -> Self {
        let after = |flag: &str| {
            let at = args.iter().position(|it| it == flag)?;
            args.get(at + 1).map(PathBuf::from)
        };
        let named = |flag: &str, name: &str| after(flag).or_else(|| variable(name).map(Into::into));
        let output = Output::new(false, true, false, Color::Never);
        let inputs = Inputs::new(output, true, None, named("--store", "JWTCTL_STORE"));
        Self {
            store: inputs.store_path().ok(),
            cache: named("--cache-dir", "JWTCTL_CACHE_DIR").or_else(network::platform_cache_dir),
        }
    }

    /// The ids of the keys in the keystore.
    fn stored(&self) -> Vec<String> {
        let store = self.store.as_deref().and_then(|it| Keystore::open(it).ok());
        let entries = store.iter().flat_map(|it| it.entries());
        entries.map(|it| it.slot.kid.clone()).collect()
    }

    fn cached(&self) -> Vec<CachedEntry> {
        let Some(cache) = self.cache.as_deref().and_then(|it| Cache::open(it).ok()) else {
            return Vec::new();
        };
        let clock = SystemClock::new();
        let env = Env {
            now: Timestamp(0),
            random: &|buffer| buffer.fill(0),
            clock: &clock,
        };
        cache.list(&env)
    }

    /// The ids of the keys in cached sets.
    fn fetched(&self) -> Vec<String> {
        let entries = self.cached();
        let entries = entries.iter().filter_map(|it| it.entry.as_ref().ok());
        let documents =
            entries.filter_map(|it| Object::parse_strict(it.content.get().as_bytes()).ok());
        documents.flat_map(|it| kids(&it)).collect()
    }

    /// The URLs of cached sets.
    fn urls(&self) -> Vec<String> {
        let entries = self.cached();
        let sets = entries.iter().filter(|it| it.kind == DocumentKind::Jwks);
        sets.filter_map(|it| it.entry.as_ref().ok().map(|it| it.url.clone()))
            .collect()
    }

    /// The issuers whose metadata is cached.
    fn issuers(&self) -> Vec<String> {
        let entries = self.cached();
        let entries = entries.iter().filter_map(|it| it.entry.as_ref().ok());
        entries.filter_map(|it| it.issuer.clone()).collect()
    }
}

fn kids(set: &Object) -> Vec<String> {
    let Some(Json::Array(keys)) = set.member("keys") else {
        return Vec::new();
    };
    let kid = |key: &Json| Some(key.as_object()?.text("kid")?.to_owned());
    keys.iter().filter_map(kid).collect()
}

/// The names of the policies in the user's configuration directory.
fn policies() -> Vec<String> {
    let files = policy_folder().and_then(|it| std::fs::read_dir(it).ok());
    let paths = files.into_iter().flatten().flatten().map(|it| it.path());
    let is_policy = |it: &PathBuf| it.extension() == Some(OsStr::new("toml"));
    let stem = |it: PathBuf| Some(it.file_stem()?.to_str()?.to_owned());
    paths.filter(is_policy).filter_map(stem).collect()
}

/// The command, whose arguments know what there is to choose from.
fn live(command: Command, places: &Places) -> Command {
    let name = command.get_name().to_owned();
    let command = command.mut_args(|arg| completing(arg, &name, places));
    command.mut_subcommands(|sub| live(sub, places))
}

fn completing(arg: Arg, command: &str, places: &Places) -> Arg {
    let places = places.clone();
    match (arg.get_id().as_str(), command) {
        ("kid", "show" | "remove" | "verify" | "sign" | "convert" | "decrypt" | "encrypt") => {
            arg.add(choice(move || [places.stored(), places.fetched()].concat()))
        }
        ("key", "verify" | "sign" | "decrypt" | "serve" | "create") | ("to", "encrypt") => {
            arg.add(ArgValueCompleter::new(OrFile {
                prefix: "",
                values: move || {
                    let kids = places.stored();
                    kids.into_iter().map(|kid| format!("store:{kid}")).collect()
                },
            }))
        }
        ("jwks_uri", _) | ("urls" | "url", "show" | "refresh" | "clear" | "export") => {
            arg.add(choice(move || places.urls()))
        }
        ("issuer", "verify" | "list" | "show" | "lint" | "fetch" | "diff" | "export") => {
            arg.add(choice(move || places.issuers()))
        }
        ("policy", _) => arg.add(ArgValueCompleter::new(OrFile {
            prefix: "",
            values: policies,
        })),
        ("token", _) => arg.add(ArgValueCompleter::new(OrFile {
            prefix: "@",
            values: Vec::new,
        })),
        _ => arg,
    }
}

/// A completer that offers the values that begin with what is typed.
fn choice(values: impl Fn() -> Vec<String> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| offered(values(), typed))
}

fn offered(values: Vec<String>, typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    // Sorted, each once; what would be more than a word to the shell is not offered.
    let is_word = |it: &String| !it.contains(|c: char| c.is_control() || c.is_whitespace());
    let values: BTreeSet<String> = values.into_iter().filter(is_word).collect();
    let values = values.into_iter().filter(|it| it.starts_with(&*typed));
    values.map(CompletionCandidate::new).collect()
}

/// Offers values, and files with a prefix before their path.
struct OrFile<F> {
    prefix: &'static str,
    values: F,
}

impl<F: Fn() -> Vec<String> + Send + Sync> ValueCompleter for OrFile<F> {
    fn complete(&self, typed: &OsStr) -> Vec<CompletionCandidate> {
        let mut found = offered((self.values)(), typed);
        let typed = typed.to_string_lossy();
        if let Some(path) = typed.strip_prefix(self.prefix) {
            let files = PathCompleter::any().complete(OsStr::new(path));
            found.extend(files.into_iter().map(|it| it.add_prefix(self.prefix)));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn only_words_are_offered_sorted_and_once() {
        let values = ["b", "a", "b", "a b", "a\u{1b}[31m", "c"];
        let values: Vec<String> = values.map(String::from).into();
        let words = |typed: &str| -> Vec<String> {
            let found = offered(values.clone(), OsStr::new(typed));
            let text = |it: &CompletionCandidate| it.get_value().to_string_lossy().into_owned();
            found.iter().map(text).collect()
        };
        assert_eq!(words(""), ["a", "b", "c"]);
        assert_eq!(words("b"), ["b"]);
    }

    #[test]
    fn the_line_says_where_the_keystore_is() {
        let line = [
            "jwtctl",
            "--",
            "jwtctl",
            "--store",
            "/a",
            "verify",
            "--cache-dir",
            "/b",
        ];
        let places = Places::of(&line.map(OsString::from));
        assert_eq!(places.store.as_deref(), Some(Path::new("/a")));
        assert_eq!(places.cache.as_deref(), Some(Path::new("/b")));
    }
}
