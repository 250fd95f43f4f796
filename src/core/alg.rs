//! The algorithm tables: one row per algorithm and curve (RFC 7518, 8037, 8812, 9864, 9964). Where
//! other files tell them apart, they match on all of them, so that the compiler points at each.

use std::fmt;
use std::str::FromStr;

/// The family of a key: the JWK member `kty`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kty {
    /// Symmetric bytes.
    Oct,
    /// RSA.
    Rsa,
    /// Elliptic curve in Weierstrass form.
    Ec,
    /// Octet key pair: the Edwards and Montgomery curves of RFC 8037.
    Okp,
    /// Algorithm key pair: a key whose `alg` says what its octets are (RFC 9964).
    Akp,
}

impl Kty {
    /// The JWK spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oct => "oct",
            Self::Rsa => "RSA",
            Self::Ec => "EC",
            Self::Okp => "OKP",
            Self::Akp => "AKP",
        }
    }
}

impl fmt::Display for Kty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

macro_rules! table {
    ($(#[$doc:meta])* $name:ident, $row:ident, $rows:ident; $($variant:ident $fields:tt)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),* }

        static $rows: &[$row] = &[$(table!(@row $row $name $variant $fields)),*];

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn row(self) -> &'static $row {
                &$rows[self as usize]
            }

            /// The registered name.
            pub fn as_str(self) -> &'static str {
                self.row().name
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            /// Reads the registered name, letter by letter.
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text).ok_or(())
            }
        }
    };
    (@row CurveRow $t:ident $v:ident ($name:literal, $kty:ident, $len:literal, $oid:literal)) => {
        CurveRow { name: $name, kty: Kty::$kty, len: $len, oid: $oid }
    };
    (@row SetRow $t:ident $v:ident ($name:literal, $octets:literal, $oid:literal)) => {
        SetRow { name: $name, octets: $octets, oid: $oid }
    };
    (@row SigRow $t:ident $v:ident ($name:literal, $kty:ident, [$($crv:ident),*], $hash:ident, $sig:literal, $signs:ident, $verifies:ident)) => {
        SigRow {
            name: $name,
            kty: Kty::$kty,
            curves: &[$(Curve::$crv),*],
            hash: Hash::$hash,
            signature_len: $sig,
            signs: Backend::$signs,
            verifies: Backend::$verifies,
        }
    };
    (@row EncRow $t:ident $v:ident ($name:literal, $key:literal, $iv:literal, $tag:literal)) => {
        EncRow { name: $name, key_len: $key, iv_len: $iv, tag_len: $tag }
    };
    (@row KeyRow $t:ident $v:ident ($name:literal, $kty:ident, $mode:ident, $kek:literal, $backend:ident)) => {
        KeyRow {
            name: $name,
            kty: Kty::$kty,
            mode: KeyMode::$mode,
            kek_len: $kek,
            backend: Backend::$backend,
        }
    };
}

struct CurveRow {
    name: &'static str,
    kty: Kty,
    len: usize,
    oid: &'static str,
}

table! {
    /// A named curve: the JWK member `crv`.
    Curve, CurveRow, CURVES;
    //          name         kty  octets OID
    P256       ("P-256",     Ec,  32, "1.2.840.10045.3.1.7")
    P384       ("P-384",     Ec,  48, "1.3.132.0.34")
    P521       ("P-521",     Ec,  66, "1.3.132.0.35")
    Secp256k1  ("secp256k1", Ec,  32, "1.3.132.0.10")
    Ed25519    ("Ed25519",   Okp, 32, "1.3.101.112")
    Ed448      ("Ed448",     Okp, 57, "1.3.101.113")
    X25519     ("X25519",    Okp, 32, "1.3.101.110")
    X448       ("X448",      Okp, 56, "1.3.101.111")
}

impl Curve {
    /// The key family this curve belongs to.
    pub fn kty(self) -> Kty {
        self.row().kty
    }

    /// Octets of a coordinate, a private scalar or an OKP key.
    pub fn octets(self) -> usize {
        self.row().len
    }

    /// The object identifier that PKCS#8, SEC1 and SPKI name it by.
    pub fn oid(self) -> &'static str {
        self.row().oid
    }

    /// The size in bits by which it is usually described.
    pub fn bits(self) -> usize {
        match self {
            Self::P521 => 521,
            Self::Ed25519 | Self::X25519 => 256,
            Self::Ed448 | Self::X448 => 448,
            other => other.octets() * 8,
        }
    }
}

struct SetRow {
    name: &'static str,
    octets: usize,
    oid: &'static str,
}

table! {
    /// A parameter set of ML-DSA (FIPS 204): the member `alg` of an AKP key (RFC 9964).
    ParameterSet, SetRow, PARAMETER_SETS;
    //       name         octets of the public key, OID (RFC 9881)
    MlDsa44 ("ML-DSA-44", 1312, "2.16.840.1.101.3.4.3.17")
    MlDsa65 ("ML-DSA-65", 1952, "2.16.840.1.101.3.4.3.18")
    MlDsa87 ("ML-DSA-87", 2592, "2.16.840.1.101.3.4.3.19")
}

impl ParameterSet {
    /// Octets of the seed that a private key is.
    pub const SEED: usize = 32;

    /// Octets of a public key.
    pub fn octets(self) -> usize {
        self.row().octets
    }

    /// The object identifier that PKCS#8 and SPKI name it by.
    pub fn oid(self) -> &'static str {
        self.row().oid
    }

    /// The algorithm that keys of this set are for.
    pub fn alg(self) -> SigAlg {
        match self {
            Self::MlDsa44 => SigAlg::MlDsa44,
            Self::MlDsa65 => SigAlg::MlDsa65,
            Self::MlDsa87 => SigAlg::MlDsa87,
        }
    }
}

/// The digest inside a signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
    /// Part of the scheme itself, as in EdDSA.
    Intrinsic,
}

impl Hash {
    /// Octets of a digest, which is also the least an HMAC key must have (RFC 7518 §3.2).
    pub fn octets(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
            Self::Intrinsic => 0,
        }
    }
}

/// The least an RSA modulus must have, in bits (RFC 7518 §3.3).
pub const MIN_RSA_BITS: usize = 2048;

struct SigRow {
    name: &'static str,
    kty: Kty,
    curves: &'static [Curve],
    hash: Hash,
    /// Octets of every signature; 0 where the key decides.
    signature_len: usize,
    signs: Backend,
    verifies: Backend,
}

/// A library that signs, checks signatures or wraps keys: a file of `key::backend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Backend {
    Jsonwebtoken,
    Ring,
    AwsLc,
    OpenSsl,
}

table! {
    /// A signature algorithm that jwtctl signs and verifies with. `none` is not among them. The order
    /// counts: of the algorithms that a key fits, `sign` takes the first, for a secret the last.
    SigAlg, SigRow, SIG_ALGS;
    //       name       kty   curves             hash       octets  signs         verifies
    Hs256   ("HS256",   Oct,  [],                Sha256,    32,  Jsonwebtoken, AwsLc)
    Hs384   ("HS384",   Oct,  [],                Sha384,    48,  Jsonwebtoken, AwsLc)
    Hs512   ("HS512",   Oct,  [],                Sha512,    64,  Jsonwebtoken, AwsLc)
    Rs256   ("RS256",   Rsa,  [],                Sha256,    0,   Ring,         AwsLc)
    Rs384   ("RS384",   Rsa,  [],                Sha384,    0,   Ring,         AwsLc)
    Rs512   ("RS512",   Rsa,  [],                Sha512,    0,   Ring,         AwsLc)
    Ps256   ("PS256",   Rsa,  [],                Sha256,    0,   Ring,         AwsLc)
    Ps384   ("PS384",   Rsa,  [],                Sha384,    0,   Ring,         AwsLc)
    Ps512   ("PS512",   Rsa,  [],                Sha512,    0,   Ring,         AwsLc)
    Es256   ("ES256",   Ec,   [P256],            Sha256,    64,  Ring,         AwsLc)
    Es384   ("ES384",   Ec,   [P384],            Sha384,    96,  Ring,         AwsLc)
    Es512   ("ES512",   Ec,   [P521],            Sha512,    132, OpenSsl,      AwsLc)
    Es256k  ("ES256K",  Ec,   [Secp256k1],       Sha256,    64,  OpenSsl,      AwsLc)
    // `EdDSA` is for two curves: the next two rows say what it means on each.
    EdDsa   ("EdDSA",   Okp,  [Ed25519, Ed448],  Intrinsic, 0,   Ring,         AwsLc)
    Ed25519 ("Ed25519", Okp,  [Ed25519],         Intrinsic, 64,  Ring,         AwsLc)
    Ed448   ("Ed448",   Okp,  [Ed448],           Intrinsic, 114, OpenSsl,      OpenSsl)
    // Other names of ES256, ES384 and ES512, which say the curve (RFC 9864).
    Esp256  ("ESP256",  Ec,   [P256],            Sha256,    64,  Ring,         AwsLc)
    Esp384  ("ESP384",  Ec,   [P384],            Sha384,    96,  Ring,         AwsLc)
    Esp512  ("ESP512",  Ec,   [P521],            Sha512,    132, OpenSsl,      AwsLc)
    MlDsa44 ("ML-DSA-44", Akp, [],               Intrinsic, 2420, OpenSsl,     AwsLc)
    MlDsa65 ("ML-DSA-65", Akp, [],               Intrinsic, 3309, OpenSsl,     AwsLc)
    MlDsa87 ("ML-DSA-87", Akp, [],               Intrinsic, 4627, OpenSsl,     AwsLc)
}

impl SigAlg {
    /// The key family it needs.
    pub fn kty(self) -> Kty {
        self.row().kty
    }

    /// The curves it works on; empty for an algorithm without curves.
    pub fn curves(self) -> &'static [Curve] {
        self.row().curves
    }

    /// Its digest.
    pub fn hash(self) -> Hash {
        self.row().hash
    }

    /// Octets of every signature it makes; `None` where that depends on the key.
    pub fn signature_len(self) -> Option<usize> {
        match self.row().signature_len {
            0 => None,
            octets => Some(octets),
        }
    }

    /// Whether both name the same computation: RFC 9864 has new names for what `EdDSA` is on each of
    /// its curves, and for `ES256`, `ES384` and `ES512`.
    pub fn agrees_with(self, other: Self) -> bool {
        self == other
            || self.renames().is_some_and(|it| it == other)
            || other.renames().is_some_and(|it| it == self)
    }

    /// The older name of the same algorithm, if this is a name of RFC 9864.
    pub fn renames(self) -> Option<Self> {
        match self {
            Self::Ed25519 | Self::Ed448 => Some(Self::EdDsa),
            Self::Esp256 => Some(Self::Es256),
            Self::Esp384 => Some(Self::Es384),
            Self::Esp512 => Some(Self::Es512),
            _ => None,
        }
    }

    /// Whether it works with keys on `crv`; always for algorithms without curves.
    pub fn admits(self, crv: Option<Curve>) -> bool {
        self.curves().is_empty() || crv.is_some_and(|crv| self.curves().contains(&crv))
    }

    /// The algorithm that this name means on a curve: `EdDSA` is two.
    pub fn on(self, crv: Option<Curve>) -> Self {
        match (self, crv) {
            (Self::EdDsa, Some(Curve::Ed25519)) => Self::Ed25519,
            (Self::EdDsa, Some(Curve::Ed448)) => Self::Ed448,
            (other, _) => other,
        }
    }

    /// The library that signs with it, for keys that this library accepts.
    pub fn signs_with(self) -> Backend {
        self.row().signs
    }

    /// The library that checks its signatures.
    pub fn verifies_with(self) -> Backend {
        self.row().verifies
    }

    /// Whether its signatures carry a PSS padding.
    pub fn is_pss(self) -> bool {
        matches!(self, Self::Ps256 | Self::Ps384 | Self::Ps512)
    }
}

struct KeyRow {
    name: &'static str,
    kty: Kty,
    mode: KeyMode,
    /// Octets of the key that the content's key is wrapped with; 0 where there is no such key of a
    /// fixed size.
    kek_len: usize,
    backend: Backend,
}

/// How the content encryption key reaches the recipient: the key-management modes of RFC 7516 §2,
/// key wrapping once by what the wrapping key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode {
    /// It is the shared symmetric key itself.
    Direct,
    /// It is agreed upon, and nothing is carried.
    Agreement,
    /// It is wrapped with a key that is agreed upon.
    AgreementWrap,
    /// It is encrypted to an RSA key.
    Encryption,
    /// It is wrapped with a symmetric key, by AES Key Wrap (RFC 3394).
    Wrap,
    /// It is wrapped with a symmetric key, by AES-GCM.
    GcmWrap,
    /// It is wrapped with a key that is derived from a passphrase.
    Passphrase,
}

table! {
    /// A key-management algorithm of JWE (RFC 7518 §4.1): what a key made for encryption is for.
    KeyAlg, KeyRow, KEY_ALGS;
    //               name                  kty  mode           octets of the wrapping key, library
    EcdhEs          ("ECDH-ES",            Ec,  Agreement,     0,  AwsLc)
    EcdhEsA128Kw    ("ECDH-ES+A128KW",     Ec,  AgreementWrap, 16, AwsLc)
    EcdhEsA192Kw    ("ECDH-ES+A192KW",     Ec,  AgreementWrap, 24, OpenSsl)
    EcdhEsA256Kw    ("ECDH-ES+A256KW",     Ec,  AgreementWrap, 32, AwsLc)
    RsaOaep         ("RSA-OAEP",           Rsa, Encryption,    0,  OpenSsl)
    RsaOaep256      ("RSA-OAEP-256",       Rsa, Encryption,    0,  OpenSsl)
    RsaOaep384      ("RSA-OAEP-384",       Rsa, Encryption,    0,  OpenSsl)
    RsaOaep512      ("RSA-OAEP-512",       Rsa, Encryption,    0,  OpenSsl)
    Rsa15           ("RSA1_5",             Rsa, Encryption,    0,  OpenSsl)
    A128Kw          ("A128KW",             Oct, Wrap,          16, AwsLc)
    A192Kw          ("A192KW",             Oct, Wrap,          24, OpenSsl)
    A256Kw          ("A256KW",             Oct, Wrap,          32, AwsLc)
    A128GcmKw       ("A128GCMKW",          Oct, GcmWrap,       16, AwsLc)
    A192GcmKw       ("A192GCMKW",          Oct, GcmWrap,       24, AwsLc)
    A256GcmKw       ("A256GCMKW",          Oct, GcmWrap,       32, AwsLc)
    Dir             ("dir",                Oct, Direct,        0,  AwsLc)
    Pbes2Hs256      ("PBES2-HS256+A128KW", Oct, Passphrase,    16, AwsLc)
    Pbes2Hs384      ("PBES2-HS384+A192KW", Oct, Passphrase,    24, OpenSsl)
    Pbes2Hs512      ("PBES2-HS512+A256KW", Oct, Passphrase,    32, AwsLc)
}

impl KeyAlg {
    /// The key family it needs; `ECDH-ES` also takes OKP keys (RFC 8037 §3.2).
    pub fn kty(self) -> Kty {
        self.row().kty
    }

    /// How it brings the content encryption key to the recipient.
    pub fn mode(self) -> KeyMode {
        self.row().mode
    }

    /// Octets of the key that wraps the content encryption key; 0 where there is no such key of a
    /// fixed size.
    pub fn kek_len(self) -> usize {
        self.row().kek_len
    }

    /// The library that wraps and unwraps with it.
    pub fn backend(self) -> Backend {
        self.row().backend
    }

    /// Whether it is one of the `ECDH-ES` family.
    pub fn is_ecdh(self) -> bool {
        matches!(self.mode(), KeyMode::Agreement | KeyMode::AgreementWrap)
    }

    /// Whether the content encryption key follows from the recipient's key, so that there can be
    /// no second recipient.
    pub fn is_sole(self) -> bool {
        matches!(self.mode(), KeyMode::Direct | KeyMode::Agreement)
    }

    /// Whether its sender had to know a secret of the recipient: a symmetric key or a passphrase.
    /// With any other algorithm the sender can be anyone who has the public key.
    pub fn is_symmetric(self) -> bool {
        self.kty() == Kty::Oct
    }

    /// The curves of the keys with which it agrees on a secret; empty unless it is of the `ECDH-ES`
    /// family.
    pub fn curves(self) -> &'static [Curve] {
        const AGREEING: &[Curve] = &[
            Curve::P256,
            Curve::P384,
            Curve::P521,
            Curve::X25519,
            Curve::X448,
        ];
        match self.is_ecdh() {
            true => AGREEING,
            false => &[],
        }
    }
}

struct EncRow {
    name: &'static str,
    key_len: usize,
    iv_len: usize,
    tag_len: usize,
}

table! {
    /// A content encryption algorithm of JWE (RFC 7518 §5.1).
    ContentEnc, EncRow, CONTENT_ENCS;
    //             name             octets: key IV  tag
    A128CbcHs256  ("A128CBC-HS256",         32, 16, 16)
    A192CbcHs384  ("A192CBC-HS384",         48, 16, 24)
    A256CbcHs512  ("A256CBC-HS512",         64, 16, 32)
    A128Gcm       ("A128GCM",               16, 12, 16)
    A192Gcm       ("A192GCM",               24, 12, 16)
    A256Gcm       ("A256GCM",               32, 12, 16)
}

impl ContentEnc {
    /// Whether it is AES-GCM, and not AES-CBC with HMAC.
    pub fn is_gcm(self) -> bool {
        matches!(self, Self::A128Gcm | Self::A192Gcm | Self::A256Gcm)
    }

    /// Octets of the content encryption key.
    pub fn key_len(self) -> usize {
        self.row().key_len
    }

    /// Octets of the initialization vector.
    pub fn iv_len(self) -> usize {
        self.row().iv_len
    }

    /// Octets of the authentication tag.
    pub fn tag_len(self) -> usize {
        self.row().tag_len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_rows_line_up() {
        for alg in SigAlg::ALL {
            assert_eq!(alg.as_str().parse(), Ok(*alg));
            assert!(
                alg.curves().iter().all(|crv| crv.kty() == alg.kty()),
                "{alg}"
            );
        }
        for set in ParameterSet::ALL {
            assert_eq!(set.alg().as_str(), set.as_str());
        }
        for alg in KeyAlg::ALL {
            assert_eq!(alg.as_str().parse(), Ok(*alg));
            assert_eq!(alg.is_ecdh(), alg.as_str().starts_with("ECDH-ES"), "{alg}");
            let bits = alg
                .as_str()
                .rsplit(['A', '+'])
                .find(|it| it.ends_with("KW"));
            let bits = bits.map(|it| it[..3].parse::<usize>().unwrap());
            assert_eq!(alg.kek_len() * 8, bits.unwrap_or(0), "{alg}");
        }
        for crv in Curve::ALL {
            assert_eq!(crv.as_str().parse(), Ok(*crv));
        }
    }

    #[test]
    fn names_are_exact() {
        for name in [
            "none", "None", "NONE", "hs256", "ES256 ", "", "ESP256K", "ML-DSA",
        ] {
            assert!(name.parse::<SigAlg>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_raw_ecdsa_signature_is_two_coordinates() {
        for alg in SigAlg::ALL.iter().filter(|alg| alg.kty() == Kty::Ec) {
            assert_eq!(
                alg.signature_len(),
                Some(2 * alg.curves()[0].octets()),
                "{alg}"
            );
        }
    }
}
