use commonware_runtime::{
    BLOB_PAGE_SIZE,
    buffer::paged::{CacheRef, page_size},
};
use commonware_storage::{archive::prunable, translator::EightCap};
use commonware_utils::{NZU64, NZUsize};
use std::num::{NonZeroU64, NonZeroUsize};

/// Blocks or certificates in one file of an archive. Every file stays open, so there must be few: a ledger of 100 million blocks has
/// 1,526 of each kind.
const SECTION: NonZeroU64 = NZU64!(65_536);
/// Views in one file of what marshal keeps for a while only.
pub(crate) const VIEWS: NonZeroU64 = NZU64!(1_024);

/// Memory for files: small, since several validators can share a process.
#[derive(Clone)]
pub(crate) struct Caches {
    pub(crate) pages: CacheRef,
    pub(crate) buffer: NonZeroUsize,
}

impl Caches {
    pub(crate) fn new() -> Self {
        // 8 MiB of pages.
        Self { pages: CacheRef::new(page_size(BLOB_PAGE_SIZE), NZUsize!(2_048)), buffer: NZUsize!(256 * 1024) }
    }

    /// An archive in the partitions that begin with `prefix` and `name`.
    pub(crate) fn archive<C>(&self, prefix: &str, name: &str, codec_config: C) -> prunable::Config<EightCap, C> {
        prunable::Config {
            translator: EightCap,
            metadata_partition: format!("{prefix}-{name}-metadata"),
            key_partition: format!("{prefix}-{name}-key"),
            key_page_cache: self.pages.clone(),
            value_partition: format!("{prefix}-{name}-value"),
            compression: None,
            codec_config,
            items_per_section: SECTION,
            key_write_buffer: self.buffer,
            value_write_buffer: self.buffer,
            replay_buffer: self.buffer,
        }
    }
}
