"""What the Python adapters share: finding their environment, and the command line of README.md."""

import os
import sys
import warnings

PEERS = os.environ.get("JWTCTL_PEERS") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "jwtctl-peers"
)
HERE = os.path.dirname(os.path.abspath(__file__))

# joserfc.py and jwcrypto.py must find the libraries of that name, not themselves.
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HERE]
sys.dont_write_bytecode = True
warnings.simplefilter("ignore")

ALL_ALGS = (
    "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 "
    "ES256 ES384 ES512 ES256K EdDSA EdDSA-Ed448"
).split()
CURVES = {
    "ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1",
    "EdDSA": "Ed25519", "EdDSA-Ed448": "Ed448",
}  # fmt: skip
STEP_P2C = 600_000


def leave(code, why):
    print(why, file=sys.stderr)
    sys.exit(code)


def library(distribution):
    """Makes sure that this runs in the peers' environment and that it has the library."""
    environment = os.path.join(PEERS, "py")
    python = os.path.join(environment, "bin", "python")
    if not os.access(python, os.X_OK):
        leave(77, f"needs {distribution}")
    if not os.path.samefile(sys.prefix, environment):
        os.execv(python, [python, "-B", "-E", *sys.argv])
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        leave(77, f"needs {distribution}")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def read_line(path):
    data = read(path)
    return data[:-1] if data.endswith(b"\n") else data


def read_jwk(alg, path):
    """A JWK as a dict, if it is a key for that algorithm at all."""
    import json

    jwk = json.loads(read(path))
    kty = {"HS": "oct", "RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}[alg[:2]]
    if jwk.get("kty") != kty or jwk.get("crv") != CURVES.get(alg):
        leave(1, f"not a key for {alg}")
    return jwk


def header_alg(alg):
    return "EdDSA" if alg == "EdDSA-Ed448" else alg


def header(alg, jwk):
    members = {"alg": header_alg(alg), "typ": "JWT"}
    if "kid" in jwk:
        members["kid"] = jwk["kid"]
    return members


class Lacks(Exception):
    """What the library has no way to do."""


def each(jobs, refusals, answer):
    """The answers to a file of jobs, each an object: what it asked for, or why not."""
    import json

    def one(job):
        try:
            return answer(job)
        except Lacks as lack:
            return {"lacks": str(lack)}
        except refusals as error:
            return {"error": f"{type(error).__name__}: {error}"}

    return [one(job) for job in json.loads(read(jobs))]


def run(version, algs, refusals, **calls):
    """Answers the command line. `refusals` are the exceptions by which the library says no."""
    import json

    args = sys.argv[1:]
    command = args.pop(0) if args else ""
    arity = {"sign": 3, "verify": 3, "thumbprint": 1, "maxp2c": 0, "seal": 2, "sealjson": 2, "open": 2, "encrypt": 1, "decrypt": 1, "signobjects": 1, "verifyobjects": 1}
    if command == "version":
        print(version)
    elif command == "keyformat":
        print("jwk")
    elif command == "algs":
        print("\n".join(algs))
    elif command in arity and len(args) == arity[command]:
        if command not in calls:
            leave(77, f"{command}: not in this library")
        if command in ("sign", "verify") and args[0] not in algs:
            leave(77, f"{args[0]}: not in this library")
        try:
            answer = calls[command](*args)
        except refusals as error:
            leave(1, f"{type(error).__name__}: {error}")
        except Exception:
            import traceback

            traceback.print_exc()
            sys.exit(2)
        if isinstance(answer, (dict, list)):
            answer = json.dumps(answer)
        print(answer.decode() if isinstance(answer, bytes) else answer)
    else:
        leave(2, "usage: see README.md")
