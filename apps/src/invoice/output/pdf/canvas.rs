use super::typeface::{Typeface, Um};
use crate::invoice::output::qr::Modules;
use krilla::{
    color::rgb,
    geom::{Path, PathBuilder, Point, Rect, Transform},
    paint::{Fill, Stroke},
    surface::Surface,
    text::{GlyphId, KrillaGlyph},
};
use std::collections::BTreeSet;

/// Points of PDF in a length.
pub fn points(length: Um) -> f32 {
    length as f32 * 72.0 / 25_400.0
}

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Middle,
    Right,
}

/// A colour of printing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Of what is filled in.
    Black,
    /// Of the form: red-brown, as the platform prints it.
    Brown,
}

impl Ink {
    fn colour(self) -> rgb::Color {
        match self {
            Self::Black => rgb::Color::black(),
            Self::Brown => rgb::Color::new(128, 0, 0),
        }
    }

    fn fill(self) -> Fill {
        Fill { paint: self.colour().into(), ..Fill::default() }
    }
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub size: Um,
    pub ink: Ink,
    pub align: Align,
}

impl Style {
    pub const fn new(size: Um, ink: Ink, align: Align) -> Self {
        Self { size, ink, align }
    }
}

/// A page to draw on, in micrometres from its upper left corner.
pub struct Canvas<'a, 'b> {
    pub surface: Surface<'a>,
    /// Characters that the font lacks.
    pub missing: &'b mut BTreeSet<char>,
}

impl Canvas<'_, '_> {
    /// A text on one line; `y` is its base line.
    pub fn text(&mut self, x: Um, y: Um, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        let face = Typeface::get();
        let x = match style.align {
            Align::Left => x,
            Align::Middle => x - face.width(text, style.size) / 2,
            Align::Right => x - face.width(text, style.size),
        };
        let glyphs: Vec<_> = text
            .char_indices()
            .map(|(at, c)| {
                let glyph = face.glyph(c);
                if glyph.missing {
                    self.missing.insert(c);
                }
                let advance = glyph.advance as f32 / 65_536.0;
                let id = GlyphId::new(glyph.id.to_u32());
                KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
            })
            .collect();
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(style.ink.fill()));
        let start = Point::from_xy(points(x), points(y));
        self.surface.draw_glyphs(start, &glyphs, face.font.clone(), text, points(style.size), false);
    }

    /// A text on one line, smaller if it would be wider than `width`.
    pub fn fitted(&mut self, x: Um, y: Um, style: Style, text: &str, width: Um) {
        let wide = Typeface::get().width(text, style.size);
        let size =
            if wide > width { (i64::from(style.size) * i64::from(width) / i64::from(wide)) as Um } else { style.size };
        self.text(x, y, Style { size, ..style }, text);
    }

    /// A label and behind it what is filled in, at the left.
    pub fn labelled(&mut self, x: Um, y: Um, size: Um, label: &str, text: &str, width: Um) {
        let wide = Typeface::get().width(label, size);
        self.text(x, y, Style::new(size, Ink::Brown, Align::Left), label);
        self.fitted(x + wide, y, Style::new(size, Ink::Black, Align::Left), text, width - wide);
    }

    /// A label from top to bottom in a strip.
    pub fn upright(&mut self, x: Um, (top, bottom): (Um, Um), style: Style, text: &str) {
        let count = text.chars().count() as Um;
        let pitch = ((bottom - top) / count.max(1)).min(style.size * 5 / 4);
        let first = (top + bottom - pitch * count) / 2 + pitch * 4 / 5;
        for (at, c) in text.chars().enumerate() {
            self.text(x, first + pitch * at as Um, Style { align: Align::Middle, ..style }, c.encode_utf8(&mut [0; 4]));
        }
    }

    /// A text turned by a quarter, from bottom to top, in a strip.
    pub fn turned(&mut self, x: Um, (top, bottom): (Um, Um), style: Style, text: &str) {
        let (at, middle) = (points(x), points((top + bottom) / 2));
        self.surface.push_transform(&Transform::from_row(0.0, -1.0, 1.0, 0.0, at, middle));
        self.fitted(0, 0, Style { align: Align::Middle, ..style }, text, bottom - top);
        self.surface.pop();
    }

    /// A line of the form.
    pub fn line(&mut self, from: (Um, Um), to: (Um, Um), thick: Um) {
        let mut path = PathBuilder::new();
        path.move_to(points(from.0), points(from.1));
        path.line_to(points(to.0), points(to.1));
        self.stroke(path.finish(), thick);
    }

    /// A frame of the form.
    pub fn frame(&mut self, (left, top): (Um, Um), (right, bottom): (Um, Um), thick: Um) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_ltrb(points(left), points(top), points(right), points(bottom)) {
            path.push_rect(rect);
        }
        self.stroke(path.finish(), thick);
    }

    fn stroke(&mut self, path: Option<Path>, thick: Um) {
        let Some(path) = path else { return };
        self.surface.set_fill(None);
        let stroke = Stroke { paint: Ink::Brown.colour().into(), width: points(thick), ..Stroke::default() };
        self.surface.set_stroke(Some(stroke));
        self.surface.draw_path(&path);
    }

    /// A QR code in a square.
    pub fn modules(&mut self, modules: &Modules, (left, top): (Um, Um), side: Um) {
        let mut path = PathBuilder::new();
        // Whole micrometres at both ends, so that no seam is left between rows.
        let at = |module: i32| side * module / modules.side();
        for (x, y, length) in modules.runs() {
            let (from, to) = ((left + at(x), top + at(y)), (left + at(x + length), top + at(y + 1)));
            if let Some(rect) = Rect::from_ltrb(points(from.0), points(from.1), points(to.0), points(to.1)) {
                path.push_rect(rect);
            }
        }
        let Some(path) = path.finish() else { return };
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Ink::Black.fill()));
        self.surface.draw_path(&path);
    }
}
