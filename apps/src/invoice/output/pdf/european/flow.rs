//! Lines of type, one below the other, on as many pages as it takes.

use crate::invoice::output::pdf::{
    canvas::{Align, Canvas, Ink, Style},
    typeface::{Typeface, Um},
};
use std::ops::Range;

pub const PAGE: (Um, Um) = (210_000, 297_000);
pub const TOP: Um = 22_000;
const BOTTOM: Um = 280_000;
const SIZE: Um = 3_000;
const PITCH: Um = 4_300;
/// The QR code: its side, and where it begins.
pub const QR: (Um, Um) = (27_000, 168_000);

/// A column: its edges, and where in it a text stands.
#[derive(Debug, Clone, Copy)]
pub struct Column(Um, Um, Align);

pub const HALVES: [Column; 2] = [Column(15_000, 103_000, Align::Left), Column(108_000, 195_000, Align::Left)];
pub const PAIR: [Column; 2] = [Column(15_000, 58_000, Align::Left), Column(60_000, 195_000, Align::Left)];
pub const HEAD: [Column; 2] = [Column(15_000, 58_000, Align::Left), Column(60_000, QR.1 - 4_000, Align::Left)];
pub const LINES: [Column; 6] = [
    Column(15_000, 26_000, Align::Left),
    Column(28_000, 96_000, Align::Left),
    Column(98_000, 124_000, Align::Right),
    Column(126_000, 148_000, Align::Right),
    Column(150_000, 166_000, Align::Right),
    Column(168_000, 195_000, Align::Right),
];
pub const TAXES: [Column; 5] = [
    Column(15_000, 34_000, Align::Left),
    Column(36_000, 52_000, Align::Right),
    Column(54_000, 84_000, Align::Right),
    Column(86_000, 112_000, Align::Right),
    Column(116_000, 195_000, Align::Left),
];
pub const SUMS: [Column; 2] = [Column(100_000, 164_000, Align::Right), Column(166_000, 195_000, Align::Right)];

/// A line of type over the width of a page.
#[derive(Default)]
struct Strip {
    cells: Vec<(Um, Style, String)>,
    /// A rule of the form above it.
    ruled: bool,
    /// The strip that stands again at the top of a page that begins within its table.
    head: Option<usize>,
}

/// An invoice as lines of type.
#[derive(Default)]
pub struct Flow(Vec<Strip>);

impl Flow {
    /// The title, large.
    pub fn title(&mut self, title: &str) {
        let large = Style::new(5_000, Ink::Brown, Align::Left);
        for line in Typeface::get().wrap(title, large.size, HEAD[1].1 - HEAD[0].0) {
            self.0.push(Strip { cells: vec![(HEAD[0].0, large, line)], ..Strip::default() });
            self.gap();
        }
    }

    pub fn gap(&mut self) {
        self.0.push(Strip::default());
    }

    /// Where the next strip will be.
    pub fn end(&self) -> usize {
        self.0.len()
    }

    /// Draws a rule above a strip, if it is there.
    pub fn rule(&mut self, at: usize) {
        if let Some(strip) = self.0.get_mut(at) {
            strip.ruled = true;
        }
    }

    /// The words over a table stand again over each page that begins within it, from a strip to the last one.
    pub fn repeat(&mut self, head: usize, from: usize) {
        for strip in &mut self.0[from..] {
            strip.head = Some(head);
        }
    }

    /// A row of texts, each in lines within its column.
    pub fn row(&mut self, columns: &[Column], ink: Ink, texts: &[&str]) {
        let face = Typeface::get();
        let wrapped: Vec<_> = columns
            .iter()
            .zip(texts)
            .map(|(Column(left, right, _), text)| face.wrap(text, SIZE, right - left))
            .collect();
        let count = wrapped.iter().map(Vec::len).max().unwrap_or_default();
        for nth in 0..count {
            let cell = |(Column(left, right, align), lines): (&Column, &Vec<String>)| {
                let x = if *align == Align::Right { *right } else { *left };
                lines.get(nth).map(|line| (x, Style::new(SIZE, ink, *align), line.clone()))
            };
            let cells = columns.iter().zip(&wrapped).filter_map(cell).collect();
            self.0.push(Strip { cells, ..Strip::default() });
        }
    }

    /// The words over the columns of a table, ruled off.
    pub fn header(&mut self, columns: &[Column], words: &[&str]) -> usize {
        self.gap();
        let at = self.end();
        self.row(columns, Ink::Brown, words);
        self.rule(at);
        at
    }

    /// A word and what it names, if there is anything.
    pub fn pair(&mut self, columns: &[Column; 2], word: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let from = self.end();
        self.row(columns, Ink::Black, &[word, text]);
        if let Some(first) = self.0.get_mut(from).and_then(|strip| strip.cells.first_mut()) {
            first.1.ink = Ink::Brown;
        }
    }

    /// The strips of each page.
    pub fn pages(&self) -> Vec<Range<usize>> {
        let room = usize::try_from((BOTTOM - TOP) / PITCH).unwrap_or_default();
        let mut pages = Vec::new();
        let mut start = 0;
        while start < self.0.len() {
            let end = self.0.len().min(start + room - self.repeated(start).len());
            pages.push(start..end);
            start = end;
        }
        pages
    }

    /// The strips that stand again over a page that begins with a strip.
    fn repeated(&self, start: usize) -> Range<usize> {
        match self.0.get(start).and_then(|strip| strip.head) {
            Some(head) => head..self.0[head..].iter().position(|strip| strip.head.is_some()).map_or(head, |n| head + n),
            None => 0..0,
        }
    }

    pub fn draw(&self, canvas: &mut Canvas<'_, '_>, page: Range<usize>) {
        let mut y = TOP;
        for strip in self.0[self.repeated(page.start)].iter().chain(&self.0[page]) {
            if strip.ruled {
                canvas.line((15_000, y - 3_500), (195_000, y - 3_500), 150);
            }
            for (x, style, text) in &strip.cells {
                canvas.text(*x, y, *style, text);
            }
            y += PITCH;
        }
    }
}
