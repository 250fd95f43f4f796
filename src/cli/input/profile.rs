//! `--profile`, and the values that its rules compare with. `verify` and `sign` have the same
//! arguments, since `sign` makes tokens that `verify` accepts.

use std::sync::Arc;

use clap::builder::NonEmptyStringValueParser;
use jwtctl::core::error::Error;
use jwtctl::core::limits::MAX_SECRET;
use jwtctl::core::profile::{Profile, Supplied, Supply};
use jwtctl::core::secret::Secret;

use super::super::output::argument;
use super::{Choice, Inputs, SecretSpec, not_empty};

/// The kind of a token, and what belongs to it.
#[derive(clap::Args)]
pub struct ProfileArgs {
    /// The kind of token, whose rules are added: at+jwt, id-token, logout+jwt, client-assertion,
    /// dpop+jwt, sd-jwt, secevent+jwt or introspection; see jwtctl help profiles
    #[arg(long, value_name = "PROFILE", value_parser = profile(), hide_possible_values = true, help_heading = "Claims")]
    pub profile: Option<Profile>,
    /// The nonce of the request (id-token, dpop+jwt, sd-jwt)
    #[arg(long, allow_hyphen_values = true, help_heading = "Profile", value_parser = NonEmptyStringValueParser::new())]
    nonce: Option<String>,
    /// The client: client_id of at+jwt, azp of id-token, iss and sub of client-assertion
    #[arg(long, allow_hyphen_values = true, value_name = "ID", help_heading = "Profile", value_parser = NonEmptyStringValueParser::new())]
    client_id: Option<String>,
    /// The access token that came along, for at_hash (id-token) or ath (dpop+jwt): PATH, -, env:NAME
    /// or fd:N
    #[arg(long, value_name = "KEYSPEC", help_heading = "Profile", value_parser = not_empty::<SecretSpec>())]
    access_token: Option<SecretSpec>,
    /// The authorization code that came along, for c_hash (id-token)
    #[arg(long, value_name = "KEYSPEC", help_heading = "Profile", value_parser = not_empty::<SecretSpec>())]
    code: Option<SecretSpec>,
    /// The method of the HTTP request, such as POST (dpop+jwt)
    #[arg(long, help_heading = "Profile", value_parser = NonEmptyStringValueParser::new())]
    method: Option<String>,
    /// The URL of the HTTP request (dpop+jwt)
    #[arg(long, help_heading = "Profile", value_parser = NonEmptyStringValueParser::new())]
    url: Option<String>,
    /// The RFC 7638 thumbprint of the key that an access token is bound to (cnf.jkt), or that made a
    /// proof (dpop+jwt)
    #[arg(long, allow_hyphen_values = true, value_name = "THUMBPRINT", help_heading = "Profile", value_parser = NonEmptyStringValueParser::new())]
    jkt: Option<String>,
}

impl ProfileArgs {
    /// The values that the rules of a profile compare with.
    ///
    /// # Errors
    /// When the profile does not compare with an argument that was given, or the argument cannot be
    /// read.
    pub fn supplied(&self, profile: Option<Profile>, inputs: &Inputs) -> Result<Supplied, Error> {
        let given = [
            (Supply::Nonce, self.nonce.is_some()),
            (Supply::ClientId, self.client_id.is_some()),
            (Supply::AccessToken, self.access_token.is_some()),
            (Supply::Code, self.code.is_some()),
            (Supply::Method, self.method.is_some()),
            (Supply::Url, self.url.is_some()),
            (Supply::Jkt, self.jkt.is_some()),
        ];
        let is_of_use = |supply| match profile {
            Some(profile) => profile.uses(supply),
            // An access token of any kind may be bound to a key.
            None => supply == Supply::Jkt,
        };
        let idle = |(supply, given): &&(Supply, bool)| *given && !is_of_use(*supply);
        if let Some((supply, _)) = given.iter().find(idle) {
            return Err(unused(profile, *supply));
        }
        let secret = |spec: &Option<SecretSpec>| {
            let read = spec.as_ref().map(|spec| inputs.bearer(spec));
            read.transpose().map(|secret| secret.map(Arc::new))
        };
        Ok(Supplied {
            nonce: self.nonce.clone(),
            client_id: self.client_id.clone(),
            access_token: secret(&self.access_token)?,
            code: secret(&self.code)?,
            method: self.method.clone(),
            url: self.url.clone(),
            jkt: self.jkt.clone(),
            sd_hash: None,
        })
    }
}

/// The refusal of an argument that no rule of the profile compares with.
fn unused(profile: Option<Profile>, supply: Supply) -> Error {
    let (flag, _) = argument(supply);
    let users = Profile::ALL.iter().filter(|it| it.uses(supply));
    let users: Vec<&str> = users.map(|it| it.as_str()).collect();
    let why = match profile {
        Some(profile) => format!("{} has nothing to compare it with", profile.title()),
        None => "is for a certain kind of token, and none is named".into(),
    };
    Error::usage(flag, why).hint(format!("it is for --profile {}", users.join(" or ")))
}

/// The name of a profile, in any case.
fn profile() -> Choice<Profile> {
    fn names() -> Vec<&'static str> {
        Profile::ALL.iter().map(|it| it.as_str()).collect()
    }
    fn parse(text: &str) -> Result<Profile, String> {
        let why = |()| format!("profiles are {}", names().join(", "));
        text.parse().map_err(why)
    }
    Choice::new(parse, names)
}

impl Inputs {
    /// A token or a code that is compared by its digest, without the line break at its end.
    fn bearer(&self, spec: &SecretSpec) -> Result<Secret, Error> {
        let bytes = self.read(spec, MAX_SECRET)?;
        Ok(bytes.without_trailing_newline())
    }
}
