use crate::{Command, refusals::PlatformRefused};
use counterfoil_types::{Call, Refusal};
use serde_json::value::RawValue;

/// A friendly HTTP route of a module: POST to a command, or GET to a query. The node mounts it; `{names}` in the path become
/// members of the command or parameters of the query.
#[derive(Clone, Copy)]
pub struct Route {
    /// Such as `/v1/invoices/{id}`.
    pub path: &'static str,
    /// What it leads to.
    pub target: Target,
}

/// What a route leads to.
#[derive(Clone, Copy)]
pub enum Target {
    /// POST: a command, signed by a hosted key.
    Command {
        /// The command.
        name: &'static str,
        /// If it creates something (201): its path, with `{names}` of the output's members.
        location: Option<&'static str>,
        /// Content types taken besides JSON.
        converts: &'static [Convert],
    },
    /// GET: a query.
    Query {
        /// The query.
        name: &'static str,
    },
}

/// Reads another content type than JSON into a command.
#[derive(Clone, Copy)]
pub struct Convert {
    /// Such as `application/xml`.
    pub content_type: &'static str,
    /// What the bytes are, for the API's reader.
    pub summary: &'static str,
    /// Reads foreign bytes, strictly; see [`call`].
    pub convert: fn(&[u8]) -> Result<Call, Refusal>,
}

/// A call of a command, for those who convert or test.
pub fn call<C: Command>(command: &C) -> Call {
    Call::new(C::NAME, command)
}

impl Route {
    /// POST `path` runs the command `name`.
    pub const fn post(path: &'static str, name: &'static str) -> Self {
        Self { path, target: Target::Command { name, location: None, converts: &[] } }
    }

    /// GET `path` answers the query `name`.
    pub const fn get(path: &'static str, name: &'static str) -> Self {
        Self { path, target: Target::Query { name } }
    }

    /// The same, which creates what is then found at `location`.
    #[must_use]
    pub const fn creates(mut self, path: &'static str) -> Self {
        if let Target::Command { location, .. } = &mut self.target {
            *location = Some(path);
        }
        self
    }

    /// The same, which takes further content types.
    #[must_use]
    pub const fn takes(mut self, more: &'static [Convert]) -> Self {
        if let Target::Command { converts, .. } = &mut self.target {
            *converts = more;
        }
        self
    }

    /// `POST` or `GET`.
    pub fn method(&self) -> &'static str {
        match self.target {
            Target::Command { .. } => "POST",
            Target::Query { .. } => "GET",
        }
    }

    /// The names in the path.
    pub fn path_names(&self) -> Vec<&'static str> {
        names(self.path)
    }

    /// What a POST asks for: the body by its content type (JSON if none is given), with the values of the path as members
    /// (texts, as they are after decoding).
    ///
    /// # Panics
    /// On a route to a query.
    pub fn call(&self, content_type: Option<&str>, path: &[(&str, &str)], body: &[u8]) -> Result<Call, Refusal> {
        let Target::Command { name, converts, .. } = self.target else {
            panic!("{} is not a route to a command", self.path)
        };
        let essence = content_type.unwrap_or("application/json").split(';').next().unwrap_or_default();
        let essence = essence.trim().to_ascii_lowercase();
        if essence == "application/json" {
            return Ok(Call { r#do: name.to_owned(), with: json(path, body)? });
        }
        match converts.iter().find(|convert| convert.content_type == essence) {
            Some(convert) => (convert.convert)(body),
            None => {
                let more = converts.iter().map(|convert| format!(", {}", convert.content_type));
                let taken = format!("application/json{}", more.collect::<String>());
                Err(PlatformRefused::ContentType { found: essence, taken }.into())
            }
        }
    }

    /// Where to find what a command created: the declared location with the output's members filled in.
    pub fn location(&self, output: &serde_json::Value) -> Option<String> {
        let Target::Command { location: Some(template), .. } = self.target else { return None };
        let mut location = template.to_owned();
        for name in names(template) {
            let text = match output.get(name)? {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            location = location.replace(&format!("{{{name}}}"), &segment(&text));
        }
        Some(location)
    }
}

/// A text as one segment of a path (RFC 3986 §2.3): all but unreserved characters are escaped.
fn segment(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// The names in braces of a path.
pub(crate) fn names(path: &'static str) -> Vec<&'static str> {
    path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

/// A body with the values of the path as its first members. They are put in as text, so that a body that names one of them too is
/// refused as a duplicate.
fn json(path: &[(&str, &str)], body: &[u8]) -> Result<Box<RawValue>, Refusal> {
    let malformed = |reason: String| PlatformRefused::Malformed { pointer: String::new(), reason }.into();
    let body = std::str::from_utf8(body).map_err(|error| malformed(format!("not UTF-8: {error}")))?.trim_ascii();
    let body = if body.is_empty() && !path.is_empty() { "{}" } else { body };
    let raw: Box<RawValue> = serde_json::from_str(body).map_err(|error| malformed(error.to_string()))?;
    let Some(inside) = raw.get().strip_prefix('{') else {
        return Err(malformed("expected a JSON object".to_owned()));
    };
    if path.is_empty() {
        return Ok(raw);
    }
    let text = |text: &str| serde_json::to_string(text).expect("a text serialises");
    let members: Vec<_> = path.iter().map(|(name, value)| format!("{}:{}", text(name), text(value))).collect();
    let comma = if inside.trim_ascii_start() == "}" { "" } else { "," };
    let joined = format!("{{{}{comma}{inside}", members.join(","));
    Ok(RawValue::from_string(joined).expect("members put before those of an object"))
}
