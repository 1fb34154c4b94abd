use counterfoil_types::limits;
use std::time::Duration;

/// What an endpoint bounds by time; the default is the limits that nodes have.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How long a client may take to sign in, encryption included.
    pub sign_in: Duration,
    /// How long the rows of one SELECT may take to be taken: the database cannot be tidied up past what it reads.
    pub reading: Duration,
    /// How long sessions may go on with what they do when the endpoint ends; what is in flight is answered.
    pub ending: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            sign_in: Duration::from_millis(limits::WIRE_SIGN_IN_MS),
            reading: Duration::from_millis(limits::WIRE_READING_MS_MAX),
            ending: Duration::from_millis(limits::WIRE_ENDING_MS_MAX),
        }
    }
}
