//! Where the things of a ledger are shown.

use crate::{
    console::encoded,
    problem::{Answer, Problem},
};
use axum::http::Uri;
use percent_encoding::percent_decode_str;

/// A block.
pub fn block(height: u64) -> String {
    format!("/blocks/{height}")
}

/// An entry of a block.
pub fn entry(height: u64, index: u32) -> String {
    format!("/blocks/{height}/{index}")
}

/// A table.
pub fn table(name: &str) -> String {
    format!("/tables/{}", encoded(name))
}

/// A row, by the values of its primary key as text.
pub fn row<S: AsRef<str>>(table: &str, key: &[S]) -> String {
    format!("{}/{}", self::table(table), key_text(key))
}

/// The proof of a row.
pub fn proof<S: AsRef<str>>(table: &str, key: &[S]) -> String {
    format!("/v1/rows/{}/{}/proof", encoded(table), key_text(key))
}

/// What a row is of, where that has a page of its own; else the row.
pub fn thing<S: AsRef<str>>(table: &str, key: &[S]) -> String {
    let area = match table {
        "member" => "members",
        "asset_account" => "accounts",
        "invoice" => "invoices",
        "package" => "packages",
        _ => return row(table, key),
    };
    format!("/{area}/{}", key_text(key))
}

/// A member.
pub fn member(id: &str) -> String {
    thing("member", &[id])
}

/// The key of a row as a part of an address: a comma between its values stands as it is, one inside a value as `%2C`.
fn key_text<S: AsRef<str>>(key: &[S]) -> String {
    let values: Vec<String> = key.iter().map(|value| encoded(value.as_ref()).to_string()).collect();
    values.join(",")
}

/// Table and key of `/tables/{table}/{key}`, split before they are decoded.
pub fn row_of(uri: &Uri) -> Answer<(String, Vec<String>)> {
    let mut parts = uri.path().trim_start_matches("/tables/").split('/');
    let (table, key) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    Ok((decoded(table)?, key_of(key)?))
}

/// A key as it stands in an address, or as somebody writes it: values with commas between them.
pub fn key_of(text: &str) -> Answer<Vec<String>> {
    text.split(',').map(decoded).collect()
}

fn decoded(part: &str) -> Answer<String> {
    let text = percent_decode_str(part).decode_utf8();
    text.map(String::from).map_err(|_| Problem::malformed(format!("{part:?} is not UTF-8")))
}

/// Where a value of a column, or of an argument, leads.
pub fn of_value(name: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if name == "height" || name.ends_with("_height") {
        return text.parse().ok().map(block);
    }
    let member = |id: &str| member(id.split('/').next().unwrap_or_default());
    Some(match name {
        "member" | "owner" | "issuer" | "sponsor" | "reader" | "sealer" | "beneficiary" | "receiver"
        | "organisation" | "applicant" | "payer_member" | "proposer" | "creator" => member(text),
        "signer" | "set_by" | "added_by" | "frozen_by" | "kid" => member(text),
        "account" | "from_account" | "to_account" => thing("asset_account", &[text]),
        "asset" => row("asset", &[text]),
        "invoice" => thing("invoice", &[text]),
        "payment" => row("invoice_payment", &[text]),
        "seller" | "taxpayer" => row("invoice_taxpayer", &[text]),
        "document" => row("document", &[text]),
        "package" => thing("package", &[text]),
        "proposal" => row("approval_proposal", &[text]),
        "table_name" => table(text),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_there_and_back() {
        for key in [&["a,b", "餐/厅?#"][..], &[""], &["100%", " "], &["<b>\u{202e}", "1"]] {
            let uri: Uri = row("warehouse.receipt", key).parse().unwrap();
            let (table, found) = row_of(&uri).unwrap();
            assert_eq!(table, "warehouse.receipt");
            assert_eq!(found, key);
        }
        assert!(key_of("%ff").is_err());
    }

    #[test]
    fn values_lead_to_what_they_name() {
        for (name, text, expected) in [
            ("added_height", "7", Some("/blocks/7")),
            ("height", "x", None),
            ("signer", "core-corp/ann", Some("/members/core%2Dcorp")),
            ("to_account", "shop-1/cny", Some("/accounts/shop%2D1%2Fcny")),
            ("title", "core-corp", None),
            ("member", "", None),
        ] {
            assert_eq!(of_value(name, text).as_deref(), expected, "{name} {text}");
        }
    }
}
