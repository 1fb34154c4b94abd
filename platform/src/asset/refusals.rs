crate::refusals! {
    /// Why the asset service says no. Codes are for life: never reuse a number.
    pub enum Refused in "asset" {
        /// An asset's id is issuer/name; the name may have capitals too.
        #[refusal(1, Invalid, "{field}")]
        #[error("{id:?} is not an asset such as bank-a/CNY: a member and a name of 1 to 64 of A-Z a-z 0-9 - . _")]
        NotAnAssetId { field: String, id: String },
        /// An account's id is owner/name.
        #[refusal(2, Invalid, "{field}")]
        #[error("{id:?} is not an account such as supplier-1/cny: a member and a name of 1 to 64 of a-z 0-9 - . _")]
        NotAnAccountId { field: String, id: String },
        /// A text has a bounded length and no control characters.
        #[refusal(3, Invalid, "{field}")]
        #[error("{reason}")]
        NotAText { field: String, reason: String },
        /// An amount is a decimal number: digits, perhaps a point and digits.
        #[refusal(4, Invalid, "{field}")]
        #[error("{text:?} is not an amount such as 198.00")]
        NotAnAmount { field: String, text: String },
        /// An amount has no more digits after the point than the asset.
        #[refusal(5, Invalid, "{field}")]
        #[error("{text} has more digits after the point than the {decimals} of {asset}")]
        TooManyDecimals { field: String, text: String, asset: String, decimals: u32 },
        /// An amount is at most 2^62 - 1 of the asset's smallest unit, so that any two can be added in 64 bits.
        #[refusal(6, Invalid, "{field}")]
        #[error("{text} is more than {asset} can count")]
        AmountBeyondRange { field: String, text: String, asset: String },
        /// An amount is not zero.
        #[refusal(7, Invalid, "{field}")]
        #[error("the amount is zero")]
        ZeroAmount { field: String },
        /// An amount is not negative.
        #[refusal(8, Invalid, "{field}")]
        #[error("{text} is negative")]
        NegativeAmount { field: String, text: String },
        /// Money moves between two accounts.
        #[refusal(9, Invalid, "{field}")]
        #[error("{account} would pay itself")]
        SelfTransfer { field: String, account: String },
        /// The asset exists.
        #[refusal(10, NotFound, "{field}")]
        #[error("there is no asset {asset}")]
        NoAsset { field: String, asset: String },
        /// An asset is defined once, under an id that is not an account's.
        #[refusal(11, Conflict, "/asset")]
        #[error("{asset} is an asset or account already")]
        AssetTaken { asset: String },
        /// The account exists.
        #[refusal(12, NotFound, "{field}")]
        #[error("there is no account {account}")]
        NoAccount { field: String, account: String },
        /// An account holds one asset.
        #[refusal(13, Conflict, "{field}")]
        #[error("{account} is an account of {found}, not of {asset}")]
        WrongAsset { field: String, account: String, found: String, asset: String },
        /// An account's id is used once, also after it was closed.
        #[refusal(14, Conflict, "{field}")]
        #[error("{account} is an account already, or was one")]
        AccountTaken { field: String, account: String },
        /// A closed account takes no part in anything.
        #[refusal(15, Conflict, "{field}")]
        #[error("{account} is closed")]
        Closed { field: String, account: String },
        /// Nothing leaves a frozen account.
        #[refusal(16, Conflict, "{field}")]
        #[error("{account} is frozen: money may arrive, none may leave")]
        Frozen { field: String, account: String },
        /// An account has what it pays, or a limit that covers it.
        #[refusal(17, Conflict, "{field}")]
        #[error("{account} has {available} and a limit of {limit}, {asked} asked")]
        Overdraft { field: String, account: String, available: String, limit: String, asked: String },
        /// Balances and the sums of a day are at most 2^62 - 1 of the asset's smallest unit.
        #[refusal(18, Conflict, "{field}")]
        #[error("the balance of {account}, or what moved on this day, would be more than can be counted")]
        BalanceBeyondRange { field: String, account: String },
        /// A source is used once for ever.
        #[refusal(19, Conflict, "/source")]
        #[error("{source_id:?} was used for transfer {number} already")]
        SourceUsed { source_id: String, number: i64 },
        /// The account with the asset's own id moves by asset.issue and asset.redeem alone.
        #[refusal(20, Invalid, "{field}")]
        #[error("{account} is the issuer's side of the asset: use asset.issue or asset.redeem")]
        IssuerSide { field: String, account: String },
        /// A member acts as beneficiary or receiver only if it exists and is active.
        #[refusal(21, NotFound, "{field}")]
        #[error("there is no active member {member}")]
        NoMember { field: String, member: String },
        /// The hold exists.
        #[refusal(22, NotFound, "/hold")]
        #[error("there is no hold {hold}")]
        NoHold { hold: i64 },
        /// A hold that has ended stays so.
        #[refusal(23, Conflict, "/hold")]
        #[error("hold {hold} is {state}")]
        HoldEnded { hold: i64, state: String },
        /// A hold is captured or voided before it lapses.
        #[refusal(24, Expired, "/hold")]
        #[error("hold {hold} lapsed at {expires_ms} ms, it is {time_ms} ms")]
        HoldLapsed { hold: i64, expires_ms: i64, time_ms: i64 },
        /// No more is captured than the hold has left.
        #[refusal(25, Conflict, "/amount")]
        #[error("hold {hold} has {left} left, {asked} asked")]
        BeyondHold { hold: i64, left: String, asked: String },
        /// The beneficiary of a hold signs what becomes of it.
        #[refusal(26, Forbidden, "/hold")]
        #[error("{beneficiary} is the beneficiary of hold {hold} and has to sign this")]
        NotTheBeneficiary { hold: i64, beneficiary: String },
        /// The offer exists.
        #[refusal(27, NotFound, "/offer")]
        #[error("there is no offer {offer}")]
        NoOffer { offer: i64 },
        /// An offer that has ended stays so.
        #[refusal(28, Conflict, "/offer")]
        #[error("offer {offer} is {state}")]
        OfferEnded { offer: i64, state: String },
        /// An offer is answered or withdrawn before it lapses.
        #[refusal(29, Expired, "/offer")]
        #[error("offer {offer} lapsed at {expires_ms} ms, it is {time_ms} ms")]
        OfferLapsed { offer: i64, expires_ms: i64, time_ms: i64 },
        /// The receiver of an offer accepts or refuses it.
        #[refusal(30, Forbidden, "/offer")]
        #[error("{receiver} is the receiver of offer {offer} and has to sign this")]
        NotTheReceiver { offer: i64, receiver: String },
        /// The sender of an offer withdraws it.
        #[refusal(31, Forbidden, "/offer")]
        #[error("{sender} is the sender of offer {offer} and has to sign this")]
        NotTheSender { offer: i64, sender: String },
        /// An offer is accepted into the account that it names, or else into one of the receiver's own.
        #[refusal(32, Conflict, "/account")]
        #[error("offer {offer} {rule}")]
        NotTheOffersAccount { offer: i64, rule: String },
        /// A hold or offer lapses in the future, within ten years.
        #[refusal(33, Invalid, "/expires_ms")]
        #[error("{expires_ms} ms is not within the ten years after {time_ms} ms")]
        NotAnExpiry { expires_ms: i64, time_ms: i64 },
        /// An account is closed when nothing is in it.
        #[refusal(34, Conflict, "/account")]
        #[error("{account} has {available} available and {held} held")]
        NotEmpty { account: String, available: String, held: String },
        /// An account is frozen by its asset's issuer or by a member with the role court.
        #[refusal(35, Forbidden, "/account")]
        #[error("{account} is frozen and let go by {issuer} or by a member with the role court")]
        NotAPower { account: String, issuer: String },
        /// Issuer and court freeze an account once each until they let it go.
        #[refusal(36, Conflict, "/account")]
        #[error("{account} is frozen by the {power} already")]
        FrozenAlready { account: String, power: String },
        /// Only what is frozen is let go.
        #[refusal(37, Conflict, "/account")]
        #[error("{account} is not frozen by the {power}")]
        NotFrozen { account: String, power: String },
        /// What a court has frozen only a court lets go.
        #[refusal(38, Forbidden, "/account")]
        #[error("{account} is frozen by a court, and only a court lets it go")]
        FrozenByCourt { account: String },
        /// A limit covers what is overdrawn already.
        #[refusal(39, Conflict, "/limit")]
        #[error("{account} is overdrawn: {available} available, a limit of {limit} would not cover it")]
        LimitTooLow { account: String, available: String, limit: String },
        /// Assets are issued by organisations, currencies by those with the role bank.
        #[refusal(40, Forbidden, "/asset")]
        #[error("{member} is not {needed}")]
        NotAnIssuer { member: String, needed: String },
        /// An asset has 0 to 9 decimals.
        #[refusal(41, Invalid, "/decimals")]
        #[error("{decimals} decimals; an asset has 0 to 9")]
        NotDecimals { decimals: u8 },
        /// A business day begins within a day of 00:00 UTC.
        #[refusal(42, Invalid, "/day_offset_minutes")]
        #[error("{minutes} minutes; a business day begins at most 1,439 minutes before or after 00:00 UTC")]
        NotADayOffset { minutes: i16 },
        /// A currency has its ISO 4217 code, any other asset none.
        #[refusal(43, Invalid, "/currency")]
        #[error("{reason}")]
        NotACurrency { reason: String },
        /// A batch has 1 to 8,000 legs.
        #[refusal(44, TooLarge, "/legs")]
        #[error("{found} legs; a batch has 1 to {most}")]
        NotABatch { found: usize, most: usize },
        /// Each leg says whence, or the batch does for all.
        #[refusal(45, Invalid, "{field}")]
        #[error("neither the leg nor the batch says from which account")]
        LegWithoutFrom { field: String },
        /// Accounts are opened 1 to 1,000 at once.
        #[refusal(46, TooLarge, "/accounts")]
        #[error("{found} accounts; 1 to {most} are opened at once")]
        NotSoManyAccounts { found: usize, most: usize },
    }
}
