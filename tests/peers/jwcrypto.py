#!/usr/bin/env -S python3 -B
"""jwcrypto behind the command line of README.md."""

import adapter

VERSION = adapter.library("jwcrypto")

import json

from jwcrypto import jwa, jwe, jwk, jwt
from jwcrypto.common import JWException

# 16,384 unless raised, and this module attribute is the way to raise it.
jwa.default_max_pbkdf2_iterations = MAX_P2C = 1_000_000


def sign(alg, key, payload):
    members = adapter.read_jwk(alg, key)
    token = jwt.JWT(
        header=adapter.header(alg, members), claims=json.loads(adapter.read(payload))
    )
    token.make_signed_token(jwk.JWK(**members))
    return token.serialize()


def verify(alg, key, token):
    verified = jwt.JWT(algs=[adapter.header_alg(alg)], expected_type="JWS")
    verified.deserialize(
        adapter.read_line(token).decode(), jwk.JWK(**adapter.read_jwk(alg, key))
    )
    return verified.claims


def thumbprint(key):
    return jwk.JWK.from_json(adapter.read(key).decode()).thumbprint()


def passphrase(path):
    return jwk.JWK.from_password(adapter.read_line(path).decode())


def sealed(key, phrase):
    protected = {
        "alg": "PBES2-HS256+A128KW",
        "enc": "A256GCM",
        "p2c": adapter.STEP_P2C,
        "cty": "jwk+json",
    }
    token = jwe.JWE(adapter.read(key), json.dumps(protected))
    token.add_recipient(passphrase(phrase))
    return token


def seal(key, phrase):
    return sealed(key, phrase).serialize(compact=True)


def sealjson(key, phrase):
    return sealed(key, phrase).serialize()


def unseal(sealed, phrase):
    algs = ["PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW", "A256GCM"]
    opened = jwe.JWE(algs=algs)
    opened.deserialize(adapter.read_line(sealed).decode(), passphrase(phrase))
    return opened.payload


adapter.run(
    VERSION, adapter.ALL_ALGS, (JWException, ValueError),
    sign=sign, verify=verify, thumbprint=thumbprint,
    maxp2c=lambda: str(MAX_P2C), seal=seal, sealjson=sealjson, open=unseal,
)  # fmt: skip
