use super::{
    args::Start,
    exit::Outcome,
    output,
    serve::{Signals, block_on, until_stopped},
};
use crate::start::Node;
use std::sync::Arc;

/// `counterfoil start`
pub fn run(args: &Start) -> Outcome {
    block_on(async {
        let signals = Signals::listen()?;
        let node = Node::start(&args.dir, args.listen, Arc::new(crate::registry())).await?;
        let member = &node.member;
        output::text(&format!(
            "counterfoil {}: {} of ledger {}\nhttp://{} (API at /docs, state at /v1/status)\n",
            env!("CARGO_PKG_VERSION"),
            member.id,
            member.ledger,
            node.address()
        ));
        let stopped = until_stopped(signals, std::slice::from_ref(member)).await;
        node.stop().await;
        stopped
    })
}
