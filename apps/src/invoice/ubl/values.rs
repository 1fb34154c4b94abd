//! Values of elements.

use super::tree::Element;
use crate::invoice::{
    date::is_date,
    decimal::{Amount, Decimal},
    en16931::Identifier,
};

impl Element {
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.first(name))
    }

    /// Every element that a path of names leads to.
    pub(super) fn every<'a>(&'a self, path: &'a [&'a str]) -> Vec<&'a Element> {
        path.iter().fold(vec![self], |found, name| found.into_iter().flat_map(|element| element.all(name)).collect())
    }

    /// Itself and every element inside, in the order of the document.
    pub(super) fn descendants(&self) -> Vec<&Element> {
        let mut found = vec![self];
        for child in &self.children {
            found.extend(child.descendants());
        }
        found
    }

    pub(super) fn own_text(&self) -> String {
        self.text.trim().to_owned()
    }

    pub(super) fn text_at(&self, path: &[&str]) -> Option<String> {
        self.at(path).map(Element::own_text)
    }

    pub(super) fn identifier_at(&self, path: &[&str]) -> Option<Identifier> {
        self.at(path).map(Element::identifier)
    }

    pub(super) fn identifier(&self) -> Identifier {
        Identifier { value: Some(self.own_text()), scheme: self.attribute("schemeID").map(str::to_owned) }
    }

    /// A number, if there is one.
    pub(super) fn amount(&self, name: &str) -> Option<Amount> {
        Amount::parse(&self.first(name)?.text).ok()
    }

    /// A date without its time zone; what is no date as it stands.
    pub(super) fn date(&self, name: &str) -> Option<String> {
        let text = self.first(name)?.own_text();
        Some(day(&text).map_or(text.clone(), str::to_owned))
    }

    /// An `xs:boolean`.
    pub(super) fn is_true(&self) -> Option<bool> {
        match self.text.trim() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// Whether an allowance or charge is a charge.
    pub(super) fn is_charge(&self) -> bool {
        self.first("ChargeIndicator").and_then(Element::is_true) == Some(true)
    }

    /// Whether a category or registration is one of VAT.
    pub(super) fn is_vat(&self) -> bool {
        self.at(&["TaxScheme", "ID"]).is_some_and(|id| id.text.trim().eq_ignore_ascii_case("VAT"))
    }
}

/// The day of an `xs:date`, if it is one.
fn day(text: &str) -> Option<&str> {
    let (day, zone) = text.split_at_checked(10)?;
    (is_date(day) && is_zone(zone)).then_some(day)
}

/// What is wrong with a value: its type is told by the end of its name (UBL Naming and Design Rules).
pub(super) fn wrong_value(element: &Element) -> Option<String> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| element.name.ends_with(ending));
    if ends(&["Amount", "Numeric", "Percent", "Quantity"]) {
        Decimal::parse(&element.text).err().map(|error| format!("{:?}: {error}", element.own_text()))
    } else if ends(&["Date"]) && day(element.text.trim()).is_none() {
        Some(format!("{:?} is not a date YYYY-MM-DD", element.own_text()))
    } else if ends(&["Indicator"]) && element.is_true().is_none() {
        Some(format!("{:?} is neither true nor false", element.own_text()))
    } else {
        None
    }
}

/// Time zone of an `xs:date`: none, `Z` or an offset.
fn is_zone(text: &str) -> bool {
    match text.as_bytes() {
        [] | b"Z" => true,
        [b'+' | b'-', hours @ .., b':', m, n] => hours.len() == 2 && hours.iter().chain([m, n]).all(u8::is_ascii_digit),
        _ => false,
    }
}
