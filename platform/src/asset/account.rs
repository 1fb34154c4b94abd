use super::{Refused, terms::Terms, text::At};
use counterfoil_state::Context;
use counterfoil_types::Refusal;

/// What is counted lies within this, on either side of zero. Half of what 64 bits hold: any two such numbers can be added, here and
/// in SQL.
pub(super) const MINOR_MAX: i64 = i64::MAX / 2;

/// A number that can be counted.
pub(super) fn counted(minor: i64) -> Option<i64> {
    (-MINOR_MAX..=MINOR_MAX).contains(&minor).then_some(minor)
}

/// Where in an account money comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pot {
    /// What the owner can use.
    Available,
    /// What is set aside for holds and offers.
    Held,
}

/// An account in memory: read once, changed in order, written once.
#[derive(Debug)]
pub(super) struct Account {
    pub id: String,
    pub asset: String,
    pub owner: String,
    pub state: State,
    pub available: i64,
    pub held: i64,
    pub limit: i64,
    newest: Option<i64>,
    day: Day,
    /// The day before, which the first movement of a later one has ended.
    ended: Option<(Day, i64, i64)>,
    changed: bool,
}

/// Whether money may leave or arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Open,
    Frozen,
    Closed,
}

/// What moved on a business day.
#[derive(Debug, Clone, Copy)]
struct Day {
    day: i64,
    opening: i64,
    incoming: i64,
    incoming_count: i64,
    outgoing: i64,
    outgoing_count: i64,
}

impl State {
    fn read(text: &str) -> Self {
        match text {
            "open" => Self::Open,
            "frozen" => Self::Frozen,
            _ => Self::Closed,
        }
    }
}

impl Account {
    /// The account, if it exists.
    pub(super) fn find(ctx: &Context<'_>, id: &str) -> Result<Option<Self>, Refusal> {
        ctx.query_opt(
            "SELECT asset, owner, state, available_minor, held_minor, limit_minor, newest, day, day_opening_minor,
                    day_in_minor, day_in_count, day_out_minor, day_out_count
             FROM asset_account WHERE id = ?1",
            [id],
            |row| {
                Ok(Self {
                    id: id.to_owned(),
                    asset: row.get(0)?,
                    owner: row.get(1)?,
                    state: State::read(row.get_ref(2)?.as_str()?),
                    available: row.get(3)?,
                    held: row.get(4)?,
                    limit: row.get(5)?,
                    newest: row.get(6)?,
                    day: Day {
                        day: row.get(7)?,
                        opening: row.get(8)?,
                        incoming: row.get(9)?,
                        incoming_count: row.get(10)?,
                        outgoing: row.get(11)?,
                        outgoing_count: row.get(12)?,
                    },
                    ended: None,
                    changed: false,
                })
            },
        )
    }

    /// The account, which a command names in `field` of `at`.
    pub(super) fn read(ctx: &Context<'_>, at: At, field: &str, id: &str) -> Result<Self, Refused> {
        Self::find(ctx, id)?.ok_or_else(|| Refused::NoAccount { field: at.field(field), account: id.to_owned() })
    }

    /// Available and held.
    pub(super) fn balance(&self) -> i64 {
        self.available + self.held
    }

    /// Whether it is the issuer's side of the asset, whose balance is minus what is outstanding.
    pub(super) fn is_issuer_side(&self) -> bool {
        self.id == self.asset
    }

    /// Refuses where the account is the issuer's side.
    pub(super) fn require_ordinary(&self, at: At, field: &str) -> Result<(), Refused> {
        match self.is_issuer_side() {
            false => Ok(()),
            true => Err(Refused::IssuerSide { field: at.field(field), account: self.id.clone() }),
        }
    }

    /// Refuses where the account is of another asset.
    pub(super) fn require_asset(&self, at: At, field: &str, asset: &str) -> Result<(), Refused> {
        if self.asset == asset {
            return Ok(());
        }
        let (account, found, asset) = (self.id.clone(), self.asset.clone(), asset.to_owned());
        Err(Refused::WrongAsset { field: at.field(field), account, found, asset })
    }

    /// Refuses where nothing may arrive.
    pub(super) fn require_not_closed(&self, at: At, field: &str) -> Result<(), Refused> {
        match self.state {
            State::Open | State::Frozen => Ok(()),
            State::Closed => Err(Refused::Closed { field: at.field(field), account: self.id.clone() }),
        }
    }

    /// Refuses where nothing may leave.
    pub(super) fn require_open(&self, at: At, field: &str) -> Result<(), Refused> {
        match self.state {
            State::Open => Ok(()),
            State::Frozen => Err(Refused::Frozen { field: at.field(field), account: self.id.clone() }),
            State::Closed => Err(Refused::Closed { field: at.field(field), account: self.id.clone() }),
        }
    }

    /// Sets money aside.
    pub(super) fn hold(&mut self, terms: &Terms, amount: i64) -> Result<(), Refused> {
        self.take(terms, At::Call, amount)?;
        self.held += amount;
        self.changed = true;
        Ok(())
    }

    /// Gives back what was set aside.
    pub(super) fn release(&mut self, amount: i64) {
        self.held -= amount;
        self.available += amount;
        self.changed = true;
    }

    /// Takes an amount out, in the movement `number` of a day; the movement before and the balance after.
    pub(super) fn debit(
        &mut self,
        terms: &Terms,
        at: At,
        pot: Pot,
        amount: i64,
        movement: (i64, i64),
    ) -> Result<(Option<i64>, i64), Refused> {
        self.begin(movement.1);
        match pot {
            Pot::Available => self.take(terms, at, amount)?,
            Pot::Held => self.held -= amount,
        }
        self.day.outgoing = counted(self.day.outgoing + amount).ok_or_else(|| self.beyond(at, "amount"))?;
        self.day.outgoing_count += 1;
        Ok((self.newest.replace(movement.0), self.balance()))
    }

    /// Puts an amount in, in the movement `number` of a day; the movement before and the balance after.
    pub(super) fn credit(
        &mut self,
        at: At,
        field: &str,
        amount: i64,
        movement: (i64, i64),
    ) -> Result<(Option<i64>, i64), Refused> {
        self.begin(movement.1);
        let balance = counted(self.balance() + amount).ok_or_else(|| self.beyond(at, field))?;
        self.available += amount;
        self.day.incoming = counted(self.day.incoming + amount).ok_or_else(|| self.beyond(at, field))?;
        self.day.incoming_count += 1;
        Ok((self.newest.replace(movement.0), balance))
    }

    fn take(&mut self, terms: &Terms, at: At, amount: i64) -> Result<(), Refused> {
        if !self.is_issuer_side() && self.available + self.limit < amount {
            return Err(Refused::Overdraft {
                field: at.field("amount"),
                account: self.id.clone(),
                available: terms.shown(self.available),
                limit: terms.shown(self.limit),
                asked: terms.shown(amount),
            });
        }
        self.available = counted(self.available - amount).ok_or_else(|| self.beyond(at, "amount"))?;
        Ok(())
    }

    /// Begins a movement on a business day, which ends an earlier one.
    fn begin(&mut self, day: i64) {
        self.changed = true;
        if self.day.day == day {
            return;
        }
        self.ended = self.newest.map(|newest| (self.day, self.balance(), newest));
        let opening = self.balance();
        self.day = Day { day, opening, incoming: 0, incoming_count: 0, outgoing: 0, outgoing_count: 0 };
    }

    fn beyond(&self, at: At, field: &str) -> Refused {
        Refused::BalanceBeyondRange { field: at.field(field), account: self.id.clone() }
    }

    /// Writes what changed.
    pub(super) fn write(&self, ctx: &mut Context<'_>) -> Result<(), Refusal> {
        if let Some((day, closing, newest)) = self.ended {
            ctx.run(
                "INSERT INTO asset_day (account, day, opening_minor, in_minor, in_count, out_minor, out_count, closing_minor,
                                        newest)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                (
                    &self.id,
                    day.day,
                    day.opening,
                    day.incoming,
                    day.incoming_count,
                    day.outgoing,
                    day.outgoing_count,
                    closing,
                    newest,
                ),
            )?;
        }
        if !self.changed {
            return Ok(());
        }
        ctx.run(
            "UPDATE asset_account SET available_minor = ?2, held_minor = ?3, newest = ?4, day = ?5, day_opening_minor = ?6,
                    day_in_minor = ?7, day_in_count = ?8, day_out_minor = ?9, day_out_count = ?10
             WHERE id = ?1",
            (
                &self.id,
                self.available,
                self.held,
                self.newest,
                self.day.day,
                self.day.opening,
                self.day.incoming,
                self.day.incoming_count,
                self.day.outgoing,
                self.day.outgoing_count,
            ),
        )?;
        Ok(())
    }
}
