#!/usr/bin/env python3
"""What the cache of key sets costs: whole processes of `verify --jwks-uri` next to `verify --jwks FILE`, same set and token.

    cargo build --release && benches/cache.py [--rounds N] [--keys N] [--write]

Rounds are interleaved and medians compared, so that only the ratio counts. `--write` adds it to benches/RESULTS.md.
"""
import argparse
import json
import os
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from startup import JWTCTL, instructions, record, rounds_of, run


def serve(body, counted=False):
    """The URL of a server that answers everything with this; with a list that grows by what it is asked, if wanted."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=3600")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/jwks.json"
    return (url, asked) if counted else url


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--keys", type=int, default=3, help="in the set; the token's is the last")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["JWTCTL_CACHE_DIR"] = str(folder / "cache")
        keys = []
        for n in range(args.keys):
            run(JWTCTL, "keygen", "ES256", "--no-encrypt", "--out", folder / f"{n}.jwk", "--public-out", folder / f"{n}.pub")
            keys.append(json.loads((folder / f"{n}.pub").read_text()))
        (folder / "jwks.json").write_text(json.dumps({"keys": keys}))
        token = run(JWTCTL, "-q", "sign", "--key", folder / f"{args.keys - 1}.jwk", "--ttl", "30d").strip()
        url = serve((folder / "jwks.json").read_bytes())
        # Imported for a name that nobody serves: the way through proxy variables and all, without a server.
        (folder / "jose.json").write_text(json.dumps({"jwks": {"keys": keys}, "uat": int(os.stat(folder / "jwks.json").st_mtime * 1000)}))
        run(JWTCTL, "cache", "import", "--url", "https://issuer.example/jwks.json", folder / "jose.json")
        commands = {
            "true": ["true"],
            "verify --jwks FILE": [JWTCTL, "verify", token, "--jwks", folder / "jwks.json"],
            "verify --jwks-uri http, warm": [JWTCTL, "verify", token, "--jwks-uri", url],
            "verify --jwks-uri https, warm": [JWTCTL, "verify", token, "--jwks-uri", "https://issuer.example/jwks.json"],
            "the same with a shared cache named": [JWTCTL, "verify", token, "--jwks-uri", url, "--cache-store", "unix:///nobody", "--cache-store-key", folder / "key"],
            "verify --jwks-uri http, --refresh": [JWTCTL, "verify", token, "--jwks-uri", url, "--refresh"],
        }
        (folder / "key").write_text("k" * 64)
        run(*commands["verify --jwks-uri http, warm"])
        medians = {name: seconds for name, (seconds, _) in rounds_of(commands, args.rounds).items()}
        base = medians["verify --jwks FILE"]
        rows = [f"| {args.keys} keys in the set | M instructions | × true | × --jwks FILE |", "|---|--:|--:|--:|"]
        for label, command in commands.items():
            count = None if "refresh" in label else instructions(command)
            shown = "–" if count is None else f"{count:.2f}"
            rows.append(f"| {label} | {shown} | {medians[label] / medians['true']:.2f} | {medians[label] / base:.2f} |")
    table = "\n".join(rows)
    print(table)
    if args.write:
        record("The cache", f"Measured by `benches/cache.py`, {args.rounds} interleaved rounds.\n\n{table}")


if __name__ == "__main__":
    main()
