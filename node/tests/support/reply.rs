use serde_json::Value;
use std::{io::Read as _, time::Duration};
use ureq::Agent;

/// How to ask a node.
#[derive(Clone)]
pub struct Http {
    url: String,
    agent: Agent,
}

/// What a node answered.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .max_redirects(0);
        Self { url: url.to_owned(), agent: config.build().new_agent() }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::of(request.call())
    }

    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::of(request.send(body.as_ref()))
    }

    pub fn post_json(&self, path: &str, body: &Value) -> Reply {
        self.post(path, &[("content-type", "application/json")], body.to_string())
    }

    /// Runs a command with a hosted key.
    pub fn command(&self, name: &str, key: &str, with: &Value, more: &[(&str, &str)]) -> Reply {
        let headers = [&[("content-type", "application/json"), ("counterfoil-key", key)], more].concat();
        self.post(&format!("/v1/commands/{name}"), &headers, with.to_string())
    }

    /// Submits a compact JWS.
    pub fn submit(&self, compact: &str) -> Reply {
        self.post("/v1/transactions", &[("content-type", "application/jose")], compact)
    }

    pub fn sql(&self, sql: &str) -> Reply {
        self.post_json("/v1/sql", &serde_json::json!({"sql": sql}))
    }

    /// The single value of a SELECT.
    pub fn value(&self, sql: &str) -> Value {
        self.sql(sql).expect(200).json()["rows"][0][0].clone()
    }
}

impl Reply {
    fn of(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Self {
        let mut response = result.unwrap_or_else(|error| panic!("no answer: {error}"));
        let mut body = Vec::new();
        response.body_mut().as_reader().read_to_end(&mut body).unwrap();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Self { status: response.status().as_u16(), headers, body }
    }

    /// Asserts the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Asserts that it is a problem with this status and code; its document.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let reply = self.expect(status);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{}", reply.text());
        let document = reply.json();
        assert_eq!(document["code"], code, "{document}");
        assert_eq!(document["status"], status, "{document}");
        assert!(document["detail"].as_str().is_some_and(|text| !text.is_empty()), "{document}");
        document
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// NDJSON.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
