//! Proves that a key is the same key in whatever file it stands: every file in `tests/data/keys`
//! reads as the JWK of its name, every conversion leads there and back, and files that are broken,
//! weak or contradict themselves are told apart.
//!
//! Only with the feature `jwe`: Ed448, X448, short RSA keys and sealed keys need it.
#![cfg(feature = "jwe")]

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use jwtctl::core::alg::{Curve, Kty, SigAlg};
use jwtctl::core::env::{Env, Stopped};
use jwtctl::core::error::{Code, Error};
use jwtctl::core::json::Json;
use jwtctl::core::key::{
    Job, Key, Misfit, Recipe, Verifying, decode, encode, encrypt_pkcs8, from_der, generate,
    pem_blocks, to_pkcs8, to_spki,
};
use jwtctl::core::keyfile::{self, KeyFile};
use jwtctl::core::secret::Secret;
use jwtctl::core::time::Timestamp;

const PASSPHRASE: &[u8] = b"correct horse battery staple";

const NAMES: &[&str] = &[
    "rsa2048",
    "rsa1024",
    "rsapss2048",
    "ec-p256",
    "ec-p384",
    "ec-p521",
    "secp256k1",
    "ed25519",
    "ed448",
    "x25519",
    "x448",
];

// ── reading ──

#[test]
fn every_file_reads_as_the_key_of_its_name() {
    let mut seen = 0;
    for File {
        path,
        name,
        form,
        bytes,
    } in files()
        .into_iter()
        .filter(|file| file.form != "enc-legacy.pem")
    {
        let mut asked = 0;
        let read = read(&bytes, &mut || {
            asked += 1;
            Ok(Secret::new(PASSPHRASE.to_vec()))
        });
        let read = read.unwrap_or_else(|why| panic!("{path}: {why}"));
        let expected = jwk(&name);
        assert!(
            !read.is_set && read.dropped.is_empty() && read.keys.len() == 1,
            "{path}"
        );
        assert!(read.keys[0].same_material(&expected), "{path}");
        assert_eq!(read.keys[0].thumbprint(), expected.thumbprint(), "{path}");
        assert_eq!(read.keys[0].is_private(), is_private(&form), "{path}");
        assert_eq!(asked, usize::from(form.starts_with("enc-")), "{path}");
        if is_private(&form) {
            assert_eq!(
                private_members(&read.keys[0]),
                private_members(&expected),
                "{path}"
            );
        }
        seen += 1;
    }
    assert!(seen > 60, "too few files: {seen}");
}

#[test]
fn a_wrong_passphrase_is_told_apart_from_a_bad_key() {
    let mut seen = 0;
    for File {
        path, bytes, form, ..
    } in encrypted()
    {
        // 600,000 rounds take a while, so those files meet one wrong passphrase only.
        let wrong = [
            &b"correct horse battery stapl"[..],
            b"",
            b"correct horse battery staple\n",
        ];
        let wrong = if form.starts_with("enc-aes256") {
            &wrong[..1]
        } else {
            &wrong[..]
        };
        for wrong in wrong {
            let error = read(&bytes, &mut || Ok(Secret::new(wrong.to_vec()))).unwrap_err();
            assert_eq!(error.code(), Code::BadPassphrase, "{path}: {error}");
            seen += 1;
        }
        let nobody = read(&bytes, &mut || {
            Err(Error::input(
                Code::NoInput,
                "passphrase",
                "nobody may be asked",
            ))
        })
        .unwrap_err();
        assert_eq!(nobody.code(), Code::NoInput, "{path}: {nobody}");
    }
    assert_eq!(seen, 11);
}

#[test]
fn the_old_encryption_is_refused_with_the_way_out() {
    let error = read_plain(&bytes("rsa2048.enc-legacy.pem")).unwrap_err();
    assert_eq!(error.code(), Code::BadKey);
    assert!(error.to_string().contains("old format"), "{error}");
    assert!(
        error
            .hints()
            .iter()
            .any(|hint| format!("{hint:?}").contains("openssl pkcs8 -topk8")),
        "{:?}",
        error.hints()
    );
}

#[test]
fn white_space_and_text_around_a_key_do_not_matter() {
    for name in NAMES {
        for form in ["pkcs8.pem", "spki.pem", "jwk.json"] {
            let plain = String::from_utf8(bytes(&format!("{name}.{form}"))).unwrap();
            for around in [
                format!("\u{feff}{plain}"),
                format!("\r\n \t{plain}\n\n"),
                plain.replace('\n', "\r\n"),
            ] {
                let read = read_plain(around.as_bytes())
                    .unwrap_or_else(|why| panic!("{name}.{form}: {why}: {around:?}"));
                assert!(read.keys[0].same_material(&jwk(name)), "{name}.{form}");
            }
        }
    }
}

#[test]
fn the_private_key_of_a_bundle_is_the_one_meant() {
    let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
    for bundle in [
        text("ec-p256.cert.pem") + &text("ec-p256.pkcs8.pem"),
        text("rsa2048.spki.pem") + &text("ec-p256.sec1.pem") + &text("rsa2048.cert.pem"),
    ] {
        let read = read_plain(bundle.as_bytes()).unwrap();
        assert!(read.keys[0].is_private() && read.keys[0].same_material(&jwk("ec-p256")));
    }
    let read =
        read_plain((text("ec-p256.cert.pem") + &text("rsa2048.cert.pem")).as_bytes()).unwrap();
    assert!(
        read.keys[0].same_material(&jwk("ec-p256")),
        "the first certificate is the leaf"
    );
}

#[test]
fn damaged_files_are_no_keys() {
    let mut seen = 0;
    for File {
        path, bytes, form, ..
    } in files()
        .into_iter()
        .filter(|file| file.path.ends_with(".der"))
    {
        let ask = || Ok(Secret::new(PASSPHRASE.to_vec()));
        // Deriving a key hundreds of thousands of rounds long is not for every length.
        let lengths: Vec<usize> = if form.starts_with("enc-") {
            vec![1, bytes.len() - 1]
        } else {
            (1..bytes.len()).collect()
        };
        for length in lengths {
            assert!(
                read(&bytes[..length], &mut { ask }).is_err(),
                "{path} cut to {length} bytes"
            );
            seen += 1;
        }
        assert!(
            read(&[bytes.as_slice(), &[0]].concat(), &mut { ask }).is_err(),
            "{path} with a byte after it"
        );
    }
    assert!(seen > 5000, "too few lengths: {seen}");
}

/// A file may name any cost; what would take hours or all memory is refused before the user types a
/// passphrase.
#[test]
fn derivations_without_end_are_refused() {
    let pbkdf2 = |iterations: u32| {
        let parameters = [
            tlv(4, &[1; 16]),
            integer(iterations.into()),
            tlv(0x30, &oid(&[42, 134, 72, 134, 247, 13, 2, 9])),
        ];
        [
            oid(&[42, 134, 72, 134, 247, 13, 1, 5, 12]),
            tlv(0x30, &parameters.concat()),
        ]
        .concat()
    };
    let scrypt = |cost: u64, parallel: u64| {
        let parameters = [
            tlv(4, &[1; 16]),
            integer(cost),
            integer(8),
            integer(parallel),
        ]
        .concat();
        [
            oid(&[43, 6, 1, 4, 1, 218, 71, 4, 11]),
            tlv(0x30, &parameters),
        ]
        .concat()
    };
    let file = |kdf: Vec<u8>| {
        let aes = [oid(&[96, 134, 72, 1, 101, 3, 4, 1, 42]), tlv(4, &[0; 16])].concat();
        let parameters = tlv(0x30, &[tlv(0x30, &kdf), tlv(0x30, &aes)].concat());
        let algorithm = tlv(
            0x30,
            &[oid(&[42, 134, 72, 134, 247, 13, 1, 5, 13]), parameters].concat(),
        );
        tlv(0x30, &[algorithm, tlv(4, &[0; 64])].concat())
    };
    let code = |der: Vec<u8>| {
        read(&der, &mut || {
            Err(Error::input(Code::NoInput, "", "nobody may be asked"))
        })
        .unwrap_err()
        .code()
    };
    for good in [pbkdf2(600_000), pbkdf2(1), scrypt(16_384, 1)] {
        assert_eq!(
            code(file(good)),
            Code::NoInput,
            "the passphrase is asked for"
        );
    }
    for bad in [
        pbkdf2(u32::MAX),
        scrypt(1 << 30, 1),
        scrypt(1 << 62, 1),
        scrypt(16_384, 60_000),
    ] {
        assert_eq!(code(file(bad)), Code::BadKey);
    }
}

/// Reading takes time in proportion; were it to grow with the square, this test would take minutes.
#[test]
fn many_members_are_read() {
    let members: String = (0..100_000).map(|i| format!(",\"m{i}\":1")).collect();
    let text = format!("{{\"kty\":\"oct\",\"k\":\"AAAA\"{members}}}");
    assert!(read_plain(text.as_bytes()).is_ok());
}

// ── what the keys may do ──

#[test]
fn keys_fit_the_algorithms_of_their_kind_only() {
    use SigAlg::{
        Ed448, Ed25519, EdDsa, Es256, Es256k, Es384, Es512, Esp256, Esp384, Esp512, Ps256, Ps384,
        Ps512, Rs256, Rs384, Rs512,
    };
    let rsa: &[SigAlg] = &[Rs256, Rs384, Rs512, Ps256, Ps384, Ps512];
    for (name, fitting) in [
        ("rsa2048", rsa),
        ("ec-p256", &[Es256, Esp256]),
        ("ec-p384", &[Es384, Esp384]),
        ("ec-p521", &[Es512, Esp512]),
        ("secp256k1", &[Es256k]),
        ("ed25519", &[EdDsa, Ed25519]),
        ("ed448", &[EdDsa, Ed448]),
        ("x25519", &[]),
        ("x448", &[]),
    ] {
        let key = jwk(name);
        for alg in SigAlg::ALL.iter().copied() {
            for job in [Job::Sign, Job::Verify] {
                assert_eq!(
                    key.fit(alg, job).is_ok(),
                    fitting.contains(&alg),
                    "{name} {alg} {job:?}"
                );
            }
            assert_eq!(
                key.signer(alg, true).is_ok(),
                fitting.contains(&alg),
                "{name} {alg}"
            );
            assert_eq!(
                key.verifier(alg, true).is_ok(),
                fitting.contains(&alg),
                "{name} {alg}"
            );
            assert!(
                key.public().unwrap().fit(alg, Job::Sign).is_err(),
                "{name} {alg}"
            );
        }
    }
}

#[test]
fn a_short_rsa_key_reads_and_is_weak() {
    let key = jwk("rsa1024");
    assert_eq!(key.bits(), 1024);
    for alg in SigAlg::ALL
        .iter()
        .copied()
        .filter(|alg| alg.kty() == Kty::Rsa)
    {
        for job in [Job::Sign, Job::Verify] {
            assert!(
                matches!(key.fit(alg, job), Err(Misfit::Weak(_))),
                "{alg} {job:?}"
            );
        }
        assert!(
            key.signer(alg, false).is_err() && key.verifier(alg, false).is_err(),
            "{alg}"
        );
        // A digest of 64 bytes with a salt as long does not go into 128 bytes (RFC 8017 §9.1.1).
        if alg != SigAlg::Ps512 {
            signs_and_verifies(&key, alg, true, "rsa1024");
        }
    }
    assert!(key.algorithms(Job::Verify).is_empty());
}

/// RFC 4055 §1.2: a key marked id-RSASSA-PSS is for PSS and nothing else, with or without
/// parameters.
#[test]
fn a_pss_key_makes_no_other_signatures() {
    for form in [
        "pkcs8.pem",
        "pkcs8.der",
        "spki.pem",
        "spki.der",
        "cert.pem",
        "cert.der",
    ] {
        let read = read_plain(&bytes(&format!("rsapss2048.{form}"))).unwrap();
        for alg in [SigAlg::Rs256, SigAlg::Rs384, SigAlg::Rs512] {
            assert!(read.keys[0].fit(alg, Job::Verify).is_err(), "{form} {alg}");
        }
        assert!(
            SigAlg::ALL
                .iter()
                .any(|alg| alg.is_pss() && read.keys[0].fit(*alg, Job::Verify).is_ok()),
            "{form}"
        );
    }
}

#[test]
fn keys_of_every_size_on_offer_sign() {
    for bits in [2048, 2056, 3000, 3072, 4104] {
        let recipe = Recipe::for_sig(SigAlg::Rs256, None, Some(bits)).unwrap();
        let key = generate(recipe, &env()).unwrap();
        assert_eq!(key.bits(), bits);
        for alg in [SigAlg::Rs256, SigAlg::Ps512] {
            signs_and_verifies(&key, alg, false, &format!("RSA with {bits} bits"));
        }
    }
}

/// What other tools make: small exponents, and primes in either order.
#[test]
fn unusual_rsa_keys_sign() {
    use openssl::bn::{BigNum, BigNumContext};
    use openssl::rsa::Rsa;
    let der = |pair: &Rsa<openssl::pkey::Private>| pair.private_key_to_der().unwrap();
    for e in [3_u64, 17, 65_537, 4_294_967_297] {
        let e_number = BigNum::from_dec_str(&e.to_string()).unwrap();
        let pair = Rsa::generate_with_e(2048, &e_number).unwrap();
        let key = from_der(&der(&pair)).unwrap().unwrap();
        signs_and_verifies(&key, SigAlg::Rs256, false, &format!("e = {e}"));

        let number = |it: &openssl::bn::BigNumRef| it.to_owned().unwrap();
        let mut qi = BigNum::new().unwrap();
        qi.mod_inverse(
            pair.p().unwrap(),
            pair.q().unwrap(),
            &mut BigNumContext::new().unwrap(),
        )
        .unwrap();
        let swapped = Rsa::from_private_components(
            number(pair.n()),
            number(pair.e()),
            number(pair.d()),
            number(pair.q().unwrap()),
            number(pair.p().unwrap()),
            number(pair.dmq1().unwrap()),
            number(pair.dmp1().unwrap()),
            qi,
        );
        let key = from_der(&der(&swapped.unwrap())).unwrap().unwrap();
        signs_and_verifies(
            &key,
            SigAlg::Rs256,
            false,
            &format!("e = {e}, primes swapped"),
        );
    }
}

// ── there and back ──

#[test]
fn every_conversion_leads_back_to_the_same_key() {
    for name in NAMES {
        let key = jwk(name);
        let same = |how: &str, read: &Key, private: bool| {
            assert!(read.same_material(&key), "{name} through {how}");
            assert_eq!(read.is_private(), private, "{name} through {how}");
            assert_eq!(read.thumbprint(), key.thumbprint(), "{name} through {how}");
            if private {
                assert_eq!(
                    private_members(read),
                    private_members(&key),
                    "{name} through {how}"
                );
            }
        };
        let pkcs8 = to_pkcs8(&key).unwrap();
        same("PKCS#8", &from_der(pkcs8.expose()).unwrap().unwrap(), true);
        same(
            "PKCS#8 in PEM",
            &read_plain(pem("PRIVATE KEY", pkcs8.expose()).as_bytes())
                .unwrap()
                .keys[0],
            true,
        );
        let spki = to_spki(&key).unwrap();
        same("SPKI", &from_der(&spki).unwrap().unwrap(), false);
        same(
            "SPKI in PEM",
            &read_plain(pem("PUBLIC KEY", &spki).as_bytes())
                .unwrap()
                .keys[0],
            false,
        );

        let sealed =
            encrypt_pkcs8(&key, &Secret::new(PASSPHRASE.to_vec()), Some(1000), &env()).unwrap();
        let mut right = || Ok(Secret::new(PASSPHRASE.to_vec()));
        same(
            "encrypted PKCS#8",
            &read(&sealed, &mut right).unwrap().keys[0],
            true,
        );
        let framed = pem("ENCRYPTED PRIVATE KEY", &sealed);
        same(
            "encrypted PKCS#8 in PEM",
            &read(framed.as_bytes(), &mut right).unwrap().keys[0],
            true,
        );
        let wrong = read(&sealed, &mut || Ok(Secret::new(b"wrong".to_vec()))).unwrap_err();
        assert_eq!(wrong.code(), Code::BadPassphrase, "{name}");
        let same_again =
            encrypt_pkcs8(&key, &Secret::new(PASSPHRASE.to_vec()), Some(1000), &env()).unwrap();
        assert_ne!(
            sealed, same_again,
            "{name}: salt and IV must be new each time"
        );

        same(
            "JWK",
            &read_plain(key.expose_jwk().expose()).unwrap().keys[0],
            true,
        );
        same(
            "public JWK",
            &read_plain(Json::from(key.public_jwk()).to_text().as_bytes())
                .unwrap()
                .keys[0],
            false,
        );
    }
}

#[test]
fn what_is_written_is_what_openssl_writes() {
    for name in NAMES.iter().filter(|name| **name != "rsapss2048") {
        assert_eq!(
            to_spki(&jwk(name)).unwrap(),
            bytes(&format!("{name}.spki.der")),
            "{name}"
        );
        assert_eq!(
            to_pkcs8(&jwk(name)).unwrap().expose(),
            bytes(&format!("{name}.pkcs8.der")),
            "{name}"
        );
    }
}

#[test]
fn symmetric_and_public_keys_have_no_private_form() {
    let secret = Key::from_secret(Secret::new(vec![7; 32]));
    assert!(to_pkcs8(&secret).is_err() && to_spki(&secret).is_err() && secret.public().is_none());
    for name in NAMES {
        assert!(to_pkcs8(&jwk(name).public().unwrap()).is_err(), "{name}");
        let sealed = encrypt_pkcs8(
            &jwk(name).public().unwrap(),
            &Secret::new(PASSPHRASE.to_vec()),
            Some(1000),
            &env(),
        );
        assert!(sealed.is_err(), "{name}");
    }
}

#[test]
fn pem_blocks_are_all_found() {
    let text = String::from_utf8(
        [
            bytes("ec-p256.bag-attributes.pem"),
            bytes("ec-p256.sec1-params.pem"),
        ]
        .concat(),
    )
    .unwrap();
    let blocks = pem_blocks(text.as_bytes()).unwrap().unwrap();
    let labels: Vec<&str> = blocks.iter().map(|block| block.label.as_str()).collect();
    assert_eq!(labels, ["PRIVATE KEY", "EC PARAMETERS", "EC PRIVATE KEY"]);
    assert!(blocks.iter().all(|block| !block.legacy_encrypted));
    assert!(
        pem_blocks(&bytes("rsa2048.enc-legacy.pem"))
            .unwrap()
            .unwrap()[0]
            .legacy_encrypted
    );
    assert!(pem_blocks(b"no block at all").is_none());
}

// ── keys that contradict themselves ──

#[test]
fn a_public_half_that_is_not_of_the_private_one_is_refused() {
    let mut seen = 0;
    for (name, curve) in [
        ("ec-p256", Curve::P256),
        ("ec-p384", Curve::P384),
        ("ec-p521", Curve::P521),
        ("secp256k1", Curve::Secp256k1),
    ] {
        let stranger = point(&generate(Recipe::Curve(curve), &env()).unwrap());
        for form in ["pkcs8.der", "sec1.der"] {
            let path = format!("{name}.{form}");
            let Ok(der) = fs::read(folder().join(&path)) else {
                continue;
            };
            let at = find(&der, &point(&jwk(name)));
            for changed in [
                with(&der, at, &stranger),
                with(
                    &der,
                    at + stranger.len() / 2,
                    &[der[at + stranger.len() / 2] ^ 1],
                ),
            ] {
                let why = from_der(&changed).unwrap().unwrap_err();
                assert!(why.to_string().contains("does not belong"), "{path}: {why}");
                assert_eq!(
                    read_plain(&changed).unwrap_err().code(),
                    Code::BadKey,
                    "{path}"
                );
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 10);
}

/// RFC 5958 lets PKCS#8 carry the public half, and RFC 8410 §10.3 shows it for Ed25519.
#[test]
fn the_public_half_in_version_2_of_pkcs8_is_compared_too() {
    let key = jwk("ed25519");
    let public = to_spki(&key).unwrap();
    let public = &public[public.len() - 32..];
    let version_2 = |public: &[u8]| {
        let version_1 = bytes("ed25519.pkcs8.der");
        let fields = [&[2, 1, 1], &version_1[5..], &[0x81, 33, 0], public].concat();
        [vec![0x30, fields.len() as u8], fields].concat()
    };
    let read = from_der(&version_2(public)).unwrap().unwrap();
    assert!(read.is_private() && read.same_material(&key));
    assert!(
        from_der(&version_2(&[9; 32])).unwrap().is_err(),
        "a stated public half that is another's"
    );
}

#[test]
fn keys_of_two_halves_do_not_sign() {
    for (name, alg) in [
        ("ec-p256", SigAlg::Es256),
        ("ec-p384", SigAlg::Es384),
        ("ec-p521", SigAlg::Es512),
        ("secp256k1", SigAlg::Es256k),
        ("ed25519", SigAlg::EdDsa),
        ("ed448", SigAlg::EdDsa),
    ] {
        let curve = jwk(name).curve().unwrap();
        let stranger = generate(Recipe::Curve(curve), &env()).unwrap();
        let mixed = with_members(&jwk(name), &private_members(&stranger));
        assert!(
            mixed.is_private() && mixed.same_material(&jwk(name)),
            "{name}"
        );
        assert!(
            matches!(mixed.signer(alg, false), Err(Misfit::Unfit(_))),
            "{name}"
        );
    }
    // The libraries do not compare all six numbers, but check what they sign: no wrong signature
    // leaves.
    let stranger = generate(Recipe::Rsa(2048), &env()).unwrap();
    let key = jwk("rsa2048");
    let verifier = key.verifier(SigAlg::Rs256, false).unwrap();
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        let members: Vec<_> = private_members(&stranger)
            .into_iter()
            .filter(|(name, _)| name == member)
            .collect();
        let mixed = with_members(&jwk("rsa2048"), &members);
        let signed = mixed
            .signer(SigAlg::Rs256, false)
            .map(|signer| signer.sign(b"message"));
        if let Ok(Ok(signature)) = signed {
            assert!(
                verifier.verify(Verifying {
                    message: b"message",
                    signature: &signature
                }),
                "{member}"
            );
        }
    }
    let mixed = with_members(&jwk("rsa2048"), &private_members(&stranger));
    assert!(matches!(
        mixed.signer(SigAlg::Rs256, false),
        Err(Misfit::Unfit(_))
    ));
}

#[test]
fn points_off_the_curve_are_found_out() {
    for name in ["ec-p256", "ec-p384", "ec-p521", "secp256k1"] {
        let der = bytes(&format!("{name}.spki.der"));
        let last = der.len() - 1;
        // A reader may find out at once, or when the key is asked about itself.
        if let Some(Ok(key)) = from_der(&with(&der, last, &[der[last] ^ 1])) {
            assert!(
                matches!(key.check_public(), Err(Misfit::Unfit(_))),
                "{name}"
            );
        }
        assert!(jwk(name).check_public().is_ok(), "{name}");
    }
}

// ── helpers ──

struct File {
    path: String,
    /// What stands before the first dot.
    name: String,
    /// What stands after it.
    form: String,
    bytes: Vec<u8>,
}

fn files() -> Vec<File> {
    let mut files: Vec<File> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().file_name().into_string().unwrap();
            let (name, form) = path.split_once('.').unwrap();
            let (name, form, bytes) = (name.to_owned(), form.to_owned(), bytes(&path));
            File {
                path,
                name,
                form,
                bytes,
            }
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn encrypted() -> Vec<File> {
    files()
        .into_iter()
        .filter(|file| file.form.starts_with("enc-") && file.form != "enc-legacy.pem")
        .collect()
}

fn is_private(form: &str) -> bool {
    !["spki", "cert", "pkcs1-pub"]
        .iter()
        .any(|public| form.starts_with(public))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/keys")
}

fn bytes(path: &str) -> Vec<u8> {
    fs::read(folder().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn jwk(name: &str) -> Key {
    key_of(Json::parse(&bytes(&format!("{name}.jwk.json"))).unwrap())
}

fn key_of(json: Json) -> Key {
    match json {
        Json::Object(object) => Key::from_jwk(object).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn private_members(key: &Key) -> Vec<(String, Json)> {
    let Json::Object(jwk) = Json::parse(key.expose_jwk().expose()).unwrap() else {
        panic!("not an object")
    };
    jwk.0
        .into_iter()
        .filter(|(name, _)| ["d", "p", "q", "dp", "dq", "qi", "k"].contains(&name.as_str()))
        .collect()
}

fn with_members(key: &Key, members: &[(String, Json)]) -> Key {
    let Json::Object(mut jwk) = Json::parse(key.expose_jwk().expose()).unwrap() else {
        panic!("not an object")
    };
    members
        .iter()
        .for_each(|(name, value)| jwk.set(name.clone(), value.clone()));
    key_of(jwk.into())
}

/// Both coordinates of an EC key.
fn point(key: &Key) -> Vec<u8> {
    let jwk = key.public_jwk();
    ["x", "y"]
        .iter()
        .flat_map(|name| decode(jwk.text(name).unwrap()).unwrap())
        .collect()
}

fn find(whole: &[u8], part: &[u8]) -> usize {
    whole
        .windows(part.len())
        .position(|window| window == part)
        .expect("the public half is in the file")
}

/// `bytes` with `part` in place of what stands at `at`.
fn with(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    [&bytes[..at], part, &bytes[at + part.len()..]].concat()
}

fn signs_and_verifies(key: &Key, alg: SigAlg, allow_weak: bool, name: &str) {
    let message = b"message";
    let signer = key
        .signer(alg, allow_weak)
        .unwrap_or_else(|why| panic!("{name}, {alg}: {}", why.why()));
    let signature = signer
        .sign(message)
        .unwrap_or_else(|why| panic!("{name}, {alg}: {why}"));
    let public = key.public().unwrap();
    let verifier = public
        .verifier(alg, allow_weak)
        .unwrap_or_else(|why| panic!("{name}, {alg}: {}", why.why()));
    assert!(
        verifier.verify(Verifying {
            message,
            signature: &signature
        }),
        "{name}, {alg}"
    );
    assert!(
        !verifier.verify(Verifying {
            message: b"massage",
            signature: &signature
        }),
        "{name}, {alg}"
    );
}

fn pem(label: &str, der: &[u8]) -> String {
    let standard: String = encode(der).replace('-', "+").replace('_', "/");
    let padded = format!("{standard}{}", "=".repeat((4 - standard.len() % 4) % 4));
    let lines: Vec<&str> = padded
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// One element of DER.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = match content.len() {
        short @ ..128 => vec![short as u8],
        long => vec![
            0x81,
            u8::try_from(long).expect("the tests need nothing longer"),
        ],
    };
    [&[tag], length.as_slice(), content].concat()
}

fn integer(number: u64) -> Vec<u8> {
    let digits: Vec<u8> = [&[0], number.to_be_bytes().as_slice()]
        .concat()
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect();
    let sign = if digits.first().is_none_or(|first| first & 0x80 != 0) {
        vec![0]
    } else {
        Vec::new()
    };
    tlv(2, &[sign, digits].concat())
}

fn oid(content: &[u8]) -> Vec<u8> {
    tlv(6, content)
}

fn read(bytes: &[u8], passphrase: keyfile::Passphrase<'_>) -> Result<KeyFile, Error> {
    keyfile::read(&Secret::new(bytes.to_vec()), "FILE", passphrase)
}

fn read_plain(bytes: &[u8]) -> Result<KeyFile, Error> {
    read(bytes, &mut || panic!("asked for a passphrase"))
}

fn env() -> Env<'static> {
    Env {
        now: Timestamp(0),
        random: &urandom,
        clock: &Stopped,
    }
}

fn urandom(buffer: &mut [u8]) {
    fs::File::open("/dev/urandom")
        .unwrap()
        .read_exact(buffer)
        .unwrap();
}
