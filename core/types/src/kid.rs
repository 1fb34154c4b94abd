use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// A key's name: `member/key`, such as `supplier-1/dev`; the `kid` of a signature.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid {
    text: String,
    slash: usize,
}

/// A name of a member or a key: 1 to 64 of `a-z 0-9 - . _`, beginning with a letter or digit.
pub fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._".contains(&b))
        && text.as_bytes()[0].is_ascii_alphanumeric()
}

impl Kid {
    /// The key `key` of `member`; `None` if either is not a name (see [`is_name`]).
    pub fn new(member: &str, key: &str) -> Option<Self> {
        (is_name(member) && is_name(key)).then(|| Self { text: format!("{member}/{key}"), slash: member.len() })
    }

    /// The member whose key it is.
    pub fn member(&self) -> &str {
        &self.text[..self.slash]
    }

    /// The key's name within the member.
    pub fn key(&self) -> &str {
        &self.text[self.slash + 1..]
    }

    /// `member/key`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The text is not `member/key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected member/key, each of 1 to 64 characters a-z 0-9 - . _")]
pub struct NotAKid;

impl FromStr for Kid {
    type Err = NotAKid;

    fn from_str(text: &str) -> Result<Self, NotAKid> {
        let (member, key) = text.split_once('/').ok_or(NotAKid)?;
        Self::new(member, key).ok_or(NotAKid)
    }
}

impl fmt::Display for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Kid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Kid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Kid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
