#!/usr/bin/env python3
"""What the worst input within the limits costs: seconds and memory of each reader.

    python3 benches/limits.py target/release/jwtctl

Every file is as large as a file may be, 16 MiB, or as large as its kind may be. Their ceilings are
generous: they tell linear time from quadratic, and bounded memory from a multiple of the input.
"""
import base64, os, subprocess, sys, tempfile

MIB = 1024 * 1024
FILE = 16 * MIB
SECONDS, MEMORY = 2.0, 200 * MIB
# What an encrypted token may cost that is refused: anybody can send one.
TOKEN_SECONDS, TOKEN_MEMORY = 0.1, 64 * MIB

binary = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "target/release/jwtctl")
folder = tempfile.mkdtemp()
os.chdir(folder)


def fill(before, unit, after, size=FILE):
    """`unit` as often as it fits between the two, within `size` bytes."""
    return before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def numbered(before, unit, after, size=FILE):
    """Like `fill`, with a number in each unit, so that none is like another."""
    parts, total, at = [before], len(before) + len(after), 0
    while True:
        part = unit % at
        total += len(part)
        if total > size:
            return "".join(parts) + after
        parts.append(part)
        at += 1


def nested(depth, size=FILE):
    return "[" * depth + fill("", "0,", "0", size - 2 * depth) + "]" * depth


def part(text):
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


KEY = '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k%d"},'
HEADER = part('{"alg":"ES256"}')
WORST = {
    "empty objects in a set": (fill('{"keys":[', "{},", "0]}"), ["jwks", "lint", "--jwks", "FILE"]),
    "numbers": (fill("[", "0,", "0]"), ["jwks", "list", "--jwks", "FILE"]),
    "numbers, 60 deep": (nested(60), ["sign", "--secret", "secret", "--payload", "FILE"]),
    "names": (numbered('{"keys":[],', '"%d":0,', '"z":0}'), ["cache", "import", "--url", "https://a.example/k", "FILE"]),
    "names in a set": (numbered('{"keys":[],', '"%d":0,', '"z":0}'), ["jwks", "list", "--jwks", "FILE"]),
    "keys": (numbered('{"keys":[', KEY, "0]}"), ["jwks", "lint", "--jwks", "FILE"]),
    "10,000 keys, lint": (numbered('{"keys":[', KEY, "0]}", 900_000), ["jwks", "lint", "--jwks", "FILE"]),
    "10,000 keys, diff": (numbered('{"keys":[', KEY, "0]}", 900_000), ["jwks", "diff", "FILE", "key.jwk"]),
    "unknown keys, diff": (numbered('{"keys":[', '{"kty":"A","v":"%d"},', "0]}", 240_000), ["jwks", "diff", "FILE", "key.jwk"]),
    "key_ops": (numbered('{"kty":"OKP","key_ops":[', '"%x",', '"z"]}'), ["jwks", "lint", "--jwks", "FILE"]),
    "one long text": (fill('{"a":"', "x", '"}'), ["jwks", "list", "--jwks", "FILE"]),
    "escapes": (fill('{"a":"', "\\u0041", '"}'), ["jwks", "list", "--jwks", "FILE"]),
    "base64": (fill("", "QUFB", ""), ["jwks", "list", "--jwks", "FILE"]),
    "lines of PEM": (fill("-----BEGIN X-----\n", "QUFB\n", "-----END X-----\n"), ["jwks", "list", "--jwks", "FILE"]),
    "blocks of PEM": (fill("", "-----BEGIN X-----\nQUFB\n-----END X-----\n", ""), ["jwks", "list", "--jwks", "FILE"]),
    "BEGIN lines": (fill("", "-----BEGIN X-----\n", ""), ["jwks", "list", "--jwks", "FILE"]),
    "backslashes": (fill("-----BEGIN X-----", "\\", "-----END X-----"), ["jwks", "list", "--jwks", "FILE"]),
    "dots": (fill("", "a.", ""), ["jwks", "list", "--jwks", "FILE"]),
    "members that could be keys": (numbered("{", '"%d":"' + "QUFB" * 12 + '",', '"z":0}'), ["jwks", "list", "--jwks", "FILE"]),
    "zeros": ("\0" * FILE, ["jwks", "list", "--jwks", "FILE"]),
    "a bundle": (numbered('{"format":"jwtctl-jwks-bundle","v":1,"uat_unit":"ms","entries":[', '{"url":"https://a.example/%d"},', '{}]}'), ["cache", "import", "FILE"]),
    "a token of numbers": (HEADER + "." + part(fill("[", "0,", "0]", 700_000)) + ".AA", ["decode", "@FILE"]),
    "a token of names": (HEADER + "." + part(numbered("{", '"%d":0,', '"z":0}', 700_000)) + ".AA", ["verify", "@FILE", "--key", "key.jwk"]),
    "text with words": (fill("", "eyJh.", "", 1_000_000), ["decode", "@FILE"]),
}

env = {"PATH": os.environ["PATH"], "HOME": folder, "CI": "1"}
open("secret", "w").write("s" * 64)
open("key.jwk", "w").write(KEY.rstrip(",") % 1)
for name, fill_byte in ("shared", b"a"), ("other", b"b"):
    kid = '"kid":"k",' if name == "shared" else ""
    open(name, "w").write('{"kty":"oct",%s"k":"%s"}' % (kid, part((fill_byte * 32).decode())))


def encrypted(content, *options):
    """A token for the key `shared`, of the tool's own making."""
    open("content", "w").write(content)
    made = [binary, "encrypt", "--raw", "--payload", "content", *options]
    return subprocess.run(made, env=env, capture_output=True, text=True, check=True).stdout.strip()


LARGE = encrypted("0" * 700_000, "--to", "shared")
HEAD, WRAPPED, IV, CIPHERTEXT, TAG = LARGE.split(".")
CROWD = encrypted("0" * 700_000, "--format", "general", *["--to", "shared"] * 64)
DECRYPT = ["decrypt", "@FILE", "--key"]
HOSTILE = {
    "a token that inflates": (encrypted("0" * FILE, "--to", "shared", "--zip"), [*DECRYPT, "shared"]),
    "a large token, another key": (LARGE, [*DECRYPT, "other"]),
    "a large token, another tag": (".".join([HEAD, WRAPPED, IV, CIPHERTEXT, "A" * 22]), [*DECRYPT, "shared"]),
    "an encrypted key of 900 kB": (".".join([HEAD, CIPHERTEXT, IV, "AA", TAG]), [*DECRYPT, "shared"]),
    "64 recipients, no key": (CROWD, [*DECRYPT, "other"]),
    "60,000 members": (CROWD.replace("{", "{" + "".join('"%d":0,' % n for n in range(60_000)), 1), [*DECRYPT, "other"]),
}
worst = 0

# Runs a command and prints its seconds, its peak memory in KiB and its exit code. A process of its
# own, since the memory of whoever forks counts for the child as well.
MEASURE = """
import os, sys, time
start = time.monotonic()
pid = os.fork()
if pid == 0:
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.execv(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(time.monotonic() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""

print("| input | MiB | s | peak MiB | exit |\n|---|--:|--:|--:|--:|")
for name, (content, args) in {**WORST, **HOSTILE}.items():
    limits = (TOKEN_SECONDS, TOKEN_MEMORY) if name in HOSTILE else (SECONDS, MEMORY)
    with open("FILE", "w") as file:
        file.write(content)
    measured = subprocess.run([sys.executable, "-S", "-c", MEASURE, binary, *args], env=env, capture_output=True, text=True, check=True)
    seconds, memory, code = measured.stdout.split()
    seconds, memory, code = float(seconds), int(memory) * 1024, int(code)
    bad = seconds > limits[0] or memory > limits[1] or code < 0 or code > 17
    worst += bad
    mark = " **over**" if bad else ""
    print(f"| {name} | {len(content) / MIB:.1f} | {seconds:.2f} | {memory / MIB:.0f} | {code}{mark} |", flush=True)
sys.exit(1 if worst else 0)
