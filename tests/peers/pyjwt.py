#!/usr/bin/env -S python3 -B
"""PyJWT behind the command line of README.md."""

import adapter

VERSION = adapter.library("PyJWT")

import json

import jwt


def sign(alg, key, payload):
    jwk = adapter.read_jwk(alg, key)
    name = adapter.header_alg(alg)
    return jwt.encode(
        json.loads(adapter.read(payload)),
        jwt.PyJWK(jwk, algorithm=name),
        algorithm=name,
        headers=adapter.header(alg, jwk),
    )


def verify(alg, key, token):
    name = adapter.header_alg(alg)
    return jwt.decode(
        adapter.read_line(token),
        jwt.PyJWK(adapter.read_jwk(alg, key), algorithm=name),
        algorithms=[name],
        options={"verify_aud": False},
    )


adapter.run(VERSION, adapter.ALL_ALGS, jwt.PyJWTError, sign=sign, verify=verify)
