//! What stands on which page.

use super::{Language, words};
use crate::invoice::{
    Contact,
    decimal::Fixed,
    output::{
        Colour, Face, Party,
        face::{Row, full_name, without_rate},
        pdf::typeface::{Typeface, Um},
    },
};
use std::ops::Range;

/// The page of the platform: 210 × 140 mm, half of A4.
pub const PAGE: (Um, Um) = (210_000, 140_000);
/// The frame.
pub const LEFT: Um = 5_000;
pub const RIGHT: Um = 205_000;
pub const TOP: Um = 26_000;
pub const BOTTOM: Um = 126_000;
/// Width of the strips at the left of the boxes, in which their names stand.
pub const STRIP: Um = 6_000;
/// Where the seller's box begins.
pub const MIDDLE: Um = 105_000;
/// Size of type.
pub const SIZE: Um = 2_950;
/// From a line of the table to the next.
pub const PITCH: Um = 3_900;
/// Heights of the rows that are of one line.
pub const SUM_ROW: Um = 5_500;
pub const TOTAL_ROW: Um = 7_500;

/// Between name and taxpayer id.
pub const PARTY_GAP: Um = 2_000;

const PARTY_MIN: Um = 20_000;
/// Sizes of type for names, the largest that leaves the height below.
const NAME_SIZES: [Um; 4] = [SIZE, 2_600, 2_300, 2_000];
const NAME_HEIGHT_MAX: Um = 22_000;
const REMARK_MIN: Um = 17_000;
/// Lines of remarks beside the totals; what is more gets pages of its own.
const REMARKS_MAX: usize = 7;
/// What is free above and below the lines of a box together.
const MARGIN: Um = 2_600;

/// A line of the table: of a row that is too long for one line there are several.
#[derive(Debug, Default)]
pub struct Line {
    pub name: String,
    pub specification: String,
    pub unit: String,
    /// On the first line of a row.
    pub figures: Option<Figures>,
}

/// What stands in the columns of numbers.
#[derive(Debug)]
pub struct Figures {
    pub quantity: String,
    pub price: String,
    pub rate: String,
    pub amount: Fixed<2>,
    /// Nothing where the law knows no rate.
    pub tax: Option<Fixed<2>>,
}

/// A page: lines of the table, then perhaps the totals with remarks; or remarks alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    pub lines: Range<usize>,
    pub totals: bool,
    pub remarks: Range<usize>,
}

/// The name of a buyer or seller, in lines.
pub struct Name {
    pub lines: Vec<String>,
    pub size: Um,
}

impl Name {
    fn of(name: &str, language: Language) -> Self {
        let label = Typeface::get().width(&words::NAME.before(language), SIZE);
        let width = MIDDLE - LEFT - STRIP - 3_000 - label;
        let set = |size| Self { lines: Typeface::get().wrap(name, size, width), size };
        let fits = NAME_SIZES.into_iter().map(set).find(|name| name.height() <= NAME_HEIGHT_MAX);
        fits.unwrap_or_else(|| set(NAME_SIZES[NAME_SIZES.len() - 1]))
    }

    /// From a line to the next.
    pub fn pitch(&self) -> Um {
        self.size * 4 / 3
    }

    pub fn height(&self) -> Um {
        PITCH.max(self.lines.len() as Um * self.pitch())
    }
}

/// An invoice in lines and pages.
pub struct Layout {
    pub language: Language,
    /// Of buyer and seller.
    pub names: [Name; 2],
    pub lines: Vec<Line>,
    pub remarks: Vec<String>,
    pub pages: Vec<Page>,
}

impl Layout {
    pub fn of(face: &Face, language: Language) -> Self {
        let names = [&face.buyer, &face.seller].map(|party| Name::of(&party.name, language));
        let lines = face.rows().iter().flat_map(lines_of).collect();
        let remarks = remarks(face, language);
        let mut layout = Self { language, names, lines, remarks, pages: Vec::new() };
        layout.pages = layout.paged();
        layout
    }

    /// Where the boxes of buyer and seller end and the table begins.
    pub fn table_top(&self) -> Um {
        let name = self.names.iter().map(Name::height).max().unwrap_or_default();
        TOP + PARTY_MIN.max(name + PARTY_GAP + PITCH + 2 * MARGIN)
    }

    /// Height of the words over the columns.
    pub fn head(&self) -> Um {
        match self.language {
            Language::Chinese => 6_000,
            Language::Bilingual => 9_500,
        }
    }

    /// Height of the box of remarks beside the totals.
    pub fn remark_box(&self) -> Um {
        let lines = self.remarks.len().min(REMARKS_MAX) as Um;
        REMARK_MIN.max(lines * PITCH + MARGIN)
    }

    /// Lines that have room in a height.
    fn room(height: Um) -> usize {
        usize::try_from(height / PITCH).unwrap_or_default()
    }

    fn paged(&self) -> Vec<Page> {
        let table = BOTTOM - self.table_top() - self.head();
        let totals = SUM_ROW + TOTAL_ROW + self.remark_box();
        let beside = self.remarks.len().min(REMARKS_MAX);
        let single = Self::room(table - totals);
        let (full, last) = (Self::room(table - SUM_ROW).max(1), Self::room(table - totals - SUM_ROW));
        let mut pages = Vec::new();
        let mut start = 0;
        // Every page of several has its subtotal, the last one too.
        if self.lines.len() > single {
            while self.lines.len() - start > last {
                let end = self.end_of_page(start, full);
                pages.push(Page { lines: start..end, totals: false, remarks: 0..0 });
                start = end;
            }
        }
        pages.push(Page { lines: start..self.lines.len(), totals: true, remarks: 0..beside });
        let alone = Self::room(BOTTOM - self.table_top() - MARGIN).max(1);
        let none = self.lines.len()..self.lines.len();
        pages.extend((beside..self.remarks.len()).step_by(alone).map(|from| Page {
            lines: none.clone(),
            totals: false,
            remarks: from..self.remarks.len().min(from + alone),
        }));
        pages
    }

    /// Where a page without totals ends: before a row rather than in it, and not so that nothing is left to stand over the totals.
    fn end_of_page(&self, start: usize, most: usize) -> usize {
        let limit = (start + most).min(self.lines.len() - 1);
        let row = (start + 1..=limit).rev().find(|at| self.lines[*at].figures.is_some());
        row.unwrap_or((start + most).min(self.lines.len()))
    }

    /// Sums of the rows that begin on some lines: amount, and tax if any of them has one.
    pub fn sums(&self, lines: Range<usize>) -> (Fixed<2>, Option<Fixed<2>>) {
        let figures = self.lines[lines].iter().filter_map(|line| line.figures.as_ref());
        let amount = figures.clone().fold(0_i64, |sum, figures| sum.saturating_add(figures.amount.0));
        let tax = figures.filter_map(|figures| figures.tax).reduce(|sum, tax| Fixed(sum.0.saturating_add(tax.0)));
        (Fixed(amount), tax)
    }
}

/// Edges of the table's columns of text: name, specification and unit.
pub const NAME: (Um, Um) = (6_000, 45_000);
pub const SPECIFICATION: (Um, Um) = (46_500, 68_000);
pub const UNIT: (Um, Um) = (69_000, 80_000);

fn lines_of(row: &Row<'_>) -> Vec<Line> {
    let item = row.item;
    let wrap = |text: &str, (left, right): (Um, Um)| Typeface::get().wrap(text, SIZE, right - left);
    let of_priced = |text: &Option<String>, column| match text {
        Some(text) if row.priced => wrap(text, column),
        _ => Vec::new(),
    };
    let mut name = wrap(&full_name(item), NAME).into_iter();
    let mut specification = of_priced(&item.specification, SPECIFICATION).into_iter();
    let mut unit = of_priced(&item.unit, UNIT).into_iter();
    let count = name.len().max(specification.len()).max(unit.len()).max(1);
    let mut figures = Some(Figures {
        quantity: item.quantity.filter(|_| row.priced).map(|quantity| quantity.trimmed()).unwrap_or_default(),
        price: item.price.filter(|_| row.priced).map(|price| price.trimmed()).unwrap_or_default(),
        rate: without_rate(item).map_or_else(|| percent(item.rate), str::to_owned),
        amount: row.amount,
        tax: without_rate(item).is_none().then_some(row.tax),
    });
    let line = |_| Line {
        name: name.next().unwrap_or_default(),
        specification: specification.next().unwrap_or_default(),
        unit: unit.next().unwrap_or_default(),
        figures: figures.take(),
    };
    (0..count).map(line).collect()
}

/// A rate as a percentage.
fn percent(rate: Fixed<4>) -> String {
    format!("{}%", Fixed::<2>(rate.0).trimmed())
}

/// Lines of the box of remarks: what a red letter takes back, addresses and banks, and the remark itself.
fn remarks(face: &Face, language: Language) -> Vec<String> {
    let mut texts = Vec::new();
    let said = face.remark.as_deref().unwrap_or_default();
    if let Colour::Red { blue, confirmation } = &face.colour {
        let form = confirmation.as_ref().map(|form| format!("  {}{form}", words::CONFIRMATION.before(language)));
        // The platform's own red letters have it in the remark already.
        if !said.contains(blue.as_str()) {
            texts.push(format!("{}{blue}{}", words::TAKES_BACK.before(language), form.unwrap_or_default()));
        }
    }
    for (side, party) in [(words::OF_BUYER, &face.buyer), (words::OF_SELLER, &face.seller)] {
        texts.extend(contact(party, side, language));
    }
    texts.push(said.to_owned());
    let width = RIGHT - LEFT - STRIP - 4_000;
    texts.iter().flat_map(|text| Typeface::get().wrap(text, SIZE, width)).collect()
}

fn contact(party: &Party, side: words::Word, language: Language) -> Option<String> {
    let Contact { address, telephone, bank, account, email: _ } = &party.contact;
    let parts: Vec<_> =
        [(words::ADDRESS, address), (words::TELEPHONE, telephone), (words::BANK, bank), (words::ACCOUNT, account)]
            .into_iter()
            .filter_map(|(word, text)| text.as_ref().map(|text| format!("{}{text}", word.before(language))))
            .collect();
    (!parts.is_empty()).then(|| format!("{}  {}", side.alone(language), parts.join("；")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::output::tests::{full_face, long_face};
    use proptest::prelude::*;

    #[test]
    fn invoices_of_a_few_lines_are_on_one_page() {
        for language in [Language::Chinese, Language::Bilingual] {
            assert_eq!(Layout::of(&full_face(), language).pages.len(), 1);
        }
        let pages = |count| Layout::of(&long_face(count), Language::Chinese).pages.len();
        assert_eq!((pages(4), pages(12), pages(100)), (1, 3, 16));
        let mut short = long_face(100);
        for item in &mut short.items {
            (item.name, item.specification) = ("螺丝".to_owned(), None);
        }
        assert_eq!(Layout::of(&short, Language::Chinese).pages.len(), 7);
    }

    proptest! {
        #[test]
        fn every_line_is_on_one_page_and_has_room_there(count in 1_usize..60, remark in 0_usize..1_000, bilingual: bool, name in 1_usize..300) {
            let mut face = long_face(count);
            face.remark = Some("字".repeat(remark));
            face.items[count / 2].name = "名".repeat(name);
            face.buyer.name = "买".repeat(name);
            let language = if bilingual { Language::Bilingual } else { Language::Chinese };
            let layout = Layout::of(&face, language);
            let lines: Vec<usize> = layout.pages.iter().flat_map(|page| page.lines.clone()).collect();
            prop_assert_eq!(lines, (0..layout.lines.len()).collect::<Vec<_>>());
            let remarks: Vec<usize> = layout.pages.iter().flat_map(|page| page.remarks.clone()).collect();
            prop_assert_eq!(remarks, (0..layout.remarks.len()).collect::<Vec<_>>());
            prop_assert_eq!(layout.pages.iter().filter(|page| page.totals).count(), 1);
            let several = layout.pages.iter().filter(|page| !page.lines.is_empty() || page.totals).count() > 1;
            for page in &layout.pages {
                let mut room = BOTTOM - layout.table_top();
                if !page.lines.is_empty() || page.totals {
                    room -= layout.head() + if several { SUM_ROW } else { 0 } + page.lines.len() as Um * PITCH;
                    room -= if page.totals { SUM_ROW + TOTAL_ROW + layout.remark_box() } else { 0 };
                } else {
                    room -= MARGIN + page.remarks.len() as Um * PITCH;
                }
                prop_assert!(room >= 0, "{:?} {}", page, room);
            }
            let sums = layout.pages.iter().map(|page| layout.sums(page.lines.clone()).0.0).sum::<i64>();
            prop_assert_eq!(sums, face.net.0);
        }
    }
}
