use crate::{Client, Error, http::Request};
use counterfoil_types::Kid;
use serde_json::Value;

/// One of many documents that are posted at once.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// What its answer is to be called by, such as a file's name.
    pub name: &'a str,
    /// Its idempotency key: posted again, it is done once.
    pub id: &'a str,
    /// Its media type.
    pub content_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl Client {
    /// Posts up to 1,000 documents of together at most 8 MiB to a route of an application, each to be signed with a key that the
    /// node hosts. One answer each, in order: an object with `document`, `status`, and `output`, `waiting` or `problem`.
    pub fn post_many(&self, path: &str, documents: &[Document<'_>], kid: &Kid) -> Result<Vec<Value>, Error> {
        let boundary = format!("counterfoil-{:032x}", rand::random::<u128>());
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let body = multipart(&boundary, documents);
        let headers = vec![("counterfoil-key", kid.as_str())];
        let request = Request { path, body: Some((&content_type, &body)), headers, repeatable: true };
        let bytes = self.signed(&request)?;
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let answers: Result<Vec<Value>, _> = lines.map(serde_json::from_slice).collect();
        let answers = answers.map_err(|error| self.answer(&request, error.to_string()))?;
        if answers.len() != documents.len() {
            return Err(self.answer(&request, "there is not one answer a document"));
        }
        Ok(answers)
    }
}

/// The parts between boundaries (RFC 7578); quotes and line ends in names are percent-encoded as the WHATWG form does.
fn multipart(boundary: &str, documents: &[Document<'_>]) -> Vec<u8> {
    let escaped = |text: &str| text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let mut body = Vec::new();
    for document in documents {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            escaped(document.id),
            escaped(document.name),
            document.content_type
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(document.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}
