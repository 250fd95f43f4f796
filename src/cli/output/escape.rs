//! Escaping of text that comes from outside, such as from a token. Characters that a terminal, or
//! the runner of a GitHub workflow, would act on are written as `\uXXXX`, which means the same
//! inside JSON strings.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::OnceLock;

use super::super::input::variable;

/// `text` with control, bidirectional and invisible characters written as `\uXXXX`, line breaks
/// too.
pub fn printable(text: &str) -> Cow<'_, str> {
    escape(text, is_hostile, in_workflow())
}

/// [`printable`], but line breaks and tabs are left as they are.
pub(super) fn printable_lines(text: &str) -> Cow<'_, str> {
    let hostile = |c| is_hostile(c) && c != '\n' && c != '\t';
    escape(text, hostile, in_workflow())
}

/// [`printable_lines`], but the escape sequences that set colours are left as they are.
pub(super) fn printable_styled(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let (before, sequence) = rest.split_at(at);
        escaped.push_str(&printable_lines(before));
        let body = &sequence[2..];
        let is_parameter = |c: char| c.is_ascii_digit() || c == ';';
        let end = body.find(|c| !is_parameter(c)).unwrap_or(body.len());
        let length = match body[end..].starts_with('m') {
            true => 2 + end + 1,
            false => 2,
        };
        let (found, after) = sequence.split_at(length);
        match length > 2 {
            true => escaped.push_str(found),
            false => escaped.push_str(&printable_lines(found)),
        }
        rest = after;
    }
    escaped.push_str(&printable_lines(rest));
    escaped
}

/// Whether the output goes to the log of a GitHub workflow, whose runner obeys
/// `##[command]` anywhere in a line and `::command::` at its start.
fn in_workflow() -> bool {
    static IN_WORKFLOW: OnceLock<bool> = OnceLock::new();
    *IN_WORKFLOW.get_or_init(|| variable("GITHUB_ACTIONS").as_deref() == Some("true"))
}

fn escape(text: &str, hostile: impl Fn(char) -> bool, workflow: bool) -> Cow<'_, str> {
    let is_command = workflow && (text.contains("#[") || text.contains("::"));
    // Most texts are printable ASCII, which their bytes show without decoding characters.
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
    if !is_command
        && text
            .bytes()
            .fold(true, |plain, byte| plain & is_plain(byte))
    {
        return Cow::Borrowed(text);
    }
    if !text.contains(&hostile) && !is_command {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        let begins_command = workflow && matches!((c, next), ('#', Some('[')) | (':', Some(':')));
        if begins_command || hostile(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing into a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character moves the cursor, changes the direction of text, or is invisible.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{00ad}'
                | '\u{034f}'
                | '\u{0600}'..='\u{0605}'
                | '\u{061c}'
                | '\u{06dd}'
                | '\u{070f}'
                | '\u{0890}'..='\u{0891}'
                | '\u{08e2}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffc}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d159}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Cow<'_, str> {
        escape(text, is_hostile, false)
    }

    #[test]
    fn hostile_characters_are_escaped_and_nothing_else() {
        assert_eq!(plain("grüße \u{1f600}"), "grüße \u{1f600}");
        assert_eq!(
            plain("a\u{1b}[31mb\u{202e}c\u{200b}d\n\u{9b}"),
            "a\\u001b[31mb\\u202ec\\u200bd\\u000a\\u009b"
        );
        assert_eq!(plain("\u{e0041}"), "\\udb40\\udc41");
        for invisible in [
            '\u{2800}',
            '\u{1d159}',
            '\u{fffc}',
            '\u{13430}',
            '\u{600}',
            '\u{110bd}',
        ] {
            assert!(
                plain(&invisible.to_string()).starts_with("\\u"),
                "{invisible:?}"
            );
        }
    }

    #[test]
    fn colours_stay_and_everything_else_a_terminal_obeys_goes() {
        assert_eq!(
            printable_styled("\u{1b}[1;31mred\u{1b}[0m\n"),
            "\u{1b}[1;31mred\u{1b}[0m\n"
        );
        assert_eq!(
            printable_styled("\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[31"),
            "\\u001b]0;title\\u0007\\u001b[2J\\u001b[31"
        );
    }

    #[test]
    fn a_workflow_is_given_no_commands() {
        let workflow = |text| escape(text, is_hostile, true).into_owned();
        assert_eq!(workflow("##[stop-commands]x"), "#\\u0023[stop-commands]x");
        assert_eq!(workflow("::add-mask::e"), "\\u003a:add-mask\\u003a:e");
        assert_eq!(workflow("a:b #1"), "a:b #1");
    }
}
