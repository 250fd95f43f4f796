#!/usr/bin/env bash
# Builds what a release has for one target: an archive of the program, its documents, manual, completions and licences, and a list
# of everything that is in it (CycloneDX); on Linux, for this machine's own kind, a Debian package and an RPM.
#
#   scripts/release-build.sh TARGET DIR
#
# The same source gives the same bytes: paths of this machine are left out, and times are those of the last commit. Uses
# cargo-auditable, cargo-cyclonedx, cargo-deb and cargo-generate-rpm where they are installed.
set -euo pipefail
cd "$(dirname "$0")/.."

TARGET=${1:?usage: scripts/release-build.sh TARGET DIR}
OUT=${2:?usage: scripts/release-build.sh TARGET DIR}
VERSION=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
NAME=jwtctl-$VERSION-$TARGET
FOLDER=${CARGO_TARGET_DIR:-target}

SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
sysroot=$(rustc --print sysroot)
export RUSTFLAGS="--remap-path-prefix=$PWD=/jwtctl --remap-path-prefix=$CARGO_HOME=/cargo --remap-path-prefix=$sysroot=/rust ${RUSTFLAGS:-}"
# The C libraries write down where they were compiled as well; see scripts/cc.sh.
export JWTCTL_FOLDERS="-ffile-prefix-map=$PWD=/jwtctl -ffile-prefix-map=$CARGO_HOME=/cargo"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/bin"
cp scripts/cc.sh "$stage/bin/jwtctl-cc"
export PATH=$stage/bin:$PATH
compiler=CC_${TARGET//-/_}
case $TARGET in
*-windows-*) export CFLAGS="$JWTCTL_FOLDERS ${CFLAGS:-}" ;;
*-musl) export JWTCTL_CC=musl-gcc "$compiler=jwtctl-cc" ;;
aarch64-unknown-linux-gnu) export JWTCTL_CC=aarch64-linux-gnu-gcc "$compiler=jwtctl-cc" ;;
*) export JWTCTL_CC=${CC:-cc} "$compiler=jwtctl-cc" ;;
esac

if cargo auditable --version >/dev/null 2>&1; then AUDITABLE=1; else AUDITABLE=; fi
export AUDITABLE
case $TARGET in
*-musl | aarch64-unknown-linux-gnu | *-windows-gnu)
    scripts/cross.sh "$TARGET" build
    built=target/cross/$TARGET/release
    ;;
*)
    cargo ${AUDITABLE:+auditable} build --release --locked --target "$TARGET"
    built=$FOLDER/$TARGET/release
    ;;
esac

mkdir -p "$OUT"
mkdir "$stage/$NAME"
case $TARGET in
*-windows-*) cp "$built/jwtctl.exe" "$stage/$NAME/" ;;
*) cp "$built/jwtctl" "$stage/$NAME/" ;;
esac
# README.md links to the others.
mkdir "$stage/$NAME/benches"
cp benches/RESULTS.md "$stage/$NAME/benches/"
cp -r man completions docs README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md LICENSE-APACHE LICENSE-MIT "$stage/$NAME/"
find "$stage/$NAME" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
case $TARGET in
*-windows-*)
    (cd "$stage" && find "$NAME" -type f | LC_ALL=C sort | TZ=UTC zip -X -q -@ "$NAME.zip")
    mv "$stage/$NAME.zip" "$OUT/"
    ;;
*)
    # Names in one order, and nobody's name: the two tars that there are spell that differently.
    (cd "$stage" && find "$NAME" -type f | LC_ALL=C sort >list)
    if tar --version | grep -q GNU; then owner=(--owner=0 --group=0 --numeric-owner); else owner=(--uid 0 --gid 0); fi
    (cd "$stage" && tar -c "${owner[@]}" -T list) | gzip -n -9 >"$OUT/$NAME.tar.gz"
    ;;
esac
if cargo cyclonedx --version >/dev/null 2>&1; then
    cargo cyclonedx --format json --target "$TARGET" --override-filename "$NAME.cdx"
    # With the folder of the clone left out here as well.
    sed "s|$PWD|/jwtctl|g" "$NAME.cdx.json" >"$OUT/$NAME.cdx.json"
    rm "$NAME.cdx.json"
fi
if [ "$TARGET" = "$(rustc -vV | sed -n 's/^host: //p')" ] && [ "$(uname)" = Linux ]; then
    if cargo deb --version >/dev/null 2>&1; then cargo deb --no-build --target "$TARGET" --output "$OUT/"; fi
    if cargo generate-rpm --version >/dev/null 2>&1; then
        # RPM takes no hyphen in a version: the tilde sorts before the release, too.
        cargo generate-rpm --target "$TARGET" --target-dir "$FOLDER" --output "$OUT/" \
            --set-metadata "version = \"${VERSION/-/\~}\""
    fi
fi
ls -l "$OUT"
