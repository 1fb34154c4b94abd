use crate::{application::now_ms, committee::PublicKey, config::Timers, pool::Pool};
use bytes::Bytes;
use commonware_codec::{Decode as _, Encode as _, EncodeSize as _, RangeCfg};
use commonware_macros::select;
use commonware_p2p::{Receiver, Recipients, Sender};
use commonware_runtime::{Clock, Metrics, Spawner};
use commonware_utils::channel::mpsc;
use counterfoil_types::{Refusal, TransactionCode, limits, machine::Admission, merkle};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tracing::{debug, warn};

/// Bytes of transactions in one message, unless a single one is larger.
const MESSAGE_BYTES: usize = 256 * 1024;
/// Bytes of transactions passed on again at one go.
const RESEND_BYTES: usize = 1024 * 1024;
/// Transactions in one message.
const MESSAGE_TRANSACTIONS_MAX: usize = 8_192;
/// How long a member is not listened to that passed on what no honest one does.
const PENALTY: Duration = Duration::from_secs(30);

/// The largest message.
pub(crate) const fn max_payload_size() -> usize {
    // Each transaction has a length of at most 5 bytes in front of it, and so has the list.
    let largest =
        if MESSAGE_BYTES > limits::TRANSACTION_BYTES_MAX { MESSAGE_BYTES } else { limits::TRANSACTION_BYTES_MAX };
    largest + 5 * (MESSAGE_TRANSACTIONS_MAX + 1)
}

/// Passes transactions on to the other validators, and takes theirs.
#[derive(Clone)]
pub(crate) struct Gossip {
    pub(crate) pool: Arc<Pool>,
    pub(crate) admission: Arc<dyn Admission>,
    pub(crate) timers: Timers,
}

impl Gossip {
    /// Starts both directions.
    pub(crate) fn start<E, S, R>(
        self,
        context: E,
        (sender, receiver): (S, R),
        fresh: mpsc::UnboundedReceiver<Vec<Bytes>>,
    ) where
        E: Clock + Spawner + Metrics,
        S: Sender<PublicKey = PublicKey>,
        R: Receiver<PublicKey = PublicKey>,
    {
        let this = self.clone();
        context.child("gossip_send").spawn(move |context| this.send(context, sender, fresh));
        context.child("gossip_receive").spawn(move |context| self.receive(context, receiver));
    }

    async fn send<E, S>(self, context: E, mut sender: S, mut fresh: mpsc::UnboundedReceiver<Vec<Bytes>>)
    where
        E: Clock,
        S: Sender<PublicKey = PublicKey>,
    {
        let mut due = context.current() + self.timers.resend;
        loop {
            let mut batch = select! {
                _ = context.sleep_until(due) => {
                    due = context.current() + self.timers.resend / 2;
                    let interval_ms = self.timers.resend.as_millis() as u64;
                    self.pool.stale(now_ms(&context), interval_ms, RESEND_BYTES)
                },
                batch = fresh.recv() => match batch {
                    Some(batch) => batch,
                    None => return,
                },
            };
            if batch.is_empty() {
                continue;
            }
            context.sleep(self.timers.gossip).await;
            while let Ok(more) = fresh.try_recv() {
                batch.extend(more);
            }
            for message in messages(&batch) {
                sender.send(Recipients::All, message.to_vec().encode(), false);
            }
        }
    }

    async fn receive<E, R>(self, context: E, mut receiver: R)
    where
        E: Clock + Spawner + Metrics,
        R: Receiver<PublicKey = PublicKey>,
    {
        let limits = (RangeCfg::new(0..=MESSAGE_TRANSACTIONS_MAX), RangeCfg::new(0..=limits::TRANSACTION_BYTES_MAX));
        let mut ignored = BTreeMap::new();
        while let Ok((from, message)) = receiver.recv().await {
            if ignored.get(&from).is_some_and(|until| context.current() < *until) {
                continue;
            }
            let honest = match Vec::<Bytes>::decode_cfg(message, &limits) {
                Ok(batch) => {
                    let this = self.clone();
                    // Checking signatures takes long: not among the tasks of consensus, and not more than one batch at a time.
                    let admitting = context
                        .child("admit")
                        .shared(true)
                        .spawn(move |context| async move { this.admit(batch, now_ms(&context)) });
                    match admitting.await {
                        Ok(honest) => honest,
                        Err(_) => return,
                    }
                }
                Err(_) => false,
            };
            if !honest {
                warn!(?from, "passed on what no honest member does: not listened to for {PENALTY:?}");
                ignored.insert(from, context.current() + PENALTY);
            }
        }
    }

    /// Takes what is new and fit; whether an honest member could have passed all of it on.
    fn admit(&self, batch: Vec<Bytes>, now_ms: u64) -> bool {
        let leaves: Vec<_> = batch.iter().map(|wire| merkle::leaf(wire)).collect();
        let known = self.pool.known(&leaves);
        // Copied, because a view would hold the whole message in memory as long as one transaction waits.
        let unknown: Vec<_> =
            batch.iter().zip(known).filter(|(_, known)| !known).map(|(wire, _)| Bytes::copy_from_slice(wire)).collect();
        if unknown.is_empty() {
            return true;
        }
        let mut honest = true;
        let verdicts = self.admission.admit(unknown, now_ms);
        self.pool.receive(verdicts.into_iter().filter_map(|verdict| match verdict {
            Ok(admitted) => Some(admitted),
            Err(refusal) => {
                honest &= !is_foul(&refusal);
                debug!(%refusal, "a transaction passed on to us is refused");
                None
            }
        }));
        honest
    }
}

/// Whether every member at any time refuses it, so that whoever passed it on did not check it. Others can be a matter of time.
fn is_foul(refusal: &Refusal) -> bool {
    use TransactionCode as Code;
    [Code::Malformed, Code::WrongLedger, Code::BadSignature].into_iter().any(|code| code.is(refusal))
}

/// Splits a batch into messages within the limits.
fn messages(batch: &[Bytes]) -> Vec<&[Bytes]> {
    let mut messages = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, wire) in batch.iter().enumerate() {
        if at > from && (bytes + wire.encode_size() > MESSAGE_BYTES || at - from == MESSAGE_TRANSACTIONS_MAX) {
            messages.push(&batch[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += wire.encode_size();
    }
    if from < batch.len() {
        messages.push(&batch[from..]);
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_split_into_messages_that_fit_and_nothing_is_lost() {
        let sizes = [
            vec![10; 3],
            vec![MESSAGE_BYTES / 2; 5],
            vec![limits::TRANSACTION_BYTES_MAX; 2],
            vec![0; MESSAGE_TRANSACTIONS_MAX + 1],
            vec![],
        ];
        for sizes in sizes {
            let batch: Vec<_> = sizes.iter().map(|size| Bytes::from(vec![7; *size])).collect();
            let messages = messages(&batch);
            assert_eq!(messages.concat(), batch);
            for message in messages {
                assert!(!message.is_empty() && message.len() <= MESSAGE_TRANSACTIONS_MAX);
                assert!(message.to_vec().encode_size() <= max_payload_size());
            }
        }
    }
}
