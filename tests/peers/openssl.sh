#!/usr/bin/env bash
# The `openssl` program behind the command line of README.md. It knows no tokens: this
# assembles them around its signatures, and turns ECDSA's DER into the two numbers of a JWS.
. "$(dirname "$0")/adapter.sh"
case $(openssl version 2>/dev/null || true) in
"OpenSSL "[3-9]* | "OpenSSL "[1-9][0-9]*) ;;
*) leave 77 "needs openssl 3 or later" ;;
esac
ALGS="HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA EdDSA-Ed448"
KEYFORMAT=pem

peer_version() { openssl version; }

hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }
unhex() { # HEX
    local text=$1 out=
    while [ -n "$text" ]; do
        out=$out\\x${text:0:2}
        text=${text:2}
    done
    # shellcheck disable=SC2059
    printf "$out"
}

# Sets $digest, for RSA $padding, for ECDSA $size (bytes of one number); refuses a key of another kind.
fit_key() { # ALG KEYFILE (-pubin | nothing)
    local kind
    case $1 in
    *256*) digest=-sha256 ;;
    *384*) digest=-sha384 ;;
    *512*) digest=-sha512 ;;
    esac
    padding=()
    case $1 in
    HS*) return ;;
    RS*) kind="rsaEncryption" ;;
    PS*) kind="rsaEncryption" padding=(-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest) ;;
    ES256) kind="prime256v1" size=32 ;;
    ES256K) kind="secp256k1" size=32 ;;
    ES384) kind="secp384r1" size=48 ;;
    ES512) kind="secp521r1" size=66 ;;
    EdDSA) kind="ED25519" ;;
    EdDSA-Ed448) kind="ED448" ;;
    esac
    # Without `$3` quoted: it may be absent.
    openssl pkey -in "$2" ${3:+"$3"} -pubout -outform DER -out "$tmp/spki" || leave 1 "not a key"
    openssl asn1parse -inform DER -in "$tmp/spki" | grep -q ":$kind\$" || leave 1 "not a key for $1"
}

ecdsa_raw() { # DERFILE -> raw on stdout
    local number
    openssl asn1parse -inform DER -in "$1" | sed -n 's/.*INTEGER *://p' | while read -r number; do
        while [ ${#number} -lt $((size * 2)) ]; do number=0$number; done
        unhex "$number"
    done
}
ecdsa_der() { # RAWFILE DERFILE
    local numbers
    numbers=$(hex "$1")
    [ ${#numbers} -eq $((size * 4)) ] || leave 1 "the signature has the wrong length"
    printf 'asn1=SEQUENCE:s\n[s]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' \
        "${numbers:0:size*2}" "${numbers:size*2}" >"$tmp/conf"
    openssl asn1parse -genconf "$tmp/conf" -noout -out "$2"
}

hmac() { # KEYFILE <message >raw
    openssl dgst "$digest" -mac HMAC -macopt "hexkey:$(hex "$1")" -binary
}

peer_sign() {
    local input
    fit_key "$1" "$2"
    input=$(printf '{"alg":"%s","typ":"JWT"}' "$(header_alg "$1")" | b64url).$(b64url <"$3")
    printf %s "$input" >"$tmp/input"
    case $1 in
    HS*) hmac "$2" <"$tmp/input" >"$tmp/signature" ;;
    Ed*) openssl pkeyutl -sign -rawin -inkey "$2" -in "$tmp/input" -out "$tmp/signature" ;;
    ES*)
        openssl dgst "$digest" -sign "$2" -out "$tmp/der" "$tmp/input"
        ecdsa_raw "$tmp/der" >"$tmp/signature"
        ;;
    *) openssl dgst "$digest" -sign "$2" ${padding[@]+"${padding[@]}"} -out "$tmp/signature" "$tmp/input" ;;
    esac
    printf '%s.%s\n' "$input" "$(b64url <"$tmp/signature")"
}

peer_verify() {
    local ok=0
    fit_key "$1" "$2" -pubin
    split_token "$1" "$3"
    printf %s "$signing_input" >"$tmp/input"
    unb64url "$signature64" >"$tmp/signature" || leave 1 "the signature is not base64url"
    case $1 in
    HS*)
        hmac "$2" <"$tmp/input" >"$tmp/expected"
        cmp -s "$tmp/expected" "$tmp/signature" || ok=1
        ;;
    Ed*)
        openssl pkeyutl -verify -rawin -pubin -inkey "$2" -in "$tmp/input" \
            -sigfile "$tmp/signature" >"$tmp/log" 2>&1 || ok=1
        ;;
    ES*)
        ecdsa_der "$tmp/signature" "$tmp/der"
        openssl dgst "$digest" -verify "$2" -signature "$tmp/der" "$tmp/input" >"$tmp/log" 2>&1 || ok=1
        ;;
    *)
        openssl dgst "$digest" -verify "$2" ${padding[@]+"${padding[@]}"} \
            -signature "$tmp/signature" "$tmp/input" >"$tmp/log" 2>&1 || ok=1
        ;;
    esac
    [ "$ok" = 0 ] || leave 1 "the signature is wrong"
    unb64url "$payload64"
}

# Encrypted PKCS#8. It reads any number of iterations; this one is for symmetry.
peer_maxp2c() { echo 1000000; }
peer_seal() {
    printf '%s\n' "$(cat "$2")" >"$tmp/passphrase"
    openssl pkcs8 -topk8 -in "$1" -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter "$STEP_P2C" \
        -passout "file:$tmp/passphrase" || exit 1
}
peer_open() {
    printf '%s\n' "$(cat "$2")" >"$tmp/passphrase"
    # `pkcs8` takes nothing but an encrypted key here.
    openssl pkcs8 -in "$1" -passin "file:$tmp/passphrase" || exit 1
}

run "$@"
