
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'jwtctl' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'jwtctl'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'jwtctl' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('decode', 'decode', [CompletionResultType]::ParameterValue, 'Show what is in a token, without verifying it')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify a token: its signature and every claim')
            [CompletionResult]::new('sign', 'sign', [CompletionResultType]::ParameterValue, 'Sign a token')
            [CompletionResult]::new('keygen', 'keygen', [CompletionResultType]::ParameterValue, 'Make a key')
            [CompletionResult]::new('jwks', 'jwks', [CompletionResultType]::ParameterValue, 'Look into key sets')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write the manual pages, one per command, into a directory')
            break
        }
        'jwtctl;decode' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--claim', '--claim', [CompletionResultType]::ParameterName, 'Print one claim and nothing else: a name, or a JSON Pointer such as /realm_access/roles/0')
            [CompletionResult]::new('--part', '--part', [CompletionResultType]::ParameterName, 'Print one part as it was encoded, and nothing else')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Refuse tokens of more bytes')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Explain each registered header parameter and claim')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;verify' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Verify with this key: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Verify with this HMAC secret: PATH, -, env:NAME or fd:N, never the secret itself')
            [CompletionResult]::new('--secret-encoding', '--secret-encoding', [CompletionResultType]::ParameterName, 'How the secret is written')
            [CompletionResult]::new('--jwks', '--jwks', [CompletionResultType]::ParameterName, 'Verify with the key of this set that the token names')
            [CompletionResult]::new('--kid', '--kid', [CompletionResultType]::ParameterName, 'Use only the key of this id; a token that names another is refused')
            [CompletionResult]::new('--alg', '--alg', [CompletionResultType]::ParameterName, 'Accept only these algorithms (default: what the key permits)')
            [CompletionResult]::new('--iss', '--iss', [CompletionResultType]::ParameterName, 'The issuer; repeat to accept any of several')
            [CompletionResult]::new('--aud', '--aud', [CompletionResultType]::ParameterName, 'The audience that you are; repeat if you go by several names')
            [CompletionResult]::new('--sub', '--sub', [CompletionResultType]::ParameterName, 'The subject')
            [CompletionResult]::new('--typ', '--typ', [CompletionResultType]::ParameterName, 'The media type in the header, such as at+jwt')
            [CompletionResult]::new('--require', '--require', [CompletionResultType]::ParameterName, 'A claim that must be there: NAME, NAME=TEXT or NAME:=JSON, NAME may be a JSON Pointer')
            [CompletionResult]::new('--scope', '--scope', [CompletionResultType]::ParameterName, 'A scope that must be granted')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'How long ago it may have been issued')
            [CompletionResult]::new('--leeway', '--leeway', [CompletionResultType]::ParameterName, 'How much clocks may differ, at most a day')
            [CompletionResult]::new('--optional', '--optional', [CompletionResultType]::ParameterName, 'Claims that may be absent and are checked if present')
            [CompletionResult]::new('--skip', '--skip', [CompletionResultType]::ParameterName, 'Checks not to make at all')
            [CompletionResult]::new('--claim', '--claim', [CompletionResultType]::ParameterName, 'Print one claim of a valid token, instead of the report: a name or a JSON Pointer')
            [CompletionResult]::new('--detached', '--detached', [CompletionResultType]::ParameterName, 'Verify a detached signature over the bytes of FILE (or -); no claims are judged')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Refuse tokens of more bytes')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('--require-kid', '--require-kid', [CompletionResultType]::ParameterName, 'Refuse tokens that do not name their key')
            [CompletionResult]::new('--allow-weak-key', '--allow-weak-key', [CompletionResultType]::ParameterName, 'Accept keys that are shorter than their algorithm asks for')
            [CompletionResult]::new('--payload', '--payload', [CompletionResultType]::ParameterName, 'Print the payload of a valid token exactly as it was signed, instead of the report')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Verify a signature over any bytes; no claims are judged')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;sign' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'Sign with this private key: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--secret', '--secret', [CompletionResultType]::ParameterName, 'Sign with this HMAC secret: PATH, -, env:NAME or fd:N, never the secret itself')
            [CompletionResult]::new('--secret-encoding', '--secret-encoding', [CompletionResultType]::ParameterName, 'How the secret is written')
            [CompletionResult]::new('--alg', '--alg', [CompletionResultType]::ParameterName, 'The algorithm; needed only where the key leaves a choice')
            [CompletionResult]::new('--kid', '--kid', [CompletionResultType]::ParameterName, 'Picks a key from a set; the id to write into the header (default: the key''s own)')
            [CompletionResult]::new('--iss', '--iss', [CompletionResultType]::ParameterName, 'The issuer')
            [CompletionResult]::new('--sub', '--sub', [CompletionResultType]::ParameterName, 'The subject')
            [CompletionResult]::new('--aud', '--aud', [CompletionResultType]::ParameterName, 'The audience; repeat for several')
            [CompletionResult]::new('--jti', '--jti', [CompletionResultType]::ParameterName, 'The token''s id: auto for a UUID, none for none')
            [CompletionResult]::new('--iat', '--iat', [CompletionResultType]::ParameterName, 'When it was issued (default: now)')
            [CompletionResult]::new('--nbf', '--nbf', [CompletionResultType]::ParameterName, 'Not valid before')
            [CompletionResult]::new('--exp', '--exp', [CompletionResultType]::ParameterName, 'Not valid from then on: a time such as +1h or 2026-08-01T10:15:00Z')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'How long it is valid (default: 15m)')
            [CompletionResult]::new('--payload', '--payload', [CompletionResultType]::ParameterName, 'Claims from a JSON file, or - for stdin; flags and CLAIM arguments go over it')
            [CompletionResult]::new('--typ', '--typ', [CompletionResultType]::ParameterName, 'The media type in the header (default: JWT)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'A further header parameter, written like a CLAIM')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'What to print: the token, an HTTP header line, or a line for curl --config')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('--allow-weak-key', '--allow-weak-key', [CompletionResultType]::ParameterName, 'Sign with a key that is shorter than its algorithm asks for')
            [CompletionResult]::new('--no-exp', '--no-exp', [CompletionResultType]::ParameterName, 'Let it never expire')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Sign the bytes of --payload as they are; nothing is added')
            [CompletionResult]::new('--detached', '--detached', [CompletionResultType]::ParameterName, 'Like --raw, with the payload left out of the result')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;keygen' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--bits', '--bits', [CompletionResultType]::ParameterName, 'Size of an RSA key, 2048 to 8192 (default: 2048)')
            [CompletionResult]::new('--crv', '--crv', [CompletionResultType]::ParameterName, 'Curve, where the algorithm leaves a choice')
            [CompletionResult]::new('--use', '--use', [CompletionResultType]::ParameterName, 'What the key is for (default: by the algorithm)')
            [CompletionResult]::new('--kid', '--kid', [CompletionResultType]::ParameterName, 'Its id: thumbprint (RFC 7638), uuid, or any text')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Where the private key goes, - for stdout')
            [CompletionResult]::new('--public-out', '--public-out', [CompletionResultType]::ParameterName, 'Where the public key goes, - for stdout')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How keys are written')
            [CompletionResult]::new('--p2c', '--p2c', [CompletionResultType]::ParameterName, 'PBKDF2 iterations that protect the passphrase (default: 210000, of PEM and DER 600000)')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('--no-encrypt', '--no-encrypt', [CompletionResultType]::ParameterName, 'Write the private key in clear')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace files that exist')
            [CompletionResult]::new('--list-algs', '--list-algs', [CompletionResultType]::ParameterName, 'List the algorithms and exit')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;jwks' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the keys of a set')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print the public key set: private members and symmetric keys never leave')
            [CompletionResult]::new('thumbprint', 'thumbprint', [CompletionResultType]::ParameterValue, 'Print the RFC 7638 thumbprint of each key')
            break
        }
        'jwtctl;jwks;list' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--jwks', '--jwks', [CompletionResultType]::ParameterName, 'A key set; a single key of any format counts as a set of one')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;jwks;export' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--jwks', '--jwks', [CompletionResultType]::ParameterName, 'A key set; a single key of any format counts as a set of one')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;jwks;thumbprint' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--jwks', '--jwks', [CompletionResultType]::ParameterName, 'A key set; a single key of any format counts as a set of one')
            [CompletionResult]::new('--hash', '--hash', [CompletionResultType]::ParameterName, 'The digest')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('--uri', '--uri', [CompletionResultType]::ParameterName, 'As a URI (RFC 9278)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'jwtctl;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Pretend it is TIME: RFC 3339, a date, Unix seconds, +15m or -1h')
            [CompletionResult]::new('--passphrase-from', '--passphrase-from', [CompletionResultType]::ParameterName, 'Open sealed keys and encrypted PEM with the passphrase in KEYSPEC: PATH, -, env:NAME or fd:N')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Write one JSON document to stdout, failures included [env: JWTCTL_FORMAT=json]')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notes and no progress on stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say why and where from; secrets never')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never prompt: fail and name the flag to use [env: CI]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
