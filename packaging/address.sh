#!/usr/bin/env bash
# Writes into Cargo.toml where the project is to be found, which a clone does not say about itself: the registry and packages show
# it, and `cargo binstall` takes the releases from there. A release does this before it packs anything; it is not committed.
#
#   packaging/address.sh URL
set -euo pipefail
cd "$(dirname "$0")/.."

URL=${1:?usage: packaging/address.sh URL}
[[ $URL =~ ^https://[A-Za-z0-9._/:-]+$ ]] || { echo "address.sh: $URL is not an address that begins with https://" >&2; exit 2; }
if grep -q '^repository = ' Cargo.toml; then
    echo "address.sh: Cargo.toml has a repository already" >&2
    exit 1
fi
awk -v line="repository = \"$URL\"" '{ print } /^license = / && !done { print line; done = 1 }' Cargo.toml >Cargo.toml.new
mv Cargo.toml.new Cargo.toml
