//! The shared core of `jwtctl`: strict JOSE parsing, claim validation with a full report, keys and
//! key sets.
//!
//! Everything a caller could want to fake is an argument: the time and the source of randomness
//! come in through [`core::env::Env`], bytes and secrets through parameters. Nothing here prints,
//! prompts, reads a clock or reads the environment.
//!
//! # A tour
//!
//! Three nouns carry everything: a [`Key`](core::key::Key) signs and verifies, something that
//! implements [`Keys`](core::jwks::Keys) finds the keys for a token's header, and a
//! [`Policy`](core::claims::Policy) says what its claims must be.
//!
//! ## Sign, and verify with a key
//!
//! ```
//! use std::sync::Arc;
//!
//! use jwtctl::core::alg::SigAlg;
//! use jwtctl::core::claims::Policy;
//! use jwtctl::core::env::{Env, Stopped};
//! use jwtctl::core::json::Object;
//! use jwtctl::core::jwks::{Given, Provenance};
//! use jwtctl::core::jws::{self, Form};
//! use jwtctl::core::key::{Recipe, generate};
//! use jwtctl::core::time::Timestamp;
//! use jwtctl::core::token;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The operating system's generator and clock, in a real program.
//! let random = |buffer: &mut [u8]| buffer.fill(7);
//! let env = Env { now: Timestamp(1_785_578_400), random: &random, clock: &Stopped };
//!
//! let key = Arc::new(generate(Recipe::for_sig(SigAlg::EdDsa, None, None)?, &env)?);
//! let claims = br#"{"iss":"https://issuer.example","exp":1785579300}"#;
//! let signer = key.signer(SigAlg::EdDsa, false).map_err(|misfit| misfit.why().to_owned())?;
//! let token = jws::sign(&Object(Vec::new()), claims, &signer)?;
//!
//! let public = Arc::new(key.public().ok_or("a key pair")?);
//! let policy = Policy { issuers: vec!["https://issuer.example".into()], ..Policy::default() };
//! let mut keys = Given::key(public, Provenance::default());
//! let verdict = token::verify(&token, Form::Jwt, &mut keys, &policy, &env)?;
//! // A refusal is an answer, with every reason; an `Error` is a question that has none.
//! let verified = verdict.outcome.map_err(|refusal| format!("{refusal:?}"))?;
//! let issuer = verified.claims().and_then(|it| it.text("iss"));
//! assert_eq!(issuer, Some("https://issuer.example"));
//! # Ok(())
//! # }
//! ```
//!
//! ## Verify with the keys of a URL
//!
//! [`Remote`](core::remote::Remote) is the [`Keys`](core::jwks::Keys) of a published set. The
//! network is behind the trait [`Fetch`](core::remote::Fetch), the cache on disk is optional.
//!
//! ```
//! use jwtctl::core::address::Address;
//! use jwtctl::core::cache::{FetchError, TrustContext};
//! use jwtctl::core::env::{Env, Stopped};
//! use jwtctl::core::remote::{Fetch, FetchRequest, FetchResponse, Options, Remote, Source};
//! use jwtctl::core::time::Timestamp;
//!
//! /// A server that always publishes the key of RFC 8037.
//! struct Server;
//!
//! impl Fetch for Server {
//!     fn get(&self, _: &FetchRequest<'_>) -> Result<FetchResponse, FetchError> {
//!         let set = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k",
//!             "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
//!         Ok(FetchResponse { status: 200, headers: Vec::new(), body: set.into() })
//!     }
//!
//!     fn context(&self, _: &Address) -> TrustContext {
//!         TrustContext::system()
//!     }
//! }
//!
//! # fn main() -> Result<(), jwtctl::core::error::Error> {
//! let env = Env { now: Timestamp(1_785_578_400), random: &|_| {}, clock: &Stopped };
//! let url = Address::parse("https://issuer.example/jwks.json", false)?;
//! let mut keys = Remote::new(Source::Url(url), None, &Server, Options::default());
//! // `token::verify` takes `&mut keys` as it is, and fetches only when the token deserves it.
//! assert_eq!(keys.set(&env)?.0.keys()[0].kid.as_deref(), Some("k"));
//! # Ok(())
//! # }
//! ```
//!
//! ## An encrypted token
//!
//! Made for keys, and opened by one of them: every length is checked before a library sees it, and
//! what fails afterwards fails in one way.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use jwtctl::core::alg::{ContentEnc, KeyAlg};
//! use jwtctl::core::env::{Env, Stopped};
//! use jwtctl::core::json::Object;
//! use jwtctl::core::jwe::{self, Acceptance, Addressee, Encryption, Holder, JweForm};
//! use jwtctl::core::key::Key;
//! use jwtctl::core::secret::Secret;
//! use jwtctl::core::time::Timestamp;
//!
//! # let random = |buffer: &mut [u8]| buffer.fill(7);
//! let env = Env { now: Timestamp(1_785_578_400), random: &random, clock: &Stopped };
//! let key = Arc::new(Key::from_secret(Secret::new(vec![7; 32])));
//! let to = Addressee { key: Arc::clone(&key), alg: KeyAlg::A256Kw, kid: None, rounds: 0 };
//! let how = Encryption {
//!     form: JweForm::Compact,
//!     enc: ContentEnc::A256Gcm,
//!     zip: false,
//!     header: Object::default(),
//!     aad: None,
//!     addressees: &[to],
//! };
//! let made = jwe::encrypt(&Secret::new(b"hello".to_vec()), &how, &env)?;
//!
//! let jwe = jwe::parse_any(&made.text).map_err(|reason| reason.message)?;
//! let acceptance = Acceptance::default();
//! let locked = jwe::examine(&jwe, &acceptance).map_err(|reason| reason.message)?;
//! let opened = locked.open(Holder::Key(&key), "the key", env.random)?;
//! assert_eq!(opened.content.expose(), b"hello");
//! # Ok(())
//! # }
//! ```
//!
//! ## A keystore
//!
//! Keys of one's own live in a directory, sealed under a passphrase. A new one is published before
//! it signs; which key does follows from the time alone.
//!
//! ```
//! # #[cfg(feature = "jwe")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use jwtctl::core::env::{Env, Stopped};
//! use jwtctl::core::keystore::{self, Choice, Keystore, Protection, RotationPolicy};
//! use jwtctl::core::secret::Secret;
//! use jwtctl::core::time::Timestamp;
//!
//! let directory = tempfile::tempdir()?;
//! let path = directory.path().join("keystore");
//! let random = |buffer: &mut [u8]| buffer.fill(7);
//! let env = Env { now: Timestamp(1_785_578_400), random: &random, clock: &Stopped };
//!
//! let passphrase = Secret::new(b"correct horse battery staple".to_vec());
//! let protection = Protection::Sealed { passphrase: &passphrase, p2c: Some(1000) };
//! keystore::rotate(&path, &RotationPolicy::default(), Choice::default(), Some(protection), &env)?;
//!
//! let store = Keystore::open(&path)?;
//! let current = store.current(env.now)?;
//! let key = current.open(&mut || Ok(Secret::new(passphrase.expose().to_vec())))?;
//! assert!(key.is_private());
//! // What verifiers are given is `store.published(env.now)`.
//! assert_eq!(store.published(env.now).len(), 1);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "jwe"))]
//! # fn main() {}
//! ```
//!
//! # Features
//!
//! `jwe` (Ed448, X448, AES Key Wrap of 192 bits, RSA1_5) brings josekit and a vendored OpenSSL. A
//! program that is linked with it begins OpenSSL before `main`, without the configuration file that
//! `OPENSSL_CONF` or a default names, for every user of OpenSSL in the process. `redis` brings
//! sessions and a shared cache. The library builds without either. `cli` is the command-line tool.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![deny(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    clippy::dbg_macro
)]
#![cfg_attr(not(test), warn(clippy::too_many_lines))]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod core;
