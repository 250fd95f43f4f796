//! `jwtctl explain`.

use std::io;

use jwtctl::core::error::{Code, Error};
use serde::Serialize;

use super::output::{Page, Report, Role, exit_code};

/// Explain an error code, or the codes behind an exit code
#[derive(clap::Args)]
pub struct Args {
    /// A code such as bad-signature, or an exit code such as 13; without one, all are listed
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

/// Codes and what they mean.
#[derive(Serialize)]
pub struct Explained {
    codes: Vec<Explanation>,
    #[serde(skip)]
    is_list: bool,
}

#[derive(Serialize)]
struct Explanation {
    code: Code,
    exit_code: u8,
    meaning: &'static str,
    todo: &'static str,
}

/// Every code in the order of the exit codes: what it means, and what to do about it.
const CODES: &[(Code, &str, &str)] = &[
    (
        Code::Usage,
        "The call cannot be used as it is written: a flag is unknown, missing or contradicts another one.",
        "The message names the flag; the command's --help has examples.",
    ),
    (
        Code::BadKey,
        "A key cannot be read, or cannot do what is asked of it.",
        "jwtctl jwks lint --jwks FILE says what is wrong with a set; jwtctl help keyspecs lists what is read.",
    ),
    (
        Code::BadSecret,
        "An HMAC secret cannot be used: it is too short, not encoded as was said, or is a key file.",
        "A new one: jwtctl keygen HS256 --out FILE. A short one that cannot be changed: --allow-weak-key.",
    ),
    (
        Code::BadPassphrase,
        "The passphrase, or the secret of a server, does not open the key; or the key file was damaged.",
        "Check what --passphrase-from names; one line ending at its end is not part of it.",
    ),
    (
        Code::BadInput,
        "Claims, a payload, a policy or another document cannot be read.",
        "The message says where; numbers, true and objects are written name:=JSON.",
    ),
    (
        Code::NoInput,
        "Something has to be asked, and there is no terminal, or --no-input or CI forbids it.",
        "The message names the flag that answers beforehand.",
    ),
    (
        Code::KeysUnavailable,
        "The key set could not be fetched, and the cache has none that may be used. The token was not judged.",
        "Try again; -v says what was tried, jwtctl cache list what is cached, --stale-if-error how old it may be.",
    ),
    (
        Code::IssuerUnavailable,
        "The issuer's discovery document could not be obtained or does not name this issuer. The token was not judged.",
        "Compare --issuer with the iss of the token, letter by letter; or name the set: --jwks-uri URL.",
    ),
    (
        Code::RedisUnavailable,
        "Redis did not answer, or refused.",
        "Check the URL and the login; the message has what the server said.",
    ),
    (
        Code::Io,
        "A file could not be read or written, or is not as jwtctl wrote it.",
        "The message names the file.",
    ),
    (
        Code::WouldOverwrite,
        "A file is there already, and was left as it is.",
        "To replace it: --force.",
    ),
    (
        Code::UnsafePermissions,
        "Other users could have changed a file or directory that has to be trusted.",
        "Take the permission away: chmod go-w, or choose another directory.",
    ),
    (
        Code::BadSignature,
        "There is a key for the token, and the signature was not made with it; or the token was changed.",
        "Reject it. If it should be good: is it the issuer's present key (--refresh), the whole token, the right secret and its encoding (--secret-encoding)?",
    ),
    (
        Code::DecryptionFailed,
        "The token cannot be opened with the key. What failed is not said, since that would help to guess.",
        "Reject it. If it should be good: jwtctl decode shows which key it was made for.",
    ),
    (
        Code::Expired,
        "The token's exp has passed, by more than the leeway; or it expires sooner than --min-ttl asks for.",
        "Get a new one. Was it valid then? --now TIME",
    ),
    (
        Code::TooOld,
        "The token was issued longer ago than --max-age allows.",
        "Get a new one.",
    ),
    (
        Code::NotYetValid,
        "The token's nbf or iat lies in the future, by more than the leeway.",
        "Compare the clocks of this machine and of the issuer; --leeway allows for small differences.",
    ),
    (
        Code::MissingClaim,
        "A claim that is demanded is not in the token.",
        "Reject it, or demand less: --optional exp,aud.",
    ),
    (
        Code::Mismatch,
        "A claim, or the typ of the header, is not what is demanded.",
        "Reject it. Issuers and audiences are compared letter by letter, a slash at the end included.",
    ),
    (
        Code::NoMatchingKey,
        "The key set has no key of the token's kid, or none that could have signed it.",
        "Reject it. Is it the right issuer? jwtctl jwks list --jwks-uri URL shows the keys; --refresh asks again.",
    ),
    (
        Code::AlgNotAllowed,
        "The token's algorithm is none, unknown, outside --alg, or not one of its key.",
        "Reject it. What the key is for: jwtctl jwks list.",
    ),
    (
        Code::UnknownCritical,
        "The header says that a parameter must be understood (crit), and jwtctl does not know it.",
        "Reject it. Signatures over bytes with b64=false: --raw or --detached.",
    ),
    (
        Code::UntrustedCertificate,
        "The certificates in the token's header do not lead to a trusted one, or not for that name or time.",
        "Reject it. What they say: jwtctl decode; whom to trust is said with --roots.",
    ),
    (
        Code::SessionGone,
        "The signature and the claims are good, and the session behind the token has ended.",
        "Log in again.",
    ),
    (
        Code::Malformed,
        "This is not a token: a part is missing, is not base64url, or is not JSON.",
        "jwtctl decode says more, and finds a token in a longer text.",
    ),
    (
        Code::Bug,
        "A fault of jwtctl itself. Nothing is said about the token.",
        "Please report it, with the call and -v.",
    ),
];

pub fn run(args: &Args) -> Result<Explained, Error> {
    let all = || CODES.iter().map(explain);
    let Some(wanted) = &args.code else {
        return Ok(Explained {
            codes: all().collect(),
            is_list: true,
        });
    };
    let is_meant =
        |it: &Explanation| it.code.as_str() == wanted || wanted.parse() == Ok(it.exit_code);
    let codes: Vec<Explanation> = all().filter(is_meant).collect();
    if codes.is_empty() {
        let error = Error::usage(
            format!("{wanted:?}"),
            "is neither an error code nor an exit code of one",
        );
        return Err(error.hint("for a list: jwtctl explain"));
    }
    Ok(Explained {
        codes,
        is_list: false,
    })
}

fn explain(&(code, meaning, todo): &(Code, &'static str, &'static str)) -> Explanation {
    Explanation {
        code,
        exit_code: exit_code(code),
        meaning,
        todo,
    }
}

impl Report for Explained {
    const SCHEMA: &'static str = "jwtctl.explain/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for (at, it) in self.codes.iter().enumerate() {
            if self.is_list {
                let line = format!("{:>3}  {:<18}  {}", it.exit_code, it.code, it.meaning);
                page.line(Role::Plain, &line)?;
                continue;
            }
            if at > 0 {
                page.end()?;
            }
            page.line(
                Role::Title,
                &format!("{} (exit code {})", it.code, it.exit_code),
            )?;
            page.line(Role::Plain, it.meaning)?;
            page.line(Role::Plain, it.todo)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_listed_by_its_exit_code() {
        let codes: Vec<u8> = CODES.iter().map(|(code, ..)| exit_code(*code)).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        // `Bug` is the last one of all: the table is whole if it counts as many, each once.
        let names: std::collections::HashSet<_> = CODES.iter().map(|(code, ..)| code).collect();
        assert_eq!(
            (CODES.len(), names.len()),
            (Code::Bug as usize + 1, CODES.len())
        );
    }
}
