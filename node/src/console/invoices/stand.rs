use super::texts::Texts;
use crate::console::texts::Texts as Shared;

/// How an invoice stands: a word, and which colour it has.
pub struct Stand {
    /// In the reader's language.
    pub name: &'static str,
    /// `good`, `done`, `wrong` or nothing: a class of the style sheet.
    pub class: &'static str,
}

impl Stand {
    /// By the ledger's word.
    pub fn new(word: &str, shared: &'static Shared) -> Self {
        let class = match word {
            "issued" | "passed_on" | "locked" => "good",
            "closed" => "done",
            "partly_reversed" | "reversed" => "wrong",
            _ => "",
        };
        Self { name: shared.state(word), class }
    }
}

/// A state of the diagram.
pub struct Place {
    /// Its name.
    pub name: &'static str,
    /// Whether the invoice is in it.
    pub current: bool,
    /// `past` before the one in which it is.
    pub class: &'static str,
}

/// A row of the diagram: what the states are of, and the states in their order.
pub struct Track {
    /// Its name.
    pub name: &'static str,
    /// Its states.
    pub places: Vec<Place>,
}

/// What an invoice is, for its diagram.
pub struct Standing<'a> {
    /// `issued`, `partly_reversed` or `reversed`.
    pub state: &'a str,
    /// `locked`, `closed` or nothing.
    pub reimbursement: &'a str,
    /// `deductible`, `not_deductible`, `revoked` or nothing.
    pub booking: &'a str,
    /// Whether its tax can be deducted.
    pub deductible: bool,
    /// Whether it is passed on to somebody.
    pub passed_on: bool,
}

/// The diagram: three lives that an invoice has side by side.
pub fn tracks(of: &Standing<'_>, t: &'static Texts, shared: &'static Shared) -> Vec<Track> {
    let track = |name, states: Vec<(&'static str, bool)>| {
        let at = states.iter().position(|(_, current)| *current).unwrap_or_default();
        let place = |(at_place, (name, current)): (usize, (&'static str, bool))| Place {
            name,
            current,
            class: if at_place < at { "past" } else { "" },
        };
        Track { name, places: states.into_iter().enumerate().map(place).collect() }
    };
    let open = of.reimbursement.is_empty();
    vec![
        track(
            t.track_invoice,
            ["issued", "partly_reversed", "reversed"].map(|one| (shared.state(one), of.state == one)).into(),
        ),
        track(
            t.track_reimbursement,
            vec![
                (t.not_passed_on, open && !of.passed_on),
                (shared.state("passed_on"), open && of.passed_on),
                (shared.state("locked"), of.reimbursement == "locked"),
                (shared.state("closed"), of.reimbursement == "closed"),
            ],
        ),
        track(
            t.track_booking,
            vec![
                (t.not_booked, of.booking.is_empty()),
                (
                    if of.booking == "not_deductible" || !of.deductible {
                        t.booked_not_deductible
                    } else {
                        t.booked_deductible
                    },
                    ["deductible", "not_deductible"].contains(&of.booking),
                ),
                (t.booking_revoked, of.booking == "revoked"),
            ],
        ),
    ]
}
