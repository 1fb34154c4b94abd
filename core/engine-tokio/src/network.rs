use commonware_cryptography::{ChaCha20Poly1305, ed25519};
use commonware_p2p::{Address, AddressableManager as _, authenticated::lookup};
use commonware_runtime::{Quota, Supervisor as _, tokio};
use commonware_stream::{
    cups::{self, Cups},
    sake::{self, Sake},
};
use commonware_utils::{NZU32, NZUsize, ordered::Map};
use counterfoil_engine::{
    Committee, Config, namespace, private_key,
    wiring::{CHANNELS, Network, channel_quotas, max_message_size},
};
use std::{num::NonZeroUsize, time::Duration};

type Key = ed25519::PublicKey;
type Upgrade = Cups<Sake<ed25519::PrivateKey>, ChaCha20Poly1305>;
/// The peers as the network knows them.
pub type Oracle = lookup::Oracle<Key>;
type Channel = (lookup::Sender<Key, tokio::Context>, lookup::Receiver<Key>);

/// How far apart members' clocks may be for a connection to be made.
const SYNCHRONY: Duration = Duration::from_secs(5);
/// How old the first message of a connection may be.
const HANDSHAKE_AGE: Duration = Duration::from_secs(10);

/// Connections to the other validators: encrypted, each end proves its key, channels share one connection.
pub fn connect(
    context: &tokio::Context,
    config: &Config,
    first: &Committee,
) -> Network<Oracle, Oracle, lookup::Sender<Key, tokio::Context>, lookup::Receiver<Key>> {
    let validators = config.validators.len();
    let handshake = Upgrade::new(
        Sake {
            signer: private_key(&config.me),
            synchrony_bound: SYNCHRONY,
            max_handshake_age: HANDSHAKE_AGE,
            version: sake::Version::V1,
        },
        cups::Version::V1,
    );
    let peers = NonZeroUsize::new(validators).unwrap_or(NonZeroUsize::MIN);
    let limit = max_message_size(validators);
    let mut settings =
        lookup::Config::local(handshake, &namespace(&config.ledger), config.listen, peers, limit, NZUsize!(1_024));
    // Validators may share an address, behind a gateway or in one process; who is who is proved by keys.
    settings.bypass_ip_check = true;
    settings.allowed_handshake_rate_per_ip = Quota::per_second(NZU32!(256));
    settings.allowed_handshake_rate_per_subnet = Quota::per_second(NZU32!(1_024));
    // A validator that comes back is met again soon.
    settings.dial_frequency = Duration::from_millis(100);
    settings.peer_connection_cooldown = Duration::from_millis(250);
    settings.dial_timeout = Duration::from_secs(3);
    // Long enough to shed a peer that misbehaves, short enough that a mistake heals by itself.
    settings.block_duration = Duration::from_secs(60);
    settings.tracked_peer_sets = NZUsize!(2);
    let (mut network, oracle) = lookup::Network::new(context.child("network"), settings);
    let channels: Vec<Channel> =
        (0..).zip(channel_quotas()).map(|(channel, quota)| network.register(channel, quota)).collect();
    let channels: [Channel; CHANNELS] = channels.try_into().ok().expect("as many channels as quotas");
    let mut tracker = oracle.clone();
    let mut track = move |index: u64, committee: &Committee| {
        let peers = committee.participants.iter().cloned().zip(committee.addresses.iter().map(|at| Address::from(*at)));
        tracker.track(index, Map::from_iter_dedup(peers.collect::<Vec<(Key, Address)>>()));
    };
    // Before the first epoch, so that nobody is turned away while the state is opened.
    track(0, first);
    network.start();
    Network {
        peers: oracle.clone(),
        blocker: oracle,
        track: Box::new(move |epoch, committee| track(epoch + 1, committee)),
        channels,
    }
}
