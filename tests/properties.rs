//! Proves by random search what must hold for every input: no bytes make a parser panic, JSON and
//! times read back as they were written, what is signed verifies, any change to a token refuses it,
//! and claims are judged as plain arithmetic and as `jsonwebtoken` judge them.

#![allow(
    clippy::disallowed_methods,
    reason = "jsonwebtoken judges by the real clock, so the cross-check does too"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{SystemTime, UNIX_EPOCH};

use jwtctl::core::address::{Address, Issuer};
use jwtctl::core::alg::SigAlg;
use jwtctl::core::cache::{self, Attempt, Binding, Entry, Published, UatUnit};
use jwtctl::core::claims::{Check, CheckStatus, Demand, Policy, Requirement, Skippable, check};
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::header::Header;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::jwks::{Given, KeySet, Provenance};
use jwtctl::core::jws::{self, Form, Jws};
use jwtctl::core::key::{
    Key, Recipe, Verifying, decode, encode, from_der, from_ssh, generate, hex, pem_blocks, to_ssh,
};
use jwtctl::core::keyfile;
use jwtctl::core::limits::MAX_DEPTH;
use jwtctl::core::sd_jwt::{self, SdJwt};
use jwtctl::core::secret::Secret;
use jwtctl::core::time::{Timestamp, humanize, parse_duration};
use jwtctl::core::token::{self, Content};
use jwtctl::core::{diff, jwe, key, keystore, lint, seal};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

// ── nothing panics ──

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn no_text_makes_a_reader_panic(text in any_text()) {
        read_everything(text.as_bytes());
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..300)) {
        read_everything(&bytes);
    }

    #[test]
    fn no_damage_to_a_good_input_makes_a_reader_panic(at in any::<Index>(), edits in vec(edit(), 1..6)) {
        let good = at.get(GOOD_INPUTS.as_slice());
        read_everything(&edits.iter().fold(good.clone(), |bytes, edit| edit.apply(bytes)));
    }

    #[test]
    fn times_are_read_without_panic(text in "[-+]?[0-9PTWDHMSdhmsywo:.Z +-]{0,24}|now|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{0,12}(Z|[+-][0-9]{2}:[0-9]{2})?)?", now: i64) {
        let _ = Timestamp::parse(&text, Timestamp(now));
        let _ = parse_duration(&text).map(humanize);
    }

    #[test]
    fn hex_and_base64url_read_back(bytes in vec(any::<u8>(), 0..64), text in any_text()) {
        prop_assert_eq!(decode(&encode(&bytes)), Some(bytes.clone()));
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(hex(&digits), Some(bytes));
        // What is read has one spelling only.
        if let Some(bytes) = decode(&text) {
            prop_assert_eq!(encode(&bytes), text.clone());
        }
        let _ = hex(&text);
    }
}

/// Every reader of the core at once: no verdict is expected, only an answer.
fn read_everything(bytes: &[u8]) {
    let nobody = || {
        Err(Error::input(
            Code::NoInput,
            "passphrase",
            "nobody may be asked",
        ))
    };
    let read = keyfile::read(&Secret::new(bytes.to_vec()), "FILE", &mut { nobody });
    let from_der = from_der(bytes).and_then(Result::ok);
    let _ = pem_blocks(bytes);
    let _ = Header::parse(bytes)
        .map(|header| (header.check_critical(true), header.check_critical(false)));
    if let Ok(json) = Json::parse(bytes) {
        let _ = (
            json.duplicate(),
            json.kind(),
            json.as_strings(),
            json.pointer("/a/0"),
            json.to_text(),
        );
        let _ = (
            lint::lint(&json, Timestamp(0)),
            diff::diff(&json, &json).map(|it| assert!(it.is_empty())),
        );
        if let Json::Object(object) = json {
            let _ = (
                jwe::parse_json(&object),
                seal::open_json(&object, "FILE", nobody),
            );
            let _ = (KeySet::from_json(object.clone()), Key::from_jwk(object));
        }
    }
    let read = read.map(|file| file.keys).unwrap_or_default();
    for key in read.iter().map(AsRef::as_ref).chain(&from_der) {
        use_everyhow(key);
    }
    let _ = keystore::StoredKey::parse(&Secret::new(bytes.to_vec()), Path::new("FILE"));
    read_as_from_the_network(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = (
        Address::parse(text, true),
        Issuer::parse(text, true).map(|issuer| issuer.documents()),
    );
    let _ = (jwe::parse(text), seal::open(text, "FILE", nobody));
    let decoded = token::decode(text);
    let _ = SdJwt::parse(text).map(|it| it.process(&Object::default()));
    for form in [Form::Jwt, Form::Raw, Form::Detached(b"payload")] {
        if let Ok(parsed) = Jws::parse(text, form) {
            assert!(
                decoded.is_ok() && parsed.headers().count() == parsed.count(),
                "{text}"
            );
        }
        if let Ok(parsed) = jws::parse(text, form) {
            let _ = (parsed.payload(), parsed.signature(), parsed.header().kid());
            assert!(
                decoded.is_ok(),
                "the strict reader takes what the lenient one does not: {text}"
            );
        }
        let mut keys = Given::key(Arc::clone(&KEYS[0].0), Provenance::default());
        let verdict = token::verify(text, form, &mut keys, &Policy::default(), &env(0));
        assert!(
            verdict.is_err() || verdict.is_ok_and(|verdict| verdict.outcome.is_err()),
            "{text}"
        );
    }
}

/// What strangers publish, and what is found in the cache, with a checksum that is right as well.
fn read_as_from_the_network(bytes: &[u8]) {
    let framed = [key::sha256_hex(&[bytes]).as_bytes(), b"\n", bytes].concat();
    for entry in [bytes, &framed]
        .into_iter()
        .filter_map(|bytes| Entry::from_bytes(bytes).ok())
    {
        let _ = (
            entry.age_ms(&env(0)),
            entry.freshness(Some(i64::MAX), Some(i64::MIN), &env(i64::MAX)),
            entry.to_bytes(),
        );
    }
    if let Some(attempt) = Attempt::from_bytes(bytes, 0) {
        let _ = (attempt.delays(i64::MAX), attempt.delays(i64::MIN));
    }
    if let Ok(published) = Published::parse(bytes) {
        assert_eq!(
            Published::parse(published.jwks.as_bytes()).map(|it| it.jwks),
            Ok(published.jwks),
            "read twice"
        );
    }
    let url = Address::parse("https://issuer.example/", false).unwrap();
    for (url, unit) in [
        (None, UatUnit::Auto),
        (Some(&url), UatUnit::Auto),
        (Some(&url), UatUnit::Seconds),
    ] {
        let _ = cache::import(
            bytes,
            Binding {
                url,
                ctx: &|_| "system".into(),
                unit,
                reset_uat: false,
            },
            0,
        );
    }
}

/// Whatever a key is, asking it for anything gives an answer, and nonsense is never a signature.
fn use_everyhow(key: &Key) {
    let _ = (
        key.label(),
        key.thumbprint(),
        key.expose_jwk(),
        key.check_public(),
        key.bits(),
    );
    let _ = (
        jwtctl::core::key::to_pkcs8(key),
        jwtctl::core::key::to_spki(key),
        key.check_private(),
    );
    if let Ok(line) = to_ssh(key) {
        assert!(
            from_ssh(&line)
                .unwrap()
                .unwrap()
                .same_material(&key.public().unwrap()),
            "{line}"
        );
    }
    for alg in SigAlg::ALL.iter().copied() {
        let _ = key.signer(alg, true);
        if let Ok(verifier) = key.verifier(alg, true) {
            for length in [0, 64, 256] {
                assert!(
                    !verifier.verify(Verifying {
                        message: b"x",
                        signature: &vec![1; length]
                    }),
                    "{alg} by {}",
                    key.label()
                );
            }
        }
    }
}

// ── keys ──

proptest! {
    #![proptest_config(cases(1000))]

    /// Keys with members left out, doubled or replaced are refused or usable, and stay discreet.
    #[test]
    fn odd_jwks_are_refused_or_usable(
        at in any::<Index>(),
        changes in vec((any::<Index>(), select(vec!["remove", "double", "replace", "shift"]), json()), 0..4),
        stranger in (select(vec!["d", "p", "k", "oth", "priv", "crv", "x5c", "use", "alg", "kid"]), json()),
    ) {
        let Ok(Json::Object(mut jwk)) = Json::parse(&JWKS[at.index(JWKS.len())]) else { panic!("no JWK") };
        for (place, how, value) in changes {
            let place = place.index(jwk.0.len().max(1)).min(jwk.0.len().saturating_sub(1));
            match how {
                _ if jwk.0.is_empty() => {}
                "remove" => drop(jwk.0.remove(place)),
                "double" => jwk.0.push(jwk.0[place].clone()),
                "shift" => jwk.0[place].0.push('x'),
                _ => jwk.0[place].1 = value,
            }
        }
        jwk.0.push((stranger.0.into(), stranger.1));
        let set = KeySet::from_json(Object(vec![("keys".into(), Json::Array(vec![jwk.clone().into(), Json::Null]))])).unwrap();
        prop_assert_eq!(set.keys.len() + set.dropped.len(), 2);
        if let Ok(key) = Key::from_jwk(jwk) {
            use_everyhow(&key);
            for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
                prop_assert!(!key.public_jwk().has(member), "{:?} in public", member);
            }
            let Ok(Json::Object(exposed)) = Json::parse(key.expose_jwk().expose()) else { panic!("exposed is no object") };
            let again = Key::from_jwk(exposed.clone()).unwrap();
            prop_assert!(again.same_material(&key));
            prop_assert_eq!(Json::parse(again.expose_jwk().expose()).unwrap(), Json::from(exposed));
        }
    }
}

// ── JSON ──

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn objects_that_are_almost_signed_have_an_answer(
        header in json(), parts in vec((any_part(), any_part()), 1..4), payload in any_part(), flat in any::<bool>(),
    ) {
        let element = |(protected, signature): &(Json, Json)| Object(vec![
            ("protected".into(), protected.clone()),
            ("header".into(), header.clone()),
            ("signature".into(), signature.clone()),
        ]);
        let mut members = vec![("payload".to_owned(), payload)];
        match flat {
            true => members.extend(element(&parts[0]).0),
            false => {
                let elements = parts.iter().map(|it| Json::Object(element(it)));
                members.push(("signatures".into(), Json::Array(elements.collect())));
            }
        }
        read_everything(Json::Object(Object(members)).to_text().as_bytes());
    }

    #[test]
    fn json_is_read_as_it_was_written(value in json()) {
        let text = value.to_text();
        let read = Json::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(read.to_text(), text);
    }

    #[test]
    fn json_agrees_with_serde_json(text in any_text().prop_union(json().prop_map(|value| value.to_text()).boxed())) {
        let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
        let ours = Json::parse(text.as_bytes());
        // serde_json refuses numbers beyond a double, which we keep as text.
        if ours.is_err() || !text.contains(['e', 'E', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
            prop_assert_eq!(ours.is_ok(), theirs.is_ok());
        }
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) && ours.duplicate().is_none() {
            // serde_json rounds to a double; what we kept as text, it rounds alike.
            let again: serde_json::Value = serde_json::from_str(&ours.to_text()).unwrap();
            prop_assert_eq!(again, theirs);
        }
    }

    #[test]
    fn json_is_the_same_as_itself_and_as_its_members_in_another_order(value in json()) {
        prop_assume!(value.duplicate().is_none());
        prop_assert!(value.same(&value));
        prop_assert!(value.same(&reversed(&value)));
    }

    /// RFC 6901: what is put at a pointer stands at that pointer.
    #[test]
    fn what_is_set_at_a_pointer_is_found_there(path in vec(name(), 1..4), value in json(), other in object()) {
        let pointer: String = path.iter().map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect();
        let mut fresh = Object::default();
        fresh.set_pointer(&pointer, value.clone()).unwrap();
        prop_assert_eq!(fresh.pointer(&pointer), Some(&value), "{:?} in {:?}", pointer, fresh);
        // Step by step, without pointers.
        let mut at = &Json::from(fresh);
        for name in &path {
            at = at.as_object().and_then(|object| object.member(name)).unwrap();
        }
        prop_assert_eq!(at, &value);

        let mut other = other;
        if other.set_pointer(&pointer, value.clone()).is_ok() && path.last().is_some_and(|last| last != "-") {
            prop_assert_eq!(other.pointer(&pointer), Some(&value), "{:?} in {:?}", pointer, other);
        }
    }

    /// However long a pointer is, what it makes can be read again, or is not made.
    #[test]
    fn long_pointers_make_no_bottomless_json(steps in 1..2 * MAX_DEPTH) {
        let mut object = Object::default();
        if object.set_pointer(&"/a".repeat(steps), Json::Null).is_ok() {
            prop_assert!(Json::parse(Json::from(object).to_text().as_bytes()).is_ok(), "{} steps", steps);
        }
    }

    /// RFC 6901 §4: an index is `0` or digits that do not begin with one.
    #[test]
    fn array_indices_have_one_spelling(index in 0_usize..3, before in select(vec!["0", "00", "+", "-", " "])) {
        let (good, bad) = (format!("/a/{index}"), format!("/a/{before}{index}"));
        let json = Json::parse(br#"{"a":[10,20,30]}"#).unwrap();
        prop_assert!(json.pointer(&good).is_some());
        prop_assert_eq!(json.pointer(&bad), None);
        let Json::Object(mut object) = json else { panic!("no object") };
        prop_assert!(object.set_pointer(&good, Json::Null).is_ok());
        prop_assert!(object.set_pointer(&bad, Json::Null).is_err());
    }
}

// ── times ──

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn times_read_back_as_they_were_written(seconds in prop_oneof![any::<i64>(), -400_000_000_000_i64..300_000_000_000, 0_i64..5_000_000_000]) {
        if let Some(text) = Timestamp(seconds).rfc3339() {
            prop_assert_eq!(Timestamp::parse(&text, Timestamp(0)).ok(), Some(Timestamp(seconds)), "{}", text);
        }
    }

    #[test]
    fn numeric_dates_round_towards_the_shorter_life(whole in -4_000_000_000_i64..4_000_000_000, fraction in "[0-9]{1,6}") {
        let text = format!("{whole}.{fraction}");
        let is_whole = fraction.bytes().all(|digit| digit == b'0');
        let (down, up) = match (text.starts_with('-'), is_whole) {
            (_, true) => (whole, whole),
            (true, false) => (whole - 1, whole),
            (false, false) => (whole, whole + 1),
        };
        prop_assert_eq!(Timestamp::from_json_number(&text, false).0, down);
        prop_assert_eq!(Timestamp::from_json_number(&text, true).0, up);
        prop_assert_eq!(Timestamp::from_json_number(&format!("{whole}e0"), true).0, whole);
    }

    #[test]
    fn durations_add_up(days in 0_i64..1000, hours in 0_i64..100, minutes in 0_i64..100, seconds in 0_i64..100, sign in select(vec!["", "+", "-"])) {
        let total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
        let total = if sign == "-" { -total } else { total };
        prop_assert_eq!(parse_duration(&format!("{sign}{days}d{hours}h{minutes}m{seconds}s")).unwrap(), total);
        prop_assert_eq!(parse_duration(&format!("{sign}P{days}DT{hours}H{minutes}M{seconds}S")).unwrap(), total);
        prop_assert_eq!(parse_duration(&format!("{total}")).unwrap(), total);
        let now = Timestamp(1_785_579_300);
        if !sign.is_empty() {
            prop_assert_eq!(Timestamp::parse(&format!("{sign}{days}d{hours}h{minutes}m{seconds}s"), now).unwrap(), now.plus(total));
        }
    }
}

// ── signatures ──

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn what_is_signed_verifies(payload in vec(any::<u8>(), 0..200), kid in any_text(), at in 0..KEYS.len()) {
        let (key, alg) = &KEYS[at];
        let signer = key.signer(*alg, false).unwrap();
        let header = Object(vec![("kid".into(), kid.as_str().into())]);
        let token = jws::sign(&header, &payload, &signer).unwrap();
        let detached = jws::sign_detached(&header, &payload, &signer).unwrap();
        let verifier = key.verifier(*alg, false).unwrap();
        for (token, form) in [(&token, Form::Raw), (&detached, Form::Detached(&payload))] {
            let signed = jws::parse(token, form).unwrap().verify(&verifier).unwrap();
            prop_assert_eq!(signed.payload(), &payload[..]);
            prop_assert_eq!(signed.header().kid(), Some(kid.as_str()));
        }
        let other = [payload.as_slice(), b"\0"].concat();
        prop_assert!(jws::parse(&detached, Form::Detached(&other)).unwrap().verify(&verifier).is_none());

        let decoded = token::decode(&token).unwrap();
        prop_assert_eq!(decoded.header.pointer("/kid"), Some(&kid.as_str().into()));
        let Content::Signed { payload: shown, .. } = decoded.content else { panic!("not signed") };
        prop_assert_eq!(shown, payload);
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn any_change_to_a_token_refuses_it(at in any::<Index>(), how in 0..4, new in character(), in_form in 0..2) {
        let token = &*TOKEN;
        let mut characters: Vec<char> = token.chars().collect();
        let at = at.index(characters.len());
        match how {
            0 => characters[at] = new,
            1 => drop(characters.remove(at)),
            2 => characters.insert(at, new),
            _ => characters.swap(at, (at + 1) % token.len()),
        }
        let changed: String = characters.into_iter().collect();
        prop_assume!(changed != *token);
        let form = if in_form == 0 { Form::Jwt } else { Form::Raw };
        let mut keys = Given::key(Arc::clone(&KEYS[0].0), Provenance::default());
        let policy = Policy { exp_optional: true, ..Policy::default() };
        prop_assert!(token::verify(token, form, &mut keys, &policy, &env(0)).unwrap().outcome.is_ok());
        let verdict = token::verify(&changed, form, &mut keys, &policy, &env(0)).unwrap();
        prop_assert!(verdict.outcome.is_err(), "{}", changed);
    }
}

/// Not left to chance: every character of the token, replaced by every other of the alphabet.
#[test]
fn any_other_character_in_a_token_refuses_it() {
    let policy = Policy {
        exp_optional: true,
        ..Policy::default()
    };
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
    for (at, old) in TOKEN.char_indices() {
        for new in alphabet.chars().filter(|new| *new != old) {
            let changed = format!("{}{new}{}", &TOKEN[..at], &TOKEN[at + 1..]);
            let mut keys = Given::key(Arc::clone(&KEYS[0].0), Provenance::default());
            let verdict = token::verify(&changed, Form::Jwt, &mut keys, &policy, &env(0)).unwrap();
            assert!(verdict.outcome.is_err(), "{changed}");
        }
    }
}

// ── claims ──

proptest! {
    #![proptest_config(cases(512))]

    /// The same judgement in numbers that cannot overflow.
    #[test]
    fn dates_are_judged_as_plain_arithmetic(
        (exp, nbf, iat) in (instant(), instant(), instant()),
        now in instant(),
        leeway in prop_oneof![Just(0), Just(60), 0..=86_400_i64],
        max_age in prop_oneof![Just(0), 0..=86_400_i64, any::<i64>().prop_map(|age| age.saturating_abs())],
    ) {
        let claims = Object(vec![("exp".into(), exp.into()), ("nbf".into(), nbf.into()), ("iat".into(), iat.into())]);
        let policy = Policy { leeway, max_age: Some(max_age), ..Policy::default() };
        let checks = check(&claims, &header(), &policy, Timestamp(now));
        let wide = i128::from;
        let passes = |name: &str| status(&checks, name) == CheckStatus::Pass;
        let dated = |at: i64| Timestamp(at).rfc3339().is_some();
        let unexpired = wide(now) < wide(exp) + wide(leeway).max(0);
        prop_assert_eq!(passes("exp"), dated(exp) && unexpired, "exp {} now {} leeway {}", exp, now, leeway);
        prop_assert_eq!(passes("nbf"), dated(nbf) && wide(nbf) <= wide(now) + wide(leeway));
        prop_assert_eq!(passes("iat"), dated(iat) && wide(iat) <= wide(now) + wide(leeway));
        let age = wide(now) - wide(iat);
        let young = (-wide(leeway)..=wide(max_age) + wide(leeway)).contains(&age);
        prop_assert_eq!(passes("max-age"), dated(iat) && young);
    }

    #[test]
    fn no_claims_make_the_judge_panic(
        claims in object(),
        numbers in vec(number(), 3),
        now: i64,
        leeway: i64,
        max_age: Option<i64>,
        wanted in (name(), json()),
    ) {
        let mut claims = claims;
        for (name, number) in ["exp", "nbf", "iat"].into_iter().zip(numbers) {
            claims.set(name, Json::Number(number));
        }
        let policy = Policy {
            leeway,
            max_age,
            issuers: vec!["a".into()],
            scopes: vec!["b".into()],
            required: vec![Requirement { claim: wanted.0, demand: Demand::Value(wanted.1) }],
            ..Policy::default()
        };
        let checks = check(&claims, &header(), &policy, Timestamp(now));
        prop_assert!(checks.len() >= 8);
        prop_assert!(checks.iter().all(|check| (check.status == CheckStatus::Fail) == check.reason().is_some()));
    }

    /// What `jsonwebtoken` refuses we refuse, and what it accepts we accept as long as the claims have the right types
    /// (it lets some wrong ones pass).
    #[test]
    fn jsonwebtoken_agrees(
        exp in date(), nbf in date(),
        iss in prop_oneof![Just(None), parties(false)],
        aud in prop_oneof![Just(None), parties(true)],
        (issuers, audiences) in (vec(party(), 0..3), vec(party(), 0..3)),
        leeway in select(vec![0_i64, 60, 300]),
        right_key in prop::bool::weighted(0.9),
    ) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        // The clock may go on while we look at it, so nothing hangs on a few seconds.
        let clear = |date: &Date, at: i64| date.offset().is_none_or(|offset| (offset - at).abs() > 5);
        prop_assume!(clear(&exp, -leeway) && clear(&nbf, leeway));
        let mut claims = Object::default();
        let dates = [("exp", exp.json(now)), ("nbf", nbf.json(now))];
        let parties = [("iss", iss.clone()), ("aud", aud.clone())];
        for (name, value) in dates.into_iter().chain(parties) {
            if let Some(value) = value {
                claims.set(name, value);
            }
        }
        let (key, alg) = &KEYS[0];
        let token = jws::sign(&Object::default(), Json::from(claims).to_text().as_bytes(), &key.signer(*alg, false).unwrap()).unwrap();
        let secret = if right_key { SECRET.to_vec() } else { vec![8; 64] };

        let policy = Policy {
            issuers: issuers.clone(),
            audiences: audiences.clone(),
            leeway,
            skip: vec![Skippable::Iat],
            ..Policy::default()
        };
        let mut keys = Given::key(Arc::new(Key::from_secret(Secret::new(secret.clone()))), Provenance::default());
        let ours = token::verify(&token, Form::Jwt, &mut keys, &policy, &env(now)).unwrap().outcome;
        let theirs = theirs(&token, &secret, &issuers, &audiences, leeway as u64);

        let well_formed = exp.is_well_formed() && nbf.is_well_formed()
            && iss.as_ref().is_none_or(|iss| matches!(iss, Json::String(_)))
            && aud.as_ref().is_none_or(|aud| aud.as_strings().is_some());
        if well_formed {
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}: ours {:?}, theirs {:?}", token, ours, theirs);
        } else {
            prop_assert!(ours.is_err() || theirs.is_ok(), "{}: ours {:?}, theirs {:?}", token, ours, theirs);
        }
        prop_assert!(right_key || ours.is_err());
    }
}

fn theirs(
    token: &str,
    secret: &[u8],
    issuers: &[String],
    audiences: &[String],
    leeway: u64,
) -> Result<(), String> {
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    (validation.leeway, validation.validate_nbf) = (leeway, true);
    let mut required = vec!["exp"];
    if !issuers.is_empty() {
        validation.set_issuer(issuers);
        required.push("iss");
    }
    if !audiences.is_empty() {
        validation.set_audience(audiences);
        required.push("aud");
    }
    validation.set_required_spec_claims(&required);
    let key = jsonwebtoken::DecodingKey::from_secret(secret);
    let decoded = jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation);
    decoded.map(drop).map_err(|why| why.to_string())
}

// ── disclosures ──

proptest! {
    #![proptest_config(cases(500))]

    /// Of what is hidden comes back what is shown, and nothing else of it.
    #[test]
    fn what_is_hidden_comes_back_as_far_as_it_is_shown(
        claims in object().prop_filter("names are unique", |it| it.duplicate().is_none()),
        hidden in vec(any::<bool>(), 5),
        shown in vec(any::<bool>(), 5),
        decoys in 0usize..4,
    ) {
        let name = |at: &usize| claims.0[*at].0.clone();
        // A name that begins with a slash is a pointer.
        let is_hidden = |at: &usize| hidden[*at] && !name(at).starts_with('/');
        let hidden: Vec<usize> = (0..claims.0.len()).filter(is_hidden).collect();
        let next = AtomicU8::new(1);
        let random = |buffer: &mut [u8]| buffer.fill(next.fetch_add(1, Ordering::Relaxed));
        let env = Env { random: &random, ..env(0) };
        let paths: Vec<String> = hidden.iter().map(name).collect();
        let mut payload = claims.clone();
        let Ok(disclosures) = sd_jwt::issue(&mut payload, &paths, decoys, &env) else {
            // A claim that has to be seen, or a name that digests have.
            return Ok(());
        };
        let tail: Vec<String> = disclosures
            .iter()
            .filter(|it| {
                let text = String::from_utf8(decode(it).unwrap()).unwrap();
                let Ok(Json::Array(parts)) = Json::parse(text.as_bytes()) else { panic!("{text}") };
                hidden.iter().any(|at| shown[*at] && parts[1].as_str() == Some(&name(at)))
            })
            .map(|it| format!("{it}~"))
            .collect();
        let text = format!("a.b.c~{}", tail.concat());
        let processed = SdJwt::parse(&text).unwrap().process(&payload).unwrap();
        let expected = (0..claims.0.len()).filter(|at| !hidden.contains(at) || shown[*at]);
        let expected = Object(expected.map(|at| claims.0[at].clone()).collect());
        prop_assert!(Json::Object(processed.claims).same(&Json::Object(expected)));
        prop_assert_eq!(processed.disclosed, tail.len());
        prop_assert_eq!(processed.hidden, hidden.len() - tail.len() + decoys);
    }
}

// ── what is searched through ──

/// A failure prints the input that causes it; it leaves no file behind.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count)
    }
}

fn any_text() -> BoxedStrategy<String> {
    prop_oneof![
        any::<String>(),
        "[A-Za-z0-9_=+/-]{0,20}(\\.[A-Za-z0-9_=-]{0,20}){0,6}",
        "[\\[\\]{}\":,0-9eE.+a-f \\\\u-]{0,40}",
        "-----(BEGIN|END) [A-Z ]{0,20}-----[\\n\\r A-Za-z0-9+/=:,-]{0,60}(-----(BEGIN|END) [A-Z ]{0,20}-----)?",
    ]
    .boxed()
}

fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        8 => "[A-Za-z0-9_-]".prop_map(|text| text.chars().next().unwrap()),
        1 => select(vec!['=', '.', '+', '/', ' ', '\n', '\0', '~']),
        1 => any::<char>(),
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,4})?",
        any::<i64>().prop_map(|number| number.to_string()),
        select(vec![
            "-0",
            "1e400",
            "-1E+400",
            "1e-400",
            "0.0e-0",
            "9223372036854775808",
            "-9223372036854775809"
        ])
        .prop_map(String::from),
    ]
}

/// A member's name, often one that occurs elsewhere as well.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec![
            "", "a", "b", "0", "1", "-", "/", "~", "~1", "~01", "exp", "aud", "kty", "é", "\u{0}"
        ])
        .prop_map(String::from),
        any::<String>(),
    ]
}

/// A member of a signed object: often base64url of a header, or of anything.
fn any_part() -> BoxedStrategy<Json> {
    let header = Just(Json::String(encode(br#"{"alg":"HS256"}"#)));
    let unencoded = Just(Json::String(encode(
        br#"{"alg":"HS256","b64":false,"crit":["b64"]}"#,
    )));
    let bytes = vec(any::<u8>(), 0..40).prop_map(|it| Json::String(encode(&it)));
    prop_oneof![3 => header, 1 => unencoded, 3 => bytes, 1 => json()].boxed()
}

fn json() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number().prop_map(Json::Number),
        any::<String>().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Json::Array),
            vec((name(), inner), 0..5).prop_map(|members| Json::Object(Object(members))),
        ]
    })
    .boxed()
}

fn object() -> impl Strategy<Value = Object> {
    vec((name(), json()), 0..5).prop_map(Object)
}

fn reversed(value: &Json) -> Json {
    match value {
        Json::Array(items) => Json::Array(items.iter().map(reversed).collect()),
        Json::Object(object) => Json::Object(Object(
            object
                .0
                .iter()
                .rev()
                .map(|(name, value)| (name.clone(), reversed(value)))
                .collect(),
        )),
        other => other.clone(),
    }
}

/// Moments near each other, at the ends of what fits, and anywhere.
fn instant() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => 1_785_500_000_i64..1_785_700_000,
        2 => 1_785_579_300_i64 - 65..1_785_579_300 + 65,
        1 => select(vec![i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX - 1, i64::MAX]),
        1 => any::<i64>(),
    ]
}

/// A numeric date as tokens have it.
#[derive(Clone, Debug)]
enum Date {
    Absent,
    /// So many seconds from now.
    Whole(i64),
    Fractional(i64),
    /// No date at all.
    Odd(Json),
}

impl Date {
    fn offset(&self) -> Option<i64> {
        match self {
            Self::Whole(offset) | Self::Fractional(offset) => Some(*offset),
            Self::Absent | Self::Odd(_) => None,
        }
    }

    fn json(&self, now: i64) -> Option<Json> {
        match self {
            Self::Absent => None,
            Self::Whole(offset) => Some((now + offset).into()),
            Self::Fractional(offset) => Some(Json::Number(format!("{}.25", now + offset))),
            Self::Odd(json) => Some(json.clone()),
        }
    }

    fn is_well_formed(&self) -> bool {
        !matches!(self, Self::Odd(_))
    }
}

fn date() -> impl Strategy<Value = Date> {
    let offset = || {
        prop_oneof![
            -100_i64..100,
            -1000_i64..1000,
            -1_000_000_000_i64..1_000_000_000
        ]
    };
    prop_oneof![
        2 => Just(Date::Absent),
        6 => offset().prop_map(Date::Whole),
        2 => offset().prop_map(Date::Fractional),
        1 => prop_oneof![Just(Json::Null), Just(Json::Bool(true)), Just("4102444800".into()), Just(Json::Array(vec![1.into()]))].prop_map(Date::Odd),
    ]
}

fn party() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "a/", "A", ""]).prop_map(String::from)
}

/// One party, several, or something else.
fn parties(many: bool) -> BoxedStrategy<Option<Json>> {
    let several = vec(party(), 0..3).prop_map(|names| Some(names.iter().collect()));
    let odd = select(vec![
        Json::Null,
        Json::Bool(false),
        7.into(),
        Json::Array(vec![7.into()]),
        Json::Object(Object::default()),
    ]);
    prop_oneof![
        4 => party().prop_map(|name| Some(name.as_str().into())),
        if many { 4 } else { 1 } => several,
        1 => odd.prop_map(Some),
    ]
    .boxed()
}

/// A change to some bytes.
#[derive(Clone, Debug)]
enum Edit {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Cut(Index),
    Repeat(Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        (
            any::<Index>(),
            select(b"\0\x01\x7f\x80\xff{}[]\",.-=\n ".to_vec())
        )
            .prop_map(|(at, byte)| Edit::Set(at, byte)),
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Edit::Flip(at, bit)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        any::<Index>().prop_map(Edit::Remove),
        any::<Index>().prop_map(Edit::Cut),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Edit::Repeat(from, to)),
    ]
}

impl Edit {
    fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        let length = bytes.len();
        match self {
            Self::Set(at, byte) => bytes[at.index(length)] = *byte,
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Self::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Remove(at) => drop(bytes.remove(at.index(length))),
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                let part = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(from.min(to)..from.min(to), part);
            }
        }
        bytes
    }
}

// ── what the search starts from ──

const SECRET: [u8; 64] = [7; 64];

/// One key for each of three algorithms; the first is [`SECRET`].
static KEYS: LazyLock<Vec<(Arc<Key>, SigAlg)>> = LazyLock::new(|| {
    // A fixed scalar is as good as any other here.
    let random = |buffer: &mut [u8]| {
        buffer
            .iter_mut()
            .enumerate()
            .for_each(|(i, byte)| *byte = i as u8 + 1)
    };
    let env = Env {
        now: Timestamp(0),
        random: &random,
        clock: &Stopped,
    };
    let made = |alg| Arc::new(generate(Recipe::for_sig(alg, None, None).unwrap(), &env).unwrap());
    vec![
        (
            Arc::new(Key::from_secret(Secret::new(SECRET.to_vec()))),
            SigAlg::Hs256,
        ),
        (made(SigAlg::EdDsa), SigAlg::EdDsa),
        (made(SigAlg::Es256), SigAlg::Es256),
    ]
});

static TOKEN: LazyLock<String> = LazyLock::new(|| {
    let (key, alg) = &KEYS[0];
    let header = Object(vec![
        ("kid".into(), "k".into()),
        ("typ".into(), "JWT".into()),
    ]);
    jws::sign(
        &header,
        br#"{"sub":"alice","n":[1,2,3]}"#,
        &key.signer(*alg, false).unwrap(),
    )
    .unwrap()
});

/// Key files, tokens and key sets that are in order.
static GOOD_INPUTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut inputs: Vec<Vec<u8>> = data("keys").into_iter().map(|(_, bytes)| bytes).collect();
    for (_, bytes) in data("") {
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        for (kind, member) in [
            ("vectors", "compact"),
            ("jwe_tokens", "compact"),
            ("sealed", "jwe"),
        ] {
            let entries = json[kind].as_array().into_iter().flatten();
            inputs.extend(entries.map(|entry| entry[member].as_str().unwrap().into()));
        }
        let sealed = json["sealed_json"].as_array().into_iter().flatten();
        inputs.extend(sealed.map(|entry| entry["jwe"].to_string().into_bytes()));
        let sets = json["sets"].as_array().into_iter().flatten();
        inputs.extend(sets.map(|entry| entry["jwks"].to_string().into_bytes()));
    }
    inputs.extend(CACHED.map(|text| text.as_bytes().to_vec()));
    assert!(inputs.len() > 100, "too few inputs");
    inputs
});

/// An entry without its checksum, a record of an attempt, a bundle, and what jose keeps.
const CACHED: [&str; 4] = [
    r#"{"v":1,"url":"https://issuer.example/","ctx":"system","issuer":null,"jwks":{"keys":[]},"dropped":[{"i":0,"why":"kty_oct"}],"jwks_sha256":"","requested_at_ms":1,"fetched_at_ms":1,"expires_at_ms":600001,"stale_until_ms":900001,"http":{"etag":"\"1\"","last_modified":null,"date_ms":1,"age_s":0,"max_age_s":600,"stale_if_error_s":null},"boot":{"id":"x","ms":1},"provenance":"fetch","writer":"jwtctl/0.1.0"}"#,
    r#"{"v":1,"ended_at_ms":1,"outcome":"error","reason":"kid_miss","error":{"class":"http_5xx","status":503,"why":"503"},"fails":2,"not_before_ms":1001}"#,
    r#"{"format":"jwtctl-jwks-bundle","v":1,"uat_unit":"ms","created_at_ms":1,"entries":[{"url":"https://issuer.example/","issuer":null,"jwks":{"keys":[]},"uat":1,"expires_at_ms":600001,"etag":null}]}"#,
    r#"{"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]},"uat":1}"#,
];

static JWKS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut jwks: Vec<Vec<u8>> = data("keys")
        .into_iter()
        .filter(|(name, _)| name.ends_with(".jwk.json"))
        .map(|(_, bytes)| bytes)
        .collect();
    jwks.push(KEYS[0].0.expose_jwk().expose().to_vec());
    assert!(jwks.len() > 10, "too few keys");
    jwks
});

/// The files of a folder under `tests/data`.
fn data(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(folder);
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file() && path.file_name().is_some_and(|name| name != "README.md"))
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn header() -> Header {
    Header::parse(br#"{"alg":"HS256"}"#).unwrap()
}

fn status(checks: &[Check], name: &str) -> CheckStatus {
    checks
        .iter()
        .find(|check| check.name == name)
        .unwrap_or_else(|| panic!("no check {name}"))
        .status
}

fn env(now: i64) -> Env<'static> {
    Env {
        now: Timestamp(now),
        random: &|_| {},
        clock: &Stopped,
    }
}
