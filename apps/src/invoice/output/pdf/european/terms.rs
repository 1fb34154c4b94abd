//! Groups of terms as texts.

use crate::invoice::{
    commands::sign,
    decimal::Amount,
    en16931::{Address, Allowance, Buyer, Contact, Identifier, Invoice, Line, Period, Seller, Vat},
};

pub fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

pub fn figure(amount: &Option<Amount>) -> &str {
    amount.as_ref().map_or("", Amount::text)
}

/// The invoice's type (UNTDID 1001) in words.
pub fn title(invoice: &Invoice) -> &'static str {
    if sign(invoice.type_code.as_deref()) < 0 {
        return "Credit note";
    }
    match text(&invoice.type_code) {
        "384" => "Corrected invoice",
        "386" => "Prepayment invoice",
        "389" => "Self-billed invoice",
        "326" => "Partial invoice",
        _ => "Invoice",
    }
}

/// The texts that are there, with something between them.
pub fn joined<'a>(between: &str, texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(between)
}

pub fn identifier(id: &Identifier) -> String {
    let scheme = id.scheme.as_ref().map(|scheme| format!("({scheme})")).unwrap_or_default();
    joined(" ", [text(&id.value), &scheme])
}

pub fn address(address: &Address) -> String {
    let city = joined(" ", [text(&address.postcode), text(&address.city)]);
    let country = joined(", ", [text(&address.subdivision), text(&address.country)]);
    joined("\n", [text(&address.line1), text(&address.line2), text(&address.line3), &city, &country])
}

fn contact(contact: &Contact) -> String {
    joined("\n", [text(&contact.point), text(&contact.telephone), text(&contact.email)])
}

fn named(word: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{word} {value}") }
}

pub fn seller(seller: &Seller) -> String {
    let ids = joined(", ", seller.ids.iter().map(identifier).collect::<Vec<_>>().iter().map(String::as_str));
    let legal = seller.legal_id.as_ref().map(identifier).unwrap_or_default();
    joined(
        "\n",
        [
            text(&seller.name),
            text(&seller.trading_name),
            &seller.address.as_ref().map(address).unwrap_or_default(),
            &named("VAT", text(&seller.vat_id)),
            &named("Tax", text(&seller.tax_id)),
            &named("Registered", &legal),
            &named("Id", &ids),
            text(&seller.legal_information),
            &seller.contact.as_ref().map(contact).unwrap_or_default(),
        ],
    )
}

pub fn buyer(buyer: &Buyer) -> String {
    let [id, legal] = [&buyer.id, &buyer.legal_id].map(|id| id.as_ref().map(identifier).unwrap_or_default());
    joined(
        "\n",
        [
            text(&buyer.name),
            text(&buyer.trading_name),
            &buyer.address.as_ref().map(address).unwrap_or_default(),
            &named("VAT", text(&buyer.vat_id)),
            &named("Registered", &legal),
            &named("Id", &id),
            &buyer.contact.as_ref().map(contact).unwrap_or_default(),
        ],
    )
}

pub fn period(period: &Period) -> String {
    joined(" – ", [text(&period.start), text(&period.end)])
}

pub fn vat(vat: &Vat) -> String {
    let rate = vat.rate.as_ref().map(|rate| format!("{}%", rate.text())).unwrap_or_default();
    joined(" ", [text(&vat.category), &rate])
}

pub fn reason(allowance: &Allowance) -> String {
    let percent = allowance.percent.as_ref().map(|percent| format!("{}%", percent.text())).unwrap_or_default();
    let base = named("of", figure(&allowance.base));
    joined(" ", [text(&allowance.reason), text(&allowance.reason_code), &percent, &base])
}

/// What a line is of, with its allowances and charges.
pub fn item(line: &Line) -> String {
    let mut texts = Vec::new();
    if let Some(item) = &line.item {
        let standard = item.standard_id.as_ref().map(identifier).unwrap_or_default();
        let ids = [named("seller's", text(&item.seller_id)), named("buyer's", text(&item.buyer_id)), standard];
        texts.extend([text(&item.name).to_owned(), text(&item.description).to_owned()]);
        texts.push(joined(", ", ids.iter().map(String::as_str)));
        texts.push(named("from", text(&item.origin)));
        texts.extend(
            item.attributes.iter().map(|attribute| joined(": ", [text(&attribute.name), text(&attribute.value)])),
        );
    }
    texts.push(line.period.as_ref().map(period).unwrap_or_default());
    texts.push(named("order line", text(&line.order_line)));
    texts.push(text(&line.note).to_owned());
    for (word, all) in [("Allowance", &line.allowances), ("Charge", &line.charges)] {
        texts.extend(all.iter().map(|allowance| joined(" ", [word, &reason(allowance), figure(&allowance.amount)])));
    }
    joined("\n", texts.iter().map(String::as_str))
}

/// A line's price, and how many units it is for.
pub fn price(line: &Line) -> String {
    let Some(price) = &line.price else { return String::new() };
    let base = joined(" ", [figure(&price.base_quantity), text(&price.base_unit)]);
    joined(" ", [figure(&price.net), &named("per", &base)])
}
