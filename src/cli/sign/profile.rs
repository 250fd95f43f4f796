//! `sign --profile`: what a token of a kind gets, and what `verify` would refuse about it.

use jwtctl::core::alg::SigAlg;
use jwtctl::core::claims::{Check, Policy, check};
use jwtctl::core::error::{Code, Error, Reason};
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::Key;
use jwtctl::core::profile::{Profile, Supplied};
use jwtctl::core::time::Timestamp;

use super::super::Context;
use super::super::input::Usual;
use super::args::{Args, Format};

/// A kind of token to make.
pub(super) struct Kind {
    profile: Profile,
    supplied: Supplied,
}

impl Kind {
    /// The kind that the arguments name, if they name one.
    ///
    /// # Errors
    /// When an argument is of no use to it.
    pub(super) fn asked(args: &Args, context: &Context<'_>) -> Result<Option<Self>, Error> {
        let supplied = args.kind.supplied(&context.inputs)?;
        let Some(profile) = args.kind.profile else {
            return match supplied.jkt {
                Some(_) => Err(Error::usage("--jkt", "needs --profile at+jwt or dpop+jwt")),
                None => Ok(None),
            };
        };
        let is_json = matches!(args.format, Some(Format::Flattened | Format::General));
        if is_json || args.key.len() > 1 {
            let why = format!("{} is in compact form, with one signature", profile.title());
            return Err(Error::usage("--profile", why));
        }
        Ok(Some(Self { profile, supplied }))
    }

    /// Its media type.
    pub(super) fn typ(&self) -> &'static str {
        self.profile.typ().unwrap_or("JWT")
    }

    /// What it has besides.
    pub(super) fn usual(&self) -> Usual {
        Usual {
            ttl: self.profile.usual_life(),
            jti: self.profile.has_id(),
        }
    }

    /// Whether the header names the key by its id: not where it has the key itself.
    pub(super) fn names_key(&self) -> bool {
        !self.profile.brings_its_key()
    }

    /// Adds what the header has of the key that is going to sign.
    pub(super) fn fill_header(&self, header: &mut Object, key: &Key) {
        self.profile.fill_header(header, key);
    }

    /// Completes the claims of a token with that header, by a key for `alg`.
    ///
    /// # Errors
    /// When `verify` would refuse what comes of it.
    pub(super) fn complete(
        &self,
        header: &Object,
        claims: &mut Object,
        alg: SigAlg,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.profile.fill_claims(claims, &self.supplied, alg);
        let mut whole = header.clone();
        whole.set("alg", alg.as_str().into());
        let refuse = |why: String| Error::input(Code::BadInput, self.what(), why);
        let text = Json::Object(whole).to_text();
        let whole = Header::parse(text.as_bytes()).map_err(|reason| refuse(reason.message))?;
        let checks = check(claims, &whole, &self.policy(claims), now);
        match checks.iter().find_map(Check::reason) {
            Some(reason) => {
                let error = refuse(format!("verify would refuse it: {}", reason.message));
                Err(self.advice(&reason).into_iter().fold(error, Error::hint))
            }
            None => Ok(()),
        }
    }

    fn what(&self) -> String {
        format!("--profile {}", self.profile)
    }

    /// The policy of somebody for whom the token is.
    fn policy(&self, claims: &Object) -> Policy {
        let texts = |name: &str| -> Vec<String> {
            let texts = claims.member(name).and_then(Json::as_strings);
            texts
                .unwrap_or_default()
                .into_iter()
                .map(String::from)
                .collect()
        };
        Policy {
            profile: Some(self.profile),
            supplied: self.profile.own_word(claims, &self.supplied),
            issuers: texts("iss"),
            audiences: texts("aud"),
            ..Policy::default()
        }
    }

    /// How a claim is given that is missing.
    fn advice(&self, reason: &Reason) -> Option<String> {
        if reason.code != Code::MissingClaim {
            return None;
        }
        let name = reason.check.as_str();
        let rule = self.profile.rule(name)?;
        let supplies = rule.test.supplies().iter();
        let mut flags = supplies.map(|it| it.flag());
        Some(match (name, flags.next()) {
            ("iss" | "sub" | "aud" | "exp" | "iat" | "jti", _) => {
                format!("give it with --{name}")
            }
            ("typ", _) => format!("it is {}, unless --typ says otherwise", self.typ()),
            (_, Some((flag, value))) => format!("give it with {flag} {value}"),
            (_, None) => format!("give it as a CLAIM: {name}=TEXT or {name}:=JSON"),
        })
    }

    /// The line that is printed for `token`.
    ///
    /// # Errors
    /// When such a token does not go there.
    pub(super) fn check_format(kind: Option<&Self>, format: Format) -> Result<(), Error> {
        let is_assertion = kind.is_some_and(|it| it.profile == Profile::ClientAssertion);
        match format {
            Format::Form if !is_assertion => {
                let why = "is how a client assertion is sent";
                Err(Error::usage("--format form", why).hint("for one: --profile client-assertion"))
            }
            Format::Header if is_assertion => {
                let error =
                    Error::usage("--format header", "a client assertion goes into the body");
                Err(error
                    .hint("for a form: --format form; for curl's configuration: --format curl"))
            }
            _ => Ok(()),
        }
    }

    /// Where the token goes in a request.
    pub(super) fn carrier(&self, claims: Option<&Object>) -> Carrier {
        let is_bound = claims.is_some_and(|it| it.pointer("/cnf/jkt").is_some());
        match self.profile {
            Profile::DpopProof => Carrier::Header("DPoP: "),
            Profile::ClientAssertion => Carrier::Form,
            Profile::AccessToken if is_bound => Carrier::Header("Authorization: DPoP "),
            _ => Carrier::BEARER,
        }
    }
}

/// What carries a token in a request.
#[derive(Clone, Copy)]
pub(super) enum Carrier {
    /// A header that begins with this.
    Header(&'static str),
    /// The parameters of a client assertion, in the body.
    Form,
}

impl Carrier {
    pub(super) const BEARER: Self = Self::Header("Authorization: Bearer ");

    /// The header, or the body.
    pub(super) fn line(self, token: &str) -> String {
        match self {
            Self::Header(start) => format!("{start}{token}"),
            // RFC 7523 section 2.2.
            Self::Form => url::form_urlencoded::Serializer::new(String::new())
                .append_pair(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .append_pair("client_assertion", token)
                .finish(),
        }
    }

    /// It as a line of curl's configuration.
    pub(super) fn curl(self, token: &str) -> String {
        let option = match self {
            Self::Header(_) => "header",
            Self::Form => "data",
        };
        format!("{option} = \"{}\"", self.line(token))
    }
}
