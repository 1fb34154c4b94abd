use super::*;
use crate::invoice::{
    Item, Kind, Preference,
    decimal::Fixed,
    output::{
        Colour, Face,
        tests::{face, full_face, long_face, reversed},
    },
    ubl::Problem,
};
use proptest::{collection::vec, option, prelude::*};

fn json(face: &Face) -> serde_json::Value {
    serde_json::to_value(face).unwrap()
}

#[test]
fn the_example_is_written_as_the_platform_delivers_it() {
    let mut face = full_face();
    face.items[1].discount = Some(Fixed(1_000));
    face.items[1].preference = Some(Preference::Simplified);
    assert_eq!(write(&face), include_str!("example.xml"));
}

#[test]
fn what_was_written_is_read_back() {
    for blue in [face(), full_face(), long_face(100)] {
        for face in [reversed(&blue), blue] {
            let text = write(&face);
            let read = read(text.as_bytes()).unwrap();
            assert_eq!(json(&read), json(&face));
            assert_eq!(write(&read), text);
        }
    }
}

/// As the platform writes them: with elements that no face has a place for.
#[test]
fn foreign_particulars_are_left_out() {
    let text = write(&face())
        .replace("<RequestTime>2026-11-24 10:30:07", "<RequestTime>2026-11-24 10:30:09")
        .replace("<TaxRate>0.13<", "<TaxRate>0.130000<")
        .replace("<UnPrice>3804.424779<", "<UnPrice>3804.4247787610619<")
        .replace("</Header>", "<UndefinedLabel><Label><LabelCode>1</LabelCode></Label></UndefinedLabel></Header>")
        .replace("<IssueTime>2026-11-24", "<IssueTime>2026-11-24 10:30:07")
        .replace(
            "</EInvoice>",
            "<TaxBureauSignature><SignatureValue>x</SignatureValue></TaxBureauSignature></EInvoice>",
        );
    let mut expected = face();
    expected.requested = "2026-11-24 10:30:09".to_owned();
    assert_eq!(json(&read(text.as_bytes()).unwrap()), json(&expected));
}

#[test]
fn what_is_not_such_an_invoice_is_refused_with_the_place() {
    let (blue, red) = (write(&full_face()), write(&reversed(&full_face())));
    let item = "/EInvoice/EInvoiceData/IssuItemInformation[1]";
    for (text, from, to, problem, place, detail) in [
        (&blue, "<EInvoice>", "<!DOCTYPE EInvoice><EInvoice>", Problem::Entity, "", "DOCTYPE"),
        (&blue, "深圳市启明", "&x;", Problem::Entity, "/EInvoice/EInvoiceData/SellerInformation/SellerName", "entity"),
        (&blue, "</EInvoice>", "", Problem::Malformed, "/EInvoice", "ends before </EInvoice>"),
        (&blue, "<EInvoice>", "<EInvoice xmlns='urn:x'>", Problem::Root, "", "without a namespace"),
        (
            &blue,
            "<EIid>2",
            "<EIid>3",
            Problem::Value,
            "/EInvoice/Header/EIid",
            "expected the number 26441000000000000001",
        ),
        (
            &blue,
            "<InvoiceNumber>2",
            "<InvoiceNumber>",
            Problem::Value,
            "/EInvoice/TaxSupervisionInfo/InvoiceNumber",
            "20 digits",
        ),
        (
            &blue,
            "<TaxBureauCode>1",
            "<TaxBureauCode>",
            Problem::Value,
            "/EInvoice/TaxSupervisionInfo/TaxBureauCode",
            "11 digits",
        ),
        (
            &blue,
            "<IssueTime>2026-11-24",
            "<IssueTime>2026-11-31",
            Problem::Value,
            "/EInvoice/TaxSupervisionInfo/IssueTime",
            "YYYY-MM-DD",
        ),
        (&blue, " 10:30:07", "", Problem::Value, "/EInvoice/EInvoiceData/BasicInformation/RequestTime", "HH:MM:SS"),
        (
            &blue,
            "圆整",
            "圆壹角整",
            Problem::Value,
            "/EInvoice/EInvoiceData/BasicInformation/TotalTax-includedAmountInChinese",
            "expected 肆仟陆佰壹拾柒圆整",
        ),
        (&blue, "<Amount>3804.42", "<Amount>3804.421", Problem::Value, &format!("{item}/Amount"), "at most 2 places"),
        (
            &blue,
            "<Amount>3804.42",
            "<Amount>10000000000000.01",
            Problem::Value,
            &format!("{item}/Amount"),
            "in the range",
        ),
        (&blue, "<TaxRate>0.13", "<TaxRate>13%", Problem::Value, &format!("{item}/TaxRate"), "decimal"),
        (&blue, "<TaxRate>0.13</TaxRate>", "", Problem::Value, item, "TaxRate is missing"),
        (
            &blue,
            "<TaxRate>0.13",
            "<TaxRate>0.13</TaxRate><TaxRate>0.06",
            Problem::Repeated,
            &format!("{item}/TaxRate[2]"),
            "more than once",
        ),
        (
            &blue,
            "*智能手机",
            "*智能<b/>手机",
            Problem::Unexpected,
            &format!("{item}/ItemName"),
            "b stands inside a value",
        ),
        (
            &blue,
            "<TaxClassificationCode>1",
            "<TaxClassificationCode>x",
            Problem::Value,
            &format!("{item}/TaxClassificationCode"),
            "19 digits",
        ),
        (
            &blue,
            "<LabelCode>Y",
            "<LabelCode>N",
            Problem::Value,
            "/EInvoice/Header/InherentLabel/InIssuType",
            "cannot have the mark N",
        ),
        (
            &red,
            "<LabelCode>N",
            "<LabelCode>Y",
            Problem::Value,
            "/EInvoice/Header/InherentLabel/InIssuType",
            "cannot have the mark Y",
        ),
        (&red, "RedEInvoice>", "Red>", Problem::Value, "/EInvoice/EInvoiceData", "RedEInvoice is missing"),
        (
            &blue,
            "</EInvoiceData>",
            "<SpecificInformation><RedEInvoice/></SpecificInformation></EInvoiceData>",
            Problem::Unexpected,
            "/EInvoice/EInvoiceData/SpecificInformation/RedEInvoice",
            "only red letters",
        ),
        (
            &blue,
            "<Information>复核人",
            "<Information>收款人",
            Problem::Repeated,
            "/EInvoice/EInvoiceData/AdditionalInformation/Additional[2]",
            "收款人 stands more than once",
        ),
        (
            &blue,
            "<Information>复核人",
            "<Information>简易征收",
            Problem::Value,
            "/EInvoice/EInvoiceData/AdditionalInformation/Additional[2]/InformationValue",
            "numbers of items",
        ),
        (&blue, "<SellerName>", "<SellerName> </SellerName><Old>", Problem::Malformed, "", ""),
        (&blue, "IssuItemInformation>", "Item>", Problem::Limit, "/EInvoice/EInvoiceData", "0 elements"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(&changed, text, "{from}");
        let refused = read(changed.as_bytes()).unwrap_err();
        assert_eq!(refused.problem, problem, "{to}: {refused}");
        assert!(refused.detail.contains(detail), "{to}: {refused}");
        assert!(
            refused.place == place || problem == Problem::Malformed || problem == Problem::Entity,
            "{to}: {refused}"
        );
    }
    assert_eq!(read(&[0xff]).unwrap_err().problem, Problem::Encoding);
    let rows = blue.find("    <IssuItemInformation>").unwrap()
        ..blue.rfind("    <SpecificInformation>").unwrap_or(blue.find("    <AdditionalInformation>").unwrap());
    let many = blue.replacen(&blue[rows.clone()], &blue[rows].repeat(2_001), 1);
    assert_eq!(read(many.as_bytes()).unwrap_err().problem, Problem::Limit);
}

/// A text as `text::check` lets it into an invoice.
fn text() -> impl Strategy<Value = String> {
    "[一-龥a-zA-Z0-9<>&\"'“（）😀é]([一-龥a-z0-9 <>&\"'\\]]{0,20}[一-龥a-z0-9;>])?"
}

fn item() -> impl Strategy<Value = Item> {
    let texts = ("[0-9]{19}", text(), option::of(text()), option::of(text()), option::of(text()));
    let priced = option::of((1_i64..1_000_000_000_000, 1_i64..1_000_000_000_000));
    let amounts = (priced, option::of(1_i64..1_000_000), 1_i64..100_000_000_000);
    let rates = prop_oneof![
        (1_i64..2_000, prop_oneof![Just(None), Just(Some(Preference::Simplified))]),
        (
            Just(0_i64),
            prop_oneof![Just(Preference::Exempt), Just(Preference::Untaxed), Just(Preference::ZeroRated)]
                .prop_map(Some)
        ),
    ];
    (texts, amounts, rates).prop_map(
        |((tax_code, name, category, specification, unit), (priced, discount, amount), rate)| {
            let tax = crate::invoice::tax_of_net(amount, rate.0);
            Item {
                tax_code,
                name,
                category,
                specification,
                unit,
                quantity: priced.map(|priced| Fixed(priced.0)),
                price: priced.map(|priced| Fixed(priced.1)),
                discount: discount.map(Fixed),
                amount: Fixed(amount),
                tax: Fixed(tax),
                total: Fixed(amount + tax),
                rate: Fixed(rate.0),
                preference: rate.1,
            }
        },
    )
}

fn any_face() -> impl Strategy<Value = Face> {
    let people = (option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    let contact = vec(option::of(text()), 8);
    let parties = (text(), text(), option::of("[0-9A-Z]{18}"), contact);
    (vec(item(), 1..12), people, parties, any::<bool>(), any::<bool>()).prop_map(
        |(items, people, parties, special, red)| {
            let mut face = face();
            face.kind = if special { Kind::Special } else { Kind::Ordinary };
            face.items = items;
            face.net = Fixed(face.items.iter().map(|item| item.amount.0).sum());
            face.tax = Fixed(face.items.iter().map(|item| item.tax.0).sum());
            face.total = Fixed(face.net.0 + face.tax.0);
            (face.remark, face.payee, face.reviewer, face.drawer) = people;
            (face.seller.name, face.buyer.name, face.buyer.taxpayer) = (parties.0, parties.1, parties.2);
            let mut texts = parties.3.into_iter();
            for contact in [&mut face.seller.contact, &mut face.buyer.contact] {
                for part in [&mut contact.address, &mut contact.telephone, &mut contact.bank, &mut contact.account] {
                    *part = texts.next().unwrap();
                }
            }
            if red { reversed(&face) } else { face }
        },
    )
}

proptest! {
    #[test]
    fn every_face_is_read_back_without_loss(face in any_face()) {
        let text = write(&face);
        let read = read(text.as_bytes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(json(&read), json(&face));
        prop_assert_eq!(read.colour == Colour::Blue, face.total.0 > 0);
    }

    #[test]
    fn damaged_documents_never_panic(at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = write(&long_face(3)).into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = read(&bytes);
    }
}
