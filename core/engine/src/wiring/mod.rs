//! How the parts of a validator are put together, on any runtime and network.

mod channels;
pub(crate) mod storage;
mod validator;

pub use channels::{CHANNELS, Quotas, channel_quotas, max_message_size};
pub use validator::{Faults, Network, Settings, Validator, start};
