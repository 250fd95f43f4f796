"""The library sd-jwt (PyPI) as issuer, holder and verifier, for tests/profiles.rs.

    sd_jwt.py version
    sd_jwt.py issue ISSUER HOLDER                      an SD-JWT of the person below, keys being JWK files
    sd_jwt.py present SD_JWT HOLDER AUD NONCE WHAT     WHAT is the JSON of what is disclosed
    sd_jwt.py verify PRESENTED ISSUER AUD NONCE        its payload
"""

import adapter

VERSION = adapter.library("sd-jwt")

import json
import sys
import time

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier


def text(path):
    with open(path) as file:
        return file.read().strip()


def key(path):
    return JWK.from_json(text(path))


def person():
    return {
        "iss": "https://issuer.example",
        "iat": int(time.time()),
        "exp": int(time.time()) + 3600,
        "sub": "alice",
        SDObj("name"): "Alice",
        SDObj("address"): {SDObj("street"): "Main St", "country": "DE"},
        "nationalities": [SDObj("DE"), SDObj("FR")],
    }


def main(command, *args):
    if command == "version":
        print(VERSION)
    elif command == "issue":
        issuer, holder = args
        issued = SDJWTIssuer(person(), key(issuer), JWK.from_json(key(holder).export_public()), add_decoy_claims=True)
        print(issued.sd_jwt_issuance)
    elif command == "present":
        issued, holder, aud, nonce, what = args
        presenting = SDJWTHolder(text(issued))
        presenting.create_presentation(json.loads(what), nonce, aud, key(holder))
        print(presenting.sd_jwt_presentation)
    elif command == "verify":
        presented, issuer, aud, nonce = args
        verifier = SDJWTVerifier(text(presented), lambda _iss, _header: key(issuer), aud, nonce)
        print(json.dumps(verifier.get_verified_payload()))
    else:
        sys.exit(2)


main(*sys.argv[1:])
