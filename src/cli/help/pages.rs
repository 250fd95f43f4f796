//! What stands behind the options of every command: examples, exit codes, variables, files.

use super::super::input::variables;

/// The rest of a manual page.
pub struct ManualPage {
    /// Calls that work, each with what it is for.
    pub examples: &'static [(&'static str, &'static str)],
    exit: &'static [(&'static str, &'static str)],
    files: &'static [(&'static str, &'static str)],
    see: &'static [&'static str],
}

type Rows = &'static [(&'static str, &'static str)];

const PLAIN: Rows = &[
    ("0", "done"),
    ("2", "the call cannot be used"),
    ("4", "this machine refused: a file, a permission"),
];
const ANSWERS: Rows = &[
    ("0", "done, and nothing was found"),
    ("1", "the answer is no"),
    ("2", "the call cannot be used"),
    ("3", "a server did not answer"),
    ("4", "this machine refused: a file, a permission"),
];
const FETCHES: Rows = &[
    ("0", "done"),
    ("2", "the call cannot be used"),
    ("3", "a server did not answer"),
    ("4", "this machine refused: a file, a permission"),
];
const JUDGES: Rows = &[
    ("0", "the token is valid"),
    ("2", "the call cannot be used"),
    ("3", "the keys, or Redis, could not be obtained"),
    ("4", "this machine refused: a file, a permission"),
    ("10 to 17", "the token is bad, see jwtctl help exit-codes"),
];
const JUDGES_MANY: Rows = &[
    ("0", "the token is valid"),
    ("1", "with --batch: a token is bad"),
    ("2", "the call cannot be used"),
    ("3", "the keys, or Redis, could not be obtained"),
    ("4", "this machine refused: a file, a permission"),
    ("10 to 17", "the token is bad, see jwtctl help exit-codes"),
];
const READS_MANY: Rows = &[
    ("0", "done"),
    ("1", "with --batch: a line is bad"),
    ("2", "the call cannot be used"),
    ("4", "this machine refused: a file, a permission"),
    ("10 to 17", "it is no token, or does not open"),
];
const MANY: Rows = &[
    ("0", "done"),
    ("1", "with --batch: a line is bad"),
    ("2", "the call cannot be used"),
    ("4", "this machine refused: a file, a permission"),
];
const OPENS: Rows = &[
    ("0", "done"),
    ("2", "the call cannot be used"),
    ("4", "this machine refused: a file, a permission"),
    ("10", "the token cannot be decrypted"),
    ("15", "its algorithm or header is not acceptable"),
    ("17", "it is not a token"),
];

const STORE: Rows = &[("$XDG_DATA_HOME/jwtctl/keystore", "the keystore (--store)")];
const CACHE: Rows = &[(
    "$XDG_CACHE_HOME/jwtctl",
    "the cache of fetched keys (--cache-dir)",
)];
const BOTH: Rows = &[
    ("$XDG_DATA_HOME/jwtctl/keystore", "the keystore (--store)"),
    (
        "$XDG_CACHE_HOME/jwtctl",
        "the cache of fetched keys (--cache-dir)",
    ),
];
const ALL: Rows = &[
    ("$XDG_DATA_HOME/jwtctl/keystore", "the keystore (--store)"),
    (
        "$XDG_CACHE_HOME/jwtctl",
        "the cache of fetched keys (--cache-dir)",
    ),
    (
        "$XDG_CONFIG_HOME/jwtctl/policies",
        "policies by name (verify --policy)",
    ),
];

macro_rules! pages {
    ($($path:literal: $exit:ident, $files:expr, [$($see:literal),*], [$(($call:literal, $what:literal)),* $(,)?];)*) => {
        /// The page of a command, by its path.
        pub fn page(path: &str) -> Option<ManualPage> {
            match path {
                $($path => Some(ManualPage {
                    examples: &[$(($call, $what)),*],
                    exit: $exit,
                    files: $files,
                    see: &[$($see),*],
                }),)*
                _ => None,
            }
        }
    };
}

pages! {
    "": ANSWERS, ALL, ["jwtctl-verify", "jwtctl-sign", "jwtctl-keygen", "jwtctl-jwks"], [
        ("jwtctl keygen", "make a key for the keystore"),
        ("jwtctl sign --sub alice --aud api --ttl 1h", "sign a token with it"),
        ("jwtctl verify --aud api @token.txt --jwks set.jwks", "verify one"),
    ];
    "decode": READS_MANY, &[], ["jwtctl-verify"], [
        ("jwtctl decode @token.txt", "what is in a token"),
        ("jwtctl decode --claim sub @token.txt", "one claim, bare"),
        ("cat answer.json | jwtctl decode --pick access_token", "out of whatever it is in"),
        ("jwtctl decode --batch tokens.txt", "what is in each of many"),
    ];
    "verify": JUDGES_MANY, ALL, ["jwtctl-decode", "jwtctl-policy", "jwtctl-cache"], [
        ("jwtctl verify --issuer https://issuer.example --aud api @token.txt", "by the keys that its issuer publishes"),
        ("jwtctl verify --key pub.jwk --aud api --claim sub @token.txt", "by one key, and print one claim"),
        ("jwtctl verify --policy api.toml @token.txt", "by a policy that is kept in a file"),
        ("jwtctl verify --batch access.ndjson --field token --jwks set.jwks --aud api --only invalid", "by a set in a file, those in a log that are bad"),
    ];
    "sign": MANY, STORE, ["jwtctl-keygen", "jwtctl-verify"], [
        ("jwtctl sign --sub alice --aud api --ttl 1h", "with the current key of the keystore"),
        ("jwtctl sign --key key.jwk --iss https://issuer.example role=admin level:=3", "with a key file; text and JSON"),
        ("jq -c . claims.json | jwtctl sign --batch --key key.jwk --ttl 1h", "a token for each line of claims"),
        ("jwtctl sign --profile dpop+jwt --key key.jwk --method GET --url https://api.example/", "a DPoP proof"),
    ];
    "encrypt": PLAIN, &[], ["jwtctl-decrypt", "jwtctl-sign"], [
        ("jwtctl encrypt --to enc.pub.jwk --sub alice", "claims for one recipient"),
        ("jwtctl encrypt --to enc.pub.jwk --raw --payload note.txt", "any bytes"),
        ("jwtctl encrypt --to enc.pub.jwk --token @token.txt", "a signed token, nested"),
    ];
    "decrypt": OPENS, STORE, ["jwtctl-encrypt", "jwtctl-verify"], [
        ("jwtctl decrypt --key enc.jwk @sealed.txt", "print what is inside"),
        ("jwtctl decrypt --key enc.jwk --out opened.txt @sealed.txt", "write it to a file that nobody else can read"),
    ];
    "keygen": PLAIN, STORE, ["jwtctl-jwks", "jwtctl-sign"], [
        ("jwtctl keygen", "an Ed25519 key for the keystore"),
        ("jwtctl keygen ES256 --out new.jwk --public-out new.pub.jwk", "a key pair in files, the private half encrypted"),
        ("jwtctl keygen RS256 --bits 3072 --format pem --out rsa.pem", "RSA, as encrypted PKCS#8"),
        ("jwtctl keygen HS256 --no-encrypt --out hmac.jwk", "an HMAC secret, in clear"),
    ];
    "jwks": ANSWERS, BOTH, ["jwtctl-keygen", "jwtctl-cache"], [
        ("jwtctl jwks list", "the keys of the keystore"),
        ("jwtctl jwks lint --jwks set.jwks --fail-on error", "what is wrong with a set"),
        ("jwtctl jwks export --out published.json", "publish the keystore's public keys"),
    ];
    "jwks list": FETCHES, BOTH, ["jwtctl-jwks-show", "jwtctl-jwks-lint"], [
        ("jwtctl jwks list", "the keys of the keystore, and their state"),
        ("jwtctl jwks list --issuer https://issuer.example", "the keys that an issuer publishes"),
    ];
    "jwks show": FETCHES, BOTH, ["jwtctl-jwks-list"], [
        ("jwtctl jwks show demo --jwks set.jwks", "one key of a set"),
    ];
    "jwks add": PLAIN, STORE, ["jwtctl-keygen", "jwtctl-jwks-rotate"], [
        ("jwtctl jwks add other.jwk", "a key that was made elsewhere"),
    ];
    "jwks remove": PLAIN, STORE, ["jwtctl-jwks-prune"], [
        ("jwtctl jwks remove demo --force", "a key that must not be used any more"),
    ];
    "jwks rotate": PLAIN, STORE, ["jwtctl-jwks-list", "jwtctl-jwks-prune"], [
        ("jwtctl jwks rotate", "publish the next key; it signs in two hours"),
        ("jwtctl jwks rotate --every 90d", "from cron, as often as you like"),
    ];
    "jwks prune": PLAIN, STORE, ["jwtctl-jwks-rotate"], [
        ("jwtctl jwks prune", "remove the keys that have expired"),
    ];
    "jwks passphrase": PLAIN, STORE, ["jwtctl-keygen"], [
        ("jwtctl jwks passphrase --new-passphrase-from pass.txt", "all keys under another passphrase"),
    ];
    "jwks export": ANSWERS, STORE, ["jwtctl-jwks-rotate"], [
        ("jwtctl jwks export --out published.json", "publish, replacing the file in one step"),
        ("jwtctl jwks export --jwks key.jwk", "the public half of a key file"),
    ];
    "jwks fetch": FETCHES, CACHE, ["jwtctl-cache"], [
        ("jwtctl jwks fetch --jwks-uri https://issuer.example/jwks.json", "a set as it is published"),
    ];
    "jwks lint": ANSWERS, BOTH, ["jwtctl-jwks-list"], [
        ("jwtctl jwks lint --jwks set.jwks --fail-on error", "errors only, for CI"),
        ("jwtctl jwks lint --issuer https://issuer.example --fail-on error", "what an issuer publishes"),
    ];
    "jwks diff": ANSWERS, CACHE, ["jwtctl-jwks-list"], [
        ("jwtctl jwks diff set.jwks https://issuer.example/jwks.json", "whether the set that is published is the one in a file"),
    ];
    "jwks thumbprint": FETCHES, BOTH, ["jwtctl-jwks-list"], [
        ("jwtctl jwks thumbprint --jwks key.jwk", "RFC 7638, with SHA-256"),
        ("jwtctl jwks thumbprint --spki --jwks rsa.pub.pem", "of the DER, as Snowflake shows it"),
    ];
    "jwks convert": PLAIN, STORE, ["jwtctl-keygen"], [
        ("jwtctl jwks convert rsa.pub.pem --to jwk --set-kid thumbprint", "PEM to JWK"),
        ("jwtctl jwks convert pub.jwk rsa.pub.pem --to jwks --set-use sig", "several keys to one set"),
        ("jwtctl jwks convert key.jwk --to spki", "the public half as PEM"),
    ];
    "cache": FETCHES, CACHE, ["jwtctl-verify"], [
        ("jwtctl cache list", "what is cached, and how fresh it is"),
        ("jwtctl cache clear --all", "forget all of it"),
    ];
    "cache list": PLAIN, CACHE, ["jwtctl-cache-show"], [
        ("jwtctl cache list", "what is cached, and how fresh it is"),
    ];
    "cache show": PLAIN, CACHE, ["jwtctl-cache-list"], [
        ("jwtctl cache show https://issuer.example/jwks.json", "one entry in full"),
    ];
    "cache path": PLAIN, CACHE, ["jwtctl-cache"], [
        ("jwtctl cache path", "where the cache is"),
    ];
    "cache refresh": FETCHES, CACHE, ["jwtctl-verify"], [
        ("jwtctl cache refresh --all --older-than 50%", "from cron, so that no call waits"),
    ];
    "cache prune": PLAIN, CACHE, ["jwtctl-cache-clear"], [
        ("jwtctl cache prune", "remove what is too old to be used"),
    ];
    "cache clear": PLAIN, CACHE, ["jwtctl-cache-prune"], [
        ("jwtctl cache clear --all", "forget everything"),
    ];
    "cache export": ANSWERS, CACHE, ["jwtctl-cache-import"], [
        ("jwtctl cache export --out keys.bundle", "everything, for a machine without a network"),
        ("jwtctl cache export https://issuer.example/jwks.json --format jose", "one entry, as the npm package jose keeps it"),
    ];
    "cache import": PLAIN, CACHE, ["jwtctl-cache-export"], [
        ("jwtctl cache import machine.bundle", "what another machine has exported"),
    ];
    "session": JUDGES, &[], ["jwtctl-verify"], [
        ("jwtctl session create --secret secret.txt --data user=alice", "a session, and its token"),
        ("jwtctl session list", "the sessions there are"),
    ];
    "session create": FETCHES, &[], ["jwtctl-session-show"], [
        ("jwtctl session create --secret secret.txt --data user=alice --max-age 3600", "a session of one hour"),
    ];
    "session show": JUDGES, &[], ["jwtctl-session-list"], [
        ("jwtctl session show --secret secret.txt @session.txt", "the session of a token"),
    ];
    "session update": JUDGES, &[], ["jwtctl-session-show"], [
        ("jwtctl session update --secret secret.txt @session.txt role=admin", "change what it holds"),
    ];
    "session touch": JUDGES, &[], ["jwtctl-session-update"], [
        ("jwtctl session touch --secret secret.txt @session.txt", "let it live longer"),
    ];
    "session destroy": JUDGES, &[], ["jwtctl-session-list"], [
        ("jwtctl session destroy --secret secret.txt @session.txt", "log out"),
    ];
    "session list": FETCHES, &[], ["jwtctl-session-show"], [
        ("jwtctl session list", "every session of the server"),
    ];
    "policy": ANSWERS, ALL, ["jwtctl-verify"], [
        ("jwtctl policy check api.toml", "everything that is wrong with one"),
    ];
    "policy check": ANSWERS, ALL, ["jwtctl-verify"], [
        ("jwtctl policy check api.toml", "everything that is wrong with it, with line numbers"),
    ];
    "policy show": PLAIN, ALL, ["jwtctl-verify"], [
        ("jwtctl policy show api.toml", "what it says, and the call that it stands for"),
    ];
    "explain": PLAIN, &[], ["jwtctl"], [
        ("jwtctl explain bad-signature", "what an error code means, and what to do"),
        ("jwtctl explain 13", "the codes behind an exit code"),
    ];
    "serve": FETCHES, STORE, ["jwtctl-verify"], [
        ("jwtctl serve --exec -- sh -c 'echo $OIDC_ISSUER'", "for the time of one command, as in CI"),
        ("jwtctl serve --alg ES256 --ttl 30s --exec -- true", "with other keys, and short tokens"),
    ];
    "completions": PLAIN, &[], ["jwtctl"], [
        ("jwtctl completions bash", "for bash: write it to ~/.local/share/bash-completion/completions/jwtctl"),
        ("jwtctl completions fish", "for fish: write it to ~/.config/fish/completions/jwtctl.fish"),
    ];
}

impl ManualPage {
    /// The page as text behind the options.
    pub fn to_text(&self, path: &str) -> String {
        let mut text = String::new();
        for (heading, rows) in self.sections(path) {
            text.push_str(heading);
            text.push_str(":\n");
            for (term, what) in rows {
                match heading {
                    "Examples" => text.push_str(&format!("  {term}\n      {what}\n")),
                    _ if what.is_empty() => text.push_str(&format!("  {term}\n")),
                    _ => text.push_str(&format!("  {term:<31} {what}\n")),
                }
            }
            text.push('\n');
        }
        text.trim_end().to_owned()
    }

    /// Its sections, those without rows left out.
    pub fn sections(&self, path: &str) -> Vec<(&'static str, Vec<(String, String)>)> {
        let rows = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
            rows.iter()
                .map(|(a, b)| ((*a).into(), (*b).into()))
                .collect()
        };
        let see = self
            .see
            .iter()
            .map(|it| (format!("{it}(1)"), String::new()));
        let sections = vec![
            ("Examples", rows(self.examples)),
            ("Exit status", rows(self.exit)),
            ("Environment", rows(&variables(path))),
            ("Files", rows(self.files)),
            ("See also", see.collect()),
        ];
        sections
            .into_iter()
            .filter(|(_, rows)| !rows.is_empty())
            .collect()
    }
}
