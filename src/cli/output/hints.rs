//! The words of the library's hints, with the flags and commands with which users follow
//! them.

use std::borrow::Cow;

use jwtctl::core::error::{Error, shell_word};
use jwtctl::core::hint::{
    ClaimHint, ErrorSubject, Hint, KeysHint, OwnKeyHint, Parameter, RedisHint, RedisUse,
    SecretReading, Supply, TokenHint,
};

/// The text of a hint.
pub fn words(hint: &Hint) -> Cow<'_, str> {
    match hint {
        Hint::Text(text) => Cow::Borrowed(text),
        Hint::Keys(hint) => keys(hint),
        Hint::Redis(hint) => redis(hint),
        Hint::Token(hint) => token(hint),
        Hint::Claim(hint) => claim(hint),
        Hint::OwnKey(hint) => own_key(hint).into(),
    }
}

/// The text of an error, with the flag that it is about.
pub fn message(error: &Error) -> String {
    match error {
        Error::Input {
            what: ErrorSubject::Parameter(parameter),
            why,
            ..
        } => format!("{}: {why}", flag(*parameter)),
        other => other.to_string(),
    }
}

/// The flag by which an argument is given.
fn flag(parameter: Parameter) -> &'static str {
    match parameter {
        Parameter::Alg => "--alg",
        Parameter::P2c => "--p2c",
        Parameter::Passphrase => "--passphrase-from",
        Parameter::PublishFor => "--publish-for",
        Parameter::Grace => "--grace",
        Parameter::Every => "--every",
        Parameter::SessionId => "--id",
        Parameter::SharedCacheKeys => "--cache-store-key",
        Parameter::RedisCertificates(RedisUse::Sessions) => "--redis-ca",
        Parameter::RedisCertificates(RedisUse::SharedCache) => "--cache-store-ca",
        Parameter::ExportFormat => "--format",
        Parameter::ImportUrl => "--url",
    }
}

/// The argument that gives a value to compare a token with, and the placeholder for that value.
pub fn argument(supply: Supply) -> (&'static str, &'static str) {
    match supply {
        Supply::Issuer => ("--iss", "URL"),
        Supply::Audience => ("--aud", "VALUE"),
        Supply::Nonce => ("--nonce", "VALUE"),
        Supply::ClientId => ("--client-id", "ID"),
        Supply::AccessToken => ("--access-token", "KEYSPEC"),
        Supply::Code => ("--code", "KEYSPEC"),
        Supply::Method => ("--method", "METHOD"),
        Supply::Url => ("--url", "URL"),
        Supply::Jkt => ("--jkt", "THUMBPRINT"),
        Supply::MaxAge => ("--max-age", "DURATION"),
        Supply::Presentation => ("TOKEN", "what it ends"),
    }
}

/// The words about where keys come from.
fn keys(hint: &KeysHint) -> Cow<'static, str> {
    Cow::Borrowed(match hint {
        KeysHint::CredentialsAsHeader => "credentials go into a file: --http-headers FILE",
        KeysHint::AllowHttp => "where that is acceptable: --allow-http",
        KeysHint::FromFile => "a file of keys is given with --jwks FILE",
        KeysHint::FromUrl => "keys at a URL: --jwks-uri URL",
        KeysHint::FromIssuer => {
            "keys of an issuer: --issuer URL, or --jwks-uri with its \"jwks_uri\""
        }
        KeysHint::SecretAsSuch => {
            "keys are read as JWK, JWK set, or PEM or DER of PKCS#8, PKCS#1, SEC1, SPKI or X.509; \
             an HMAC secret is given with --secret"
        }
        KeysHint::KeysUrlWithQuery => {
            "where the query chooses the keys: --jwks-uri URL with it, and --iss ISSUER as tokens \
             have it"
        }
        KeysHint::IssuerWithoutSuffix(issuer) => {
            return format!("without the suffix: --issuer {issuer}").into();
        }
        KeysHint::ExactIssuer(issuer) => {
            return format!("use it exactly: --issuer {}", shell_word(issuer)).into();
        }
        KeysHint::DocumentOfIssuer(issuer) => {
            return format!("use it: --issuer {}", shell_word(issuer)).into();
        }
        KeysHint::ManyTenants(url) => {
            let url = shell_word(url);
            return format!("name the tenant's own, or --jwks-uri {url} and --iss ISSUER").into();
        }
        KeysHint::KeysUrlInstead => {
            "if that is the URL of a key set: --jwks-uri URL and --iss ISSUER"
        }
        KeysHint::IssuerInstead => {
            "check the URL; an issuer, whose document names the URL, is given with --issuer"
        }
        KeysHint::CheckUrlOrAuthorize => {
            "check the URL; if the server wants credentials: --http-headers FILE"
        }
        KeysHint::TrustCertificates => {
            "if it is your own, or by an authority of your own: --ca-bundle FILE"
        }
        KeysHint::MoreTime => "to wait longer: --timeout DURATION",
        KeysHint::ImportKeys => "to bring keys in by hand: jwtctl cache import",
        KeysHint::AllowFetch => "to fetch them: leave out --offline (or JWTCTL_OFFLINE)",
        KeysHint::AllowOlderKeys => "older keys can be allowed: --max-stale DURATION",
        KeysHint::FetchAgain => "it is replaced by the next fetch without --offline",
        KeysHint::OneUrlOrBundle => "name one URL, or choose --format bundle",
        KeysHint::NameUrlOfKeys => "add --url URL; only you can know whose keys these are",
        KeysHint::SignedBundlesOnly => "only a bundle that cache export --sign wrote is",
    })
}

/// The words about a Redis server.
fn redis(hint: &RedisHint) -> Cow<'static, str> {
    let flags = |server: RedisUse| match server {
        RedisUse::Sessions => "--redis",
        RedisUse::SharedCache => "--cache-store",
    };
    match *hint {
        RedisHint::BuildWithRedis => {
            "install it with that feature: cargo install jwtctl --features redis".into()
        }
        RedisHint::Tls(server) => {
            let flags = flags(server);
            format!("use TLS: rediss://HOST:PORT/DB, with {flags}-ca FILE for a CA of your own")
                .into()
        }
        RedisHint::Certificates(server) => {
            format!("name the CA of the server with {}-ca FILE", flags(server)).into()
        }
        RedisHint::CertificatesForHost(server) => {
            let flags = flags(server);
            format!(
                "name the CA of the server with {flags}-ca FILE; the host of the URL must be in the \
                 certificate"
            )
            .into()
        }
        RedisHint::Password { server, user } => {
            let flags = flags(server);
            let user = if user { ", the user in the URL" } else { "" };
            format!("give it with {flags}-password-from FILE (or env:NAME, fd:N, -){user}").into()
        }
        RedisHint::Plaintext(server) => format!(
            "where that is acceptable: {}-allow-plaintext",
            flags(server)
        )
        .into(),
        RedisHint::DestroySession => {
            "if it is not needed any more: jwtctl session destroy --id ID".into()
        }
    }
}

/// The words about a token and its key.
fn token(hint: &TokenHint) -> Cow<'static, str> {
    Cow::Borrowed(match hint {
        TokenHint::NotDetached => "leave out --detached",
        TokenHint::GivePayload => "a detached payload is given with --detached FILE",
        TokenHint::RawOrDetached => {
            "to verify a signature over bytes that are not a JWT: --raw or --detached FILE"
        }
        TokenHint::Raw => "to verify a signature over bytes that are not a JWT: --raw",
        TokenHint::SdJwt(signed) => {
            return format!(
                "to verify the whole: --profile sd-jwt; the part that its issuer signed is the text \
                 before the first \"~\", {signed} characters long; jwtctl decode shows the whole"
            )
            .into();
        }
        TokenHint::ShowHeader => "jwtctl decode shows its header",
        TokenHint::ChooseKid => "pick one with --kid",
        TokenHint::AllowNoKid => {
            "to try the keys that fit: leave out --require-kid (require_kid in a policy)"
        }
        TokenHint::AllowWeakKey => {
            "use a longer one; where that is not in your hands: --allow-weak-key"
        }
        TokenHint::SecretReadAs(SecretReading::Hex) => {
            "it fits the secret read as hex: --secret-encoding hex"
        }
        TokenHint::SecretReadAs(SecretReading::Base64) => {
            "it fits the secret read as base64: --secret-encoding base64"
        }
        TokenHint::SecretReadAs(SecretReading::Base64Url) => {
            "it fits the secret read as base64url: --secret-encoding base64url"
        }
        TokenHint::SecretReadAs(SecretReading::Raw) => {
            "it fits the secret with a line ending after it: --secret-encoding raw"
        }
    })
}

/// The words about a claim.
fn claim(hint: &ClaimHint) -> Cow<'static, str> {
    let words = match hint {
        ClaimHint::ContainsElement { claim, element } => {
            let element = shell_word(&format!("{claim}={element}"));
            format!("for an element of it: --contains {element}")
        }
        ClaimHint::TrailingSlash { claim, value } => {
            let or = match *claim {
                "iss" => format!(", or --issuer {value} if that named it"),
                _ => String::new(),
            };
            format!("they differ only in a trailing slash; use it exactly: --{claim} {value}{or}")
        }
        ClaimHint::MakeOptional("exp") => "to accept such tokens: --optional exp".into(),
        ClaimHint::MakeOptional(claim) => {
            format!("to accept tokens without one: --optional {claim}")
        }
        ClaimHint::AcceptAudience(audience) => {
            let value = audience.as_deref().map_or("VALUE".into(), shell_word);
            format!("if that is you: --aud {value}; to leave it unchecked: --skip aud")
        }
        ClaimHint::AudienceElsewhere { claim, value } => {
            let value = shell_word(value);
            format!(
                "the token has it as {claim}, as access tokens of some issuers do: --require \
                 {claim}={value} and --optional aud"
            )
        }
        ClaimHint::AllowLeeway => {
            "is this machine's clock right? --leeway allows for small differences".into()
        }
        ClaimHint::Supply { supply, found } => {
            let (flag, usual) = argument(*supply);
            match found {
                Some(value) => format!("if that is right: {flag} {}", shell_word(value)),
                None => format!("what it is compared with: {flag} {usual}"),
            }
        }
    };
    words.into()
}

/// The words about keys of one's own.
fn own_key(hint: &OwnKeyHint) -> &'static str {
    match hint {
        OwnKeyHint::Overwrite => "to replace it: --force",
        OwnKeyHint::MakeKeystore => "to make one: jwtctl keygen",
        OwnKeyHint::MakeKey => "to make a key: jwtctl keygen",
        OwnKeyHint::RotateNow => "to make one that signs at once: jwtctl jwks rotate",
        OwnKeyHint::RotateOrForce => {
            "to replace it without harm: jwtctl jwks rotate; to remove it anyway: --force"
        }
        OwnKeyHint::ShorterLife => "give it a shorter --ttl, or sign anyway with --allow-outlive",
        OwnKeyHint::SymmetricKeyFile => {
            "keep it in a file of its own: jwtctl keygen HS256 --out FILE"
        }
        OwnKeyHint::DecryptKeystore => {
            "to store all of them in clear: jwtctl jwks passphrase --no-encrypt"
        }
        OwnKeyHint::EncryptKeystore => "to encrypt all keys in it: jwtctl jwks passphrase",
        OwnKeyHint::NewEd25519Key => {
            "ssh-keygen keeps Ed25519 keys in this format; make a new key: jwtctl keygen EdDSA, or \
             openssl genpkey -algorithm ed25519"
        }
    }
}
