#!/usr/bin/env python3
"""Many tokens in one call: `--batch` against the least that the work can cost, and one thread against two.

    cargo build --release && cargo bench --bench floor --no-run && benches/bulk.py [--rounds N] [--tokens N] [--write]

The floor of verifying is `benches/floor.rs`: lines, base64url, the primitive on a parsed key, typed claims, no output. That of signing
is the primitive alone, and that of decoding `benches/reader`: base64url and the fastest JSON reader. What is compared is processor
time per token on one thread, as it depends least on what else the machine does; what a second core gains is of wall-clock time, against
the same call on one core, where reading and writing are no help. Either is less what the call takes for one token. Rounds are
interleaved and the best counts. `--write` records the table in benches/RESULTS.md.

Where `jwt-verify` is found, libjwt's tool and the one other that reads many tokens, two cores are compared with it as well.
"""
import argparse
import glob
import json
import os
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from startup import JWTCTL, ROOT, peak, record

ALGS = ["HS256", "RS256", "ES256", "EdDSA"]
SIGNED = ["RS256", "ES256"]  # those whose signatures are compared with the primitive
TIMES = {"HS256": 10, "RS256": 4, "ES256": 1, "EdDSA": 1}  # how often the tokens are repeated: what is fast needs more of them
NOW = "1790000000"
LIBJWT = shutil.which("jwt-verify")


def floor_binary():
    found = [Path(it) for it in glob.glob(str(ROOT / "target/release/deps/floor-*")) if os.access(it, os.X_OK) and not it.endswith(".d")]
    return max(found, key=lambda it: it.stat().st_mtime)


def reader_binary():
    """Builds the floor of decoding, which is a package of its own."""
    build = ["cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", ROOT / "benches/reader/Cargo.toml", "--target-dir", ROOT / "target/reader"]
    subprocess.run(list(map(str, build)), check=True)
    return ROOT / "target/reader/release/jwtctl-reader"


def material(folder, count):
    """Keys, claims and tokens."""
    with open(folder / "claims", "w", encoding="utf8") as file:
        for i in range(count):
            claims = {
                "iss": "https://issuer.example",
                "sub": f"auth0|{i:024x}",
                "aud": "api",
                "iat": 1785578400,
                "nbf": 1785578400,
                "exp": 4102444800,
                "jti": f"00000000-0000-4000-8000-{i:012d}",
                "scope": "openid profile email read:things write:things",
                "azp": f"client{i % 50}",
                "tenant": "acme",
                "roles": ["admin", "user"],
            }
            file.write(json.dumps(claims, separators=(",", ":")) + "\n")
    for alg in ALGS:
        public = [] if alg == "HS256" else ["--public-out", folder / f"{alg}.pub"]
        keygen = [JWTCTL, "keygen", alg, "--kid", alg, "--no-encrypt", "--out", folder / f"{alg}.jwk", *public]
        subprocess.run(list(map(str, keygen)), check=True, capture_output=True)
        if not public:
            (folder / "HS256.pub").write_bytes((folder / "HS256.jwk").read_bytes())
        if alg in SIGNED:
            pkcs8 = [JWTCTL, "jwks", "convert", folder / f"{alg}.jwk", "--to", "der", "--no-encrypt", "--out", folder / f"{alg}.der"]
            subprocess.run(list(map(str, pkcs8)), check=True, capture_output=True)
        signed = subprocess.run(list(map(str, sign(folder, alg, 2))), check=True, capture_output=True).stdout
        (folder / f"{alg}.txt").write_bytes(signed * TIMES[alg])
    with open(folder / "many.jwks", "w", encoding="utf8") as file:
        own = json.loads((folder / "ES256.pub").read_text())
        others = [{**own, "kid": f"k{i}"} for i in range(9_999)]
        json.dump({"keys": others + [own]}, file)


def sign(folder, alg, jobs, claims=None):
    return [JWTCTL, "-q", "sign", "--batch", claims or folder / "claims", "--key", folder / f"{alg}.jwk", "--alg", alg, "--jobs", jobs]


def libjwt(folder, alg, tokens):
    """Its signatures alone: it compares no claims that it is not told of, and has one thread."""
    script = 'exec "$0" --quiet --algorithm="$1" --key="$2" - <"$3"'
    return ["sh", "-c", script, LIBJWT, alg, folder / f"{alg}.pub", tokens]


def verify(folder, alg, jobs, keys=None, tokens=None):
    keys = keys or folder / f"{alg}.pub"
    tokens = tokens or folder / f"{alg}.txt"
    claims = ["--iss", "https://issuer.example", "--aud", "api", "--now", NOW]
    return [JWTCTL, "-q", "verify", "--batch", tokens, "--jwks", keys, *claims, "--jobs", jobs]


def run(command):
    """Seconds of processor and of wall-clock time."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with open(os.devnull, "wb") as null:
        subprocess.run(list(map(str, command)), check=True, stdout=null, stderr=null)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    floor, reader = floor_binary(), reader_binary()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        material(folder, args.tokens)
        few = {alg: folder / f"{alg}.few" for alg in [*ALGS, "claims"]}
        for name, path in few.items():
            whole = folder / (name if name == "claims" else f"{name}.txt")
            path.write_bytes(whole.read_bytes().split(b"\n")[0] + b"\n")
        commands = {}
        for alg in ALGS:
            for start, tokens in [("", folder / f"{alg}.txt"), (", start", few[alg])]:
                commands[f"verify {alg}{start}"] = verify(folder, alg, 1, tokens=tokens)
                commands[f"one core {alg}{start}"] = ["taskset", "--cpu-list", 0, *verify(folder, alg, 1, tokens=tokens)]
                commands[f"two cores {alg}{start}"] = verify(folder, alg, 2, tokens=tokens)
                commands[f"floor {alg}{start}"] = [floor, tokens, folder / f"{alg}.pub", 1, NOW]
                if LIBJWT:
                    commands[f"libjwt {alg}{start}"] = libjwt(folder, alg, tokens)
            for start, claims in [("", folder / "claims"), (", start", few["claims"])]:
                commands[f"sign {alg}{start}"] = sign(folder, alg, 1, claims)
                if alg in SIGNED:
                    commands[f"floor sign {alg}{start}"] = [floor, "sign", claims, folder / f"{alg}.der", alg]
        for start, tokens in [("", folder / "ES256.txt"), (", start", few["ES256"])]:
            commands[f"floor decode{start}"] = [reader, tokens]
            commands[f"decode{start}"] = [JWTCTL, "-q", "decode", "--batch", tokens, "--jobs", 1]
            commands[f"many keys{start}"] = verify(folder, "ES256", 1, keys=folder / "many.jwks", tokens=tokens)
        best = {}
        for _ in range(args.rounds):
            for label, command in commands.items():
                cpu, wall = run(command)
                old = best.get(label, (cpu, wall))
                best[label] = (min(old[0], cpu), min(old[1], wall))
        hs = folder / "HS256.txt"
        long = folder / "long"
        with open(long, "wb") as out:
            for _ in range(max(1, 1_000_000 // (args.tokens * TIMES["HS256"]))):
                out.write(hs.read_bytes())
        peaks = [peak(verify(folder, "HS256", 2)), peak(verify(folder, "HS256", 2, tokens=long))]
        lines = sum(1 for _ in open(long, "rb"))
    each, wall = {}, {}
    for label in [it for it in best if f"{it}, start" in best]:
        alg = label.split()[-1]
        count = args.tokens * (1 if "sign" in label else TIMES.get(alg, 1)) - 1
        each[label], wall[label] = ((best[label][it] - best[f"{label}, start"][it]) / count * 1e6 for it in (0, 1))
    rows = ["| µs a token, one thread | the floor | verify | of the floor | two cores | sign | of the primitive |", "|---|--:|--:|--:|--:|--:|--:|"]
    for alg in ALGS:
        floor_us, verify_us = each[f"floor {alg}"], each[f"verify {alg}"]
        gain = wall[f"one core {alg}"] / wall[f"two cores {alg}"]
        sign_us = each[f"sign {alg}"]
        primitive = f"{each[f'floor sign {alg}'] / sign_us:.2f}" if alg in SIGNED else "–"
        rows.append(f"| {alg} | {floor_us:.2f} | {verify_us:.2f} | {floor_us / verify_us:.2f} | × {gain:.2f} | {sign_us:.1f} | {primitive} |")
    if LIBJWT:
        faster = [f"{wall[f'libjwt {alg}'] / wall[f'two cores {alg}']:.1f} × {alg}" for alg in ALGS]
        rows += ["", f"Two cores against libjwt's `jwt-verify`, which has one thread: {', '.join(faster)}. By processor time the floor of HS256 is {each['libjwt HS256'] / each['floor HS256']:.1f} × as fast as it."]
    keys_us = each["many keys"]
    rows.append("")
    rows.append(f"`decode --batch` takes {each['decode']:.2f} µs a token, {each['decode'] / each['floor decode']:.1f} × its floor. With a set of 10,000 keys, ES256 takes {keys_us:.1f} µs.")
    rows.append(f"The most memory, with two threads: {peaks[0]} MiB for {args.tokens * TIMES['HS256']:,} lines, {peaks[1]} MiB for {lines:,}.")
    table = "\n".join(rows)
    print(table)
    if args.write:
        cores = os.cpu_count()
        machine = next((it.split(":")[1].strip() for it in open("/proc/cpuinfo", encoding="utf8") if it.startswith("model name")), "?")
        head = f"Measured by `benches/bulk.py`, {time.strftime('%Y-%m-%d')}, {cores} cores of {machine}; best of {args.rounds} rounds."
        record("Many tokens", f"{head}\n\n{table}")


if __name__ == "__main__":
    main()
