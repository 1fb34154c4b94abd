//! Holds and offers as they stand: money that is set aside until a claim to it is fulfilled, given up or lapses.

use super::{
    Number, Refused,
    text::{self, At},
};
use counterfoil_state::Context;
use counterfoil_types::Refusal;
use std::collections::BTreeMap;

/// Holds, and offers, that lapse in one block at most; the rest follow in the next.
const LAPSES_MAX: i64 = 500;

/// A hold that is open.
pub(super) struct Hold {
    pub number: i64,
    pub account: String,
    pub asset: String,
    pub captured: i64,
    pub left: i64,
    pub reference: Option<String>,
}

/// An offer that is open.
pub(super) struct Offer {
    pub number: i64,
    pub from: String,
    pub asset: String,
    pub receiver: String,
    pub to: Option<String>,
    pub amount: i64,
    pub reference: Option<String>,
    pub end_to_end_id: Option<String>,
}

/// Who may end an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Party {
    Sender,
    Receiver,
}

impl Hold {
    /// The hold, which is open and whose beneficiary has signed.
    pub(super) fn read(ctx: &Context<'_>, number: Number) -> Result<Self, Refused> {
        let found = ctx.query_opt(
            "SELECT h.account, a.asset, h.captured_minor, h.amount_minor - h.captured_minor, h.reference, h.beneficiary,
                    h.state, h.expires_ms
             FROM asset_hold h JOIN asset_account a ON a.id = h.account WHERE h.number = ?1",
            [number.0],
            |row| {
                let (account, asset, captured, left) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                let hold = Self { number: number.0, account, asset, captured, left, reference: row.get(4)? };
                Ok((hold, row.get::<_, String>(5)?, row.get::<_, String>(6)?, row.get::<_, i64>(7)?))
            },
        )?;
        let Some((hold, beneficiary, state, expires_ms)) = found else {
            return Err(Refused::NoHold { hold: number.0 });
        };
        if !signed(ctx, &beneficiary) {
            return Err(Refused::NotTheBeneficiary { hold: number.0, beneficiary });
        }
        if state != "open" {
            return Err(Refused::HoldEnded { hold: number.0, state });
        }
        let time_ms = text::time_ms(ctx);
        if time_ms >= expires_ms {
            return Err(Refused::HoldLapsed { hold: number.0, expires_ms, time_ms });
        }
        Ok(hold)
    }

    /// Writes what was captured of it, and its end if it has ended.
    pub(super) fn write(&self, ctx: &mut Context<'_>, captured: i64, ended: Option<&str>) -> Result<(), Refusal> {
        let ended_ms = ended.map(|_| text::time_ms(ctx));
        ctx.run(
            "UPDATE asset_hold SET captured_minor = ?2, state = ?3, ended_ms = ?4 WHERE number = ?1",
            (self.number, captured, ended.unwrap_or("open"), ended_ms),
        )?;
        Ok(())
    }
}

impl Offer {
    /// The offer, which is open and which a party to it, who has signed, ends.
    pub(super) fn read(ctx: &Context<'_>, number: Number, party: Party) -> Result<Self, Refused> {
        let found = ctx.query_opt(
            "SELECT o.from_account, a.asset, o.receiver, o.to_account, o.amount_minor, o.reference, o.end_to_end_id, a.owner,
                    o.state, o.expires_ms
             FROM asset_offer o JOIN asset_account a ON a.id = o.from_account WHERE o.number = ?1",
            [number.0],
            |row| {
                let offer = Self {
                    number: number.0,
                    from: row.get(0)?,
                    asset: row.get(1)?,
                    receiver: row.get(2)?,
                    to: row.get(3)?,
                    amount: row.get(4)?,
                    reference: row.get(5)?,
                    end_to_end_id: row.get(6)?,
                };
                Ok((offer, row.get::<_, String>(7)?, row.get::<_, String>(8)?, row.get::<_, i64>(9)?))
            },
        )?;
        let Some((offer, sender, state, expires_ms)) = found else {
            return Err(Refused::NoOffer { offer: number.0 });
        };
        match party {
            Party::Receiver if !signed(ctx, &offer.receiver) => {
                return Err(Refused::NotTheReceiver { offer: number.0, receiver: offer.receiver });
            }
            Party::Sender if !signed(ctx, &sender) => return Err(Refused::NotTheSender { offer: number.0, sender }),
            Party::Receiver | Party::Sender => {}
        }
        if state != "open" {
            return Err(Refused::OfferEnded { offer: number.0, state });
        }
        let time_ms = text::time_ms(ctx);
        if time_ms >= expires_ms {
            return Err(Refused::OfferLapsed { offer: number.0, expires_ms, time_ms });
        }
        Ok(offer)
    }

    /// Writes its end without a payment: what was set aside is the sender's again.
    pub(super) fn end(&self, ctx: &mut Context<'_>, state: &str, reason: Option<&str>) -> Result<(), Refusal> {
        let time_ms = text::time_ms(ctx);
        ctx.run(
            "UPDATE asset_offer SET state = ?2, reason = ?3, ended_ms = ?4 WHERE number = ?1",
            (self.number, state, reason, time_ms),
        )?;
        release(ctx, &self.from, self.amount)
    }
}

fn signed(ctx: &Context<'_>, member: &str) -> bool {
    ctx.signers().iter().any(|kid| kid.member() == member)
}

/// Refuses where there is no active member of this id.
pub(super) fn require_active(ctx: &Context<'_>, field: &str, member: &str) -> Result<(), Refused> {
    let found = ctx.query_opt("SELECT 1 FROM member WHERE id = ?1 AND state = 'active'", [member], |_| Ok(()))?;
    found.ok_or_else(|| Refused::NoMember { field: At::Call.field(field), member: member.to_owned() })
}

/// Makes an amount that was set aside available again.
pub(super) fn release(ctx: &mut Context<'_>, account: &str, amount: i64) -> Result<(), Refusal> {
    ctx.run(
        "UPDATE asset_account SET available_minor = available_minor + ?2, held_minor = held_minor - ?2 WHERE id = ?1",
        (account, amount),
    )?;
    Ok(())
}

/// Ends the holds and offers whose time is over. Until its turn comes one that is over cannot be used either.
pub(super) fn lapse(ctx: &mut Context<'_>) -> Result<(), Refusal> {
    let time_ms = text::time_ms(ctx);
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let holds: Vec<(i64, String, i64)> = ctx.query(
        "SELECT number, account, amount_minor - captured_minor FROM asset_hold
         WHERE state = 'open' AND expires_ms <= ?1 ORDER BY expires_ms, number LIMIT ?2",
        (time_ms, LAPSES_MAX),
        read,
    )?;
    let offers: Vec<(i64, String, i64)> = ctx.query(
        "SELECT number, from_account, amount_minor FROM asset_offer
         WHERE state = 'open' AND expires_ms <= ?1 ORDER BY expires_ms, number LIMIT ?2",
        (time_ms, LAPSES_MAX),
        read,
    )?;
    let mut released = BTreeMap::<&str, i64>::new();
    for (_, account, amount) in holds.iter().chain(&offers) {
        *released.entry(account).or_default() += amount;
    }
    for (number, _, _) in &holds {
        ctx.run("UPDATE asset_hold SET state = 'lapsed', ended_ms = ?2 WHERE number = ?1", (number, time_ms))?;
    }
    for (number, _, _) in &offers {
        ctx.run("UPDATE asset_offer SET state = 'lapsed', ended_ms = ?2 WHERE number = ?1", (number, time_ms))?;
    }
    for (account, amount) in released {
        release(ctx, account, amount)?;
    }
    Ok(())
}
