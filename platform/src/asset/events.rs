use super::Number;

crate::events! {
    /// An asset exists from now on.
    "asset.defined" Defined {
        /// The asset.
        asset: String,
        /// Its title.
        title: String,
    }
    /// Accounts of an asset exist from now on.
    "asset.opened_accounts" OpenedAccounts {
        /// The asset.
        asset: String,
        /// The accounts.
        accounts: Vec<String>,
    }
    /// An account takes part in nothing any more.
    "asset.closed_account" ClosedAccount {
        /// The account.
        account: String,
    }
    /// The issuer put something into circulation.
    "asset.issued" Issued {
        /// Number of the transfer.
        number: Number,
        /// The asset.
        asset: String,
        /// The account that got it.
        account: String,
        /// How much, as a decimal.
        amount: String,
        /// What it was issued for.
        source: Option<String>,
    }
    /// A holder gave something back to the issuer.
    "asset.redeemed" Redeemed {
        /// Number of the transfer.
        number: Number,
        /// The asset.
        asset: String,
        /// The account that gave it.
        account: String,
        /// How much, as a decimal.
        amount: String,
    }
    /// An account paid another.
    "asset.transferred" Transferred {
        /// Number of the transfer.
        number: Number,
        /// The asset.
        asset: String,
        /// The account that paid.
        from: String,
        /// The account that was paid.
        to: String,
        /// How much, as a decimal.
        amount: String,
        /// The payer's end-to-end id.
        end_to_end_id: Option<String>,
    }
    /// Many payments were made at once; the rows of `asset_transfer` between the two numbers are its legs.
    "asset.transferred_batch" TransferredBatch {
        /// The asset.
        asset: String,
        /// How many legs.
        legs: u32,
        /// Number of the first.
        first: Number,
        /// Number of the last.
        last: Number,
    }
    /// Money was set aside for a beneficiary.
    "asset.held" Held {
        /// Number of the hold.
        hold: Number,
        /// The account.
        account: String,
        /// Who can take it.
        beneficiary: String,
        /// How much, as a decimal.
        amount: String,
    }
    /// A beneficiary took what was set aside, or a part.
    "asset.captured" Captured {
        /// Number of the hold.
        hold: Number,
        /// Number of the transfer.
        number: Number,
        /// The account that got it.
        to: String,
        /// How much, as a decimal.
        amount: String,
        /// What the hold has left, as a decimal; 0 if this was the last.
        left: String,
    }
    /// A beneficiary gave up what was set aside.
    "asset.voided" Voided {
        /// Number of the hold.
        hold: Number,
    }
    /// Money is on its way to a member who has not yet said yes.
    "asset.offered" Offered {
        /// Number of the offer.
        offer: Number,
        /// The account that pays.
        from: String,
        /// Who can accept it.
        receiver: String,
        /// How much, as a decimal.
        amount: String,
    }
    /// The receiver took an offer.
    "asset.accepted_offer" AcceptedOffer {
        /// Number of the offer.
        offer: Number,
        /// Number of the transfer.
        number: Number,
        /// The account that was paid.
        account: String,
    }
    /// The receiver did not want an offer.
    "asset.refused_offer" RefusedOffer {
        /// Number of the offer.
        offer: Number,
        /// Why, in the receiver's words.
        reason: Option<String>,
    }
    /// The sender took an offer back.
    "asset.withdrawn_offer" WithdrawnOffer {
        /// Number of the offer.
        offer: Number,
    }
    /// Nothing leaves an account any more.
    "asset.frozen" Frozen {
        /// The account.
        account: String,
        /// `issuer` or `court`.
        power: String,
        /// Who did it.
        member: String,
    }
    /// Issuer or court let an account go.
    "asset.unfrozen" Unfrozen {
        /// The account.
        account: String,
        /// `issuer` or `court`.
        power: String,
        /// Who did it.
        member: String,
    }
    /// The issuer said how far an account may be overdrawn.
    "asset.limited" Limited {
        /// The account.
        account: String,
        /// The limit, as a decimal.
        limit: String,
    }
}
