//! Tables as lines of text. The first column says what a row is about and is what people copy, so nothing breaks it.

use std::borrow::Cow;
use std::iter::once;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What stands between two columns.
const GAP: usize = 2;

/// How far rows are indented that stand below their first cell.
const INDENT: usize = 2;

/// The narrowest that a column is made.
const LEAST: usize = 8;

/// The lines of a table, those of the titles first, and how many these are.
///
/// With a `width`, cells but the first of a row lose the time behind a date if that makes the table fit. Else they go
/// below the first one, and what is too wide for a line of its own is shortened with an ellipsis.
pub fn lines(titles: &[&str], rows: &[Vec<String>], width: Option<usize>) -> (Vec<String>, usize) {
    let own = |row: &mut dyn Iterator<Item = &str>| row.map(String::from).collect::<Vec<_>>();
    let all = once(own(&mut titles.iter().copied())).chain(rows.iter().map(|row| own(&mut row.iter().map(String::as_str))));
    let mut table = Table { rows: all.collect() };
    let Some(width) = width.filter(|width| table.width(0) > *width) else { return (table.in_rows(), 1) };
    let mut dated = Table { rows: table.rows.clone() };
    if dated.drop_times(0, width) {
        return (dated.in_rows(), 1);
    }
    let room = width.saturating_sub(INDENT);
    if table.width(1) > room && !table.drop_times(1, room) {
        table.shorten(room);
    }
    (table.below(), 2)
}

struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The width of each column.
    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
        (0..columns).map(|column| width(column).unwrap_or_default()).collect()
    }

    /// How wide it is without the columns before `first`.
    fn width(&self, first: usize) -> usize {
        let widths = self.widths();
        let columns = widths.get(first..).unwrap_or_default();
        columns.iter().sum::<usize>() + GAP * columns.len().saturating_sub(1)
    }

    /// Leaves only the date of times, column by column until the columns from `first` on fit; whether they do.
    fn drop_times(&mut self, first: usize, room: usize) -> bool {
        for column in 1..self.widths().len() {
            if self.width(first) <= room {
                break;
            }
            self.each(column, |cell| date_only(cell).to_owned());
        }
        self.width(first) <= room
    }

    /// Shortens the widest columns behind the first.
    fn shorten(&mut self, room: usize) {
        let mut widths = self.widths();
        let mut excess = self.width(1).saturating_sub(room);
        while excess > 0 {
            let widest = widths.iter_mut().skip(1).max_by_key(|width| **width).filter(|width| **width > LEAST);
            let Some(widest) = widest else { break };
            *widest -= 1;
            excess -= 1;
        }
        for (column, width) in widths.into_iter().enumerate().skip(1) {
            self.each(column, |cell| clipped(cell, width).into_owned());
        }
    }

    fn each(&mut self, column: usize, change: impl Fn(&str) -> String) {
        self.rows.iter_mut().filter_map(|row| row.get_mut(column)).for_each(|cell| *cell = change(cell));
    }

    fn in_rows(&self) -> Vec<String> {
        let widths = self.widths();
        self.rows.iter().map(|row| joined(row, &widths)).collect()
    }

    /// Each row on two lines, the first cell alone on its own.
    fn below(&self) -> Vec<String> {
        let widths = self.widths();
        let two = |row: &Vec<String>| {
            let (first, rest) = row.split_first().map_or((String::new(), &[][..]), |(first, rest)| (first.clone(), rest));
            [first, " ".repeat(INDENT) + &joined(rest, widths.get(1..).unwrap_or_default())]
        };
        self.rows.iter().flat_map(two).collect()
    }
}

fn joined(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + GAP));
    }
    line.truncate(line.trim_end().len());
    line
}

/// A cell that ends with a time, without the time of day.
fn date_only(cell: &str) -> &str {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let start = cell.len().saturating_sub(FORM.len());
    let tail = &cell.as_bytes()[start..];
    if tail.len() == FORM.len() && tail.iter().zip(FORM).all(fits) { &cell[..start + 10] } else { cell }
}

fn clipped(cell: &str, width: usize) -> Cow<'_, str> {
    if cell.width() <= width {
        return cell.into();
    }
    let mut room = width.saturating_sub(1);
    let fits = |c: &char| match room.checked_sub(c.width().unwrap_or_default()) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    let mut short: String = cell.chars().take_while(fits).collect();
    short.push('…');
    short.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    fn keystore(kid: &str, size: &str, width: Option<usize>) -> Vec<String> {
        let titles = ["KID", "KTY", "SIZE", "ALG", "USE", "STATE", "CREATED", "CHANGES TO"];
        let row = [kid, "OKP", size, "EdDSA", "sig", "current", "2026-08-01T10:00:00Z", "retiring 2026-08-31T14:00:00Z"];
        lines(&titles, &[row.map(String::from).to_vec()], width).0
    }

    #[test]
    fn a_pipe_gets_everything_on_one_line() {
        let wide = format!("{KID}  OKP  Ed25519  EdDSA  sig  current  2026-08-01T10:00:00Z  retiring 2026-08-31T14:00:00Z");
        assert_eq!(keystore(KID, "Ed25519", None)[1], wide);
        assert_eq!(keystore(KID, "Ed25519", Some(wide.len()))[1], wide);
    }

    #[test]
    fn times_give_way_to_dates_before_anything_else_does() {
        assert_eq!(
            keystore(KID, "Ed25519", Some(120))[1],
            format!("{KID}  OKP  Ed25519  EdDSA  sig  current  2026-08-01  retiring 2026-08-31")
        );
        assert_eq!(
            keystore("k1", "2048 bits", Some(80))[1],
            "k1   OKP  2048 bits  EdDSA  sig  current  2026-08-01  retiring 2026-08-31"
        );
    }

    #[test]
    fn what_does_not_fit_beside_the_first_cell_stands_below_it() {
        let narrow = keystore(KID, "2048 bits", Some(80));
        let below = "  OKP  2048 bits  EdDSA  sig  current  2026-08-01  retiring 2026-08-31T14:00:00Z";
        assert_eq!(narrow[..2], ["KID", "  KTY  SIZE       ALG    USE  STATE    CREATED     CHANGES TO"]);
        assert_eq!(narrow[2..], [KID, below]);
        let wider = "  OKP  Ed25519  EdDSA  sig  current  2026-08-01T10:00:00Z  retiring 2026-08-31T14:00:00Z";
        assert_eq!(keystore(KID, "Ed25519", Some(100))[3], wider);
    }

    #[test]
    fn only_what_fits_nowhere_is_shortened() {
        let rows = [vec!["5b0c7fb2-3b0b-4b67".to_owned(), "1h".into(), "ü漢".repeat(40)]];
        let (narrow, titles) = lines(&["ID", "IDLE", "DATA"], &rows, Some(30));
        assert_eq!(titles, 2);
        assert_eq!(narrow[2], "5b0c7fb2-3b0b-4b67");
        assert_eq!(narrow[3], format!("  1h    {}…", "ü漢".repeat(7)));
        assert!(narrow.iter().all(|line| line.width() <= 30));
        // However narrow, the first cell stays whole.
        assert_eq!(keystore(KID, "Ed25519", Some(20))[2], KID);
    }

    #[test]
    fn only_times_lose_their_end() {
        assert_eq!(date_only("current 2026-08-01T10:00:00Z"), "current 2026-08-01");
        for cell in ["", "-", "2026-08-01", "漢2026-08-01T10:00:0Z", "{\"a\":\"2026-08-01T10:00:00Z\"}", "漢漢漢漢漢漢漢漢"]
        {
            assert_eq!(date_only(cell), cell);
        }
    }
}
