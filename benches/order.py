#!/usr/bin/env python3
"""Which code a start needs: writes src/order.ld, by which the linker puts it side by side.

    benches/order.py        needs valgrind, and lld as the linker, which rustc brings along on x86-64 Linux

On a page fault the kernel maps up to 64 KiB around the page. A call that verifies a token runs one megabyte of ten; where the
linker leaves functions as it finds them, two thirds of the program end up in memory. The functions are those that valgrind sees in
the calls below, and are named by patterns, since names of Rust end in a hash that each build has anew. Where most of a module runs,
the pattern is the module. A name that is gone harms nothing, and code that is new works from where it is: this is run again when
`benches/startup.py` shows more page faults than before, or when rustc gives its symbols other names.

Valgrind's processor has no ADX, SHA extensions or AVX-512: where a library has such a function beside the one that ran, both go in.
"""
import collections
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

import startup
from startup import ROOT, run

TARGET = ROOT / "target/order"
# A module goes in whole if this part of its code runs: then a new function in it is there, too.
MOST = 0.6


def build(link_map):
    """An optimised program that has its names, and the linker's map of it."""
    command = ["cargo", "rustc", "--locked", "--release", "--bin", "jwtctl", "--", "-C", "strip=none", "-C", f"link-arg=-Wl,-Map={link_map},--no-demangle"]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "CARGO_TARGET_DIR": str(TARGET)})
    return TARGET / "release/jwtctl"


def sections(link_map):
    """The size of each section of code, and the section of each symbol. A section is a pair of the object's name and its own."""
    sizes, symbols, current = {}, {}, None
    for line in link_map.read_text().splitlines():
        found = re.match(r" *[0-9a-f]+ +[0-9a-f]+ +([0-9a-f]+) +\d+ ( +)(.*)$", line)
        if not found:
            continue
        size, indent, name = int(found[1], 16), len(found[2]), found[3]
        code = re.match(r"(.*):\((\.text[^)]*)\)$", name)
        if code:
            current = (re.sub(r".*[/(]|\)$", "", code[1]), code[2])
            sizes[current] = sizes.get(current, 0) + size
        elif indent < 15:
            current = None
        elif current:
            symbols[name] = current
    return sizes, symbols


def commands(folder):
    """What people call: everything of startup.py but ES512, which has OpenSSL's general curves run; a set, a cache, a refusal."""
    files = startup.material(folder)
    _, public, token = files["ES256"]
    bundle = folder / "keys.json"
    bundle.write_text(json.dumps({"jwks": {"keys": [json.loads(public.read_text())]}, "uat": int(time.time())}))
    url = "https://issuer.example/jwks.json"
    run(startup.JWTCTL, "cache", "import", bundle, "--url", url, "--force")
    jwtctl, listed = startup.JWTCTL, startup.jwtctl_commands(files, folder)
    return [command for name, command in listed.items() if "ES512" not in name] + [
        [jwtctl, "verify", f"@{token}", "--jwks-uri", url, "--iss", "bench"],
        [jwtctl, "verify", f"@{token}", "--key", public, "--aud", "another"],
        [jwtctl, "decode", "--json", f"@{token}"],
    ]


def executed(command, folder):
    """The names of the functions that a command runs."""
    out = folder / "callgrind"
    tool = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}"]
    subprocess.run([*tool, *map(str, command)], check=False, capture_output=True)
    found = re.findall(r"^c?fn=\(\d+\) (.*)$", out.read_text(), flags=re.M)
    return {re.sub(r"'\d+$", "", name) for name in found}


def path(section):
    """The crate, the modules and the function that the name of a section of Rust code has, less the hash."""
    found = re.match(r"(\.text\.(?:unlikely\.)?_ZN)(.*)17h[0-9a-f]{16}E", section)
    if not found:
        return None
    parts, rest = [found[1]], found[2]
    while rest:
        digits = re.match(r"\d+", rest)[0]
        end = len(digits) + int(digits)
        parts.append(rest[:end])
        rest = rest[end:]
    return tuple(parts)


def rust_patterns(sizes, hot):
    """Patterns for the sections of Rust code that are hot."""
    whole, run_, below = collections.Counter(), collections.Counter(), collections.defaultdict(set)
    for section, size in sizes.items():
        parts = path(section[1])
        for end in range(1, len(parts or ()) + 1):
            whole[parts[:end]] += size
            run_[parts[:end]] += size if section in hot else 0
            below[parts[: end - 1]].add(parts[:end])

    functions = {path(section[1]) for section in hot}
    patterns = []

    def walk(node):
        if not run_[node]:
            return
        if len(node) > 2 and below[node] and run_[node] >= MOST * whole[node]:
            patterns.append("".join(node) + "*")
            return
        if node in functions:
            patterns.append("".join(node) + "17h*")
        for each in sorted(below[node]):
            walk(each)

    for root in sorted(below[()]):
        walk(root)
    return [f"*({it})" for it in patterns]


def other_patterns(hot):
    """Patterns for C, whose functions have a section each, and for assembly, where an object has one."""
    found = set()
    for object_, section in hot:
        # cc puts a hash of the folder in front, crates have their version in names, and the standard library its own hash.
        object_ = re.sub(r"^[0-9a-f]{16}-", "*-", object_)
        section = re.sub(r"(aws_lc|ring_core)_\d+_\d+_\d+_", r"\1_*_", section)
        section = re.sub(r"Cs[0-9A-Za-z]+_(?=\d)", "Cs*_", section)
        found |= {f"*{it}(.text)" if section == ".text" else f"*({section})" for it in (object_, object_.replace("_alt.o", ".o"))}
    return sorted(found)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        startup.JWTCTL = build(folder / "map")
        os.environ |= {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}
        sizes, symbols = sections(folder / "map")
        hot = {symbols[name] for command in commands(folder) for name in executed(command, folder) if name in symbols}
    rust = {section for section in hot if path(section[1])}
    if len(rust) < len(hot) / 3:
        raise SystemExit("few names look like Rust's: rustc has another form for them now, which path() should read")
    lines = [*rust_patterns(sizes, rust), *other_patterns(hot - rust)]
    (ROOT / "src/order.ld").write_text(
        "/* The code that a start needs lies side by side. Written by benches/order.py, which says why. */\n"
        "SECTIONS {\n  .text.start : {\n" + "".join(f"    {line}\n" for line in lines) + "  }\n}\nINSERT BEFORE .text;\n"
    )
    print(f"{len(lines)} patterns for {sum(sizes[section] for section in hot) / 1e6:.2f} MB of {sum(sizes.values()) / 1e6:.2f}")


if __name__ == "__main__":
    main()
