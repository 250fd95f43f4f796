//! What is fuzzed: one function a reader of what others wrote. Each takes any bytes and panics only
//! if a promise of jwtctl is broken. `fuzz_targets` hands them to libFuzzer, with the mutators of
//! [`mutate`], which know the structure of what they change.

pub mod der;
pub mod mutate;

use std::path::Path;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jwtctl::core::address::{Address, Issuer};
use jwtctl::core::alg::SigAlg;
use jwtctl::core::cache::{
    self, Attempt, Binding, Entry, FetchError, Published, TrustContext, UatUnit,
};
use jwtctl::core::certificate::{SeenChain, TrustedRoots};
use jwtctl::core::claims::Policy;
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::{Given, KeySet, Provenance};
use jwtctl::core::jws::{self, Composed, Form, Jws};
use jwtctl::core::key::{self, Key, from_der, pem_blocks, to_pkcs8, to_spki, to_ssh};
use jwtctl::core::keyfile;
use jwtctl::core::profile::Profile;
use jwtctl::core::remote::{Fetch, FetchRequest, FetchResponse, Options, Remote, Source};
use jwtctl::core::sd_jwt::SdJwt;
use jwtctl::core::secret::Secret;
use jwtctl::core::session::Session;
use jwtctl::core::time::Timestamp;
use jwtctl::core::{diff, jwe, keystore, lint, seal, token};

/// When everything takes place.
const NOW: i64 = 1_785_578_400;
const SECRET: [u8; 64] = [7; 64];
const URL: &str = "https://issuer.example/jwks";

static KEY: LazyLock<Arc<Key>> =
    LazyLock::new(|| Arc::new(Key::from_secret(Secret::new(SECRET.to_vec()))));

fn env() -> Env<'static> {
    Env {
        now: Timestamp(NOW),
        random: &|_| {},
        clock: &Stopped,
    }
}

fn no_passphrase() -> Result<Secret, Error> {
    Err(Error::input(
        Code::NoInput,
        "passphrase",
        "is not asked for",
    ))
}

/// A compact JWS: whatever the strict reader takes, the lenient one takes; no key accepts it.
pub fn compact_jws(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let decoded = token::decode(text);
    let _ = jwe::parse(text);
    for form in [Form::Jwt, Form::Raw, Form::Detached(b"payload")] {
        if let Ok(parsed) = jws::parse(text, form) {
            let _ = (parsed.payload(), parsed.signature(), parsed.header().kid());
            assert!(decoded.is_ok(), "only the strict reader takes it");
        }
        let mut keys = Given::key(Arc::clone(&KEY), Provenance::default());
        let verdict = token::verify(text, form, &mut keys, &Policy::default(), &env());
        assert!(
            !verdict.is_ok_and(|it| it.outcome.is_ok()),
            "a token that nobody signed"
        );
    }
}

/// A JWS in JSON form: whatever the strict reader takes, the lenient one takes; no key accepts it.
pub fn json_jws(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let decoded = token::decode(text);
    for form in [Form::Jwt, Form::Raw, Form::Detached(b"payload")] {
        if let Ok(parsed) = Jws::parse(text, form) {
            assert!(parsed.headers().count() == parsed.count(), "a header each");
            assert!(decoded.is_ok(), "only the strict reader takes it");
            let again = Composed::from_text(text, form).expect("what was read");
            assert!(again.count() == parsed.count(), "no signature is lost");
        }
        for require_all in [false, true] {
            let mut keys = Given::key(Arc::clone(&KEY), Provenance::default());
            let policy = Policy {
                require_all,
                ..Policy::default()
            };
            let verdict = token::verify(text, form, &mut keys, &policy, &env());
            assert!(
                !verdict.is_ok_and(|it| it.outcome.is_ok()),
                "a token that nobody signed"
            );
        }
    }
}

/// An SD-JWT: what is disclosed is where it is said to be, and no digest is left; no key accepts it.
pub fn sd_jwt(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let _ = token::decode(text);
    let Ok(parsed) = SdJwt::parse(text) else {
        return;
    };
    let payload = Jws::parse(parsed.jwt, Form::Jwt).map(|it| Object::parse_part(it.payload()));
    if let Ok(Ok(payload)) = payload
        && let Ok(processed) = parsed.process(&payload)
    {
        assert!(
            processed.disclosed == parsed.disclosures.len(),
            "all have a place"
        );
        for (place, _) in &processed.places {
            assert!(
                processed.claims.pointer(place).is_some(),
                "nothing is at {place}"
            );
        }
        let text = Json::Object(processed.claims).to_text();
        assert!(!text.contains("\"_sd\":"), "a digest is left");
    }
    let policy = Policy {
        profile: Some(Profile::SdJwt),
        ..Policy::default()
    };
    let mut keys = Given::key(Arc::clone(&KEY), Provenance::default());
    let verdict = token::verify(text, Form::Jwt, &mut keys, &policy, &env());
    assert!(
        !verdict.is_ok_and(|it| it.outcome.is_ok()),
        "a token that nobody signed"
    );
}

/// A certificate, as a header brings it and as a root: nothing leads to the root that is trusted but
/// that root itself.
pub fn x5c(data: &[u8]) {
    const ROOT: &[u8] = include_bytes!("../../tests/data/keys/ec-p256.cert.der");
    let chain = [STANDARD.encode(data), STANDARD.encode(ROOT)];
    let members = vec![
        ("alg".to_owned(), Json::from("ES256")),
        ("x5c".to_owned(), chain.iter().collect()),
    ];
    let text = Json::Object(Object(members)).to_text();
    let Ok(header) = Header::parse(text.as_bytes()) else {
        return;
    };
    let seen = SeenChain::of(header.members()).map(|it| it.lines());
    assert!(seen.is_some_and(|it| !it.is_empty()), "a line at least");
    let own = from_der(ROOT).expect("a certificate").expect("of a key");
    for name in [None, Some("issuer.example".to_owned())] {
        let roots = TrustedRoots::from_file(ROOT, name.clone()).expect("a root");
        if let Ok(certified) = roots.certified(&header, env().now) {
            assert!(
                certified.key.same_material(&own),
                "a key that nobody vouched for"
            );
        }
        if let Ok(roots) = TrustedRoots::from_file(data, name) {
            let _ = roots.certified(&header, env().now);
        }
    }
}

/// A JOSE header.
pub fn header(data: &[u8]) {
    if let Ok(header) = Header::parse(data) {
        let _ = (
            header.kid(),
            header.check_critical(true),
            header.check_critical(false),
        );
    }
}

/// Claims under a good signature, judged by several policies.
pub fn claims(data: &[u8]) {
    let signer = KEY.signer(SigAlg::Hs256, false).expect("HS256 by a secret");
    let Ok(text) = jws::sign(&Object(Vec::new()), data, &signer) else {
        return;
    };
    let policies = [
        Policy::default(),
        Policy {
            issuers: vec!["https://issuer.example".into()],
            audiences: vec!["api".into()],
            max_age: Some(60),
            leeway: i64::MAX,
            ..Policy::default()
        },
    ];
    for policy in policies {
        let mut keys = Given::key(Arc::clone(&KEY), Provenance::default());
        if let Ok(verdict) = token::verify(&text, Form::Jwt, &mut keys, &policy, &env()) {
            let good = verdict.outcome.is_ok();
            assert!(
                !good || matches!(Json::parse(data), Ok(Json::Object(_))),
                "claims that are none"
            );
        }
    }
    let _ = token::decode(&text);
}

/// Whatever a key is, asking it for anything gives an answer.
fn use_everyhow(key: &Key) {
    let _ = (key.label(), key.thumbprint(), key.expose_jwk(), key.bits());
    let _ = (key.check_public(), key.check_private());
    let _ = (to_pkcs8(key), to_spki(key), to_ssh(key));
    let public = key
        .public()
        .map(|it| Json::Object(it.public_jwk()).to_text());
    if key.secret().is_none() {
        let text = public.expect("a public half");
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth"] {
            assert!(
                !text.contains(&format!("\"{name}\":")),
                "a private member in {text}"
            );
        }
    }
    for alg in SigAlg::ALL.iter().copied() {
        let _ = key.verifier(alg, true);
    }
}

/// A JWK.
pub fn jwk(data: &[u8]) {
    if let Ok(Json::Object(object)) = Json::parse(data)
        && let Ok(key) = Key::from_jwk(object)
    {
        use_everyhow(&key);
    }
    let _ = keystore::StoredKey::parse(&Secret::new(data.to_vec()), Path::new("FILE"));
}

/// A JWK Set, by every reader of sets; what is kept of it reads as itself.
pub fn jwks(data: &[u8]) {
    if let Ok(published) = Published::parse(data) {
        let again = Published::parse(published.jwks.as_bytes());
        assert_eq!(
            again.ok().map(|it| it.jwks),
            Some(published.jwks),
            "read twice"
        );
    }
    let Ok(json) = Json::parse(data) else {
        return;
    };
    let _ = lint::lint(&json, Timestamp(NOW));
    if let Ok(difference) = diff::diff(&json, &json) {
        assert!(difference.is_empty(), "a set differs from itself");
    }
    if let Json::Object(object) = json {
        let _ = KeySet::from_json(object);
    }
}

/// A key file of any kind, in clear or without its passphrase.
pub fn key_file(data: &[u8]) {
    let read = keyfile::read(&Secret::new(data.to_vec()), "FILE", &mut no_passphrase);
    for key in read.map(|file| file.keys).unwrap_or_default() {
        use_everyhow(&key);
    }
    if let Some(Ok(key)) = from_der(data) {
        use_everyhow(&key);
    }
    let _ = (pem_blocks(data), keyfile::kind(data));
}

/// What opens the tokens of RFC 7516 and 7520, and a passphrase.
static OPENERS: LazyLock<Vec<Arc<Key>>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../tests/data/rfc7516.json"),
        include_str!("../../tests/data/rfc7520.json"),
    ];
    let mut keys = vec![Key::from_passphrase(Secret::new(
        b"Thus from my lips, by yours, my sin is purged.".to_vec(),
    ))];
    for text in texts {
        let json = Json::parse(text.as_bytes()).ok();
        let tokens = json.as_ref().and_then(|it| it.pointer("/jwe_tokens"));
        let Some(Json::Array(tokens)) = tokens else {
            continue;
        };
        let jwks = tokens
            .iter()
            .filter_map(|it| it.pointer("/key")?.as_object());
        keys.extend(jwks.filter_map(|it| Key::from_jwk(it.clone()).ok()));
    }
    keys.into_iter().map(Arc::new).collect()
});

/// A compact JWE: whatever the strict reader takes, the lenient one takes; it opens with its key or
/// is refused, at a bounded cost.
pub fn compact_jwe(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(parsed) = jwe::parse(text)
    {
        assert!(
            token::decode(text).is_ok(),
            "only the strict reader takes it"
        );
        open(&parsed);
    }
}

/// A JWE in JSON form, as [`compact_jwe`].
pub fn json_jwe(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(Json::Object(object)) = Json::parse(data)
        && let Ok(parsed) = jwe::parse_json(&object)
    {
        if object.has("ciphertext") {
            assert!(
                token::decode(text).is_ok(),
                "only the strict reader takes it"
            );
        }
        open(&parsed);
    }
}

fn open(parsed: &jwe::Jwe) {
    let acceptance = jwe::Acceptance {
        // Cheap enough for thousands of inputs a second.
        max_p2c: 4096,
        max_inflated: 10_000,
        rsa1_5: true,
        ..jwe::Acceptance::default()
    };
    let Ok(locked) = jwe::examine(parsed, &acceptance) else {
        return;
    };
    let _ = (locked.algs().count(), locked.kids().count());
    let env = env();
    let set = jwe::Holder::Set(&OPENERS);
    let _ = locked.open(set, "FILE", env.random);
    for key in OPENERS.iter() {
        if let Ok(opened) = locked.open(jwe::Holder::Key(key), "FILE", env.random) {
            assert!(Arc::ptr_eq(&opened.key, key));
            assert!(opened.recipient < parsed.recipients.len());
        }
    }
}

/// An encrypted key with a passphrase: PKCS#8 and JWE. Costly ones are left to a test of the limits.
pub fn pbes2(data: &[u8]) {
    if mutate::is_costly(data) {
        return;
    }
    let ask = || Ok(Secret::new(b"correct horse battery staple".to_vec()));
    if let Ok(file) = keyfile::read(&Secret::new(data.to_vec()), "FILE", &mut { ask }) {
        file.keys.iter().for_each(|key| use_everyhow(key));
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = seal::open(text, "FILE", ask);
    }
    if let Ok(Json::Object(object)) = Json::parse(data) {
        let _ = seal::open_json(&object, "FILE", ask);
    }
}

/// An entry of the cache with a right checksum, and the record of an attempt.
pub fn cache_entry(data: &[u8]) {
    let framed = [key::sha256_hex(&[data]).as_bytes(), b"\n", data].concat();
    for bytes in [data, &framed] {
        if let Ok(entry) = Entry::from_bytes(bytes) {
            let _ = (
                entry.age_ms(&env()),
                entry.freshness(Some(i64::MAX), Some(i64::MIN), &env()),
            );
            assert!(
                Entry::from_bytes(&entry.to_bytes()).is_ok(),
                "written and not read"
            );
        }
    }
    if let Some(attempt) = Attempt::from_bytes(data, NOW * 1000) {
        let _ = (attempt.delays(i64::MAX), attempt.delays(i64::MIN));
    }
}

fn import(data: &[u8], url: Option<&Address>, unit: UatUnit) {
    let binding = Binding {
        url,
        ctx: &|_| TrustContext::system(),
        unit,
        reset_uat: false,
    };
    if let Ok(imported) = cache::import(data, binding, NOW * 1000) {
        for entry in &imported.entries {
            assert!(
                Entry::from_bytes(&entry.to_bytes()).is_ok(),
                "imported and not read"
            );
        }
    }
}

/// A bundle of entries.
pub fn bundle(data: &[u8]) {
    import(data, None, UatUnit::Auto);
}

/// The cache of jose or oauth4webapi, or a bare set.
pub fn portable_cache(data: &[u8]) {
    let url = Address::parse(URL, false).expect("a URL");
    for unit in [UatUnit::Auto, UatUnit::Seconds, UatUnit::Millis] {
        import(data, Some(&url), unit);
    }
}

/// The record of a session.
pub fn session_record(data: &[u8]) {
    if let Ok(session) = Session::parse(data) {
        let text = session.to_text();
        assert!(
            Session::parse(text.as_bytes()).is_ok(),
            "written and not read"
        );
    }
}

/// A record of a shared cache that needs no MAC, in both formats.
pub fn shared_record(data: &[u8]) {
    jwtctl::core::shared::read_any(data, URL, &env());
}

/// A server that answers everything as it is told.
struct Scripted<F: Fn(&FetchRequest<'_>) -> FetchResponse + Sync>(F);

impl<F: Fn(&FetchRequest<'_>) -> FetchResponse + Sync> Fetch for Scripted<F> {
    fn get(&self, request: &FetchRequest<'_>) -> Result<FetchResponse, FetchError> {
        Ok((self.0)(request))
    }

    fn context(&self, _: &Address) -> TrustContext {
        TrustContext::system()
    }
}

const SET: &[u8] =
    br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// A discovery document: never leads to another scheme than https.
pub fn discovery(data: &[u8]) {
    let issuer = Issuer::parse("https://issuer.example", false).expect("an issuer");
    let server = Scripted(|request: &FetchRequest<'_>| {
        let url = request.address.as_str();
        assert!(url.starts_with("https://"), "{url}");
        let is_document = url.contains("/.well-known/");
        FetchResponse {
            status: 200,
            headers: Vec::new(),
            body: if is_document {
                data.to_vec()
            } else {
                SET.to_vec()
            },
        }
    });
    let _ = Remote::new(Source::Issuer(issuer), None, &server, Options::default()).set(&env());
}

/// Headers about caching, one a line: no lifetime outside the limits.
pub fn cache_control(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let header = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or(("cache-control", line));
        (name.to_ascii_lowercase(), value.trim().to_owned())
    };
    let headers: Vec<(String, String)> = text.lines().map(header).collect();
    let server = Scripted(|_: &FetchRequest<'_>| FetchResponse {
        status: 200,
        headers: headers.clone(),
        body: SET.to_vec(),
    });
    let url = Address::parse(URL, false).expect("a URL");
    let mut remote = Remote::new(Source::Url(url), None, &server, Options::default());
    if let Ok((fetched, _)) = remote.set(&env()) {
        let entry = fetched.entry();
        let fresh = entry.expires_at_ms - entry.fetched_at_ms;
        let stale = entry.stale_until_ms - entry.expires_at_ms;
        assert!((0..=65 * 60_000).contains(&fresh), "fresh for {fresh} ms");
        assert!((0..=60 * 60_000).contains(&stale), "stale for {stale} ms");
    }
}
