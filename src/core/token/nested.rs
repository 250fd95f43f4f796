//! Tokens inside encrypted ones (RFC 7519 §5.2): the layers are opened one after another, and what
//! is inside is judged like any token. Encryption to a public key proves nothing about the sender,
//! as the public key is known. Where a shared secret was needed to encrypt, that secret vouches for
//! what is inside.

use serde::Serialize;

use super::super::alg::{ContentEnc, KeyAlg, Kty};
use super::super::claims::{Check, CheckStatus, Policy, check, not_evaluated};
use super::super::env::Env;
use super::super::error::{Code, Error, Reason, Rejection};
use super::super::header::{Header, same_type};
use super::super::hint::TokenHint;
use super::super::json::Object;
use super::super::jwe::{self, Acceptance, Locked, Opened};
use super::super::jwks::Provenance;
use super::super::key::Key;
use super::super::limits::MAX_NESTING;
use super::super::secret::Secret;
use super::verify::Proof;
use super::{KeyUsed, Serialization, Verdict, Verified};

/// Claims that the header of an encrypted token may repeat, and then must repeat unchanged
/// (RFC 7519 §5.3).
const REPLICATED: &[&str] = &["iss", "sub", "aud"];

/// A layer of encryption that was taken off.
#[derive(Clone, Debug)]
pub struct Layer {
    /// The form of the token.
    pub kind: &'static str,
    /// The header for the recipient, its protected part told apart from the rest.
    pub header: Header,
    /// How many recipients the token had.
    recipients: usize,
    /// How the content encryption key was carried.
    pub alg: KeyAlg,
    /// How the content was encrypted.
    pub enc: ContentEnc,
    /// The key that opened it.
    pub key: KeyUsed,
    /// The name of the key in messages.
    label: String,
}

impl Serialize for Layer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'a> {
            kind: &'static str,
            header: &'a Object,
            #[serde(skip_serializing_if = "Option::is_none")]
            unprotected: Option<&'a Object>,
            alg: &'static str,
            enc: &'static str,
            key: &'a KeyUsed,
        }
        let unprotected = self.header.unprotected();
        Document {
            kind: self.kind,
            header: self.header.members(),
            unprotected: (!unprotected.0.is_empty()).then_some(unprotected),
            alg: self.alg.as_str(),
            enc: self.enc.as_str(),
            key: &self.key,
        }
        .serialize(serializer)
    }
}

/// The content of an encrypted token, and the layers of encryption around it, outermost first.
#[derive(Debug)]
pub struct Nested {
    /// The layers; at least one.
    pub layers: Vec<Layer>,
    /// The content.
    pub content: Secret,
    /// The serialization, if the content is a signed token; `None` of content without a signature.
    pub serialization: Option<Serialization>,
}

/// An encrypted token that could not be opened completely.
#[derive(Debug)]
pub struct Unopened {
    /// The layers that were opened.
    pub layers: Vec<Layer>,
    /// Why the next layer could not be opened.
    pub error: Error,
}

/// Opens one layer: finds the keys for it, and says where they are from.
pub type Opener<'a> = &'a mut dyn FnMut(&Locked<'_>) -> Result<(Opened, String), Error>;

/// How reports name a key that opened a token.
pub fn key_opened(key: &Key, alg: KeyAlg, source: &str) -> KeyUsed {
    KeyUsed {
        kid: key.kid.clone(),
        kty: key.kty().as_str(),
        alg: alg.as_str().into(),
        thumbprint: (key.kty() != Kty::Oct).then(|| key.thumbprint()),
        source: source.into(),
    }
}

/// Opens `text`, layer by layer, until the content is not an encrypted token.
///
/// # Errors
/// What [`jwe::examine`] and `open` refuse; [`Code::Malformed`] when more than
/// [`MAX_NESTING`] layers lie around it, or a header says that the content is a token and it is
/// not.
pub fn open_nested(text: &str, open: Opener<'_>) -> Result<Nested, Box<Unopened>> {
    let mut layers = Vec::new();
    let mut content = Secret::new(text.as_bytes().to_vec());
    loop {
        let opened = open_layer(&content, layers.len(), open);
        let (layer, inside) = match opened {
            Ok(opened) => opened,
            Err(error) => return Err(Box::new(Unopened { layers, error })),
        };
        let says_token = is_token(layer.header.members());
        layers.push(layer);
        content = inside;
        let serialization = content.expose_str().and_then(Serialization::of);
        match serialization {
            Some(Serialization::JweCompact | Serialization::JweJson) => {}
            None if says_token => {
                let why = "its header says that a token is inside (cty JWT), and there is none";
                let error = Reason::malformed(why).into();
                return Err(Box::new(Unopened { layers, error }));
            }
            serialization => {
                return Ok(Nested {
                    layers,
                    content,
                    serialization,
                });
            }
        }
    }
}

fn is_token(header: &Object) -> bool {
    header.text("cty").is_some_and(|cty| same_type(cty, "JWT"))
}

fn open_layer(content: &Secret, depth: usize, open: Opener<'_>) -> Result<(Layer, Secret), Error> {
    if depth == MAX_NESTING {
        let why = format!("more than {MAX_NESTING} encrypted tokens lie one inside another");
        return Err(Reason::malformed(why).into());
    }
    let jwe = jwe::parse_any(content.expose_str().unwrap_or_default())?;
    let acceptance = Acceptance::default();
    let locked = jwe::examine(&jwe, &acceptance)?;
    let (opened, source) = open(&locked)?;
    let layer = Layer {
        kind: jwe.form.as_str(),
        header: Header::of_opened(opened.protected, opened.header)?,
        recipients: opened.recipients,
        alg: opened.alg,
        enc: opened.enc,
        key: key_opened(&opened.key, opened.alg, &source),
        label: opened.key.label(),
    };
    Ok((layer, opened.content))
}

impl Layer {
    fn check(&self, place: usize) -> Check {
        let name = match place {
            0 => "decryption".to_owned(),
            place => format!("decryption[{place}]"),
        };
        let words = format!("{} and {} by {}", self.alg, self.enc, self.label);
        Check {
            alg: Some(self.alg.as_str().into()),
            kid: self.header.kid().map(String::from),
            ..Check::new(name, CheckStatus::Pass, words)
        }
    }
}

impl Nested {
    /// The layer whose shared secret vouches for what is inside, if there is one. Where a token has
    /// other recipients, each of them knows its content encryption key and could have made it.
    fn voucher(&self) -> Option<&Layer> {
        let vouches = |it: &&Layer| it.alg.is_symmetric() && it.recipients == 1;
        self.layers.iter().find(vouches)
    }

    /// Judges content without a signature: claims under a shared secret are judged like those of
    /// any JWT, anything else is refused.
    pub fn judge_unsigned(&self, policy: &Policy, env: &Env<'_>) -> Verdict {
        let Some(voucher) = self.voucher() else {
            return self.refuse_unsigned(policy);
        };
        if let Some(algs) = &policy.algs {
            let names: Vec<&str> = algs.iter().map(|it| it.as_str()).collect();
            let why = format!(
                "nobody signed what is inside, and only {} is allowed",
                names.join(" or ")
            );
            return self.refuse(&Reason::new(Code::AlgNotAllowed, "alg", why), policy);
        }
        if let Some(reason) = self.check_kid(voucher, policy) {
            return self.refuse(&reason, policy);
        }
        let claims = match self.claims() {
            Ok(claims) => claims,
            Err(reason) => return self.refuse(&reason, policy),
        };
        let innermost = self.layers.last().unwrap_or(voucher);
        let mut checks = vec![Check::new(
            "signature",
            CheckStatus::Absent,
            format!(
                "nobody signed it: {} vouches for it, as its sender knows that secret or shared a token with somebody who does",
                voucher.label
            ),
        )];
        checks.extend(check(&claims, &innermost.header, policy, env.now));
        let reasons = checks.iter().filter_map(Check::reason).collect();
        let outcome = match Rejection::from_reasons(reasons) {
            None => Ok(Verified::of(
                Proof::Encrypted {
                    header: innermost.header.clone(),
                    payload: self.content.expose().to_vec(),
                },
                Some(claims.clone()),
            )),
            Some(rejection) => Err(rejection),
        };
        self.around(Verdict {
            checks,
            header: Some(innermost.header.members().clone()),
            claims: Some(claims),
            outcome,
            ..Verdict::unreadable(&Reason::malformed(String::new()), policy, self.provenance())
        })
    }

    /// The refusal of content without a signature, where the caller asks for a signature, or where
    /// anyone who has the public key can have encrypted it.
    pub fn refuse_unsigned(&self, policy: &Policy) -> Verdict {
        let is_shared = self.layers.iter().any(|layer| layer.alg.is_symmetric());
        let why = match self.voucher() {
            Some(_) => "nobody signed what is inside",
            None if is_shared => {
                "nobody signed what is inside, and each of the token's recipients can have encrypted it"
            }
            None => {
                "nobody signed what is inside, and everybody who has the public key can have encrypted it"
            }
        };
        let reason = Reason::new(Code::AlgNotAllowed, "signature", why);
        self.refuse(&reason, policy)
    }

    fn check_kid(&self, voucher: &Layer, policy: &Policy) -> Option<Reason> {
        let refused = |why: String| Some(Reason::new(Code::NoMatchingKey, "kid", why));
        let own = voucher.key.kid.as_deref();
        match (voucher.header.kid(), &policy.kid) {
            (None, _) if policy.require_kid => refused("the token does not name its key".into())
                .map(|it| it.hint(TokenHint::AllowNoKid)),
            (Some(kid), Some(wanted)) if kid != wanted => {
                refused(format!("the token names key {kid:?}, not {wanted:?}"))
            }
            (None, Some(wanted)) if own.is_some_and(|own| own != wanted) => refused(format!(
                "{} opened the token, not {wanted:?}",
                voucher.label
            )),
            _ => None,
        }
    }

    fn claims(&self) -> Result<Object, Reason> {
        Object::parse_part(self.content.expose())
            .map_err(|why| Reason::malformed(format!("the content {why}")))
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            source: "decryption".into(),
            name: self
                .layers
                .last()
                .map(|layer| layer.key.source.clone())
                .unwrap_or_default(),
            ..Provenance::default()
        }
    }

    fn refuse(&self, reason: &Reason, policy: &Policy) -> Verdict {
        let mut checks = vec![Check::from(reason)];
        if reason.check != "signature" {
            checks.push(Check::new("signature", CheckStatus::NotEvaluated, ""));
        }
        checks.extend(not_evaluated(policy));
        let verdict = Verdict::unreadable(reason, policy, self.provenance());
        self.around(Verdict { checks, ..verdict })
    }

    /// Turns the verdict on the content into that on the whole token: with the checks of the
    /// layers, and refused where the header of a layer contradicts the claims.
    pub fn around(&self, verdict: Verdict) -> Verdict {
        let mut verdict = within(&self.layers, verdict);
        // The headers are compared with verified claims only.
        let is_judged = verdict.claims.is_some()
            && !verdict.checks.iter().any(|check| {
                check.name == "signature"
                    && matches!(check.status, CheckStatus::Fail | CheckStatus::NotEvaluated)
            });
        if let Some(claims) = verdict.claims.clone().filter(|_| is_judged) {
            let replicas = self
                .layers
                .iter()
                .flat_map(|layer| replicas(layer, &claims));
            let replicas: Vec<Reason> = replicas.collect();
            let mut reasons = match &verdict.outcome {
                Ok(_) => Vec::new(),
                Err(rejection) => rejection.reasons().to_vec(),
            };
            verdict.checks.extend(replicas.iter().map(Check::from));
            reasons.extend(replicas);
            if let Some(rejection) = Rejection::from_reasons(reasons) {
                verdict.outcome = Err(rejection);
            }
        }
        verdict
    }
}

/// The verdict with the layers that were opened before it.
pub fn within(layers: &[Layer], mut verdict: Verdict) -> Verdict {
    let rows = layers.iter().enumerate();
    let rows = rows.map(|(place, layer)| layer.check(place));
    verdict.checks = rows.chain(verdict.checks).collect();
    verdict.layers = layers.to_vec();
    verdict
}

/// The refusals for claims that the header of a layer repeats with another value.
fn replicas(layer: &Layer, claims: &Object) -> Vec<Reason> {
    let differing = REPLICATED.iter().filter_map(|name| {
        let said = layer.header.members().member(name)?;
        let actual = claims.member(name);
        if actual.is_some_and(|actual| actual.same(said)) {
            return None;
        }
        let why = format!(
            "the header of the encrypted token has another {name} than its claims: {}",
            said.brief()
        );
        Some(Reason {
            expected: Some(said.clone()),
            actual: actual.cloned(),
            ..Reason::new(Code::Mismatch, format!("header-{name}"), why)
        })
    });
    differing.collect()
}
