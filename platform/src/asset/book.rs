use super::{
    Refused,
    account::{Account, Pot},
    terms::Terms,
    text::{self, At},
};
use counterfoil_state::Context;
use counterfoil_types::Refusal;
use std::collections::BTreeMap;

/// The accounts that a command moves money between: each is read once and written once, however many movements it has.
pub(super) struct Book<'a> {
    pub terms: Terms,
    time_ms: i64,
    day: i64,
    accounts: Vec<Account>,
    places: BTreeMap<&'a str, usize>,
    movements: Vec<Movement<'a>>,
}

/// A movement that a command asks for; `from` and `to` are places in the book.
pub(super) struct Posting<'a> {
    pub kind: &'static str,
    pub at: At,
    pub from: usize,
    pub from_field: &'static str,
    pub pot: Pot,
    pub to: usize,
    pub to_field: &'static str,
    pub amount: i64,
    pub claim: Option<i64>,
    pub reference: Option<&'a str>,
    pub end_to_end_id: Option<&'a str>,
}

/// A movement that has taken place in memory, as it will stand in `asset_transfer`.
struct Movement<'a> {
    number: i64,
    posting: Posting<'a>,
    from: (Option<i64>, i64),
    to: (Option<i64>, i64),
}

impl<'a> Book<'a> {
    /// A book of one asset.
    pub(super) fn new(ctx: &Context<'_>, terms: Terms) -> Self {
        let time_ms = text::time_ms(ctx);
        let day = terms.day(time_ms);
        Self { terms, time_ms, day, accounts: Vec::new(), places: BTreeMap::new(), movements: Vec::new() }
    }

    /// The place of an account, which a command names in `field` of `at`; it is of the book's asset.
    pub(super) fn place(&mut self, ctx: &Context<'_>, at: At, field: &str, id: &'a str) -> Result<usize, Refused> {
        if let Some(place) = self.places.get(id) {
            return Ok(*place);
        }
        let account = Account::read(ctx, at, field, id)?;
        account.require_asset(at, field, &self.terms.asset)?;
        self.accounts.push(account);
        let place = self.accounts.len() - 1;
        self.places.insert(id, place);
        Ok(place)
    }

    /// The account at a place.
    pub(super) fn account(&self, place: usize) -> &Account {
        &self.accounts[place]
    }

    /// The account at a place, to set money aside or give it back.
    pub(super) fn account_mut(&mut self, place: usize) -> &mut Account {
        &mut self.accounts[place]
    }

    /// Moves an amount in memory; the movement's number.
    pub(super) fn post(&mut self, ctx: &mut Context<'_>, posting: Posting<'a>) -> Result<i64, Refused> {
        let Posting { at, from, from_field, pot, to, to_field, amount, .. } = posting;
        if from == to {
            return Err(Refused::SelfTransfer { field: at.field(to_field), account: self.accounts[to].id.clone() });
        }
        self.accounts[from].require_open(at, from_field)?;
        self.accounts[to].require_not_closed(at, to_field)?;
        let number = ctx.new_number();
        let from = self.accounts[from].debit(&self.terms, at, pot, amount, (number, self.day))?;
        let to = self.accounts[to].credit(at, to_field, amount, (number, self.day))?;
        self.movements.push(Movement { number, posting, from, to });
        Ok(number)
    }

    /// Writes the accounts in the order of their ids, then the movements in their own.
    pub(super) fn write(&self, ctx: &mut Context<'_>) -> Result<(), Refusal> {
        for place in self.places.values() {
            self.accounts[*place].write(ctx)?;
        }
        for movement in &self.movements {
            self.insert(ctx, movement)?;
        }
        Ok(())
    }

    fn insert(&self, ctx: &mut Context<'_>, movement: &Movement<'_>) -> Result<(), Refusal> {
        let Movement { number, posting, from, to } = movement;
        ctx.run(
            "INSERT INTO asset_transfer (number, kind, asset, from_account, to_account, amount_minor, from_balance_minor,
                                         to_balance_minor, from_previous, to_previous, day, time_ms, claim, reference,
                                         end_to_end_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            (
                number,
                posting.kind,
                &self.terms.asset,
                &self.accounts[posting.from].id,
                &self.accounts[posting.to].id,
                posting.amount,
                from.1,
                to.1,
                from.0,
                to.0,
                self.day,
                self.time_ms,
                posting.claim,
                posting.reference,
                posting.end_to_end_id,
            ),
        )?;
        Ok(())
    }
}
