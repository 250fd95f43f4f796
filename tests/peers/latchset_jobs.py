"""Does the jobs of a file with latchset's `jose`, for latchset.sh: COMMAND JOBS FOLDER."""

import base64
import json
import os
import subprocess
import sys

command, jobs, folder = sys.argv[1:]


def write(name, content):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content if isinstance(content, str) else json.dumps(content))
    return path


def jose(*args):
    # One that crashes has no such thing either, as with a curve it does not know.
    return subprocess.run(["jose", "jwe", *args], capture_output=True, check=False)


def encrypt(job):
    recipients = job["recipients"]
    template = {"protected": {"enc": job["enc"]}}
    if len(recipients) == 1:
        template["protected"]["alg"] = recipients[0]["alg"]
    if job.get("aad"):
        template["aad"] = base64.urlsafe_b64encode(job["aad"].encode()).rstrip(b"=").decode()
    args = ["enc", "-i", write("template", template), "-I", write("payload", job["payload"]), "-o", "-"]
    for number, it in enumerate(recipients):
        header = {"header": {"alg": it["alg"], "kid": it["key"]["kid"]}} if len(recipients) > 1 else {}
        args += ["-r", write(f"recipient.{number}", header), "-k", write(f"key.{number}", it["key"])]
    if job["form"] == "compact":
        args.append("-c")
    elif job["form"] == "general" and len(recipients) == 1:
        return {"lacks": "writes the flattened form for one recipient"}
    made = jose(*args)
    token = made.stdout.decode()
    return {"token": token} if made.returncode == 0 and token else {"lacks": made.stderr.decode()}


def decrypt(job):
    opened = jose("dec", "-i", write("token", job["token"]), "-k", write("key", job["key"]), "-O", "-")
    if opened.returncode == 0:
        return {"payload": opened.stdout.decode()}
    return {"error": opened.stderr.decode() or f"exit code {opened.returncode}"}


def run(*args):
    return subprocess.run(["jose", "jws", *args], capture_output=True, check=False)


def sign(job):
    signers = job["signers"]
    if not job["b64"]:
        return {"lacks": "b64"}
    if job["form"] == "general" and len(signers) == 1:
        return {"lacks": "writes the flattened form for one signature"}
    args = ["sig", "-I", write("payload", job["payload"]), "-o", "-"]
    for number, it in enumerate(signers):
        template = {"protected": {"alg": it["alg"], "kid": it["key"]["kid"]}}
        args += ["-s", write(f"template.{number}", template), "-k", write(f"key.{number}", it["key"])]
    if job["detached"]:
        args += ["-O", os.path.join(folder, "detached")]
    if job["form"] == "compact":
        args.append("-c")
    made = run(*args)
    token = made.stdout.decode()
    return {"token": token} if made.returncode == 0 and token else {"lacks": made.stderr.decode()}


def verify(job):
    args = ["ver", "-i", write("token", job["token"]), "-k", write("key", job["key"])]
    if job["detached"]:
        args += ["-I", write("payload", job["payload"])]
    seen = run(*args, "-O", "-")
    if seen.returncode == 0:
        return {"payload": job["payload"] if job["detached"] else seen.stdout.decode()}
    return {"error": seen.stderr.decode() or f"exit code {seen.returncode}"}


with open(jobs, encoding="utf-8") as file:
    print(json.dumps([globals()[command](job) for job in json.load(file)]))
