//! Text broken into lines between its words.

use unicode_width::UnicodeWidthStr as _;

/// The fewest columns that text is broken for: a narrower line would hold only a word or two.
pub const NARROWEST: usize = 24;

/// The lines of `text`, each at most `room` columns wide. A wider word gets a line of its own and
/// is not broken, so that it can still be copied.
pub fn lines(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_alone() {
        let text = "aud is \"https://a-long-name.example/api\", not \"b\"";
        assert_eq!(lines(text, 80), [text]);
        let narrow = [
            "aud is",
            "\"https://a-long-name.example/api\",",
            "not \"b\"",
        ];
        assert_eq!(lines(text, 24), narrow);
        assert_eq!(lines("漢漢 漢漢 漢漢", 10), ["漢漢 漢漢", "漢漢"]);
        assert_eq!(lines("", 24), [""]);
    }
}
