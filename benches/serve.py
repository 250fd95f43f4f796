#!/usr/bin/env python3
"""The local issuer: how soon it answers after its process was started, and how much it answers.

    cargo build --release && benches/serve.py [--rounds N] [--write]

"first answer" is from before the process starts until the whole key set has arrived, asked for again and again from the
start on; the port is chosen beforehand. "true" is the time that `true` takes to start and end in the same rounds.
"""
import argparse
import os
import shutil
import socket
import statistics
import subprocess
import threading
import time
from pathlib import Path

JWTCTL = Path(os.environ.get("JWTCTL", Path(__file__).resolve().parent.parent / "target/release/jwtctl"))
NULL = os.open(os.devnull, os.O_RDWR)
GOAL_MS = 20


def spawn(command):
    actions = [(os.POSIX_SPAWN_DUP2, NULL, fd) for fd in (0, 1, 2)]
    return os.posix_spawn(command[0], [str(part) for part in command], os.environ, file_actions=actions)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, path="/jwks"):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as stream:
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        reply = b""
        while chunk := stream.recv(65536):
            reply += chunk
    return reply


def first_answer(options):
    """Milliseconds from before the process starts to the end of its first answer."""
    port = free_port()
    command = [JWTCTL, "serve", "--listen", f"127.0.0.1:{port}", "-q", *options]
    start = time.perf_counter()
    pid = spawn(command)
    try:
        while True:
            try:
                reply = ask(port)
                break
            except ConnectionRefusedError:
                if time.perf_counter() - start > 10:
                    raise
                time.sleep(0.0002)
        taken = time.perf_counter() - start
    finally:
        os.kill(pid, 15)
        os.waitpid(pid, 0)
    assert reply.startswith(b"HTTP/1.1 200"), reply
    return taken * 1000


def nothing():
    start = time.perf_counter()
    os.waitpid(spawn([shutil.which("true")]), 0)
    return (time.perf_counter() - start) * 1000


def throughput(path, method, seconds=2, clients=4):
    """Answers a second over a few connections that stay open; half the machine is busy asking."""
    port = free_port()
    with subprocess.Popen([JWTCTL, "serve", "--listen", f"127.0.0.1:{port}", "-q"], stdout=NULL, stderr=NULL) as server:
        for _ in range(5000):
            try:
                ask(port, "/healthz")
                break
            except ConnectionRefusedError:
                time.sleep(0.001)
        form = "grant_type=client_credentials" if method == "POST" else ""
        request = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(form)}\r\n\r\n{form}"
        ).encode()
        counts = [0] * clients

        def client(number):
            end = time.perf_counter() + seconds
            with socket.create_connection(("127.0.0.1", port)) as stream:
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while time.perf_counter() < end:
                    stream.sendall(request)
                    assert stream.recv(65536).startswith(b"HTTP/1.1 200")
                    counts[number] += 1

        threads = [threading.Thread(target=client, args=[number]) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        server.terminate()
    return sum(counts) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--write", action="store_true", help="record it in benches/SERVE.md")
    args = parser.parse_args()
    cases = {
        "ES256": [],
        "EdDSA": ["--alg", "EdDSA"],
        "ES384": ["--alg", "ES384"],
        "ES256 from a seed": ["--seed", "bench"],
    }
    taken = {name: [] for name in ["true", *cases]}
    for _ in range(args.rounds):
        taken["true"].append(nothing())
        for name, options in cases.items():
            taken[name].append(first_answer(options))
    rows = ["| first answer of serve | median ms | 90 % below | goal |", "|---|--:|--:|--:|"]
    for name, each in taken.items():
        goal = "" if name == "true" else GOAL_MS
        rows.append(f"| {name} | {statistics.median(each):.1f} | {sorted(each)[int(len(each) * 0.9)]:.1f} | {goal} |")
    rows += ["", "| answers of serve, one core | a second |", "|---|--:|"]
    for name, path, method in [("key set", "/jwks", "GET"), ("client credentials, ES256", "/token", "POST")]:
        rows.append(f"| {name} | {throughput(path, method):.0f} |")
    table = "\n".join(rows)
    print(table)
    if args.write:
        head = "# How soon the local issuer answers\n\nMeasured by `benches/serve.py`, from before the process starts to the end of its first answer.\n\n"
        (Path(__file__).resolve().parent / "SERVE.md").write_text(f"{head}{table}\n")


if __name__ == "__main__":
    main()
