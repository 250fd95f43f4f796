//! The self-signed certificate of `--tls`, made anew for each run. Clients trust it only if they
//! are told to.

use std::path::Path;
use std::sync::Arc;

use jwtctl::core::error::Error;
use jwtctl::core::files::{self, Access};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// Makes a certificate for `hosts` and the names of this machine, and the TLS acceptor with it.
/// Writes the certificate to `file`, if there is one.
pub fn make(hosts: &[String], file: Option<&str>) -> Result<TlsAcceptor, Error> {
    let failed =
        |why: String| Error::usage("--tls", format!("no certificate could be made: {why}"));
    let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(String::from).to_vec();
    names.extend(
        hosts
            .iter()
            .map(|host| host.trim_matches(['[', ']']).to_owned())
            .filter(|host| !names.contains(host))
            .collect::<Vec<_>>(),
    );
    let mut params = CertificateParams::new(names).map_err(|e| failed(e.to_string()))?;
    params
        .distinguished_name
        .push(DnType::CommonName, "jwtctl serve");
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|e| failed(e.to_string()))?;
    let certificate = params
        .self_signed(&pair)
        .map_err(|e| failed(e.to_string()))?;
    if let Some(path) = file {
        files::write(
            Path::new(path),
            certificate.pem().as_bytes(),
            Access::Public,
            true,
        )?;
    }
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialize_der()));
    // The provider is named, because the process-wide default could be another one, which is slow
    // at its first random number.
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| failed(e.to_string()))?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key);
    let mut config = config.map_err(|e| failed(e.to_string()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
