//! Other implementations of JOSE and jwtctl verify what each other signs: every form, several
//! signatures, payloads that are detached and payloads that are not encoded.
//!
//! jwtctl's side runs in this process, the peers' in one process for all; what has to go through the
//! commands is in `tests/signed.rs`. A peer that is not there is reported as skipped.

#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::sync::Arc;

use jwtctl::core::alg::SigAlg;
use jwtctl::core::claims::Policy;
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::{Given, Provenance};
use jwtctl::core::jws::{Composed, Form, Payload};
use jwtctl::core::key::{Key, Recipe, generate};
use jwtctl::core::time::Timestamp;
use jwtctl::core::token;
use serde_json::{Value, json};

mod support;

macro_rules! peers {
    ($($test:ident: $adapter:literal, $least:literal;)*) => {
        $(#[test]
        fn $test() {
            interop($adapter, $least);
        })*
    };
}

// With the number of tokens that went each way when this was written.
peers! {
    peer_jwcrypto: "jwcrypto.py", 96;
    peer_joserfc: "joserfc.py", 84;
    peer_jose: "jose.mjs", 96;
    peer_latchset: "latchset.sh", 28;
}

/// Without a dot, so that it stands in a compact token as it is.
const PAYLOAD: &str = "{\"list\":[1,2,null,true],\"text\":\"$ and more\"}";
const ALGS: [SigAlg; 10] = [
    SigAlg::Hs256,
    SigAlg::Rs256,
    SigAlg::Ps384,
    SigAlg::Es256,
    SigAlg::Es384,
    SigAlg::Es512,
    SigAlg::EdDsa,
    SigAlg::MlDsa44,
    SigAlg::MlDsa65,
    SigAlg::MlDsa87,
];

fn random(buffer: &mut [u8]) {
    use std::io::Read as _;
    let mut source = fs::File::open("/dev/urandom").unwrap();
    source.read_exact(buffer).unwrap();
}

fn env() -> Env<'static> {
    Env {
        now: Timestamp(1_785_578_400),
        random: &random,
        clock: &Stopped,
    }
}

/// A combination that tokens are exchanged in.
struct Case<'k> {
    signers: Vec<(SigAlg, &'k Key)>,
    form: &'static str,
    is_detached: bool,
    is_unencoded: bool,
}

impl Case<'_> {
    fn label(&self, adapter: &str) -> String {
        let algs: Vec<&str> = self.signers.iter().map(|(alg, _)| alg.as_str()).collect();
        let algs = algs.join("+");
        let more = [
            (self.is_detached, " detached"),
            (self.is_unencoded, " unencoded"),
        ];
        let more: String = more.iter().filter(|it| it.0).map(|it| it.1).collect();
        format!("{adapter}: {algs} {}{more}", self.form)
    }

    fn made(&self) -> String {
        let payload = Payload {
            bytes: PAYLOAD.as_bytes(),
            is_unencoded: self.is_unencoded,
            is_detached: self.is_detached,
        };
        let mut composed = Composed::over(payload).unwrap();
        for (alg, key) in &self.signers {
            let header = Object(vec![("kid".into(), key.kid.as_deref().unwrap().into())]);
            let signer = key.signer(*alg, false).unwrap();
            composed.add(&header, payload, &signer).unwrap();
        }
        match self.form {
            "compact" => composed.compact().unwrap(),
            "flattened" => Json::Object(composed.flattened().unwrap()).to_text(),
            _ => Json::Object(composed.general()).to_text(),
        }
    }

    /// Whether every signature of a token holds, each by its key.
    fn holds(&self, token: &str) -> bool {
        let keys = self.signers.iter().map(|(_, key)| {
            let jwk = Object::parse_strict(key.expose_jwk().expose()).unwrap();
            Arc::new(Key::from_jwk(jwk).unwrap())
        });
        let mut keys = Given::set(keys.collect(), Provenance::default());
        let form = match self.is_detached {
            true => Form::Detached(PAYLOAD.as_bytes()),
            false => Form::Raw,
        };
        let policy = Policy {
            require_all: true,
            ..Policy::default()
        };
        let verdict = token::verify(token.trim(), form, &mut keys, &policy, &env()).unwrap();
        verdict
            .outcome
            .is_ok_and(|it| it.payload() == PAYLOAD.as_bytes())
    }
}

fn private(key: &Key) -> Value {
    serde_json::from_slice(key.expose_jwk().expose()).unwrap()
}

fn public(key: &Key) -> Value {
    match key.public() {
        Some(public) => serde_json::to_value(&public).unwrap(),
        None => private(key),
    }
}

fn keys() -> Vec<(SigAlg, Key)> {
    let fresh = |alg: &SigAlg| {
        let mut key = generate(Recipe::for_sig(*alg, None, None).unwrap(), &env()).unwrap();
        key.kid = Some(format!("{alg} key"));
        (*alg, key)
    };
    ALGS.iter().map(fresh).collect()
}

fn cases(keys: &[(SigAlg, Key)]) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    let single = keys.iter().map(|(alg, key)| vec![(*alg, key)]);
    let pick = |algs: &[SigAlg]| {
        let meant = keys.iter().filter(|(alg, _)| algs.contains(alg));
        meant.map(|(alg, key)| (*alg, key)).collect::<Vec<_>>()
    };
    let several = [
        pick(&[SigAlg::Rs256, SigAlg::Es256]),
        pick(&[SigAlg::Es512, SigAlg::Hs256, SigAlg::Ps384]),
        pick(&[SigAlg::Es256, SigAlg::EdDsa]),
        pick(&[SigAlg::Es256, SigAlg::MlDsa65]),
    ];
    for signers in single.chain(several) {
        for form in ["compact", "flattened", "general"] {
            for (is_detached, is_unencoded) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                if form == "general" || signers.len() == 1 {
                    cases.push(Case {
                        signers: signers.clone(),
                        form,
                        is_detached,
                        is_unencoded,
                    });
                }
            }
        }
    }
    cases
}

fn interop(adapter: &'static str, least: usize) {
    let folder = tempfile::tempdir().unwrap();
    let keys = keys();
    let cases = cases(&keys);
    let jobs: Vec<Value> = cases
        .iter()
        .map(|case| {
            let signer =
                |(alg, key): &(SigAlg, &Key)| json!({"alg": alg.as_str(), "key": private(key)});
            json!({
                "form": case.form, "payload": PAYLOAD,
                "detached": case.is_detached, "b64": !case.is_unencoded,
                "signers": case.signers.iter().map(signer).collect::<Vec<_>>(),
            })
        })
        .collect();
    let Some(answers) = support::answers(adapter, "signobjects", &jobs, folder.path()) else {
        return;
    };
    let mut read = 0;
    for (case, answer) in cases.iter().zip(&answers) {
        let Some(token) = answer["token"].as_str() else {
            assert!(
                answer["lacks"].is_string(),
                "{}: {answer}",
                case.label(adapter)
            );
            continue;
        };
        assert!(case.holds(token), "{}: {token}", case.label(adapter));
        read += 1;
    }
    // Each signature of what jwtctl makes, by its key alone.
    let mut asked = Vec::new();
    for (case, made) in cases.iter().zip(&answers) {
        let token = case.made();
        for (alg, key) in &case.signers {
            let job = json!({
                "token": token, "key": public(key), "alg": alg.as_str(), "payload": PAYLOAD,
                "detached": case.is_detached, "b64": !case.is_unencoded,
            });
            asked.push((case, made, job));
        }
    }
    let jobs: Vec<Value> = asked.iter().map(|(_, _, job)| job.clone()).collect();
    let mut written = 0;
    for ((case, made, _), answer) in asked
        .iter()
        .zip(support::answers(adapter, "verifyobjects", &jobs, folder.path()).unwrap())
    {
        // What it does not write, it may not read.
        if answer["lacks"].is_string() || (made["token"].is_null() && answer["payload"].is_null()) {
            continue;
        }
        assert_eq!(
            answer["payload"],
            PAYLOAD,
            "{}: {answer}",
            case.label(adapter)
        );
        written += 1;
    }
    println!("{adapter}: {read} tokens verified by jwtctl, {written} signatures by the peer");
    assert!(read >= least && written >= least, "{read} and {written}");
}
