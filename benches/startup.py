#!/usr/bin/env python3
"""Whole processes: how many instructions and page faults a command takes, and how long next to its peers.

    cargo build --release && benches/startup.py [--rounds N] [--write | --check]

Instructions are counted by valgrind and repeat exactly; of page faults, which depend on the kernel as well, the fewest count. The
most memory that a process has is what GNU time says.
Times are medians over interleaved rounds, given as multiples of `true` in the same rounds, because milliseconds depend on the
machine and its mood. Peers that are absent are left out. `--write` records all in benches/RESULTS.md. `--check` measures no
time, and fails if a command of jwtctl takes over 5 % more instructions than are recorded there, or 15 % more page faults beyond
those of `true`: the kernel keeps a file in memory in larger pieces or in smaller ones, as it has room. On a processor of another
kind than the recorded one, whose libraries take other ways, it is 15 % of both.
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


def jwtctl_commands(files, folder):
    """What is measured, of a copy: a file that the linker has written lies in the page cache in smaller pieces."""
    jwtctl = Path(shutil.copy(JWTCTL, folder))
    commands = {"--version": [jwtctl, "--version"], "decode": [jwtctl, "decode", f"@{files['ES256'][2]}"]}
    for alg, (key, public, token) in files.items():
        commands[f"verify {alg}"] = [jwtctl, "verify", f"@{token}", "--key", public]
        commands[f"sign {alg}"] = [jwtctl, "-q", "sign", "--key", key]
    for alg in ["ES256", "EdDSA", "ES512"]:
        commands[f"keygen {alg}"] = [jwtctl, "keygen", alg, "--no-encrypt", "--out", "-"]
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
    """Seconds that a process takes, from before it starts until it is reaped; its exit code, and its page faults."""
    program = shutil.which(str(command[0]))
    actions = [(os.POSIX_SPAWN_DUP2, NULL, fd) for fd in (0, 1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(program, [str(part) for part in command], os.environ, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    return time.perf_counter() - start, os.waitstatus_to_exitcode(status), usage.ru_minflt


def record(title, text):
    """Puts a section into benches/RESULTS.md, in place of the one that has the title."""
    results = ROOT / "benches/RESULTS.md"
    rest = re.sub(rf"\n## {title}\n.*?(?=\n## |\Z)", "", results.read_text(), flags=re.S)
    results.write_text(f"{rest}\n## {title}\n\n{text}\n")


def rounds_of(commands, rounds):
    """The median of the seconds, and the fewest page faults, of each command that works."""
    taken = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds, code, faults = spawn(command)
            if code == 0:
                taken[name].append((seconds, faults))
    return {name: (statistics.median(it[0] for it in each), min(it[1] for it in each)) for name, each in taken.items() if each}


def instructions(command):
    if not shutil.which("valgrind"):
        return None
    report = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *map(str, command)], capture_output=True, text=True, check=False
    ).stderr
    found = re.search(r"Collected : (\d+)", report)
    return int(found.group(1)) / 1e6 if found else None


def peak(command):
    """MiB that a process has at most, by GNU time: a child of this one would start with what Python has."""
    if "GNU" not in subprocess.run(["sh", "-c", "/usr/bin/time --version 2>&1"], capture_output=True, text=True, check=False).stdout:
        return "–"
    timed = ["/usr/bin/time", "-q", "-f", "%M", *map(str, command)]
    found = [subprocess.run(timed, stdout=NULL, stderr=subprocess.PIPE, text=True, check=False).stderr.split()[-1] for _ in range(10)]
    return f"{min(map(int, found)) / 1024:.1f}"


def recorded():
    """What benches/RESULTS.md says of each command: M instructions, page faults."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| (\d+) \|", (ROOT / "benches/RESULTS.md").read_text(), flags=re.M)
    return {name: (float(count), int(faults)) for name, count, faults in rows}


def processor():
    return next((it.split(":")[1].strip() for it in open("/proc/cpuinfo", encoding="utf8") if it.startswith("model name")), "?")


def check(commands):
    """Whether no command takes more than it did."""
    before, failed = recorded(), 0
    is_known = f"on {processor()};" in (ROOT / "benches/RESULTS.md").read_text()
    more = 1.05 if is_known else 1.15
    found = rounds_of(commands, 10)
    base, old_base = found["true"][1], before["true"][1]
    for name, command in commands.items():
        if name not in before or name not in found:
            print(f"{name}: {'is not in benches/RESULTS.md' if name in found else 'fails'}")
            failed = 1
            continue
        count, faults = instructions(command), found[name][1] - base
        old_count, old_faults = before[name][0], before[name][1] - old_base
        grows = [count is not None and count > more * old_count, faults > 1.15 * old_faults]
        failed |= any(grows) and name != "true"
        shown = "–" if count is None else f"{count:.2f}"
        print(f"{name}: {shown} M instructions (were {old_count}), {faults} page faults beyond true (were {old_faults}){'  GREW' if any(grows) else ''}")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = material(folder)
        commands = {"true": ["true"], **jwtctl_commands(files, folder)}
        if args.check:
            raise SystemExit(check(commands))
        commands |= peer_commands(files, folder)
        found = rounds_of(commands, args.rounds)
        rows = ["| command | M instructions | page faults | peak MiB | × true |", "|---|--:|--:|--:|--:|"]
        for label, command in commands.items():
            if label not in found:
                rows.append(f"| {label} | failed | | | |")
                continue
            count = instructions(command)
            shown = "–" if count is None else f"{count:.2f}"
            seconds, faults = found[label]
            rows.append(f"| {label} | {shown} | {faults} | {peak(command)} | {seconds / found['true'][0]:.1f} |")
    table = "\n".join(rows)
    print(table)
    if args.write:
        head = f"# What whole processes take\n\nMeasured by `benches/startup.py` on {processor()}; instructions repeat exactly, page faults and peaks are the least of all rounds,\ntimes are medians of interleaved rounds.\n\n"
        results = ROOT / "benches/RESULTS.md"
        before = results.read_text() if results.exists() else ""
        others = before[before.find("\n## ") :] if "\n## " in before else ""
        results.write_text(f"{head}{table}\n{others}")


if __name__ == "__main__":
    main()
