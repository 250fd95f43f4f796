//! The state machine, with a server that does what it is told and a clock that is turned by hand.

mod pool;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::address::Issuer;
use super::super::alg::SigAlg;
use super::super::cache::testing::{FakeClock, NOW_MS, URL};
use super::super::cache::{PortableFormat, TrustContext, export};
use super::super::jwks::Why;
use super::*;

const A: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const B: &str = "AKNDNGUu0jrV1Xk2CQ1u8cRhfuSPO7sYw4u4cPvIHoM";

/// A URL and the headers that went there.
type Asked = (String, Vec<(String, String)>);

/// Answers from a script, the last one for ever.
#[derive(Default)]
struct Server {
    script: Mutex<VecDeque<Result<FetchResponse, FetchError>>>,
    asked: Mutex<Vec<Asked>>,
    pages: Mutex<Vec<(String, FetchResponse)>>,
    count: AtomicUsize,
}

impl Server {
    fn with(answers: Vec<Result<FetchResponse, FetchError>>) -> Self {
        Self {
            script: Mutex::new(answers.into()),
            ..Self::default()
        }
    }

    fn then(&self, answer: Result<FetchResponse, FetchError>) {
        self.script.lock().unwrap().clear();
        self.script.lock().unwrap().push_back(answer);
    }

    fn page(&self, url: &str, response: FetchResponse) {
        self.pages.lock().unwrap().retain(|(it, _)| it != url);
        self.pages.lock().unwrap().push((url.into(), response));
    }

    fn sent(&self, name: &str) -> Option<String> {
        let asked = self.asked.lock().unwrap();
        asked.last().and_then(|(_, headers)| {
            headers
                .iter()
                .find(|(it, _)| it == name)
                .map(|(_, value)| value.clone())
        })
    }

    fn urls(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .map(|(url, _)| url.clone())
            .collect()
    }
}

impl Fetch for Server {
    fn get(&self, request: &FetchRequest<'_>) -> Result<FetchResponse, FetchError> {
        self.count.fetch_add(1, Ordering::Relaxed);
        let headers = request
            .headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        self.asked
            .lock()
            .unwrap()
            .push((request.address.as_str().into(), headers));
        if let Some((_, page)) = self
            .pages
            .lock()
            .unwrap()
            .iter()
            .find(|(url, _)| url == request.address.as_str())
        {
            return Ok(page.clone());
        }
        let mut script = self.script.lock().unwrap();
        match script.len() {
            0 => Ok(status(404)),
            1 => script[0].clone(),
            _ => script.pop_front().unwrap(),
        }
    }

    fn context(&self, _: &Address) -> TrustContext {
        TrustContext::system()
    }
}

fn key(kid: &str, x: &str) -> String {
    format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{kid}","x":"{x}"}}"#)
}

fn set(keys: &[String]) -> FetchResponse {
    FetchResponse {
        status: 200,
        headers: Vec::new(),
        body: format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into_bytes(),
    }
}

fn status(status: u16) -> FetchResponse {
    FetchResponse {
        status,
        ..FetchResponse::default()
    }
}

fn with(mut response: FetchResponse, name: &str, value: &str) -> FetchResponse {
    response.headers.push((name.into(), value.into()));
    response
}

fn down(class: FailureClass) -> Result<FetchResponse, FetchError> {
    Err(FetchError::new(class, "down"))
}

fn json(text: &str) -> FetchResponse {
    FetchResponse {
        status: 200,
        headers: Vec::new(),
        body: text.as_bytes().to_vec(),
    }
}

/// A cache directory, a server and a clock.
struct Lab {
    folder: tempfile::TempDir,
    clock: FakeClock,
    server: Server,
    options: Options,
}

/// What a process sees.
#[derive(Debug, PartialEq)]
enum Seen {
    Keys(&'static str),
    Stale,
    Nothing,
    Unavailable,
    BadSignature,
    Refused,
}

impl Lab {
    fn new(answers: Vec<Result<FetchResponse, FetchError>>) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: FakeClock::at(NOW_MS),
            server: Server::with(answers),
            options: Options::default(),
        }
    }

    fn remote(&self, source: Source) -> Remote<'_> {
        Remote::new(
            source,
            Some(Cache::open(self.folder.path()).unwrap()),
            &self.server,
            self.options.clone(),
        )
    }

    fn url(&self) -> Remote<'_> {
        self.remote(Source::Url(Address::parse(URL, false).unwrap()))
    }

    /// One process that looks for `kid`.
    fn ask(&self, kid: &str) -> Seen {
        Self::ask_remote(&mut self.url(), Some(kid), &self.clock)
    }

    fn ask_remote(remote: &mut Remote<'_>, kid: Option<&str>, clock: &FakeClock) -> Seen {
        let wanted = Wanted {
            alg: SigAlg::EdDsa,
            kid,
            certified: None,
            allow_weak: false,
        };
        let found = match remote.local(wanted, &clock.env()) {
            Ok(Found::NoSuchKey | Found::NotFetched | Found::TooMany(_)) => {
                remote.refresh(wanted, Why::UnknownKid, &clock.env())
            }
            other => other.map(Some),
        };
        let provenance = remote.provenance();
        match found {
            Ok(Some(Found::Keys(_))) if provenance.state.as_deref() == Some("stale") => {
                assert!(!remote.warnings().is_empty());
                Seen::Stale
            }
            Ok(Some(Found::Keys(_))) if provenance.refreshed => Seen::Keys("network"),
            Ok(Some(Found::Keys(_))) if provenance.source == "import" => Seen::Keys("import"),
            Ok(Some(Found::Keys(_))) => Seen::Keys("cache"),
            Ok(Some(Found::NoSuchKey) | None) => Seen::Nothing,
            Ok(Some(Found::Refused(_))) => Seen::Refused,
            Ok(other) => panic!("{other:?}"),
            Err(e) => {
                assert!(
                    matches!(e.code(), Code::KeysUnavailable | Code::IssuerUnavailable),
                    "{e}"
                );
                Seen::Unavailable
            }
        }
    }

    /// One process whose token is not by the key that it names.
    fn tampered(&self, kid: &str) -> Seen {
        let mut remote = self.url();
        let wanted = Wanted {
            alg: SigAlg::EdDsa,
            kid: Some(kid),
            certified: None,
            allow_weak: false,
        };
        assert!(matches!(
            remote.local(wanted, &self.clock.env()),
            Ok(Found::Keys(_))
        ));
        match remote.refresh(wanted, Why::BadSignature, &self.clock.env()) {
            Ok(None) => Seen::BadSignature,
            Ok(Some(Found::Keys(_))) => Seen::Keys("network"),
            other => panic!("{other:?}"),
        }
    }

    fn after(&self, seconds: i64) -> &Self {
        self.clock.advance(seconds * 1000);
        self
    }

    fn requests(&self) -> usize {
        self.server.count.swap(0, Ordering::Relaxed)
    }

    fn entry_bytes(&self) -> Vec<u8> {
        let file = std::fs::read_dir(self.folder.path().join("jwks-v1"))
            .unwrap()
            .flatten();
        let file = file
            .map(|it| it.path())
            .find(|it| it.extension().is_some_and(|it| it == "json"))
            .unwrap();
        std::fs::read(file).unwrap()
    }
}

#[test]
fn cold_then_warm() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    assert_eq!(lab.ask("a"), Seen::Keys("network"));
    assert_eq!(lab.after(539).ask("a"), Seen::Keys("cache"));
    assert_eq!(lab.requests(), 1);
    assert_eq!(lab.after(61).ask("a"), Seen::Keys("network"));
    assert_eq!(lab.requests(), 1);
}

#[test]
fn an_unknown_kid_is_fetched_for_unless_the_keys_are_new() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    assert_eq!(lab.ask("b"), Seen::Nothing);
    assert_eq!(lab.after(29).ask("b"), Seen::Nothing);
    assert_eq!(lab.requests(), 1);
    lab.server.then(Ok(set(&[key("a", A), key("b", B)])));
    assert_eq!(lab.after(2).ask("b"), Seen::Keys("network"));
    assert_eq!(
        lab.server.sent("cache-control").as_deref(),
        Some("no-cache")
    );
    assert_eq!(lab.ask("b"), Seen::Keys("cache"));
    assert_eq!(lab.requests(), 1);
    // The next unknown one, with the server out of reach: whether it has the key is not known.
    lab.server.then(down(FailureClass::Timeout));
    assert_eq!(lab.after(31).ask("c"), Seen::Unavailable);
    assert_eq!(lab.ask("c"), Seen::Unavailable);
    assert_eq!(lab.requests(), 1, "the second one is held back");
    assert_eq!(lab.ask("a"), Seen::Keys("cache"));
}

#[test]
fn old_keys_stand_in_for_a_server_out_of_reach() {
    for class in [
        FailureClass::Dns,
        FailureClass::Connect,
        FailureClass::Timeout,
        FailureClass::Tls,
    ] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
        lab.ask("a");
        let stored = lab.entry_bytes();
        lab.server.then(down(class));
        assert_eq!(lab.after(650).ask("a"), Seen::Stale);
        assert_eq!(lab.ask("a"), Seen::Stale, "while the back-off runs");
        assert_eq!(lab.ask("b"), Seen::Unavailable);
        assert_eq!(lab.after(250).ask("a"), Seen::Unavailable);
        assert_eq!(lab.entry_bytes(), stored);
    }
}

#[test]
fn a_no_from_the_server_is_taken_at_its_word() {
    for code in [301, 302, 400, 401, 403, 404, 410] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)])), Ok(status(code))]);
        lab.ask("a");
        assert_eq!(lab.after(650).ask("a"), Seen::Unavailable, "{code}");
        assert_eq!(
            lab.ask("a"),
            Seen::Unavailable,
            "{code}, while the back-off runs"
        );
    }
    for code in [408, 429, 500, 502, 503, 599] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)])), Ok(status(code))]);
        lab.ask("a");
        assert_eq!(lab.after(650).ask("a"), Seen::Stale, "{code}");
    }
}

#[test]
fn grace_is_the_operators_before_it_is_the_servers() {
    for (control, flag, seen) in [
        ("max-age=600", None, Seen::Stale),
        ("max-age=600, must-revalidate", None, Seen::Unavailable),
        ("max-age=600, must-revalidate", Some(300), Seen::Stale),
        ("max-age=600", Some(0), Seen::Unavailable),
        ("max-age=600, stale-if-error=10", None, Seen::Unavailable),
    ] {
        let mut lab = Lab::new(vec![
            Ok(with(set(&[key("a", A)]), "cache-control", control)),
            down(FailureClass::Connect),
        ]);
        lab.options.stale_if_error_s = flag;
        lab.ask("a");
        assert_eq!(lab.after(650).ask("a"), seen, "{control} {flag:?}");
    }
}

#[test]
fn keys_live_no_longer_than_the_operator_says() {
    let mut lab = Lab::new(vec![Ok(with(
        set(&[key("a", A)]),
        "cache-control",
        "max-age=3600",
    ))]);
    assert_eq!(lab.ask("a"), Seen::Keys("network"));
    assert_eq!(lab.after(61).ask("a"), Seen::Keys("cache"));
    (lab.options.max_age_s, lab.options.stale_if_error_s) = (Some(60), Some(0));
    lab.server.then(down(FailureClass::Connect));
    assert_eq!(lab.ask("a"), Seen::Unavailable);
}

#[test]
fn new_keys_replace_old_ones_and_never_join_them() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)])), Ok(set(&[key("b", B)]))]);
    lab.ask("a");
    assert_eq!(lab.after(650).ask("a"), Seen::Nothing);
    assert_eq!(lab.ask("b"), Seen::Keys("cache"));
}

#[test]
fn an_empty_set_is_an_answer() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)])), Ok(set(&[]))]);
    lab.ask("a");
    assert_eq!(lab.after(650).ask("a"), Seen::Nothing);
    assert_eq!(lab.after(20).ask("a"), Seen::Nothing);
    assert_eq!(lab.requests(), 2);
    lab.server.then(down(FailureClass::Connect));
    assert_eq!(lab.after(50).ask("a"), Seen::Unavailable);
}

#[test]
fn a_page_that_is_no_set_leaves_the_keys_alone() {
    let large = FetchResponse {
        body: vec![b' '; 300 * 1024],
        ..set(&[])
    };
    for page in [
        json("<html>Please log in</html>"),
        json("{}"),
        json("[]"),
        large,
        with(set(&[]), "content-encoding", "gzip"),
    ] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)])), Ok(page)]);
        lab.ask("a");
        let stored = lab.entry_bytes();
        assert_eq!(lab.after(650).ask("a"), Seen::Stale);
        assert_eq!(lab.entry_bytes(), stored);
    }
}

#[test]
fn the_same_kid_with_another_key() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    lab.ask("a");
    lab.server.then(Ok(set(&[key("a", B)])));
    assert_eq!(lab.after(5).tampered("a"), Seen::BadSignature);
    assert_eq!(lab.requests(), 1);
    assert_eq!(lab.after(26).tampered("a"), Seen::Keys("network"));
    assert_eq!(lab.requests(), 1);
    // Tampering, again and again, with keys that stay the same.
    for _ in 0..50 {
        assert_eq!(lab.after(1).tampered("a"), Seen::BadSignature);
    }
    assert!(lab.requests() <= 2);
    lab.server.then(down(FailureClass::Connect));
    assert_eq!(
        lab.after(40).tampered("a"),
        Seen::BadSignature,
        "an outage makes no signature better"
    );
}

#[test]
fn failures_are_not_repeated_at_once() {
    let lab = Lab::new(vec![Ok(status(503))]);
    for _ in 0..20 {
        assert_eq!(lab.ask("a"), Seen::Unavailable);
    }
    assert_eq!(lab.requests(), 2, "one attempt and its retry");
    lab.server.then(Ok(set(&[key("a", A)])));
    assert_eq!(lab.after(2).ask("a"), Seen::Keys("network"));
}

#[test]
fn each_failure_in_a_row_is_held_back_for_longer() {
    // A back-off of 1, 2, 4, 8 s, give or take a fifth; one attempt is two requests.
    let lab = Lab::new(vec![Ok(status(503))]);
    for (after_s, requests) in [
        (0, 2),
        (0, 0),
        (2, 2),
        (1, 0),
        (2, 2),
        (3, 0),
        (2, 2),
        (6, 0),
    ] {
        assert_eq!(lab.after(after_s).ask("a"), Seen::Unavailable);
        assert_eq!(lab.requests(), requests, "{after_s} s after the one before");
    }
    lab.server.then(Ok(set(&[key("a", A)])));
    assert_eq!(lab.after(4).ask("a"), Seen::Keys("network"));
    // A success ends the row.
    lab.server.then(Ok(status(503)));
    assert_eq!(lab.after(3600).ask("a"), Seen::Unavailable);
    assert_eq!(lab.after(2).ask("a"), Seen::Unavailable);
    assert_eq!(lab.requests(), 5);
}

#[test]
fn the_next_attempt_is_announced() {
    let lab = Lab::new(vec![Ok(with(status(429), "retry-after", "120"))]);
    let wanted = Wanted {
        alg: SigAlg::EdDsa,
        kid: None,
        certified: None,
        allow_weak: false,
    };
    for expected in [
        "429 Too Many Requests; the next attempt is possible in 2m",
        "the next is possible in 1m",
    ] {
        let error = lab
            .url()
            .refresh(wanted, Why::UnknownKid, &lab.clock.env())
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(URL) && error.contains(expected),
            "{error}"
        );
        lab.after(30);
    }
    assert_eq!(lab.requests(), 1);
}

#[test]
fn a_304_confirms_what_we_asked_about_and_nothing_else() {
    let lab = Lab::new(vec![Ok(with(set(&[key("a", A)]), "etag", "\"1\""))]);
    lab.ask("a");
    lab.server.then(Ok(with(status(304), "etag", "\"1\"")));
    assert_eq!(lab.after(650).ask("a"), Seen::Keys("network"));
    assert_eq!(lab.server.sent("if-none-match").as_deref(), Some("\"1\""));
    assert_eq!(lab.after(500).ask("a"), Seen::Keys("cache"));
    // A server that answers nothing else has to be done without.
    lab.server.then(Ok(with(status(304), "etag", "\"2\"")));
    assert_eq!(lab.after(110).ask("a"), Seen::Stale);
    let cold = Lab::new(vec![Ok(status(304))]);
    assert_eq!(cold.ask("a"), Seen::Unavailable);
    let unasked = Lab::new(vec![Ok(set(&[key("a", A)])), Ok(status(304))]);
    unasked.ask("a");
    assert_eq!(unasked.after(650).ask("a"), Seen::Stale);
}

#[test]
fn a_tag_that_a_proxy_has_weakened_still_confirms() {
    for (ours, theirs) in [
        ("\"1\"", "W/\"1\""),
        ("W/\"1\"", "\"1\""),
        ("W/\"1\"", "W/\"1\""),
    ] {
        let lab = Lab::new(vec![Ok(with(set(&[key("a", A)]), "etag", ours))]);
        lab.ask("a");
        lab.requests();
        lab.server.then(Ok(with(status(304), "etag", theirs)));
        assert_eq!(lab.after(650).ask("a"), Seen::Keys("network"), "{theirs}");
        assert_eq!(lab.requests(), 1);
    }
}

#[test]
fn a_server_that_cannot_cope_with_conditions_is_asked_without_one() {
    for answer in [status(400), status(412), status(421)] {
        let tagged = || Ok(with(set(&[key("a", A)]), "etag", "\"1\""));
        let lab = Lab::new(vec![tagged(), Ok(answer.clone()), tagged()]);
        lab.ask("a");
        assert_eq!(lab.after(650).ask("a"), Seen::Keys("network"), "{answer:?}");
        assert_eq!(lab.server.sent("if-none-match"), None);
        assert_eq!(lab.requests(), 3);
    }
    // A 304 has no body, however that is said to be encoded.
    let lab = Lab::new(vec![Ok(with(set(&[key("a", A)]), "etag", "\"1\""))]);
    lab.ask("a");
    lab.server
        .then(Ok(with(status(304), "content-encoding", "gzip")));
    assert_eq!(lab.after(650).ask("a"), Seen::Keys("network"));
    // What has nothing to do with conditions is not asked twice.
    let lab = Lab::new(vec![
        Ok(with(set(&[key("a", A)]), "etag", "\"1\"")),
        Ok(status(403)),
    ]);
    lab.ask("a");
    assert_eq!(lab.after(650).ask("a"), Seen::Unavailable);
    assert_eq!(lab.requests(), 2);
}

#[test]
fn after_a_304_that_is_of_no_use_the_server_is_asked_again_at_once() {
    let fresh = || Ok(with(set(&[key("a", A), key("b", B)]), "etag", "\"3\""));
    // About another version; to a request without a condition, with keys in the cache and without.
    for (stored, answer) in [
        (Some("\"1\""), with(status(304), "etag", "\"2\"")),
        (None, status(304)),
        (None, with(status(304), "etag", "\"2\"")),
    ] {
        let first = set(&[key("a", A)]);
        let first = stored.map_or(first.clone(), |etag| with(first, "etag", etag));
        let lab = Lab::new(vec![Ok(first), Ok(answer.clone()), fresh()]);
        lab.ask("a");
        assert_eq!(lab.after(650).ask("b"), Seen::Keys("network"), "{answer:?}");
        assert_eq!(lab.requests(), 3);
        assert_eq!(lab.server.sent("if-none-match"), None);
        assert_eq!(
            lab.server.sent("cache-control").as_deref(),
            Some("no-cache")
        );
        let cold = Lab::new(vec![Ok(answer), fresh()]);
        assert_eq!(cold.ask("a"), Seen::Keys("network"));
    }
}

#[test]
fn a_validator_that_cannot_be_sent_is_not_sent() {
    for odd in ["\"\u{fffd}\"", "\"a\u{1}b\"", "", &"x".repeat(300)] {
        let lab = Lab::new(vec![Ok(with(set(&[key("a", A)]), "etag", odd))]);
        lab.ask("a");
        assert_eq!(lab.after(650).ask("a"), Seen::Keys("network"));
        assert_eq!(lab.server.sent("if-none-match"), None, "{odd:?}");
    }
}

/// Whatever an entry or a record of attempts says, keys are had while the server answers well.
#[test]
fn nothing_in_the_cache_outlasts_a_server_that_answers() {
    let folder = |lab: &Lab| lab.folder.path().join("jwks-v1");
    let file = |lab: &Lab, extension: &str| {
        let names = std::fs::read_dir(folder(lab)).unwrap().flatten();
        names
            .map(|it| it.path())
            .find(|it| it.extension().is_some_and(|it| it == extension))
            .unwrap()
    };
    let framed = |text: &str| {
        let sum = super::super::key::sha256_hex(&[text.as_bytes()]);
        format!("{sum}\n{text}")
    };
    let changed = |lab: &Lab, from: &str, to: &str| {
        let bytes = std::fs::read_to_string(file(lab, "json")).unwrap();
        let text = bytes.split_once('\n').unwrap().1;
        assert!(text.contains(from), "{text}");
        std::fs::write(file(lab, "json"), framed(&text.replace(from, to))).unwrap();
    };
    let later = NOW_MS + 100_000_000;
    let spoilers: [&dyn Fn(&Lab); 10] = [
        // By another version, with less or more than this one writes.
        &|lab| changed(lab, r#"{"v":1,"#, r#"{"v":2,"#),
        &|lab| changed(lab, r#""writer":"#, r#""other":"#),
        &|lab| changed(lab, r#"{"v":1,"#, r#"{"v":1,"since":[1],"#),
        &|lab| {
            changed(
                lab,
                r#""provenance":"fetch""#,
                r#""provenance":"elsewhere""#,
            )
        },
        // No key set, no validator that any server knows, a time that is to come.
        &|lab| changed(lab, r#""keys""#, r#""kees""#),
        &|lab| changed(lab, r#""etag":"\"1\"""#, r#""etag":"\u0000""#),
        &|lab| {
            changed(
                lab,
                &format!(r#""requested_at_ms":{NOW_MS}"#),
                &format!(r#""requested_at_ms":{later}"#),
            )
        },
        // An attempt from the future, bytes that are not an attempt, a lease whose holder never
        // gives it back.
        &|lab| {
            let attempt = format!(
                r#"{{"v":1,"ended_at_ms":{later},"outcome":"error","reason":"cold","error":{{"class":"tls"}},"not_before_ms":{later}}}"#
            );
            std::fs::write(file(lab, "lock"), attempt).unwrap();
        },
        &|lab| std::fs::write(file(lab, "lock"), "\0".repeat(5000)).unwrap(),
        &|lab| {
            let lease = format!(r#"{{"owner":"dead","expires_ms":{later}}}"#);
            std::fs::write(file(lab, "json").with_extension("lease"), lease).unwrap();
        },
    ];
    for (n, spoil) in spoilers.iter().enumerate() {
        let first = with(set(&[key("a", A)]), "etag", "\"1\"");
        let lab = Lab::new(vec![Ok(first)]);
        lab.ask("a");
        spoil(&lab);
        // A server that knows its own tag, and answers a wrong condition as a proxy would.
        lab.server
            .then(Ok(with(set(&[key("b", B)]), "etag", "\"2\"")));
        assert_eq!(lab.after(40).ask("b"), Seen::Keys("network"), "{n}");
        assert_eq!(lab.ask("b"), Seen::Keys("cache"), "{n}");
    }
}

#[test]
fn refresh_asks_whatever_there_is() {
    let mut lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    lab.ask("a");
    lab.options.refresh = true;
    assert_eq!(lab.ask("a"), Seen::Keys("network"));
    assert_eq!(lab.requests(), 2);
    lab.server.then(down(FailureClass::Connect));
    assert_eq!(lab.ask("a"), Seen::Unavailable);
    lab.options.refresh = false;
    assert_eq!(
        lab.ask("a"),
        Seen::Keys("cache"),
        "a failed refresh touches nothing"
    );
}

#[test]
fn offline_is_offline() {
    let mut lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    lab.options.offline = true;
    assert_eq!(lab.ask("a"), Seen::Unavailable);
    lab.options.offline = false;
    lab.ask("a");
    lab.options.offline = true;
    assert_eq!(lab.ask("a"), Seen::Keys("cache"));
    assert_eq!(lab.ask("b"), Seen::Nothing);
    assert_eq!(
        lab.after(31).ask("b"),
        Seen::Unavailable,
        "there may be such a key by now"
    );
    assert_eq!(lab.after(619).ask("a"), Seen::Stale);
    assert_eq!(lab.after(300).ask("a"), Seen::Unavailable);
    lab.options.max_stale_s = Some(86_400);
    assert_eq!(lab.ask("a"), Seen::Stale);
    assert_eq!(lab.requests(), 1);
}

#[test]
fn a_clock_that_was_wrong_for_a_while_does_no_lasting_harm() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    lab.after(100_000_000).ask("a");
    assert_eq!(lab.after(-100_000_000).ask("a"), Seen::Keys("network"));
    assert_eq!(lab.ask("a"), Seen::Keys("cache"));
    lab.server.then(down(FailureClass::Connect));
    lab.after(100_000_000).ask("a");
    lab.server.then(Ok(set(&[key("b", B)])));
    assert_eq!(
        lab.after(-99_999_900).ask("b"),
        Seen::Keys("network"),
        "nor does its failure hold anybody back"
    );
}

#[test]
fn tokens_that_no_published_key_can_be_for_cause_no_request() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    let wanted = Wanted {
        alg: SigAlg::Hs256,
        kid: Some("a"),
        certified: None,
        allow_weak: false,
    };
    assert!(matches!(
        lab.url().local(wanted, &lab.clock.env()),
        Ok(Found::Refused(_))
    ));
    let many: Vec<String> = (0..9).map(|i| key(&i.to_string(), A)).collect();
    lab.server.then(Ok(set(&many)));
    lab.ask("0");
    let clock = &lab.after(40).clock;
    assert_eq!(lab.requests(), 1);
    assert_eq!(Lab::ask_remote(&mut lab.url(), None, clock), Seen::Nothing);
    assert_eq!(lab.requests(), 0);
}

#[test]
fn without_a_cache_every_process_asks() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    for _ in 0..2 {
        let source = Source::Url(Address::parse(URL, false).unwrap());
        let mut remote = Remote::new(source, None, &lab.server, Options::default());
        assert_eq!(
            Lab::ask_remote(&mut remote, Some("a"), &lab.clock),
            Seen::Keys("network")
        );
    }
    assert_eq!(lab.requests(), 2);
}

#[test]
fn imported_keys_are_used_and_not_confirmed_by_name() {
    let lab = Lab::new(vec![Ok(with(set(&[key("a", A)]), "etag", "\"1\""))]);
    lab.ask("a");
    let cache = Cache::open(lab.folder.path()).unwrap();
    let listed = cache.list(&lab.clock.env());
    let entry = listed[0].entry.as_ref().unwrap();
    let bundle = export(&[entry], &[], PortableFormat::Bundle, NOW_MS).unwrap();
    cache.remove(&lab.clock.env(), |_| true).unwrap();
    let binding = super::super::cache::Binding {
        url: None,
        ctx: &|_| "system".into(),
        unit: super::super::cache::UatUnit::Auto,
        reset_uat: false,
    };
    let imported = super::super::cache::import(bundle.as_bytes(), binding, NOW_MS).unwrap();
    let slot = CacheKey::new(DocumentKind::Jwks, URL, "system");
    cache
        .lock_now(&slot, std::time::Duration::from_secs(6), &lab.clock.env())
        .commit(&imported.entries[0], None, &lab.clock.env())
        .unwrap();
    assert_eq!(lab.ask("a"), Seen::Keys("import"));
    assert_eq!(lab.after(650).ask("a"), Seen::Keys("network"));
    assert_eq!(lab.server.sent("if-none-match"), None);
}

const ISSUER: &str = "https://issuer.example/t";
const DOCUMENT: &str = "https://issuer.example/t/.well-known/openid-configuration";

fn document(issuer: &str, jwks_uri: &str) -> FetchResponse {
    json(&format!(
        r#"{{"issuer":"{issuer}","jwks_uri":"{jwks_uri}","x":1}}"#
    ))
}

fn by_issuer(lab: &Lab, issuer: &str, kid: &str) -> (Seen, String) {
    let mut remote = lab.remote(Source::Issuer(Issuer::parse(issuer, false).unwrap()));
    let seen = Lab::ask_remote(&mut remote, Some(kid), &lab.clock);
    let wanted = Wanted {
        alg: SigAlg::EdDsa,
        kid: Some(kid),
        certified: None,
        allow_weak: false,
    };
    let why = match seen {
        Seen::Unavailable => {
            let refreshed = remote.refresh(wanted, Why::UnknownKid, &lab.clock.env());
            let error = refreshed.unwrap_err();
            format!("{error} {:?}", error.hints())
        }
        _ => String::new(),
    };
    (seen, why)
}

#[test]
fn an_issuer_leads_to_its_keys() {
    let lab = Lab::new(vec![]);
    lab.server.page(DOCUMENT, document(ISSUER, URL));
    lab.server.page(URL, set(&[key("a", A)]));
    assert_eq!(by_issuer(&lab, ISSUER, "a").0, Seen::Keys("network"));
    assert_eq!(by_issuer(&lab, ISSUER, "a").0, Seen::Keys("cache"));
    assert_eq!(lab.requests(), 2);
    assert_eq!(
        lab.ask("a"),
        Seen::Keys("cache"),
        "the URL has the same entry"
    );
    let cache = Cache::open(lab.folder.path()).unwrap();
    let listed = cache.list(&lab.clock.env());
    assert!(
        listed
            .iter()
            .all(|it| it.entry.as_ref().unwrap().issuer.as_deref() == Some(ISSUER))
    );
}

#[test]
fn documents_are_looked_for_where_the_standards_say() {
    for (place, used) in [
        (DOCUMENT, true),
        (
            "https://issuer.example/.well-known/openid-configuration/t",
            true,
        ),
        (
            "https://issuer.example/.well-known/oauth-authorization-server/t",
            true,
        ),
        (
            "https://issuer.example/.well-known/openid-configuration",
            false,
        ),
        ("https://issuer.example/t/jwks", false),
        ("https://issuer.example/.well-known/jwks.json", false),
    ] {
        let lab = Lab::new(vec![]);
        lab.server.page(place, document(ISSUER, URL));
        lab.server.page(URL, set(&[key("a", A)]));
        assert_eq!(
            by_issuer(&lab, ISSUER, "a").0 == Seen::Keys("network"),
            used,
            "{place}"
        );
        assert!(
            !lab.server
                .urls()
                .iter()
                .any(|url| url.ends_with("jwks") || url.ends_with("known/jwks.json"))
        );
    }
    // Anything but "there is none" ends the search.
    let lab = Lab::new(vec![]);
    lab.server.page(DOCUMENT, status(500));
    lab.server.page(
        "https://issuer.example/.well-known/openid-configuration/t",
        document(ISSUER, URL),
    );
    assert_eq!(by_issuer(&lab, ISSUER, "a").0, Seen::Unavailable);
}

#[test]
fn a_document_must_be_the_issuers_own() {
    for (issuer, body, expected) in [
        (
            ISSUER,
            document("https://issuer.example/t/", URL),
            r#"ExactIssuer("https://issuer.example/t/")"#,
        ),
        (
            "https://issuer.example/t/",
            document(ISSUER, URL),
            r#"ExactIssuer("https://issuer.example/t")"#,
        ),
        (
            ISSUER,
            document("https://other.example/t", URL),
            "is of issuer \"https://other.example/t\"",
        ),
        (
            ISSUER,
            json(r#"{"issuer":"https://issuer.example/t"}"#),
            "has no \"jwks_uri\"",
        ),
        (
            ISSUER,
            json(r#"{"jwks_uri":"https://issuer.example/jwks.json"}"#),
            "has no \"issuer\"",
        ),
        (ISSUER, document(ISSUER, "/jwks.json"), "is not a URL"),
        (
            ISSUER,
            document(ISSUER, "http://issuer.example/jwks.json"),
            "is not https",
        ),
        (
            ISSUER,
            document(ISSUER, "http://127.0.0.1/jwks.json"),
            "is on this machine",
        ),
        (
            ISSUER,
            document(ISSUER, "https://localhost/jwks.json"),
            "is on this machine",
        ),
        (
            ISSUER,
            document(ISSUER, "https://169.254.169.254/jwks.json"),
            "never fetched",
        ),
        (ISSUER, document(ISSUER, "file:///etc/passwd"), "only https"),
        (ISSUER, json("<html>"), "is not JSON"),
        (
            ISSUER,
            json(&format!(
                r#"{{"issuer":"{ISSUER}","issuer":"x","jwks_uri":"{URL}"}}"#
            )),
            "twice",
        ),
    ] {
        let lab = Lab::new(vec![]);
        lab.server.page(DOCUMENT, body);
        lab.server.page(URL, set(&[key("a", A)]));
        let (seen, why) = by_issuer(&lab, issuer, "a");
        assert_eq!(seen, Seen::Unavailable, "{expected}");
        assert!(why.contains(expected), "{why}");
        assert!(!lab.server.urls().contains(&URL.to_owned()));
    }
}

#[test]
fn keys_that_have_moved_are_found_again() {
    let lab = Lab::new(vec![]);
    let elsewhere = "https://issuer.example/new";
    lab.server.page(DOCUMENT, document(ISSUER, URL));
    lab.server.page(URL, set(&[key("a", A)]));
    by_issuer(&lab, ISSUER, "a");
    lab.server.page(DOCUMENT, document(ISSUER, elsewhere));
    lab.server.page(elsewhere, set(&[key("b", B)]));
    lab.server.page(URL, status(410));
    lab.requests();
    assert_eq!(
        by_issuer(lab.after(650), ISSUER, "b").0,
        Seen::Keys("network")
    );
    assert_eq!(lab.requests(), 3);
    // Gone for good: the document is asked once, and then left alone for a while.
    lab.server.page(elsewhere, status(404));
    assert_eq!(by_issuer(lab.after(650), ISSUER, "b").0, Seen::Unavailable);
    assert!(lab.requests() <= 3);
}

#[test]
fn an_issuer_that_has_moved_its_keys_is_asked_when_the_old_place_is_of_no_use() {
    let elsewhere = "https://issuer.example/new";
    // The old place has the old keys, has no key set, or is out of order.
    for old in [set(&[key("a", A)]), json("moved"), status(500)] {
        let lab = Lab::new(vec![]);
        lab.server.page(DOCUMENT, document(ISSUER, URL));
        lab.server.page(URL, set(&[key("a", A)]));
        by_issuer(&lab, ISSUER, "a");
        lab.server.page(DOCUMENT, document(ISSUER, elsewhere));
        lab.server.page(elsewhere, set(&[key("b", B)]));
        lab.server.page(URL, old);
        assert_eq!(
            by_issuer(lab.after(40), ISSUER, "b").0,
            Seen::Keys("network")
        );
        lab.requests();
        assert_eq!(by_issuer(&lab, ISSUER, "b").0, Seen::Keys("cache"));
        // Unknown keys cause no more than one look at each a cooldown.
        for _ in 0..5 {
            by_issuer(&lab, ISSUER, "c");
        }
        assert_eq!(lab.requests(), 0);
        by_issuer(lab.after(40), ISSUER, "c");
        by_issuer(&lab, ISSUER, "d");
        assert_eq!(lab.requests(), 2);
    }
}

#[test]
fn an_issuer_out_of_reach_may_be_old() {
    let lab = Lab::new(vec![]);
    lab.server.page(
        DOCUMENT,
        with(document(ISSUER, URL), "cache-control", "max-age=600"),
    );
    lab.server.page(
        URL,
        with(set(&[key("a", A)]), "cache-control", "max-age=3600"),
    );
    by_issuer(&lab, ISSUER, "a");
    lab.server.page(DOCUMENT, status(503));
    assert_eq!(
        by_issuer(lab.after(650), ISSUER, "a").0,
        Seen::Keys("cache")
    );
    assert_eq!(by_issuer(lab.after(650), ISSUER, "a").0, Seen::Unavailable);
}

#[test]
fn nothing_private_reaches_the_disk() {
    let odd = format!(
        r#"{{"keys":[{},{{"kty":"oct","kid":"o","k":"c2VjcmV0"}},{{"kty":"OKP","crv":"Ed25519","kid":"p","x":"{B}","d":"cHJpdmF0ZQ"}}]}}"#,
        key("a", A)
    );
    let lab = Lab::new(vec![Ok(json(&odd))]);
    let mut remote = lab.url();
    assert_eq!(
        Lab::ask_remote(&mut remote, Some("a"), &lab.clock),
        Seen::Keys("network")
    );
    assert_eq!(remote.warnings().len(), 2);
    assert!(
        !contains(lab.folder.path(), b"c2VjcmV0") && !contains(lab.folder.path(), b"cHJpdmF0ZQ")
    );
    assert!(contains(lab.folder.path(), A.as_bytes()));
}

fn contains(folder: &Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .any(|it| match it.path() {
            path if path.is_dir() => contains(&path, needle),
            path => std::fs::read(path)
                .unwrap()
                .windows(needle.len())
                .any(|it| it == needle),
        })
}
