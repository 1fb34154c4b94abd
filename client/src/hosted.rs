use crate::{Client, Error, http::Request};
use counterfoil_types::Kid;
use serde::Serialize;

impl Client {
    /// Has the node sign and do `command` with a key that it hosts; the command's output with its receipt.
    /// [`Error::Waiting`] if it needs more signatures.
    ///
    /// Without an idempotency key a request whose connection broke is not sent again: whether it was done is then not known.
    ///
    /// # Panics
    /// If `with` does not serialise to JSON, which is a bug of its type.
    pub fn call(
        &self,
        command: &str,
        with: &impl Serialize,
        kid: &Kid,
        idempotency_key: Option<&str>,
    ) -> Result<serde_json::Value, Error> {
        let body = serde_json::to_vec(with).expect("arguments serialise to JSON");
        self.post(&format!("/v1/commands/{command}"), "application/json", &body, kid, idempotency_key)
    }

    /// Posts `body` to a route of an application, such as `/v1/invoices`, to be signed with a key that the node hosts.
    pub fn post(
        &self,
        path: &str,
        content_type: &str,
        body: &[u8],
        kid: &Kid,
        idempotency_key: Option<&str>,
    ) -> Result<serde_json::Value, Error> {
        let mut headers = vec![("counterfoil-key", kid.as_str())];
        headers.extend(idempotency_key.map(|key| ("idempotency-key", key)));
        let repeatable = idempotency_key.is_some();
        let request = Request { path, body: Some((content_type, body)), headers, repeatable };
        let bytes = self.signed(&request)?;
        serde_json::from_slice(&bytes).map_err(|error| self.answer(&request, error.to_string()))
    }

    /// Reads a route that is for the holder of a hosted key, such as `/v1/webhooks`.
    pub fn get_as(&self, path: &str, kid: &Kid) -> Result<serde_json::Value, Error> {
        let headers = vec![("counterfoil-key", kid.as_str())];
        self.json(&Request { path, headers, repeatable: true, ..Request::default() })
    }

    /// Reads a route of an application, such as `/v1/invoices/{id}`.
    pub fn get(&self, path: &str) -> Result<serde_json::Value, Error> {
        self.json(&Request { path, repeatable: true, ..Request::default() })
    }
}
