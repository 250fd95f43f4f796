//! Tokens as arguments, on stdin, in files, and inside longer texts that users paste.

use std::io::IsTerminal as _;
use std::path::Path;

use jwtctl::core::error::{Code, Error, Reason, shell_word, shortened};
use jwtctl::core::files;
use jwtctl::core::keyfile::from_utf16;
use jwtctl::core::secret::Secret;
use jwtctl::core::token::{Located, Serialization, is_wrapped, locate};

use super::passphrase::no_terminal;
use super::{Inputs, Spec, named_by_both, read_stream, terminal};

/// Where a token is.
#[derive(Clone, Copy)]
pub enum TokenSource<'a> {
    /// What the argument says: the token itself, `-`, `@FILE` or `env:NAME`.
    Named(&'a Spec),
    /// On stdin, without a word.
    Stdin,
    /// With a user at the terminal.
    Prompt,
}

impl TokenSource<'_> {
    /// How messages call it, where it is not the argument itself.
    pub fn name(&self) -> &str {
        match self {
            Self::Named(spec) if spec.starts_with('@') || spec.starts_with("env:") => spec,
            Self::Named(spec) if spec.text() == "-" => spec.source_name(),
            Self::Named(_) => "the command line",
            Self::Stdin => "standard input",
            Self::Prompt => "the prompt",
        }
    }
}

/// Which text may be around a token.
#[derive(Clone, Copy)]
pub enum Pasted<'a> {
    /// Only what is copied along with a token: a scheme, quotes, white space.
    Alone,
    /// Any text. The token is the one with this name in it.
    Picked(&'a str),
    /// Any text with one token in it.
    Anything,
}

impl Inputs {
    /// Where the token of an argument is that may be left out: then on stdin, when that is not a
    /// terminal.
    ///
    /// # Errors
    /// When stdin is what another argument names.
    pub fn token_source<'a>(&self, spec: Option<&'a Spec>) -> Result<TokenSource<'a>, Error> {
        match (spec, self.on_stdin.first()) {
            (Some(spec), _) => Ok(TokenSource::Named(spec)),
            (None, _) if std::io::stdin().is_terminal() => Ok(TokenSource::Prompt),
            (None, Some(other)) => Err(named_by_both("TOKEN", other)),
            (None, None) => Ok(TokenSource::Stdin),
        }
    }

    /// The text of a token.
    pub fn token(
        &self,
        source: TokenSource<'_>,
        limit: u64,
        pasted: Pasted<'_>,
    ) -> Result<String, Error> {
        let bytes = self.token_bytes(source, limit)?;
        let wide = from_utf16(bytes.expose());
        let text = wide
            .as_ref()
            .unwrap_or(&bytes)
            .expose_str()
            .ok_or_else(|| Error::from(Reason::malformed("the token is not text")))?;
        let token = strip(text);
        if token.is_empty() {
            return Err(Reason::malformed("there is no token: the input is empty").into());
        }
        let is_alone = Serialization::of(token).is_some() || is_wrapped(token);
        let token = match pasted {
            Pasted::Alone | Pasted::Anything if is_alone => token.to_owned(),
            _ => self.located(text, pasted)?.unwrap_or_else(|| token.into()),
        };
        if token.len() as u64 > limit {
            return Err(too_large(limit).into());
        }
        Ok(token)
    }

    fn token_bytes(&self, source: TokenSource<'_>, limit: u64) -> Result<Secret, Error> {
        // A token that is too large gets the same error from every source.
        let sized = |error: Error| match error.code() {
            Code::BadInput => too_large(limit).into(),
            _ => error,
        };
        // Some more than the limit, for what `strip` removes.
        let slack = limit.saturating_add(4096);
        let stdin = || read_stream(std::io::stdin().lock(), "standard input", slack).map_err(sized);
        match source {
            TokenSource::Prompt => self.ask_token(limit),
            TokenSource::Stdin => stdin(),
            TokenSource::Named(spec) if spec.text() == "-" => stdin(),
            TokenSource::Named(spec) => match (spec.strip_prefix('@'), spec.strip_prefix("env:")) {
                (Some(path), _) => files::read(Path::new(path), slack).map_err(sized),
                (None, Some(_)) => self.read(spec, limit),
                (None, None) if names_file(spec) => {
                    let text: &str = spec;
                    let why = format!("{text:?} is not a token, and there is a file of that name");
                    let hint = format!("to verify or decode what is in it: @{spec}");
                    Err(Reason::malformed(&why).hint(hint).into())
                }
                (None, None) => Ok(Secret::new(spec.as_bytes().to_vec())),
            },
        }
    }

    fn ask_token(&self, limit: u64) -> Result<Secret, Error> {
        self.check_may_ask("a token is needed", "TOKEN, @FILE or - (stdin)")?;
        terminal::read_line("Token: ", limit).map_err(|e| no_terminal("a token is needed", &e))
    }

    /// The token inside a longer text; `None` when there is none.
    fn located(&self, text: &str, pasted: Pasted<'_>) -> Result<Option<String>, Error> {
        let mut found = locate(text);
        if let Pasted::Picked(wanted) = pasted {
            let flag = format!("--pick {wanted}");
            let (mut meant, others): (Vec<Located>, Vec<Located>) =
                found.into_iter().partition(|it| {
                    let name = it.name.as_deref();
                    name.is_some_and(|name| name.eq_ignore_ascii_case(wanted))
                });
            return match (meant.pop(), meant.len(), others.len()) {
                (Some(it), 0, _) => Ok(Some(it.token)),
                (Some(_), more, _) => {
                    let why = format!("there are {} different tokens of that name", more + 1);
                    Err(Error::usage(flag, why))
                }
                (None, _, 0) => Err(Error::usage(flag, "there is no token at all")),
                (None, ..) => {
                    let why = format!("no token of that name: there are tokens {}", few(&others));
                    Err(Error::usage(flag, why))
                }
            };
        }
        match (found.len(), pasted) {
            (0, _) => Ok(None),
            (1, Pasted::Anything) => {
                let it = found.remove(0);
                let place = named(&it);
                self.output
                    .note(&format!("the token was found in a longer text, {place}"));
                Ok(Some(it.token))
            }
            (1, _) => {
                let it = found.remove(0);
                let reason = Reason::malformed(format!(
                    "this is not a token, but a text with one in it, {}",
                    named(&it)
                ));
                Err(match it.name {
                    Some(name) => reason.hint(format!("to verify that one: --pick {name}")),
                    None => reason.hint("give the token alone"),
                }
                .into())
            }
            _ => {
                let why = format!("there are several tokens: {}", few(&found));
                let error = Error::usage("TOKEN", why);
                let names: Vec<String> = found
                    .iter()
                    .filter_map(|it| Some(format!("--pick {}", shell_word(it.name.as_ref()?))))
                    .take(8)
                    .collect();
                Err(match names.is_empty() {
                    false => error.hint(format!("choose one by its name: {}", names.join(", "))),
                    true => error.hint("give one of them alone"),
                })
            }
        }
    }
}

/// Where a token was, in a phrase.
fn named(it: &Located) -> String {
    match &it.name {
        Some(name) => format!("in {}", shortened(name)),
        None => "without a name".into(),
    }
}

/// Where the first few tokens were.
fn few(found: &[Located]) -> String {
    const MOST: usize = 8;
    let shown: Vec<String> = found.iter().take(MOST).map(named).collect();
    let more = match found.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// The refusal of a token of more than `limit` bytes.
pub fn too_large(limit: u64) -> Reason {
    Reason::malformed(format!("the token is larger than {limit} bytes"))
        .hint("to allow more: --max-size BYTES")
}

/// Whether an argument that should be a token is the name of a file instead.
fn names_file(spec: &str) -> bool {
    const LONGEST: usize = 255;
    // A token is never looked for on the disk.
    spec.len() <= LONGEST
        && !spec.starts_with("ey")
        && !spec.contains(' ')
        && Path::new(spec).is_file()
}

/// A token without what is copied along with it: white space, a byte order mark, quotes, a header's
/// name and scheme.
pub fn strip(text: &str) -> &str {
    fn prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
        text.get(..prefix.len())
            .filter(|head| head.eq_ignore_ascii_case(prefix))
            .map(|head| &text[head.len()..])
    }
    if is_bare(text) {
        return text;
    }
    let mut text = text.trim_start_matches('\u{feff}').trim();
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|text| text.strip_suffix(quote))
        {
            text = inner.trim();
        }
    }
    for header in ["Authorization:", "DPoP:"] {
        text = prefix(text, header).unwrap_or(text).trim();
    }
    for scheme in ["Bearer ", "DPoP "] {
        text = prefix(text, scheme).unwrap_or(text).trim();
    }
    for quote in ['"', '\''] {
        text = text
            .strip_prefix(quote)
            .and_then(|text| text.strip_suffix(quote))
            .unwrap_or(text)
            .trim();
    }
    text
}

/// Whether nothing of what [`strip`] takes off can be there, as most lines of a log have it.
fn is_bare(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_edge = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let start = &bytes[..bytes.len().min("Authorization:".len())];
    let ends = bytes.first().zip(bytes.last());
    ends.is_some_and(|(first, last)| is_edge(first) && is_edge(last))
        && !start.iter().any(|byte| matches!(byte, b' ' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_copied_along_is_stripped() {
        for text in [
            "a.b.c",
            " a.b.c\r\n",
            "\u{feff}a.b.c",
            "\"a.b.c\"",
            "Bearer a.b.c",
            "bearer  a.b.c",
            "Authorization: Bearer a.b.c",
            "'Authorization: DPoP a.b.c'",
            "authorization:Bearer \"a.b.c\"",
        ] {
            assert_eq!(strip(text), "a.b.c", "{text:?}");
        }
        assert_eq!(strip("a. b.c"), "a. b.c");
    }
}
