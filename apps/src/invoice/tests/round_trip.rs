//! UBL out and in again: nothing of an invoice is lost.

use crate::invoice::{
    EXAMPLE_XML, decimal,
    en16931::*,
    ubl::{self, Root},
};
use proptest::{collection::vec, option, prelude::*, strategy::Union};

/// Text as it is read: without white space around it.
fn text() -> impl Strategy<Value = String> {
    let odd = Union::new(["a", "Ä", "中", "&", "<", ">", "\"", "'", "]]>", "\n", "\t", "\r", " ", "#"].map(Just));
    prop_oneof![4 => "[A-Za-z0-9]{1,8}", 1 => vec(odd, 1..6).prop_map(|parts| parts.concat().trim().to_owned())]
}

fn some<S: Strategy>(strategy: S) -> impl Strategy<Value = Option<S::Value>> {
    option::weighted(0.7, strategy)
}

fn maybe() -> impl Strategy<Value = Option<String>> {
    some(text())
}

fn date() -> impl Strategy<Value = Option<String>> {
    some((2000..2100_u32, 1..13_u32, 1..29_u32).prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}")))
}

fn amount() -> impl Strategy<Value = decimal::Amount> {
    "-?[0-9]{1,9}(\\.[0-9]{1,6})?".prop_map(|text| decimal::Amount::parse(&text).unwrap())
}

fn identifier() -> impl Strategy<Value = Identifier> {
    (text(), some("[0-9]{4}")).prop_map(|(value, scheme)| Identifier { value: Some(value), scheme })
}

fn address() -> BoxedStrategy<Address> {
    (maybe(), maybe(), maybe(), maybe(), maybe(), maybe(), maybe())
        .prop_map(|(line1, line2, line3, city, postcode, subdivision, country)| Address {
            line1,
            line2,
            line3,
            city,
            postcode,
            subdivision,
            country,
        })
        .boxed()
}

fn contact() -> impl Strategy<Value = Contact> {
    (maybe(), maybe(), maybe()).prop_map(|(point, telephone, email)| Contact { point, telephone, email })
}

fn seller() -> BoxedStrategy<Seller> {
    let names = (maybe(), maybe(), maybe(), maybe(), maybe());
    (names, vec(identifier(), 0..3), some(identifier()), some(identifier()), some(address()), some(contact()))
        .prop_map(
            |(
                (name, trading_name, vat_id, tax_id, legal_information),
                ids,
                legal_id,
                electronic_address,
                address,
                contact,
            )| Seller {
                name,
                trading_name,
                ids,
                legal_id,
                vat_id,
                tax_id,
                legal_information,
                electronic_address,
                address,
                contact,
            },
        )
        .boxed()
}

fn buyer() -> BoxedStrategy<Buyer> {
    (
        maybe(),
        maybe(),
        maybe(),
        some(identifier()),
        some(identifier()),
        some(identifier()),
        some(address()),
        some(contact()),
    )
        .prop_map(|(name, trading_name, vat_id, id, legal_id, electronic_address, address, contact)| Buyer {
            name,
            trading_name,
            id,
            legal_id,
            vat_id,
            electronic_address,
            address,
            contact,
        })
        .boxed()
}

fn parties() -> BoxedStrategy<Invoice> {
    let payee =
        (maybe(), some(identifier()), some(identifier())).prop_map(|(name, id, legal_id)| Payee { name, id, legal_id });
    let representative = (maybe(), maybe(), some(address())).prop_map(|(name, vat_id, address)| Representative {
        name,
        vat_id,
        address,
    });
    let delivery = (maybe(), some(identifier()), date(), some(address()))
        .prop_map(|(name, location, date, address)| Delivery { name, location, date, address });
    (some(seller()), some(buyer()), some(payee), some(representative), some(delivery))
        .prop_map(|(seller, buyer, payee, representative, delivery)| Invoice {
            seller,
            buyer,
            payee,
            representative,
            delivery,
            ..Default::default()
        })
        .boxed()
}

/// Payment instructions: in UBL one creditor's identifier serves every direct debit, and belongs to the first where there is none.
fn payment() -> BoxedStrategy<Vec<PaymentInstructions>> {
    let transfer =
        (maybe(), maybe(), maybe()).prop_map(|(account, name, provider)| CreditTransfer { account, name, provider });
    let card = (maybe(), maybe()).prop_map(|(number, holder)| Card { number, holder });
    let debit = (maybe(), maybe()).prop_map(|(mandate, account)| DirectDebit { mandate, creditor: None, account });
    let one = (text(), maybe(), maybe(), some(transfer), some(card), some(debit)).prop_map(
        |(means, means_text, remittance, transfer, card, direct_debit)| PaymentInstructions {
            means: Some(means),
            means_text,
            remittance,
            credit_transfers: transfer.into_iter().collect(),
            card,
            direct_debit,
        },
    );
    (vec(one, 0..3), maybe())
        .prop_map(|(mut payment, creditor)| {
            let none = payment.iter().all(|own| own.direct_debit.is_none());
            if let (Some(first), true, true) = (payment.first_mut(), none, creditor.is_some()) {
                first.direct_debit = Some(DirectDebit::default());
            }
            for debit in payment.iter_mut().filter_map(|own| own.direct_debit.as_mut()) {
                debit.creditor.clone_from(&creditor);
                if !none && creditor.is_some() {
                    debit.mandate.get_or_insert("M".to_owned());
                }
            }
            payment
        })
        .boxed()
}

fn allowance(whole: bool) -> BoxedStrategy<Allowance> {
    let vat = some(vat()).prop_map(move |vat| vat.filter(|_| whole));
    (some(amount()), some(amount()), some(amount()), vat, maybe(), maybe())
        .prop_map(|(amount, base, percent, vat, reason, reason_code)| Allowance {
            amount,
            base,
            percent,
            vat,
            reason,
            reason_code,
        })
        .boxed()
}

fn vat() -> impl Strategy<Value = Vat> {
    (maybe(), some(amount())).prop_map(|(category, rate)| Vat { category, rate })
}

fn totals() -> BoxedStrategy<Totals> {
    let amounts = || (some(amount()), some(amount()), some(amount()), some(amount()), some(amount()));
    (amounts(), amounts())
        .prop_map(|((lines, allowances, charges, net, tax), (tax_accounting, total, prepaid, rounding, payable))| {
            Totals { lines, allowances, charges, net, tax, tax_accounting, total, prepaid, rounding, payable }
        })
        .boxed()
}

fn period() -> impl Strategy<Value = Period> {
    (date(), date()).prop_map(|(start, end)| Period { start, end })
}

fn item() -> BoxedStrategy<Item> {
    let class = (text(), maybe(), maybe()).prop_map(|(value, scheme, version)| Classification {
        value: Some(value),
        scheme,
        version,
    });
    let attribute = (maybe(), maybe()).prop_map(|(name, value)| Attribute { name, value });
    let names = (maybe(), maybe(), maybe(), maybe(), maybe());
    (names, some(identifier()), vec(class, 0..3), vec(attribute, 0..3))
        .prop_map(|((name, description, seller_id, buyer_id, origin), standard_id, classifications, attributes)| Item {
            name,
            description,
            seller_id,
            buyer_id,
            standard_id,
            classifications,
            origin,
            attributes,
        })
        .boxed()
}

fn line() -> BoxedStrategy<Line> {
    let measure = || some((amount(), maybe()));
    let price = (some(amount()), some((amount(), some(amount()))), measure()).prop_map(|(net, less, base)| {
        let (discount, gross) = less.map_or((None, None), |(discount, gross)| (Some(discount), gross));
        let (base_quantity, base_unit) = base.map_or((None, None), |(quantity, unit)| (Some(quantity), unit));
        Price { net, discount, gross, base_quantity, base_unit }
    });
    let texts = (maybe(), maybe(), maybe(), maybe());
    let allowances = (vec(allowance(false), 0..2), vec(allowance(false), 0..2));
    (
        texts,
        some(identifier()),
        measure(),
        some(amount()),
        some(period()),
        allowances,
        some(price),
        some((item(), some(vat()))),
    )
        .prop_map(
            |(
                (id, note, order_line, accounting_reference),
                object,
                quantity,
                net,
                period,
                (allowances, charges),
                price,
                item,
            )| {
                let (quantity, unit) = quantity.map_or((None, None), |(quantity, unit)| (Some(quantity), unit));
                let (item, vat) = item.map_or((None, None), |(item, vat)| (Some(item), vat));
                Line {
                    id,
                    note,
                    object,
                    quantity,
                    unit,
                    net,
                    order_line,
                    accounting_reference,
                    period,
                    allowances,
                    charges,
                    price,
                    vat,
                    item,
                }
            },
        )
        .boxed()
}

fn sums() -> BoxedStrategy<Invoice> {
    let group = (some(amount()), some(amount()), maybe(), some(amount()), maybe(), maybe()).prop_map(
        |(net, tax, category, rate, reason, reason_code)| Breakdown { net, tax, category, rate, reason, reason_code },
    );
    let allowances = || vec(allowance(true), 0..2);
    (allowances(), allowances(), some(totals()), vec(group, 0..3), vec(line(), 0..3), payment())
        .prop_map(|(allowances, charges, totals, breakdown, lines, payment)| Invoice {
            allowances,
            charges,
            totals,
            breakdown,
            lines,
            payment,
            ..Default::default()
        })
        .boxed()
}

fn documents() -> BoxedStrategy<Vec<SupportingDocument>> {
    let attachment = (some("([A-Za-z0-9+/]{4}){1,9}"), maybe(), maybe())
        .prop_map(|(content, media_type, file)| Attachment { content, media_type, file });
    let one =
        (maybe(), maybe(), maybe(), some(attachment)).prop_map(|(reference, description, location, attachment)| {
            SupportingDocument { reference, description, location, attachment }
        });
    vec(one, 0..3).boxed()
}

fn head() -> BoxedStrategy<Invoice> {
    // A text of its own does not begin as one with a subject does.
    let note = (some("[A-Z]{3}"), text()).prop_map(|(subject, text)| {
        let text = if subject.is_none() { text.replace('#', "+") } else { text };
        Note { subject, text: Some(text) }
    });
    let texts = || (maybe(), maybe(), maybe(), maybe(), maybe(), maybe(), maybe());
    let process =
        (maybe(), text()).prop_map(|(process, specification)| Process { process, specification: Some(specification) });
    let preceding = (maybe(), date()).prop_map(|(number, issue_date)| Preceding { number, issue_date });
    let lists = (vec(note, 0..3), some(process), vec(preceding, 0..3), documents());
    (texts(), texts(), (date(), date(), date()), some(period()), some(identifier()), lists, maybe())
        .prop_map(
            |(
                (number, type_code, tax_point_code, buyer_reference, project, contract, purchase_order),
                (sales_order, receiving_advice, despatch_advice, tender, accounting_reference, payment_terms, currency),
                (issue_date, tax_point_date, due_date),
                period,
                object,
                (notes, process, preceding, documents),
                tax_currency,
            )| Invoice {
                // An element of the period that has the code of the tax point and no day is no period.
                period: period.filter(|own| tax_point_code.is_none() || *own != Period::default()),
                // UBL has a sales order beside a purchase order only.
                sales_order: sales_order.filter(|_| purchase_order.is_some()),
                number,
                issue_date,
                type_code,
                tax_point_code,
                buyer_reference,
                project,
                contract,
                purchase_order,
                receiving_advice,
                despatch_advice,
                tender,
                object,
                accounting_reference,
                payment_terms,
                currency,
                tax_currency,
                tax_point_date,
                due_date,
                notes,
                process,
                preceding,
                documents,
                ..Default::default()
            },
        )
        .boxed()
}

fn invoice() -> BoxedStrategy<Invoice> {
    (head(), parties(), sums())
        .prop_map(|(head, parties, sums)| {
            let Invoice { allowances, charges, mut totals, breakdown, lines, payment, .. } = sums;
            let Invoice { seller, buyer, payee, representative, delivery, .. } = parties;
            // Without a currency of its own the total in it is not told from the invoice's.
            let other = head.tax_currency.is_some() && head.tax_currency != head.currency;
            if let Some(totals) = totals.as_mut().filter(|totals| !other || totals.tax.is_none()) {
                totals.tax_accounting = None;
            }
            let seller = seller.or_else(|| payment.iter().any(|own| own.direct_debit.is_some()).then(Default::default));
            let payee = payee.filter(|payee| payee.name.is_some());
            Invoice {
                allowances,
                charges,
                totals,
                breakdown,
                lines,
                payment,
                seller,
                buyer,
                payee,
                representative,
                delivery,
                ..head
            }
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_invoice_that_is_written_and_read_is_the_same(invoice in invoice(), credit in any::<bool>()) {
        let root = if credit { Root::CreditNote } else { Root::Invoice };
        let mut invoice = invoice;
        if invoice.tax_currency == invoice.currency {
            invoice.tax_currency = None;
        }
        if credit && invoice.payment.is_empty() {
            // A credit note has its due date with the means of payment.
            invoice.due_date = None;
        }
        let xml = ubl::write(&invoice, root);
        let read = ubl::read(xml.as_bytes());
        prop_assert!(read.is_ok(), "{}\n{xml}", read.unwrap_err());
        let read = read.unwrap();
        prop_assert_eq!(read.root, root);
        prop_assert_eq!(&read.invoice, &invoice, "{}", xml);
        prop_assert_eq!(ubl::write(&read.invoice, root), xml);
    }
}

#[test]
fn elements_are_written_in_the_order_of_the_schema() {
    fn tags(xml: &str) -> Vec<String> {
        xml.split('<').map(|tag| tag.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }
    let invoice = ubl::read(EXAMPLE_XML.as_bytes()).unwrap().invoice;
    assert_eq!(tags(&ubl::write(&invoice, Root::Invoice)), tags(EXAMPLE_XML));
}

#[test]
fn what_ubl_demands_beyond_the_standard_is_written() {
    let text = |text: &str| Some(text.to_owned());
    let amount = |text: &str| Some(decimal::Amount::parse(text).unwrap());
    let price = Price { net: amount("9"), gross: amount("10"), ..Default::default() };
    let invoice = Invoice {
        due_date: text("2026-12-24"),
        sales_order: text("S-1"),
        lines: vec![Line { price: Some(price), ..Default::default() }],
        ..Default::default()
    };
    let note = ubl::read(ubl::write(&invoice, Root::CreditNote).as_bytes()).unwrap().invoice;
    assert_eq!((note.due_date, note.payment[0].means.as_deref()), (text("2026-12-24"), Some("1")));
    assert_eq!((note.purchase_order, note.sales_order), (text("NA"), text("S-1")));
    assert_eq!(note.lines[0].price.as_ref().unwrap().discount, amount("1.00"));
}

#[test]
fn accounts_of_one_payment_become_elements_of_their_own() {
    let account = |number: &str| CreditTransfer { account: Some(number.to_owned()), ..Default::default() };
    let payment = PaymentInstructions {
        means: Some("58".to_owned()),
        means_text: Some("SEPA".to_owned()),
        remittance: Some("R".to_owned()),
        credit_transfers: vec![account("A"), account("B")],
        ..Default::default()
    };
    let invoice = Invoice { payment: vec![payment], ..Default::default() };
    let read = ubl::read(ubl::write(&invoice, Root::Invoice).as_bytes()).unwrap();
    let accounts =
        read.invoice.payment.iter().flat_map(|own| &own.credit_transfers).filter_map(|own| own.account.as_deref());
    assert_eq!(accounts.collect::<Vec<_>>(), ["A", "B"]);
    assert!(read.invoice.payment.iter().all(|own| own.remittance.as_deref() == Some("R")));
    assert_eq!(read.findings, []);
}

#[test]
fn characters_that_xml_cannot_hold_do_not_break_the_document() {
    let invoice = Invoice { number: Some("a\u{1}b\u{ffff}<&>\"\r\n\tc".to_owned()), ..Default::default() };
    let read = ubl::read(ubl::write(&invoice, Root::Invoice).as_bytes()).unwrap();
    assert_eq!(read.invoice.number.unwrap(), "a\u{fffd}b\u{fffd}<&>\"\r\n\tc");
}
