//! TLS for key servers: the certificates that the operator names, and a client's own.

use std::sync::Arc;

use jwtctl::core::error::{Code, Error};
use jwtctl::core::key::certificate_names;
use jwtctl::core::secret::Secret;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use x509_cert::der::Decode as _;

/// A configuration that trusts these roots (PEM) and nothing else, and shows the server an identity
/// (PEM) if there is one.
///
/// # Errors
/// In words, when the certificates or the identity cannot be used.
pub fn config(roots: &[u8], identity: Option<&Secret>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = NamedCertificates::new(roots, Arc::clone(&provider))?;
    let failed = |_| "cannot set up TLS".to_owned();
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let unusable = || "the client certificate cannot be used".to_owned();
            let chain = certificates(identity.expose());
            let key = PrivateKeyDer::from_pem_slice(identity.expose()).map_err(|_| unusable())?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|_| unusable())?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificates in a PEM file.
fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem)
        .filter_map(Result::ok)
        .collect()
}

/// Refuses a file that holds no certificate.
pub fn check_certificates(pem: &[u8], spec: &str) -> Result<(), Error> {
    let bad = |why: &str| Error::input(Code::BadInput, spec, why);
    let found = certificates(pem);
    if found.is_empty() {
        return Err(bad("holds no certificate in PEM"));
    }
    let is_usable = |it: &CertificateDer<'_>| certificate_names(it).is_some();
    match found.iter().any(is_usable) {
        true => Ok(()),
        false => Err(bad("holds no certificate that can be read")),
    }
}

/// Refuses a client certificate that does not belong to its key, or a key that TLS cannot use.
pub fn check_identity(certificate: &[u8], key: &[u8]) -> Result<(), String> {
    let key = PrivateKeyDer::try_from(key.to_vec()).map_err(|_| "cannot be used for TLS")?;
    let provider = rustls::crypto::ring::default_provider();
    match rustls::sign::CertifiedKey::from_der(certificates(certificate), key, &provider) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err("is not the key of the certificate".into()),
        Err(_) => Err("cannot be used for TLS".into()),
    }
}

/// Verifies servers with the certificates that the operator has named: as authorities, and each as
/// the certificate of a server itself. A server's certificate that is named needs no other one
/// above it, and its key usages do not matter (RFC 5280 §6.2); its host name and its dates are
/// checked as always.
#[derive(Debug)]
struct NamedCertificates {
    named: Vec<CertificateDer<'static>>,
    authorities: Arc<WebPkiServerVerifier>,
}

impl NamedCertificates {
    fn new(pem: &[u8], provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let named = certificates(pem);
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(named.iter().cloned());
        let unusable = |_| "the certificates of --ca-bundle cannot be used".to_owned();
        let authorities = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(unusable)?;
        Ok(Self { named, authorities })
    }
}

impl ServerCertVerifier for NamedCertificates {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !self.named.iter().any(|it| it == end_entity) {
            let chain = (end_entity, intermediates);
            return self.authorities.verify_server_cert(
                chain.0,
                chain.1,
                server_name,
                ocsp_response,
                now,
            );
        }
        let parsed = ParsedCertificate::try_from(end_entity)?;
        rustls::client::verify_server_name(&parsed, server_name)?;
        check_dates(end_entity, now)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.authorities
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Whether a certificate is valid at this time (RFC 5280 §4.1.2.5).
fn check_dates(certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), rustls::Error> {
    let invalid = |bad| Err(rustls::Error::InvalidCertificate(bad));
    let Ok(parsed) = x509_cert::Certificate::from_der(certificate) else {
        return invalid(CertificateError::BadEncoding);
    };
    let validity = parsed.tbs_certificate().validity();
    let seconds = now.as_secs();
    if seconds < validity.not_before.to_unix_duration().as_secs() {
        return invalid(CertificateError::NotValidYet);
    }
    if seconds > validity.not_after.to_unix_duration().as_secs() {
        return invalid(CertificateError::Expired);
    }
    Ok(())
}
