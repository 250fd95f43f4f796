# shellcheck shell=bash
# What the shell adapters share. The adapter defines peer_version, ALGS, KEYFORMAT and a
# function peer_COMMAND for each command of README.md that its peer has, then calls `run "$@"`.
set -euo pipefail
export LC_ALL=C

PEERS=${JWTCTL_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/jwtctl-peers}
STEP_P2C=600000
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

leave() { # CODE WHY
    printf '%s\n' "$2" >&2
    exit "$1"
}

b64url() { base64 | tr -d '\n=' | tr '+/' '-_'; }
unb64url() { # TEXT
    local text
    text=$(printf %s "$1" | tr -- '-_' '+/')
    case $((${#text} % 4)) in
    2) text=$text== ;;
    3) text=$text= ;;
    esac
    printf %s "$text" | base64 -d 2>/dev/null
}

header_alg() { if [ "$1" = EdDSA-Ed448 ]; then echo EdDSA; else echo "$1"; fi; }

# Takes a token apart: $signing_input, $payload64, $signature64; refuses another algorithm.
split_token() { # ALG TOKENFILE
    local token header
    token=$(cat "$2")
    [[ $token =~ ^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$ ]] || leave 1 "not a compact JWS"
    payload64=${BASH_REMATCH[2]} signature64=${BASH_REMATCH[3]}
    signing_input=${BASH_REMATCH[1]}.$payload64
    header=$(unb64url "${BASH_REMATCH[1]}") || leave 1 "the header is not base64url"
    [[ $header =~ \"alg\"[[:space:]]*:[[:space:]]*\"([^\"]*)\" ]] || leave 1 "the header has no alg"
    [ "${BASH_REMATCH[1]}" = "$(header_alg "$1")" ] || leave 1 "alg is ${BASH_REMATCH[1]}, not $1"
}

run() {
    local command=${1:-} wanted
    [ $# -eq 0 ] || shift
    case $command in
    version | maxp2c) wanted=0 ;;
    keyformat) echo "$KEYFORMAT" && return ;;
    algs) printf '%s\n' $ALGS && return ;;
    sign | verify) wanted=3 ;;
    thumbprint | encrypt | decrypt | signobjects | verifyobjects) wanted=1 ;;
    seal | sealjson | open) wanted=2 ;;
    *) leave 2 "usage: see README.md" ;;
    esac
    [ $# -eq "$wanted" ] || leave 2 "usage: see README.md"
    declare -F "peer_$command" >/dev/null || leave 77 "$command: this peer has none"
    if [ "$wanted" = 3 ]; then
        case " $ALGS " in
        *" $1 "*) ;;
        *) leave 77 "$1: this peer has none" ;;
        esac
    fi
    "peer_$command" "$@"
}
