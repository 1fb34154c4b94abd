//! The rules of EN 16931 one by one: the example with something changed, and every rule that is then broken. The official rules of release
//! 1.3.16 say the same of each document.

use crate::invoice::{EXAMPLE_XML, en16931, ubl};
use std::collections::BTreeSet;

/// A text of the example and what stands in its place.
type Edit = (&'static str, &'static str);

const WITHOUT_VAT: Edit = (
    "<cac:PartyTaxScheme>\n        <cbc:CompanyID>DE129273398</cbc:CompanyID>\n        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\n      </cac:PartyTaxScheme>",
    "",
);
const LEGAL: Edit = ("GmbH</cbc:RegistrationName>", "GmbH</cbc:RegistrationName><cbc:CompanyID>HRB 7</cbc:CompanyID>");
const BUYER_VAT: Edit = (
    "<cac:PartyLegalEntity><cbc:RegistrationName>Atelier",
    "<cac:PartyTaxScheme><cbc:CompanyID>BE0123456749</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>Atelier",
);
const REASON: Edit = (
    "      </cac:TaxCategory>\n    </cac:TaxSubtotal>",
    "<cbc:TaxExemptionReason>why</cbc:TaxExemptionReason></cac:TaxCategory></cac:TaxSubtotal>",
);
const DELIVERY: Edit = (
    "<cac:AllowanceCharge>",
    "<cac:Delivery><cbc:ActualDeliveryDate>2026-11-20</cbc:ActualDeliveryDate><cac:DeliveryLocation><cac:Address><cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:Country></cac:Address></cac:DeliveryLocation></cac:Delivery><cac:AllowanceCharge>",
);

fn edited(xml: &str, edits: &[Edit]) -> String {
    edits.iter().fold(xml.to_owned(), |xml, (from, to)| {
        assert!(xml.contains(from), "{from}");
        xml.replace(from, to)
    })
}

#[track_caller]
fn check(xml: &str, expected: &str) {
    let read = ubl::read(xml.as_bytes()).unwrap();
    let findings = read.findings.into_iter().chain(en16931::findings(&read.invoice));
    let rules: BTreeSet<String> = findings.map(|finding| finding.rule).collect();
    assert_eq!(rules.into_iter().collect::<Vec<_>>().join(" "), expected, "{xml}");
}

const CASES: &[(&[Edit], &str)] = &[
    (&[("urn:cen.eu:en16931:2017", " ")], "BR-01"),
    (&[("Qiming Electronics Europe GmbH", "")], "BR-06"),
    (&[("<cbc:IdentificationCode>BE</cbc:IdentificationCode>", "")], "BR-11"),
    (&[(r#"<cac:Price><cbc:PriceAmount currencyID="EUR">29.99</cbc:PriceAmount></cac:Price>"#, "")], "BR-26 BR-27"),
    (&[("Sensor QM-3", "")], "BR-25"),
    (&[(r#" unitCode="C62""#, "")], "BR-23"),
    (&[(">29.99<", ">-29.99<")], "BR-27"),
    (
        &[(
            "29.99</cbc:PriceAmount>",
            r#"29.99</cbc:PriceAmount><cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">1</cbc:Amount><cbc:BaseAmount currencyID="EUR">-1</cbc:BaseAmount></cac:AllowanceCharge>"#,
        )],
        "BR-28",
    ),
    (&[("<cac:AllowanceCharge>", "<cac:PayeeParty/><cac:AllowanceCharge>")], "BR-17 UBL-SR-19 UBL-SR-20 UBL-SR-21"),
    (&[("<cac:AllowanceCharge>", "<cac:TaxRepresentativeParty/><cac:AllowanceCharge>")], "BR-18 BR-19 BR-56"),
    (
        &[(
            "<cac:AllowanceCharge>",
            "<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode></cac:PaymentMeans><cac:AllowanceCharge>",
        )],
        "BR-61",
    ),
    (
        &[(
            "<cac:AllowanceCharge>",
            "<cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cac:PayeeFinancialAccount><cbc:ID/></cac:PayeeFinancialAccount></cac:PaymentMeans><cac:AllowanceCharge>",
        )],
        "BR-50",
    ),
    (
        &[("</cbc:DocumentCurrencyCode>", "</cbc:DocumentCurrencyCode><cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>")],
        "BR-53",
    ),
    (
        &[(
            "<cac:AccountingSupplierParty>",
            "<cac:InvoicePeriod><cbc:StartDate>2026-11-02</cbc:StartDate><cbc:EndDate>2026-11-01</cbc:EndDate></cac:InvoicePeriod><cac:AccountingSupplierParty>",
        )],
        "BR-29",
    ),
    (&[("<cac:AccountingSupplierParty>", "<cac:InvoicePeriod/><cac:AccountingSupplierParty>")], "BR-CO-19"),
    (
        &[
            ("</cbc:InvoiceTypeCode>", "</cbc:InvoiceTypeCode><cbc:TaxPointDate>2026-11-01</cbc:TaxPointDate>"),
            (
                "<cac:AccountingSupplierParty>",
                "<cac:InvoicePeriod><cbc:DescriptionCode>35</cbc:DescriptionCode></cac:InvoicePeriod><cac:AccountingSupplierParty>",
            ),
        ],
        "BR-CO-03",
    ),
    (&[("<cbc:AllowanceChargeReason>Loyalty</cbc:AllowanceChargeReason>", "")], "BR-33 BR-CO-21"),
    (&[("<cac:PostalAddress>", "<cbc:EndpointID>a@b</cbc:EndpointID><cac:PostalAddress>")], "BR-62 BR-63"),
    (
        &[(
            "<cbc:Name>Installation</cbc:Name>",
            "<cbc:Name>Installation</cbc:Name><cac:StandardItemIdentification><cbc:ID>1</cbc:ID></cac:StandardItemIdentification><cac:CommodityClassification><cbc:ItemClassificationCode>1</cbc:ItemClassificationCode></cac:CommodityClassification><cac:AdditionalItemProperty><cbc:Name>n</cbc:Name></cac:AdditionalItemProperty>",
        )],
        "BR-54 BR-64 BR-65",
    ),
    (&[("DE129273398", "129273398")], "BR-CO-09"),
    (
        &[(
            "<cac:TaxTotal>",
            "<cac:Delivery/><cac:Delivery><cac:DeliveryLocation><cac:Address/></cac:DeliveryLocation></cac:Delivery><cac:TaxTotal>",
        )],
        "BR-57 UBL-SR-24",
    ),
    (&[("DE129273398", "EL129273398")], ""),
    (&[WITHOUT_VAT], "BR-CO-26 BR-S-02 BR-S-03"),
    (
        &[("409.90</cbc:LineExtensionAmount>\n    <cbc:TaxEx", "409.91</cbc:LineExtensionAmount>\n    <cbc:TaxEx")],
        "BR-CO-10 BR-CO-13",
    ),
    (&[(r#"<cbc:AllowanceTotalAmount currencyID="EUR">10.00</cbc:AllowanceTotalAmount>"#, "")], "BR-CO-11 BR-CO-13"),
    (&[(r#"<cbc:TaxExclusiveAmount currencyID="EUR">399.90</cbc:TaxExclusiveAmount>"#, "")], "BR-13 BR-CO-13 BR-CO-15"),
    (&[("75.98</cbc:TaxAmount>\n    <cac:TaxSub", "75.99</cbc:TaxAmount>\n    <cac:TaxSub")], "BR-CO-14 BR-CO-15"),
    (
        &[(
            r#"<cbc:TaxAmount currencyID="EUR">75.98</cbc:TaxAmount>
    <cac:TaxSub"#,
            "<cac:TaxSub",
        )],
        "BR-CO-14 BR-CO-15",
    ),
    (&[(r#"<cbc:PayableAmount currencyID="EUR">400.00</cbc:PayableAmount>"#, "")], "BR-15 BR-CO-16"),
    (
        &[(
            "<cbc:PayableAmount",
            r#"<cbc:PayableRoundingAmount currencyID="EUR">0.01</cbc:PayableRoundingAmount><cbc:PayableAmount"#,
        )],
        "BR-CO-16",
    ),
    (
        &[
            (
                "<cbc:PayableAmount",
                r#"<cbc:PayableRoundingAmount currencyID="EUR">0.01</cbc:PayableRoundingAmount><cbc:PayableAmount"#,
            ),
            ("400.00", "400.01"),
        ],
        "",
    ),
    (&[(">EUR<", ">USD<")], "BR-CO-15"),
    (
        &[(
            "<cbc:ID>S</cbc:ID>\n        <cbc:Percent>19</cbc:Percent>\n        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\n      </cac:TaxCategory>\n    </cac:TaxSub",
            "<cbc:ID>S</cbc:ID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSub",
        )],
        "BR-48 BR-CO-17 BR-S-09",
    ),
    (&[(">75.98<", ">76.97<"), ("475.88", "476.87"), ("400.00", "400.99")], ""),
    (&[(">75.98<", ">76.98<"), ("475.88", "476.88"), ("400.00", "401.00")], "BR-CO-17 BR-S-09"),
    (
        &[(">10.00<", ">10.000<"), (">299.90<", ">299.900<"), (">400.00<", ">400.000<"), (">75.88<", ">75.880<")],
        "BR-DEC-01 BR-DEC-10 BR-DEC-16 BR-DEC-18 BR-DEC-23 UBL-DT-01",
    ),
    (&[(">29.99<", ">29.9900<")], ""),
    (&[(">380<", ">999<")], "BR-CL-01"),
    (&[(">380<", ">381<")], "BR-CL-01"),
    (&[(">EUR<", ">EUC<"), (r#""EUR""#, r#""EUC""#)], "BR-CL-03 BR-CL-04"),
    (&[(r#" currencyID="EUR">29.99"#, ">29.99")], "BR-CL-03"),
    (
        &[(
            "</cbc:InvoiceTypeCode>",
            "</cbc:InvoiceTypeCode><cbc:Note>#AAI#good</cbc:Note><cbc:Note>see #QQQ# there</cbc:Note><cbc:Note>no # code</cbc:Note>",
        )],
        "BR-CL-08",
    ),
    (&[(">BE<", ">XX<")], "BR-CL-14"),
    (
        &[(
            "<cac:AllowanceCharge>",
            "<cac:PaymentMeans><cbc:PaymentMeansCode>99</cbc:PaymentMeansCode></cac:PaymentMeans><cac:AllowanceCharge>",
        )],
        "BR-CL-16",
    ),
    (&[("<cbc:ID>S</cbc:ID>", "<cbc:ID>X</cbc:ID>")], "BR-CL-17 BR-CL-18"),
    (
        &[(
            "<cbc:AllowanceChargeReason>Loyalty</cbc:AllowanceChargeReason>",
            "<cbc:AllowanceChargeReasonCode>FC</cbc:AllowanceChargeReasonCode>",
        )],
        "BR-CL-19",
    ),
    (&[(r#""C62""#, r#""c62""#)], "BR-CL-23"),
    (
        &[("<cac:PostalAddress>", r#"<cbc:EndpointID schemeID="0003">a</cbc:EndpointID><cac:PostalAddress>"#)],
        "BR-CL-25",
    ),
    (
        &[(
            "<cac:PostalAddress>",
            r#"<cac:PartyIdentification><cbc:ID schemeID="9999">a</cbc:ID></cac:PartyIdentification><cac:PostalAddress>"#,
        )],
        "BR-CL-10",
    ),
    (
        &[(
            "<cac:AccountingSupplierParty>",
            "<cac:InvoicePeriod><cbc:DescriptionCode>5</cbc:DescriptionCode></cac:InvoicePeriod><cac:AccountingSupplierParty>",
        )],
        "BR-CL-06",
    ),
    (
        &[(
            "<cac:AccountingSupplierParty>",
            r#"<cac:AdditionalDocumentReference><cbc:ID>d</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject mimeCode="text/xml" filename="f">aGk=</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference><cac:AccountingSupplierParty>"#,
        )],
        "BR-CL-24",
    ),
    (
        &[(
            "<cac:AccountingSupplierParty>",
            r#"<cac:AdditionalDocumentReference><cbc:ID schemeID="QQQ">d</cbc:ID><cbc:DocumentTypeCode>130</cbc:DocumentTypeCode></cac:AdditionalDocumentReference><cac:AccountingSupplierParty>"#,
        )],
        "BR-CL-07",
    ),
    (
        &[(
            "<cbc:Name>Installation</cbc:Name>",
            r#"<cbc:Name>Installation</cbc:Name><cac:StandardItemIdentification><cbc:ID schemeID="X">1</cbc:ID></cac:StandardItemIdentification><cac:OriginCountry><cbc:IdentificationCode>XX</cbc:IdentificationCode></cac:OriginCountry><cac:CommodityClassification><cbc:ItemClassificationCode listID="QQ">1</cbc:ItemClassificationCode></cac:CommodityClassification>"#,
        )],
        "BR-CL-13 BR-CL-15 BR-CL-21",
    ),
    (
        &[(
            "Installation</cbc:Name>\n      <cac:ClassifiedTaxCategory>\n        <cbc:ID>S</cbc:ID>\n        <cbc:Percent>19",
            "Installation</cbc:Name>\n      <cac:ClassifiedTaxCategory>\n        <cbc:ID>S</cbc:ID>\n        <cbc:Percent>0",
        )],
        "BR-S-05 BR-S-08",
    ),
    (
        &[(
            "<cbc:ID>S</cbc:ID>\n        <cbc:Percent>19</cbc:Percent>\n        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\n      </cac:TaxCategory>\n    </cac:TaxSub",
            "<cbc:ID>Z</cbc:ID><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSub",
        )],
        "BR-S-01 BR-Z-08 BR-Z-09",
    ),
    (&[REASON], "BR-S-10"),
    (&[WITHOUT_VAT, LEGAL], "BR-S-02 BR-S-03"),
    (
        &[
            ("<cbc:ID>S</cbc:ID>", "<cbc:ID>O</cbc:ID>"),
            (">75.98<", ">0.00<"),
            ("475.88", "399.90"),
            ("400.00", "324.02"),
            WITHOUT_VAT,
            LEGAL,
            REASON,
            ("<cbc:Percent>19</cbc:Percent>", "<cbc:Percent>0</cbc:Percent>"),
        ],
        "BR-O-05 BR-O-06",
    ),
    (
        &[(
            "<cbc:ID>S</cbc:ID>\n        <cbc:Percent>19</cbc:Percent>\n        <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>\n      </cac:TaxCategory>\n    </cac:TaxSub",
            "<cbc:ID>O</cbc:ID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSub",
        )],
        "BR-CO-17 BR-O-08 BR-O-09 BR-O-10 BR-O-12 BR-O-13 BR-S-01",
    ),
    (&[("<cbc:ID>S</cbc:ID>", "<cbc:ID>AE</cbc:ID>"), BUYER_VAT, REASON], "BR-AE-05 BR-AE-06 BR-AE-09"),
    (&[("<cbc:ID>S</cbc:ID>", "<cbc:ID>L</cbc:ID>")], ""),
    (
        &[
            ("<cbc:ID>S</cbc:ID>", "<cbc:ID>L</cbc:ID>"),
            (
                "Installation</cbc:Name>\n      <cac:ClassifiedTaxCategory>\n        <cbc:ID>L</cbc:ID>\n        <cbc:Percent>19",
                "Installation</cbc:Name>\n      <cac:ClassifiedTaxCategory>\n        <cbc:ID>L</cbc:ID>\n        <cbc:Percent>-1",
            ),
        ],
        "BR-AF-05 BR-AF-08",
    ),
    (&[("<cbc:ID>S</cbc:ID>", "<cbc:ID>M</cbc:ID>")], ""),
    (&[("<cbc:ID>S</cbc:ID>", "<cbc:ID>M</cbc:ID>"), REASON], "BR-AG-10"),
    (&[("<cbc:ID>S</cbc:ID>", "<cbc:ID>B</cbc:ID>")], "BR-B-01"),
    (&[("<cbc:ID>S</cbc:ID>", "<cbc:ID>B</cbc:ID>"), (">DE<", ">IT<"), (">BE<", ">IT<")], ""),
    (&[("<cbc:ID>2</cbc:ID>", "<cbc:ID>2</cbc:ID><cbc:Note>a</cbc:Note><cbc:Note>b</cbc:Note>")], "UBL-SR-34"),
    (
        &[(
            "<cac:AllowanceCharge>",
            "<cac:PaymentTerms><cbc:Note>a</cbc:Note></cac:PaymentTerms><cac:PaymentTerms><cbc:Note>b</cbc:Note></cac:PaymentTerms><cac:AllowanceCharge>",
        )],
        "UBL-SR-05",
    ),
    (
        &[(
            "<cac:AllowanceCharge>",
            "<cac:PayeeParty><cac:PartyName><cbc:Name>Qiming Electronics Europe GmbH</cbc:Name></cac:PartyName></cac:PayeeParty><cac:AllowanceCharge>",
        )],
        "UBL-SR-19 UBL-SR-20 UBL-SR-21",
    ),
    (
        &[
            (
                "<cac:AllowanceCharge>",
                "<cac:PaymentMeans><cbc:PaymentMeansCode>10</cbc:PaymentMeansCode></cac:PaymentMeans><cac:AllowanceCharge>",
            ),
            (
                "<cac:AllowanceCharge>",
                "<cac:PaymentMeans><cbc:PaymentMeansCode>42</cbc:PaymentMeansCode></cac:PaymentMeans><cac:AllowanceCharge>",
            ),
        ],
        "UBL-SR-47",
    ),
    (
        &[(
            "<cac:AccountingSupplierParty>",
            "<cac:AdditionalDocumentReference><cbc:ID>d</cbc:ID><cbc:DocumentTypeCode>916</cbc:DocumentTypeCode></cac:AdditionalDocumentReference><cac:AccountingSupplierParty>",
        )],
        "UBL-SR-43",
    ),
    (
        &[(
            "<cac:AccountingSupplierParty>",
            "<cac:AdditionalDocumentReference><cbc:ID>d</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject>aGk=</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference><cac:AccountingSupplierParty>",
        )],
        "UBL-DT-06 UBL-DT-07",
    ),
];

#[test]
fn each_rule_is_broken_by_what_breaks_it_and_by_nothing_else() {
    check(EXAMPLE_XML, "");
    for (edits, rules) in CASES {
        check(&edited(EXAMPLE_XML, edits), rules);
    }
}

#[test]
fn categories_without_tax_have_their_own_demands() {
    let cases: &[(&str, &[Edit], &str)] = &[
        ("Z", &[], ""),
        ("Z", &[REASON], "BR-Z-10"),
        ("E", &[REASON], ""),
        ("E", &[], "BR-E-10"),
        ("AE", &[REASON, BUYER_VAT], ""),
        ("AE", &[REASON], "BR-AE-02 BR-AE-03"),
        ("K", &[REASON, BUYER_VAT, DELIVERY], ""),
        ("K", &[REASON], "BR-IC-02 BR-IC-03 BR-IC-11 BR-IC-12"),
        ("G", &[REASON], ""),
        ("G", &[REASON, WITHOUT_VAT, LEGAL], "BR-G-02 BR-G-03"),
        ("O", &[REASON, WITHOUT_VAT, LEGAL], ""),
        ("O", &[REASON], "BR-O-02 BR-O-03"),
    ];
    for (code, edits, rules) in cases {
        let rate = if *code == "O" { "" } else { "<cbc:Percent>0</cbc:Percent>" };
        let untaxed = EXAMPLE_XML
            .replace("<cbc:ID>S</cbc:ID>", &format!("<cbc:ID>{code}</cbc:ID>"))
            .replace("<cbc:Percent>19</cbc:Percent>", rate)
            .replace(">75.98<", ">0.00<")
            .replace("475.88", "399.90")
            .replace("400.00", "324.02");
        check(&edited(&untaxed, edits), rules);
    }
}

#[test]
fn the_digits_of_a_card_are_advice_and_no_demand() {
    let card = "<cac:PaymentMeans><cbc:PaymentMeansCode>48</cbc:PaymentMeansCode><cac:CardAccount>\
        <cbc:PrimaryAccountNumberID>12345678901</cbc:PrimaryAccountNumberID><cbc:NetworkID>V</cbc:NetworkID></cac:CardAccount>\
        </cac:PaymentMeans><cac:AllowanceCharge>";
    let xml = EXAMPLE_XML.replacen("<cac:AllowanceCharge>", card, 1);
    check(&xml, "");
    let warnings = en16931::warnings(&ubl::read(xml.as_bytes()).unwrap().invoice);
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        warnings[0].to_string(),
        "/BG-16/0/BG-18/BT-87: BR-51: expected at most ten digits of the card's number, found more"
    );
}
