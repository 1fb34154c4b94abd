use super::kind::{Group, Kind, List, Look, lists, together};
use crate::{
    console::{
        desk::Desk,
        money::{Claim, HOLDS, OFFERS, SENT, claim},
    },
    problem::Answer,
};

/// Money that is set aside for the member or offered to it, and what it has offered itself.
pub(super) static MONEY: Group = Group::new(KINDS, || together(KINDS, "*"));

const KINDS: &[Kind] = &[Kind::own("offer", OFFERS), Kind::own("hold", HOLDS), Kind::of_others("sent", SENT)];

/// Money that waits for the member, or for whom it has offered it to; one SELECT.
pub(super) async fn waiting(desk: &Desk, look: &Look) -> Answer<Vec<List<Claim>>> {
    lists(desk, &MONEY, look, &[], |row| claim(row, desk.language())).await
}
