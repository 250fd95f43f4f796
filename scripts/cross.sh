#!/usr/bin/env bash
# Builds jwtctl for another system than this one, and tries it there.
#
#   scripts/cross.sh TARGET [build|test]      default: both
#
#   x86_64-unknown-linux-musl     static; runs here
#   aarch64-unknown-linux-gnu     runs under qemu-user-static
#   x86_64-pc-windows-gnu         runs under wine64
#
# Takes rustup's standard library for the target where it is installed, else builds one from Debian's rustc-web, cargo-web
# and rust-web-src. What else a target needs is named when it is missing. The program ends up in
# target/cross/TARGET/release.
#
#   FEATURES=cli      leaves out what is optional
#   PROFILE=dev       builds in a fraction of the time; the program is in target/cross/TARGET/debug
#   AUDITABLE=1       has cargo-auditable write into the program what it is made of
set -euo pipefail
cd "$(dirname "$0")/.."

TARGET=${1:?usage: scripts/cross.sh TARGET [build|test]}
WHAT=${2:-both}
OUT=target/cross
PROFILE=${PROFILE:-release}
case $PROFILE in dev) folder=debug ;; *) folder=$PROFILE ;; esac
BUILT=$OUT/$TARGET/$folder

need() {
    command -v "$1" >/dev/null || { echo "cross.sh: needs $1 (Debian's package $2)" >&2; exit 1; }
}

flags=()
case $TARGET in
x86_64-unknown-linux-musl)
    need musl-gcc musl-tools
    export CC_x86_64_unknown_linux_musl=${CC_x86_64_unknown_linux_musl:-musl-gcc}
    export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=musl-gcc
    runner=()
    program=jwtctl
    ;;
aarch64-unknown-linux-gnu)
    need aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
    export CC_aarch64_unknown_linux_gnu=${CC_aarch64_unknown_linux_gnu:-aarch64-linux-gnu-gcc}
    export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
    runner=(qemu-aarch64-static -L /usr/aarch64-linux-gnu)
    program=jwtctl
    ;;
x86_64-pc-windows-gnu)
    need x86_64-w64-mingw32-gcc mingw-w64
    # The assembly that aws-lc brings along, so that no assembler has to be here.
    export AWS_LC_SYS_PREBUILT_NASM=1
    runner=(wine64)
    [ -x /usr/lib/wine/wine64 ] && runner=(/usr/lib/wine/wine64)
    # One set of Wine's files: it would make them in the home of each test, which takes 10 s. One server, that stays.
    export WINEDEBUG=-all WINEPREFIX=$PWD/$OUT/wine
    wineserver=wineserver
    [ -x /usr/lib/wine/wineserver64 ] && wineserver=/usr/lib/wine/wineserver64
    program=jwtctl.exe
    ;;
*)
    echo "cross.sh: $TARGET is not among the targets that this script knows" >&2
    exit 2
    ;;
esac

if rustc --print target-libdir --target "$TARGET" 2>/dev/null | xargs -r -I{} test -d {}; then
    cargo=(cargo)
else
    [ -d /usr/lib/rustlib/src/rust/library ] || need /usr/lib/rustlib/src/rust "rustc-web cargo-web rust-web-src"
    export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
    cargo=(/usr/bin/cargo)
    flags+=("-Zbuild-std=std,panic_unwind")
    if [ "$TARGET" = x86_64-unknown-linux-musl ]; then
        # Debian's compiler has no musl of its own, and libgcc's unwinder does not link with it: LLVM's does.
        unwind=$(find /usr/lib/llvm-*/lib -name libunwind.a 2>/dev/null | sort -V | tail -n 1)
        [ -n "$unwind" ] || { echo "cross.sh: needs libunwind.a (Debian's package libunwind-14-dev)" >&2; exit 1; }
        # Debian's is compiled for glibc's checked functions, of which it uses one.
        mkdir -p "$OUT"
        printf '%s\n' '#include <stdarg.h>' '#include <stdio.h>' \
            'int __fprintf_chk(FILE *to, int flag, const char *format, ...)' \
            '{ va_list all; va_start(all, format); int n = vfprintf(to, format, all); va_end(all); (void)flag; return n; }' \
            >"$OUT/checked.c"
        musl-gcc -O2 -c "$OUT/checked.c" -o "$OUT/checked.o"
        # At a fixed address: musl-gcc knows no start-up code for a static program that may lie anywhere.
        RUSTFLAGS="-Clink-arg=$PWD/$OUT/checked.o -Crelocation-model=static ${RUSTFLAGS:-}"
        RUSTFLAGS="-Clink-self-contained=no -Ctarget-feature=+crt-static -Lnative=${unwind%/*} ${RUSTFLAGS:-}"
        export RUSTFLAGS
    fi
fi
[ -n "${FEATURES:-}" ] && flags+=(--no-default-features --features "$FEATURES")

build() {
    local cargo=("${cargo[@]}")
    if [ -n "${AUDITABLE:-}" ]; then
        export CARGO=${cargo[0]}
        cargo=(cargo-auditable auditable)
    fi
    "${cargo[@]}" build --profile "$PROFILE" --locked --target "$TARGET" --target-dir "$OUT" "${flags[@]}"
    ls -l "$BUILT/$program"
}

# What Wine needs before its first program.
wine() {
    [ "${runner[*]##*/}" = wine64 ] || return 0
    mkdir -p "$WINEPREFIX"
    prng
    # One that an earlier run has left would be waited for without end.
    "$wineserver" -k || true
    # The first call makes the files.
    "${jwtctl[@]}" --version >/dev/null 2>&1 || true
    "$wineserver" -w
    "$wineserver" -p
}

# Wine before 9 has no bcryptprimitives.dll, from which Rust takes its random numbers: for a try, one that asks advapi32.
prng() {
    [ -z "$(find / -name bcryptprimitives.dll -path '*wine*' -print -quit 2>/dev/null)" ] || return 0
    echo 'extern __declspec(dllimport) unsigned char __stdcall SystemFunction036(void *, unsigned long);
        __declspec(dllexport) int ProcessPrng(unsigned char *to, unsigned long long count)
        { return SystemFunction036(to, (unsigned long)count); }' >"$work/prng.c"
    x86_64-w64-mingw32-gcc -shared -o "$work/bcryptprimitives.dll" "$work/prng.c" -ladvapi32
    for place in "$BUILT" "$OUT/$TARGET/debug/deps"; do
        mkdir -p "$place" && cp "$work/bcryptprimitives.dll" "$place/"
    done
}

# What a user would do first, the core's own tests, and, where nothing is left out, the transcripts.
test_it() {
    jwtctl=("${runner[@]}" "$BUILT/$program")
    work=$(mktemp -d)
    trap 'rm -rf "$work"; [ -z "${wineserver:-}" ] || "$wineserver" -k || true' EXIT
    wine
    "${jwtctl[@]}" --version
    "${jwtctl[@]}" keygen ES256 --no-encrypt --out "$work/key.jwk" --public-out "$work/public.jwk"
    "${jwtctl[@]}" sign sub=alice --key "$work/key.jwk" --aud api >"$work/token"
    "${jwtctl[@]}" verify "@$work/token" --jwks "$work/public.jwk" --aud api
    "${jwtctl[@]}" decode "@$work/token" >/dev/null
    if "${jwtctl[@]}" verify "@$work/token" --jwks "$work/public.jwk" --aud other >/dev/null 2>&1; then
        echo "cross.sh: a token for another audience was accepted" >&2
        exit 1
    fi
    runner_variable=CARGO_TARGET_$(tr 'a-z-' 'A-Z_' <<<"$TARGET")_RUNNER
    [ ${#runner[@]} -eq 0 ] || export "$runner_variable=${runner[*]}"
    "${cargo[@]}" test --lib --locked --target "$TARGET" --target-dir "$OUT" "${flags[@]}"
    [ -n "${FEATURES:-}" ] || transcripts
}

# The tests run here, and only what they call runs as on the other system.
transcripts() {
    local log=$work/transcripts code=0 expected=() line
    {
        echo '#!/bin/sh'
        # The tests hand no environment on.
        [ -z "${WINEPREFIX:-}" ] || printf "export WINEDEBUG=-all WINEPREFIX='%s'\n" "$WINEPREFIX"
        echo "exec ${runner[*]} '$PWD/$BUILT/$program' \"\$@\""
    } >"$work/jwtctl"
    chmod +x "$work/jwtctl"
    (
        unset RUSTC RUSTC_BOOTSTRAP RUSTFLAGS
        JWTCTL_PROGRAM=$work/jwtctl cargo test --locked --test cli --no-fail-fast
    ) >"$log" 2>&1 || code=$?
    cat "$log"
    [ "$code" -ne 0 ] || return 0
    # What differs there, a line for each block that then fails.
    case ${runner[*]##*/} in
    qemu-*)
        # qemu-user does not report that a program to be started is missing: it ends with 127 instead.
        expected=('- error: no-such-command: no such command')
        ;;
    wine64)
        # There is no sh, no Unix socket, and a folder of its own for policies.
        expected=(
            '+ error: sh: no such command'
            '+ error: sh: no such command'
            '+ error: --policy api: there is no file C:/users/'
            '+ error: unix:///no/such/redis.sock: this system has no Unix sockets'
            '"message":"unix:///no/such/redis.sock: this system has no Unix sockets'
        )
        ;;
    *) return "$code" ;;
    esac
    local failed
    failed=$(grep -c -E '^Testing .* failed' "$log") || true
    echo "cross.sh: $failed blocks differ, ${#expected[@]} are known to"
    [ "$failed" -eq ${#expected[@]} ] || return 1
    for line in "${expected[@]}"; do
        grep -q -F -- "$line" "$log" || { echo "cross.sh: not among them: $line" >&2; return 1; }
    done
}

[ "$WHAT" = test ] || build
[ "$WHAT" = build ] || test_it
