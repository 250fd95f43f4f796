//! Tables as lines of text. The first column names what a row is about, and users copy it, so it is
//! never shortened or wrapped.

use std::iter::once;

use comfy_table::{ContentArrangement, Row, presets};

/// The columns of space between two columns.
const GAP: u16 = 2;

/// The indent of the other cells of a row, where they are on a line below the first cell.
const INDENT: u16 = 2;

/// The lines of a table, those of the titles first, and how many these are.
///
/// With a `width`, cells but the first of a row lose the time behind a date if that makes the table
/// fit. Else they go below the first one, and what is too wide for a line of its own is shortened
/// with an ellipsis.
pub fn lines(titles: &[&str], rows: &[Vec<String>], width: Option<u16>) -> (Vec<String>, usize) {
    let titles = titles.iter().map(|title| (*title).to_owned()).collect();
    let mut table = Table {
        rows: once(titles).chain(rows.iter().cloned()).collect(),
    };
    let Some(width) = width.filter(|width| table.width(0) > *width) else {
        return (table.in_rows(), 1);
    };
    let mut dated = Table {
        rows: table.rows.clone(),
    };
    if dated.drop_times(0, width) {
        return (dated.in_rows(), 1);
    }
    let room = width.saturating_sub(INDENT);
    table.drop_times(1, room);
    (table.below(room), 2)
}

struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// How wide it is without the columns before `first`.
    fn width(&self, first: usize) -> u16 {
        let widths = grid(self.rows.iter().map(Vec::as_slice)).column_max_content_widths();
        let columns = widths.get(first..).unwrap_or_default();
        columns
            .iter()
            .fold(0_u16, |sum, width| {
                sum.saturating_add(width.saturating_add(GAP))
            })
            .saturating_sub(GAP)
    }

    /// Shortens times to their date, column by column, until the columns from `first` on fit.
    /// Returns whether they do.
    fn drop_times(&mut self, first: usize, room: u16) -> bool {
        for column in 1..self.rows.iter().map(Vec::len).max().unwrap_or_default() {
            if self.width(first) <= room {
                break;
            }
            self.rows
                .iter_mut()
                .filter_map(|row| row.get_mut(column))
                .for_each(|cell| *cell = date_only(cell).to_owned());
        }
        self.width(first) <= room
    }

    fn in_rows(&self) -> Vec<String> {
        printed(&grid(self.rows.iter().map(Vec::as_slice)))
    }

    /// Each row on two lines, the first cell alone on its own.
    fn below(&self, room: u16) -> Vec<String> {
        let mut rest = grid(self.rows.iter().map(|row| row.get(1..).unwrap_or_default()));
        if self.width(1) > room {
            rest.set_content_arrangement(ContentArrangement::Dynamic)
                .set_width(room.saturating_add(GAP));
        }
        let first = self
            .rows
            .iter()
            .map(|row| row.first().cloned().unwrap_or_default());
        let indented = printed(&rest)
            .into_iter()
            .map(|line| " ".repeat(INDENT.into()) + &line);
        first
            .zip(indented)
            .flat_map(|(first, rest)| [first, rest])
            .collect()
    }
}

/// The rows as a table with one line each; what does not fit is left out.
fn grid<'a>(rows: impl Iterator<Item = &'a [String]>) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table
        .load_style(presets::NOTHING)
        .set_truncation_indicator("…");
    for cells in rows {
        let mut row = Row::from(cells);
        row.max_height(1);
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    table
}

fn printed(table: &comfy_table::Table) -> Vec<String> {
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// A cell that ends with a time, without the time of day.
fn date_only(cell: &str) -> &str {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |(byte, form): (&u8, &u8)| {
        if *form == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == form
        }
    };
    let start = cell.len().saturating_sub(FORM.len());
    let tail = &cell.as_bytes()[start..];
    if tail.len() == FORM.len() && tail.iter().zip(FORM).all(fits) {
        &cell[..start + 10]
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    fn keystore(kid: &str, size: &str, width: Option<u16>) -> Vec<String> {
        let titles = [
            "KID",
            "KTY",
            "SIZE",
            "ALG",
            "USE",
            "STATE",
            "CREATED",
            "CHANGES TO",
        ];
        let row = [
            kid,
            "OKP",
            size,
            "EdDSA",
            "sig",
            "current",
            "2026-08-01T10:00:00Z",
            "retiring 2026-08-31T14:00:00Z",
        ];
        lines(&titles, &[row.map(String::from).to_vec()], width).0
    }

    #[test]
    fn a_pipe_gets_everything_on_one_line() {
        let wide = format!(
            "{KID}  OKP  Ed25519  EdDSA  sig  current  2026-08-01T10:00:00Z  retiring 2026-08-31T14:00:00Z"
        );
        assert_eq!(keystore(KID, "Ed25519", None)[1], wide);
        assert_eq!(keystore(KID, "Ed25519", Some(wide.len() as u16))[1], wide);
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
        let below =
            "  OKP  2048 bits  EdDSA  sig  current  2026-08-01  retiring 2026-08-31T14:00:00Z";
        assert_eq!(
            narrow[..2],
            [
                "KID",
                "  KTY  SIZE       ALG    USE  STATE    CREATED     CHANGES TO"
            ]
        );
        assert_eq!(narrow[2..], [KID, below]);
        let wider = "  OKP  Ed25519  EdDSA  sig  current  2026-08-01T10:00:00Z  retiring 2026-08-31T14:00:00Z";
        assert_eq!(keystore(KID, "Ed25519", Some(100))[3], wider);
    }

    #[test]
    fn only_what_fits_nowhere_is_shortened() {
        let rows = [vec![
            "5b0c7fb2-3b0b-4b67".to_owned(),
            "1h".into(),
            "ü漢".repeat(40),
        ]];
        let (narrow, titles) = lines(&["ID", "IDLE", "DATA"], &rows, Some(30));
        assert_eq!(titles, 2);
        assert_eq!(narrow[2], "5b0c7fb2-3b0b-4b67");
        assert_eq!(narrow[3], format!("  1h    {}…", "ü漢".repeat(7)));
        assert!(narrow.iter().all(|line| {
            line.chars()
                .map(|c| 1 + usize::from(c == '漢'))
                .sum::<usize>()
                <= 30
        }));
        // However narrow, the first cell stays whole.
        assert_eq!(keystore(KID, "Ed25519", Some(20))[2], KID);
    }

    #[test]
    fn only_times_lose_their_end() {
        assert_eq!(
            date_only("current 2026-08-01T10:00:00Z"),
            "current 2026-08-01"
        );
        for cell in [
            "",
            "-",
            "2026-08-01",
            "漢2026-08-01T10:00:0Z",
            "{\"a\":\"2026-08-01T10:00:00Z\"}",
            "漢漢漢漢漢漢漢漢",
        ] {
            assert_eq!(date_only(cell), cell);
        }
    }
}
