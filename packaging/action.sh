#!/usr/bin/env bash
# The steps of action.yml, which gives the inputs as variables INPUT_….
#
#   packaging/action.sh install|verify
set -euo pipefail

HERE=$(cd "$(dirname "$0")/.." && pwd)

# The target of the release for the runner's system; empty where there is none.
target() {
    case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
    Linux-X64) echo x86_64-unknown-linux-musl ;;
    Linux-ARM64) echo aarch64-unknown-linux-gnu ;;
    macOS-ARM64) echo aarch64-apple-darwin ;;
    macOS-X64) echo x86_64-apple-darwin ;;
    Windows-X64) echo x86_64-pc-windows-gnu ;;
    esac
}

sum() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Downloads and unpacks the release. 1: there is none; a file that is not what SHA256SUMS says ends the step.
download() {
    local version=$1 base=$2 folder=$3 target name ending=tar.gz expected
    target=$(target)
    [ -n "$target" ] || return 1
    case $target in *-windows-*) ending=zip ;; esac
    name=jwtctl-$version-$target
    curl --fail --silent --show-error --location --output "$folder/SHA256SUMS" "$base/SHA256SUMS" || return 1
    curl --fail --silent --show-error --location --output "$folder/$name.$ending" "$base/$name.$ending" || return 1
    expected=$(awk -v name="$name.$ending" '$2 == name || $2 == "*" name { print $1 }' "$folder/SHA256SUMS")
    if [ -z "$expected" ] || [ "$(sum "$folder/$name.$ending")" != "$expected" ]; then
        echo "::error title=jwtctl::$name.$ending is not the file that SHA256SUMS names"
        exit 1
    fi
    case $ending in
    zip) unzip -q "$folder/$name.zip" -d "$folder" ;;
    *) tar -xzf "$folder/$name.tar.gz" -C "$folder" ;;
    esac
    mkdir -p "$folder/bin"
    mv "$folder/$name"/jwtctl* "$folder/bin/"
}

install() {
    local version folder base
    version=${INPUT_VERSION:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$HERE/Cargo.toml" | head -n 1)}
    base=${INPUT_RELEASE_URL:-${GITHUB_SERVER_URL:-}/${ACTION_REPOSITORY:-}/releases/download/v$version}
    folder=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/jwtctl.XXXXXX")
    if ! download "$version" "$base" "$folder"; then
        echo "::notice title=jwtctl::there is no release $version for this system, it is built"
        cargo install --locked --path "$HERE" --root "$folder"
    fi
    echo "$folder/bin" >>"$GITHUB_PATH"
    "$folder/bin/jwtctl" --version
}

# Appends an option to the call: once for each line of its input, none for an empty one.
arguments=()
option() {
    local flag=$1 line
    while IFS= read -r line; do
        line=${line%$'\r'}
        [ -z "$line" ] || arguments+=("$flag=$line")
    done <<<"${2:-}"
}

# Sets an output. The delimiter is drawn, so that no value can end it and set others.
output() {
    local mark
    mark=end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '%s<<%s\n%s\n%s\n' "$1" "$mark" "$2" "$mark" >>"$GITHUB_OUTPUT"
}

verify() {
    local payload value name
    echo "::add-mask::$INPUT_TOKEN"
    option --issuer "${INPUT_ISSUER:-}"
    option --jwks-uri "${INPUT_JWKS_URI:-}"
    option --jwks "${INPUT_JWKS:-}"
    option --key "${INPUT_KEY:-}"
    [ -z "${INPUT_SECRET:-}" ] || arguments+=(--secret=env:INPUT_SECRET)
    option --aud "${INPUT_AUD:-}"
    option --iss "${INPUT_ISS:-}"
    option --sub "${INPUT_SUB:-}"
    option --alg "${INPUT_ALG:-}"
    option --typ "${INPUT_TYP:-}"
    option --require "${INPUT_REQUIRE:-}"
    option --scope "${INPUT_SCOPE:-}"
    option --max-age "${INPUT_MAX_AGE:-}"
    option --leeway "${INPUT_LEEWAY:-}"
    option --policy "${INPUT_POLICY:-}"
    # The report for the log; its exit code is the step's.
    jwtctl verify env:INPUT_TOKEN "${arguments[@]+"${arguments[@]}"}"
    payload=$(jwtctl verify env:INPUT_TOKEN "${arguments[@]+"${arguments[@]}"}" --payload --quiet)
    output payload "$payload"
    for name in sub iss; do
        value=$(jwtctl verify env:INPUT_TOKEN "${arguments[@]+"${arguments[@]}"}" --claim "$name" --quiet 2>/dev/null) || continue
        output "$name" "$value"
    done
}

case ${1:-} in
install | verify) "$1" ;;
*)
    echo "usage: packaging/action.sh install|verify" >&2
    exit 2
    ;;
esac
