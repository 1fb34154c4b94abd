//! The words of the ledger in the reader's language.

use super::texts::Texts;
use crate::console::texts::Texts as Shared;

impl Texts {
    /// A step of an invoice's history; those that are no states have words of their own.
    pub fn step(&self, shared: &'static Shared, word: &str) -> &'static str {
        match word {
            "red_requested" => self.step_red_requested,
            "red_confirmed" => self.step_red_confirmed,
            "red_refused" => self.step_red_refused,
            "red_withdrawn" => self.step_red_withdrawn,
            "red_lapsed" => self.step_red_lapsed,
            "red_issued" => self.step_red_issued,
            "booked_deductible" => self.step_booked_deductible,
            "booked_not_deductible" => self.step_booked_not_deductible,
            other => shared.state(other),
        }
    }

    /// How it is booked; nothing where it is not.
    pub fn booking(&self, word: &str) -> &'static str {
        match word {
            "deductible" => self.booked_deductible,
            "not_deductible" => self.booked_not_deductible,
            _ => "",
        }
    }

    /// A regime.
    pub fn regime_name(&self, regime: &str) -> &'static str {
        if regime == "cn-vat" { self.regime_chinese } else { self.regime_european }
    }

    /// A kind of Chinese invoices, or the usual types of UNTDID 1001; another code stands for itself.
    pub fn kind<'a>(&self, kind: &'a str) -> &'a str {
        match kind {
            "380" => self.kind_invoice,
            "381" => self.kind_credit,
            "ordinary" => self.kind_ordinary,
            "special" => self.kind_special,
            code => code,
        }
    }

    /// A category of rates: a Chinese one, or one of UNTDID 5305; another code stands for itself.
    pub fn category<'a>(&self, category: &'a str) -> &'a str {
        match category {
            "standard" | "S" => self.category_standard,
            "exempt" | "E" => self.category_exempt,
            "untaxed" => self.category_untaxed,
            "zero-rated" | "Z" => self.category_zero,
            "AE" => self.category_reverse,
            "K" => self.category_within,
            "G" => self.category_export,
            "O" => self.category_outside,
            "simplified" => self.category_simplified,
            code => code,
        }
    }

    /// A further particular of an invoice.
    pub fn note(&self, name: &str) -> &'static str {
        match name {
            "payee" => self.note_payee,
            "reviewer" => self.note_reviewer,
            "drawer" => self.note_drawer,
            _ => self.note_remark,
        }
    }

    /// Why a red letter is asked for.
    pub fn red_reason(&self, code: &str) -> &'static str {
        match code {
            "01" => self.red_wrong,
            "02" => self.red_returned,
            "03" => self.red_ended,
            _ => self.red_allowance,
        }
    }

    /// How the form of a red letter stands.
    pub fn form_state(&self, word: &str) -> &'static str {
        match word {
            "no_confirmation_needed" => self.form_free,
            "awaiting_buyer" => self.form_buyer,
            "awaiting_seller" => self.form_seller,
            "confirmed" => self.form_confirmed,
            "lapsed" => self.form_lapsed,
            "withdrawn" => self.form_withdrawn,
            "issued" => self.form_issued,
            _ => self.form_refused,
        }
    }

    /// How a question stands.
    pub fn question_state(&self, word: &str) -> &'static str {
        match word {
            "open" => self.question_open,
            "answered" => self.question_answered,
            "upheld" => self.question_upheld,
            _ => self.question_dropped,
        }
    }

    /// What a taxpayer is.
    pub fn taxpayer_state(&self, word: &str) -> &'static str {
        match word {
            "active" => self.active,
            "suspended" => self.suspended,
            "deregistered" => self.deregistered,
            _ => self.not_named,
        }
    }

    /// The scale of a taxpayer.
    pub fn scale_name(&self, word: &str) -> &'static str {
        if word == "small" { self.scale_small } else { self.scale_general }
    }

    /// A kind of alarm.
    pub fn alarm(&self, kind: &str) -> &'static str {
        match kind {
            "near_quota" => self.alarm_near_quota,
            "many_red_letters" => self.alarm_many_red,
            "several_buyers" => self.alarm_several_buyers,
            _ => self.alarm_round_trip,
        }
    }
}
