//! The environment variables that jwtctl and its libraries read, for help and manual.

/// A variable, and what it says.
type Variable = (&'static str, &'static str);

const EVERYWHERE: &[Variable] = &[
    ("JWTCTL_FORMAT", "json: as --json"),
    ("JWTCTL_NOW", "as --now"),
    ("JWTCTL_STORE", "as --store"),
    ("JWTCTL_CACHE_DIR", "as --cache-dir"),
    ("JWTCTL_OFFLINE", "as --offline"),
    ("JWTCTL_PASSPHRASE_FILE", "as --passphrase-from"),
    ("CI", "set: as --no-input"),
    (
        "NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR",
        "no colour; colour in pipes, too",
    ),
];

const FETCHING: &[Variable] = &[
    (
        "HTTPS_PROXY, NO_PROXY",
        "the proxy, and where there is none",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "the certificate authorities to trust",
    ),
    ("JWTCTL_REDIS_URL", "the Redis of session"),
    ("JWTCTL_CACHE_STORE", "as --cache-store"),
    (
        "JWTCTL_CACHE_STORE_KEY_FILE",
        "as --cache-store-key, of a file",
    ),
];

const IN_CI: &[Variable] = &[(
    "GITHUB_ACTIONS",
    "true: annotations for the log, and tokens are masked in it",
)];

/// The variables that matter to a command, by its path.
pub fn variables(path: &str) -> Vec<Variable> {
    let first = path.split(' ').next().unwrap_or_default();
    let mut found = EVERYWHERE.to_vec();
    if ["", "verify", "jwks", "cache", "session"].contains(&first) {
        found.extend(FETCHING);
    }
    if ["", "verify", "sign", "session", "jwks"].contains(&first) {
        found.extend(IN_CI);
    }
    found
}
