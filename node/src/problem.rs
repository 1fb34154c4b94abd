use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use counterfoil_types::{Fault, Refusal, RefusalKind, limits};
use serde_json::{Map, Value, json};

/// The media type of an error (RFC 9457).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not done: what RFC 9457 calls a problem, with a stable `code`.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    code: String,
    detail: String,
    field: Option<String>,
    headers: Vec<(HeaderName, String)>,
    more: Map<String, Value>,
}

/// What a handler answers.
pub type Answer<T> = Result<T, Problem>;

/// HTTP status of a refusal.
pub fn status_of(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Invalid | RefusalKind::Expired => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalKind::Busy => StatusCode::TOO_MANY_REQUESTS,
    }
}

impl Problem {
    /// A problem of HTTP itself; `code` is `http/…`.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            code: code.to_owned(),
            detail: detail.into(),
            field: None,
            headers: Vec::new(),
            more: Map::new(),
        }))
    }

    /// 400: the request cannot be read.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "http/malformed", detail)
    }

    /// 404: nothing is there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "http/not-found", detail)
    }

    /// 401: the caller has to say who asks.
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "http/unauthenticated", detail)
            .header(header::WWW_AUTHENTICATE, "Bearer realm=\"counterfoil\"")
    }

    /// 403: whoever asks may not.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "http/forbidden", detail)
    }

    /// 413: the body is larger than the limit.
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "http/too-large",
            format!("the body is larger than the {limit} bytes allowed"),
        )
    }

    /// 415: the body's media type is not one that this route reads.
    pub fn media_type(found: &str, wanted: &[&str]) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "http/media-type",
            format!("Content-Type {found:?} is not read here; send {}", wanted.join(" or ")),
        )
        .header(header::ACCEPT, wanted.join(", "))
    }

    /// 408: the request did not come to its end in time.
    pub fn timed_out(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "http/timeout", detail)
    }

    /// 429: too much at once.
    pub fn busy(detail: impl Into<String>) -> Self {
        Refusal::new("http/busy", RefusalKind::Busy, detail).into()
    }

    /// 503: the node cannot answer now.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "http/unavailable", detail).retry_after(limits::RETRY_AFTER_MS)
    }

    /// The JSON Pointer of the field at fault.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.0.field = Some(pointer.into());
        self
    }

    /// With a field below `pointer` as one of the body, where the body is the value at `pointer` of what was refused.
    #[must_use]
    pub fn below(mut self, pointer: &str) -> Self {
        if let Some(field) = &mut self.0.field
            && let Some(rest) = field.strip_prefix(pointer)
        {
            *field = rest.to_owned();
        }
        self
    }

    /// One more member of the problem document.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.more.insert(name.to_owned(), value.into());
        self
    }

    /// One more header of the response.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(self, ms: u64) -> Self {
        self.header(header::RETRY_AFTER, ms.div_ceil(1000).max(1).to_string())
    }

    /// More headers of the response.
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        self.0.headers.iter().filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_str(value).ok()?)))
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The problem document.
    pub fn document(&self) -> Value {
        let mut document = json!({
            "type": format!("urn:counterfoil:{}", self.0.code),
            "title": self.0.status.canonical_reason().unwrap_or("Error"),
            "status": self.0.status.as_u16(),
            "code": self.0.code,
            "detail": self.0.detail,
        });
        if let Some(members) = document.as_object_mut() {
            if let Some(field) = &self.0.field {
                members.insert("field".to_owned(), field.clone().into());
            }
            members.extend(self.0.more.clone());
        }
        document
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let mut problem = Self::new(status_of(refusal.kind), &refusal.code, refusal.detail);
        problem.0.field = refusal.field;
        match refusal.kind {
            RefusalKind::Busy => problem.retry_after(limits::RETRY_AFTER_MS),
            RefusalKind::Unauthenticated => problem.header(header::WWW_AUTHENTICATE, "Bearer realm=\"counterfoil\""),
            _ => problem,
        }
    }
}

impl From<Fault> for Problem {
    /// The caller learns that the node failed; the operator reads why in the log.
    fn from(fault: Fault) -> Self {
        tracing::error!("{}", fault.report());
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "http/fault",
            "this node cannot answer because of a fault of its own; its log says more",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, self.document().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.extend(self.headers());
        response
    }
}
