//! The parties of an invoice.

use super::tree::Element;
use crate::invoice::en16931::{Address, Buyer, Contact, Identifier, Payee, Representative, Seller};

/// The identifier that a bank gave a SEPA creditor (BT-90): one of the seller or, where there is one, the payee.
pub(super) fn creditor(root: &Element) -> Option<String> {
    let seller = root.at(&["AccountingSupplierParty", "Party"]);
    let parties = seller.into_iter().chain(root.first("PayeeParty"));
    parties.flat_map(ids).find(Identifier::is_sepa).and_then(|id| id.value)
}

fn ids(party: &Element) -> impl Iterator<Item = Identifier> {
    party.all("PartyIdentification").filter_map(|id| id.first("ID")).map(Element::identifier)
}

fn tax_registration(party: &Element, vat: bool) -> Option<String> {
    party
        .all("PartyTaxScheme")
        .filter(|scheme| scheme.is_vat() == vat)
        .find_map(|scheme| scheme.text_at(&["CompanyID"]))
}

fn contact(party: &Element) -> Option<Contact> {
    party.first("Contact").map(|contact| Contact {
        point: contact.text_at(&["Name"]),
        telephone: contact.text_at(&["Telephone"]),
        email: contact.text_at(&["ElectronicMail"]),
    })
}

/// A postal address.
pub(super) fn address(element: &Element) -> Address {
    Address {
        line1: element.text_at(&["StreetName"]),
        line2: element.text_at(&["AdditionalStreetName"]),
        line3: element.text_at(&["AddressLine", "Line"]),
        city: element.text_at(&["CityName"]),
        postcode: element.text_at(&["PostalZone"]),
        subdivision: element.text_at(&["CountrySubentity"]),
        country: element.text_at(&["Country", "IdentificationCode"]),
    }
}

/// The seller. `debit`: an identifier of a SEPA creditor is told with the direct debit and none of the seller's own.
pub(super) fn seller(party: &Element, debit: bool) -> Seller {
    Seller {
        name: party.text_at(&["PartyLegalEntity", "RegistrationName"]),
        trading_name: party.text_at(&["PartyName", "Name"]),
        ids: ids(party).filter(|id| !(debit && id.is_sepa())).collect(),
        legal_id: party.identifier_at(&["PartyLegalEntity", "CompanyID"]),
        vat_id: tax_registration(party, true),
        tax_id: tax_registration(party, false),
        legal_information: party.text_at(&["PartyLegalEntity", "CompanyLegalForm"]),
        electronic_address: party.identifier_at(&["EndpointID"]),
        address: party.first("PostalAddress").map(address),
        contact: contact(party),
    }
}

/// The buyer.
pub(super) fn buyer(party: &Element) -> Buyer {
    Buyer {
        name: party.text_at(&["PartyLegalEntity", "RegistrationName"]),
        trading_name: party.text_at(&["PartyName", "Name"]),
        id: ids(party).next(),
        legal_id: party.identifier_at(&["PartyLegalEntity", "CompanyID"]),
        vat_id: tax_registration(party, true),
        electronic_address: party.identifier_at(&["EndpointID"]),
        address: party.first("PostalAddress").map(address),
        contact: contact(party),
    }
}

/// Who is paid. `debit` as for the seller.
pub(super) fn payee(party: &Element, debit: bool) -> Payee {
    Payee {
        name: party.text_at(&["PartyName", "Name"]),
        id: ids(party).find(|id| !(debit && id.is_sepa())),
        legal_id: party.identifier_at(&["PartyLegalEntity", "CompanyID"]),
    }
}

/// The seller's tax representative.
pub(super) fn representative(party: &Element) -> Representative {
    Representative {
        name: party.text_at(&["PartyName", "Name"]),
        vat_id: tax_registration(party, true),
        address: party.first("PostalAddress").map(address),
    }
}
