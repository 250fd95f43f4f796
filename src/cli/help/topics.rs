//! The topics of `jwtctl help`.

/// The text of a topic; `None` when there is no topic of that name.
pub fn topic(name: &str) -> Option<&'static str> {
    match name {
        "exit-codes" => Some(EXIT_CODES),
        "keyspecs" => Some(KEYSPECS),
        "claims" => Some(CLAIMS),
        "policies" => Some(POLICIES),
        "profiles" => Some(PROFILES),
        "windows" => Some(WINDOWS),
        "topics" => Some(TOPICS),
        _ => None,
    }
}

const TOPICS: &str = "\
Topics of jwtctl help:
  exit-codes   what each exit code means, and what a script should do
  keyspecs     how keys and secrets are named
  claims       how claims are written and demanded
  policies     rules for verify, kept in a file
  profiles     kinds of tokens, and what each must have
  windows      what is different on Windows

jwtctl help COMMAND is COMMAND --help; jwtctl explain CODE explains an error.
";

const EXIT_CODES: &str = "\
Exit codes

   0  done; valid; nothing found                        go on
   1  the answer is no: findings, differences, a bad    look
      line in a batch
   2  the call cannot be used                           fix the call
   3  a server did not answer                           retry
   4  this machine refused: a file, a permission        fix the machine

  10  the signature is wrong, or it cannot be decrypted reject
  11  expired                                           renew it
  12  not valid yet                                     check the clock
  13  a claim is missing or does not match              reject
  14  no key for it                                     reject
  15  its algorithm or header is not acceptable         reject
  16  its session is gone                               reject
  17  not a token                                       reject

  70  a bug in jwtctl
 130, 143  ended by a signal

10 to 17 say that the token was judged and is bad. In a shell:

  jwtctl verify --policy api.toml @token.txt > report.txt
  case $? in
    0) echo good ;;
    1[0-7]) echo bad ;;
    *) echo unknown ;;
  esac

With --json, error.code names the reason more closely: jwtctl explain CODE.
";

const KEYSPECS: &str = "\
Keys and secrets: KEYSPEC

  PATH         a file
  -            stdin, for one of them
  env:NAME     an environment variable
  fd:N         a file that the shell has opened: 3< <(pass show key); not on Windows
  store:KID    a key of the keystore; store: alone is all that it publishes

What is in it is recognised, whatever its name: JWK, JWK set, sealed JWK; PEM and DER of PKCS#8,
encrypted PKCS#8, PKCS#1, SEC1, SPKI and X.509; OpenSSH public keys; several keys or certificates in
one PEM; a service account of Google; what az keyvault key show prints; a map from kid to
certificate; the table of keys of better-auth. --kid picks one of several.

A secret never stands on the command line itself, where every process of the machine can read it.
--secret is for HMAC: its bytes, less one line ending; --secret-encoding says if they are encoded.
--passphrase-from opens what is encrypted.
";

const WINDOWS: &str = "\
On Windows jwtctl does what it does elsewhere, but for this:

  keystore       %LOCALAPPDATA%\\jwtctl\\data\\keystore
  cache          %LOCALAPPDATA%\\jwtctl\\cache
  policies       %APPDATA%\\jwtctl\\config\\policies
  key files      what mode 0600 is elsewhere is an access list that has you alone
  fd:N           is refused, as no shell opens such files: give a file, env:NAME or -
  prompts        need a console as stdin: with a pipe there, --passphrase-from
  unix:///PATH   is refused: Redis is reached with redis:// or rediss://
  serve --exec   the command gets Ctrl-C and Ctrl-Break from the console; jwtctl cannot end it
  --batch        an interrupt ends the input with the line that is waited for

PowerShell 5 writes UTF-16 with > and takes apart what a pipe carries: write tokens and keys with
--out, and read them as @FILE. curl is curl.exe there.
";

const CLAIMS: &str = "\
Claims

Written, by sign and encrypt:
  name=text         a text
  name:=JSON        a number, true, an array, an object
  name=@FILE        the text in a file; name:=@FILE its JSON
  /a/b:=1           a member deeper down, by a JSON Pointer (RFC 6901)
The first = splits. In PowerShell, put quotes around the whole: 'level:=3'.

Demanded, by verify:
  --require NAME            it is there; NAME=text or NAME:=JSON: with that value
  --match NAME=PATTERN      * stands for any letters or none, the pattern for the whole value
  --contains NAME=VALUE     an element of an array, or a word of a text
  --scope WORD              a scope that was granted
NAME is the name of a claim. A claim inside another one is named by a JSON Pointer, in which ~1 stands
for a slash: /realm_access/roles/0, /kubernetes.io/namespace, /https:~1~1example.com~1role
";

const POLICIES: &str = "\
Policies

A policy is a TOML file with options of verify, so that every caller demands the same:

  issuer = \"https://issuer.example\"
  aud = [\"api\", \"https://api.example\"]
  alg = [\"ES256\", \"EdDSA\"]
  require = [\"sub\", \"tenant=acme\"]
  match = [\"sub=user-*\"]
  leeway = \"30s\"

  jwtctl verify --policy ./api.toml @token.txt
  jwtctl policy check ./api.toml

Members are profile, client_id, issuer, jwks_uri, jwks, key, roots, cert_name, kid, require_kid,
require_all, alg, iss, aud, sub, typ, require, match, contains, scope, max_age, min_ttl, leeway,
optional, skip, allow_weak_key, allow_padding, allow_http, jwks_max_age and stale_if_error: with - for
_ they are the flags. Paths count from the directory of the file. A secret never stands in one.
version = 1 at the top, which may be left out, is the version of the format.

Several policies in one file are tables, [api] and [web], named FILE#api. A policy that is named
without a path is policies/NAME.toml in the user's configuration directory, never a file of the
current one.

Flags add to a policy and narrow it. What would replace what it says, or make it less strict, ends
with 2 unless --override says that it is meant. The report names the policy and its SHA-256.
";

const PROFILES: &str = "\
Profiles: kinds of tokens

verify --profile NAME adds the rules for one kind of token. Each is a row of the report with the
section that it is from; what such a token must be compared with and nobody gave is a failure.

  at+jwt            access token (RFC 9068): --iss, --aud; --client-id; --jkt for cnf.jkt
  id-token          OIDC ID token: --iss, --client-id (for aud, and azp), --nonce if it has one;
                    --max-age for auth_time, --access-token and --code for at_hash and c_hash
  logout+jwt        OIDC back-channel logout token: --iss, --aud
  client-assertion  a client about itself (RFC 7523): --aud; --client-id; lives an hour at most
  dpop+jwt          proof of possession (RFC 9449): --method, --url; --access-token for ath, --nonce
                    if it has one; --jkt demands a key; five minutes old at most, or --max-age
  sd-jwt            selective disclosure (RFC 9901): --nonce, or --aud where the issuer names none,
                    demands that its holder proves to present it; --payload prints what was
                    disclosed in its place
  secevent+jwt      security event token (RFC 8417): --iss; --aud if it has one
  introspection     introspection response (RFC 9701): --iss, --aud; that its token is active is
                    demanded with --require /token_introspection/active:=true

The kinds dpop+jwt, secevent+jwt and introspection may do without exp: --require exp demands it.

  jwtctl verify --profile at+jwt --issuer https://as.example --aud api @token.txt
  jwtctl verify --profile dpop+jwt --method POST --url https://as.example/token @proof.txt

  jwtctl sign --profile dpop+jwt --key key.jwk --method POST --url https://as.example/token --format header
  jwtctl sign --profile client-assertion --key key.jwk --client-id web --aud https://as.example --format form

sign --profile fills in what can be filled in (typ, times, jti, the jwk of a proof, digests, iss and
sub of an assertion), and makes no token that verify would refuse.

  jwtctl sign --key issuer.jwk --sub alice --sd name --sd /address/street --kb-key holder.pub.jwk name=Alice …
  jwtctl sign --present card.txt --kb-key holder.jwk --aud https://verifier.example --nonce n-1 --disclose name

sign --sd hides claims behind digests, and --kb-key says whose token it is. Its holder presents it,
showing what --disclose names, and proves with the key of --kb-key for whom.

A proof brings its key in its own header (jwk): under dpop+jwt that key is the one to verify with,
no other may be named, and the report gives its thumbprint. Under every other profile the key comes
from the call. A profile only adds rules; --skip and --optional of what it demands end with 2.

Proofs, security events and introspection responses may be without exp. Neither jti is remembered,
nor is a nonce: to see a token only once is the business of whoever keeps that in mind.
";
