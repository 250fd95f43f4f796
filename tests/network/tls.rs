//! HTTPS under a private authority, and the certificates that must not be taken.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::support::lab::*;
use crate::support::server::{Server, reply};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate for `name` and its key.
    fn issue(&self, name: &str, expired: bool) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            (params.not_before, params.not_after) =
                (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
        }
        (params.signed_by(&key, &self.0).unwrap(), key)
    }

    fn server(&self, name: &str, expired: bool) -> Server {
        Server::tls(self.config(name, expired, false), |_| set(&["a"]))
    }

    fn config(&self, name: &str, expired: bool, wants_client: bool) -> rustls::ServerConfig {
        let (certificate, key) = self.issue(name, expired);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if wants_client {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(self.0.der().clone()).unwrap();
            let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
                Arc::new(roots),
                provider,
            );
            builder.with_client_cert_verifier(verifier.build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        builder
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap()
    }

    fn file(&self, lab: &Lab) -> PathBuf {
        let path = lab.path().join("ca.pem");
        std::fs::write(&path, self.0.pem()).unwrap();
        path
    }
}

#[test]
fn a_private_authority_is_trusted_when_named() {
    let (lab, authority) = (Lab::new(), Authority::new());
    let server = authority.server("127.0.0.1", false);
    let (ca, url) = (authority.file(&lab), server.url("/jwks"));
    let verify = |at, more: &[&str]| {
        lab.run(
            at,
            &[&["verify", "--jwks-uri", &url, &token("a")], more].concat(),
        )
    };
    verify(0, &[])
        .expect(3)
        .says("authority that is not trusted")
        .says("--ca-bundle");
    assert_eq!(server.requests(), 0);
    verify(0, &["--ca-bundle", ca.to_str().unwrap()]).expect(0);
    verify(1, &["--ca-bundle", ca.to_str().unwrap()]).expect(0);
    assert_eq!(server.requests(), 1);
    verify(40, &[]).expect(3);
    let mut command = lab.command(80, &["verify", "--jwks-uri", &url, &token("a")]);
    ran(command.env("SSL_CERT_FILE", &ca)).expect(0);
    assert_eq!(
        server.requests(),
        1,
        "the system's roots are another trust setting"
    );
    std::fs::write(lab.path().join("empty.pem"), "").unwrap();
    verify(
        0,
        &[
            "--ca-bundle",
            lab.path().join("empty.pem").to_str().unwrap(),
        ],
    )
    .expect(2);
}

#[test]
fn certificates_that_prove_nothing() {
    let authority = Authority::new();
    for (name, expired, says) in [
        ("127.0.0.1", true, "certificate has expired"),
        (
            "keys.example",
            false,
            "certificate is for another host name",
        ),
    ] {
        let (lab, server) = (Lab::new(), authority.server(name, expired));
        let ca = authority.file(&lab);
        let args = [
            "verify",
            "--ca-bundle",
            ca.to_str().unwrap(),
            "--jwks-uri",
            &server.url("/jwks"),
            &token("a"),
        ];
        lab.run(0, &args).expect(3).says(says);
        assert_eq!(server.requests(), 0);
    }
    // Not even TLS.
    let (lab, server) = (Lab::new(), Server::new(|_| set(&["a"])));
    let url = server.url("/jwks").replace("http:", "https:");
    lab.verify(0, &url, &token("a"))
        .expect(3)
        .says("no connection");
    // No server listens at that port, or has that name.
    lab.verify(0, "https://127.0.0.1:1/jwks", &token("a"))
        .expect(3)
        .says("no connection");
    lab.verify(0, "https://no-such-host.invalid/jwks", &token("a"))
        .expect(3)
        .says("no-such-host.invalid");
}

/// As `openssl req -x509` makes it: an authority's own certificate that stands for a server.
#[test]
fn a_self_signed_certificate_is_trusted_when_it_is_named() {
    let own = |name: &str, expired: bool| {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        if expired {
            (params.not_before, params.not_after) =
                (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
        }
        let certificate = params.self_signed(&key).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        (certificate.pem(), Server::tls(config, |_| set(&["a"])))
    };
    let verify = |server: &Server, pem: Option<&str>| {
        let lab = Lab::new();
        let file = lab.path().join("own.pem");
        std::fs::write(&file, pem.unwrap_or_default()).unwrap();
        let named = ["--ca-bundle", file.to_str().unwrap()];
        let named = if pem.is_some() { &named[..] } else { &[] };
        let url = server.url("/jwks");
        let args = ["verify", "--jwks-uri", &url, &token("a")];
        lab.run(0, &[&args[..], named].concat())
    };
    let (pem, server) = own("127.0.0.1", false);
    verify(&server, Some(&pem)).expect(0);
    let (other, _) = own("127.0.0.1", false);
    // Among others it is found as well.
    verify(&server, Some(&format!("{other}{pem}"))).expect(0);
    for unnamed in [None, Some(other.as_str())] {
        let ran = verify(&server, unnamed).expect(3).says("--ca-bundle");
        assert!(!ran.stderr.contains("Other("), "{ran:#?}");
    }
    for (name, expired, says) in [
        ("keys.example", false, "for another host name"),
        ("127.0.0.1", true, "has expired"),
    ] {
        let (pem, server) = own(name, expired);
        let ran = verify(&server, Some(&pem)).expect(3).says(says);
        assert!(!ran.stderr.contains("--ca-bundle"), "{ran:#?}");
        assert_eq!(server.requests(), 0);
    }
}

/// What one setting has fetched is not seen under another, nor in what is exported. (On machines that
/// share a cache: `tests/fleet`. Proxies: `answers`.)
#[test]
fn every_trust_setting_has_entries_of_its_own() {
    let (lab, authority) = (Lab::new(), Authority::new());
    let server = Server::tls(authority.config("127.0.0.1", false, false), |_| set(&["a"]));
    let (url, token) = (server.url("/jwks"), token("a"));
    let settings = settings(&lab, &authority);
    let verify = |setting: &Setting, offline: bool| {
        let args = ["verify", "--json", "--jwks-uri", &url, &token];
        let offline: &[&str] = if offline { &["--offline"] } else { &[] };
        let flags: Vec<&str> = setting.flags.iter().map(String::as_str).collect();
        let mut command = lab.command(0, &[&args[..], offline, &flags].concat());
        ran(command.envs(setting.variables.iter().map(|(name, value)| (*name, value))))
    };
    for (n, setting) in settings.iter().enumerate() {
        assert_eq!(verify(setting, true).code, 3, "{}", setting.name);
        assert_eq!(verify(setting, false).code, 0, "{}", setting.name);
        assert_eq!(server.requests(), 1, "{}", setting.name);
        let listed = lab.run(0, &["cache", "list", "--json"]).expect(0).json();
        assert_eq!(listed["entries"].as_array().unwrap().len(), n + 1);
    }
    for setting in &settings {
        assert_eq!(verify(setting, true).code, 0, "{}", setting.name);
    }
    let plain = Setting::default();
    assert_eq!(
        (verify(&plain, true).code, verify(&plain, false).code),
        (3, 3)
    );
    let bundle = lab.run(0, &["cache", "export"]).expect(0).json();
    assert_eq!(bundle["entries"], serde_json::json!([]));
    // The content of a file that a variable names counts, and not its name alone.
    let file = settings
        .iter()
        .find(|it| it.name == "SSL_CERT_FILE")
        .unwrap();
    let path = &file.variables[0].1;
    std::fs::write(path, Authority::new().0.pem()).unwrap();
    assert_eq!((verify(file, true).code, verify(file, false).code), (3, 3));
    assert_eq!(server.requests(), 0);
}

/// A trust setting: flags and variables.
#[derive(Default)]
pub struct Setting {
    pub name: &'static str,
    pub flags: Vec<String>,
    pub variables: Vec<(&'static str, String)>,
}

/// One of each kind, under each of which the authority's servers are trusted.
fn settings(lab: &Lab, authority: &Authority) -> Vec<Setting> {
    let ca = authority.file(lab).display().to_string();
    let write = |name: &str, text: &str| {
        let path = lab.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let two = [authority.0.pem(), Authority::new().0.pem()].concat();
    let two = write("two.pem", &two);
    let other = write("other.pem", &authority.0.pem());
    let folder = lab.path().join("certificates");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("00000000.0"), authority.0.pem()).unwrap();
    let (certificate, key) = authority.issue("client", false);
    let (certificate, key) = (
        write("client.pem", &certificate.pem()),
        write("client.key", &key.serialize_pem()),
    );
    let headers = |value: &str| write(value, &format!("X-Key: {value}\n"));
    let roots = || vec!["--ca-bundle".to_owned(), ca.clone()];
    let with = |name, more: &[String]| Setting {
        name,
        flags: [roots(), more.to_vec()].concat(),
        variables: Vec::new(),
    };
    vec![
        with("--ca-bundle", &[]),
        Setting {
            name: "--ca-bundle of two",
            flags: vec!["--ca-bundle".into(), two],
            variables: Vec::new(),
        },
        Setting {
            name: "SSL_CERT_FILE",
            flags: Vec::new(),
            variables: vec![("SSL_CERT_FILE", other)],
        },
        Setting {
            name: "SSL_CERT_DIR",
            flags: Vec::new(),
            variables: vec![("SSL_CERT_DIR", folder.display().to_string())],
        },
        with(
            "--client-cert",
            &[
                "--client-cert".into(),
                certificate,
                "--client-key".into(),
                key,
            ],
        ),
        with("--http-headers", &["--http-headers".into(), headers("one")]),
        with(
            "other --http-headers",
            &["--http-headers".into(), headers("two")],
        ),
    ]
}

#[test]
fn https_never_leads_to_http() {
    let (lab, authority, plain) = (Lab::new(), Authority::new(), Server::new(|_| set(&["a"])));
    let to = plain.url("/jwks");
    let server = Server::tls(authority.config("127.0.0.1", false, false), move |_| {
        reply(302, "").with("Location", &to)
    });
    let ca = authority.file(&lab);
    let args = [
        "verify",
        "--ca-bundle",
        ca.to_str().unwrap(),
        "--jwks-uri",
        &server.url("/jwks"),
        &token("a"),
    ];
    lab.run(0, &args)
        .expect(3)
        .says("redirects are not followed");
    assert_eq!((server.requests(), plain.requests()), (1, 0));
}

#[test]
fn a_client_can_show_who_it_is() {
    let (lab, authority) = (Lab::new(), Authority::new());
    let server = Server::tls(authority.config("127.0.0.1", false, true), |_| set(&["a"]));
    let (certificate, key) = authority.issue("client", false);
    let (ca, cert, pem) = (
        authority.file(&lab),
        lab.path().join("cert.pem"),
        lab.path().join("key.pem"),
    );
    std::fs::write(&cert, certificate.pem()).unwrap();
    std::fs::write(&pem, key.serialize_pem()).unwrap();
    let url = server.url("/jwks");
    let token = token("a");
    let basic = [
        "verify",
        "--ca-bundle",
        ca.to_str().unwrap(),
        "--jwks-uri",
        &url,
        &token,
    ];
    let shown = [
        "--client-cert",
        cert.to_str().unwrap(),
        "--client-key",
        pem.to_str().unwrap(),
    ];
    lab.run(0, &basic).expect(3);
    lab.run(40, &[&basic[..], &shown].concat()).expect(0);
    assert_eq!(server.requests(), 1);
    lab.run(40, &[&basic[..], &shown[..2]].concat()).expect(2);
}
