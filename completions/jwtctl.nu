module completions {

  def "nu-complete jwtctl color" [] {
    [ "auto" "always" "never" ]
  }

  export extern jwtctl [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
    --version(-V)             # Print version
  ]

  def "nu-complete jwtctl decode color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl decode part" [] {
    [ "header" "payload" ]
  }

  # Show what is in a token, without verifying it
  export extern "jwtctl decode" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl decode color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --batch: string           # One input a line, from FILE or - (stdin, also if left out), and one answer a line, in the same order
    --jobs: string            # Threads that work on lines (default: one for each core)
    --field: string           # Lines are JSON objects, and the input is the member NAME, or at a JSON Pointer; their other members go into the answer as they are
    --flush                   # Write each answer at once; otherwise whenever the input pauses
    --decrypt-key: string     # Open an encrypted token with this key, and show what is inside: PATH, -, env:NAME, fd:N or store:KID
    --explain                 # Explain each registered header parameter and claim
    --claim: string           # Print one claim and nothing else: a name, or a JSON Pointer such as /realm_access/roles/0
    --part: string@"nu-complete jwtctl decode part" # Print one part as it was encoded, and nothing else
    --pick: string            # Of several tokens in a longer text, take the one of this name
    --max-size: string        # Refuse tokens of more bytes
    --help(-h)                # Print help (see more with '--help')
    token?: string            # The token, - for stdin, @FILE or env:NAME
  ]

  def "nu-complete jwtctl verify color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl verify only" [] {
    [ "valid" "invalid" ]
  }

  def "nu-complete jwtctl verify profile" [] {
    [ "at+jwt" "id-token" "logout+jwt" "client-assertion" "dpop+jwt" "sd-jwt" "secevent+jwt" "introspection" ]
  }

  def "nu-complete jwtctl verify secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl verify alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  def "nu-complete jwtctl verify optional" [] {
    [ "exp" "aud" ]
  }

  def "nu-complete jwtctl verify skip" [] {
    [ "exp" "nbf" "iat" "iss" "aud" "typ" ]
  }

  def "nu-complete jwtctl verify cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Verify a token: its signature and every claim
  export extern "jwtctl verify" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl verify color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --batch: string           # One input a line, from FILE or - (stdin, also if left out), and one answer a line, in the same order
    --jobs: string            # Threads that work on lines (default: one for each core)
    --field: string           # Lines are JSON objects, and the input is the member NAME, or at a JSON Pointer; their other members go into the answer as they are
    --flush                   # Write each answer at once; otherwise whenever the input pauses
    --only: string@"nu-complete jwtctl verify only" # Write only the answers about tokens that are valid, or about those that are invalid
    --policy: string          # Judge by this policy: FILE, FILE#NAME, or the name of one in the user's configuration directory; flags may add to it and narrow it
    --override                # Let flags replace what the policy says
    --profile: string@"nu-complete jwtctl verify profile" # The kind of token, whose rules are added: at+jwt, id-token, logout+jwt, client-assertion, dpop+jwt, sd-jwt, secevent+jwt or introspection; see jwtctl help profiles
    --nonce: string           # The nonce of the request (id-token, dpop+jwt, sd-jwt)
    --client-id: string       # The client: client_id of at+jwt, azp of id-token, iss and sub of client-assertion
    --access-token: string    # The access token that came along, for at_hash (id-token) or ath (dpop+jwt): PATH, -, env:NAME or fd:N
    --code: string            # The authorization code that came along, for c_hash (id-token)
    --method: string          # The method of the HTTP request, such as POST (dpop+jwt)
    --url: string             # The URL of the HTTP request (dpop+jwt)
    --jkt: string             # The RFC 7638 thumbprint of the key that an access token is bound to (cnf.jkt), or that made a proof (dpop+jwt)
    --key: string             # Verify with this key: PATH, -, env:NAME, fd:N or store:KID; repeat to try several
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl verify secret_encoding" # How the secret is written
    --jwks: string            # Verify with the key of this set that the token names; repeat for several sets
    --jwks-uri: string        # Verify with the key of the set at URL that the token names; the set is cached
    --issuer: string          # Verify with the keys that this issuer publishes (OpenID Connect Discovery, RFC 8414); also the only iss accepted
    --kid: string             # Use only the key of this id; a token that names another is refused
    --decrypt-key: string     # Open encrypted tokens with this key, and judge what is inside: PATH, -, env:NAME, fd:N or store:KID
    --require-kid             # Refuse tokens that do not name their key
    --alg: string@"nu-complete jwtctl verify alg" # Accept only these algorithms (default: what the key permits)
    --roots: string           # Trust the certificates in FILE (PEM or DER): the chain in the token's header (x5c) must lead to one of them, and its first certificate is for the key. Beside other sources of keys, both must agree. Extended key usage and revocation are not looked at
    --cert-name: string       # The name that the certificate must be for, in its subjectAltName: a DNS name, an IP address or a URI
    --require-all             # Refuse tokens in JSON form of which only some signatures hold
    --allow-weak-key          # Accept keys that are shorter than their algorithm asks for
    --iss: string             # The issuer; repeat to accept any of several
    --aud: string             # The audience that you are; repeat if you go by several names
    --sub: string             # The subject
    --typ: string             # The media type in the header, such as at+jwt
    --require: string         # A claim that must be there: NAME, NAME=TEXT or NAME:=JSON, NAME may be a JSON Pointer
    --match: string           # A claim that must match a pattern, such as sub=repo:owner/*; * stands for anything, and the pattern for the whole value
    --contains: string        # A claim that must have an element, or a word: NAME=TEXT or NAME:=JSON
    --scope: string           # A scope that must be granted
    --max-age: string         # How long ago it may have been issued
    --min-ttl: string         # How long it must still be valid
    --leeway: string          # How much clocks may differ, at most a day
    --optional: string@"nu-complete jwtctl verify optional" # Claims that may be absent and are checked if present
    --skip: string@"nu-complete jwtctl verify skip" # Checks not to make at all
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl verify cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --payload                 # Print the payload of a valid token as it was signed, not the report; of an SD-JWT the claims with what was disclosed in its place
    --claim: string           # Print one claim of a valid token, instead of the report: a name or a JSON Pointer
    --raw                     # Verify a signature over any bytes; no claims are judged
    --detached: string        # Verify a detached signature over the bytes of FILE (or -); no claims are judged
    --session: string         # Refuse tokens whose session (jti) is not live in this Redis, which is asked last and not changed; implies --optional exp, save under --policy. redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL
    --keyspace: string        # What the keys of sessions begin with
    --redis-password-from: string # Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --redis-ca: string        # Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's (rediss://)
    --redis-allow-plaintext   # Allow the Redis password to go to another machine without TLS, where any machine on the way can read it
    --allow-padding           # Accept base64url with padding, which RFC 7515 forbids and AWS's load balancers write
    --pick: string            # Take the token of this name out of a longer text: a JSON document, a cookie line, a URL
    --max-size: string        # Refuse tokens of more bytes
    --help(-h)                # Print help (see more with '--help')
    token?: string            # The token, - for stdin, @FILE or env:NAME
  ]

  def "nu-complete jwtctl sign color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl sign secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl sign alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  def "nu-complete jwtctl sign profile" [] {
    [ "at+jwt" "id-token" "logout+jwt" "client-assertion" "dpop+jwt" "sd-jwt" "secevent+jwt" "introspection" ]
  }

  def "nu-complete jwtctl sign format" [] {
    [ "compact" "flattened" "general" "header" "curl" "form" ]
  }

  # Sign a token
  export extern "jwtctl sign" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl sign color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --batch: string           # One input a line, from FILE or - (stdin, also if left out), and one answer a line, in the same order
    --jobs: string            # Threads that work on lines (default: one for each core)
    --field: string           # Lines are JSON objects, and the input is the member NAME, or at a JSON Pointer; their other members go into the answer as they are
    --flush                   # Write each answer at once; otherwise whenever the input pauses
    --key: string             # Sign with this private key: PATH, -, env:NAME, fd:N or store:KID; repeat for a signature by each, in JSON form
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl sign secret_encoding" # How the secret is written
    --alg: string@"nu-complete jwtctl sign alg" # The algorithm (default: the usual one of those that the key permits)
    --kid: string             # Picks a key from a set; the id to write into the header (default: the key's own)
    --allow-weak-key          # Sign with a key that is shorter than its algorithm asks for
    --allow-outlive           # Sign what outlives its key: when it expires, the keystore no longer publishes the key
    --profile: string@"nu-complete jwtctl sign profile" # The kind of token, whose rules are added: at+jwt, id-token, logout+jwt, client-assertion, dpop+jwt, sd-jwt, secevent+jwt or introspection; see jwtctl help profiles
    --nonce: string           # The nonce of the request (id-token, dpop+jwt, sd-jwt)
    --client-id: string       # The client: client_id of at+jwt, azp of id-token, iss and sub of client-assertion
    --access-token: string    # The access token that came along, for at_hash (id-token) or ath (dpop+jwt): PATH, -, env:NAME or fd:N
    --code: string            # The authorization code that came along, for c_hash (id-token)
    --method: string          # The method of the HTTP request, such as POST (dpop+jwt)
    --url: string             # The URL of the HTTP request (dpop+jwt)
    --jkt: string             # The RFC 7638 thumbprint of the key that an access token is bound to (cnf.jkt), or that made a proof (dpop+jwt)
    --sd: string              # Hide this claim behind a digest, and print its disclosure behind the token: NAME or a JSON Pointer; repeat for several (profile sd-jwt)
    --decoys: string          # Add as many digests that are of nothing
    --kb-key: string          # The holder's key: its public half goes into the token (cnf.jwk); with --present it signs the proof, and is private
    --present: string         # Sign nothing new, but present the SD-JWT in FILE (or -) to --aud with --nonce, bound by the key of --kb-key
    --disclose: string        # Of what it discloses, show only this claim: NAME or a JSON Pointer; repeat for several; none for nothing
    --iss: string             # The issuer; {fingerprint} in it stands for the digest of the signing key (SHA256:…), which Snowflake wants there
    --sub: string             # The subject
    --aud: string             # The audience; repeat for several
    --jti: string             # The token's id: auto for a UUID, none for none
    --iat: string             # When it was issued (default: now)
    --nbf: string             # Not valid before
    --exp: string             # Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z
    --ttl: string             # How long it is valid (default: 15m)
    --no-exp                  # Let it never expire
    --payload: string         # Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it
    --typ: string             # The media type in the header (default: JWT); none for none
    --header: string          # A further header parameter, written like a CLAIM
    --x5c: string             # The certificates of the key, from FILE (PEM or DER), its own first: they are checked against it and go into the header
    --x5t                     # Beside them, the digest of the key's certificate (x5t#S256)
    --raw                     # Sign the bytes of --payload as they are; nothing is added
    --detached                # Like --raw, with the payload left out of the result
    --unencoded               # Sign the payload as it is, not its base64url (b64: false, RFC 7797); with --raw or --detached
    --add: string             # Add a signature to the token in FILE (or -), whose payload and signatures stay as they are; they are not verified. The payload of a detached one is given with --detached --payload FILE
    --encrypt-to: string      # Encrypt the signed token to this key: PATH, -, env:NAME, fd:N or store:KID
    --format: string@"nu-complete jwtctl sign format" # What to print (default: compact, of several signatures general)
    --help(-h)                # Print help (see more with '--help')
    ...claims: string         # Claims: name=text, name:=JSON, name=@FILE, name:=@FILE, or /a/b:=JSON to set a member deeper down
  ]

  def "nu-complete jwtctl encrypt color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl encrypt secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl encrypt alg" [] {
    [ "ECDH-ES" "ECDH-ES+A128KW" "ECDH-ES+A192KW" "ECDH-ES+A256KW" "RSA-OAEP" "RSA-OAEP-256" "RSA-OAEP-384" "RSA-OAEP-512" "RSA1_5" "A128KW" "A192KW" "A256KW" "A128GCMKW" "A192GCMKW" "A256GCMKW" "dir" "PBES2-HS256+A128KW" "PBES2-HS384+A192KW" "PBES2-HS512+A256KW" ]
  }

  def "nu-complete jwtctl encrypt enc" [] {
    [ "A128CBC-HS256" "A192CBC-HS384" "A256CBC-HS512" "A128GCM" "A192GCM" "A256GCM" ]
  }

  def "nu-complete jwtctl encrypt format" [] {
    [ "compact" "flattened" "general" ]
  }

  # Encrypt a token
  export extern "jwtctl encrypt" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl encrypt color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --to: string              # Encrypt to this key: PATH, -, env:NAME, fd:N or store:KID; repeat for several recipients
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl encrypt secret_encoding" # How the secret is written
    --kid: string             # Picks a key from a set; the id to write into the header (default: the key's own)
    --alg: string@"nu-complete jwtctl encrypt alg" # The key-management algorithm (default: what the key is declared for, else RSA-OAEP-256, ECDH-ES+A256KW, of a symmetric key by its length, of a passphrase PBES2-HS512+A256KW)
    --p2c: string             # PBKDF2 iterations that protect a passphrase (default: 10000, the most that some libraries read)
    --enc: string@"nu-complete jwtctl encrypt enc" # The content encryption algorithm (default: A256GCM; with dir, what the key's length allows)
    --zip                     # Compress the content first, whose length then says something about it
    --token: string           # Encrypt this token as it is: the text, -, @FILE or env:NAME
    --iss: string             # The issuer; {fingerprint} in it stands for the digest of the signing key (SHA256:…), which Snowflake wants there
    --sub: string             # The subject
    --aud: string             # The audience; repeat for several
    --jti: string             # The token's id: auto for a UUID, none for none
    --iat: string             # When it was issued (default: now)
    --nbf: string             # Not valid before
    --exp: string             # Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z
    --ttl: string             # How long it is valid (default: 15m)
    --no-exp                  # Let it never expire
    --payload: string         # Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it
    --typ: string             # The media type in the header (default: JWT, and none with --raw and --token); none for none
    --cty: string             # The media type of the content (default: with --token, JWT)
    --header: string          # A further header parameter, written like a CLAIM
    --aad: string             # Authenticate the bytes of FILE as well; in the JSON forms
    --raw                     # Encrypt the bytes of --payload as they are; nothing is added
    --format: string@"nu-complete jwtctl encrypt format" # The form of the token (default: compact; with several recipients general)
    --help(-h)                # Print help (see more with '--help')
    ...claims: string         # Claims: name=text, name:=JSON, name=@FILE, name:=@FILE, or /a/b:=JSON to set a member deeper down
  ]

  def "nu-complete jwtctl decrypt color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl decrypt secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl decrypt alg" [] {
    [ "ECDH-ES" "ECDH-ES+A128KW" "ECDH-ES+A192KW" "ECDH-ES+A256KW" "RSA-OAEP" "RSA-OAEP-256" "RSA-OAEP-384" "RSA-OAEP-512" "RSA1_5" "A128KW" "A192KW" "A256KW" "A128GCMKW" "A192GCMKW" "A256GCMKW" "dir" "PBES2-HS256+A128KW" "PBES2-HS384+A192KW" "PBES2-HS512+A256KW" ]
  }

  def "nu-complete jwtctl decrypt enc" [] {
    [ "A128CBC-HS256" "A192CBC-HS384" "A256CBC-HS512" "A128GCM" "A192GCM" "A256GCM" ]
  }

  # Open an encrypted token, and write what is in it
  export extern "jwtctl decrypt" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl decrypt color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --key: string             # Open with this private or symmetric key: PATH, -, env:NAME, fd:N or store:KID
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl decrypt secret_encoding" # How the secret is written
    --jwks: string            # Open with the key of this set that the token names
    --kid: string             # Picks a key from a set; of a key without an id, the recipient that it is for
    --alg: string@"nu-complete jwtctl decrypt alg" # Accept only these key-management algorithms (default: what the key permits)
    --enc: string@"nu-complete jwtctl decrypt enc" # Accept only these content encryption algorithms
    --allow-rsa1-5            # Open tokens that were encrypted with RSA1_5, whose padding is broken
    --max-p2c: string         # Refuse tokens that ask for more PBKDF2 iterations
    --max-plaintext: string   # Refuse compressed content that inflates to more bytes
    --max-size: string        # Refuse tokens of more bytes
    --out: string             # Write the content to FILE, which its owner alone can read; - for stdout, terminal or not
    --force                   # Replace a file that exists
    --pick: string            # Take the token of this name out of a longer text: a JSON document, a cookie line, a URL
    --help(-h)                # Print help (see more with '--help')
    token?: string            # The token, - for stdin, @FILE or env:NAME
  ]

  def "nu-complete jwtctl keygen color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl keygen alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" "ECDH-ES" "ECDH-ES+A128KW" "ECDH-ES+A192KW" "ECDH-ES+A256KW" "RSA-OAEP" "RSA-OAEP-256" "RSA-OAEP-384" "RSA-OAEP-512" "RSA1_5" "A128KW" "A192KW" "A256KW" "A128GCMKW" "A192GCMKW" "A256GCMKW" "dir" ]
  }

  def "nu-complete jwtctl keygen crv" [] {
    [ "P-256" "P-384" "P-521" "secp256k1" "Ed25519" "Ed448" "X25519" "X448" ]
  }

  def "nu-complete jwtctl keygen usage" [] {
    [ "sig" "enc" ]
  }

  def "nu-complete jwtctl keygen format" [] {
    [ "jwk" "jwks" "pem" "der" "better-auth" ]
  }

  def "nu-complete jwtctl keygen sql" [] {
    [ "sqlite" "postgres" "mysql" ]
  }

  # Make a key
  export extern "jwtctl keygen" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl keygen color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --bits: string            # Size of an RSA key, 2048 to 8192 (default: 2048)
    --crv: string@"nu-complete jwtctl keygen crv" # Curve, where the algorithm leaves a choice
    --use: string@"nu-complete jwtctl keygen usage" # What the key is for (default: by the algorithm)
    --kid: string             # Its id: thumbprint (RFC 7638), uuid, or any text
    --out: string             # Write the private key to FILE, - for stdout, instead of the keystore
    --public-out: string      # Where the public key goes, - for stdout
    --format: string@"nu-complete jwtctl keygen format" # How keys are written
    --no-encrypt              # Write the private key in clear
    --p2c: string             # PBKDF2 iterations that protect the passphrase (default: 210000, of PEM and DER 600000)
    --force                   # Replace files that exist
    --sql: string@"nu-complete jwtctl keygen sql" # With --format better-auth: write the statement that inserts the row in this database
    --list-algs               # List the algorithms and exit
    --help(-h)                # Print help (see more with '--help')
    alg?: string@"nu-complete jwtctl keygen alg" # The algorithm, in any case (default: EdDSA); --list-algs lists them
  ]

  def "nu-complete jwtctl jwks color" [] {
    [ "auto" "always" "never" ]
  }

  # Your own keys, and everything one does with a key set
  export extern "jwtctl jwks" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks list color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks list cache_store_format" [] {
    [ "native" "jose" ]
  }

  # List the keys of a set, or those of the keystore with their state
  export extern "jwtctl jwks list" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks list color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --jwks: string            # A key set; a single key of any format counts as a set of one (default: the keystore)
    --jwks-uri: string        # The key set at URL; it is cached
    --issuer: string          # The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl jwks list cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks show color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks show cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Show one key: its public half, and where it stands
  export extern "jwtctl jwks show" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks show color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --jwks: string            # A key set; a single key of any format counts as a set of one (default: the keystore)
    --jwks-uri: string        # The key set at URL; it is cached
    --issuer: string          # The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl jwks show cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
    kid: string               # Which key
  ]

  def "nu-complete jwtctl jwks add color" [] {
    [ "auto" "always" "never" ]
  }

  # Add a private key to the keystore
  export extern "jwtctl jwks add" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks add color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --kid: string             # Picks a key from a set; names a key that has no id of its own
    --publish-for: string     # How long it is published before it signs (default: 2h)
    --grace: string           # How long the key that it takes over from stays published afterwards (default: 30d)
    --no-encrypt              # Keep private keys in clear; the first key of a keystore decides
    --p2c: string             # PBKDF2 iterations that protect the passphrase (default: 210000)
    --help(-h)                # Print help (see more with '--help')
    key: string               # The key, of any format: PATH, -, env:NAME or fd:N
  ]

  def "nu-complete jwtctl jwks remove color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove a key from the keystore for good
  export extern "jwtctl jwks remove" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks remove color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --force                   # Remove it even if tokens can then no longer be verified
    --help(-h)                # Print help (see more with '--help')
    kid: string               # Which key
  ]

  def "nu-complete jwtctl jwks rotate color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks rotate alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  def "nu-complete jwtctl jwks rotate crv" [] {
    [ "P-256" "P-384" "P-521" "secp256k1" "Ed25519" "Ed448" "X25519" "X448" ]
  }

  def "nu-complete jwtctl jwks rotate format" [] {
    [ "better-auth" ]
  }

  def "nu-complete jwtctl jwks rotate sql" [] {
    [ "sqlite" "postgres" "mysql" ]
  }

  # Make the next signing key of the keystore
  export extern "jwtctl jwks rotate" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks rotate color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --alg: string@"nu-complete jwtctl jwks rotate alg" # The algorithm of the new key (default: that of the current one, or EdDSA)
    --crv: string@"nu-complete jwtctl jwks rotate crv" # Its curve, where the algorithm leaves a choice
    --bits: string            # Its size, if it is an RSA key
    --publish-for: string     # How long the new key is published before it signs (default: 2h)
    --grace: string           # How long the key before it stays published afterwards (default: 30d)
    --every: string           # Only if the newest key is at least that old
    --dry-run                 # Say what would be done, and change nothing
    --no-encrypt              # Keep private keys in clear; the first key of a keystore decides
    --p2c: string             # PBKDF2 iterations that protect the passphrase (default: those of the keystore, or 210000)
    --jwks: string            # Its rows as the database prints them, in JSON: an array, or one a line; - for stdin
    --format: string@"nu-complete jwtctl jwks rotate format" # The format of FILE, which is recognised in any case
    --sql: string@"nu-complete jwtctl jwks rotate sql" # Write the statements that change the table in this database, instead of its new rows
    --out: path               # Write to FILE instead of stdout, readable by its owner alone
    --force                   # Replace the file of --out
    --kid: string             # The id of the new row (default: made as those of the other rows)
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks prune color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove the keys of the keystore that have expired
  export extern "jwtctl jwks prune" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks prune color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks passphrase color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks passphrase format" [] {
    [ "better-auth" ]
  }

  def "nu-complete jwtctl jwks passphrase sql" [] {
    [ "sqlite" "postgres" "mysql" ]
  }

  # Change the passphrase of the keystore: all keys, or none
  export extern "jwtctl jwks passphrase" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks passphrase color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --new-passphrase-from: string # The new passphrase: PATH, -, env:NAME or fd:N
    --no-encrypt              # Keep all private keys in clear from now on
    --p2c: string             # PBKDF2 iterations that protect the passphrase (default: as before)
    --jwks: string            # Its rows as the database prints them, in JSON: an array, or one a line; - for stdin
    --format: string@"nu-complete jwtctl jwks passphrase format" # The format of FILE, which is recognised in any case
    --sql: string@"nu-complete jwtctl jwks passphrase sql" # Write the statements that change the table in this database, instead of its new rows
    --out: path               # Write to FILE instead of stdout, readable by its owner alone
    --force                   # Replace the file of --out
    --new-better-auth-secret: string # The server's new secret; VERSION:KEYSPEC where its secrets have versions
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks export color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks export format" [] {
    [ "jwks" "better-auth" ]
  }

  def "nu-complete jwtctl jwks export sql" [] {
    [ "sqlite" "postgres" "mysql" ]
  }

  def "nu-complete jwtctl jwks export cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Print the public key set; private members and symmetric keys stay behind
  export extern "jwtctl jwks export" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks export color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --out: path               # Write the public set, or rows, to FILE instead of stdout, replacing what is there
    --if-changed              # Leave FILE as it is, and exit with 1, if it holds this set already
    --allow-empty             # Export a set without any key, too: tokens can then not be verified with it
    --private                 # The private keys, of the keystore those that have not expired
    --format: string@"nu-complete jwtctl jwks export format" # How the keys are written
    --sql: string@"nu-complete jwtctl jwks export sql" # Write the statements that insert the rows in this database
    --yes                     # Do not ask whether private keys may leave
    --new-passphrase-from: string # Encrypt private keys with the passphrase in KEYSPEC
    --no-encrypt              # Write private keys in clear
    --p2c: string             # PBKDF2 iterations that protect the passphrase (default: 210000)
    --jwks: string            # A key set; a single key of any format counts as a set of one (default: the keystore)
    --jwks-uri: string        # The key set at URL; it is cached
    --issuer: string          # The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl jwks export cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks fetch color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks fetch cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Fetch a published key set, through the cache
  export extern "jwtctl jwks fetch" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks fetch color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --jwks-uri: string        # The key set at URL
    --issuer: string          # The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl jwks fetch cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks lint color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks lint fail_on" [] {
    [ "error" "warn" "info" ]
  }

  def "nu-complete jwtctl jwks lint cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Look for what is wrong with a public key set
  export extern "jwtctl jwks lint" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks lint color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --fail-on: string@"nu-complete jwtctl jwks lint fail_on" # The least severity that counts
    --list-rules              # List the rules and exit
    --jwks: string            # A key set; a single key of any format counts as a set of one (default: the keystore)
    --jwks-uri: string        # The key set at URL; it is cached
    --issuer: string          # The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl jwks lint cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks diff color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks diff cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Compare two key sets: keys added, removed, changed, and other keys under the same id
  export extern "jwtctl jwks diff" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks diff color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl jwks diff cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
    before: string            # The set before: URL, PATH, -, env:NAME, fd:N, or store: for what the keystore publishes
    after: string             # The set after, named likewise
  ]

  def "nu-complete jwtctl jwks thumbprint color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks thumbprint hash" [] {
    [ "sha256" "sha384" "sha512" ]
  }

  def "nu-complete jwtctl jwks thumbprint cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Print the RFC 7638 thumbprint of each key
  export extern "jwtctl jwks thumbprint" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks thumbprint color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --hash: string@"nu-complete jwtctl jwks thumbprint hash" # The digest
    --uri                     # As a URI (RFC 9278)
    --spki                    # The digest of the public key as SPKI in DER, with the name of the hash in front
    --jwks: string            # A key set; a single key of any format counts as a set of one (default: the keystore)
    --jwks-uri: string        # The key set at URL; it is cached
    --issuer: string          # The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl jwks thumbprint cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl jwks convert color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl jwks convert to" [] {
    [ "jwk" "jwks" "pem" "der" "spki" "ssh" ]
  }

  def "nu-complete jwtctl jwks convert set_use" [] {
    [ "sig" "enc" ]
  }

  # Write keys in another format
  export extern "jwtctl jwks convert" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl jwks convert color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --to: string@"nu-complete jwtctl jwks convert to" # The format
    --kid: string             # Picks a key from a set
    --public                  # Write the public half only
    --out: string             # Where it goes (default: stdout)
    --force                   # Replace a file that exists
    --new-passphrase-from: string # Encrypt a private key with the passphrase in KEYSPEC
    --no-encrypt              # Write a private key in clear
    --p2c: string             # PBKDF2 iterations that protect the passphrase (default: 210000, of PEM and DER 600000)
    --set-kid: string         # Their kid: thumbprint (RFC 7638) for each, or any text for one key
    --set-use: string@"nu-complete jwtctl jwks convert set_use" # Their use
    --set-alg: string         # Their alg, which each of them must be fit for
    --x5c                     # The certificates that stand with them in their file, as x5c and x5t#S256
    --help(-h)                # Print help (see more with '--help')
    ...keys: string           # The key, of any format: PATH, -, env:NAME, fd:N or store:KID; for a set also several of them, and directories of key files
  ]

  def "nu-complete jwtctl cache color" [] {
    [ "auto" "always" "never" ]
  }

  # Look after the cache of fetched key sets
  export extern "jwtctl cache" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl cache list color" [] {
    [ "auto" "always" "never" ]
  }

  # List the cached key sets and issuers' documents
  export extern "jwtctl cache list" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache list color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl cache show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show all that is kept about a URL or an issuer
  export extern "jwtctl cache show" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache show color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
    url: string               # The URL, or the issuer
  ]

  def "nu-complete jwtctl cache path color" [] {
    [ "auto" "always" "never" ]
  }

  # Print where the cache is
  export extern "jwtctl cache path" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache path color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl cache refresh color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl cache refresh cache_store_format" [] {
    [ "native" "jose" ]
  }

  # Fetch key sets again before they are needed, from cron or a timer
  export extern "jwtctl cache refresh" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache refresh color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --all                     # Everything in the cache
    --older-than: string      # Only what has lived for longer: a share of its lifetime, such as 50%, or a duration
    --refresh                 # Fetch the keys now, whatever the cache has
    --max-stale: string       # With --offline: how long past their lifetime cached keys are good
    --stale-if-error: string  # How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)
    --jwks-max-age: string    # How long keys are fresh at most, and where the server says nothing, 1m to 1h (default: what the server says, or 10m)
    --timeout: string         # How long a fetch may take, 1s to 5m
    --ca-bundle: string       # Trust these certificate authorities (PEM) instead of the system's
    --client-cert: string     # Show the server this certificate (PEM)
    --client-key: string      # The private key of the client certificate
    --http-headers: string    # Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other
    --http-bearer: string     # Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise
    --allow-http              # Allow http, where any machine on the way can replace the keys
    --cache-store: string     # What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]
    --cache-store-key: string # At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]
    --cache-store-trust       # Do without such a key: every client that can write to that Redis then decides which tokens are valid
    --cache-store-format: string@"nu-complete jwtctl cache refresh cache_store_format" # What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC
    --cache-store-password-from: string # Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --cache-store-ca: string  # Accept that Redis if its certificate leads to one of these (PEM), instead of the system's (rediss://)
    --help(-h)                # Print help (see more with '--help')
    ...urls: string           # JWKS URLs; issuers, if they are in the cache
  ]

  def "nu-complete jwtctl cache prune color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove what is of no more use: entries that ran out a week ago, damaged ones, and left-overs
  export extern "jwtctl cache prune" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache prune color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl cache clear color" [] {
    [ "auto" "always" "never" ]
  }

  # Remove key sets; the next verification fetches them again
  export extern "jwtctl cache clear" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache clear color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --all                     # Everything
    --help(-h)                # Print help (see more with '--help')
    ...urls: string           # URLs or issuers
  ]

  def "nu-complete jwtctl cache export color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl cache export format" [] {
    [ "bundle" "jose" "oauth4webapi" "jwks" ]
  }

  # Write key sets to a file, for another machine or for the npm packages jose and oauth4webapi
  export extern "jwtctl cache export" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache export color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --format: string@"nu-complete jwtctl cache export format" # In which form
    --out: path               # Write to FILE instead of stdout, replacing what is there
    --if-changed-since: string # Write nothing, and exit with 1, if nothing was fetched after UAT
    --sign: string            # Sign the bundle with this private key, for cache import --verify-key: PATH, -, env:NAME, fd:N or store:KID
    --help(-h)                # Print help (see more with '--help')
    ...urls: string           # Which key sets, by URL or issuer (default: all that were fetched without network flags)
  ]

  def "nu-complete jwtctl cache import color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl cache import uat_unit" [] {
    [ "auto" "s" "ms" ]
  }

  # Read key sets from a file that cache export, jose or oauth4webapi wrote
  export extern "jwtctl cache import" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl cache import color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --url: string             # The URL that the keys are from; for files that do not say
    --uat-unit: string@"nu-complete jwtctl cache import uat_unit" # The unit of uat
    --reset-uat               # Take the keys as expired: they are fetched again before use
    --verify-key: string      # Take only a bundle that this key has signed (cache export --sign): PATH, -, env:NAME, fd:N or store:KID
    --force                   # Replace newer keys as well
    --help(-h)                # Print help (see more with '--help')
    file: string              # The file, or - for stdin
  ]

  def "nu-complete jwtctl session color" [] {
    [ "auto" "always" "never" ]
  }

  # Manage sessions in Redis, as the npm middleware jwt-redis-session keeps them
  export extern "jwtctl session" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl session color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl session create color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl session create secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl session create alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  # Start a session and print its token
  export extern "jwtctl session create" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl session create color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --data: string            # Data of the session, written like a claim; repeat for more
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl session create secret_encoding" # How the secret is written
    --key: string             # The key of the tokens: PATH, -, env:NAME, fd:N or store:KID
    --alg: string@"nu-complete jwtctl session create alg" # The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)
    --allow-weak-key          # Use a key that is shorter than its algorithm asks for
    --redis: string           # The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]
    --redis-password-from: string # Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --redis-ca: string        # Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's (rediss://)
    --redis-allow-plaintext   # Allow the Redis password to go to another machine without TLS, where any machine on the way can read it
    --keyspace: string        # What the keys of sessions begin with
    --max-age: string         # How long a session lives without being renewed (default: 86400, a day)
    --help(-h)                # Print help (see more with '--help')
    ...claims: string         # Claims of the token: name=text, name:=JSON, name=@FILE, name:=@FILE, or /a/b:=JSON
  ]

  def "nu-complete jwtctl session show color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl session show secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl session show alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  # Show a session, leaving its lifetime as it is
  export extern "jwtctl session show" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl session show color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --id: string              # The session of this id, without a token
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl session show secret_encoding" # How the secret is written
    --key: string             # The key of the tokens: PATH, -, env:NAME, fd:N or store:KID
    --alg: string@"nu-complete jwtctl session show alg" # The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)
    --allow-weak-key          # Use a key that is shorter than its algorithm asks for
    --redis: string           # The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]
    --redis-password-from: string # Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --redis-ca: string        # Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's (rediss://)
    --redis-allow-plaintext   # Allow the Redis password to go to another machine without TLS, where any machine on the way can read it
    --keyspace: string        # What the keys of sessions begin with
    --max-age: string         # How long a session lives without being renewed (default: 86400, a day)
    --help(-h)                # Print help (see more with '--help')
    token?: string            # The token of the session, - for stdin, @FILE or env:NAME
  ]

  def "nu-complete jwtctl session update color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl session update secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl session update alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  # Change the data of a session and renew it
  export extern "jwtctl session update" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl session update color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --replace                 # Drop the members that are not named
    --id: string              # The session of this id, without a token
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl session update secret_encoding" # How the secret is written
    --key: string             # The key of the tokens: PATH, -, env:NAME, fd:N or store:KID
    --alg: string@"nu-complete jwtctl session update alg" # The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)
    --allow-weak-key          # Use a key that is shorter than its algorithm asks for
    --redis: string           # The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]
    --redis-password-from: string # Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --redis-ca: string        # Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's (rediss://)
    --redis-allow-plaintext   # Allow the Redis password to go to another machine without TLS, where any machine on the way can read it
    --keyspace: string        # What the keys of sessions begin with
    --max-age: string         # How long a session lives without being renewed (default: 86400, a day)
    --help(-h)                # Print help (see more with '--help')
    ...arguments: string      # The token of the session (- for stdin, @FILE or env:NAME) unless --id names it, then the data: name=text, name:=JSON, name=@FILE, name:=@FILE, or /a/b:=1 to set a member deeper down
  ]

  def "nu-complete jwtctl session touch color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl session touch secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl session touch alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  # Renew a session
  export extern "jwtctl session touch" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl session touch color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --id: string              # The session of this id, without a token
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl session touch secret_encoding" # How the secret is written
    --key: string             # The key of the tokens: PATH, -, env:NAME, fd:N or store:KID
    --alg: string@"nu-complete jwtctl session touch alg" # The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)
    --allow-weak-key          # Use a key that is shorter than its algorithm asks for
    --redis: string           # The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]
    --redis-password-from: string # Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --redis-ca: string        # Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's (rediss://)
    --redis-allow-plaintext   # Allow the Redis password to go to another machine without TLS, where any machine on the way can read it
    --keyspace: string        # What the keys of sessions begin with
    --max-age: string         # How long a session lives without being renewed (default: 86400, a day)
    --help(-h)                # Print help (see more with '--help')
    token?: string            # The token of the session, - for stdin, @FILE or env:NAME
  ]

  def "nu-complete jwtctl session destroy color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl session destroy secret_encoding" [] {
    [ "utf8" "hex" "base64" "base64url" "raw" ]
  }

  def "nu-complete jwtctl session destroy alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  # Destroy a session, so that its token is worth nothing any more
  export extern "jwtctl session destroy" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl session destroy color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --id: string              # The session of this id, without a token
    --secret: string          # A shared secret, for HMAC or encryption: PATH, -, env:NAME or fd:N, never the secret itself
    --secret-encoding: string@"nu-complete jwtctl session destroy secret_encoding" # How the secret is written
    --key: string             # The key of the tokens: PATH, -, env:NAME, fd:N or store:KID
    --alg: string@"nu-complete jwtctl session destroy alg" # The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)
    --allow-weak-key          # Use a key that is shorter than its algorithm asks for
    --redis: string           # The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]
    --redis-password-from: string # Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --redis-ca: string        # Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's (rediss://)
    --redis-allow-plaintext   # Allow the Redis password to go to another machine without TLS, where any machine on the way can read it
    --keyspace: string        # What the keys of sessions begin with
    --max-age: string         # How long a session lives without being renewed (default: 86400, a day)
    --help(-h)                # Print help (see more with '--help')
    token?: string            # The token of the session, - for stdin, @FILE or env:NAME
  ]

  def "nu-complete jwtctl session list color" [] {
    [ "auto" "always" "never" ]
  }

  # List sessions
  export extern "jwtctl session list" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl session list color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --where: string           # Only those with this in their data or, failing that, in the claims that the middleware keeps: name=text, name:=JSON, or /a/b:=JSON from the top of what is stored; repeat for more
    --idle: string            # Only those that were not renewed for at least as long, which is told from --max-age and the time they have left
    --redis: string           # The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]
    --redis-password-from: string # Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N
    --redis-ca: string        # Accept a Redis server whose certificate leads to one of these (PEM), instead of the system's (rediss://)
    --redis-allow-plaintext   # Allow the Redis password to go to another machine without TLS, where any machine on the way can read it
    --keyspace: string        # What the keys of sessions begin with
    --max-age: string         # How long a session lives without being renewed (default: 86400, a day)
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl policy color" [] {
    [ "auto" "always" "never" ]
  }

  # Check policies of verify, and show what they come to
  export extern "jwtctl policy" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl policy color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl policy check color" [] {
    [ "auto" "always" "never" ]
  }

  # Say everything that is wrong with a policy
  export extern "jwtctl policy check" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl policy check color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
    policy: string            # The policy: FILE, FILE#NAME, or the name of one in the user's configuration directory
  ]

  def "nu-complete jwtctl policy show color" [] {
    [ "auto" "always" "never" ]
  }

  # Show a policy, and the call that it stands for
  export extern "jwtctl policy show" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl policy show color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
    policy: string            # The policy: FILE, FILE#NAME, or the name of one in the user's configuration directory
  ]

  def "nu-complete jwtctl explain color" [] {
    [ "auto" "always" "never" ]
  }

  # Explain an error code, or the codes behind an exit code
  export extern "jwtctl explain" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl explain color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --help(-h)                # Print help (see more with '--help')
    code?: string             # A code such as bad-signature, or an exit code such as 13; without one, all are listed
  ]

  def "nu-complete jwtctl serve color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl serve alg" [] {
    [ "HS256" "HS384" "HS512" "RS256" "RS384" "RS512" "PS256" "PS384" "PS512" "ES256" "ES384" "ES512" "ES256K" "EdDSA" "Ed25519" "Ed448" "ESP256" "ESP384" "ESP512" "ML-DSA-44" "ML-DSA-65" "ML-DSA-87" ]
  }

  def "nu-complete jwtctl serve profile" [] {
    [ "at+jwt" ]
  }

  def "nu-complete jwtctl serve fault" [] {
    [ "latency" "status" "rate-limit" "drip" "truncate" "html" "huge" "stale" "rotated" "no-etag" "unknown-kid" "same-kid" "wrong-alg" "none" "expired" "future" "wrong-aud" "wrong-iss" "bad-signature" ]
  }

  # Run a local issuer: OpenID Connect and OAuth 2.0 for tests
  export extern "jwtctl serve" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl serve color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --listen: string          # Where to listen; port 0 takes any free one (default: 127.0.0.1:8080, with --exec 127.0.0.1:0)
    --issuer: string          # The issuer's own address, as tokens name it (default: where it listens)
    --jwks-path: string       # Where the key set is
    --tls                     # Serve https, with a certificate made for this run
    --tls-cert: string        # Write that certificate to FILE, for clients to trust
    --allow-host: string      # Answer to this name in the Host header as well
    --cors: string            # Let web pages of this origin use it
    --key: string             # Sign with this private key: PATH, -, env:NAME, fd:N or store:KID, and publish the rest of its set; store: is the keystore with its rotations (default: the keystore that --store names, or else a fresh key)
    --alg: string@"nu-complete jwtctl serve alg" # The algorithm (default: the key's own, of a fresh key ES256)
    --seed: string            # Make the fresh keys from TEXT: the same each time, marked as test keys, and no secret
    --ttl: string             # How long tokens are valid
    --claims: string          # Claims of every token, from a JSON file, or - for stdin
    --typ: string             # The media type of access tokens, such as at+jwt
    --profile: string@"nu-complete jwtctl serve profile" # The kind of access tokens: at+jwt, which verify --profile at+jwt accepts (RFC 9068)
    --client: string          # Serve this client alone, with the secret in KEYSPEC if it has one; repeat for several (default: any client)
    --redirect-uri: string    # Redirect there as well, besides addresses of this machine
    --fault: string@"nu-complete jwtctl serve fault" # Fail on purpose: NAME[=VALUE][@ENDPOINT][*TIMES]; see --list-faults
    --list-faults             # List the faults and exit
    --ready-file: string      # When it answers, write where it is, and the admin secret, to FILE (mode 0600)
    --exec                    # Run the command behind -- and stop with it
    --help(-h)                # Print help (see more with '--help')
  ]

  def "nu-complete jwtctl completions color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jwtctl completions shell" [] {
    [ "bash" "elvish" "fish" "nushell" "powershell" "zsh" ]
  }

  # Print the completion script for a shell, or put it into place
  export extern "jwtctl completions" [
    --json                    # Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]
    --quiet(-q)               # No notes and no progress on stderr
    --verbose(-v)             # Say more: why, and where from; secrets stay redacted
    --color: string@"nu-complete jwtctl completions color" # When to use colour
    --now: string             # Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine's clock
    --no-input                # Never prompt: fail and name the flag to use [env: CI]
    --store: directory        # The keystore (default: in the platform's data directory)
    --cache-dir: directory    # Keep fetched keys in DIR (default: the platform's cache directory)
    --offline                 # Files and cache only: open no connection
    --passphrase-from: string # Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N
    --better-auth-secret: string # Open the private keys of a better-auth table with the server's secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first
    --install                 # Write the script to where the shell finds it
    --dry-run                 # With --install, say what would be written, and write nothing
    --force                   # With --install, replace files that say something else
    --help(-h)                # Print help (see more with '--help')
    shell?: string@"nu-complete jwtctl completions shell" # Which shell
  ]

}

export use completions *
