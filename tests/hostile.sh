#!/usr/bin/env bash
# Runs the whole suite where a test with a hidden assumption falls: on a machine that is busy, as
# an ordinary user, and in a folder whose name has everything that a path may have.
#
#   tests/hostile.sh [LOADED [ORDINARY [FOLDER]]]     how often each (default: 10 5 2)
#
#   JWTCTL_HOSTILE_USER   the ordinary user (default: nobody); root alone can become another user
#   JWTCTL_HOSTILE_LOOPS  busy loops beside the tests (default: 6; 0 where something else keeps the machine busy)
#   JWTCTL_HOSTILE_ARGS   further arguments of cargo test, such as "--test keystore"
#
# Builds with what `cargo test --locked` has fetched already, without the network. Ends with one
# line a run and exit code 1 if any failed; the output of each run is kept.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2

LOADED=${1:-10} ORDINARY=${2:-5} FOLDER=${3:-2}
LOOPS=${JWTCTL_HOSTILE_LOOPS:-6}
USER_NAME=${JWTCTL_HOSTILE_USER:-nobody}
read -ra ARGS <<<"${JWTCTL_HOSTILE_ARGS:-}"
STRANGE="it's a clone.lock socket é"

scratch=$(mktemp -d)
chmod 755 "$scratch"
loops=()
cleanup() {
    [ "${#loops[@]}" -eq 0 ] || kill "${loops[@]}" 2>/dev/null
    rm -rf "${scratch:?}/copy" "$scratch/${STRANGE:?}"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

failures=0 runs=0
report() { # NAME LOG CODE SECONDS
    local passed failed
    passed=$(grep -c -E '^test .* \.\.\. ok$' "$2")
    failed=$(grep -E '^test .* \.\.\. FAILED$' "$2" | sed -e 's/^test //' -e 's/ \.\.\. FAILED$//' | tr '\n' ' ')
    runs=$((runs + 1))
    if [ "$3" -eq 0 ]; then
        printf '%-12s ok      %4s passed  %5s s\n' "$1" "$passed" "$4"
    else
        failures=$((failures + 1))
        printf '%-12s FAILED  %4s passed  %5s s  %s(%s)\n' "$1" "$passed" "$4" "$failed" "$2"
    fi
}
run() { # NAME COMMAND…: one run of the suite, in the current directory
    local name=$1 log code start=$SECONDS
    log=$scratch/$(printf %s "$name" | tr -c 'a-z0-9' -).log
    shift
    "$@" >"$log" 2>&1 </dev/null
    code=$?
    report "$name" "$log" "$code" $((SECONDS - start))
}
suite() { cargo test --locked --offline --no-fail-fast "${ARGS[@]}" "$@"; }

# A copy with what is built already. Only jwtctl itself is built again: its tests have the path of the
# repository in them, of which cargo does not keep account.
copy() { # TO
    mkdir -p "$1/target"
    git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- -cf - | tar -xf - -C "$1"
    tar -cf - -C "${CARGO_TARGET_DIR:-target}" --exclude=./debug/incremental --exclude=./tmp --exclude=./release . |
        tar -xf - -C "$1/target"
    rm -rf "$1"/target/debug/.fingerprint/jwtctl-*
}

# cargo, with all test binaries run as the ordinary user, who knows nothing of the caller.
as_user() {
    local host peers=${JWTCTL_PEERS:-${XDG_CACHE_HOME:-$HOME/.cache}/jwtctl-peers}
    host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
    if [ -d "$peers" ] && [ ! -d "$scratch/copy/peers" ]; then cp -a "$peers" "$scratch/copy/peers"; fi
    cat >"$scratch/copy/run" <<END
#!/bin/sh
exec setpriv --reuid=$(id -u "$USER_NAME") --regid=$(id -g "$USER_NAME") --clear-groups env -i \\
    PATH="$PATH" HOME="$scratch/copy/home" JWTCTL_PEERS="$scratch/copy/peers" "\$@"
END
    chmod 755 "$scratch/copy/run"
    (cd "$scratch/copy/clone" && unset CARGO_TARGET_DIR && env "CARGO_TARGET_${host}_RUNNER=$scratch/copy/run" \
        cargo test --locked --offline --no-fail-fast "${ARGS[@]}")
}

printf 'logs in %s\n' "$scratch"
suite --no-run >"$scratch/build.log" 2>&1 || { tail -n 30 "$scratch/build.log" >&2; exit 2; }

if [ "$LOADED" -gt 0 ]; then
    for ((i = 0; i < LOOPS; i++)); do
        (while :; do :; done) &
        loops+=($!)
    done
    for ((i = 1; i <= LOADED; i++)); do run "loaded $i" suite; done
    if [ "${#loops[@]}" -gt 0 ]; then
        kill "${loops[@]}"
        wait "${loops[@]}" 2>/dev/null
    fi
    loops=()
fi

if [ "$ORDINARY" -gt 0 ] && [ "$(id -u)" != 0 ]; then
    for ((i = 1; i <= ORDINARY; i++)); do run "ordinary $i" suite; done
elif [ "$ORDINARY" -gt 0 ]; then
    mkdir -p "$scratch/copy/home"
    copy "$scratch/copy/clone"
    (cd "$scratch/copy/clone" && unset CARGO_TARGET_DIR && suite --no-run >/dev/null 2>&1)
    mkdir -p "$scratch/copy/clone/target/tmp"
    chown -R "$USER_NAME" "$scratch/copy"
    for ((i = 1; i <= ORDINARY; i++)); do run "ordinary $i" as_user; done
    rm -rf "${scratch:?}/copy"
fi

if [ "$FOLDER" -gt 0 ]; then
    copy "$scratch/$STRANGE"
    in_folder() { (cd "$scratch/$STRANGE" && unset CARGO_TARGET_DIR && suite); }
    for ((i = 1; i <= FOLDER; i++)); do run "folder $i" in_folder; done
    rm -rf "${scratch:?}/${STRANGE:?}"
fi

printf '%s runs, %s failures\n' "$runs" "$failures"
[ "$failures" -eq 0 ]
