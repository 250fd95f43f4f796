//! Whole conversations with the issuer, without a socket.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use proptest::prelude::*;

use super::super::alg::SigAlg;
use super::super::claims::Policy;
use super::super::env::Stopped;
use super::super::error::Code;
use super::super::json::Json;
use super::super::jwks::{Given, KeySet, Provenance};
use super::super::jws::Form;
use super::super::key::{Key, encode};
use super::super::time::Timestamp;
use super::super::token::verify;
use super::*;

const ISSUER: &str = "http://127.0.0.1:8080";
const NOW: Timestamp = Timestamp(1_785_578_400);
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://localhost:3000/cb";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// An issuer, and a client that talks to it.
struct Lab {
    state: IssuerState,
    now: Timestamp,
    drawn: AtomicU64,
}

impl Lab {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new(ISSUER.into()).unwrap();
        settings.admin_secret = Some(Secret::new(b"open sesame".to_vec()));
        change(&mut settings);
        let keys = Fresh::new(SigAlg::Es256, Some("tests".into())).unwrap();
        Self {
            state: IssuerState::new(settings, Box::new(keys), Vec::new()),
            now: NOW,
            drawn: AtomicU64::new(0),
        }
    }

    fn plain() -> Self {
        Self::new(|_| {})
    }

    fn faulty(spec: &str) -> Self {
        let mut lab = Self::plain();
        lab.state.faults.0.push(spec.parse().unwrap());
        lab
    }

    fn ask(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let Self { state, now, drawn } = self;
        let random = |buffer: &mut [u8]| {
            for chunk in buffer.chunks_mut(32) {
                let next = drawn.fetch_add(1, Ordering::Relaxed) + 1;
                let block = digest(&SHA256, &next.to_be_bytes());
                chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
            }
        };
        let env = Env {
            now: *now,
            random: &random,
            clock: &Stopped,
        };
        let mut all = headers.to_vec();
        if !headers.iter().any(|(name, _)| *name == "host") {
            all.push(("host", "127.0.0.1:8080"));
        }
        let (path, query) = target
            .split_once('?')
            .map_or((target, None), |(path, query)| (path, Some(query)));
        respond(
            state,
            Request {
                method,
                path,
                query,
                authority: None,
                headers: &all,
                body: body.as_bytes(),
            },
            &env,
        )
    }

    fn get(&mut self, target: &str) -> Response {
        self.ask("GET", target, &[], "")
    }

    fn post(&mut self, path: &str, form: &str) -> Response {
        self.ask("POST", path, &[FORM], form)
    }

    fn token(&mut self, form: &str) -> Response {
        self.post("/token", form)
    }

    /// A code for `app`, with PKCE.
    fn code(&mut self, more: &str) -> String {
        let challenge = encode(digest(&SHA256, VERIFIER.as_bytes()).as_ref());
        let query = format!(
            "response_type=code&client_id=app&redirect_uri={}&code_challenge={challenge}&code_challenge_method=S256&state=xyz{more}",
            http::escape(REDIRECT)
        );
        let response = self.get(&format!("/authorize?{query}"));
        assert_eq!(response.status, 302, "{}", text(&response));
        let location = response.header("location").unwrap().to_owned();
        let query = location
            .strip_prefix(&format!("{REDIRECT}?"))
            .unwrap_or_else(|| panic!("{location}"));
        let form = http::FormParameters::parse(query).unwrap();
        assert_eq!(form.value("state"), Some("xyz"));
        assert_eq!(form.value("iss"), Some(ISSUER));
        form.value("code")
            .unwrap_or_else(|| panic!("{location}"))
            .to_owned()
    }

    fn redeem(&mut self, code: &str) -> Response {
        let redirect = http::escape(REDIRECT);
        self.token(&format!(
            "grant_type=authorization_code&client_id=app&code={code}&redirect_uri={redirect}&code_verifier={VERIFIER}"
        ))
    }

    fn keys(&mut self) -> Vec<Arc<Key>> {
        let Json::Object(set) = document(&self.get("/jwks")) else {
            panic!("no set")
        };
        KeySet::from_json(set).unwrap().keys
    }

    /// What a strict verifier says about `token` by the set that is published now.
    fn judge(&mut self, token: &str) -> Result<Object, Code> {
        let mut keys = Given::set(self.keys(), Provenance::default());
        let policy = Policy {
            issuers: vec![ISSUER.into()],
            audiences: vec![ISSUER.into()],
            ..Policy::default()
        };
        let random = |_: &mut [u8]| {};
        let verdict = verify(
            token,
            Form::Jwt,
            &mut keys,
            &policy,
            &Env {
                now: self.now,
                random: &random,
                clock: &Stopped,
            },
        )
        .unwrap();
        verdict
            .outcome
            .map(|it| it.claims().unwrap().clone())
            .map_err(|rejection| rejection.primary().code)
    }
}

fn text(response: &Response) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

fn document(response: &Response) -> Json {
    Json::parse(&response.body).unwrap_or_else(|why| panic!("{why}: {}", text(response)))
}

fn member(response: &Response, name: &str) -> String {
    let document = document(response);
    document
        .as_object()
        .unwrap()
        .text(name)
        .unwrap_or_else(|| panic!("{name}: {}", text(response)))
        .to_owned()
}

fn error(response: &Response) -> (u16, String) {
    (response.status, member(response, "error"))
}

#[test]
fn metadata_is_where_both_standards_look() {
    let mut lab = Lab::plain();
    let here = lab.get("/.well-known/openid-configuration");
    assert_eq!(here.status, 200);
    assert_eq!(member(&here, "issuer"), ISSUER);
    assert_eq!(member(&here, "jwks_uri"), format!("{ISSUER}/jwks"));
    assert_eq!(
        lab.get("/.well-known/oauth-authorization-server").body,
        here.body
    );
    for path in [
        "/.well-known/oauth-authorization-server/t1",
        "/t1/.well-known/openid-configuration",
    ] {
        let tenant = lab.get(path);
        assert_eq!(member(&tenant, "issuer"), format!("{ISSUER}/t1"), "{path}");
        assert_eq!(
            member(&tenant, "token_endpoint"),
            format!("{ISSUER}/t1/token"),
            "{path}"
        );
    }
}

#[test]
fn an_issuer_may_have_a_path() {
    let mut lab = Lab::new(|settings| settings.issuer = "https://auth.example/realms/x".into());
    for path in [
        "/realms/x/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/realms/x",
    ] {
        assert_eq!(
            member(&lab.get(path), "token_endpoint"),
            "https://auth.example/realms/x/token",
            "{path}"
        );
    }
    assert_eq!(
        member(
            &lab.get("/.well-known/openid-configuration/realms/x/t"),
            "issuer"
        ),
        "https://auth.example/realms/x/t"
    );
    assert_eq!(lab.get("/realms/x/jwks").status, 200);
    for path in [
        "/jwks",
        "/realms/xjwks",
        "/.well-known/openid-configuration",
        "/.well-known/openid-configuration/realms/xy",
    ] {
        assert_eq!(lab.get(path).status, 404, "{path}");
    }
}

#[test]
fn the_key_set_can_be_revalidated() {
    let mut lab = Lab::plain();
    let first = lab.get("/jwks");
    let tag = first.header("etag").unwrap().to_owned();
    assert!(first.header("cache-control").unwrap().contains("max-age"));
    assert!(
        !text(&first).contains("\"d\""),
        "private members are published"
    );
    for known in [tag.as_str(), "*", &format!("\"x\", W/{tag}")] {
        let again = lab.ask("GET", "/jwks", &[("if-none-match", known)], "");
        assert_eq!((again.status, again.body.len()), (304, 0), "{known}");
        assert_eq!(again.header("etag"), Some(tag.as_str()));
    }
    assert_eq!(
        lab.ask("GET", "/jwks", &[("if-none-match", "\"other\"")], "")
            .status,
        200
    );
    let admin = ("authorization", "Bearer open sesame");
    assert_eq!(lab.ask("POST", "/.jwtctl/rotate", &[admin], "").status, 200);
    assert_eq!(
        lab.ask("GET", "/jwks", &[("if-none-match", &tag)], "")
            .status,
        200
    );
    assert_eq!(lab.keys().len(), 2);
}

#[test]
fn client_credentials_become_a_token_that_holds() {
    let mut lab = Lab::plain();
    let response = lab.token("grant_type=client_credentials&client_id=app&scope=read");
    assert_eq!(response.status, 200, "{}", text(&response));
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let token = member(&response, "access_token");
    let claims = lab.judge(&token).unwrap();
    assert_eq!(claims.text("sub"), Some("app"));
    assert_eq!(claims.text("scope"), Some("read"));
    assert_eq!(claims.member("exp"), Some(&Json::from(NOW.plus(900).0)));
    assert!(
        !document(&response)
            .as_object()
            .unwrap()
            .has("refresh_token")
    );

    let other = lab.token("grant_type=client_credentials&audience=api");
    assert_eq!(
        lab.judge(&member(&other, "access_token")),
        Err(Code::Mismatch)
    );
    lab.now = NOW.plus(2000);
    assert_eq!(lab.judge(&token), Err(Code::Expired));
}

#[test]
fn issuers_do_not_vouch_for_each_other() {
    let mut lab = Lab::plain();
    let foreign = member(
        &lab.post("/t1/token", "grant_type=client_credentials"),
        "access_token",
    );
    // The issuer asks its own tokens neither for iss nor for aud: it is the key that it does not
    // know.
    let bearer = format!("Bearer {foreign}");
    assert_eq!(
        lab.ask("GET", "/t1/userinfo", &[("authorization", &bearer)], "")
            .status,
        200
    );
    assert_eq!(
        lab.ask("GET", "/userinfo", &[("authorization", &bearer)], "")
            .status,
        401
    );
    let code = lab.code("&scope=openid");
    let redirect = http::escape(REDIRECT);
    let form = format!(
        "grant_type=authorization_code&client_id=app&code={code}&redirect_uri={redirect}&code_verifier={VERIFIER}"
    );
    assert_eq!(
        error(&lab.post("/t1/token", &form)),
        (400, "invalid_grant".into())
    );
}

#[test]
fn a_session_is_a_token() {
    let mut lab = Lab::plain();
    let token = member(&lab.get("/token"), "token");
    assert_eq!(lab.judge(&token).unwrap().text("sub"), Some("user"));
    let secret = || Some(Secret::new(b"s".to_vec()));
    let mut lab = Lab::new(|settings| {
        settings.clients.push(Client {
            id: "app".into(),
            secret: secret(),
        })
    });
    assert_eq!(lab.get("/token").status, 401);
    assert_eq!(
        lab.ask("GET", "/token", &[("authorization", "Basic YXBwOnM=")], "")
            .status,
        200
    );
}

#[test]
fn a_code_becomes_tokens_once() {
    let mut lab = Lab::new(|settings| {
        let Json::Object(claims) =
            Json::parse(br#"{"email":"a@example.org","roles":["x"],"sub":"alice"}"#).unwrap()
        else {
            panic!()
        };
        settings.claims = claims;
    });
    let code = lab.code("&scope=openid%20email&nonce=n1");
    let response = lab.redeem(&code);
    assert_eq!(response.status, 200, "{}", text(&response));
    let access = lab.judge(&member(&response, "access_token")).unwrap();
    assert_eq!(
        (access.text("sub"), access.text("email")),
        (Some("alice"), Some("a@example.org"))
    );
    let id_token = member(&response, "id_token");
    let payload = super::super::key::decode(id_token.split('.').nth(1).unwrap()).unwrap();
    let Json::Object(id) = Json::parse(&payload).unwrap() else {
        panic!()
    };
    assert_eq!(
        (id.text("aud"), id.text("nonce"), id.text("sub")),
        (Some("app"), Some("n1"), Some("alice"))
    );
    assert_eq!(id.text("email"), Some("a@example.org"));

    let bearer = format!("Bearer {}", member(&response, "access_token"));
    let person = lab.ask("GET", "/userinfo", &[("authorization", &bearer)], "");
    assert_eq!(
        text(&person),
        r#"{"sub":"alice","email":"a@example.org","roles":["x"]}"#
    );
    let refused = lab.ask(
        "GET",
        "/userinfo",
        &[("authorization", &format!("Bearer {id_token}"))],
        "",
    );
    assert_eq!(refused.status, 401);
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );

    let refresh = member(&response, "refresh_token");
    assert_eq!(error(&lab.redeem(&code)), (400, "invalid_grant".into()));
    let form = format!("grant_type=refresh_token&client_id=app&refresh_token={refresh}");
    assert_eq!(
        error(&lab.token(&form)),
        (400, "invalid_grant".into()),
        "what came of a stolen code lives on"
    );
}

#[test]
fn codes_are_bound_to_their_request_and_time() {
    let redirect = http::escape(REDIRECT);
    let good = format!("redirect_uri={redirect}&client_id=app&code_verifier={VERIFIER}");
    for (form, expected) in [
        (good.replace("3000", "3001"), "invalid_grant"),
        (good.replace("=app", "=other"), "invalid_grant"),
        (good.replace("dBjf", "dBjg"), "invalid_grant"),
        (
            format!("redirect_uri={redirect}&client_id=app&code_verifier=short"),
            "invalid_grant",
        ),
        (
            format!("redirect_uri={redirect}&client_id=app"),
            "invalid_request",
        ),
        (
            format!("client_id=app&code_verifier={VERIFIER}"),
            "invalid_grant",
        ),
    ] {
        let mut lab = Lab::plain();
        let code = lab.code("");
        let response = lab.token(&format!("grant_type=authorization_code&code={code}&{form}"));
        assert_eq!(error(&response), (400, expected.into()), "{form}");
    }
    let mut lab = Lab::plain();
    let code = lab.code("");
    lab.now = NOW.plus(61);
    assert_eq!(error(&lab.redeem(&code)), (400, "invalid_grant".into()));
}

#[test]
fn refresh_tokens_are_replaced() {
    let mut lab = Lab::plain();
    let code = lab.code("&scope=openid%20a");
    let first = member(&lab.redeem(&code), "refresh_token");
    let form =
        |token: &str| format!("grant_type=refresh_token&client_id=app&refresh_token={token}");
    assert_eq!(
        error(&lab.token(&form(&first).replace("=app", "=other"))),
        (400, "invalid_grant".into())
    );
    assert_eq!(
        error(&lab.token(&format!("{}&scope=b", form("nonsense")))),
        (400, "invalid_grant".into())
    );
    let second = lab.token(&form(&first));
    assert_eq!(second.status, 200);
    let second = member(&second, "refresh_token");
    assert_ne!(first, second);
    let active = |lab: &mut Lab, token: &str| {
        let response = lab.post("/introspect", &format!("token={token}"));
        document(&response).as_object().unwrap().member("active") == Some(&Json::Bool(true))
    };
    assert!(active(&mut lab, &second) && !active(&mut lab, &first));
    assert_eq!(
        error(&lab.token(&form(&first))),
        (400, "invalid_grant".into())
    );
    assert!(
        !active(&mut lab, &second),
        "the successor of a stolen token lives on"
    );
}

#[test]
fn nobody_is_sent_where_the_client_is_not() {
    let mut lab = Lab::new(|settings| settings.redirect_uris.push("myapp://cb".into()));
    let challenge = "x".repeat(43);
    let mut ask = |redirect: &str, more: &str| {
        let redirect = http::escape(redirect);
        lab.get(&format!(
            "/authorize?client_id=app&redirect_uri={redirect}&{more}"
        ))
    };
    let good = format!("response_type=code&code_challenge={challenge}&code_challenge_method=S256");
    for redirect in [
        "http://localhost/",
        "https://127.0.0.1:9/x?y=z",
        "http://[::1]:1/",
        "myapp://cb",
    ] {
        assert_eq!(ask(redirect, &good).status, 302, "{redirect}");
    }
    for redirect in [
        "https://evil.example/",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "http://evil.example\\@localhost/",
        "//evil.example",
        "javascript:alert(1)",
        "myapp://cb/more",
        "http://localhost/#x",
        "http://localhost/\r\nx: y",
    ] {
        let response = ask(redirect, &good);
        assert_eq!(response.status, 400, "{redirect}");
        assert_eq!(response.header("location"), None);
    }
    for (more, expected) in [
        ("", "error=invalid_request"),
        ("response_type=token", "error=unsupported_response_type"),
        ("response_type=code", "PKCE%20is%20required"),
        (&good.replace("S256", "plain"), "must%20be%20S256"),
        (&good.replace(&challenge, "x"), "no%20S256%20challenge"),
        (
            &format!("{good}&response_mode=form_post"),
            "response_mode%3Dquery",
        ),
    ] {
        let response = ask("http://localhost/", more);
        let location = response.header("location").unwrap_or_default();
        assert!(
            location.starts_with("http://localhost/?error=") && location.contains(expected),
            "{more}: {location}"
        );
    }
}

#[test]
fn registered_clients_are_the_only_ones() {
    let mut lab = Lab::new(|settings| {
        settings.clients.push(Client {
            id: "app".into(),
            secret: Some(Secret::new(b"s3cret".to_vec())),
        });
        settings.clients.push(Client {
            id: "spa".into(),
            secret: None,
        });
    });
    let grant = "grant_type=client_credentials";
    assert_eq!(
        lab.token(&format!("{grant}&client_id=app&client_secret=s3cret"))
            .status,
        200
    );
    let refused = lab.token(&format!("{grant}&client_id=app&client_secret=wrong"));
    assert_eq!(error(&refused), (401, "invalid_client".into()));
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .starts_with("Basic")
    );
    assert_eq!(
        error(&lab.token(&format!("{grant}&client_id=spa"))),
        (400, "unauthorized_client".into())
    );
    assert_eq!(
        error(&lab.post("/introspect", "token=x&client_id=spa")),
        (401, "invalid_client".into())
    );
    assert_eq!(
        lab.get("/authorize?client_id=other&redirect_uri=http://localhost/")
            .status,
        400
    );
    let code = lab.code("");
    assert_eq!(error(&lab.redeem(&code)), (401, "invalid_client".into()));
}

#[test]
fn broken_requests_get_the_errors_of_the_standard() {
    let mut lab = Lab::plain();
    for (form, expected) in [
        ("", "invalid_request"),
        ("grant_type=password", "unsupported_grant_type"),
        (
            "grant_type=client_credentials&grant_type=x",
            "invalid_request",
        ),
        ("grant_type=%", "invalid_request"),
        ("grant_type=authorization_code", "invalid_request"),
        ("grant_type=refresh_token", "invalid_request"),
    ] {
        let response = lab.token(form);
        assert_eq!(error(&response), (400, expected.into()), "{form}");
        assert_eq!(response.header("cache-control"), Some("no-store"), "{form}");
    }
    assert_eq!(
        lab.ask(
            "POST",
            "/token",
            &[("content-type", "application/json")],
            "{}"
        )
        .status,
        400
    );
    assert_eq!(lab.ask("DELETE", "/token", &[], "").status, 405);
    assert_eq!(lab.ask("POST", "/jwks", &[], "").status, 405);
    for path in [
        "/",
        "/nothing",
        "/a/b/jwks",
        "/../jwks",
        "/%6awks",
        "/.hidden/jwks",
        "//jwks",
        "",
    ] {
        assert_eq!(lab.get(path).status, 404, "{path}");
    }
}

#[test]
fn web_pages_stay_outside() {
    let host = |host: &'static str| [("host", host)];
    let mut lab = Lab::new(|settings| {
        settings.hosts.push("issuer.test".into());
        settings.origins.push("http://localhost:3000".into());
    });
    for good in ["127.0.0.1:8080", "localhost", "[::1]:1", "ISSUER.test:80"] {
        assert_eq!(
            lab.ask("GET", "/jwks", &host(good), "").status,
            200,
            "{good}"
        );
    }
    for (bad, status) in [
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 400),
        ("a b", 400),
        ("localhost:x", 400),
    ] {
        assert_eq!(
            lab.ask("GET", "/jwks", &host(bad), "").status,
            status,
            "{bad}"
        );
    }
    assert_eq!(
        lab.ask(
            "GET",
            "/jwks",
            &[("host", "localhost"), ("host", "localhost")],
            ""
        )
        .status,
        400
    );
    for (headers, status) in [
        (&[("origin", "http://evil.example")][..], 403),
        (&[("origin", "null")], 403),
        (&[("origin", "http://localhost:3001")], 403),
        (&[("origin", ISSUER)], 200),
        (&[("origin", "http://localhost:3000")], 200),
        (
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "no-cors"),
            ],
            403,
        ),
        (
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
            ],
            403,
        ),
        (&[("origin", "http://\u{fffd}")], 403),
        (&[("sec-fetch-site", "\u{fffd}")], 403),
        (&[("sec-fetch-site", "same-origin")], 200),
        (&[("sec-fetch-site", "none")], 200),
    ] {
        let response = lab.ask("GET", "/jwks", headers, "");
        assert_eq!(response.status, status, "{headers:?}");
        let allowed = response.header("access-control-allow-origin");
        assert_eq!(
            allowed.is_some(),
            headers[0].1 == "http://localhost:3000",
            "{headers:?}"
        );
    }
    // A link leads to the login and nowhere else; a hidden frame uses nothing up.
    let followed = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
    ];
    for (path, is_login) in [
        ("/authorize", true),
        ("/t1/authorize", true),
        ("/t1/jwks", false),
        ("/token", false),
        ("/.well-known/openid-configuration", false),
        ("/nowhere", false),
    ] {
        let status = lab.ask("GET", path, &followed, "").status;
        assert_eq!(status != 403, is_login, "{path}: {status}");
    }
    let frame = [&followed[..], &[("sec-fetch-dest", "iframe")]].concat();
    assert_eq!(lab.ask("GET", "/authorize", &frame, "").status, 403);
    let page = [&followed[..], &[("sec-fetch-dest", "document")]].concat();
    assert_ne!(lab.ask("GET", "/authorize", &page, "").status, 403);
    let asked = lab.ask(
        "OPTIONS",
        "/token",
        &[("origin", "http://localhost:3000")],
        "",
    );
    assert_eq!(asked.status, 204);
    assert_eq!(
        Lab::plain()
            .ask(
                "OPTIONS",
                "/token",
                &[("origin", "http://localhost:3000")],
                ""
            )
            .status,
        403
    );
}

#[test]
fn the_admin_endpoint_knows_its_secret() {
    let mut lab = Lab::plain();
    let open = ("authorization", "Bearer open sesame");
    for headers in [
        &[][..],
        &[("authorization", "Bearer x")],
        &[("authorization", "Basic open sesame")],
    ] {
        assert_eq!(lab.ask("GET", "/.jwtctl/faults", headers, "").status, 401);
    }
    let put = lab.ask(
        "PUT",
        "/.jwtctl/faults",
        &[open],
        r#"{"faults":["html@jwks*1","expired"]}"#,
    );
    assert_eq!(text(&put), r#"{"faults":["html@jwks*1","expired"]}"#);
    assert_eq!(
        lab.get("/jwks").header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let more = lab.ask("POST", "/.jwtctl/faults", &[open], r#"{"faults":["none"]}"#);
    assert_eq!(text(&more), r#"{"faults":["expired","none"]}"#);
    assert_eq!(
        text(&lab.ask("DELETE", "/.jwtctl/faults", &[open], "")),
        r#"{"faults":[]}"#
    );
    for body in [
        "",
        "{}",
        r#"{"faults":"none"}"#,
        r#"{"faults":["nonsense"]}"#,
        r#"{"faults":[1]}"#,
    ] {
        assert_eq!(
            lab.ask("PUT", "/.jwtctl/faults", &[open], body).status,
            400,
            "{body}"
        );
    }
    assert_eq!(lab.ask("GET", "/.jwtctl/nothing", &[open], "").status, 404);
    assert_eq!(
        Lab::new(|settings| settings.admin_secret = None)
            .ask("GET", "/.jwtctl/faults", &[open], "")
            .status,
        404
    );
}

/// Each fault of tokens and key sets, and what a strict verifier says to it.
#[test]
fn faulty_tokens_are_refused_for_the_right_reason() {
    for (fault, code) in [
        ("unknown-kid", Code::NoMatchingKey),
        ("same-kid", Code::BadSignature),
        ("wrong-alg", Code::AlgNotAllowed),
        ("none", Code::AlgNotAllowed),
        ("expired", Code::Expired),
        ("future", Code::NotYetValid),
        ("wrong-aud", Code::Mismatch),
        ("wrong-iss", Code::Mismatch),
        ("bad-signature", Code::BadSignature),
        ("stale", Code::NoMatchingKey),
    ] {
        let mut lab = Lab::faulty(fault);
        let response = lab.token("grant_type=client_credentials");
        assert_eq!(
            response.remarks.last().map(String::as_str),
            Some(format!("fault {fault}").as_str())
        );
        assert_eq!(
            lab.judge(&member(&response, "access_token")),
            Err(code),
            "{fault}"
        );
        let bearer = format!("Bearer {}", member(&response, "access_token"));
        let own = lab.ask("GET", "/userinfo", &[("authorization", &bearer)], "");
        // The issuer itself asks neither for whom a token is nor whether others can check it.
        assert_eq!(
            own.status == 200,
            ["wrong-aud", "wrong-iss", "stale"].contains(&fault),
            "{fault}"
        );
    }
}

#[test]
fn a_rotated_set_vouches_for_new_tokens_alone() {
    let mut lab = Lab::plain();
    let before = member(&lab.token("grant_type=client_credentials"), "access_token");
    lab.state.faults.0.push("rotated".parse().unwrap());
    let after = member(&lab.token("grant_type=client_credentials"), "access_token");
    assert!(lab.judge(&after).is_ok());
    assert_eq!(lab.judge(&before), Err(Code::NoMatchingKey));
}

#[test]
fn faulty_answers() {
    let body = Lab::plain().get("/jwks").body.len();
    let jwks = |spec: &str| Lab::faulty(spec).get("/jwks");
    assert_eq!(jwks("status").status, 503);
    assert_eq!(jwks("status=404").status, 404);
    assert_eq!(
        (
            jwks("rate-limit=7").status,
            jwks("rate-limit=7").header("retry-after")
        ),
        (429, Some("7"))
    );
    assert_eq!(jwks("latency=250ms").delivery.delay_ms, 250);
    assert_eq!(jwks("drip=5").delivery.bytes_per_second, Some(5));
    assert_eq!(jwks("truncate").delivery.cut_after, Some(body / 2));
    assert_eq!(
        jwks("huge=1000000").delivery.padding,
        1_000_000 - body as u64
    );
    assert_eq!(jwks("no-etag").header("etag"), None);
    assert_eq!(Lab::faulty("status").get("/healthz").status, 200);
    assert_eq!(Lab::faulty("status@token").get("/jwks").status, 200);
}

proptest! {
    #[test]
    fn no_request_does_any_harm(
        method in "GET|POST|OPTIONS|HEAD|[A-Z]{0,8}",
        path in "(/(token|authorize|jwks|introspect|userinfo|t|\\.jwtctl/faults|\\.well-known/openid-configuration)?){1,3}|\\PC{0,40}",
        query in proptest::option::of("((client_id|redirect_uri|scope|code|%zz|state)=(app|http://localhost|[^ ]{0,10})&?){0,6}"),
        names in proptest::collection::vec("host|origin|authorization|content-type|if-none-match", 0..5),
        values in proptest::collection::vec("127.0.0.1|Bearer x|Basic YTpi|application/x-www-form-urlencoded|\\PC{0,20}", 5),
        body in "((grant_type|token|code|client_id)=(client_credentials|refresh_token|authorization_code|[^ ]{0,20})&?){0,6}|\\PC{0,60}",
    ) {
        let mut lab = Lab::plain();
        let headers: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
        let target = query.map_or(path.clone(), |query| format!("{path}?{query}"));
        let response = lab.ask(&method, &target, &headers, &body);
        prop_assert!((200..500).contains(&response.status), "{}", response.status);
        prop_assert!(response.headers.iter().all(|(_, value)| !value.contains(['\r', '\n'])));
    }
}
