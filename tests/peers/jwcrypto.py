#!/usr/bin/env -S python3 -B
"""jwcrypto behind the command line of README.md."""

import adapter

VERSION = adapter.library("jwcrypto")

import json

from jwcrypto import jwa, jwe, jwk, jws, jwt
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


# Encrypted tokens are read within the limits that the library has by itself.
DEFAULT_P2C = 16_384


def encrypt_one(job):
    several = len(job["recipients"]) > 1
    if job["form"] == "general" and not several:
        raise adapter.Lacks("writes the flattened form for one recipient")
    protected = {"enc": job["enc"]}
    if not several:
        protected["alg"] = job["recipients"][0]["alg"]
    algs = [job["enc"], *(it["alg"] for it in job["recipients"])]
    for name in algs:
        try:
            jwa.JWA.encryption_alg(name) if name == job["enc"] else jwa.JWA.keymgmt_alg(name)
        except JWException as error:
            raise adapter.Lacks(str(error)) from error
    token = jwe.JWE(
        job["payload"].encode(), json.dumps(protected), algs=algs,
        aad=job["aad"].encode() if job.get("aad") else None,
    )  # fmt: skip
    for it in job["recipients"]:
        header = json.dumps({"alg": it["alg"], "kid": it["key"].get("kid")}) if several else None
        token.add_recipient(jwk.JWK(**it["key"]), header)
    return {"token": token.serialize(compact=job["form"] == "compact")}


def decrypt_one(job):
    jwa.default_max_pbkdf2_iterations = DEFAULT_P2C
    for name in (job["alg"], job["enc"]):
        try:
            jwa.JWA.encryption_alg(name) if name == job["enc"] else jwa.JWA.keymgmt_alg(name)
        except JWException as error:
            raise adapter.Lacks(str(error)) from error
    opened = jwe.JWE(algs=[job["alg"], job["enc"]])
    opened.deserialize(job["token"], jwk.JWK(**job["key"]))
    return {"payload": opened.payload.decode()}


def sign_one(job):
    if job["form"] == "general" and len(job["signers"]) == 1:
        raise adapter.Lacks("writes the flattened form for one signature")
    # Bytes that are not encoded do not go into its JSON.
    is_text = not job["b64"] and job["form"] != "compact"
    token = jws.JWS(job["payload"] if is_text else job["payload"].encode())
    for it in job["signers"]:
        members = {"alg": it["alg"], "kid": it["key"]["kid"]}
        if not job["b64"]:
            members |= {"b64": False, "crit": ["b64"]}
        token.add_signature(jwk.JWK(**it["key"]), None, json.dumps(members), None)
    if job["detached"]:
        token.detach_payload()
    return {"token": token.serialize(compact=job["form"] == "compact")}


def verify_one(job):
    if not job["token"].startswith("{") and not job["b64"] and not job["detached"]:
        raise adapter.Lacks("reads no compact token with a payload that is not encoded")
    token = jws.JWS()
    token.allowed_algs = [job["alg"]]
    token.deserialize(job["token"])
    outside = job["payload"].encode() if job["detached"] else None
    token.verify(jwk.JWK(**job["key"]), detached_payload=outside)
    if job["detached"]:
        return {"payload": job["payload"]}
    seen = token.payload
    return {"payload": seen.decode() if isinstance(seen, bytes) else seen}


REFUSALS = (JWException, ValueError)
adapter.run(
    VERSION, adapter.ALL_ALGS, REFUSALS,
    sign=sign, verify=verify, thumbprint=thumbprint,
    maxp2c=lambda: str(MAX_P2C), seal=seal, sealjson=sealjson, open=unseal,
    encrypt=lambda jobs: adapter.each(jobs, REFUSALS, encrypt_one),
    decrypt=lambda jobs: adapter.each(jobs, REFUSALS, decrypt_one),
    signobjects=lambda jobs: adapter.each(jobs, REFUSALS, sign_one),
    verifyobjects=lambda jobs: adapter.each(jobs, REFUSALS, verify_one),
)  # fmt: skip
