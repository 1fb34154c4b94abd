//! XML out: elements are put together in any order and printed in UBL's.

use super::{Root, children::child_of};
use crate::invoice::{decimal::Amount, en16931::Identifier};

/// An element of UBL that is being written.
pub(super) struct Node {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    /// An element without anything inside.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new(), text: String::new(), children: Vec::new() }
    }

    /// With its own text.
    pub(super) fn value(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// With an attribute, if there is one.
    pub(super) fn attribute(mut self, name: &'static str, value: Option<&str>) -> Self {
        self.attributes.extend(value.map(|value| (name, value.to_owned())));
        self
    }

    /// With elements inside.
    pub(super) fn with(mut self, children: impl IntoIterator<Item = Node>) -> Self {
        self.children.extend(children);
        self
    }

    /// With an element of text inside, if there is a text.
    pub(super) fn text(self, name: &'static str, text: Option<&String>) -> Self {
        self.with(text.map(|text| Self::new(name).value(text)))
    }

    /// With elements in one another, the innermost of them with a text, if there is one.
    pub(super) fn text_in(self, path: &[&'static str], text: Option<&String>) -> Self {
        self.with(text.and_then(|text| {
            let (name, outer) = path.split_last()?;
            Some(outer.iter().rev().fold(Self::new(name).value(text), |inner, name| Self::new(name).with([inner])))
        }))
    }

    /// With an identifier inside, if there is one.
    pub(super) fn identifier(self, name: &'static str, id: Option<&Identifier>) -> Self {
        self.with(id.map(|id| {
            let value = id.value.clone().unwrap_or_default();
            Self::new(name).attribute("schemeID", id.scheme.as_deref()).value(value)
        }))
    }

    /// With a number inside, if there is one, and the attribute that says what it counts.
    pub(super) fn number(
        self,
        name: &'static str,
        number: Option<&Amount>,
        attribute: &'static str,
        of: Option<&str>,
    ) -> Self {
        self.with(number.map(|number| Self::new(name).attribute(attribute, of).value(number.text())))
    }

    /// The whole document of which this is the root.
    pub(super) fn document(self, root: Root) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let common = "urn:oasis:names:specification:ubl:schema:xsd:Common";
        let attributes = [
            ("xmlns", root.namespace().to_owned()),
            ("xmlns:cac", format!("{common}AggregateComponents-2")),
            ("xmlns:cbc", format!("{common}BasicComponents-2")),
        ];
        Self { attributes: attributes.into(), ..self }.print("", Some(root.name()), 0, &mut out);
        out
    }

    fn print(mut self, prefix: &str, aggregate: Option<&str>, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        out.push_str(&format!("{indent}<{prefix}{}", self.name));
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", escaped(value, true)));
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push('>');
        if self.children.is_empty() {
            out.push_str(&escaped(&self.text, false));
        } else {
            out.push('\n');
            let known = |node: &Node| {
                let child = aggregate.and_then(|aggregate| child_of(aggregate, node.name));
                child.unwrap_or_else(|| panic!("UBL has no {} in {aggregate:?}", node.name))
            };
            self.children.sort_by_key(|node| known(node).position);
            for node in self.children {
                let child = known(&node);
                node.print(child.space.prefix(), child.aggregate, depth + 1, out);
            }
            out.push_str(&indent);
        }
        out.push_str(&format!("</{prefix}{}>\n", self.name));
    }
}

/// Text as XML has it. What XML 1.0 cannot hold becomes U+FFFD.
fn escaped(text: &str, attribute: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\t' | '\n' if attribute => out.push_str(&format!("&#{};", u32::from(c))),
            '\r' => out.push_str("&#13;"),
            c if super::tree::is_xml(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}
