//! What to do next, as values. The library knows what would help; only its caller knows the flag or
//! the command for it.

use std::borrow::Cow;
use std::fmt;

/// What to do about an error or a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A complete sentence, which is about files, servers or other programs.
    Text(Cow<'static, str>),
    /// What to do about keys from a URL, an issuer, the cache or a file.
    Keys(KeysHint),
    /// What to do about a Redis server.
    Redis(RedisHint),
    /// What to do about a token and its key.
    Token(TokenHint),
    /// What to do about a claim.
    Claim(ClaimHint),
    /// What to do about keys of one's own, in files and in the keystore.
    OwnKey(OwnKeyHint),
}

impl From<&'static str> for Hint {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

/// What to do about keys from a URL, an issuer, the cache or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysHint {
    /// Credentials belong in a header of the request, not into the URL.
    CredentialsAsHeader,
    /// `http` can be allowed (`allow_http`).
    AllowHttp,
    /// What was given as a URL looks like a file of keys.
    FromFile,
    /// What was given as a file is a URL of keys.
    FromUrl,
    /// What was given as a file is the metadata of an issuer.
    FromIssuer,
    /// An HMAC secret is not given as a key file.
    SecretAsSuch,
    /// An issuer's URL has no query: the key set's URL and the issuer's name are given apart.
    KeysUrlWithQuery,
    /// The issuer, without the path of its document.
    IssuerWithoutSuffix(String),
    /// The issuer, written as the document has it.
    ExactIssuer(String),
    /// What was fetched as a key set is the document of this issuer.
    DocumentOfIssuer(String),
    /// The document stands for many issuers, whose keys are at this URL.
    ManyTenants(String),
    /// The URL of an issuer without a document may be that of a key set.
    KeysUrlInstead,
    /// The URL of something that is not a key set may be an issuer's.
    IssuerInstead,
    /// The server may want credentials.
    CheckUrlOrAuthorize,
    /// The server's certificate can be trusted by name.
    TrustCertificates,
    /// The fetch may take longer.
    MoreTime,
    /// Keys can be put into the cache from a file.
    ImportKeys,
    /// Keys may be fetched (`offline` forbids it).
    AllowFetch,
    /// Older keys can be allowed (`max_stale`).
    AllowOlderKeys,
    /// The next fetch replaces the entry.
    FetchAgain,
    /// One key set has to be chosen, or the format that holds many.
    OneUrlOrBundle,
    /// The URL of the keys has to be given.
    NameUrlOfKeys,
    /// A bundle has to be signed by the command that exports it.
    SignedBundlesOnly,
}

impl From<KeysHint> for Hint {
    fn from(hint: KeysHint) -> Self {
        Self::Keys(hint)
    }
}

/// What to do about a Redis server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedisHint {
    /// The feature `redis` was left out of this build.
    BuildWithRedis,
    /// The connection to that server has to be guarded: by TLS, or on this machine.
    Tls(RedisUse),
    /// The certificates to trust, by name.
    Certificates(RedisUse),
    /// The certificates to trust, by name, and the host that they have to be for.
    CertificatesForHost(RedisUse),
    /// The password of that server.
    Password {
        /// Which server.
        server: RedisUse,
        /// Whether the user may have to be named as well, in the URL.
        user: bool,
    },
    /// The password may go in the clear.
    Plaintext(RedisUse),
    /// A session that is stored wrongly can be removed.
    DestroySession,
}

impl From<RedisHint> for Hint {
    fn from(hint: RedisHint) -> Self {
        Self::Redis(hint)
    }
}

/// What to do about a token and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenHint {
    /// The payload is in the token itself.
    NotDetached,
    /// The payload has to be given apart from the token.
    GivePayload,
    /// The bytes under the signature are not a JWT; they may be given apart from the token.
    RawOrDetached,
    /// The bytes under the signature are not a JWT.
    Raw,
    /// An SD-JWT has a profile; its signed part is this many characters at the beginning.
    SdJwt(usize),
    /// The header of an encrypted token can be shown.
    ShowHeader,
    /// One key has to be chosen by its id.
    ChooseKid,
    /// Keys can be tried for a token that names none (`require_kid` asks for a name).
    AllowNoKid,
    /// A short key can be allowed (`allow_weak_key`).
    AllowWeakKey,
    /// The secret fits if it is read in another way.
    SecretReadAs(SecretReading),
}

impl From<TokenHint> for Hint {
    fn from(hint: TokenHint) -> Self {
        Self::Token(hint)
    }
}

/// What to do about a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimHint {
    /// The claim is an array, and this text may be an element of it.
    ContainsElement {
        /// The claim.
        claim: String,
        /// The element.
        element: String,
    },
    /// The claim differs only in a trailing slash.
    TrailingSlash {
        /// The claim.
        claim: &'static str,
        /// Its value in the token.
        value: String,
    },
    /// The claim may be missing (`exp`, `aud`).
    MakeOptional(&'static str),
    /// This audience can be accepted, or none compared.
    AcceptAudience(Option<String>),
    /// The audience is in another claim.
    AudienceElsewhere {
        /// The claim.
        claim: &'static str,
        /// Its value.
        value: String,
    },
    /// Clocks may differ.
    AllowLeeway,
    /// The value that a claim is compared with has to be given.
    Supply {
        /// What has to be given.
        supply: Supply,
        /// The value that the token has.
        found: Option<String>,
    },
}

impl From<ClaimHint> for Hint {
    fn from(hint: ClaimHint) -> Self {
        Self::Claim(hint)
    }
}

/// What to do about keys of one's own, in files and in the keystore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnKeyHint {
    /// An existing file can be replaced.
    Overwrite,
    /// The keystore has no keys, so not the one that was named.
    MakeKeystore,
    /// The keystore is empty.
    MakeKey,
    /// A key is needed that signs at once.
    RotateNow,
    /// A key can be followed by another one, or removed by force.
    RotateOrForce,
    /// The token may live shorter, or outlive its key.
    ShorterLife,
    /// A symmetric key is kept in a file.
    SymmetricKeyFile,
    /// All keys of the keystore can be stored in clear.
    DecryptKeystore,
    /// All keys of the keystore can be encrypted.
    EncryptKeystore,
    /// A new Ed25519 key, since OpenSSH's format cannot be left.
    NewEd25519Key,
}

impl From<OwnKeyHint> for Hint {
    fn from(hint: OwnKeyHint) -> Self {
        Self::OwnKey(hint)
    }
}

/// How the text of a secret can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretReading {
    /// As hexadecimal digits.
    Hex,
    /// As base64.
    Base64,
    /// As base64url.
    Base64Url,
    /// As it is, with the line ending after it.
    Raw,
}

/// What a Redis server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedisUse {
    /// Sessions.
    Sessions,
    /// The cache that a fleet shares.
    SharedCache,
}

/// A value that the caller supplies, and with which a part of the token is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Supply {
    Issuer,
    Audience,
    Nonce,
    ClientId,
    AccessToken,
    Code,
    Method,
    Url,
    Jkt,
    MaxAge,
    Presentation,
}

impl Supply {
    /// Its name in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Nonce => "nonce",
            Self::ClientId => "client id",
            Self::AccessToken => "access token",
            Self::Code => "code",
            Self::Method => "HTTP method",
            Self::Url => "URL of the request",
            Self::Jkt => "thumbprint",
            Self::MaxAge => "maximum age",
            Self::Presentation => "digest of what is presented",
        }
    }
}

/// An argument of the library that an error is about; its caller knows the flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// The algorithm of a new key.
    Alg,
    /// The rounds of PBKDF2.
    P2c,
    /// The passphrase of a keystore.
    Passphrase,
    /// How long a key is published before it signs.
    PublishFor,
    /// How long a key is published after it signed.
    Grace,
    /// How often keys change.
    Every,
    /// The id of a session.
    SessionId,
    /// The keys of the shared cache.
    SharedCacheKeys,
    /// The certificates that a Redis server's own must lead to.
    RedisCertificates(RedisUse),
    /// The format of an export.
    ExportFormat,
    /// The URL that imported keys are from.
    ImportUrl,
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alg => "algorithm",
            Self::P2c => "p2c",
            Self::Passphrase => "passphrase",
            Self::PublishFor => "publish_for",
            Self::Grace => "grace",
            Self::Every => "every",
            Self::SessionId => "session id",
            Self::SharedCacheKeys => "key of the shared cache",
            Self::RedisCertificates(_) => "certificates of the Redis server",
            Self::ExportFormat => "format",
            Self::ImportUrl => "URL of the keys",
        })
    }
}

/// What an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorSubject {
    /// Something with a name: a file, a claim, a flag that the caller passed in.
    Named(String),
    /// An argument.
    Parameter(Parameter),
}

impl ErrorSubject {
    /// Whether the error is shown without a subject.
    pub fn is_unnamed(&self) -> bool {
        matches!(self, Self::Named(name) if name.is_empty())
    }
}

impl From<&str> for ErrorSubject {
    fn from(name: &str) -> Self {
        Self::Named(name.into())
    }
}

impl From<String> for ErrorSubject {
    fn from(name: String) -> Self {
        Self::Named(name)
    }
}

impl From<&String> for ErrorSubject {
    fn from(name: &String) -> Self {
        Self::Named(name.clone())
    }
}

impl From<Parameter> for ErrorSubject {
    fn from(parameter: Parameter) -> Self {
        Self::Parameter(parameter)
    }
}

impl fmt::Display for ErrorSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Parameter(parameter) => parameter.fmt(f),
        }
    }
}
