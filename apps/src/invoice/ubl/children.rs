//! What UBL 2.1 allows inside what: names and how often.

use super::{
    NotUbl, Problem,
    tree::{Element, Space},
};
use std::{collections::BTreeMap, sync::OnceLock};

/// A child that an aggregate may have.
struct Child {
    space: Space,
    /// The aggregate's type; nothing for what has no elements inside.
    aggregate: Option<&'static str>,
    many: bool,
}

type Content = BTreeMap<&'static str, BTreeMap<&'static str, Child>>;

fn content() -> &'static Content {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    CONTENT.get_or_init(|| include_str!("content.txt").lines().filter_map(line).collect())
}

fn line(line: &'static str) -> Option<(&'static str, BTreeMap<&'static str, Child>)> {
    let (name, children) = line.split_once(": ").filter(|_| !line.starts_with('#'))?;
    Some((name, children.split(' ').map(child).collect()))
}

fn child(word: &'static str) -> (&'static str, Child) {
    let plain = word.trim_end_matches(['?', '*', '+']);
    let many = word.ends_with(['*', '+']);
    if let Some(name) = plain.strip_prefix('.') {
        return (name, Child { space: Space::Basic, aggregate: None, many });
    }
    if let Some(name) = plain.strip_prefix('~') {
        return (name, Child { space: Space::Extension, aggregate: None, many });
    }
    let (name, aggregate) = plain.split_once('=').unwrap_or((plain, plain));
    (name, Child { space: Space::Aggregate, aggregate: Some(aggregate), many })
}

/// Checks that every element stands where UBL 2.1 has it and not more often. Not their order, nor what is missing: the rules of
/// EN 16931 say what an invoice needs.
pub fn check(root: &Element) -> Result<(), NotUbl> {
    inside(root, "Invoice", &format!("/{}", root.label()))
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
    Ok(())
}

fn leaf(element: &Element, place: &str) -> Result<(), NotUbl> {
    match element.children.first() {
        Some(inner) => Err(NotUbl::new(Problem::Unexpected, place, format!("{} stands inside a value", inner.label()))),
        None => Ok(()),
    }
}

fn namespace_hint(element: &Element) -> &'static str {
    match element.space {
        Space::Absent => ": it is in no namespace",
        Space::Other => ": its namespace is none of UBL's",
        _ => "",
    }
}

/// The place of an element that is somewhere below `root`.
pub fn place_of(root: &Element, target: &Element) -> String {
    let mut steps = path_to(root, target).unwrap_or_default();
    steps.push(root.label());
    steps.iter().rev().fold(String::new(), |path, step| format!("{path}/{step}"))
}

/// The steps from an element to one below it, the last first.
fn path_to(element: &Element, target: &Element) -> Option<Vec<String>> {
    if std::ptr::eq(element, target) {
        return Some(Vec::new());
    }
    let found = |(at, inner)| path_to(inner, target).map(|path| (at, path));
    let (at, mut path) = element.children.iter().enumerate().find_map(found)?;
    let inner = &element.children[at];
    let same = |other: &&Element| other.name == inner.name && other.space == inner.space;
    let nth = element.children[..=at].iter().filter(same).count();
    let twins = element.children.iter().filter(same).count() > 1;
    path.push(if twins { format!("{}[{nth}]", inner.label()) } else { inner.label() });
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_there() {
        let content = content();
        assert_eq!(content.len(), 107);
        for (name, children) in content {
            for (child, known) in children {
                assert!(known.aggregate.is_none_or(|named| content.contains_key(named)), "{name}/{child}");
            }
        }
    }
}
