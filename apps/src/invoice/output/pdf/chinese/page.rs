//! One page, drawn.

use super::{
    Language,
    layout::{
        BOTTOM, Figures, LEFT, Layout, MIDDLE, NAME, Name, PAGE, PARTY_GAP, PITCH, Page, RIGHT, SIZE, SPECIFICATION,
        STRIP, SUM_ROW, TOP, TOTAL_ROW, UNIT,
    },
    words::{self, Word},
};
use crate::invoice::{
    Kind,
    decimal::Fixed,
    output::{
        Face, Party,
        capitals::in_capitals,
        pdf::{
            canvas::{Align, Canvas, Ink, Style},
            typeface::{Typeface, Um},
        },
        qr::Modules,
    },
};

/// Columns of numbers: the point that they stand at, and their width.
const QUANTITY: (Um, Um) = (101_000, 20_000);
const PRICE: (Um, Um) = (126_500, 24_000);
const AMOUNT: (Um, Um) = (154_500, 27_000);
const RATE: (Um, Um) = (165_000, 18_000);
const TAX: (Um, Um) = (203_500, 28_000);

/// Stands where the law knows no tax.
const UNTAXED: &str = "***";

const THICK: Um = 300;
const THIN: Um = 150;
/// From the middle of a line of type to its base line.
const DROP: Um = SIZE * 38 / 100;

const BLACK: Style = Style::new(SIZE, Ink::Black, Align::Left);
const BROWN: Style = Style::new(SIZE, Ink::Brown, Align::Left);

const fn aligned(style: Style, align: Align) -> Style {
    Style::new(style.size, style.ink, align)
}

/// What all pages of an invoice share.
pub struct Sheet<'a> {
    pub face: &'a Face,
    pub layout: &'a Layout,
    pub qr: &'a Modules,
}

impl Sheet<'_> {
    /// Draws a page, counted from nought.
    pub fn draw(&self, canvas: &mut Canvas<'_, '_>, at: usize) {
        let page = &self.layout.pages[at];
        self.head(canvas, at);
        let table = self.layout.table_top();
        for ((left, right), word, party, name) in [
            ((LEFT, MIDDLE), (words::BUYER, words::OF_BUYER), &self.face.buyer, &self.layout.names[0]),
            ((MIDDLE, RIGHT), (words::SELLER, words::OF_SELLER), &self.face.seller, &self.layout.names[1]),
        ] {
            self.strip(canvas, left, (TOP, table), word);
            self.party(canvas, (left + STRIP, right), party, name);
        }
        canvas.line((MIDDLE, TOP), (MIDDLE, table), THIN);
        canvas.line((LEFT, table), (RIGHT, table), THIN);
        if page.lines.is_empty() && !page.totals {
            self.remarks(canvas, (table, BOTTOM), page);
        } else {
            self.columns(canvas, table);
            self.table(canvas, table + self.layout.head(), page);
            self.bottom(canvas, page);
        }
        canvas.frame((LEFT, TOP), (RIGHT, BOTTOM), THICK);
        self.people(canvas);
    }

    fn language(&self) -> Language {
        self.layout.language
    }

    fn head(&self, canvas: &mut Canvas<'_, '_>, at: usize) {
        let (language, middle, right) = (self.language(), PAGE.0 / 2, 147_000);
        canvas.modules(self.qr, (6_500, 4_500), 18_500);
        canvas.text(middle, 13_500, Style::new(6_000, Ink::Brown, Align::Middle), self.face.title());
        for y in [16_000, 16_900] {
            canvas.line((middle - 38_000, y), (middle + 38_000, y), THIN);
        }
        if language == Language::Bilingual {
            let title = match self.face.kind {
                Kind::Ordinary => "Electronic invoice (ordinary)",
                Kind::Special => "Electronic invoice (special, for value-added tax)",
            };
            canvas.text(middle, 20_800, Style::new(SIZE, Ink::Brown, Align::Middle), title);
        }
        let day = words::day(language, &self.face.issue_date);
        let width = RIGHT - right;
        canvas.labelled(right, 12_000, SIZE, &words::NUMBER.before(language), &self.face.number, width);
        canvas.labelled(right, 17_500, SIZE, &words::DATE.before(language), &day, width);
        let count = self.layout.pages.len();
        if count > 1 {
            canvas.text(right, 23_000, BROWN, &words::page(language, at + 1, count));
        }
    }

    /// The strip at the left of a box with its name: upright in Chinese, turned with English beside it.
    fn strip(&self, canvas: &mut Canvas<'_, '_>, left: Um, (top, bottom): (Um, Um), (upright, turned): (&str, Word)) {
        let at = left + STRIP / 2;
        let style = aligned(BROWN, Align::Middle);
        match self.language() {
            Language::Chinese => canvas.upright(at, (top, bottom), style, upright),
            Language::Bilingual => {
                canvas.turned(at + DROP, (top + 500, bottom - 500), style, &turned.alone(self.language()));
            }
        }
        canvas.line((left + STRIP, top), (left + STRIP, bottom), THIN);
    }

    fn party(&self, canvas: &mut Canvas<'_, '_>, (left, right): (Um, Um), party: &Party, name: &Name) {
        let (bottom, left) = (self.layout.table_top(), left + 1_500);
        let height = name.height() + PARTY_GAP + PITCH;
        let mut y = (TOP + bottom - height) / 2 + PITCH / 2 + DROP;
        let label = words::NAME.before(self.language());
        let indent = Typeface::get().width(&label, SIZE);
        canvas.text(left, y, BROWN, &label);
        for line in &name.lines {
            canvas.text(left + indent, y, Style { size: name.size, ..BLACK }, line);
            y += name.pitch();
        }
        y = (TOP + bottom + height) / 2 - PITCH / 2 + DROP;
        let taxpayer = party.taxpayer.as_deref().unwrap_or_default();
        canvas.labelled(left, y, SIZE, &words::taxpayer(self.language()), taxpayer, right - left - 1_000);
    }

    fn columns(&self, canvas: &mut Canvas<'_, '_>, top: Um) {
        let middle = |(left, right): (Um, Um)| ((left + right) / 2, Align::Middle);
        let places = [
            middle(NAME),
            (SPECIFICATION.0, Align::Left),
            middle(UNIT),
            (QUANTITY.0, Align::Right),
            (PRICE.0, Align::Right),
            (AMOUNT.0, Align::Right),
            (RATE.0, Align::Middle),
            (TAX.0, Align::Right),
        ];
        for (word, (x, align)) in words::COLUMNS.into_iter().zip(places) {
            let y = top + 3_000 + DROP;
            canvas.text(x, y, aligned(BROWN, align), word.chinese);
            if self.language() == Language::Bilingual {
                canvas.text(x, y + 3_500, Style::new(2_500, Ink::Brown, align), word.english);
            }
        }
    }

    fn table(&self, canvas: &mut Canvas<'_, '_>, top: Um, page: &Page) {
        for (line, nth) in self.layout.lines[page.lines.clone()].iter().zip(0..) {
            let y = top + nth * PITCH + PITCH / 2 + DROP;
            canvas.text(NAME.0, y, BLACK, &line.name);
            canvas.text(SPECIFICATION.0, y, BLACK, &line.specification);
            canvas.text((UNIT.0 + UNIT.1) / 2, y, aligned(BLACK, Align::Middle), &line.unit);
            if let Some(figures) = &line.figures {
                Self::figures(canvas, y, figures);
            }
        }
    }

    fn figures(canvas: &mut Canvas<'_, '_>, y: Um, figures: &Figures) {
        let tax = figures.tax.map_or(UNTAXED.to_owned(), |tax| tax.to_string());
        let amount = figures.amount.to_string();
        for ((x, width), align, text) in [
            (QUANTITY, Align::Right, &figures.quantity),
            (PRICE, Align::Right, &figures.price),
            (AMOUNT, Align::Right, &amount),
            (RATE, Align::Middle, &figures.rate),
            (TAX, Align::Right, &tax),
        ] {
            canvas.fitted(x, y, aligned(BLACK, align), text, width);
        }
    }

    /// Subtotal, totals and remarks, up from the frame's lower edge.
    fn bottom(&self, canvas: &mut Canvas<'_, '_>, page: &Page) {
        let totals = if page.totals { SUM_ROW + TOTAL_ROW + self.layout.remark_box() } else { 0 };
        let mut y = BOTTOM - totals;
        let mut pages = self.layout.pages.iter().filter(|page| page.totals || !page.lines.is_empty());
        let rows = self.layout.lines[page.lines.clone()].iter().any(|line| line.figures.is_some());
        if pages.nth(1).is_some() && rows {
            self.sums(canvas, y - SUM_ROW, words::SUBTOTAL, self.layout.sums(page.lines.clone()));
        }
        if !page.totals {
            return;
        }
        self.sums(canvas, y, words::SUM, self.layout.sums(0..self.layout.lines.len()));
        y += SUM_ROW;
        canvas.line((LEFT, y), (RIGHT, y), THIN);
        self.total(canvas, y);
        y += TOTAL_ROW;
        canvas.line((LEFT, y), (RIGHT, y), THIN);
        self.remarks(canvas, (y, BOTTOM), page);
    }

    fn sums(&self, canvas: &mut Canvas<'_, '_>, top: Um, word: Word, (amount, tax): (Fixed<2>, Option<Fixed<2>>)) {
        let y = top + SUM_ROW / 2 + DROP;
        canvas.text((NAME.0 + NAME.1) / 2, y, aligned(BROWN, Align::Middle), &word.alone(self.language()));
        let tax = tax.map_or(UNTAXED.to_owned(), |tax| format!("¥{tax}"));
        for ((x, width), sum) in [(AMOUNT, format!("¥{amount}")), (TAX, tax)] {
            canvas.fitted(x, y, aligned(BLACK, Align::Right), &sum, width);
        }
    }

    fn total(&self, canvas: &mut Canvas<'_, '_>, top: Um) {
        let y = top + TOTAL_ROW / 2 + DROP;
        let (edge, figures) = (NAME.1 + 500, 150_000);
        let label = words::TOTAL.alone(self.language());
        canvas.fitted((LEFT + edge) / 2, y, aligned(BROWN, Align::Middle), &label, edge - LEFT - 2_000);
        canvas.line((edge, top), (edge, top + TOTAL_ROW), THIN);
        let capitals = format!("⊗{}", in_capitals(self.face.total));
        let big = Style::new(3_300, Ink::Black, Align::Left);
        canvas.fitted(edge + 4_000, y, big, &capitals, figures - edge - 6_000);
        canvas.labelled(
            figures,
            y,
            SIZE,
            words::FIGURES.chinese,
            &format!("¥{}", self.face.total),
            RIGHT - figures - 1_500,
        );
    }

    fn remarks(&self, canvas: &mut Canvas<'_, '_>, (top, bottom): (Um, Um), page: &Page) {
        self.strip(canvas, LEFT, (top, bottom), (words::REMARK.chinese, words::REMARK));
        for (line, nth) in self.layout.remarks[page.remarks.clone()].iter().zip(0..) {
            canvas.text(LEFT + STRIP + 2_000, top + 1_300 + nth * PITCH + PITCH / 2 + DROP, BLACK, line);
        }
    }

    fn people(&self, canvas: &mut Canvas<'_, '_>) {
        let named = [
            (words::PAYEE, &self.face.payee),
            (words::REVIEWER, &self.face.reviewer),
            (words::DRAWER, &self.face.drawer),
        ];
        let named = named.into_iter().filter_map(|(word, name)| name.as_deref().map(|name| (word, name)));
        for ((word, name), nth) in named.zip(0..) {
            canvas.labelled(16_000 + nth * 62_000, BOTTOM + 6_500, SIZE, &word.before(self.language()), name, 58_000);
        }
    }
}
