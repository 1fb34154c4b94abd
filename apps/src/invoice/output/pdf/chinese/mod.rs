//! A Chinese invoice as the tax platform prints it.

mod layout;
mod page;
mod words;

pub use words::Language;

use super::{
    Pdf, Unprintable,
    archive::{About, modules},
};
use crate::invoice::{output::Face, text::NAME_MAX};
use layout::{Layout, PAGE};
use page::Sheet;

/// Prints a Chinese invoice as PDF/A-3 (ISO 19005-3, level U) with `xml` inside as `<number>.xml`, an alternative to the pages.
///
/// `qr` is what the QR code says: [`crate::invoice::output::tax_qr_text`] or [`crate::invoice::output::check_qr_text`].
pub fn pdf(face: &Face, language: Language, qr: &str, xml: &[u8]) -> Result<Pdf, Unprintable> {
    let qr = &modules(qr)?;
    for party in [&face.buyer, &face.seller] {
        let length = party.name.chars().count();
        if length > NAME_MAX {
            return Err(Unprintable::Name(length));
        }
    }
    let layout = &Layout::of(face, language);
    let sheet = Sheet { face, layout, qr };
    let about = About {
        title: format!("{} {}", face.title(), face.number),
        author: &face.seller.name,
        language: "zh-CN",
        time: (&face.requested, 8),
        size: PAGE,
        pages: layout.pages.len(),
        xml: (xml, format!("{}.xml", face.number)),
    };
    about.write(|canvas, at| sheet.draw(canvas, at))
}
