//! Small charts, drawn here as paths of SVG.

use std::fmt::Write as _;

/// Height of a chart in its own units; a value is a unit wide.
pub const HEIGHT: u64 = 40;

/// Bars, one a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// How many values.
    pub width: usize,
    /// The bars, with a little space between them.
    pub path: String,
}

impl Chart {
    /// A chart of these values; the largest is as high as the chart.
    pub fn of(values: &[u64]) -> Self {
        let most = values.iter().copied().max().unwrap_or_default().max(1);
        let mut path = String::new();
        for (at, value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
            // What is there is seen, however small.
            let height = (u128::from(*value) * u128::from(HEIGHT) / u128::from(most)).max(1);
            let _ = write!(path, "M{at} {HEIGHT}v-{height}h.8v{height}z");
        }
        Self { width: values.len(), path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_is_as_high_as_the_chart() {
        assert_eq!(Chart::of(&[0, 1, 2]).path, "M1 40v-20h.8v20zM2 40v-40h.8v40z");
        assert_eq!(Chart::of(&[0, 0]), Chart { width: 2, path: String::new() });
        assert_eq!(Chart::of(&[1, u64::MAX]).path, "M0 40v-1h.8v1zM1 40v-40h.8v40z");
        assert_eq!(Chart::of(&[]).width, 0);
    }
}
