//! What threads that share a set cause together, told with one thread and a clock that is turned.

use super::*;
use crate::core::remote::Pool;

/// Whether a handle has a key of that id; `None` when the set could not be fetched to find out.
fn has(keys: &mut dyn Keys, kid: &str, why: Why, clock: &FakeClock) -> Option<bool> {
    let wanted = Wanted {
        alg: SigAlg::EdDsa,
        kid: Some(kid),
        certified: None,
        allow_weak: false,
    };
    let found = match keys.local(wanted, &clock.env()).unwrap() {
        Found::Keys(_) if why == Why::UnknownKid => return Some(true),
        _ => keys.refresh(wanted, why, &clock.env()),
    };
    found
        .ok()
        .map(|found| matches!(found, Some(Found::Keys(_))))
}

/// A set for threads to share, kept on disk or not.
fn pool(lab: &Lab, cached: bool) -> Pool<'_> {
    let mut remote = lab.url();
    remote.cache.take_if(|_| !cached);
    Pool::new(remote)
}

fn asks(keys: &mut dyn Keys, kid: &str, clock: &FakeClock) -> Option<bool> {
    has(keys, kid, Why::UnknownKid, clock)
}

/// Both threads have the key, one after the other.
fn both_have(threads: [&mut dyn Keys; 2], kid: &str, clock: &FakeClock) {
    for keys in threads {
        assert_eq!(asks(keys, kid, clock), Some(true), "{kid}");
    }
}

#[test]
fn one_fetch_serves_all_threads_for_as_long_as_it_is_fresh() {
    for cached in [true, false] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
        let pool = pool(&lab, cached);
        let (mut one, mut two) = (pool.handle(), pool.handle());
        both_have([&mut one, &mut two], "a", &lab.clock);
        assert_eq!(lab.requests(), 1);
        lab.after(500);
        both_have([&mut two, &mut one], "a", &lab.clock);
        assert_eq!(lab.requests(), 0);
        // When they have run out, they are fetched while the batch goes on.
        lab.server.then(Ok(set(&[key("b", B)])));
        lab.after(200);
        for keys in [&mut one, &mut two] {
            assert_eq!(asks(keys, "b", &lab.clock), Some(true), "{cached}");
            assert_eq!(asks(keys, "a", &lab.clock), Some(false), "{cached}");
        }
        assert_eq!(lab.requests(), 1);
    }
}

#[test]
fn a_stream_of_unknown_names_costs_one_request_a_cooldown() {
    for cached in [true, false] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
        let pool = pool(&lab, cached);
        let (mut one, mut two) = (pool.handle(), pool.handle());
        let mut storm = |answer| {
            for name in 0..20 {
                for keys in [&mut one, &mut two] {
                    assert_eq!(asks(keys, &format!("x{name}"), &lab.clock), answer);
                }
            }
            lab.requests()
        };
        assert_eq!(storm(Some(false)), 1);
        lab.after(29);
        assert_eq!(storm(Some(false)), 0);
        lab.after(2);
        assert_eq!(storm(Some(false)), 1);
        // A server that does not answer is not asked for every token either.
        lab.server.then(down(FailureClass::Timeout));
        lab.after(31);
        assert_eq!(storm(None), 1, "{cached}");
        assert_eq!(asks(&mut one, "a", &lab.clock), Some(true));
        lab.server.then(Ok(set(&[key("a", A), key("x0", B)])));
        lab.after(31);
        assert_eq!(asks(&mut two, "x0", &lab.clock), Some(true));
        assert_eq!(asks(&mut one, "x0", &lab.clock), Some(true));
        assert_eq!(lab.requests(), 1);
    }
}

#[test]
fn a_stream_of_bad_signatures_costs_one_request_a_cooldown() {
    for cached in [true, false] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
        let pool = pool(&lab, cached);
        let (mut one, mut two) = (pool.handle(), pool.handle());
        assert_eq!(asks(&mut one, "a", &lab.clock), Some(true));
        lab.requests();
        lab.after(31);
        for _ in 0..20 {
            for keys in [&mut one, &mut two] {
                has(keys, "a", Why::BadSignature, &lab.clock);
            }
        }
        assert_eq!(lab.requests(), 1, "{cached}");
        // The same name for another key: the first that fails brings it in.
        lab.server.then(Ok(set(&[key("a", B)])));
        lab.after(31);
        assert_eq!(
            has(&mut two, "a", Why::BadSignature, &lab.clock),
            Some(true)
        );
        assert_eq!(lab.requests(), 1);
    }
}

#[test]
fn old_keys_stand_in_while_the_batch_goes_on() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    let pool = pool(&lab, true);
    let mut keys = pool.handle();
    assert_eq!(asks(&mut keys, "a", &lab.clock), Some(true));
    lab.server.then(down(FailureClass::Connect));
    lab.after(601);
    for _ in 0..20 {
        assert_eq!(asks(&mut keys, "a", &lab.clock), Some(true));
    }
    assert!(keys.warnings()[0].contains("overdue"));
    lab.after(600);
    assert_eq!(asks(&mut keys, "a", &lab.clock), None);
    lab.server.then(Ok(set(&[key("a", A)])));
    lab.after(60);
    assert_eq!(asks(&mut keys, "a", &lab.clock), Some(true));
}

#[test]
fn what_has_to_be_fetched_anew_is_fetched_once() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    lab.ask("a");
    lab.requests();
    let mut remote = lab.url();
    remote.options.refresh = true;
    let pool = Pool::new(remote);
    let (mut one, mut two) = (pool.handle(), pool.handle());
    for _ in 0..5 {
        both_have([&mut one, &mut two], "a", &lab.clock);
        lab.after(2);
    }
    assert_eq!(lab.requests(), 1);
}

#[test]
fn keys_that_a_bad_signature_has_brought_are_there_for_the_next_token() {
    for cached in [true, false] {
        let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
        let pool = pool(&lab, cached);
        let (mut one, mut two) = (pool.handle(), pool.handle());
        both_have([&mut one, &mut two], "a", &lab.clock);
        lab.server.then(Ok(set(&[key("a", A), key("b", B)])));
        lab.after(100);
        // The signature stays a bad one, as its key is the same.
        let bad = has(&mut one, "a", Why::BadSignature, &lab.clock);
        assert_eq!(bad, Some(false));
        both_have([&mut one, &mut two], "b", &lab.clock);
        assert_eq!(lab.requests(), 2);
    }
}

#[test]
fn keys_that_another_process_has_fetched_are_found() {
    let lab = Lab::new(vec![Ok(set(&[key("a", A)]))]);
    let pool = pool(&lab, true);
    let (mut one, mut two) = (pool.handle(), pool.handle());
    both_have([&mut one, &mut two], "a", &lab.clock);
    lab.server.then(Ok(set(&[key("a", B), key("b", B)])));
    lab.after(100);
    lab.ask("b");
    assert_eq!(lab.requests(), 2);
    assert_eq!(asks(&mut one, "b", &lab.clock), Some(true));
    // The same name for another key.
    let rekeyed = has(&mut two, "a", Why::BadSignature, &lab.clock);
    assert_eq!(rekeyed, Some(true));
    assert_eq!(lab.requests(), 0);
}
