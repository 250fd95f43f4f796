//! The clients of the issuer, and how they say who they are (RFC 6749 §2.3).

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::super::secret::Secret;
use super::http::{FormParameters, Refusal, Request, basic, unescape};

/// A client that is known by name.
#[derive(Debug)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// `client_secret`; a client without one is public.
    pub secret: Option<Secret>,
}

/// Who sends a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub id: String,
    /// Whether the client has proven it: by its secret, or because no clients are registered.
    pub proven: bool,
}

/// The id of a client that sends none, where no clients are registered.
const ANYBODY: &str = "anybody";

/// Finds out which client sends `form`. If no clients are registered, every client is believed.
///
/// # Errors
/// `invalid_client` when it is not registered or its secret is wrong, `invalid_request` when it
/// authenticates twice.
pub(super) fn authenticate(
    clients: &[Client],
    request: &Request<'_>,
    form: &FormParameters,
) -> Result<Caller, Refusal> {
    let credentials = request.authorization("Basic")?;
    let unknown = |why: &str| Refusal::unauthorized("Basic", "invalid_client", why);
    let posted = (form.value("client_id"), form.value("client_secret"));
    let (id, secret) = match (credentials, posted) {
        (Some(_), (_, Some(_))) => {
            return Err(Refusal::new(
                "invalid_request",
                "the client authenticates in two ways",
            ));
        }
        (Some(credentials), (id, None)) => {
            let (name, secret) = basic(credentials)
                .ok_or_else(|| unknown("the Basic credentials cannot be read"))?;
            let name = unescape(&name).unwrap_or(name);
            if id.is_some_and(|id| id != name) {
                return Err(Refusal::new(
                    "invalid_request",
                    "client_id and the Basic credentials differ",
                ));
            }
            (Some(name), Some(secret))
        }
        (None, (id, secret)) => (id.map(String::from), secret.map(String::from)),
    };
    if clients.is_empty() {
        return Ok(Caller {
            id: id.unwrap_or_else(|| ANYBODY.into()),
            proven: true,
        });
    }
    let id = id.ok_or_else(|| unknown("the client did not authenticate"))?;
    let client = clients
        .iter()
        .find(|it| it.id == id)
        .ok_or_else(|| unknown("the client is not registered"))?;
    match (&client.secret, secret.filter(|it| !it.is_empty())) {
        (None, None) => Ok(Caller { id, proven: false }),
        (Some(expected), Some(given)) if is_same(expected, &given, credentials.is_some()) => {
            Ok(Caller { id, proven: true })
        }
        _ => Err(unknown("the client secret is wrong")),
    }
}

/// Secrets in Basic credentials are form-encoded, which about half of all clients forget.
fn is_same(expected: &Secret, given: &str, encoded: bool) -> bool {
    let same = |given: &str| verify_slices_are_equal(expected.expose(), given.as_bytes()).is_ok();
    same(given) || (encoded && unescape(given).is_ok_and(|given| same(&given)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients() -> Vec<Client> {
        vec![
            Client {
                id: "app".into(),
                secret: Some(Secret::new(b"s+e%c".to_vec())),
            },
            Client {
                id: "spa".into(),
                secret: None,
            },
        ]
    }

    fn ask(
        clients: &[Client],
        header: Option<&str>,
        form: &str,
    ) -> Result<Caller, (u16, &'static str)> {
        let headers: Vec<(&str, &str)> = header
            .map(|value| ("authorization", value))
            .into_iter()
            .collect();
        let request = Request {
            method: "POST",
            path: "/token",
            query: None,
            authority: None,
            headers: &headers,
            body: b"",
        };
        authenticate(clients, &request, &FormParameters::parse(form).unwrap())
            .map_err(|refusal| (refusal.status, refusal.error))
    }

    #[test]
    fn registered_clients_prove_who_they_are() {
        let proven = |id: &str, proven| {
            Ok(Caller {
                id: id.into(),
                proven,
            })
        };
        // app:s+e%c as it is, and form-encoded.
        for credentials in ["Basic YXBwOnMrZSVj", "basic YXBwOnMlMkJlJTI1Yw=="] {
            assert_eq!(
                ask(&clients(), Some(credentials), ""),
                proven("app", true),
                "{credentials}"
            );
        }
        assert_eq!(
            ask(&clients(), None, "client_id=app&client_secret=s%2Be%25c"),
            proven("app", true)
        );
        assert_eq!(ask(&clients(), None, "client_id=spa"), proven("spa", false));
    }

    #[test]
    fn others_are_refused() {
        for (header, form, status, error) in [
            (None, "", 401, "invalid_client"),
            (None, "client_id=other", 401, "invalid_client"),
            (None, "client_id=app", 401, "invalid_client"),
            (
                None,
                "client_id=app&client_secret=wrong",
                401,
                "invalid_client",
            ),
            (None, "client_id=spa&client_secret=x", 401, "invalid_client"),
            (Some("Basic !"), "", 401, "invalid_client"),
            (
                Some("Basic YXBwOnMrZSVj"),
                "client_id=spa",
                400,
                "invalid_request",
            ),
            (
                Some("Basic YXBwOnMrZSVj"),
                "client_id=app&client_secret=x",
                400,
                "invalid_request",
            ),
        ] {
            assert_eq!(
                ask(&clients(), header, form),
                Err((status, error)),
                "{header:?} {form}"
            );
        }
    }

    #[test]
    fn without_registered_clients_everybody_is_one() {
        assert_eq!(
            ask(&[], None, "client_id=x&client_secret=y").unwrap().id,
            "x"
        );
        assert_eq!(ask(&[], None, "").unwrap().id, ANYBODY);
    }
}
