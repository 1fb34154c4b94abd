use crate::{
    block::{Block, Digest},
    gossip,
};
use commonware_consensus::{
    marshal::{self, standard::Standard},
    simplex::{self, scheme::ed25519::Scheme},
};
use commonware_p2p::{max_message_size as largest, utils::mux::prefixed};
use commonware_runtime::Quota;
use commonware_utils::NZU32;
use std::num::NonZeroU32;

/// The channels between validators, numbered from 0, in this order: votes, certificates, missing certificates, missing blocks, new blocks,
/// transactions.
pub const CHANNELS: usize = 6;

/// How often a peer may send on each channel.
pub type Quotas = [Quota; CHANNELS];

/// How often a peer may send on each channel. Every burst is memory set aside for each peer, so bursts are small.
pub fn channel_quotas() -> Quotas {
    let quota = |per_second: NonZeroU32, burst| Quota::per_second(per_second).allow_burst(burst);
    let (consensus, blocks) = (quota(NZU32!(2_048), NZU32!(128)), quota(NZU32!(1_024), NZU32!(16)));
    [consensus, consensus, quota(NZU32!(256), NZU32!(32)), blocks, blocks, quota(NZU32!(512), NZU32!(32))]
}

/// The largest message that a validator sends: the same for all validators of a ledger.
pub fn max_message_size(validators: usize) -> u32 {
    let validators = validators as u32;
    largest(&[
        prefixed(simplex::max_payload_size::<Scheme, Digest>(validators)),
        marshal::max_payload_size::<Standard<Block>, Scheme>(validators, &()),
        gossip::max_payload_size(),
    ])
}
