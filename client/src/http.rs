use crate::{Client, Error, Problem, waiting::Held};
use serde::de::DeserializeOwned;
use std::{
    io::Read,
    time::{Duration, Instant},
};
use ureq::{
    Body,
    http::{Response, StatusCode, header},
};

/// An answer read into memory has at most so many bytes.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The first pause before a request is sent again; it doubles.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest pause, whatever `Retry-After` asks for.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// A request that can be sent several times.
#[derive(Clone, Default)]
pub(crate) struct Request<'a> {
    pub path: &'a str,
    /// A POST with this content type and body; a GET without.
    pub body: Option<(&'a str, &'a [u8])>,
    pub headers: Vec<(&'a str, &'a str)>,
    /// Whether sending it twice does no more than sending it once.
    pub repeatable: bool,
}

/// Pauses between attempts until patience ends.
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(crate) fn new(of: Duration) -> Self {
        Self { until: Instant::now() + of, pause: PAUSE }
    }

    /// Waits, at least `least`; false if patience ends before that.
    pub(crate) fn pause(&mut self, least: Option<Duration>) -> bool {
        let pause = least.unwrap_or(self.pause).min(PAUSE_MAX);
        if Instant::now() + pause >= self.until {
            return false;
        }
        std::thread::sleep(pause);
        self.pause = (self.pause * 2).min(Duration::from_secs(1));
        true
    }
}

impl Request<'_> {
    fn name(&self, client: &Client) -> String {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        format!("{method} {}{}", client.url, self.path)
    }
}

impl Client {
    /// Sends once. A status of 400 and above is a problem.
    pub(crate) fn send_once(&self, request: &Request<'_>) -> Result<Response<Body>, Error> {
        let url = format!("{}{}", self.url, request.path);
        let result = match request.body {
            Some((content_type, body)) => {
                let mut call = self.agent.post(url).header(header::CONTENT_TYPE, content_type);
                for (name, value) in self.authorization().iter().copied().chain(request.headers.iter().copied()) {
                    call = call.header(name, value);
                }
                call.send(body)
            }
            None => {
                let mut call = self.agent.get(url);
                for (name, value) in self.authorization().iter().copied().chain(request.headers.iter().copied()) {
                    call = call.header(name, value);
                }
                call.call()
            }
        };
        let response = result.map_err(|source| self.transport(request, source))?;
        if response.status().as_u16() < 400 { Ok(response) } else { Err(self.problem(request, response)) }
    }

    /// Sends, and again where that is safe and may help, until patience ends.
    pub(crate) fn send(&self, request: &Request<'_>) -> Result<Response<Body>, Error> {
        let mut patience = Patience::new(self.patience);
        loop {
            let error = match self.send_once(request) {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            let least = match &error {
                Error::Transport { source, .. } if request.repeatable && broke(source) => None,
                // A 429 was not taken on, so it may be sent again in any case.
                Error::Problem(problem) if problem.status == 429 => problem.retry_after,
                Error::Problem(problem) if request.repeatable && problem.is_passing() => problem.retry_after,
                _ => return Err(error),
            };
            if !patience.pause(least) {
                return Err(error);
            }
        }
    }

    /// Sends and reads the whole answer.
    pub(crate) fn bytes(&self, request: &Request<'_>) -> Result<Vec<u8>, Error> {
        let response = self.send(request)?;
        self.read(request, response)
    }

    /// Sends what a hosted key signs and reads the whole answer. What only waits for more signatures is an error: nobody takes it for
    /// done.
    pub(crate) fn signed(&self, request: &Request<'_>) -> Result<Vec<u8>, Error> {
        let response = self.send(request)?;
        let held = response.status() == StatusCode::ACCEPTED;
        let bytes = self.read(request, response)?;
        if !held {
            return Ok(bytes);
        }
        let Held { waiting, receipt } =
            serde_json::from_slice(&bytes).map_err(|error| self.answer(request, error.to_string()))?;
        Err(Error::Waiting { waiting: Box::new(waiting), receipt: Box::new(receipt) })
    }

    fn read(&self, request: &Request<'_>, mut response: Response<Body>) -> Result<Vec<u8>, Error> {
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        body.read_to_vec().map_err(|source| self.transport(request, source))
    }

    /// Sends and reads an answer of JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, request: &Request<'_>) -> Result<T, Error> {
        let bytes = self.bytes(request)?;
        serde_json::from_slice(&bytes).map_err(|error| self.answer(request, error.to_string()))
    }

    /// Sends and gives the answer as it comes, of any length.
    pub(crate) fn stream(&self, request: &Request<'_>) -> Result<impl Read + Send + use<>, Error> {
        let response = self.send(request)?;
        Ok(response.into_body().into_with_config().limit(u64::MAX).reader())
    }

    pub(crate) fn transport(&self, request: &Request<'_>, source: ureq::Error) -> Error {
        Error::Transport { request: request.name(self), source: Box::new(source) }
    }

    pub(crate) fn answer(&self, request: &Request<'_>, why: impl Into<String>) -> Error {
        Error::Answer { request: request.name(self), why: why.into() }
    }

    fn problem(&self, request: &Request<'_>, mut response: Response<Body>) -> Error {
        let status = response.status().as_u16();
        let retry_after =
            response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let text = match response.body_mut().read_to_string() {
            Ok(text) => text,
            Err(source) => return self.transport(request, source),
        };
        match serde_json::from_str::<Problem>(&text) {
            Ok(mut problem) => {
                problem.retry_after = retry_after.map(Duration::from_secs);
                problem.into()
            }
            Err(_) => self.answer(request, format!("status {status} without a problem document")),
        }
    }
}

/// Whether the connection failed, rather than the request.
fn broke(error: &ureq::Error) -> bool {
    use ureq::Error as E;
    matches!(error, E::Io(_) | E::Timeout(_) | E::ConnectionFailed | E::Protocol(_) | E::BodyStalled)
}
