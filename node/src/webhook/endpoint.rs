use super::signature::Secret;
use crate::feed::Place;
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, time::Duration};
use ureq::http::Uri;

/// Seconds between the tries of one event, as Standard Webhooks recommends them: about three days in all.
const RETRY_AFTER_S: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Retries of one event at most.
const RETRIES_MAX: usize = 20;
/// Seconds between two tries at most.
const RETRY_AFTER_MAX_S: u64 = 7 * 86_400;
/// Beginnings of events' names at most.
const EVENTS_MAX: usize = 32;
/// Bytes of an address or of the beginning of a name at most.
const TEXT_BYTES_MAX: usize = 2_048;

/// What a member asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEndpoint {
    /// Where events are sent: `https`, or `http` to this machine.
    pub url: String,
    /// Events whose name begins with one of these, such as `invoice.`; all where it is empty.
    #[serde(default)]
    pub events: Vec<String>,
    /// The height of the first block whose events are sent; what comes from now on where it is not given.
    pub from: Option<u64>,
    /// Seconds to wait before each retry of an event; after the last it is a dead letter.
    pub retry_after_s: Option<Vec<u64>>,
}

/// What is wrong with what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct WrongEndpoint {
    /// The member of it that is wrong.
    pub field: &'static str,
    why: String,
}

/// Somebody to whom events are sent.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its id on this node.
    pub id: i64,
    /// Whose it is.
    pub member: String,
    /// Where events are sent.
    pub url: String,
    /// Beginnings of the names of events that are sent; all where it is empty.
    pub events: Vec<String>,
    /// Seconds to wait before each retry.
    pub retry_after_s: Vec<u64>,
    /// Signs what is sent.
    pub secret: Secret,
    /// When it was made, milliseconds since 1970.
    pub created_ms: u64,
}

/// How far an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Whether events are sent; not once it answered 410 Gone.
    pub active: bool,
    /// Every event up to here was taken or given up.
    #[serde(serialize_with = "as_text")]
    pub done: Place,
    /// Tries of the next event that failed.
    pub failed_tries: u32,
    /// When it is tried again, milliseconds since 1970.
    pub retry_ms: Option<u64>,
    /// How the last try ended, if it failed.
    pub last_failure: Option<String>,
}

fn as_text<S: serde::Serializer>(place: &Place, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(place)
}

impl NewEndpoint {
    /// Checks the address, the names and the times.
    pub fn check(&self) -> Result<(), WrongEndpoint> {
        check_url(&self.url)?;
        let wrong = |field, why: String| Err(WrongEndpoint { field, why });
        if self.events.len() > EVENTS_MAX || self.events.iter().any(|name| name.len() > TEXT_BYTES_MAX) {
            return wrong(
                "/events",
                format!("at most {EVENTS_MAX} beginnings of names, each up to {TEXT_BYTES_MAX} bytes"),
            );
        }
        let retries = self.retry_after_s.as_deref().unwrap_or(&RETRY_AFTER_S);
        if !(1..=RETRIES_MAX).contains(&retries.len()) || retries.iter().any(|after| *after > RETRY_AFTER_MAX_S) {
            return wrong(
                "/retry_after_s",
                format!("1 to {RETRIES_MAX} times, each up to {RETRY_AFTER_MAX_S} seconds"),
            );
        }
        Ok(())
    }

    /// The times between tries.
    pub fn retry_after_s(&self) -> Vec<u64> {
        self.retry_after_s.clone().unwrap_or_else(|| RETRY_AFTER_S.to_vec())
    }
}

/// A node sends nothing in the clear through a network, and no credentials in an address.
fn check_url(url: &str) -> Result<(), WrongEndpoint> {
    let wrong = |why: &str| Err(WrongEndpoint { field: "/url", why: why.to_owned() });
    if url.len() > TEXT_BYTES_MAX {
        return wrong("the address is too long");
    }
    let Ok(uri) = url.parse::<Uri>() else { return wrong("this is not an address") };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return wrong("an address begins with https://");
    };
    if authority.as_str().contains('@') {
        return wrong("no name and password in the address: messages are signed");
    }
    match scheme {
        "https" => Ok(()),
        "http" if is_loopback(authority.host()) => Ok(()),
        "http" => wrong("http only to this machine, https to others"),
        _ => wrong("an address begins with https://"),
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl Endpoint {
    /// Whether it wants events of this name.
    pub fn wants(&self, name: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|begins| name.starts_with(begins))
    }

    /// How long to wait after so many failed tries of an event; nothing where it is given up.
    pub fn wait_after(&self, failed_tries: u32) -> Option<Duration> {
        let at = usize::try_from(failed_tries).ok()?.checked_sub(1)?;
        self.retry_after_s.get(at).copied().map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_this_machine() {
        for right in ["https://erp.example/hook?a=1", "http://127.0.0.1:9/x", "http://localhost/", "http://[::1]:80/"] {
            assert_eq!(check_url(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "erp",
            "/x",
            "ftp://erp.example/",
            "http://erp.example/",
            "http://10.0.0.1/",
            "https://a:b@erp.example/",
        ] {
            assert_eq!(check_url(wrong).unwrap_err().field, "/url", "{wrong}");
        }
    }
}
