//! What `-h` shows: the options that most calls need.

use clap::Command;

/// The arguments that `-h` lists of a command that has too many of them for a screen, by their
/// names; of the others it lists all but the global ones.
const MOST_USED: &[(&str, &[&str])] = &[
    (
        "verify",
        &[
            "token", "issuer", "jwks_uri", "jwks", "key", "secret", "aud", "iss", "require",
            "match", "skip", "policy", "profile", "payload", "claim",
        ],
    ),
    (
        "sign",
        &[
            "claims",
            "key",
            "secret",
            "alg",
            "kid",
            "iss",
            "sub",
            "aud",
            "ttl",
            "exp",
            "payload",
            "header",
            "typ",
            "format",
            "encrypt_to",
        ],
    ),
    (
        "encrypt",
        &[
            "claims", "to", "secret", "alg", "enc", "payload", "token", "raw", "format", "ttl",
            "aud", "iss", "sub",
        ],
    ),
    (
        "decrypt",
        &["token", "key", "jwks", "secret", "kid", "alg", "enc", "out"],
    ),
    (
        "serve",
        &[
            "listen",
            "issuer",
            "key",
            "alg",
            "ttl",
            "claims",
            "client",
            "fault",
            "ready_file",
            "tls",
            "exec",
            "command",
        ],
    ),
    (
        "keygen",
        &[
            "alg",
            "bits",
            "crv",
            "kid",
            "use",
            "out",
            "public_out",
            "format",
            "no_encrypt",
            "force",
            "list_algs",
        ],
    ),
];

/// The global options that `-h` lists.
const GLOBAL: &[&str] = &["json", "now", "offline", "passphrase_from"];

/// The headings of options that few calls need.
const SPECIAL: &[&str] = &["Network", "Shared cache", "Redis"];

/// The command as `-h` shows it: the options that are used most, each with the first part of its
/// help.
pub(super) fn only(mut command: Command, path: &str) -> Command {
    let most_used = MOST_USED.iter().find(|(name, _)| *name == path);
    let is_special = |heading: Option<&str>| heading.is_some_and(|it| SPECIAL.contains(&it));
    command = command.mut_args(|arg| {
        let name = arg.get_long().map(|long| long.replace('-', "_"));
        let names = [Some(arg.get_id().as_str()), name.as_deref()];
        let has = |list: &[&str]| names.into_iter().flatten().any(|name| list.contains(&name));
        let is_global = arg.get_help_heading() == Some("Global options");
        let is_shown = match most_used {
            _ if is_global => has(GLOBAL),
            _ if arg.get_id() == "help" => true,
            Some((_, list)) => has(list),
            None => !is_special(arg.get_help_heading()),
        };
        // Only the first sentence: the second line of a description is where a screen ends.
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let takes_value = arg.get_action().takes_values();
        let arg = match (is_shown, takes_value) {
            (true, true) => {
                let arg = arg.help(first_part(&help));
                arg.hide_possible_values(true).hide_env(true)
            }
            (true, false) => arg.help(first_part(&help)),
            (false, _) => arg,
        };
        arg.hide_short_help(!is_shown)
    });
    let more = match command.has_subcommands() {
        true => "Everything: --help; of a command: jwtctl COMMAND --help",
        false => "All options and examples: --help; see also: jwtctl help topics",
    };
    command.after_help(more)
}

/// A description up to where the details begin.
fn first_part(help: &str) -> String {
    const LONGEST: usize = 64;
    if help.chars().count() <= LONGEST {
        return help.to_owned();
    }
    let ends = ["; ", ": ", " (", " [env"].map(|it| help.find(it));
    let end = ends.into_iter().flatten().min().unwrap_or(help.len());
    help[..end].to_owned()
}
