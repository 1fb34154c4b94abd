use super::{
    canvas::{Canvas, points},
    typeface::Um,
};
use crate::invoice::{
    date::{is_date, is_time},
    output::qr::Modules,
    text::NAME_MAX,
};
use krilla::{
    Document, SerializeSettings,
    configure::{Archival, ConfigurationBuilder},
    embed::{AssociationKind, EmbeddedFile, MimeType},
    metadata::{DateTime, Metadata},
    page::PageSettings,
};
use std::{collections::BTreeSet, fmt::Debug};

/// A printed invoice.
#[derive(Debug, Clone)]
pub struct Pdf {
    /// The document.
    pub bytes: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// Characters that the font lacks: printed as 〓, right when copied and in the XML.
    pub missing: BTreeSet<char>,
}

/// Why an invoice cannot be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unprintable {
    /// The text of the QR code is longer than such a code can be.
    #[error("the QR code cannot hold {0} bytes")]
    Qr(usize),
    /// The invoice has no time to date the document by.
    #[error("{0:?} is no day YYYY-MM-DD, with or without a time HH:MM:SS")]
    Time(String),
    /// The name of buyer or seller is longer than any on an invoice.
    #[error("a name of {0} characters, at most {NAME_MAX} are printed")]
    Name(usize),
    /// PDF/A does not allow something in the document.
    #[error("not a document of PDF/A-3: {0}")]
    Archive(String),
}

/// The modules of a QR code that stands on a page.
pub fn modules(text: &str) -> Result<Modules, Unprintable> {
    Modules::of(text).ok_or(Unprintable::Qr(text.len()))
}

/// What a document is, beside its pages.
pub struct About<'a> {
    pub title: String,
    pub author: &'a str,
    /// Language of its pages (BCP 47).
    pub language: &'a str,
    /// Day or second that it is of, and the hours that it is ahead of UTC.
    pub time: (&'a str, i8),
    /// Width and height of its pages.
    pub size: (Um, Um),
    pub pages: usize,
    /// The XML that the pages show, and its name.
    pub xml: (&'a [u8], String),
}

impl About<'_> {
    /// The document as PDF/A-3 (ISO 19005-3, level U), its pages drawn by `draw` and counted from nought.
    pub fn write(self, draw: impl Fn(&mut Canvas<'_, '_>, usize)) -> Result<Pdf, Unprintable> {
        let time = time(self.time).ok_or_else(|| Unprintable::Time(self.time.0.to_owned()))?;
        let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_U).finish();
        let configuration = configuration.map_err(refused)?;
        let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
        let mut missing = BTreeSet::new();
        for at in 0..self.pages {
            let settings = PageSettings::from_wh(points(self.size.0), points(self.size.1)).expect("a page has a size");
            let mut page = document.start_page_with(settings);
            draw(&mut Canvas { surface: page.surface(), missing: &mut missing }, at);
        }
        let attached = document.embed_file(EmbeddedFile {
            path: self.xml.1,
            mime_type: MimeType::new("text/xml"),
            description: Some(format!("{} XML", self.title)),
            association_kind: AssociationKind::Alternative,
            data: self.xml.0.to_vec().into(),
            modification_date: Some(time),
            compress: Some(true),
            location: None,
        });
        attached.expect("the first file of a document has a name of its own");
        let metadata = Metadata::new()
            .document_id(self.title.clone())
            .title(self.title)
            .authors(vec![self.author.to_owned()])
            .creator("Counterfoil".to_owned())
            .language(self.language.to_owned())
            .creation_date(time);
        document.set_metadata(metadata);
        Ok(Pdf { bytes: document.finish().map_err(refused)?, pages: self.pages, missing })
    }
}

fn refused(error: impl Debug) -> Unprintable {
    Unprintable::Archive(format!("{error:?}"))
}

fn time((text, ahead): (&str, i8)) -> Option<DateTime> {
    if !is_date(text) && !is_time(text) {
        return None;
    }
    let part = |from: usize| text.get(from..from + 2)?.parse::<u8>().ok();
    let day = DateTime::new(text.get(..4)?.parse().ok()?).month(part(5)?).day(part(8)?);
    let second = day.hour(part(11).unwrap_or(0)).minute(part(14).unwrap_or(0)).second(part(17).unwrap_or(0));
    Some(second.utc_offset_hour(ahead).utc_offset_minute(0))
}
