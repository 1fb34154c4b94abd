use crate::{Error, catalog::Catalog, list::ChangeList};
use counterfoil_client::BlockChanges;
use counterfoil_types::{Hash, Header};

/// Where a chain of blocks and results has got: each block has to be the child of the one before, and its result to follow from it.
///
/// Whether the chain is the ledger's is for a certificate to say: here it is only one.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    last: Option<Link>,
}

#[derive(Debug, Clone)]
struct Link {
    height: u64,
    /// Digest of the header; none after a restart, when it is not known.
    digest: Option<Hash>,
    result: Hash,
}

impl Chain {
    /// A chain that goes on after a block whose result is known.
    pub fn after(height: u64, result: Hash) -> Self {
        Self { last: Some(Link { height, digest: None, result }) }
    }

    /// The height of the block that comes next.
    pub fn next(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.height + 1)
    }

    /// The result of the last block; zeros before genesis.
    pub fn result(&self) -> Hash {
        self.last.as_ref().map_or(Hash::ZERO, |last| last.result)
    }

    /// Takes the next block, and reads what it wrote.
    ///
    /// # Errors
    /// If it does not follow, or its parts contradict each other.
    pub fn extend(&mut self, ledger: &Hash, block: &BlockChanges, catalog: &mut Catalog) -> Result<ChangeList, Error> {
        let height = block.header.height;
        let lied = |why: String| Error::Lied { height, why };
        self.follows(ledger, &block.header).map_err(|why| lied(why.into()))?;
        for created in &block.tables {
            catalog.add(created.clone()).map_err(|error| lied(error.to_string()))?;
        }
        let list = match &block.changes {
            Some(bytes) => ChangeList::read(bytes, catalog).map_err(lied)?,
            None => ChangeList::empty(),
        };
        if list.root != block.execution.changes_root {
            return Err(lied("the rows that it wrote lead to another changes_root".into()));
        }
        let result = block.execution.result(&self.result());
        if result != block.result {
            return Err(lied("its result does not follow from the one before".into()));
        }
        self.last = Some(Link { height, digest: Some(block.header.digest()), result });
        Ok(list)
    }

    fn follows(&self, ledger: &Hash, header: &Header) -> Result<(), &'static str> {
        if header.ledger != *ledger {
            return Err("it is of another ledger");
        }
        if header.height != self.next() {
            return Err("it is not the next block");
        }
        match self.last.as_ref().and_then(|last| last.digest) {
            Some(digest) if header.parent != digest => Err("it is not the child of the block before"),
            _ => Ok(()),
        }
    }
}
