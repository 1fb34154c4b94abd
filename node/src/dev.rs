use crate::{
    api::{Access, Server},
    config::Layout,
    console::Places,
    files,
    gate::now_ms,
    member::{Member, Settings},
    network::{EPOCH_LENGTH, Founder, FounderKey, Plan},
    ports, ready,
    sample::Sample,
    samples,
    start::own_url,
    wire::Wire,
};
use axum::Router;
use counterfoil_platform::Registry;
use counterfoil_types::{Fault, Genesis};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};
use tokio::{runtime::Handle, task::JoinHandle, time::Instant};

/// What `counterfoil dev` is asked.
#[derive(Debug, Clone)]
pub struct Options {
    /// The directory to keep; a fresh one that goes at the end where it is not given.
    pub data: Option<PathBuf>,
    /// Where the first validator serves HTTP; the others take the ports after it.
    pub listen: SocketAddr,
    /// Where the first validator serves PostgreSQL clients, if they are to be; the others take the ports after it.
    pub sql: Option<SocketAddr>,
    /// Validators; those of the ledger in `data`, or four, where it is not given.
    pub members: Option<usize>,
    /// Whether a new ledger gets the first story.
    pub samples: bool,
}

/// Validators of a dev consortium at most.
pub const MEMBERS_MAX: usize = 7;
/// Validators of a new one, if not told otherwise.
const MEMBERS: usize = 4;
/// How long after its start the start page is shown at the latest.
const PATIENCE: Duration = Duration::from_millis(1_700);
/// The organisation whose people pass invoices on in the samples.
const EMPLOYER: &str = "core-corp";
/// Name of every member's first key under `dev`.
const KEY: &str = "dev";

const VALIDATORS: [(&str, &str, &str); MEMBERS_MAX] = [
    ("tax-bureau", "Tax Bureau 税务局", "tax-authority"),
    ("core-corp", "Core Corporation 核心企业", "enterprise"),
    ("bank-a", "Bank A 甲银行", "bank"),
    ("cloud-provider", "Cloud Provider 云服务商", "provider"),
    ("bank-b", "Bank B 乙银行", "bank"),
    ("carrier-1", "Carrier 电信运营商", "carrier"),
    ("auditor-1", "Auditor 审计所", "auditor"),
];

const OTHERS: [(&str, &str, &str); 6] = [
    ("shop-1", "Xiangwei Restaurant 湘味小馆", "enterprise"),
    ("shop-2", "Chenguang Car Park 晨光停车场", "enterprise"),
    ("supplier-1", "Qiming Electronics 启明电子", "enterprise"),
    ("accounting-1", "Accounting Firm 会计师事务所", "provider"),
    ("person-1", "Zhang Xiaoyu 张晓雨", "person"),
    ("person-2", "Li Lei 李雷", "person"),
];

/// Keys of people of a member, with their roles, for approvals: the gateway hosts them.
const PEOPLE: [(&str, &str, &str); 2] = [("core-corp", "ann", "maker"), ("core-corp", "bea", "checker")];

/// The members with a node, and all others with keys that the gateway hosts. Those who would be validators of a consortium of four
/// are members of a smaller one too: the samples tell of them.
fn plan(members: usize) -> Plan {
    let founder = |(id, name, role): &(&str, &str, &str), validates: bool| Founder {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        person: *role == "person",
        roles: vec![(*role).to_owned()],
        validates,
        host: if validates { (*id).to_owned() } else { VALIDATORS[0].0.to_owned() },
        key: KEY.to_owned(),
        more_keys: people(id),
    };
    let validators = VALIDATORS[..members].iter().map(|one| founder(one, true));
    let others = VALIDATORS[members..MEMBERS.max(members)].iter().chain(&OTHERS);
    Plan {
        name: "Counterfoil dev consortium".to_owned(),
        epoch_length: EPOCH_LENGTH,
        members: validators.chain(others.map(|one| founder(one, false))).collect(),
    }
}

/// The keys of a member's people.
fn people(member: &str) -> Vec<FounderKey> {
    let of_member = PEOPLE.iter().filter(|(of, ..)| *of == member);
    let key = |(_, name, role): &(&str, &str, &str)| FounderKey {
        name: (*name).to_owned(),
        roles: vec![(*role).to_owned()],
        host: VALIDATORS[0].0.to_owned(),
    };
    of_member.map(key).collect()
}

/// A consortium in one process.
pub struct Consortium {
    /// Where its data lie.
    pub root: PathBuf,
    /// The running validators, the gateway first.
    pub members: Vec<Arc<Member>>,
    /// The sample shop and the sample payment provider.
    pub sample: Option<Sample>,
    servers: Vec<Server>,
    wires: Vec<Wire>,
    clerk: Option<JoinHandle<()>>,
    temporary: Option<tempfile::TempDir>,
}

impl Consortium {
    /// Starts, or founds and starts, the consortium.
    pub async fn start(options: &Options, registry: Arc<Registry>) -> Result<Self, Fault> {
        let begun = Instant::now();
        if let Some(address) = options.sql.into_iter().chain([options.listen]).find(|one| !one.ip().is_loopback()) {
            return Err(Fault::Unusable(format!(
                "dev serves loopback addresses only, not {}: its keys need no token. For others use `counterfoil network new` and `counterfoil start`",
                address.ip()
            )));
        }
        if let Some(members) = options.members.filter(|members| !(1..=MEMBERS_MAX).contains(members)) {
            return Err(Fault::Unusable(format!("--members: 1 to {MEMBERS_MAX}, not {members}")));
        }
        let (root, temporary) = match &options.data {
            Some(path) => (path.clone(), None),
            None => {
                let folder = tempfile::Builder::new().prefix("counterfoil-dev-").tempdir();
                let folder = folder.map_err(|error| Fault::new("creating a temporary folder", error))?;
                (folder.path().to_owned(), Some(folder))
            }
        };
        let members = kept(&root, options.members)?;
        // Ports first: the likeliest trouble, found before anything is written.
        let mut listeners = Vec::with_capacity(members);
        for at in 0..members {
            listeners.push(Server::bind(address(options.listen, at)?).await?);
        }
        let layouts = found(&root, members)?;
        let starting = layouts.clone();
        let urls = listeners.iter().map(own_url).collect::<Result<Vec<_>, _>>()?;
        let members = tokio::task::spawn_blocking(move || start_all(&starting, urls, &registry))
            .await
            .map_err(|error| Fault::new("starting", error))??;
        for member in &members {
            let others = members.iter().filter(|other| !Arc::ptr_eq(other, member));
            let keys = others.flat_map(|other| other.keys.kids().map(|kid| (kid.clone(), other.public_url.clone())));
            member.neighbours.get_or_init(|| keys.collect());
        }
        let mut servers = Vec::with_capacity(members.len());
        let sample = if options.samples { Sample::new(&members, &layouts)? } else { None };
        for (listener, member) in listeners.into_iter().zip(&members) {
            let pages = sample.as_ref().map_or_else(Router::new, |sample| sample.router(member));
            servers.push(Server::serve(listener, member.clone(), pages)?);
        }
        let mut wires = Vec::new();
        if let Some(first) = options.sql {
            for (at, member) in members.iter().enumerate() {
                wires.push(Wire::serve(address(first, at)?, None, member.clone()).await?);
            }
        }
        for (at, member) in members.iter().enumerate() {
            let places = places(&members, at, sample.as_ref(), wires.get(at).map(Wire::address));
            member.places.get_or_init(|| places);
        }
        for (at, (layout, server)) in layouts.iter().zip(&servers).enumerate() {
            ready::write(&layout.ready(), server.address(), wires.get(at).map(Wire::address))?;
        }
        samples::write_examples(&root)?;
        let clerk = sample.as_ref().map(Sample::open_shop);
        let consortium = Self { root, members, sample, servers, wires, clerk, temporary };
        let told = consortium.tell(options.samples);
        // What a slow disk or a missing quorum keeps from being told by then is told behind the start page.
        let _ = tokio::time::timeout_at(begun + PATIENCE, told).await;
        Ok(consortium)
    }

    /// Runs the first story, once, and then says that all is ready.
    fn tell(&self, samples: bool) -> JoinHandle<()> {
        let (members, ready) = (self.members.clone(), self.root.join("ready.json"));
        let (address, sql) = (self.servers[0].address(), self.wires.first().map(Wire::address));
        tokio::spawn(async move {
            if samples {
                let keys = members.iter().map(|member| samples::publish_reading_keys(member));
                // Invoices are sealed, so the keys come first.
                let invoices = async {
                    futures::future::try_join_all(keys).await?;
                    samples::tell(&members).await
                };
                let (told, defined, paid) =
                    tokio::join!(invoices, samples::define_type(&members[0]), samples::pay(&members));
                for problem in [told.err(), defined.err(), paid.err()].into_iter().flatten() {
                    tracing::error!("samples: {}", problem.document());
                }
            }
            if let Err(fault) = ready::write(&ready, address, sql) {
                tracing::error!("{}", fault.report());
            }
        })
    }

    /// Where each validator serves HTTP, the gateway first.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.servers.iter().map(Server::address).collect()
    }

    /// Where each validator serves PostgreSQL clients, if they do.
    pub fn sql_addresses(&self) -> Vec<SocketAddr> {
        self.wires.iter().map(Wire::address).collect()
    }

    /// Stops everything in order.
    pub async fn stop(self) {
        self.clerk.iter().for_each(JoinHandle::abort);
        for wire in self.wires {
            wire.stop().await;
        }
        for server in self.servers {
            server.stop().await;
        }
        let members = self.members;
        let stopped = tokio::task::spawn_blocking(move || {
            thread::scope(|scope| {
                for member in &members {
                    scope.spawn(|| member.engine.clone().stop());
                }
            });
        });
        let _ = stopped.await;
        drop(self.temporary);
    }
}

/// Where one begins to try out, at the node of a member.
fn places(members: &[Arc<Member>], at: usize, sample: Option<&Sample>, sql: Option<SocketAddr>) -> Places {
    let psql = |sql: SocketAddr| {
        format!("psql \"host={} port={} user={}/{KEY} dbname=ledger\"", sql.ip(), sql.port(), members[at].id)
    };
    Places {
        till: sample.map(Sample::till),
        phone: sample.map(Sample::phone),
        employer: sample.map(|_| employer(members)),
        psql: sql.map(psql),
    }
}

/// Where the employer of the samples locks and reimburses: at its own node, if it has one, for there its reading key is.
pub fn employer(members: &[Arc<Member>]) -> String {
    let node = members.iter().find(|member| member.id == EMPLOYER).unwrap_or(&members[0]);
    format!("{}/office/{EMPLOYER}", node.public_url)
}

fn address(first: SocketAddr, at: usize) -> Result<SocketAddr, Fault> {
    let mut address = first;
    if first.port() != 0 {
        let port = u16::try_from(usize::from(first.port()) + at)
            .map_err(|_| Fault::Unusable(format!("no {at} ports after {}", first.port())))?;
        address.set_port(port);
    }
    Ok(address)
}

/// How many validators the ledger in `root` has, or is to have.
fn kept(root: &Path, wanted: Option<usize>) -> Result<usize, Fault> {
    let path = root.join("genesis.json");
    if !path.exists() {
        return Ok(wanted.unwrap_or(MEMBERS));
    }
    let (genesis, _) =
        Genesis::parse(&files::read(&path)?).map_err(|why| Fault::Unusable(format!("{}: {why}", path.display())))?;
    let count = genesis.validators.len();
    if !genesis.validators.iter().all(|one| VALIDATORS.iter().any(|(id, ..)| *id == one.member)) {
        return Err(Fault::Unusable(format!(
            "{} holds a ledger that is none of dev: use another --data",
            root.display()
        )));
    }
    if wanted.is_some_and(|wanted| wanted != count) || count > MEMBERS_MAX {
        let root = root.display();
        return Err(Fault::Unusable(format!(
            "{root} holds a ledger of {count} validators: leave --members out, or use another --data"
        )));
    }
    Ok(count)
}

/// The directories of the validators in `root`, founded there if it is empty.
fn found(root: &Path, members: usize) -> Result<Vec<Layout>, Fault> {
    let validators = || VALIDATORS[..members].iter().map(|(id, ..)| (*id).to_owned());
    if root.join("genesis.json").exists() {
        ready::remove(&root.join("ready.json"))?;
    } else {
        if root.exists() && !files::list(root)?.is_empty() {
            return Err(Fault::Unusable(format!(
                "{} is not empty and holds no dev ledger (no genesis.json): use another --data",
                root.display()
            )));
        }
        // Chosen anew at each start.
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        plan(members).found(now_ms())?.write(root, &validators().map(|id| (id, (any, any))).collect())?;
    }
    Ok(validators().map(|id| Layout::new(root.join(id))).collect())
}

/// Starts all validators at once, so that the disk makes each wait as little as can be.
fn start_all(layouts: &[Layout], urls: Vec<String>, registry: &Arc<Registry>) -> Result<Vec<Arc<Member>>, Fault> {
    let ids: Vec<_> = VALIDATORS[..layouts.len()].iter().map(|(id, ..)| (*id).to_owned()).collect();
    let consensus = ports::free_loopback(layouts.len())?;
    let runtime = Handle::current();
    let peers: BTreeMap<_, _> = ids.iter().cloned().zip(consensus.iter().copied()).collect();
    let each = layouts.iter().zip(ids).zip(consensus).zip(urls);
    let settings = each.map(|(((layout, id), consensus), public_url)| Settings {
        id,
        layout: layout.clone(),
        consensus,
        peers: peers.clone(),
        worker_threads: 1,
        access: Access::Open,
        public_url,
        phone: true,
        runtime: runtime.clone(),
    });
    let started: Vec<Result<Arc<Member>, Fault>> = thread::scope(|scope| {
        let start = |settings| scope.spawn(|| Member::start(settings, registry.clone()));
        let threads: Vec<_> = settings.map(start).collect();
        let panicked = |_| Err(Fault::failed("a validator panicked while it started"));
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
    });
    let running: Vec<_> = started.iter().flatten().cloned().collect();
    let all = started.into_iter().collect::<Result<Vec<_>, Fault>>();
    if all.is_err() {
        running.iter().for_each(|member| member.engine.clone().stop());
    }
    all
}
