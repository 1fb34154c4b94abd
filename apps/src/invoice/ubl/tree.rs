//! XML into a small tree of elements, within limits.

use super::{NotUbl, Problem};
use quick_xml::{
    NsReader, XmlVersion,
    events::{BytesDecl, BytesRef, BytesStart, Event},
    name::{Namespace, PrefixDeclaration, ResolveResult},
};

/// Bytes of a document.
pub const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Elements within elements.
pub const DEPTH_MAX: usize = 64;
/// Elements of a document.
pub const ELEMENTS_MAX: usize = 200_000;
/// Attributes of one element.
const ATTRIBUTES_MAX: usize = 64;

/// The namespaces that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// `urn:oasis:names:specification:ubl:schema:xsd:Invoice-2`.
    Invoice,
    /// `…:CreditNote-2`.
    CreditNote,
    /// `…:CommonAggregateComponents-2`, usually `cac`.
    Aggregate,
    /// `…:CommonBasicComponents-2`, usually `cbc`.
    Basic,
    /// `…:CommonExtensionComponents-2`, usually `ext`.
    Extension,
    /// Any other.
    Other,
    /// None at all.
    Absent,
}

impl Space {
    fn of(name: &str) -> Self {
        match name.strip_prefix("urn:oasis:names:specification:ubl:schema:xsd:") {
            Some("Invoice-2") => Self::Invoice,
            Some("CreditNote-2") => Self::CreditNote,
            Some("CommonAggregateComponents-2") => Self::Aggregate,
            Some("CommonBasicComponents-2") => Self::Basic,
            Some("CommonExtensionComponents-2") => Self::Extension,
            _ => Self::Other,
        }
    }

    /// The prefix by which places are told.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Aggregate => "cac:",
            Self::Basic => "cbc:",
            Self::Extension => "ext:",
            Self::Other => "?:",
            Self::Invoice | Self::CreditNote | Self::Absent => "",
        }
    }
}

/// An element with what is in it.
#[derive(Debug)]
pub struct Element {
    pub space: Space,
    pub name: String,
    /// Attributes without a namespace.
    pub attributes: Vec<(String, String)>,
    /// Its own character data, joined.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// An attribute's value.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Name with prefix, for people.
    pub fn label(&self) -> String {
        format!("{}{}", self.space.prefix(), self.name)
    }
}

/// Reads a whole document.
pub fn parse(bytes: &[u8]) -> Result<Element, NotUbl> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let detail = format!("{} bytes, at most {DOCUMENT_BYTES_MAX} are taken", bytes.len());
        return Err(NotUbl::new(Problem::Limit, "", detail));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        NotUbl::new(Problem::Encoding, "", format!("not UTF-8: byte {} is wrong", error.valid_up_to()))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(at) = text.chars().position(|c| !is_xml(c)) {
        return Err(NotUbl::new(Problem::Malformed, "", format!("character {at} may not stand in XML 1.0")));
    }
    Builder::default().build(text)
}

/// Characters of XML 1.0, §2.2.
pub fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Names without a colon (Namespaces in XML 1.0, §3), by the ranges of XML 1.0, §2.3.
fn is_name(text: &str) -> bool {
    let start = |c: char| {
        matches!(c, 'A'..='Z' | 'a'..='z' | '_' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
            | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
            | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
            | '\u{10000}'..='\u{effff}')
    };
    let rest = |c: char| {
        start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
    };
    text.starts_with(start) && text.chars().all(rest)
}

#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
    begun: bool,
}

impl Builder {
    fn build(mut self, text: &str) -> Result<Element, NotUbl> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().enable_all_checks(true);
        loop {
            let (space, event) = match reader.read_resolved_event() {
                Ok((resolved, event)) => (space_of(&resolved), event),
                Err(error) => return Err(self.malformed(format!("not well-formed XML: {error}"))),
            };
            let first = !std::mem::replace(&mut self.begun, true);
            match event {
                Event::Start(start) => {
                    let element = self.element(&reader, space, &start)?;
                    self.open.push(element);
                }
                Event::Empty(start) => {
                    let element = self.element(&reader, space, &start)?;
                    self.close(element)?;
                }
                Event::End(_) => match self.open.pop() {
                    Some(element) => self.close(element)?,
                    None => return Err(self.malformed("an end tag without its start")),
                },
                Event::Text(text) => self.characters(&text.xml10_content(), false)?,
                Event::CData(text) => self.characters(&text.xml10_content(), true)?,
                Event::GeneralRef(reference) => self.reference(&reference)?,
                Event::Decl(declaration) => self.declaration(&declaration, first)?,
                Event::DocType(_) => {
                    return Err(self.refuse(Problem::Entity, "a document type declaration (DOCTYPE) is not taken"));
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if let Some(open) = self.open.last() {
            let detail = format!("the document ends before </{}>", open.label());
            return Err(self.malformed(detail));
        }
        self.root.take().ok_or_else(|| NotUbl::new(Problem::Malformed, "", "there is no element"))
    }

    fn element(
        &mut self,
        reader: &NsReader<&[u8]>,
        space: Option<Space>,
        start: &BytesStart,
    ) -> Result<Element, NotUbl> {
        if self.root.is_some() {
            return Err(self.malformed("a second root element"));
        }
        self.elements += 1;
        if self.open.len() >= DEPTH_MAX {
            return Err(self.refuse(Problem::Limit, format!("elements are nested deeper than {DEPTH_MAX}")));
        }
        if self.elements > ELEMENTS_MAX {
            return Err(self.refuse(Problem::Limit, format!("more than {ELEMENTS_MAX} elements")));
        }
        let name = start.local_name().into_inner().to_owned();
        let well_named = is_name(&name) && start.name().prefix().is_none_or(|prefix| is_name(prefix.as_ref()));
        if !well_named {
            return Err(self.malformed(format!("{:?} is not a name", start.name().0)));
        }
        let Some(space) = space else {
            return Err(self.malformed(format!("the prefix of {} is not declared", start.name().0)));
        };
        let attributes = self.attributes(reader, start)?;
        Ok(Element { space, name, attributes, text: String::new(), children: Vec::new() })
    }

    fn attributes(&self, reader: &NsReader<&[u8]>, start: &BytesStart) -> Result<Vec<(String, String)>, NotUbl> {
        let mut kept = Vec::new();
        for (count, attribute) in start.attributes().enumerate() {
            if count >= ATTRIBUTES_MAX {
                return Err(self.refuse(Problem::Limit, format!("more than {ATTRIBUTES_MAX} attributes")));
            }
            let attribute = attribute.map_err(|error| self.malformed(format!("an attribute is wrong: {error}")))?;
            let name = attribute.key;
            if attribute.value.contains('<') {
                return Err(self.malformed(format!("attribute {} holds a <", name.0)));
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| match error {
                quick_xml::Error::Escape(error) => {
                    self.refuse(Problem::Entity, format!("attribute {}: {error}", name.0))
                }
                error => self.malformed(format!("attribute {}: {error}", name.0)),
            })?;
            if value.chars().any(|c| !is_xml(c)) {
                return Err(self.malformed(format!("attribute {} holds a character that XML forbids", name.0)));
            }
            if let Some(declaration) = name.as_namespace_binding() {
                if let PrefixDeclaration::Named(prefix) = declaration
                    && !is_name(prefix)
                {
                    return Err(self.malformed(format!("{prefix:?} is not a prefix")));
                }
                continue;
            }
            let (resolved, local) = reader.resolver().resolve_attribute(name);
            match resolved {
                ResolveResult::Unknown(prefix) => {
                    return Err(self.malformed(format!("the prefix {prefix} of an attribute is not declared")));
                }
                ResolveResult::Bound(_) => {}
                ResolveResult::Unbound if !is_name(local.as_ref()) => {
                    return Err(self.malformed(format!("{:?} is not an attribute's name", name.0)));
                }
                ResolveResult::Unbound => kept.push((local.as_ref().to_owned(), value.into_owned())),
            }
        }
        Ok(kept)
    }

    fn close(&mut self, element: Element) -> Result<(), NotUbl> {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn characters(&mut self, text: &str, literal: bool) -> Result<(), NotUbl> {
        let blank = text.bytes().all(|byte| b" \t\r\n".contains(&byte));
        if !literal && text.contains("]]>") {
            return Err(self.malformed("]]> stands in text"));
        }
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if blank && !literal => {}
            None => return Err(self.malformed("text outside the root element")),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef) -> Result<(), NotUbl> {
        let name: &str = reference;
        let character = match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "apos" => '\'',
            "quot" => '"',
            _ if reference.is_char_ref() => match reference.resolve_char_ref() {
                Ok(Some(character)) if is_xml(character) => character,
                _ => return Err(self.malformed(format!("&{name}; is no character of XML"))),
            },
            _ => return Err(self.refuse(Problem::Entity, format!("the entity &{name}; is not one of XML's own five"))),
        };
        match self.open.last_mut() {
            Some(element) => element.text.push(character),
            None => return Err(self.malformed("text outside the root element")),
        }
        Ok(())
    }

    fn declaration(&self, declaration: &BytesDecl, first: bool) -> Result<(), NotUbl> {
        if !first {
            return Err(self.malformed("an XML declaration that is not at the beginning"));
        }
        match declaration.version() {
            Ok(version) if version == "1.0" => {}
            _ => return Err(self.malformed("only XML 1.0 is taken")),
        }
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("UTF-8") => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("US-ASCII") => Ok(()),
            Some(Ok(encoding)) => {
                Err(NotUbl::new(Problem::Encoding, "", format!("only UTF-8 is taken, this says {encoding:?}")))
            }
            Some(Err(error)) => Err(self.malformed(format!("the XML declaration is wrong: {error}"))),
        }
    }

    fn malformed(&self, detail: impl Into<String>) -> NotUbl {
        self.refuse(Problem::Malformed, detail)
    }

    fn refuse(&self, problem: Problem, detail: impl Into<String>) -> NotUbl {
        let place = self.open.iter().fold(String::new(), |path, element| format!("{path}/{}", element.label()));
        NotUbl::new(problem, place, detail)
    }
}

/// `None` for a prefix that was not declared.
fn space_of(resolved: &ResolveResult) -> Option<Space> {
    match resolved {
        ResolveResult::Bound(Namespace(name)) => Some(Space::of(name)),
        ResolveResult::Unbound => Some(Space::Absent),
        ResolveResult::Unknown(_) => None,
    }
}
