#!/usr/bin/env python3
"""Whole processes: how many instructions a command takes, and how long next to its peers.

    cargo build --release && benches/startup.py [--rounds N] [--write]

Instructions are counted by valgrind and repeat exactly. Times are medians over interleaved rounds, given as multiples of
`true` in the same rounds, because milliseconds depend on the machine and its mood. Peers that are absent are left out.
`--write` records both in benches/RESULTS.md.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JWTCTL = ROOT / "target/release/jwtctl"
PEERS = Path(os.environ.get("JWTCTL_PEERS", Path.home() / ".cache/jwtctl-peers"))
NULL = os.open(os.devnull, os.O_RDWR)


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options).stdout


def material(folder):
    """Keys and tokens that jwtctl and its peers work on alike."""
    files = {}
    for alg in ["ES256", "EdDSA", "RS256", "HS256", "ES512"]:
        key, public = folder / f"{alg}.jwk", folder / f"{alg}.pub.jwk"
        out = [] if alg == "HS256" else ["--public-out", public]
        run(JWTCTL, "keygen", alg, "--no-encrypt", "--out", key, *out)
        token = folder / f"{alg}.jwt"
        token.write_text(run(JWTCTL, "-q", "sign", "--key", key, "--iss", "bench", "--ttl", "30d").strip())
        files[alg] = (key, key if alg == "HS256" else public, token)
    run(JWTCTL, "keygen", "ES256", "--no-encrypt", "--format", "pem", "--out", folder / "ES256.pem", "--public-out", folder / "ES256.pub.pem")
    (folder / "ES256.pem.jwt").write_text(run(JWTCTL, "-q", "sign", "--key", folder / "ES256.pem", "--ttl", "30d").strip())
    (folder / "claims.json").write_text('{"iss":"bench","exp":4102444800}')
    return files


def jwtctl_commands(files):
    commands = {"--version": [JWTCTL, "--version"], "decode": [JWTCTL, "decode", f"@{files['ES256'][2]}"]}
    for alg, (key, public, token) in files.items():
        commands[f"verify {alg}"] = [JWTCTL, "verify", f"@{token}", "--key", public]
        commands[f"sign {alg}"] = [JWTCTL, "-q", "sign", "--key", key]
    for alg in ["ES256", "EdDSA", "ES512"]:
        commands[f"keygen {alg}"] = [JWTCTL, "keygen", alg, "--no-encrypt", "--out", "-"]
    return commands


def peer_commands(files, folder):
    """The same work by others, as far as they are here."""
    commands = {}
    if shutil.which("jose"):
        for alg in ["ES256", "RS256", "HS256"]:
            key, public, token = files[alg]
            commands[f"latchset: verify {alg}"] = ["jose", "jws", "ver", "-i", token, "-k", public, "-O", os.devnull]
            commands[f"latchset: sign {alg}"] = ["jose", "jws", "sig", "-I", folder / "claims.json", "-k", key, "-c"]
        commands["latchset: keygen ES256"] = ["jose", "jwk", "gen", "-i", '{"alg":"ES256"}']
    jwt = PEERS / "bin/jwt"
    if jwt.exists():
        commands["jwt-cli: verify ES256"] = [jwt, "decode", "-S", f"@{folder}/ES256.pub.pem", "-A", "ES256", (folder / "ES256.pem.jwt").read_text()]
        commands["jwt-cli: sign ES256"] = [jwt, "encode", "-S", f"@{folder}/ES256.pem", "-A", "ES256", '{"iss":"bench"}']
    if shutil.which("openssl"):
        commands["openssl: keygen P-256"] = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        commands["openssl: keygen Ed25519"] = ["openssl", "genpkey", "-algorithm", "ed25519"]
    return commands


def spawn(command):
    """Seconds that a process takes, from before it starts until it is reaped."""
    program = shutil.which(str(command[0]))
    actions = [(os.POSIX_SPAWN_DUP2, NULL, fd) for fd in (0, 1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(program, [str(part) for part in command], os.environ, file_actions=actions)
    _, status, _ = os.wait4(pid, 0)
    return time.perf_counter() - start, os.waitstatus_to_exitcode(status)


def record(title, text):
    """Puts a section into benches/RESULTS.md, in place of the one that has the title."""
    results = ROOT / "benches/RESULTS.md"
    rest = re.sub(rf"\n## {title}\n.*?(?=\n## |\Z)", "", results.read_text(), flags=re.S)
    results.write_text(f"{rest}\n## {title}\n\n{text}\n")


def times(commands, rounds):
    taken = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds, code = spawn(command)
            if code == 0:
                taken[name].append(seconds)
    return {name: statistics.median(each) for name, each in taken.items() if each}


def instructions(command):
    if not shutil.which("valgrind"):
        return None
    report = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)], capture_output=True, text=True, check=False
    ).stderr
    found = re.search(r"Collected : (\d+)", report)
    return int(found.group(1)) / 1e6 if found else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = material(folder)
        commands = {"true": ["true"], **jwtctl_commands(files), **peer_commands(files, folder)}
        medians = times(commands, args.rounds)
        rows = ["| command | M instructions | × true |", "|---|--:|--:|"]
        for label, command in commands.items():
            if label not in medians:
                rows.append(f"| {label} | failed | |")
                continue
            count = instructions(command)
            shown = "–" if count is None else f"{count:.2f}"
            rows.append(f"| {label} | {shown} | {medians[label] / medians['true']:.1f} |")
    table = "\n".join(rows)
    print(table)
    if args.write:
        head = "# What whole processes take\n\nMeasured by `benches/startup.py`; instructions repeat exactly, times are medians of interleaved rounds.\n\n"
        results = ROOT / "benches/RESULTS.md"
        before = results.read_text() if results.exists() else ""
        others = before[before.find("\n## ") :] if "\n## " in before else ""
        results.write_text(f"{head}{table}\n{others}")


if __name__ == "__main__":
    main()
