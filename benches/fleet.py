#!/usr/bin/env python3
"""What a shared cache costs a runner without a disk: whole processes of `verify --jwks-uri` with a Redis in every condition.

    cargo build --release && benches/fleet.py [--rounds N] [--runners N] [--write]

Needs redis-server. Rounds are interleaved; milliseconds are medians, and what a lost Redis adds is the difference to the same
call without one. `--write` records it in benches/RESULTS.md.
"""
import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from cache import serve
from startup import JWTCTL, record, run, spawn


def redis_server(folder, name):
    path = folder / name
    quiet = ["--save", "", "--appendonly", "no", "--port", "0", "--logfile", str(folder / f"{name}.log")]
    process = subprocess.Popen(["redis-server", *quiet, "--unixsocket", str(path)], stdout=subprocess.DEVNULL)
    while not path.exists():
        time.sleep(0.02)
    return process, f"unix://{path}"


def silent():
    """A server that takes calls and says nothing; and one that does not even take them."""
    mute, deaf = socket.socket(), socket.socket()
    mute.bind(("127.0.0.1", 0))
    mute.listen(1000)
    deaf.bind(("127.0.0.1", 0))
    deaf.listen(0)
    # The queue of those who wait to be taken is full from here on.
    waiting = [socket.socket() for _ in range(4)]
    for it in waiting:
        it.setblocking(False)
        it.connect_ex(deaf.getsockname())
    return (mute, deaf, waiting), [f"redis://127.0.0.1:{it.getsockname()[1]}" for it in (mute, deaf)]


def median_ms(commands, rounds):
    taken = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds, code, _ = spawn(command)
            assert code == 0, (name, code)
            taken[name].append(seconds * 1000)
    return {name: statistics.median(values) for name, values in taken.items()}


def crowd(folder, command, runners):
    """How many runners with empty disks verify at once, and how long the last of them takes."""
    start = time.perf_counter()
    running = []
    for n in range(runners):
        options = {"env": {**os.environ, "JWTCTL_CACHE_DIR": str(folder / f"runner-{n}")}, "stdout": subprocess.DEVNULL}
        running.append(subprocess.Popen([str(part) for part in command], **options))
    assert all(it.wait() == 0 for it in running)
    return (time.perf_counter() - start) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--runners", type=int, default=50)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Without a home there is no disk, so every call has to ask somebody.
        for variable in ["HOME", "XDG_CACHE_HOME"]:
            os.environ.pop(variable, None)
        run(JWTCTL, "keygen", "ES256", "--no-encrypt", "--out", folder / "jwk", "--public-out", folder / "pub")
        (folder / "key").write_text("k" * 64)
        token = run(JWTCTL, "-q", "sign", "--key", folder / "jwk", "--ttl", "30d").strip()
        url, requests = serve(json.dumps({"keys": [json.loads((folder / "pub").read_text())]}).encode(), counted=True)
        good, good_url = redis_server(folder, "good")
        stopped, stopped_url = redis_server(folder, "stopped")
        stopped.send_signal(signal.SIGSTOP)
        sockets, (mute_url, deaf_url) = silent()

        def verify(store=None):
            return [JWTCTL, "-q", "verify", token, "--jwks-uri", url, *(["--cache-store", store, "--cache-store-key", folder / "key"] if store else [])]

        commands = {
            "no store, from the issuer": verify(),
            "from the store": verify(good_url),
            "Redis is down": verify("redis://127.0.0.1:1"),
            "Redis is stopped": verify(stopped_url),
            "takes calls, says nothing": verify(mute_url),
            "takes no calls": verify(deaf_url),
        }
        spawn(commands["from the store"])
        medians = median_ms(commands, args.rounds)
        rows = ["| a runner without a disk | ms | more than without a store |", "|---|--:|--:|"]
        base = medians["no store, from the issuer"]
        rows += [f"| {label} | {ms:.1f} | {ms - base:+.1f} |" for label, ms in medians.items()]
        good.kill()
        good.wait()
        good, good_url = redis_server(folder, "empty")
        before = len(requests)
        last = crowd(folder, verify(good_url), args.runners)
        rows.append(f"\n{args.runners} runners with empty disks and an empty Redis at once: {len(requests) - before} request, all done after {last:.0f} ms.")
        for process in (good, stopped):
            process.kill()
        del sockets
    table = "\n".join(rows)
    print(table)
    if args.write:
        record("The shared cache", f"Measured by `benches/fleet.py`, {args.rounds} interleaved rounds.\n\n{table}")


if __name__ == "__main__":
    main()
