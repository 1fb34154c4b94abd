//! JSON as a tree: what a transaction asked for, gave back and told.

use super::{
    cell::{Cell, Extent, visible},
    texts::{Texts, filled},
};
use askama::Template;
use serde_json::Value;

/// Nodes of a tree that a page shows.
const NODES_MAX: usize = 2_000;

/// A value with its name, and what it holds.
#[derive(Template)]
#[template(path = "explorer/tree.html")]
pub struct Tree {
    t: &'static Texts,
    name: String,
    cell: Option<Cell>,
    children: Vec<Tree>,
    /// How many of its members are not shown.
    below: usize,
    /// How many of the members beside it are not shown, which is all that it says.
    left: usize,
    sealed: bool,
}

impl Tree {
    /// The members of a JSON text; the text itself where it is no JSON.
    pub fn of_text(t: &'static Texts, text: &str) -> Vec<Self> {
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Self::of(t, &value),
            Err(_) => Self::of(t, &Value::String(text.to_owned())),
        }
    }

    /// The members of an object or a list; one node without a name for anything else.
    pub fn of(t: &'static Texts, value: &Value) -> Vec<Self> {
        let mut budget = NODES_MAX;
        match value {
            Value::Null => Vec::new(),
            Value::Object(_) | Value::Array(_) => {
                let (mut children, left) = children(t, "", value, &mut budget);
                if left > 0 {
                    children.push(Self { left, ..Self::new(t, "") });
                }
                children
            }
            _ => vec![Self { cell: Some(Cell::of_json("", value, Extent::Whole)), ..Self::new(t, "") }],
        }
    }

    fn new(t: &'static Texts, name: &str) -> Self {
        Self { t, name: visible(name), cell: None, children: Vec::new(), below: 0, left: 0, sealed: name == "sealed" }
    }

    fn and_left(&self) -> String {
        filled(self.t.left_members, &[&self.left.to_string()])
    }

    fn and_below(&self) -> String {
        filled(self.t.left_members, &[&self.below.to_string()])
    }

    fn node(t: &'static Texts, name: &str, shown: &str, value: &Value, budget: &mut usize) -> Self {
        let mut node = Self { sealed: name == "sealed", ..Self::new(t, shown) };
        let holds = match value {
            Value::Object(members) => !members.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => false,
        };
        if holds {
            (node.children, node.below) = children(t, name, value, budget);
        } else {
            let extent = if node.sealed || is_cipher(name) { Extent::Brief } else { Extent::Whole };
            node.cell = Some(Cell::of_json(name, value, extent));
        }
        node
    }
}

/// As many of the members as the budget allows, and how many are left out.
fn children(t: &'static Texts, name: &str, value: &Value, budget: &mut usize) -> (Vec<Tree>, usize) {
    let mut nodes = Vec::new();
    let count = match value {
        Value::Object(members) => {
            for (member, value) in members {
                if *budget == 0 {
                    break;
                }
                *budget -= 1;
                nodes.push(Tree::node(t, member, member, value, budget));
            }
            members.len()
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if *budget == 0 {
                    break;
                }
                *budget -= 1;
                nodes.push(Tree::node(t, name, &at.to_string(), item, budget));
            }
            items.len()
        }
        _ => 0,
    };
    let left = count - nodes.len();
    (nodes, left)
}

/// Members that hold ciphertext: nobody reads more than their beginning.
fn is_cipher(name: &str) -> bool {
    ["ciphertext", "enc", "wrapped", "commitments", "commitment"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::language::Language;
    use serde_json::json;

    fn html(value: &Value) -> String {
        let trees = Tree::of(Texts::of(Language::English), value);
        trees.iter().map(|tree| tree.render().unwrap()).collect()
    }

    #[test]
    fn whatever_stands_in_json_is_text() {
        let text = html(&json!({"<b>": ["<script>alert(1)</script>", {"\u{202e}x": "\"'&"}]}));
        assert!(!text.contains("<script>") && !text.contains("<b>") && !text.contains('\u{202e}'), "{text}");
        assert!(text.contains("&#60;script&#62;alert(1)") && text.contains("⟨U+202E⟩x"), "{text}");
    }

    #[test]
    fn a_long_list_ends_with_how_many_are_left_out() {
        let legs: Vec<_> = (0..5_000).map(|at| json!({"to": at, "amount": "1"})).collect();
        let text = html(&json!({ "legs": legs }));
        assert!(text.matches("<li").count() <= NODES_MAX + 2, "{}", text.matches("<li").count());
        assert!(text.contains("more"), "{}", &text[text.len() - 200..]);
    }

    #[test]
    fn a_deep_value_is_shown_and_does_not_overflow() {
        let deep = (0..100).fold(json!("end"), |inner, _| json!([inner]));
        assert!(html(&deep).contains("end"));
    }
}
