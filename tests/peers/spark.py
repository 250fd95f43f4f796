#!/usr/bin/env -S python3 -B
"""spark.py JWTCTL TOKENS PARTITIONS: pipes the partitions of a file of tokens through `verify --batch`, each in a process of its
own, by the keys of the issuer in OIDC_ISSUER, and prints how many are valid and how many are not."""

import os
import shutil
import sys

import adapter

VERSION = adapter.library("pyspark")
if not shutil.which("java"):
    adapter.leave(77, "needs java")

from pyspark import SparkContext

jwtctl, tokens, partitions = sys.argv[1:]
issuer = os.environ["OIDC_ISSUER"]
call = f"{jwtctl} -q verify --batch --jobs 1 --jwks-uri {issuer}/jwks --allow-http --cache-dir cache"
context = SparkContext("local[2]", "jwtctl")
# A bad token makes the exit code 1, which is an answer and no failure of the stage.
answers = context.textFile(tokens, int(partitions)).pipe(call, env=dict(os.environ), checkCode=False)
valid = answers.map(lambda line: '"valid":true' in line).countByValue()
print(valid.get(True, 0), valid.get(False, 0), answers.getNumPartitions())
