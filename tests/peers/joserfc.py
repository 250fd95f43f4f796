#!/usr/bin/env -S python3 -B
"""joserfc behind the command line of README.md."""

import adapter

VERSION = adapter.library("joserfc")

import json

from joserfc import jwe, jwk, jwt
from joserfc.errors import JoseError

# validate_p2c() of the library refuses more; there is no option to raise it.
MAX_P2C = 300_000


def sign(alg, key, payload):
    members = adapter.read_jwk(alg, key)
    return jwt.encode(
        adapter.header(alg, members),
        json.loads(adapter.read(payload)),
        jwk.import_key(members),
        algorithms=[adapter.header_alg(alg)],
    )


def verify(alg, key, token):
    public = jwk.import_key(adapter.read_jwk(alg, key))
    verified = jwt.decode(
        adapter.read_line(token).decode(), public, algorithms=[adapter.header_alg(alg)]
    )
    jwt.JWTClaimsRegistry().validate(verified.claims)
    return verified.claims


def thumbprint(key):
    return jwk.import_key(json.loads(adapter.read(key))).thumbprint()


def passphrase(path):
    return jwk.OctKey.import_key(adapter.read_line(path))


def seal(key, phrase):
    protected = {
        "alg": "PBES2-HS256+A128KW",
        "enc": "A256GCM",
        "p2c": min(adapter.STEP_P2C, MAX_P2C),
        "cty": "jwk+json",
    }
    return jwe.encrypt_compact(
        protected, adapter.read(key), passphrase(phrase), algorithms=["PBES2-HS256+A128KW", "A256GCM"]
    )


def unseal(sealed, phrase):
    algorithms = ["PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW", "A256GCM"]
    opened = jwe.decrypt_compact(adapter.read_line(sealed), passphrase(phrase), algorithms=algorithms)
    return opened.plaintext


adapter.run(
    VERSION, adapter.ALL_ALGS, (JoseError, ValueError),
    sign=sign, verify=verify, thumbprint=thumbprint,
    maxp2c=lambda: str(MAX_P2C), seal=seal, open=unseal,
)  # fmt: skip
