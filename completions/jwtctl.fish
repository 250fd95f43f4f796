# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_jwtctl_global_optspecs
    string join \n json q/quiet v/verbose color= now= no-input store= cache-dir= offline passphrase-from= better-auth-secret= h/help V/version
end

function __fish_jwtctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_jwtctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_jwtctl_using_subcommand
    set -l cmd (__fish_jwtctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c jwtctl -n "__fish_jwtctl_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -s V -l version -d 'Print version'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "decode" -d 'Show what is in a token, without verifying it'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "verify" -d 'Verify a token: its signature and every claim'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "sign" -d 'Sign a token'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "encrypt" -d 'Encrypt a token'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "decrypt" -d 'Open an encrypted token, and write what is in it'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "keygen" -d 'Make a key'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "jwks" -d 'Your own keys, and everything one does with a key set'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "cache" -d 'Look after the cache of fetched key sets'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "session" -d 'Manage sessions in Redis, as the npm middleware jwt-redis-session keeps them'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "policy" -d 'Check policies of verify, and show what they come to'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "explain" -d 'Explain an error code, or the codes behind an exit code'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "serve" -d 'Run a local issuer: OpenID Connect and OAuth 2.0 for tests'
complete -c jwtctl -n "__fish_jwtctl_needs_command" -f -a "completions" -d 'Print the completion script for a shell'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l decrypt-key -d 'Open an encrypted token with this key, and show what is inside: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l claim -d 'Print one claim and nothing else: a name, or a JSON Pointer such as /realm_access/roles/0' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l part -d 'Print one part as it was encoded, and nothing else' -r -f -a "header\t'The header'
payload\t'The payload'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l pick -d 'Of several tokens in a longer text, take the one of this name' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l max-size -d 'Refuse tokens of more bytes' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -l explain -d 'Explain each registered header parameter and claim'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decode" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l policy -d 'Judge by this policy: FILE, FILE#NAME, or the name of one in the user\'s configuration directory; flags may add to it and narrow it' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l key -d 'Verify with this key: PATH, -, env:NAME, fd:N or store:KID; repeat to try several' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l secret -d 'Verify with this HMAC secret: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l jwks -d 'Verify with the key of this set that the token names; repeat for several sets' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l jwks-uri -d 'Verify with the key of the set at URL that the token names; the set is cached' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l issuer -d 'Verify with the keys that this issuer publishes (OpenID Connect Discovery, RFC 8414); also the only iss accepted' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l kid -d 'Use only the key of this id; a token that names another is refused' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l decrypt-key -d 'Open encrypted tokens with this key, and judge what is inside: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l alg -d 'Accept only these algorithms (default: what the key permits)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l roots -d 'Trust the certificates in FILE (PEM or DER): the chain in the token\'s header (x5c) must lead to one of them, and its first certificate is for the key. Beside other sources of keys, both must agree. Extended key usage and revocation are not looked at' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cert-name -d 'The name that the certificate must be for, in its subjectAltName: a DNS name, an IP address or a URI' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l iss -d 'The issuer; repeat to accept any of several' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l aud -d 'The audience that you are; repeat if you go by several names' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l sub -d 'The subject' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l typ -d 'The media type in the header, such as at+jwt' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l require -d 'A claim that must be there: NAME, NAME=TEXT or NAME:=JSON, NAME may be a JSON Pointer' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l match -d 'A claim that must match a pattern, such as sub=repo:owner/*; * stands for anything, and the pattern for the whole value' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l contains -d 'A claim that must have an element, or a word: NAME=TEXT or NAME:=JSON' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l scope -d 'A scope that must be granted' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l max-age -d 'How long ago it may have been issued' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l min-ttl -d 'How long it must still be valid' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l leeway -d 'How much clocks may differ, at most a day' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l optional -d 'Claims that may be absent and are checked if present' -r -f -a "exp\t''
aud\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l skip -d 'Checks not to make at all' -r -f -a "exp\t''
nbf\t''
iat\t''
iss\t''
aud\t''
typ\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l claim -d 'Print one claim of a valid token, instead of the report: a name or a JSON Pointer' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l detached -d 'Verify a detached signature over the bytes of FILE (or -); no claims are judged' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l session -d 'Refuse tokens whose session (jti) is not live in this Redis, which is asked last and not changed; implies --optional exp. redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l keyspace -d 'What the keys of sessions begin with' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l redis-password-from -d 'Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l redis-ca -d 'Accept a Redis server whose certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l pick -d 'Take the token of this name out of a longer text: a JSON document, a cookie line, a URL' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l max-size -d 'Refuse tokens of more bytes' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l override -d 'Let flags replace what the policy says'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l require-kid -d 'Refuse tokens that do not name their key'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l require-all -d 'Refuse tokens in JSON form of which only some signatures hold'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l allow-weak-key -d 'Accept keys that are shorter than their algorithm asks for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l payload -d 'Print the payload of a valid token exactly as it was signed, instead of the report'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l raw -d 'Verify a signature over any bytes; no claims are judged'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l redis-allow-plaintext -d 'Allow the Redis password to go to another machine without TLS, where anybody on the way can read it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -l allow-padding -d 'Accept base64url with padding, which RFC 7515 forbids and AWS\'s load balancers write'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l key -d 'Sign with this private key: PATH, -, env:NAME, fd:N or store:KID; repeat for a signature by each, in JSON form' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l secret -d 'Sign with this HMAC secret: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l alg -d 'The algorithm (default: the usual one of those that the key permits)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l kid -d 'Picks a key from a set; the id to write into the header (default: the key\'s own)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l iss -d 'The issuer' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l sub -d 'The subject' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l aud -d 'The audience; repeat for several' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l jti -d 'The token\'s id: auto for a UUID, none for none' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l iat -d 'When it was issued (default: now)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l nbf -d 'Not valid before' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l exp -d 'Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l ttl -d 'How long it is valid (default: 15m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l payload -d 'Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l typ -d 'The media type in the header (default: JWT); none for none' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l header -d 'A further header parameter, written like a CLAIM' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l x5c -d 'The certificates of the key, from FILE (PEM or DER), its own first: they are checked against it and go into the header' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l add -d 'Add a signature to the token in FILE (or -), whose payload and signatures stay as they are; they are not verified. The payload of a detached one is given with --detached --payload FILE' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l encrypt-to -d 'Encrypt the signed token to this key: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l format -d 'What to print (default: compact, of several signatures general)' -r -f -a "compact\t'The token in one line with two dots'
flattened\t'The token as a JSON object with one signature'
general\t'The token as a JSON object with a list of signatures'
header\t'Authorization: Bearer TOKEN'
curl\t'header = \'Authorization: Bearer TOKEN\''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l allow-weak-key -d 'Sign with a key that is shorter than its algorithm asks for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l allow-outlive -d 'Sign what outlives its key: when it expires, the keystore no longer publishes the key'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l no-exp -d 'Let it never expire'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l x5t -d 'Beside them, the digest of the key\'s certificate (x5t#S256)'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l raw -d 'Sign the bytes of --payload as they are; nothing is added'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l detached -d 'Like --raw, with the payload left out of the result'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -l unencoded -d 'Sign the payload as it is, not its base64url (b64: false, RFC 7797); with --raw or --detached'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l to -d 'Encrypt to this key: PATH, -, env:NAME, fd:N or store:KID; repeat for several recipients' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l secret -d 'Encrypt with this symmetric key: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l kid -d 'Picks a key from a set; the id to write into the header (default: the key\'s own)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l alg -d 'The key-management algorithm (default: what the key is declared for, else RSA-OAEP-256, ECDH-ES+A256KW, of a symmetric key by its length, of a passphrase PBES2-HS512+A256KW)' -r -f -a "ECDH-ES\t''
ECDH-ES+A128KW\t''
ECDH-ES+A192KW\t''
ECDH-ES+A256KW\t''
RSA-OAEP\t''
RSA-OAEP-256\t''
RSA-OAEP-384\t''
RSA-OAEP-512\t''
RSA1_5\t''
A128KW\t''
A192KW\t''
A256KW\t''
A128GCMKW\t''
A192GCMKW\t''
A256GCMKW\t''
dir\t''
PBES2-HS256+A128KW\t''
PBES2-HS384+A192KW\t''
PBES2-HS512+A256KW\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l p2c -d 'PBKDF2 iterations that protect a passphrase (default: 10000, the most that some libraries read)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l enc -d 'The content encryption algorithm (default: A256GCM; with dir, what the key\'s length allows)' -r -f -a "A128CBC-HS256\t''
A192CBC-HS384\t''
A256CBC-HS512\t''
A128GCM\t''
A192GCM\t''
A256GCM\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l token -d 'Encrypt this token as it is: the text, -, @FILE or env:NAME' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l iss -d 'The issuer' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l sub -d 'The subject' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l aud -d 'The audience; repeat for several' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l jti -d 'The token\'s id: auto for a UUID, none for none' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l iat -d 'When it was issued (default: now)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l nbf -d 'Not valid before' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l exp -d 'Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l ttl -d 'How long it is valid (default: 15m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l payload -d 'Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l typ -d 'The media type in the header (default: JWT, and none with --raw and --token); none for none' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l cty -d 'The media type of the content (default: with --token, JWT)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l header -d 'A further header parameter, written like a CLAIM' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l aad -d 'Authenticate the bytes of FILE as well; in the JSON forms' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l format -d 'The form of the token (default: compact; with several recipients general)' -r -f -a "compact\t'Five parts with dots between them'
flattened\t'JSON for one recipient'
general\t'JSON with a list of recipients'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l zip -d 'Compress the content first, whose length then says something about it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l no-exp -d 'Let it never expire'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -l raw -d 'Encrypt the bytes of --payload as they are; nothing is added'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand encrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l key -d 'Open with this private or symmetric key: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l secret -d 'Open with this symmetric key: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l jwks -d 'Open with the key of this set that the token names' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l kid -d 'Picks a key from a set; of a key without an id, the recipient that it is for' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l alg -d 'Accept only these key-management algorithms (default: what the key permits)' -r -f -a "ECDH-ES\t''
ECDH-ES+A128KW\t''
ECDH-ES+A192KW\t''
ECDH-ES+A256KW\t''
RSA-OAEP\t''
RSA-OAEP-256\t''
RSA-OAEP-384\t''
RSA-OAEP-512\t''
RSA1_5\t''
A128KW\t''
A192KW\t''
A256KW\t''
A128GCMKW\t''
A192GCMKW\t''
A256GCMKW\t''
dir\t''
PBES2-HS256+A128KW\t''
PBES2-HS384+A192KW\t''
PBES2-HS512+A256KW\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l enc -d 'Accept only these content encryption algorithms' -r -f -a "A128CBC-HS256\t''
A192CBC-HS384\t''
A256CBC-HS512\t''
A128GCM\t''
A192GCM\t''
A256GCM\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l max-p2c -d 'Refuse tokens that ask for more PBKDF2 iterations' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l max-plaintext -d 'Refuse compressed content that inflates to more bytes' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l max-size -d 'Refuse tokens of more bytes' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l out -d 'Write the content to FILE, which its owner alone can read; - for stdout, terminal or not' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l pick -d 'Take the token of this name out of a longer text: a JSON document, a cookie line, a URL' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l allow-rsa1-5 -d 'Open tokens that were encrypted with RSA1_5, whose padding is broken'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -l force -d 'Replace a file that exists'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand decrypt" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l bits -d 'Size of an RSA key, 2048 to 8192 (default: 2048)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l crv -d 'Curve, where the algorithm leaves a choice' -r -f -a "P-256\t''
P-384\t''
P-521\t''
secp256k1\t''
Ed25519\t''
Ed448\t''
X25519\t''
X448\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l use -d 'What the key is for (default: by the algorithm)' -r -f -a "sig\t'Signatures'
enc\t'Encryption'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l kid -d 'Its id: thumbprint (RFC 7638), uuid, or any text' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l out -d 'Write the private key to FILE, - for stdout, instead of the keystore' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l public-out -d 'Where the public key goes, - for stdout' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l format -d 'How keys are written' -r -f -a "jwk\t'JSON Web Key'
jwks\t'JSON Web Key Set of one'
pem\t'PKCS#8, the public key SPKI'
der\t'As PEM, in DER: bytes instead of text'
better-auth\t'A row for the table of better-auth\'s JWT plugin, under the secret of --better-auth-secret'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l p2c -d 'PBKDF2 iterations that protect the passphrase (default: 210000, of PEM and DER 600000)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l sql -d 'With --format better-auth: write the statement that inserts the row in this database' -r -f -a "sqlite\t'SQLite'
postgres\t'PostgreSQL'
mysql\t'MySQL, MariaDB'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l no-encrypt -d 'Write the private key in clear'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l force -d 'Replace files that exist'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -l list-algs -d 'List the algorithms and exit'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand keygen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "list" -d 'List the keys of a set, or those of the keystore with their state'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "show" -d 'Show one key: its public half, and where it stands'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "add" -d 'Add a private key to the keystore'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "remove" -d 'Remove a key from the keystore for good'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "rotate" -d 'Make the next signing key of the keystore'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "prune" -d 'Remove the keys of the keystore that have expired'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "passphrase" -d 'Change the passphrase of the keystore: all keys, or none'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "export" -d 'Print the public key set; private members and symmetric keys stay behind'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "fetch" -d 'Fetch a published key set, through the cache'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "lint" -d 'Look for what is wrong with a public key set'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "diff" -d 'Compare two key sets: keys added, removed, changed, and other keys under the same id'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "thumbprint" -d 'Print the RFC 7638 thumbprint of each key'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and not __fish_seen_subcommand_from list show add remove rotate prune passphrase export fetch lint diff thumbprint convert" -f -a "convert" -d 'Write keys in another format'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l jwks -d 'A key set; a single key of any format counts as a set of one (default: the keystore)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l jwks-uri -d 'The key set at URL; it is cached' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l issuer -d 'The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l jwks -d 'A key set; a single key of any format counts as a set of one (default: the keystore)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l jwks-uri -d 'The key set at URL; it is cached' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l issuer -d 'The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l kid -d 'Picks a key from a set; names a key that has no id of its own' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l publish-for -d 'How long it is published before it signs (default: 2h)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l grace -d 'How long the key that it takes over from stays published afterwards (default: 30d)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l p2c -d 'PBKDF2 iterations that protect the passphrase (default: 210000)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -l no-encrypt -d 'Keep private keys in clear; the first key of a keystore decides'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -l force -d 'Remove it even if tokens can then no longer be verified'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l alg -d 'The algorithm of the new key (default: that of the current one, or EdDSA)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l crv -d 'Its curve, where the algorithm leaves a choice' -r -f -a "P-256\t''
P-384\t''
P-521\t''
secp256k1\t''
Ed25519\t''
Ed448\t''
X25519\t''
X448\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l bits -d 'Its size, if it is an RSA key' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l publish-for -d 'How long the new key is published before it signs (default: 2h)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l grace -d 'How long the key before it stays published afterwards (default: 30d)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l every -d 'Only if the newest key is at least that old' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l p2c -d 'PBKDF2 iterations that protect the passphrase (default: those of the keystore, or 210000)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l jwks -d 'Its rows as the database prints them, in JSON: an array, or one a line; - for stdin' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l format -d 'The format of FILE, which is recognised in any case' -r -f -a "better-auth\t'The rows of the table jwks'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l sql -d 'Write the statements that change the table in this database, instead of its new rows' -r -f -a "sqlite\t'SQLite'
postgres\t'PostgreSQL'
mysql\t'MySQL, MariaDB'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l out -d 'Write to FILE instead of stdout, readable by its owner alone' -r -F
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l kid -d 'The id of the new row (default: made as those of the other rows)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l dry-run -d 'Say what would be done, and change nothing'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l no-encrypt -d 'Keep private keys in clear; the first key of a keystore decides'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -l force -d 'Replace the file of --out'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from rotate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l new-passphrase-from -d 'The new passphrase: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l p2c -d 'PBKDF2 iterations that protect the passphrase (default: as before)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l jwks -d 'Its rows as the database prints them, in JSON: an array, or one a line; - for stdin' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l format -d 'The format of FILE, which is recognised in any case' -r -f -a "better-auth\t'The rows of the table jwks'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l sql -d 'Write the statements that change the table in this database, instead of its new rows' -r -f -a "sqlite\t'SQLite'
postgres\t'PostgreSQL'
mysql\t'MySQL, MariaDB'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l out -d 'Write to FILE instead of stdout, readable by its owner alone' -r -F
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l new-better-auth-secret -d 'The server\'s new secret; VERSION:KEYSPEC where its secrets have versions' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l no-encrypt -d 'Keep all private keys in clear from now on'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -l force -d 'Replace the file of --out'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from passphrase" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l out -d 'Write the public set, or rows, to FILE instead of stdout, replacing what is there' -r -F
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l format -d 'How the keys are written' -r -f -a "jwks\t'A JSON Web Key Set'
better-auth\t'Rows for the table of better-auth\'s JWT plugin, under the secret of --better-auth-secret'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l sql -d 'Write the statements that insert the rows in this database' -r -f -a "sqlite\t'SQLite'
postgres\t'PostgreSQL'
mysql\t'MySQL, MariaDB'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l new-passphrase-from -d 'Encrypt private keys with the passphrase in KEYSPEC' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l p2c -d 'PBKDF2 iterations that protect the passphrase (default: 210000)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l jwks -d 'A key set; a single key of any format counts as a set of one (default: the keystore)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l jwks-uri -d 'The key set at URL; it is cached' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l issuer -d 'The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l if-changed -d 'Leave FILE as it is, and exit with 1, if it holds this set already'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l allow-empty -d 'Export a set without any key, too: tokens can then not be verified with it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l private -d 'The private keys, of the keystore those that have not expired'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l yes -d 'Do not ask whether private keys may leave'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l no-encrypt -d 'Write private keys in clear'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l jwks-uri -d 'The key set at URL' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l issuer -d 'The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from fetch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l fail-on -d 'The least severity that counts' -r -f -a "error\t''
warn\t''
info\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l jwks -d 'A key set; a single key of any format counts as a set of one (default: the keystore)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l jwks-uri -d 'The key set at URL; it is cached' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l issuer -d 'The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l list-rules -d 'List the rules and exit'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from lint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l hash -d 'The digest' -r -f -a "sha256\t''
sha384\t''
sha512\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l jwks -d 'A key set; a single key of any format counts as a set of one (default: the keystore)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l jwks-uri -d 'The key set at URL; it is cached' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l issuer -d 'The key set that this issuer publishes (OpenID Connect Discovery, RFC 8414)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l uri -d 'As a URI (RFC 9278)'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l spki -d 'The digest of the public key as SPKI in DER, with the name of the hash in front'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from thumbprint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l to -d 'The format' -r -f -a "jwk\t'JSON Web Key'
jwks\t'JSON Web Key Set'
pem\t'PKCS#8, a public key SPKI'
der\t'As PEM, in DER: bytes instead of text'
spki\t'The public key as PEM'
ssh\t'The public key as OpenSSH has it'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l kid -d 'Picks a key from a set' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l out -d 'Where it goes (default: stdout)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l new-passphrase-from -d 'Encrypt a private key with the passphrase in KEYSPEC' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l p2c -d 'PBKDF2 iterations that protect the passphrase (default: 210000, of PEM and DER 600000)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l set-kid -d 'Their kid: thumbprint (RFC 7638) for each, or any text for one key' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l set-use -d 'Their use' -r -f -a "sig\t'Signatures'
enc\t'Encryption'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l set-alg -d 'Their alg, which each of them must be fit for' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l public -d 'Write the public half only'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l force -d 'Replace a file that exists'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -l no-encrypt -d 'Write a private key in clear'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand jwks; and __fish_seen_subcommand_from convert" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "list" -d 'List the cached key sets and issuers\' documents'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "show" -d 'Show all that is kept about a URL or an issuer'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "path" -d 'Print where the cache is'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "refresh" -d 'Fetch key sets again before they are needed, from cron or a timer'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "prune" -d 'Remove what is of no more use: entries that ran out a week ago, damaged ones, and left-overs'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "clear" -d 'Remove key sets; the next verification fetches them again'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "export" -d 'Write key sets to a file, for another machine or for the npm packages jose and oauth4webapi'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and not __fish_seen_subcommand_from list show path refresh prune clear export import" -f -a "import" -d 'Read key sets from a file that cache export, jose or oauth4webapi wrote'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l older-than -d 'Only what has lived for longer: a share of its lifetime, such as 50%, or a duration' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l max-stale -d 'With --offline: how long past their lifetime cached keys are good' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l stale-if-error -d 'How long cached keys are used while their server is out of reach, at most a day (default: what the server says, or 5m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l jwks-max-age -d 'How long keys are fresh at most, 1m to 1h (default: what the server says, or 10m)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l timeout -d 'How long a fetch may take, 1s to 5m' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l ca-bundle -d 'Trust these certificate authorities (PEM) instead of the system\'s' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l client-cert -d 'Show the server this certificate (PEM)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l client-key -d 'The private key of the client certificate' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l http-headers -d 'Send the headers in KEYSPEC, one "Name: value" a line, to the server named, and to no other' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l http-bearer -d 'Send the token in KEYSPEC, such as that of a pod, as "Authorization: Bearer", likewise' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l cache-store -d 'What the local cache lacks is looked for in this Redis, and one machine fetches for all: redis://HOST:PORT/DB, rediss://…, unix:///PATH, or env:NAME for a variable that holds the URL [env: JWTCTL_CACHE_STORE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l cache-store-key -d 'At least 32 random bytes that all machines have and Redis has not: they authenticate what is shared. Give two while they are exchanged; the first one writes [env: JWTCTL_CACHE_STORE_KEY_FILE]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l cache-store-format -d 'What is kept there: native, or jose for {"jwks":…,"uat":…} under jwtctl:jose:1:URL, which Node services can share, without a MAC' -r -f -a "native\t''
jose\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l cache-store-password-from -d 'Log in to that Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l cache-store-ca -d 'Accept that Redis if its certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l all -d 'Everything in the cache'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l refresh -d 'Fetch the keys now, whatever the cache has'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l allow-http -d 'Allow http, where anybody on the way can replace the keys'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -l cache-store-trust -d 'Do without such a key: trust everybody who can write to that Redis with deciding which tokens are valid'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from refresh" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -l all -d 'Everything'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l format -d 'In which form' -r -f -a "bundle\t'Any number of key sets, with all that matters'
jose\t'{\'jwks\':…,\'uat\':…} with uat in milliseconds, as jose keeps it'
oauth4webapi\t'{\'jwks\':…,\'uat\':…} with uat in seconds, as oauth4webapi keeps it'
jwks\t'The key set alone'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l out -d 'Write to FILE instead of stdout, replacing what is there' -r -F
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l if-changed-since -d 'Write nothing, and exit with 1, if nothing was fetched after UAT' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l sign -d 'Sign the bundle with this private key, for cache import --verify-key: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l url -d 'The URL that the keys are from; for files that do not say' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l uat-unit -d 'The unit of uat' -r -f -a "auto\t'Told by its size'
s\t'Seconds'
ms\t'Milliseconds'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l verify-key -d 'Take only a bundle that this key has signed (cache export --sign): PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l reset-uat -d 'Take the keys as expired: they are fetched again before use'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -l force -d 'Replace newer keys as well'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand cache; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -f -a "create" -d 'Start a session and print its token'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -f -a "show" -d 'Show a session, leaving its lifetime as it is'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -f -a "update" -d 'Change the data of a session and renew it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -f -a "touch" -d 'Renew a session'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -f -a "destroy" -d 'Destroy a session, so that its token is worth nothing any more'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and not __fish_seen_subcommand_from create show update touch destroy list" -f -a "list" -d 'List sessions'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l data -d 'Data of the session, written like a claim; repeat for more' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l secret -d 'The HMAC secret of the tokens: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l key -d 'The key of the tokens: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l alg -d 'The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l redis -d 'The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l redis-password-from -d 'Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l redis-ca -d 'Accept a Redis server whose certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l keyspace -d 'What the keys of sessions begin with' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l max-age -d 'How long a session lives without being renewed (default: 86400, a day)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l allow-weak-key -d 'Use a key that is shorter than its algorithm asks for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -l redis-allow-plaintext -d 'Allow the Redis password to go to another machine without TLS, where anybody on the way can read it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l id -d 'The session of this id, without a token' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l secret -d 'The HMAC secret of the tokens: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l key -d 'The key of the tokens: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l alg -d 'The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l redis -d 'The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l redis-password-from -d 'Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l redis-ca -d 'Accept a Redis server whose certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l keyspace -d 'What the keys of sessions begin with' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l max-age -d 'How long a session lives without being renewed (default: 86400, a day)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l allow-weak-key -d 'Use a key that is shorter than its algorithm asks for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -l redis-allow-plaintext -d 'Allow the Redis password to go to another machine without TLS, where anybody on the way can read it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l id -d 'The session of this id, without a token' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l secret -d 'The HMAC secret of the tokens: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l key -d 'The key of the tokens: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l alg -d 'The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l redis -d 'The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l redis-password-from -d 'Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l redis-ca -d 'Accept a Redis server whose certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l keyspace -d 'What the keys of sessions begin with' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l max-age -d 'How long a session lives without being renewed (default: 86400, a day)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l replace -d 'Drop the members that are not named'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l allow-weak-key -d 'Use a key that is shorter than its algorithm asks for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -l redis-allow-plaintext -d 'Allow the Redis password to go to another machine without TLS, where anybody on the way can read it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l id -d 'The session of this id, without a token' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l secret -d 'The HMAC secret of the tokens: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l key -d 'The key of the tokens: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l alg -d 'The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l redis -d 'The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l redis-password-from -d 'Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l redis-ca -d 'Accept a Redis server whose certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l keyspace -d 'What the keys of sessions begin with' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l max-age -d 'How long a session lives without being renewed (default: 86400, a day)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l allow-weak-key -d 'Use a key that is shorter than its algorithm asks for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -l redis-allow-plaintext -d 'Allow the Redis password to go to another machine without TLS, where anybody on the way can read it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from touch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l id -d 'The session of this id, without a token' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l secret -d 'The HMAC secret of the tokens: PATH, -, env:NAME or fd:N, never the secret itself' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l secret-encoding -d 'How the secret is written' -r -f -a "utf8\t'The bytes themselves, less one line ending'
hex\t'Hexadecimal digits'
base64\t'Base64'
base64url\t'Base64url'
raw\t'The bytes themselves, line ending included'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l key -d 'The key of the tokens: PATH, -, env:NAME, fd:N or store:KID' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l alg -d 'The algorithm of the tokens (default: HS256 for new ones, what the key permits for others)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l redis -d 'The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l redis-password-from -d 'Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l redis-ca -d 'Accept a Redis server whose certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l keyspace -d 'What the keys of sessions begin with' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l max-age -d 'How long a session lives without being renewed (default: 86400, a day)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l allow-weak-key -d 'Use a key that is shorter than its algorithm asks for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -l redis-allow-plaintext -d 'Allow the Redis password to go to another machine without TLS, where anybody on the way can read it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from destroy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l where -d 'Only those with this in their data or, failing that, in the claims that the middleware keeps: name=text, name:=JSON, or /a/b:=JSON from the top of what is stored; repeat for more' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l idle -d 'Only those that were not renewed for at least as long, which is told from --max-age and the time they have left' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l redis -d 'The server: redis://HOST:PORT/DB, rediss://HOST:PORT/DB, unix:///PATH, or env:NAME for a variable that holds its URL (default: redis://127.0.0.1:6379) [env: JWTCTL_REDIS_URL]' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l redis-password-from -d 'Log in to Redis with the password in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l redis-ca -d 'Accept a Redis server whose certificate leads to one of these (PEM), instead of the system\'s (rediss://)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l keyspace -d 'What the keys of sessions begin with' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l max-age -d 'How long a session lives without being renewed (default: 86400, a day)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -l redis-allow-plaintext -d 'Allow the Redis password to go to another machine without TLS, where anybody on the way can read it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand session; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -f -a "check" -d 'Say everything that is wrong with a policy'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and not __fish_seen_subcommand_from check show" -f -a "show" -d 'Show a policy, and the call that it stands for'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand policy; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l listen -d 'Where to listen; port 0 takes any free one (default: 127.0.0.1:8080, with --exec 127.0.0.1:0)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l issuer -d 'The issuer\'s own address, as tokens name it (default: where it listens)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l jwks-path -d 'Where the key set is' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l tls-cert -d 'Write that certificate to FILE, for clients to trust' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l allow-host -d 'Answer to this name in the Host header as well' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l cors -d 'Let web pages of this origin use it' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l key -d 'Sign with this private key: PATH, -, env:NAME, fd:N or store:KID, and publish the rest of its set; store: is the keystore with its rotations (default: the keystore that --store names, or else a fresh key)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l alg -d 'The algorithm (default: the key\'s own, of a fresh key ES256)' -r -f -a "HS256\t''
HS384\t''
HS512\t''
RS256\t''
RS384\t''
RS512\t''
PS256\t''
PS384\t''
PS512\t''
ES256\t''
ES384\t''
ES512\t''
ES256K\t''
EdDSA\t''
Ed25519\t''
Ed448\t''
ESP256\t''
ESP384\t''
ESP512\t''
ML-DSA-44\t''
ML-DSA-65\t''
ML-DSA-87\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l seed -d 'Make the fresh keys from TEXT: the same each time, marked as test keys, and no secret' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l ttl -d 'How long tokens are valid' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l claims -d 'Claims of every token, from a JSON file, or - for stdin' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l typ -d 'The media type of access tokens, such as at+jwt' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l client -d 'Serve this client alone, with the secret in KEYSPEC if it has one; repeat for several (default: any client)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l redirect-uri -d 'Redirect there as well, besides addresses of this machine' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l fault -d 'Fail on purpose: NAME[=VALUE][@ENDPOINT][*TIMES]; see --list-faults' -r -f -a "latency\t''
status\t''
rate-limit\t''
drip\t''
truncate\t''
html\t''
huge\t''
stale\t''
rotated\t''
no-etag\t''
unknown-kid\t''
same-kid\t''
wrong-alg\t''
none\t''
expired\t''
future\t''
wrong-aud\t''
wrong-iss\t''
bad-signature\t''"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l ready-file -d 'When it answers, write where it is, and the admin secret, to FILE (mode 0600)' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l tls -d 'Serve https, with a certificate made for this run'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l list-faults -d 'List the faults and exit'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -l exec -d 'Run the command behind -- and stop with it'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless the environment says otherwise'
always\t'Always'
never\t'Never'"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l now -d 'Judge tokens and the keystore as if it were TIME: RFC 3339, a date, Unix seconds, +15m or -1h; the cache of fetched keys goes by the machine\'s clock' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l store -d 'The keystore (default: in the platform\'s data directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l cache-dir -d 'Keep fetched keys in DIR (default: the platform\'s cache directory)' -r -f -a "(__fish_complete_directories)"
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l passphrase-from -d 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l better-auth-secret -d 'Open the private keys of a better-auth table with the server\'s secret in KEYSPEC; with versioned secrets VERSION:KEYSPEC, repeated for each; new rows are sealed under the first' -r
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l json -d 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -s q -l quiet -d 'No notes and no progress on stderr'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -s v -l verbose -d 'Say more: why, and where from; secrets stay redacted'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l no-input -d 'Never prompt: fail and name the flag to use [env: CI]'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -l offline -d 'Files and cache only: open no connection'
complete -c jwtctl -n "__fish_jwtctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
