#!/usr/bin/env bash
# jwt-cli's `jwt` behind the command line of README.md.
. "$(dirname "$0")/adapter.sh"
jwt=$PEERS/bin/jwt
[ -x "$jwt" ] || leave 77 "needs jwt-cli"
ALGS="HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 EdDSA"
KEYFORMAT=pem

peer_version() { "$jwt" --version; }

option() { if [ "$1" = EdDSA ]; then echo EDDSA; else echo "$1"; fi; }
# It judges a key file by its name: .pem, or a secret's raw bytes if the algorithm is HMAC.
secret() { cp "$1" "$tmp/key.pem" && echo "@$tmp/key.pem"; }

peer_sign() {
    "$jwt" encode --alg "$(option "$1")" --secret "$(secret "$2")" --no-iat "$(cat "$3")" >"$tmp/token" || exit 1
    printf '%s\n' "$(cat "$tmp/token")"
}

peer_verify() {
    split_token "$1" "$3"
    "$jwt" decode --alg "$(option "$1")" --secret "$(secret "$2")" --json - \
        <<<"$signing_input.$signature64" >"$tmp/report" || exit 1
    # The report wraps the payload; a token that passed is as good a source.
    unb64url "$payload64"
}

run "$@"
