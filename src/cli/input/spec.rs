//! What arguments name to be read. The type of an argument says what may be named there, and whether
//! its value may be repeated in messages; its name comes with the value. So one look at a call shows
//! which of its arguments want stdin, and which of its flags are secret.

use std::any::TypeId;
use std::ffi::OsStr;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use clap::builder::{
    NonEmptyStringValueParser, StringValueParser, TypedValueParser, ValueParserFactory,
};
use clap::{Arg, ArgMatches, Command};
use jwtctl::core::hint::ErrorSubject;

/// What names stdin. Others would wait for what the first reader has taken.
const STDIN: [&str; 5] = ["-", "fd:0", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// Where something is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Stdin,
    Variable(String),
    Descriptor(u32),
    /// A key of the keystore; with an empty id, all that it publishes.
    Store(String),
    File(PathBuf),
}

impl Source {
    fn parse(text: &str) -> Self {
        if STDIN.contains(&text) {
            return Self::Stdin;
        }
        if let Some(name) = text.strip_prefix("env:") {
            return Self::Variable(name.into());
        }
        if let Some(kid) = text.strip_prefix("store:") {
            return Self::Store(kid.into());
        }
        match text
            .strip_prefix("fd:")
            .and_then(|number| number.parse().ok())
        {
            Some(number) => Self::Descriptor(number),
            None => Self::File(text.into()),
        }
    }
}

/// A KEYSPEC: PATH, `-`, `env:NAME`, `fd:N` or `store:KID`.
#[derive(Clone)]
pub struct Spec {
    flag: String,
    /// What stands before it in the same argument, such as `ID:`.
    prefix: String,
    text: String,
    is_secret: bool,
}

impl Spec {
    /// What `text` names for an argument, or for what stands in its place, that messages call
    /// `flag`.
    pub fn new(flag: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            flag: flag.into(),
            prefix: String::new(),
            text: text.into(),
            is_secret: false,
        }
    }

    /// How messages call the argument: `--key`, or `TOKEN` where it has no flag.
    pub fn flag(&self) -> &str {
        &self.flag
    }

    /// How an argument with this flag begins that names something else: `--client ID:`.
    pub(super) fn beginning(&self) -> String {
        format!("{} {}", self.flag, self.prefix)
    }

    /// The value as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How messages call what it names.
    pub fn source_name(&self) -> &str {
        super::source_name(&self.text)
    }

    /// Whether it names a key of the keystore, or all of them.
    pub fn is_stored(&self) -> bool {
        self.text.starts_with("store:")
    }

    /// Where it is.
    pub(super) fn source(&self) -> Source {
        Source::parse(&self.text)
    }

    /// Whether a missing source may not be named in messages: the value may be the secret itself.
    pub(super) fn is_secret(&self) -> bool {
        self.is_secret
    }
}

impl Deref for Spec {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl AsRef<Path> for Spec {
    fn as_ref(&self) -> &Path {
        Path::new(&self.text)
    }
}

impl From<&Spec> for ErrorSubject {
    fn from(spec: &Spec) -> Self {
        spec.text.as_str().into()
    }
}

/// A KEYSPEC of something secret. A user may have put the secret itself there.
#[derive(Clone)]
pub struct SecretSpec(Spec);

impl SecretSpec {
    /// As [`Spec::new`].
    pub fn new(flag: impl Into<String>, text: impl Into<String>) -> Self {
        Self::from_spec(Spec::new(flag, text))
    }

    /// What `text` names, behind a `prefix` of the same argument.
    fn after(prefix: String, flag: &str, text: &str) -> Self {
        Self::from_spec(Spec {
            prefix,
            ..Spec::new(flag, text)
        })
    }
}

impl Deref for SecretSpec {
    type Target = Spec;

    fn deref(&self) -> &Spec {
        &self.0
    }
}

/// A file that does not hold keys, or `-`.
#[derive(Clone)]
pub struct FileSpec(Spec);

impl Deref for FileSpec {
    type Target = Spec;

    fn deref(&self) -> &Spec {
        &self.0
    }
}

impl From<&FileSpec> for ErrorSubject {
    fn from(spec: &FileSpec) -> Self {
        (&spec.0).into()
    }
}

/// Where a secret of a better-auth server is, and its version: `[VERSION:]KEYSPEC`.
#[derive(Clone)]
pub struct ServerSecretSpec {
    /// The version, of a secret that has one.
    pub version: Option<u32>,
    /// The secret.
    pub secret: SecretSpec,
}

/// The id of a client, and where its secret is if it has one: `ID[:KEYSPEC]`.
#[derive(Clone)]
pub struct ClientSpec {
    /// The id, which may yet be empty.
    pub id: String,
    /// The secret.
    pub secret: Option<SecretSpec>,
}

/// The URL of a Redis server. A user may have put the password into it.
#[derive(Clone)]
pub struct RedisUrl(String);

impl From<String> for RedisUrl {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Deref for RedisUrl {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// The type of an argument that names something to be read.
pub trait Names: Clone + Send + Sync + 'static {
    /// The value of an argument.
    fn from_spec(spec: Spec) -> Self;

    /// What it names.
    fn spec(&self) -> Option<&Spec>;
}

impl Names for Spec {
    fn from_spec(spec: Spec) -> Self {
        spec
    }

    fn spec(&self) -> Option<&Spec> {
        Some(self)
    }
}

impl Names for SecretSpec {
    fn from_spec(spec: Spec) -> Self {
        Self(Spec {
            is_secret: true,
            ..spec
        })
    }

    fn spec(&self) -> Option<&Spec> {
        Some(self)
    }
}

impl Names for FileSpec {
    fn from_spec(spec: Spec) -> Self {
        Self(spec)
    }

    fn spec(&self) -> Option<&Spec> {
        Some(self)
    }
}

impl Names for ServerSecretSpec {
    fn from_spec(spec: Spec) -> Self {
        let versioned = spec
            .split_once(':')
            .and_then(|(version, text)| Some((version.parse().ok()?, text)));
        match versioned {
            Some((version, text)) => Self {
                version: Some(version),
                secret: SecretSpec::after(format!("{version}:"), &spec.flag, text),
            },
            None => Self {
                version: None,
                secret: SecretSpec::from_spec(spec),
            },
        }
    }

    fn spec(&self) -> Option<&Spec> {
        Some(&self.secret)
    }
}

impl Names for ClientSpec {
    fn from_spec(spec: Spec) -> Self {
        match spec.split_once(':') {
            Some((id, text)) => Self {
                id: id.to_owned(),
                secret: Some(SecretSpec::after(format!("{id}:"), &spec.flag, text)),
            },
            None => Self {
                id: spec.text,
                secret: None,
            },
        }
    }

    fn spec(&self) -> Option<&Spec> {
        self.secret.as_deref()
    }
}

/// The `value_parser` of an argument that names something to be read. It has no size, so that an
/// argument of these types costs a start no more than any other.
pub struct SpecParser<T, const MAY_BE_EMPTY: bool>(PhantomData<fn() -> T>);

/// The `value_parser` of an argument whose value cannot be empty.
pub fn not_empty<T: Names>() -> SpecParser<T, false> {
    SpecParser(PhantomData)
}

impl<T, const MAY_BE_EMPTY: bool> Clone for SpecParser<T, MAY_BE_EMPTY> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<T: Names, const MAY_BE_EMPTY: bool> TypedValueParser for SpecParser<T, MAY_BE_EMPTY> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let text = match MAY_BE_EMPTY {
            true => StringValueParser::new().parse_ref(command, arg, value)?,
            false => NonEmptyStringValueParser::new().parse_ref(command, arg, value)?,
        };
        Ok(T::from_spec(Spec::new(
            arg.map(name).unwrap_or_default(),
            text,
        )))
    }
}

/// How messages call an argument.
fn name(arg: &Arg) -> String {
    match (arg.get_long(), arg.get_value_names()) {
        (Some(long), _) => format!("--{long}"),
        // Of what may be one thing or another, as in TOKEN|CLAIM, only the first is read.
        (None, Some([name, ..])) => name.split('|').next().unwrap_or_default().to_owned(),
        (None, _) => arg.get_id().to_string(),
    }
}

/// Makes a type that of an argument, without a word about its parser.
macro_rules! factory {
    ($($name:ty),*) => {$(
        impl ValueParserFactory for $name {
            type Parser = SpecParser<Self, true>;

            fn value_parser() -> Self::Parser {
                SpecParser(PhantomData)
            }
        }
    )*};
}

factory!(Spec, SecretSpec, FileSpec, ServerSecretSpec, ClientSpec);

/// Those of the arguments `given` in a call that want stdin, as messages call them: those without a
/// flag first, then keys and secrets, then files.
pub fn on_stdin(call: &ArgMatches, given: &[&str]) -> Vec<String> {
    let may_be_stdin = |raw: &OsStr| {
        let raw = raw.to_str().unwrap_or_default();
        STDIN.iter().any(|it| raw.ends_with(it))
    };
    let mut found = Vec::new();
    for id in given {
        let mut raw = call.get_raw(id).into_iter().flatten();
        if raw.any(may_be_stdin) {
            found.extend(specs::<Spec>(call, id));
            found.extend(specs::<SecretSpec>(call, id));
            found.extend(specs::<ServerSecretSpec>(call, id));
            found.extend(specs::<ClientSpec>(call, id));
            found.extend(specs::<FileSpec>(call, id));
        }
    }
    found.retain(|(_, spec)| spec.source() == Source::Stdin);
    found.sort_by_key(|(is_file, spec)| (spec.flag.starts_with("--"), *is_file));
    found.into_iter().map(|(_, it)| it.flag.clone()).collect()
}

/// What an argument names, and whether that is a file that is no key; nothing where it is of
/// another type.
fn specs<'m, T: Names>(call: &'m ArgMatches, id: &str) -> Vec<(bool, &'m Spec)> {
    let is_file = TypeId::of::<T>() == TypeId::of::<FileSpec>();
    let values = call.try_get_many::<T>(id).ok().flatten();
    let specs = values.into_iter().flatten().filter_map(T::spec);
    specs.map(|spec| (is_file, spec)).collect()
}

/// Whether the value of an argument is secret, or may be by mistake.
pub fn is_secret(arg: &Arg) -> bool {
    let secret = [
        TypeId::of::<SecretSpec>(),
        TypeId::of::<ServerSecretSpec>(),
        TypeId::of::<ClientSpec>(),
        TypeId::of::<RedisUrl>(),
    ];
    let own = arg.get_value_parser().type_id();
    secret.iter().any(|it| own == *it)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;
    use crate::cli::context::Typed;

    fn on_stdin_in(call: &str) -> Vec<String> {
        let words = ["jwtctl"].into_iter().chain(call.split(' '));
        Typed::of(&Cli::command().try_get_matches_from(words).unwrap()).1
    }

    #[test]
    fn what_names_stdin_is_found_wherever_it_is_declared() {
        for (call, found) in [
            ("verify - --key k", &["TOKEN"][..]),
            ("verify --key k t", &[]),
            ("verify --batch --key -", &["--key", "--batch"]),
            (
                "sign --payload - --key fd:0 --key -",
                &["--key", "--key", "--payload"],
            ),
            ("--passphrase-from - decode t", &["--passphrase-from"]),
            ("decode t --passphrase-from -", &["--passphrase-from"]),
            (
                "jwks list --better-auth-secret 2:-",
                &["--better-auth-secret"],
            ),
            (
                "serve --client a:- --client b:env:B --client -",
                &["--client"],
            ),
            ("session update - a=- --key k", &["TOKEN"]),
            ("jwks diff - /dev/stdin", &["BEFORE", "AFTER"]),
            ("cache import - --verify-key k", &["FILE"]),
        ] {
            assert_eq!(on_stdin_in(call), found, "{call}");
        }
    }

    #[test]
    fn groups_of_commands_have_no_arguments_of_their_own() {
        fn check(command: &Command) {
            let has_commands = command.get_subcommands().next().is_some();
            let mut own = command.get_arguments().filter(|it| !it.is_global_set());
            let is_own = |it: &Arg| !["help", "version"].contains(&it.get_id().as_str());
            assert!(!has_commands || !own.any(is_own), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        let mut whole = Cli::command();
        whole.build();
        check(&whole);
    }

    #[test]
    fn secrets_are_told_by_their_types() {
        let mut whole = Cli::command();
        whole.build();
        let is_secret_in = |command: &str, flag: &str| {
            let found = whole.find_subcommand(command).unwrap();
            let mut all = found.get_arguments();
            is_secret(all.find(|it| it.get_long() == Some(flag)).unwrap())
        };
        for flag in [
            "secret",
            "passphrase-from",
            "session",
            "redis-password-from",
        ] {
            assert!(is_secret_in("verify", flag), "{flag}");
        }
        for flag in ["cache-store", "cache-store-key", "better-auth-secret"] {
            assert!(is_secret_in("verify", flag), "{flag}");
        }
        assert!(is_secret_in("serve", "client"));
        assert!(!is_secret_in("verify", "key") && !is_secret_in("verify", "aud"));
    }

    #[test]
    fn sources_are_told_apart() {
        assert_eq!(Source::parse("-"), Source::Stdin);
        assert_eq!(Source::parse("env:A"), Source::Variable("A".into()));
        assert_eq!(Source::parse("fd:3"), Source::Descriptor(3));
        assert_eq!(Source::parse("fd:x"), Source::File("fd:x".into()));
        assert_eq!(Source::parse("store:k"), Source::Store("k".into()));
        assert_eq!(Source::parse("./-"), Source::File("./-".into()));
    }
}
