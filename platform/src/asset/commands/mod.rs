mod accept_offer;
mod capture;
mod close_account;
mod define;
mod end_offer;
mod freeze;
mod hold;
mod issue;
mod offer;
mod open_account;
mod payment;
mod redeem;
mod set_limit;
mod transfer;
mod transfer_batch;

pub use accept_offer::AcceptOffer;
pub use capture::{Capture, HoldCaptured, Void};
pub use close_account::CloseAccount;
pub use define::{AssetDefined, AssetKind, Define};
pub use end_offer::{RefuseOffer, WithdrawOffer};
pub use freeze::{Freeze, FreezeRecorded, Unfreeze};
pub use hold::{Hold, HoldPlaced};
pub use issue::{Issue, TransferMade};
pub use offer::{Offer, OfferMade};
pub use open_account::{AccountOpened, OpenAccount, OpenAccounts};
pub use redeem::Redeem;
pub use set_limit::SetLimit;
pub use transfer::Transfer;
pub use transfer_batch::{Leg, TransferBatch, TransfersMade};

use super::{Refused, terms::Terms, text::At};
use crate::Amount;
use counterfoil_state::Context;
use payment::Payment;

/// What a command that names one amount of an asset moves.
fn amount(ctx: &Context<'_>, asset: &str, amount: &str) -> Result<Vec<Amount>, Refused> {
    let minor = Terms::read(ctx, "/asset", asset)?.minor(At::Call, "amount", amount)?;
    Ok(vec![Amount { asset: asset.to_owned(), minor }])
}
