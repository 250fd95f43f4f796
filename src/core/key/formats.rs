//! Keys in ASN.1: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915), SPKI and X.509 (RFC 5280),
//! and their PEM frames (RFC 7468).

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef, UintRef};
use der::{Any, Decode as _, Encode as _, Reader as _};
use pkcs8::PrivateKeyInfoRef;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use x509_cert::Certificate;
use zeroize::Zeroizing;

use super::super::alg::{Curve, Kty, ParameterSet};
use super::super::guard::guarded;
use super::super::secret::Secret;
use super::curve::{point, public_half};
use super::error::failed;
use super::{Key, KeyError, Material, RsaPrivate, akp, rsa};

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// Reads a key in any of the DER forms, recognised by what parses; `None` when none does.
///
/// # Errors
/// A phrase when the structure is one that is known and the key in it cannot be used.
pub fn from_der(der: &[u8]) -> Option<Result<Key, KeyError>> {
    if let Ok(info) = PrivateKeyInfoRef::from_der(der) {
        return Some(from_pkcs8(&info));
    }
    if let Ok(spki) = SubjectPublicKeyInfoRef::from_der(der) {
        return Some(from_spki(&spki));
    }
    if let Ok(sec1) = sec1::EcPrivateKey::from_der(der) {
        let named = sec1.parameters.and_then(|it| it.named_curve());
        let crv = named
            .ok_or_else(|| "is an EC key that does not name its curve".into())
            .and_then(known_curve);
        return Some(crv.and_then(|crv| from_sec1(crv, &sec1)));
    }
    if is_explicit_sec1(der) {
        return Some(Err(KeyError::Unsupported(EXPLICIT_CURVE.into())));
    }
    if let Ok(private) = pkcs1::RsaPrivateKeyRef::from_der(der) {
        return Some(from_pkcs1(&private));
    }
    if let Ok(public) = pkcs1::RsaPublicKeyRef::from_der(der) {
        return Some(
            rsa(
                public.modulus.as_bytes(),
                public.public_exponent.as_bytes(),
                None,
            )
            .map(Key::from_material),
        );
    }
    if let Some(certificate) = certificate(der) {
        let spki = certificate
            .tbs_certificate()
            .subject_public_key_info()
            .to_der()
            .unwrap_or_default();
        return Some(match SubjectPublicKeyInfoRef::from_der(&spki) {
            Ok(spki) => from_spki(&spki),
            Err(_) => Err(KeyError::Malformed(
                "is a certificate with a broken public key".into(),
            )),
        });
    }
    None
}

/// The names in an X.509 certificate, each as the DER that names are compared by.
pub struct CertificateNames {
    /// Whom it is for.
    pub subject: Vec<u8>,
    /// Who issued it.
    pub issuer: Vec<u8>,
}

/// The names in a certificate; `None` when `der` is not one.
pub fn certificate_names(der: &[u8]) -> Option<CertificateNames> {
    let certificate = certificate(der)?;
    let names = certificate.tbs_certificate();
    Some(CertificateNames {
        subject: names.subject().to_der().ok()?,
        issuer: names.issuer().to_der().ok()?,
    })
}

fn certificate(der: &[u8]) -> Option<Certificate> {
    guarded(|| Certificate::from_der(der).ok()).flatten()
}

fn from_pkcs8(info: &PrivateKeyInfoRef<'_>) -> Result<Key, KeyError> {
    let oid = info.algorithm.oid;
    let inner = info.private_key.as_bytes();
    if oid == RSA_ENCRYPTION || oid == RSASSA_PSS {
        let private = pkcs1::RsaPrivateKeyRef::from_der(inner)
            .map_err(|_| "is a PKCS#8 file with a broken RSA key")?;
        return Ok(Key {
            alg: pss_alg(&info.algorithm),
            pss_only: oid == RSASSA_PSS,
            ..from_pkcs1(&private)?
        });
    }
    if oid == EC_PUBLIC_KEY {
        let crv = named_curve(&info.algorithm)?;
        let sec1 = sec1::EcPrivateKey::from_der(inner)
            .map_err(|_| "is a PKCS#8 file with a broken EC key")?;
        return from_sec1(crv, &sec1);
    }
    if let Some(set) = set_by_oid(oid) {
        return akp::private(set, inner);
    }
    let crv = curve_by_oid(oid).ok_or_else(|| {
        KeyError::Unsupported(
            format!("is for an algorithm that jwtctl does not know (OID {oid})").into(),
        )
    })?;
    let d = <&OctetStringRef>::from_der(inner)
        .map_err(|_| format!("is a PKCS#8 file with a broken {crv} key"))?;
    private_on_curve(
        crv,
        d.as_bytes(),
        info.public_key.as_ref().and_then(|bits| bits.as_bytes()),
    )
}

/// A key for RSASSA-PSS alone is for the `PS` algorithm of the digest that its parameters name, if
/// they do.
fn pss_alg(algorithm: &AlgorithmIdentifierRef<'_>) -> Option<String> {
    if algorithm.oid != RSASSA_PSS {
        return None;
    }
    let parameters = algorithm.parameters?.to_der().ok()?;
    let parameters = pkcs1::RsaPssParams::<Any>::from_der(&parameters).ok()?;
    let alg = match parameters.hash.oid.to_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => "PS256",
        "2.16.840.1.101.3.4.2.2" => "PS384",
        "2.16.840.1.101.3.4.2.3" => "PS512",
        _ => return None,
    };
    Some(alg.into())
}

fn from_pkcs1(private: &pkcs1::RsaPrivateKeyRef<'_>) -> Result<Key, KeyError> {
    if private.other_prime_infos.is_some() {
        return Err(KeyError::Unsupported(
            "has more than two primes, which jwtctl does not support".into(),
        ));
    }
    let secret = |number: &UintRef<'_>| Secret::new(number.as_bytes().to_vec());
    let numbers = RsaPrivate {
        d: secret(&private.private_exponent),
        p: secret(&private.prime1),
        q: secret(&private.prime2),
        dp: secret(&private.exponent1),
        dq: secret(&private.exponent2),
        qi: secret(&private.coefficient),
    };
    rsa(
        private.modulus.as_bytes(),
        private.public_exponent.as_bytes(),
        Some(numbers),
    )
    .map(Key::from_material)
}

fn from_sec1(crv: Curve, sec1: &sec1::EcPrivateKey<'_>) -> Result<Key, KeyError> {
    private_on_curve(crv, sec1.private_key, sec1.public_key)
}

/// A private key on `crv`; its public half is computed, and compared with the `stated` one.
fn private_on_curve(crv: Curve, d: &[u8], stated: Option<&[u8]>) -> Result<Key, KeyError> {
    if d.len() > crv.octets() || (crv.kty() == Kty::Okp && d.len() != crv.octets()) {
        return Err(KeyError::Invalid(
            format!(
                "has {} private bytes, and {crv} takes {}",
                d.len(),
                crv.octets()
            )
            .into(),
        ));
    }
    let mut fixed = Zeroizing::new(vec![0; crv.octets() - d.len()]);
    fixed.extend_from_slice(d);
    let d = Secret::from(fixed);
    let (x, y) = public_half(crv, &d)?;
    if let Some(stated) = stated
        && point(crv, stated).is_some_and(|stated| stated != (x.clone(), y.clone()))
    {
        return Err(KeyError::Invalid(
            "has a public half that does not belong to its private one".into(),
        ));
    }
    Ok(Key::from_material(Material::Curve {
        crv,
        x,
        y,
        d: Some(d),
    }))
}

fn from_spki(spki: &SubjectPublicKeyInfoRef<'_>) -> Result<Key, KeyError> {
    let oid = spki.algorithm.oid;
    let bits = spki
        .subject_public_key
        .as_bytes()
        .ok_or("is a public key of a broken bit string")?;
    if oid == RSA_ENCRYPTION || oid == RSASSA_PSS {
        let public = pkcs1::RsaPublicKeyRef::from_der(bits)
            .map_err(|_| "is an SPKI file with a broken RSA key")?;
        let material = rsa(
            public.modulus.as_bytes(),
            public.public_exponent.as_bytes(),
            None,
        )?;
        return Ok(Key {
            alg: pss_alg(&spki.algorithm),
            pss_only: oid == RSASSA_PSS,
            ..Key::from_material(material)
        });
    }
    if let Some(set) = set_by_oid(oid) {
        return akp::public(set, bits);
    }
    let crv = if oid == EC_PUBLIC_KEY {
        named_curve(&spki.algorithm)?
    } else {
        curve_by_oid(oid).ok_or_else(|| {
            KeyError::Unsupported(
                format!("is for an algorithm that jwtctl does not know (OID {oid})").into(),
            )
        })?
    };
    let (x, y) = point(crv, bits).ok_or_else(|| {
        KeyError::Invalid(format!("has a public point that is not one of {crv}").into())
    })?;
    Ok(Key::from_material(Material::Curve { crv, x, y, d: None }))
}

fn named_curve(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Curve, KeyError> {
    match algorithm.parameters_oid() {
        Ok(oid) => known_curve(oid),
        Err(_) if algorithm.parameters.is_some() => {
            Err(KeyError::Unsupported(EXPLICIT_CURVE.into()))
        }
        Err(_) => Err(KeyError::Malformed(
            "is an EC key that does not name its curve".into(),
        )),
    }
}

/// RFC 5480 section 2.1.1 allows names only.
const EXPLICIT_CURVE: &str = "is an EC key that spells its curve out in parameters instead of naming it (openssl: -param_enc named_curve)";

/// Curves that people have keys on and that no JOSE algorithm uses.
const OTHER_CURVES: [(&str, &str); 8] = [
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.3.132.0.33", "P-224"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.8", "brainpoolP256t1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
    ("1.2.156.10197.1.301", "SM2"),
    ("1.3.132.0.35.1", "P-521 (under another name)"),
];

fn known_curve(oid: ObjectIdentifier) -> Result<Curve, KeyError> {
    curve_by_oid(oid).ok_or_else(|| {
        let text = oid.to_string();
        let why = match OTHER_CURVES.iter().find(|(it, _)| *it == text) {
            Some((_, name)) => format!("is on curve {name}, which no JWS algorithm uses"),
            None => format!("is on a curve that jwtctl does not know (OID {oid})"),
        };
        KeyError::Unsupported(why.into())
    })
}

/// Whether `der` is a SEC1 private key whose curve is spelled out: the library that reads SEC1
/// refuses those as a whole.
fn is_explicit_sec1(der: &[u8]) -> bool {
    let parameters = || -> der::Result<bool> {
        AnyRef::from_der(der)?.sequence(|reader| {
            let is_version_1 = u8::decode(reader)? == 1;
            <&OctetStringRef>::decode(reader)?;
            let parameters = AnyRef::decode(reader)?;
            let is_explicit = parameters.value().first() == Some(&0x30);
            while !reader.is_finished() {
                AnyRef::decode(reader)?;
            }
            Ok::<_, der::Error>(is_version_1 && is_explicit)
        })
    };
    parameters().unwrap_or(false)
}

fn curve_by_oid(oid: ObjectIdentifier) -> Option<Curve> {
    let text = oid.to_string();
    Curve::ALL.iter().copied().find(|crv| crv.oid() == text)
}

fn set_by_oid(oid: ObjectIdentifier) -> Option<ParameterSet> {
    let text = oid.to_string();
    ParameterSet::ALL
        .iter()
        .copied()
        .find(|set| set.oid() == text)
}

fn set_oid(set: ParameterSet) -> Result<ObjectIdentifier, KeyError> {
    ObjectIdentifier::new(set.oid()).map_err(failed)
}

fn curve_oid(crv: Curve) -> Result<ObjectIdentifier, KeyError> {
    ObjectIdentifier::new(crv.oid()).map_err(failed)
}

/// The private key as PKCS#8 DER.
///
/// # Errors
/// A phrase when the key is public or symmetric.
pub fn to_pkcs8(key: &Key) -> Result<Secret, KeyError> {
    with_pkcs8(key, |info| info.to_der().map(Secret::new).map_err(failed))
}

pub(super) fn with_pkcs8<T>(
    key: &Key,
    write: impl FnOnce(&PrivateKeyInfoRef<'_>) -> Result<T, KeyError>,
) -> Result<T, KeyError> {
    let text = failed;
    let (oid, parameters, inner) = match &key.material {
        Material::Rsa {
            n,
            e,
            private: Some(private),
        } => (
            RSA_ENCRYPTION,
            Some(Any::null()),
            to_pkcs1(n, e, private).map_err(text)?,
        ),
        Material::Curve {
            crv,
            x,
            y,
            d: Some(d),
        } if crv.kty() == Kty::Ec => {
            let public = [&[4], x.as_slice(), y].concat();
            let sec1 = sec1::EcPrivateKey {
                private_key: d.expose(),
                parameters: None,
                public_key: Some(&public),
            };
            let named = Any::from_der(&curve_oid(*crv)?.to_der().map_err(text)?).map_err(text)?;
            (EC_PUBLIC_KEY, Some(named), sec1.to_der().map_err(text)?)
        }
        Material::Curve {
            crv, d: Some(d), ..
        } => (
            curve_oid(*crv)?,
            None,
            OctetStringRef::new(d.expose())
                .and_then(|octets| octets.to_der())
                .map_err(text)?,
        ),
        Material::Akp {
            set,
            seed: Some(seed),
            ..
        } => (set_oid(*set)?, None, akp::seed_form(seed)),
        Material::Oct(_) => {
            return Err(KeyError::LacksHalf(
                "is symmetric, and PEM and DER are for key pairs; use a JWK".into(),
            ));
        }
        Material::Rsa { .. } | Material::Curve { .. } | Material::Akp { .. } => {
            return Err(KeyError::LacksHalf("has no private half".into()));
        }
    };
    let inner = Zeroizing::new(inner);
    let algorithm = AlgorithmIdentifierRef {
        oid,
        parameters: parameters.as_ref().map(Into::into),
    };
    write(&PrivateKeyInfoRef::new(
        algorithm,
        OctetStringRef::new(&inner).map_err(text)?,
    ))
}

fn to_pkcs1(n: &[u8], e: &[u8], private: &RsaPrivate) -> Result<Vec<u8>, der::Error> {
    pkcs1::RsaPrivateKeyRef {
        modulus: UintRef::new(n)?,
        public_exponent: UintRef::new(e)?,
        private_exponent: UintRef::new(private.d.expose())?,
        prime1: UintRef::new(private.p.expose())?,
        prime2: UintRef::new(private.q.expose())?,
        exponent1: UintRef::new(private.dp.expose())?,
        exponent2: UintRef::new(private.dq.expose())?,
        coefficient: UintRef::new(private.qi.expose())?,
        other_prime_infos: None,
    }
    .to_der()
}

/// The public key as SPKI DER.
///
/// # Errors
/// A phrase when the key is symmetric.
pub fn to_spki(key: &Key) -> Result<Vec<u8>, KeyError> {
    let text = failed;
    let (oid, parameters, bits) = match &key.material {
        Material::Oct(_) => {
            return Err(KeyError::LacksHalf(
                "is symmetric and has no public half".into(),
            ));
        }
        Material::Rsa { n, e, .. } => {
            let public = pkcs1::RsaPublicKeyRef {
                modulus: UintRef::new(n).map_err(text)?,
                public_exponent: UintRef::new(e).map_err(text)?,
            };
            (
                RSA_ENCRYPTION,
                Some(Any::null()),
                public.to_der().map_err(text)?,
            )
        }
        Material::Curve { crv, x, y, .. } if crv.kty() == Kty::Ec => {
            let named = Any::from_der(&curve_oid(*crv)?.to_der().map_err(text)?).map_err(text)?;
            (EC_PUBLIC_KEY, Some(named), [&[4], x.as_slice(), y].concat())
        }
        Material::Curve { crv, x, .. } => (curve_oid(*crv)?, None, x.clone()),
        Material::Akp { set, public, .. } => (set_oid(*set)?, None, public.clone()),
    };
    let algorithm = AlgorithmIdentifierRef {
        oid,
        parameters: parameters.as_ref().map(Into::into),
    };
    let subject_public_key = BitStringRef::from_bytes(&bits).map_err(text)?;
    SubjectPublicKeyInfoRef {
        algorithm,
        subject_public_key,
    }
    .to_der()
    .map_err(text)
}
