#!/usr/bin/env python3
"""Counts what the budgets of CONTRIBUTING.md are about, over the Rust files of src.

Comments and blank lines count for a function and for nothing else; `mod tests`, tests.rs and testing.rs are left out. Functions are
found by their braces, which rustfmt puts at the indentation of their first line.

    scripts/measure.py [FOLDER]
"""

import pathlib
import re
import sys
from collections import Counter, defaultdict

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent)
TESTS = re.compile(r"\n#\[cfg\(test\)\]\n(?:pub(?:\(\w+\))? )?mod \w+(?: \{.*|;)", re.S)
FUNCTION = re.compile(r"^( *)(?:pub(?:\([^)]*\))? )?(?:const )?(?:async )?(?:extern \"C\" )?fn (\w+)")
PUBLIC = re.compile(r"\n\s*pub(?:\([a-z]+\))? fn (\w+)[^;{]*?->\s*([^;{]*Result<[^;{]*, String>)[^;{]*\{")
FLAG = re.compile(r"\"[^\"\n]*--[a-z{][^\"\n]*\"")
WORDS = re.compile(r"\b(somebody|nobody|whoever|everybody|anybody)\b", re.I)


def files(folder):
    for path in sorted((ROOT / folder).rglob("*.rs")):
        if path.name in ("tests.rs", "testing.rs") or "tests" in path.relative_to(ROOT / folder).parts[:-1]:
            continue
        yield path, TESTS.sub("\n", path.read_text())


def is_code(line):
    return bool(line.strip()) and not line.strip().startswith("//")


def functions(text):
    lines = text.split("\n")
    for at, line in enumerate(lines):
        found = FUNCTION.match(line)
        if not found:
            continue
        for end in range(at, len(lines)):
            if end > at and lines[end].startswith(found[1] + "}"):
                yield found[2], end - at + 1
                break
            if lines[end].rstrip().endswith(";") and end == at or lines[end] == found[1] + ");":
                break
            if end == at and line.rstrip().endswith("}"):
                yield found[2], 1
                break


def spread(numbers):
    numbers = sorted(numbers)
    at = lambda part: numbers[min(len(numbers) - 1, int(part * len(numbers)))]
    return f"{at(0.5)} / {at(0.9)} / {at(0.99)} / {numbers[-1]}"


def circles(texts):
    """Pairs of files in one folder that import from each other."""
    uses = defaultdict(set)
    for path, text in texts:
        for name in re.findall(r"use (?:super|self)::\{?(\w+)(?:::|\b)", text):
            other = path.with_name(f"{name}.rs")
            if path.name != "mod.rs" and other.exists() and other != path:
                uses[path].add(other)
    return sorted({tuple(sorted((str(a), str(b)))) for a in uses for b in uses[a] if a in uses.get(b, ())})


def main():
    for folder in ("src", "src/core", "src/cli"):
        texts = list(files(folder))
        sizes = [sum(map(is_code, text.split("\n"))) for _, text in texts]
        lengths = [(length, name, path) for path, text in texts for name, length in functions(text)]
        print(f"{folder}: {len(texts)} files, {sum(sizes)} code lines; med / p90 / p99 / max")
        print(f"  files {spread(sizes)}; functions {spread([it[0] for it in lengths])}")
        print(f"  functions above 60: {sum(it[0] > 60 for it in lengths)}")
        print(f"  files above 400: {sum(it > 400 for it in sizes)}")
        for (path, _), size in zip(texts, sizes):
            if folder == "src" and size > 400:
                print(f"    {size} {path.relative_to(ROOT)}")
    core, all_ = list(files("src/core")), list(files("src"))
    code = lambda text: "\n".join(filter(is_code, text.split("\n")))
    count = lambda pattern, texts: sum(len(re.findall(pattern, code(text))) for _, text in texts)
    print("literals with -- in core:", count(FLAG, core))
    print("Result<_, String> in public functions of core:", sum(len(PUBLIC.findall(text)) for _, text in core))
    print('cfg(feature = "jwe"):', count(r"cfg\([^)]*feature = \"jwe\"", all_))
    print("circles between files:", circles(core) or 0)
    # redis/absent.rs has the names of redis/link.rs, for builds without that feature.
    names = Counter(name for path, text in core if path.name != "absent.rs" for name in re.findall(r"^(?:pub(?:\(\w+\))? )?(?:struct|enum|trait) (\w+)", text, re.M))
    print("names that types of core share:", sorted(name for name, many in names.items() if many > 1))
    comments = [line for _, text in all_ for line in text.split("\n") if line.strip().startswith("//")]
    print("somebody, nobody, whoever, everybody, anybody in comments:", sum(len(WORDS.findall(it)) for it in comments))


main()
