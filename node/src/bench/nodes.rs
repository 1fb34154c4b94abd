use super::check::Mismatch;
use crate::member::Member;
use counterfoil_client::Client;
use counterfoil_types::{Kid, SigningKey};
use serde::Serialize;
use std::sync::Arc;

/// The validators under load, in this process.
#[derive(Clone, Copy)]
pub struct Nodes<'a> {
    /// Their HTTP interfaces.
    pub clients: &'a [Client],
    /// The validators themselves, in the same order.
    pub members: &'a [Arc<Member>],
}

impl<'a> Nodes<'a> {
    /// The key of this name, which one of the nodes of a dev consortium hosts.
    pub fn key(&self, kid: &Kid) -> &'a SigningKey {
        self.host(kid).1
    }

    /// Has a command signed by the key of this name and executed.
    pub fn call(&self, kid: &Kid, command: &str, with: &impl Serialize) -> Result<(), Mismatch> {
        self.host(kid).0.call(command, with, kid, None)?;
        Ok(())
    }

    fn host(&self, kid: &Kid) -> (&'a Client, &'a SigningKey) {
        let mut nodes = self.clients.iter().zip(self.members);
        let hosting = nodes.find_map(|(client, member)| member.keys.get(kid).map(|key| (client, key)));
        hosting.expect("a key of the dev consortium")
    }
}
