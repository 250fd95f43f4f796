//! `sign --profile`: what a token of a kind gets, and what `verify` would refuse about it.

use jwtctl::core::alg::SigAlg;
use jwtctl::core::claims::{Check, Policy, check};
use jwtctl::core::env::Env;
use jwtctl::core::error::{Code, Error, Reason};
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::Key;
use jwtctl::core::profile::{Profile, Supplied};

use super::super::Context;
use super::super::input::Usual;
use super::super::output::argument;
use super::args::{Args, Format};
use super::disclosure::{Hidden, Presented, joined, presented};

/// A kind of token to make.
pub(super) struct Kind {
    profile: Profile,
    supplied: Supplied,
    /// What its holder presents with it.
    presented: Option<Presented>,
    /// What of it a holder may show or not.
    hidden: Option<Hidden>,
}

impl Kind {
    /// The kind that the arguments name, if they name one.
    ///
    /// # Errors
    /// When an argument is of no use to it.
    pub(super) fn asked(args: &Args, context: &Context<'_>) -> Result<Option<Self>, Error> {
        let shows_part = args.disclosure.is_given();
        let profile = args.kind.profile.or(shows_part.then_some(Profile::SdJwt));
        if let Some(other) = profile.filter(|it| shows_part && *it != Profile::SdJwt) {
            let why = format!("{} is shown whole", other.title());
            return Err(Error::usage("--profile", why).hint("--sd and --kb-key are for sd-jwt"));
        }
        let supplied = args.kind.supplied(profile, &context.inputs)?;
        let presented = presented(args, &supplied, context)?;
        if profile == Some(Profile::SdJwt) && presented.is_none() && supplied.nonce.is_some() {
            let error = Error::usage(
                "--nonce",
                "goes into the proof with which a holder presents",
            );
            return Err(error.hint("to present an SD-JWT: --present FILE --kb-key KEYSPEC"));
        }
        let profile = match (profile, &presented) {
            (_, Some(_)) => Profile::KeyBinding,
            (Some(profile), None) => profile,
            (None, None) if supplied.jkt.is_none() => return Ok(None),
            (None, None) => {
                return Err(Error::usage("--jkt", "needs --profile at+jwt or dpop+jwt"));
            }
        };
        let supplied = presented
            .as_ref()
            .map_or(supplied, |it| it.supplied.clone());
        if args.format.is_some_and(Format::is_json) || args.key.len() > 1 {
            let why = format!("{} is in compact form, with one signature", profile.title());
            return Err(Error::usage("--profile", why));
        }
        let hidden = match profile {
            Profile::SdJwt => Some(Hidden::asked(&args.disclosure, context)?),
            _ => None,
        };
        Ok(Some(Self {
            profile,
            supplied,
            presented,
            hidden,
        }))
    }

    /// Its media type.
    pub(super) fn typ(&self) -> &'static str {
        match self.profile {
            Profile::SdJwt => "sd-jwt",
            profile => profile.typ().unwrap_or("JWT"),
        }
    }

    /// What it has besides.
    pub(super) fn usual(&self) -> Usual {
        Usual {
            ttl: self.profile.usual_life(),
            jti: self.profile.has_id(),
        }
    }

    /// Whether the header names the key by its id: not where the token has the key itself, or the one
    /// that it is presented with.
    pub(super) fn names_key(&self) -> bool {
        !self.profile.brings_its_key() && self.profile != Profile::KeyBinding
    }

    /// Adds what the header has of the key that is going to sign.
    ///
    /// # Errors
    /// When it is not the key that the token is presented with.
    pub(super) fn fill_header(&self, header: &mut Object, key: &Key) -> Result<(), Error> {
        if let Some(presented) = &self.presented {
            presented.check_key(key)?;
        }
        self.profile.fill_header(header, key);
        Ok(())
    }

    /// Completes the claims of a token with that header, by a key for `alg`, and returns the
    /// disclosures that follow it.
    ///
    /// # Errors
    /// When `verify` would refuse what comes of it.
    pub(super) fn complete(
        &self,
        header: &Object,
        claims: &mut Object,
        alg: SigAlg,
        env: &Env<'_>,
    ) -> Result<Vec<String>, Error> {
        self.profile.fill_claims(claims, &self.supplied, alg);
        let disclosures = match &self.hidden {
            Some(hidden) => hidden.hide(claims, env)?,
            None => Vec::new(),
        };
        let mut whole = header.clone();
        whole.set("alg", alg.as_str().into());
        let refuse = |why: String| Error::input(Code::BadInput, self.what(), why);
        let text = Json::Object(whole).to_text();
        let whole = Header::parse(text.as_bytes()).map_err(|reason| refuse(reason.message))?;
        let checks = check(claims, &whole, &self.policy(claims), env.now);
        match checks.iter().find_map(Check::reason) {
            Some(reason) => {
                let error = refuse(format!("verify would refuse it: {}", reason.message));
                Err(self.advice(&reason).into_iter().fold(error, Error::hint))
            }
            None => Ok(disclosures),
        }
    }

    /// The token as it is printed: after the presentation that it proves, or before its
    /// disclosures.
    pub(super) fn around(&self, token: String, disclosures: &[String]) -> String {
        match (&self.presented, self.profile) {
            (Some(presented), _) => format!("{}{token}", presented.text),
            (None, Profile::SdJwt) => joined(&token, disclosures),
            (None, _) => token,
        }
    }

    fn what(&self) -> String {
        match self.presented {
            Some(_) => "--present".into(),
            None => format!("--profile {}", self.profile),
        }
    }

    /// The policy of a verifier to whom the token is addressed: its issuer and audience are those
    /// of the claims.
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
        let mut flags = supplies.map(|it| argument(*it));
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

    /// The carrier of `token` as a line of curl's configuration.
    pub(super) fn curl(self, token: &str) -> String {
        let option = match self {
            Self::Header(_) => "header",
            Self::Form => "data",
        };
        format!("{option} = \"{}\"", self.line(token))
    }
}
