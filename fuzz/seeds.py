#!/usr/bin/env python3
"""Fills fuzz/corpus from this project's vectors: every token, key, set and record in tests/data, and a few by hand.

    fuzz/seeds.py

Safe to run again: a seed is named by its digest, and what fuzzing has found stays.
"""
import base64
import hashlib
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "tests/data"
JWK = {"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
SET = {"keys": [JWK]}
NOW = 1785578400
ENTRY = {
    "v": 1, "url": "https://issuer.example/jwks", "ctx": "system", "issuer": None, "jwks": SET,
    "dropped": [{"i": 0, "why": "kty_oct"}], "jwks_sha256": "", "requested_at_ms": NOW * 1000, "fetched_at_ms": NOW * 1000,
    "expires_at_ms": (NOW + 600) * 1000, "stale_until_ms": (NOW + 900) * 1000,
    "http": {"etag": '"1"', "last_modified": None, "date_ms": 1, "age_s": 0, "max_age_s": 600, "stale_if_error_s": None},
    "boot": {"id": "x", "ms": 1}, "provenance": "fetch", "writer": "jwtctl/0.1.0",
}


def put(target, *seeds):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        if isinstance(seed, (dict, list)):
            seed = json.dumps(seed, separators=(",", ":"))
        data = seed.encode() if isinstance(seed, str) else seed
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def walk(value):
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from walk(inner)


def vectors():
    for path in sorted(DATA.glob("*.json")):
        for value in walk(json.loads(path.read_text())):
            if isinstance(value, str) and value.startswith("eyJ") and value.count(".") in (2, 4):
                put("compact_jws", value)
                header, payload = value.split(".")[:2]
                put("header", unpadded(header))
                if value.count(".") == 4:
                    put("compact_jwe", value)
                if value.count(".") == 4 and b"p2c" in unpadded(header):
                    put("pbes2", value)
                elif value.count(".") == 2:
                    put("claims", unpadded(payload))
            elif isinstance(value, dict) and "kty" in value:
                put("jwk", value)
                put("jwks", {"keys": [value]})
            elif isinstance(value, dict) and "payload" in value and ("signature" in value or "signatures" in value):
                put("json_jws", value)
            elif isinstance(value, dict) and "ciphertext" in value:
                put("json_jwe", value)
            elif isinstance(value, dict) and isinstance(value.get("keys"), list):
                put("jwks", value)


def keys():
    for path in sorted((DATA / "keys").iterdir()):
        data = path.read_bytes()
        if path.name == "README.md" or len(data) > 16384:
            continue
        put("key_file", data)
        if path.name.endswith(".cert.der"):
            put("x5c", data)
        if ".enc-" in path.name:
            put("pbes2", data)
        if path.name.endswith(".jwk.json"):
            put("jwk", data)


def by_hand():
    for name in ("issued", "presented", "altered", "bound"):
        put("sd_jwt", (HERE.parent / f"tests/cmd/sd-jwt.in/{name}.txt").read_text().strip())
    claims = {"iss": "https://issuer.example", "sub": "x", "aud": ["api", "b"], "exp": NOW + 60, "nbf": NOW, "iat": NOW, "jti": "1"}
    put("claims", claims, {**claims, "exp": 1785578460.5, "aud": "api", "scope": "read write"}, '{"exp":1e400}')
    put("header", {"alg": "RS256", "kid": "k", "typ": "JWT", "crit": ["b64"], "b64": False, "x5c": ["AA=="], "jwk": JWK})
    put("cache_entry", ENTRY, {"v": 1, "ended_at_ms": 1, "outcome": "error", "reason": "kid_miss", "fails": 2, "not_before_ms": 1001,
                               "error": {"class": "http_5xx", "status": 503, "why": "503"}})
    put("bundle", {"format": "jwtctl-jwks-bundle", "v": 1, "uat_unit": "ms", "created_at_ms": 1, "entries": [
        {"url": "https://issuer.example/", "issuer": None, "jwks": SET, "uat": NOW * 1000, "expires_at_ms": (NOW + 600) * 1000, "etag": None}]})
    put("portable_cache", SET, {"jwks": SET, "uat": NOW}, {"jwks": SET, "uat": NOW * 1000})
    put("session_record", {"rjwt": "x", "user": 1, "roles": ["a"]}, {"claims": {"jti": "x"}, "jwt": "a.b.c", "a": {"b": [1.5, None]}})
    # The first 64 octets of a record without a MAC are the digest of the rest, which no mutator keeps right.
    put("shared_record", {"jwks": SET, "uat": NOW * 1000}, ENTRY)
    put("discovery", {"issuer": "https://issuer.example", "jwks_uri": "https://issuer.example/jwks"},
        {"issuer": "https://issuer.example/", "jwks_uri": "http://127.0.0.1/jwks", "id_token_signing_alg_values_supported": ["RS256"]})
    put("cache_control", "cache-control: max-age=600, stale-if-error=60\nage: 5\ndate: Sat, 01 Aug 2026 10:00:00 GMT\netag: \"1\"",
        "cache-control: no-store", "cache-control: public, s-maxage=\"10\"\nexpires: 0", "retry-after: 5\nlast-modified: x")


vectors()
keys()
by_hand()
for folder in sorted((HERE / "corpus").iterdir()):
    print(f"{folder.name}: {sum(1 for _ in folder.iterdir())} inputs")
