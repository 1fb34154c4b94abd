//! What UBL 2.1 allows inside what: names and how often.

use super::{
    NotUbl, Problem, Root,
    tree::{Element, Space},
    values::wrong_value,
};
use std::{collections::BTreeMap, sync::OnceLock};

/// A child that an aggregate may have.
pub struct Child {
    /// The namespace of its name.
    pub space: Space,
    /// The aggregate's type; nothing for what has no elements inside.
    pub aggregate: Option<&'static str>,
    /// Its place among the children.
    pub position: usize,
    many: bool,
}

type Content = BTreeMap<&'static str, BTreeMap<&'static str, Child>>;

fn content() -> &'static Content {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    CONTENT.get_or_init(|| include_str!("content.txt").lines().filter_map(line).collect())
}

fn line(line: &'static str) -> Option<(&'static str, BTreeMap<&'static str, Child>)> {
    let (name, children) = line.split_once(": ").filter(|_| !line.starts_with('#'))?;
    Some((name, children.split(' ').enumerate().map(child).collect()))
}

fn child((position, word): (usize, &'static str)) -> (&'static str, Child) {
    let plain = word.trim_end_matches(['?', '*', '+']);
    let many = word.ends_with(['*', '+']);
    if let Some(name) = plain.strip_prefix('.') {
        return (name, Child { space: Space::Basic, aggregate: None, position, many });
    }
    if let Some(name) = plain.strip_prefix('~') {
        return (name, Child { space: Space::Extension, aggregate: None, position, many });
    }
    let (name, aggregate) = plain.split_once('=').unwrap_or((plain, plain));
    (name, Child { space: Space::Aggregate, aggregate: Some(aggregate), position, many })
}

/// What UBL says of the element of a name inside an aggregate.
pub fn child_of(aggregate: &str, name: &str) -> Option<&'static Child> {
    content().get(aggregate)?.get(name)
}

/// Checks that every element stands where UBL 2.1 has it and not more often, and has a value of its type. Not their order, nor what is
/// missing but what tells an allowance from a charge: the rules of EN 16931 say what an invoice needs.
pub fn check(element: &Element, root: Root) -> Result<(), NotUbl> {
    inside(element, root.name(), &format!("/{}", root.name()))
}

fn inside(element: &Element, aggregate: &str, place: &str) -> Result<(), NotUbl> {
    let allowed = content().get(aggregate);
    if !element.text.trim_ascii().is_empty() {
        return Err(NotUbl::new(Problem::Unexpected, place, "text beside elements"));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for inner in &element.children {
        let known = allowed.and_then(|children| children.get(inner.name.as_str()));
        let Some(known) = known.filter(|known| known.space == inner.space) else {
            let detail = format!("UBL 2.1 has no {} here{}", inner.label(), namespace_hint(inner));
            return Err(NotUbl::new(Problem::Unexpected, place, detail));
        };
        let count = counts.entry(&inner.name).or_default();
        *count += 1;
        if *count > 1 && !known.many {
            let detail = format!("{} stands more than once", inner.label());
            return Err(NotUbl::new(Problem::Repeated, place, detail));
        }
        let nth = if known.many { format!("[{count}]") } else { String::new() };
        let place = format!("{place}/{}{nth}", inner.label());
        match known.aggregate {
            Some(aggregate) => inside(inner, aggregate, &place)?,
            // Extensions hold elements of any namespace.
            None if known.space == Space::Extension => {}
            None => leaf(inner, &place)?,
        }
    }
    if aggregate == "AllowanceCharge" && !counts.contains_key("ChargeIndicator") {
        return Err(NotUbl::new(Problem::Value, place, "cbc:ChargeIndicator is missing"));
    }
    Ok(())
}

fn leaf(element: &Element, place: &str) -> Result<(), NotUbl> {
    match element.children.first() {
        Some(inner) => Err(NotUbl::new(Problem::Unexpected, place, format!("{} stands inside a value", inner.label()))),
        None => wrong_value(element).map_or(Ok(()), |detail| Err(NotUbl::new(Problem::Value, place, detail))),
    }
}

fn namespace_hint(element: &Element) -> &'static str {
    match element.space {
        Space::Absent => ": it is in no namespace",
        Space::Other => ": its namespace is none of UBL's",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_there() {
        let content = content();
        assert_eq!(content.len(), 110);
        for (name, children) in content {
            for (child, known) in children {
                assert!(known.aggregate.is_none_or(|named| content.contains_key(named)), "{name}/{child}");
            }
        }
    }
}
