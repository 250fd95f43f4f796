#!/usr/bin/env -S python3 -B
"""joserfc behind the command line of README.md."""

import adapter

VERSION = adapter.library("joserfc")

import base64
import json

from joserfc import jwe, jwk, jws, jwt
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


def lacks(*algs):
    known = jwe.JWERegistry.algorithms
    for alg in algs:
        if alg not in known["alg"] and alg not in known["enc"]:
            raise adapter.Lacks(alg)


def encrypt_one(job):
    algs = [it["alg"] for it in job["recipients"]]
    lacks(job["enc"], *algs)
    allowed = [job["enc"], *algs]
    first = job["recipients"][0]
    if job["form"] == "compact":
        protected = {"alg": first["alg"], "enc": job["enc"]}
        key = jwk.import_key(first["key"])
        return {"token": jwe.encrypt_compact(protected, job["payload"], key, algorithms=allowed)}
    general = job["form"] == "general"
    make = jwe.GeneralJSONEncryption if general else jwe.FlattenedJSONEncryption
    aad = job["aad"].encode() if job.get("aad") else None
    made = make({"enc": job["enc"]}, job["payload"].encode(), aad=aad)
    for it in job["recipients"]:
        header = {"alg": it["alg"]} | ({"kid": it["key"]["kid"]} if "kid" in it["key"] else {})
        made.add_recipient(header, jwk.import_key(it["key"]))
    return {"token": json.dumps(jwe.encrypt_json(made, None, algorithms=allowed))}


def decrypt_one(job):
    lacks(job["alg"], job["enc"])
    allowed = [job["alg"], job["enc"]]
    key = jwk.import_key(job["key"])
    if not job["token"].startswith("{"):
        opened = jwe.decrypt_compact(job["token"], key, algorithms=allowed)
        return {"payload": opened.plaintext.decode()}
    token = json.loads(job["token"])
    if len(token.get("recipients", [])) > 1:
        raise adapter.Lacks("opens for every recipient at once, and needs all keys")
    opened = jwe.decrypt_json(token, key, algorithms=allowed)
    return {"payload": opened.plaintext.decode()}


def sign_one(job):
    algs = [it["alg"] for it in job["signers"]]
    if missing := [alg for alg in algs if alg not in jws.JWSRegistry.algorithms]:
        raise adapter.Lacks(missing[0])
    critical = {} if job["b64"] else {"b64": False, "crit": ["b64"]}
    members = [{"alg": it["alg"], "kid": it["key"]["kid"]} | critical for it in job["signers"]]
    keys = jwk.KeySet([jwk.import_key(it["key"]) for it in job["signers"]])
    if job["form"] == "compact":
        token = jws.serialize_compact(members[0], job["payload"], keys, algorithms=algs)
        if ".." in token and not job["detached"]:
            raise adapter.Lacks("detaches what is neither encoded nor safe in a URL")
        return {"token": jws.detach_content(token) if job["detached"] and job["b64"] else token}
    protected = [{"protected": it} for it in members]
    content = protected if job["form"] == "general" else protected[0]
    token = jws.serialize_json(content, job["payload"], keys, algorithms=algs)
    return {"token": json.dumps(jws.detach_content(token) if job["detached"] else token)}


def verify_one(job):
    if job["alg"] not in jws.JWSRegistry.algorithms:
        raise adapter.Lacks(job["alg"])
    key, algs = jwk.import_key(job["key"]), [job["alg"]]
    payload = job["payload"].encode() if job["detached"] else None
    if not job["token"].startswith("{"):
        found = jws.deserialize_compact(job["token"], key, algorithms=algs, payload=payload)
        return {"payload": found.payload.decode()}
    token = json.loads(job["token"])
    if len(token.get("signatures", [])) > 1:
        raise adapter.Lacks("verifies every signature at once, and needs all keys")
    if job["detached"] and job["b64"]:
        token["payload"] = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    elif job["detached"]:
        token["payload"] = job["payload"]
    found = jws.deserialize_json(token, key, algorithms=algs)
    return {"payload": found.payload.decode()}


REFUSALS = (JoseError, ValueError)
adapter.run(
    VERSION, adapter.ALL_ALGS, REFUSALS,
    sign=sign, verify=verify, thumbprint=thumbprint,
    maxp2c=lambda: str(MAX_P2C), seal=seal, open=unseal,
    encrypt=lambda jobs: adapter.each(jobs, REFUSALS, encrypt_one),
    decrypt=lambda jobs: adapter.each(jobs, REFUSALS, decrypt_one),
    signobjects=lambda jobs: adapter.each(jobs, REFUSALS, sign_one),
    verifyobjects=lambda jobs: adapter.each(jobs, REFUSALS, verify_one),
)  # fmt: skip
