//! Columns as SVG: a figure a month. What it shows stands in a table beside it too.

use crate::console::money::shown;

/// The drawing's units.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 200;
/// Left for the names of the months, and above the highest column.
const FOOT: i64 = 24;
const HEAD: i64 = 8;

/// A chart of amounts.
pub struct Chart {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Where zero is.
    pub zero: i64,
    /// Size of its view box.
    pub width: i64,
    pub height: i64,
    /// Where the names stand.
    pub names: i64,
    /// The largest amount, as text, and where it is.
    pub most: String,
    pub top: i64,
}

/// A month's column.
pub struct Column {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    /// Where its name is centred.
    pub middle: i64,
    /// The month without its year; with two digits of it in January and at the beginning.
    pub name: String,
    /// What is told of it where the pointer rests.
    pub told: String,
    /// Whether more was taken back than issued.
    pub below: bool,
}

impl Chart {
    /// Amounts of hundredths by month; nothing where all are zero.
    pub fn of(amounts: &[(String, i64)]) -> Option<Self> {
        let most = amounts.iter().map(|(_, minor)| *minor).max().unwrap_or(0).max(0);
        let least = amounts.iter().map(|(_, minor)| *minor).min().unwrap_or(0).min(0);
        if most == least {
            return None;
        }
        let room = i128::from(HEIGHT - FOOT - HEAD);
        let range = i128::from(most) - i128::from(least);
        let scaled = |minor: i64| i64::try_from(i128::from(minor) * room / range).unwrap_or(0);
        let zero = HEAD + scaled(most);
        let slot = WIDTH / i64::try_from(amounts.len()).unwrap_or(1).max(1);
        let column = |(at, (month, minor)): (usize, &(String, i64))| {
            let left = slot * i64::try_from(at).unwrap_or(0);
            let height = scaled(minor.abs()).max(i64::from(*minor != 0));
            let with_year = at == 0 || month.ends_with("-01");
            Column {
                x: left + slot / 8,
                y: if *minor < 0 { zero } else { zero - height },
                width: slot - slot / 4,
                height,
                middle: left + slot / 2,
                name: month.get(if with_year { 2 } else { 5 }..).unwrap_or_default().to_owned(),
                told: format!("{month}: {}", shown(*minor, 2)),
                below: *minor < 0,
            }
        };
        Some(Self {
            columns: amounts.iter().enumerate().map(column).collect(),
            zero,
            width: WIDTH,
            height: HEIGHT,
            names: HEIGHT - 6,
            most: shown(most, 2),
            top: HEAD + 10,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_within_the_drawing_whatever_the_amounts() {
        for amounts in [vec![1, 2, 3], vec![-5, 10, 0], vec![i64::MAX, i64::MIN + 1], vec![-1, -2]] {
            let amounts: Vec<_> = amounts.into_iter().map(|minor| ("2026-01".to_owned(), minor)).collect();
            let chart = Chart::of(&amounts).unwrap();
            for column in &chart.columns {
                assert!(column.y >= 0 && column.y + column.height <= HEIGHT - FOOT + 1, "{amounts:?}");
            }
        }
        assert!(Chart::of(&[("2026-01".to_owned(), 0)]).is_none());
    }
}
