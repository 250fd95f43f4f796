#!/usr/bin/env python3
"""Python clients go through their flows with the issuer at ISSUER."""

import sys

import adapter

NAMES = {"authlib": "Authlib", "joserfc": "joserfc"}


def main():
    if len(sys.argv) != 5 or sys.argv[1] not in NAMES:
        adapter.leave(2, "usage: see README.md")
    name, issuer, client_id, secret = sys.argv[1:]
    adapter.library(NAMES[name])
    adapter.library("requests")
    import json

    import requests

    session = requests.Session()
    # Whatever proxy this machine has is not for this machine's own addresses.
    session.trust_env = False
    secret = adapter.read_line(secret).decode()
    metadata = session.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    oauth = session.get(f"{issuer}/.well-known/oauth-authorization-server", timeout=10).json()
    assert metadata["issuer"] == issuer
    found = {"authlib": authlib, "joserfc": joserfc}[name](session, metadata, client_id, secret)
    print(json.dumps({"oauth_issuer": oauth["issuer"], **found}))


def authlib(session, metadata, client_id, secret):
    """OAuth2Session does the talking, Authlib's own JOSE the checking."""
    from authlib.integrations.requests_client import OAuth2Session
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    redirect = "http://localhost:3000/callback"
    machine = OAuth2Session(client_id, secret, scope="read", trust_env=False)
    machine.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    client = OAuth2Session(
        client_id, secret, scope="openid email", redirect_uri=redirect, code_challenge_method="S256", trust_env=False
    )
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce="n-0S6_WzA2Mj"
    )
    assert create_s256_code_challenge(verifier) in url
    answer = session.get(url, allow_redirects=False, timeout=10).headers["location"]
    tokens = client.fetch_token(metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier)
    claims = id_token(session, metadata, tokens["id_token"], client_id, "n-0S6_WzA2Mj")
    person = client.get(metadata["userinfo_endpoint"]).json()
    assert person["sub"] == claims["sub"]
    old = tokens["refresh_token"]
    refreshed = client.refresh_token(metadata["token_endpoint"], refresh_token=old)
    introspect = lambda token: client.introspect_token(metadata["introspection_endpoint"], token=token).json()  # noqa: E731
    return {
        "scope": machine.token["scope"],
        "sub": claims["sub"],
        "email": person["email"],
        "active": introspect(refreshed["access_token"])["active"],
        "stale": introspect(old)["active"],
    }


def joserfc(session, metadata, client_id, secret):
    """A client without a library for OAuth: requests does the talking, joserfc the checking."""
    import base64
    import hashlib
    from urllib.parse import parse_qs, urlsplit

    redirect, verifier = "http://127.0.0.1:3000/callback", "x" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    post = lambda endpoint, **form: session.post(  # noqa: E731
        metadata[endpoint], data={"client_id": client_id, "client_secret": secret, **form}, timeout=10
    ).json()
    machine = post("token_endpoint", grant_type="client_credentials", scope="read")
    verified(session, metadata, machine["access_token"], {"iss": metadata["issuer"], "aud": metadata["issuer"]})
    query = {
        "response_type": "code", "client_id": client_id, "redirect_uri": redirect, "scope": "openid email", "state": "s",
        "nonce": "n", "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    answer = session.get(metadata["authorization_endpoint"], params=query, allow_redirects=False, timeout=10)
    answer = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer["state"] == ["s"] and answer["iss"] == [metadata["issuer"]]
    form = {"code": answer["code"][0], "redirect_uri": redirect, "code_verifier": verifier}
    tokens = post("token_endpoint", grant_type="authorization_code", **form)
    claims = id_token(session, metadata, tokens["id_token"], client_id, "n")
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    person = session.get(metadata["userinfo_endpoint"], headers=bearer, timeout=10).json()
    refreshed = post("token_endpoint", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    return {
        "scope": machine["scope"],
        "sub": claims["sub"],
        "email": person["email"],
        "active": post("introspection_endpoint", token=refreshed["access_token"])["active"],
        "stale": post("introspection_endpoint", token=tokens["refresh_token"])["active"],
    }


def id_token(session, metadata, token, client_id, nonce):
    return verified(session, metadata, token, {"iss": metadata["issuer"], "aud": client_id, "nonce": nonce})


def verified(session, metadata, token, expected):
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(session.get(metadata["jwks_uri"], timeout=10).json())
    decoded = jwt.decode(token, keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    jwt.JWTClaimsRegistry(**{name: {"essential": True, "value": value} for name, value in expected.items()}).validate(decoded.claims)
    return decoded.claims


if __name__ == "__main__":
    import os

    # Authlib otherwise insists on https, even on this machine.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    main()
