//! Cache-Control and its kin, and the patience that servers ask for.

use crate::support::lab::*;
use crate::support::server::{Server, reply};

#[test]
fn n29_lifetimes() {
    for (headers, seconds) in [
        (&[("Cache-Control", "max-age=15")][..], 60),
        (&[("Cache-Control", "no-cache")], 60),
        (&[("Cache-Control", "no-store")], 60),
        (&[("Cache-Control", "max-age=21583, must-revalidate")], 3600),
        (&[("Cache-Control", "max-age=99999999999999999999")], 3600),
        (&[("Cache-Control", "max-age=60, max-age=600")], 60),
        (&[("Cache-Control", "max-age=300"), ("Age", "500")], 60),
        (&[], 600),
    ] {
        let lab = Lab::new();
        let server = Server::new(|_| {
            headers
                .iter()
                .fold(set(&["a"]), |reply, (name, value)| reply.with(name, value))
        });
        lab.verify(0, &server.url("/jwks"), &token("a")).expect(0);
        let entry = lab.entry();
        let lifetime =
            entry["expires_at_ms"].as_i64().unwrap() - entry["fetched_at_ms"].as_i64().unwrap();
        let least = (seconds * 900).max(60_000);
        assert!(
            (least..=seconds * 1000).contains(&lifetime),
            "{headers:?}: {lifetime} ms"
        );
    }
}

#[test]
fn n30_patience() {
    for (reply, least, most) in [
        (
            reply(503, "").with("Cache-Control", "max-age=86400"),
            800,
            1200,
        ),
        (reply(429, "").with("Retry-After", "120"), 120_000, 120_000),
        (
            reply(429, "").with("Retry-After", "99999"),
            300_000,
            300_000,
        ),
    ] {
        let (lab, shown) = (Lab::new(), format!("{reply:?}"));
        let server = Server::new(move |_| reply.clone());
        lab.verify(0, &server.url("/jwks"), &token("a")).expect(3);
        let attempt = lab.attempt();
        let wait =
            attempt["not_before_ms"].as_i64().unwrap() - attempt["ended_at_ms"].as_i64().unwrap();
        assert!((least..=most).contains(&wait), "{shown}: {wait} ms");
    }
}
