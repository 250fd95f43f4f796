#!/usr/bin/env bash
# Writes the Homebrew formula and the Scoop manifest of a release: the templates beside this script with the version, the
# addresses and the checksums put in.
#
#   packaging/render.sh DIR BASE_URL        DIR holds the archives and SHA256SUMS
set -euo pipefail

DIR=${1:?usage: packaging/render.sh DIR BASE_URL}
BASE=${2:?usage: packaging/render.sh DIR BASE_URL}
cd "$(dirname "$0")/.."
VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

# The checksum of an archive, which has to be there.
sum() {
    local name=jwtctl-$VERSION-$1 found
    found=$(awk -v name="$name" '$2 == name || $2 == "*" name { print $1 }' "$DIR/SHA256SUMS")
    [ -n "$found" ] || { echo "render.sh: SHA256SUMS has no $name" >&2; exit 1; }
    echo "$found"
}

render() {
    sed -e "s|@VERSION@|$VERSION|g" -e "s|@BASE@|$BASE|g" \
        -e "s|@SUM_MACOS_ARM@|$(sum aarch64-apple-darwin.tar.gz)|" \
        -e "s|@SUM_MACOS_INTEL@|$(sum x86_64-apple-darwin.tar.gz)|" \
        -e "s|@SUM_LINUX_ARM@|$(sum aarch64-unknown-linux-gnu.tar.gz)|" \
        -e "s|@SUM_LINUX@|$(sum x86_64-unknown-linux-musl.tar.gz)|" \
        -e "s|@SUM_WINDOWS@|$(sum x86_64-pc-windows-gnu.zip)|" "$1" >"$2"
}

render packaging/jwtctl.rb.in "$DIR/jwtctl.rb"
render packaging/jwtctl.json.in "$DIR/jwtctl.json"
