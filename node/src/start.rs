use crate::{
    api::{Access, Server},
    config::{Config, Layout},
    member::{Member, Settings},
    ready,
    tokens::Tokens,
    wire::Wire,
};
use axum::Router;
use counterfoil_platform::Registry;
use counterfoil_types::Fault;
use std::{net::SocketAddr, path::Path, sync::Arc};
use tokio::{net::TcpListener, runtime::Handle};

/// The address of a listener.
pub fn own_url(listener: &TcpListener) -> Result<String, Fault> {
    let address = listener.local_addr().map_err(|error| Fault::new("asking for the own address", error))?;
    Ok(format!("http://{address}"))
}

/// One validator of a consortium, run from its directory.
pub struct Node {
    /// The running validator.
    pub member: Arc<Member>,
    server: Server,
    wire: Option<Wire>,
}

impl Node {
    /// Starts the validator whose directory is `root`. `listen` replaces the HTTP address of its settings.
    pub async fn start(root: &Path, listen: Option<SocketAddr>, registry: Arc<Registry>) -> Result<Self, Fault> {
        let layout = Layout::new(root);
        if !layout.config().exists() {
            return Err(Fault::Unusable(format!(
                "{} is no validator's directory: it has no counterfoil.toml; `counterfoil network new` makes one",
                root.display()
            )));
        }
        for (path, recover) in [
            (layout.genesis(), "copy it from another validator of this ledger"),
            (layout.validator_key(), "restore it from its backup: nobody else has it"),
        ] {
            if !path.exists() {
                return Err(Fault::Unusable(format!("{} is not there: {recover}", path.display())));
            }
        }
        let config = Config::read(&layout.config())?;
        let tls = config.sql.as_ref().map(|sql| sql.tls(root)).transpose()?.flatten();
        let listener = Server::bind(listen.unwrap_or(config.listen)).await?;
        ready::remove(&layout.ready())?;
        let settings = Settings {
            id: config.member,
            layout: layout.clone(),
            consensus: config.consensus,
            peers: config.peers,
            worker_threads: config.worker_threads,
            access: Access::Tokens(Tokens::open(layout.tokens())?),
            public_url: match config.public_url {
                Some(url) => url.trim_end_matches('/').to_owned(),
                None => own_url(&listener)?,
            },
            phone: config.phone,
            runtime: Handle::current(),
        };
        let member = tokio::task::spawn_blocking(move || Member::start(settings, registry))
            .await
            .map_err(|error| Fault::new("starting", error))??;
        let server = Server::serve(listener, member.clone(), Router::new())?;
        let wire = match &config.sql {
            Some(sql) => Some(Wire::serve(sql.listen, tls, member.clone()).await?),
            None => None,
        };
        ready::write(&layout.ready(), server.address(), wire.as_ref().map(Wire::address))?;
        Ok(Self { member, server, wire })
    }

    /// Where it serves HTTP.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Stops it in order.
    pub async fn stop(self) {
        self.server.stop().await;
        if let Some(wire) = self.wire {
            wire.stop().await;
        }
        let engine = self.member.engine.clone();
        let _ = tokio::task::spawn_blocking(move || engine.stop()).await;
    }
}
