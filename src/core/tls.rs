//! What a failed TLS handshake means, in the same words wherever it fails. No debug value of a
//! library is shown.

use std::error::Error;
use std::sync::Arc;

use rustls::{AlertDescription, CertificateError, Error as RustlsError};

/// A failed handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandshakeError {
    /// The cause, as a sentence about the server.
    pub why: &'static str,
    /// Whether the caller could trust the server's certificate by naming it or its authority.
    pub is_untrusted: bool,
    /// Whether the server speaks something other than TLS.
    pub is_other_protocol: bool,
}

/// The failed handshake among the causes of `error`, if there is one.
pub fn handshake_error(error: &(dyn Error + 'static)) -> Option<HandshakeError> {
    let found = causes(error).find_map(|it| it.downcast_ref::<RustlsError>())?;
    let is_untrusted = matches!(
        found,
        RustlsError::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::Other(_)
        )
    );
    let is_other_protocol = matches!(
        found,
        RustlsError::InvalidMessage(_) | RustlsError::InappropriateMessage { .. }
    );
    Some(HandshakeError {
        why: sentence(found),
        is_untrusted,
        is_other_protocol,
    })
}

/// An error and what it was made from, outermost first. An I/O error's `source` would skip the error
/// that it holds.
pub fn causes<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |it| inner(*it))
}

fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // As the client of Redis keeps them; its own `source` would skip what is inside as well.
    if let Some(shared) = error.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
        return Some(&**shared);
    }
    match error.downcast_ref::<std::io::Error>() {
        Some(io) => io.get_ref().map(|it| it as &(dyn Error + 'static)),
        None => error.source(),
    }
}

fn sentence(error: &RustlsError) -> &'static str {
    match error {
        RustlsError::InvalidCertificate(bad) => certificate(bad),
        RustlsError::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired => "the server wants a client certificate",
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied => "the server does not accept the client certificate",
            AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity => {
                "the server speaks no version of TLS from 1.2 on"
            }
            AlertDescription::UnrecognisedName => {
                "the server has no certificate for that host name"
            }
            _ => "the server broke off the TLS handshake",
        },
        RustlsError::PeerIncompatible(_) => {
            "the server has no version or algorithm of TLS that is accepted"
        }
        RustlsError::InvalidMessage(_) | RustlsError::InappropriateMessage { .. } => {
            "the server does not speak TLS on that port"
        }
        RustlsError::NoCertificatesPresented => "the server shows no certificate",
        RustlsError::InappropriateHandshakeMessage { .. }
        | RustlsError::PeerMisbehaved(_)
        | RustlsError::DecryptError => "the server breaks the rules of TLS",
        _ => "the TLS handshake failed",
    }
}

fn certificate(bad: &CertificateError) -> &'static str {
    match bad {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the server's certificate is for another host name"
        }
        CertificateError::UnknownIssuer => {
            "the server's certificate is by an authority that is not trusted"
        }
        CertificateError::Revoked => "the server's certificate was revoked",
        CertificateError::BadEncoding | CertificateError::UnhandledCriticalExtension => {
            "the server's certificate cannot be read"
        }
        CertificateError::BadSignature => {
            "the server's certificate is not signed by the authority it names"
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the server's certificate is not one for servers"
        }
        // Foremost a certificate that is an authority's own, as `openssl req -x509` makes it.
        CertificateError::Other(_) => {
            "the server's certificate is not trusted: it is self-signed, or not one for servers"
        }
        _ => "the server's certificate cannot be verified",
    }
}

#[cfg(test)]
mod tests {
    use rustls::OtherError;

    use super::*;

    #[test]
    fn causes_inside_io_errors_are_found_and_told_in_plain_words() {
        #[derive(Debug, thiserror::Error)]
        #[error("CaUsedAsEndEntity")]
        struct Inner;
        let other =
            RustlsError::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Inner))));
        let wrapped = std::io::Error::other(std::io::Error::other(other));
        let found = handshake_error(&wrapped).unwrap();
        assert!(found.is_untrusted);
        assert!(!found.why.contains("Other") && found.why.contains("self-signed"));
        let shared: Arc<dyn Error + Send + Sync> = Arc::new(wrapped);
        assert_eq!(handshake_error(&shared), Some(found));
        let expired = RustlsError::InvalidCertificate(CertificateError::Expired);
        let found = handshake_error(&expired).unwrap();
        assert_eq!(found.why, "the server's certificate has expired");
        assert!(!found.is_untrusted);
        assert_eq!(handshake_error(&std::io::Error::other("x")), None);
    }
}
