//! What a token must satisfy.

use super::super::alg::SigAlg;
use super::super::certificate::TrustedRoots;
use super::super::profile::{Profile, Supplied};
use super::{Demand, Requirement};

/// The most that clocks may be allowed to differ: one day, in seconds.
pub const MAX_LEEWAY: i64 = 86_400;

/// The leeway unless the caller says otherwise, in seconds.
pub const DEFAULT_LEEWAY: i64 = 60;

/// The checks that a caller can have left out altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Skippable {
    Exp,
    Nbf,
    Iat,
    Iss,
    Aud,
    Typ,
}

impl Skippable {
    /// The name of the claim or header parameter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Iat => "iat",
            Self::Iss => "iss",
            Self::Aud => "aud",
            Self::Typ => "typ",
        }
    }
}

/// What stands for the token's `tid` in the issuers of a service with many tenants, as Microsoft
/// Entra publishes them.
pub const TENANT: &str = "{tenantid}";

/// What a token must satisfy. The default is strict: `exp` is needed, `aud` is refused unless it
/// was expected.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The kind of token that it must be, whose rules join these.
    pub profile: Option<Profile>,
    /// What the profile compares with; without one, of these only the thumbprint is.
    pub supplied: Supplied,
    /// Signature algorithms to accept; `None` leaves it to the key.
    pub algs: Option<Vec<SigAlg>>,
    /// Refuse tokens that do not name their key.
    pub require_kid: bool,
    /// The `kid` that a token must not contradict.
    pub kid: Option<String>,
    /// Issuers to accept; empty for any. [`TENANT`] in one stands for the token's `tid`, if that is
    /// among what is required.
    pub issuers: Vec<String>,
    /// Audiences, one of which must be named; empty means that the token must have none.
    pub audiences: Vec<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The certificates that must vouch for the key of a token, by the chain in its header.
    pub roots: Option<TrustedRoots>,
    /// Of several signatures, all must hold; else one is enough.
    pub require_all: bool,
    /// The media type in the header.
    pub typ: Option<String>,
    /// Scopes, all of which must be granted.
    pub scopes: Vec<String>,
    /// Further claims.
    pub required: Vec<Requirement>,
    /// Seconds since `iat` that a token may live at most.
    pub max_age: Option<i64>,
    /// Seconds for which a token must still be valid.
    pub min_ttl: Option<i64>,
    /// Seconds that clocks may differ, at most [`MAX_LEEWAY`].
    pub leeway: i64,
    /// A token may do without `exp`.
    pub exp_optional: bool,
    /// A token may do without the `aud` that is expected.
    pub aud_optional: bool,
    /// Checks not made at all.
    pub skip: Vec<Skippable>,
    /// Accept keys that are shorter than their algorithm asks for.
    pub allow_weak_key: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            profile: None,
            supplied: Supplied::default(),
            algs: None,
            require_kid: false,
            kid: None,
            issuers: Vec::new(),
            audiences: Vec::new(),
            subject: None,
            roots: None,
            require_all: false,
            typ: None,
            scopes: Vec::new(),
            required: Vec::new(),
            max_age: None,
            min_ttl: None,
            leeway: DEFAULT_LEEWAY,
            exp_optional: false,
            aud_optional: false,
            skip: Vec::new(),
            allow_weak_key: false,
        }
    }
}

impl Policy {
    /// Whether it says which tenants are good: without that, an issuer with [`TENANT`] in it would
    /// accept every customer of the service.
    pub fn demands_tenant(&self) -> bool {
        let is_tenant = |it: &&Requirement| it.claim == "tid" || it.claim == "/tid";
        let mut demands = self.required.iter().filter(is_tenant);
        demands.any(|it| !matches!(it.demand, Demand::Presence))
    }
}
