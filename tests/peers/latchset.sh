#!/usr/bin/env bash
# latchset's `jose` behind the command line of README.md.
. "$(dirname "$0")/adapter.sh"
command -v jose >/dev/null || leave 77 "needs jose (latchset)"
# Another program of that name would not know this.
ALGS=$(jose alg -k sign 2>/dev/null | tr '\n' ' ') || leave 77 "needs jose (latchset)"
KEYFORMAT=jwk

peer_version() { dpkg-query -W -f '${Version}\n' jose 2>/dev/null || echo unknown; }

member() { jose fmt -j "$1" -O -g "$2" -u- 2>/dev/null; } # FILE NAME

peer_sign() {
    local header kid
    header=(-j '{"protected":{"typ":"JWT"}}' -g protected -q "$1" -s alg -U)
    if kid=$(member "$2" kid); then header+=(-q "$kid" -s kid -U); fi
    jose fmt "${header[@]}" -U -o "$tmp/template"
    jose jws sig -I "$3" -s "$tmp/template" -k "$2" -c -o- || exit 1
    echo
}

peer_verify() {
    # The program takes the algorithm from the header, so this pins it.
    split_token "$1" "$3"
    printf '%s.%s' "$signing_input" "$signature64" >"$tmp/token"
    jose jws ver -i "$tmp/token" -k "$2" -O "$tmp/payload" || exit 1
    cat "$tmp/payload"
}

peer_thumbprint() {
    # For other key types it prints memory it has never written to.
    case $(member "$1" kty) in
    oct | RSA | EC) ;;
    *) leave 77 "thumbprint: not of this key type" ;;
    esac
    jose jwk thp -i "$1" || exit 1
    echo
}

# The ceiling is compiled in. The passphrase goes in as a symmetric key of the same bytes:
# the program itself asks for one only on a terminal.
peer_maxp2c() { echo 32768; }
passphrase() { printf '{"kty":"oct","k":"%s"}' "$(printf %s "$(cat "$1")" | b64url)" >"$tmp/passphrase"; }
peer_seal() {
    passphrase "$2"
    jose jwe enc -I "$1" -k "$tmp/passphrase" -c -o- -i \
        '{"protected":{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":32768,"cty":"jwk+json"}}' || exit 1
    echo
}
peer_open() {
    passphrase "$2"
    printf %s "$(cat "$1")" >"$tmp/sealed"
    jose jwe dec -i "$tmp/sealed" -k "$tmp/passphrase" -O "$tmp/opened" || exit 1
    cat "$tmp/opened"
}

# A file of jobs, as README.md has it; one process of the program each.
peer_encrypt() { python3 -B "$(dirname "$0")/latchset_jobs.py" encrypt "$1" "$tmp"; }
peer_signobjects() { python3 -B "$(dirname "$0")/latchset_jobs.py" sign "$1" "$tmp"; }
peer_verifyobjects() { python3 -B "$(dirname "$0")/latchset_jobs.py" verify "$1" "$tmp"; }
peer_decrypt() { python3 -B "$(dirname "$0")/latchset_jobs.py" decrypt "$1" "$tmp"; }

run "$@"
