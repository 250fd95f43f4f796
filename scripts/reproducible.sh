#!/usr/bin/env bash
# Builds the release for this machine twice, in two folders of different names, and compares what comes out.
#
#   scripts/reproducible.sh [TARGET]
#
#   WORK=DIR          keeps both clones and what they built in this new directory
set -euo pipefail
cd "$(dirname "$0")/.."

TARGET=${1:-$(rustc -vV | sed -n 's/^host: //p')}
if [ -n "${WORK:-}" ]; then
    mkdir -p "$WORK"
    work=$(cd "$WORK" && pwd)
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
for turn in one another; do
    git clone --quiet . "$work/$turn"
    (cd "$work/$turn" && CARGO_TARGET_DIR=$work/$turn/target scripts/release-build.sh "$TARGET" "$work/$turn.dist" >/dev/null)
done
(cd "$work" && sha256sum one.dist/*.gz another.dist/*.gz one.dist/*.zip another.dist/*.zip 2>/dev/null) || true
if diff -r "$work/one.dist" "$work/another.dist"; then
    echo "the same bytes"
else
    echo "reproducible.sh: the two builds differ" >&2
    exit 1
fi
