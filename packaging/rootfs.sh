#!/usr/bin/env bash
# Puts together what the container image holds: the static program, the authorities that it trusts, and a user.
#
#   packaging/rootfs.sh DIR [PROGRAM]        default: what scripts/cross.sh x86_64-unknown-linux-musl has built
#   packaging/rootfs.sh --try DIR            runs it in there, as the image's user (needs root)
set -euo pipefail

USER_ID=65532

try() {
    local root=$1 bytes chroot
    chroot=$(PATH=$PATH:/usr/sbin command -v chroot)
    # A chroot passes the environment on; the image has one of its own.
    jwtctl() {
        env -i HOME=/home/jwtctl CI=1 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
            "$chroot" --userspec=$USER_ID:$USER_ID "$root" /usr/bin/jwtctl "$@"
    }
    jwtctl --version
    jwtctl keygen ES256 --no-encrypt --out /home/jwtctl/key.jwk
    jwtctl sign sub=alice --key /home/jwtctl/key.jwk --aud api --quiet >"$root/home/jwtctl/token"
    jwtctl verify @/home/jwtctl/token --key /home/jwtctl/key.jwk --aud api
    bytes=$(stat -c %s "$root/usr/bin/jwtctl")
    echo "the program has $((bytes / 1000)) kB"
    rm -f "$root/home/jwtctl/key.jwk" "$root/home/jwtctl/token"
}

if [ "${1:-}" = --try ]; then
    try "${2:?usage: packaging/rootfs.sh --try DIR}"
    exit
fi

ROOT=${1:?usage: packaging/rootfs.sh DIR [PROGRAM]}
PROGRAM=${2:-$(dirname "$0")/../target/cross/x86_64-unknown-linux-musl/release/jwtctl}
[ -f "$PROGRAM" ] || { echo "rootfs.sh: there is no program $PROGRAM" >&2; exit 1; }
if readelf --program-headers "$PROGRAM" | grep -q INTERP; then
    echo "rootfs.sh: $PROGRAM is not static, and nothing else will be there" >&2
    exit 1
fi
AUTHORITIES=/etc/ssl/certs/ca-certificates.crt
[ -f "$AUTHORITIES" ] || { echo "rootfs.sh: needs $AUTHORITIES (Debian's package ca-certificates)" >&2; exit 1; }
# What this script made before is made anew; anything else is left alone.
if [ -e "$ROOT" ] && [ ! -f "$ROOT/usr/bin/jwtctl" ]; then
    echo "rootfs.sh: $ROOT is there already" >&2
    exit 1
fi
rm -rf "$ROOT"
install -D -m 755 "$PROGRAM" "$ROOT/usr/bin/jwtctl"
install -D -m 644 "$AUTHORITIES" "$ROOT$AUTHORITIES"
install -d -m 755 "$ROOT/etc" "$ROOT/home"
install -d -m 1777 "$ROOT/tmp"
install -d -m 700 "$ROOT/home/jwtctl"
[ "$(id -u)" -ne 0 ] || chown $USER_ID:$USER_ID "$ROOT/home/jwtctl"
echo "jwtctl:x:$USER_ID:$USER_ID::/home/jwtctl:/sbin/nologin" >"$ROOT/etc/passwd"
echo "jwtctl:x:$USER_ID:" >"$ROOT/etc/group"
