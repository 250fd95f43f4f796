//! Faults on demand: failures that real issuers have, each with a name and written
//! `NAME[=VALUE][@ENDPOINT][*TIMES]`.

use std::fmt;
use std::str::FromStr;

use super::super::time::parse_duration;
use super::Endpoint;
use super::http::Response;

/// Milliseconds of the longest wait.
const MAX_LATENCY: u64 = 600_000;

/// Bytes of the longest answer that `huge` can ask for, and of one without a value.
const MAX_HUGE: u64 = 1 << 40;
const HUGE: u64 = 64 << 20;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// The answer comes this many milliseconds late.
    Latency(u64),
    /// An error status instead of the answer.
    Status(u16),
    /// 429, with these seconds in `Retry-After`.
    RateLimit(u32),
    /// The answer is sent at this many bytes a second.
    Drip(u32),
    /// The connection breaks in the middle of the body.
    Truncate,
    /// A page of HTML, with status 200, as captive portals and error pages have it.
    Html,
    /// The body is padded with spaces to this many bytes.
    Huge(u64),
    /// The key set is from before the last rotation: it lacks the key that signs.
    Stale,
    /// The issuer went over to a new key at once: the old one neither signs nor is published.
    Rotated,
    /// The key set has no validator.
    NoEtag,
    /// Tokens name a key that is in no set.
    UnknownKid,
    /// Tokens are signed by another key under the same id.
    SameKid,
    /// Tokens say `HS256`, with the public key as the secret (RFC 8725 §2.1).
    WrongAlg,
    /// Tokens are not signed at all.
    None,
    /// Tokens have expired.
    Expired,
    /// Tokens are not valid yet.
    Future,
    /// The audience of tokens is wrong.
    WrongAud,
    /// The issuer of tokens is wrong.
    WrongIss,
    /// The signature has a wrong bit.
    BadSignature,
}

/// Which requests a fault can matter to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FaultScope {
    /// Any endpoint.
    Answer,
    /// The key set, and the tokens that go with it.
    Keys,
    /// The key set alone.
    Set,
    /// New tokens.
    Tokens,
}

/// Every fault: its name, and its kind with the value that it has when none is given.
const NAMES: &[(&str, FaultKind)] = &[
    ("latency", FaultKind::Latency(1000)),
    ("status", FaultKind::Status(503)),
    ("rate-limit", FaultKind::RateLimit(30)),
    ("drip", FaultKind::Drip(20)),
    ("truncate", FaultKind::Truncate),
    ("html", FaultKind::Html),
    ("huge", FaultKind::Huge(HUGE)),
    ("stale", FaultKind::Stale),
    ("rotated", FaultKind::Rotated),
    ("no-etag", FaultKind::NoEtag),
    ("unknown-kid", FaultKind::UnknownKid),
    ("same-kid", FaultKind::SameKid),
    ("wrong-alg", FaultKind::WrongAlg),
    ("none", FaultKind::None),
    ("expired", FaultKind::Expired),
    ("future", FaultKind::Future),
    ("wrong-aud", FaultKind::WrongAud),
    ("wrong-iss", FaultKind::WrongIss),
    ("bad-signature", FaultKind::BadSignature),
];

impl FaultKind {
    fn reach(self) -> FaultScope {
        match self {
            Self::Latency(_)
            | Self::Status(_)
            | Self::RateLimit(_)
            | Self::Drip(_)
            | Self::Truncate
            | Self::Html
            | Self::Huge(_) => FaultScope::Answer,
            Self::Stale | Self::Rotated => FaultScope::Keys,
            Self::NoEtag => FaultScope::Set,
            _ => FaultScope::Tokens,
        }
    }

    fn with_value(self, value: &str) -> Result<Self, String> {
        let number = |what: &str, most: u64| match value.parse::<u64>() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            _ => Err(format!("{value:?} is no {what} from 1 to {most}")),
        };
        Ok(match self {
            Self::Latency(_) => Self::Latency(milliseconds(value)?),
            Self::Status(_) => match value.parse::<u16>() {
                Ok(status @ 400..=599) => Self::Status(status),
                _ => return Err(format!("{value:?} is no error status from 400 to 599")),
            },
            Self::RateLimit(_) => Self::RateLimit(number("number of seconds", 86_400)? as u32),
            Self::Drip(_) => Self::Drip(number("number of bytes a second", 1 << 20)? as u32),
            Self::Huge(_) => Self::Huge(number("number of bytes", MAX_HUGE)?),
            _ => return Err("it takes no value".into()),
        })
    }
}

fn milliseconds(text: &str) -> Result<u64, String> {
    let value = match text
        .strip_suffix("ms")
        .and_then(|digits| digits.parse::<u64>().ok())
    {
        Some(value) => Some(value),
        None => parse_duration(text)
            .ok()
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map(|it| it.saturating_mul(1000)),
    };
    value
        .filter(|it| *it <= MAX_LATENCY)
        .ok_or_else(|| format!("{text:?} is no duration up to 10m, such as 500ms or 2s"))
}

/// A fault that is to happen, where and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    name: String,
    endpoint: Option<Endpoint>,
    left: Option<u32>,
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |why: String| format!("fault {text:?}: {why}");
        let (rest, left) =
            match text.rsplit_once('*') {
                Some((rest, times)) => {
                    let times = times.parse::<u32>().ok().filter(|times| *times > 0);
                    (
                        rest,
                        Some(times.ok_or_else(|| {
                            bad("what follows the * is no number of times".into())
                        })?),
                    )
                }
                None => (text, None),
            };
        let (what, endpoint) = match rest.split_once('@') {
            Some((what, endpoint)) => (what, Some(Endpoint::parse(endpoint).map_err(bad)?)),
            None => (rest, None),
        };
        let (name, value) = what
            .split_once('=')
            .map_or((what, None), |(name, value)| (name, Some(value)));
        let known = NAMES
            .iter()
            .find(|(it, _)| *it == name)
            .map(|(_, kind)| *kind);
        let kind = known.ok_or_else(|| {
            bad(format!(
                "faults are {}",
                names().collect::<Vec<_>>().join(", ")
            ))
        })?;
        let kind = value
            .map_or(Ok(kind), |value| kind.with_value(value))
            .map_err(bad)?;
        if endpoint.is_some() && kind.reach() != FaultScope::Answer {
            return Err(bad(format!("{name} is not about one endpoint")));
        }
        Ok(Self {
            kind,
            name: what.to_owned(),
            endpoint,
            left,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(endpoint) = self.endpoint {
            write!(f, "@{}", endpoint.as_str())?;
        }
        self.left.map_or(Ok(()), |left| write!(f, "*{left}"))
    }
}

/// The names of all faults.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(super) struct Faults(pub Vec<Fault>);

impl Faults {
    /// The faults that a request to `endpoint` gets. Each of them is counted as having happened
    /// once more.
    pub fn strike(&mut self, endpoint: Endpoint) -> Active {
        let mut active = Active::default();
        for fault in &mut self.0 {
            let here = match fault.kind.reach() {
                FaultScope::Answer => fault
                    .endpoint
                    .map_or(endpoint.can_fail(), |it| it == endpoint),
                FaultScope::Keys => matches!(endpoint, Endpoint::Jwks | Endpoint::Token),
                FaultScope::Set => endpoint == Endpoint::Jwks,
                FaultScope::Tokens => endpoint == Endpoint::Token,
            };
            if here {
                active.0.push(fault.kind);
                active.1.push(fault.name.clone());
                fault.left = fault.left.map(|left| left.saturating_sub(1));
            }
        }
        self.0.retain(|fault| fault.left != Some(0));
        active
    }
}

/// The faults that one request gets, and their names.
#[derive(Debug, Default)]
pub(super) struct Active(Vec<FaultKind>, Vec<String>);

impl Active {
    /// Whether `kind` is among them.
    pub fn has(&self, kind: FaultKind) -> bool {
        self.0.contains(&kind)
    }

    /// The answer that a fault sends in place of the endpoint's, if there is one.
    pub fn instead(&self) -> Option<Response> {
        self.0.iter().find_map(|kind| match kind {
            FaultKind::Status(status) => Some(Response {
                body: b"fault injected\n".to_vec(),
                ..Response::empty(*status)
            }),
            FaultKind::RateLimit(seconds) => {
                Some(Response::empty(429).with("retry-after", seconds.to_string()))
            }
            FaultKind::Html => {
                let page =
                    "<!doctype html>\n<title>Sign in</title>\n<p>Please sign in to the network.\n";
                let response =
                    Response::empty(200).with("content-type", "text/html; charset=utf-8");
                Some(Response {
                    body: page.into(),
                    ..response
                })
            }
            _ => None,
        })
    }

    /// Applies the faults that change how the answer is sent, and names all faults in its remarks.
    pub fn spoil(self, mut response: Response) -> Response {
        for kind in &self.0 {
            match kind {
                FaultKind::Latency(milliseconds) => response.delivery.delay_ms += milliseconds,
                FaultKind::Drip(rate) => response.delivery.bytes_per_second = Some(*rate),
                FaultKind::Truncate => response.delivery.cut_after = Some(response.body.len() / 2),
                FaultKind::Huge(bytes) => {
                    response.delivery.padding = bytes.saturating_sub(response.body.len() as u64)
                }
                FaultKind::NoEtag => response.headers.retain(|(name, _)| *name != "etag"),
                _ => {}
            }
        }
        response
            .remarks
            .extend(self.1.into_iter().map(|name| format!("fault {name}")));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_written_as_they_are_read() {
        for text in [
            "expired",
            "latency=500ms",
            "status=500@jwks*2",
            "rate-limit=5@token",
            "none*1",
            "huge=1000",
            "drip@discovery",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        for name in names() {
            assert_eq!(name.parse::<Fault>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn what_is_no_fault_says_what_is() {
        for (text, why) in [
            ("", "faults are latency"),
            ("expire", "faults are latency"),
            ("expired=5", "takes no value"),
            ("status=200", "400 to 599"),
            ("latency=1h", "up to 10m"),
            ("latency=-5s", "up to 10m"),
            ("html@nowhere", "endpoints are"),
            ("expired@token", "not about one endpoint"),
            ("html*0", "number of times"),
            ("html*x", "number of times"),
        ] {
            let error = text.parse::<Fault>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn a_fault_happens_as_often_as_it_was_told() {
        let mut faults = Faults(vec![
            "status@jwks*2".parse().unwrap(),
            "expired".parse().unwrap(),
        ]);
        assert!(faults.strike(Endpoint::Health).0.is_empty());
        assert_eq!(faults.strike(Endpoint::Jwks).0, [FaultKind::Status(503)]);
        assert_eq!(faults.strike(Endpoint::Token).0, [FaultKind::Expired]);
        assert_eq!(faults.strike(Endpoint::Jwks).0, [FaultKind::Status(503)]);
        assert!(faults.strike(Endpoint::Jwks).0.is_empty());
        assert_eq!(faults.0.len(), 1);
    }
}
