//! Foreign bytes: each wrong in its own way, none of them harmful.

use super::*;
use proptest::prelude::*;
use ubl::{Problem, read};

fn problem(bytes: &[u8]) -> Problem {
    read(bytes).map(|_| ()).expect_err("refused").problem
}

#[test]
fn bytes_that_are_no_utf8_are_refused() {
    for bytes in [&b"\xff\xfe<\0I\0"[..], b"<Invoice>\xc3\x28</Invoice>", b"\x80"] {
        assert_eq!(problem(bytes), Problem::Encoding);
    }
    let latin = EXAMPLE_XML.replace("encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"");
    assert_eq!(problem(latin.as_bytes()), Problem::Encoding);
    let marked = format!("\u{feff}{EXAMPLE_XML}");
    assert!(read(marked.as_bytes()).is_ok(), "a byte order mark is allowed");
}

#[test]
fn malformed_documents_are_refused() {
    let start = "<Invoice xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2\"";
    for text in [
        String::new(),
        "   ".to_owned(),
        "not xml".to_owned(),
        format!("{start}>"),
        format!("{start}></Rechnung>"),
        format!("{start}/><Invoice/>"),
        format!("{start}/>after"),
        format!("before{start}/>"),
        format!("{start} a=\"1\" a=\"2\"/>"),
        format!("{start} a=1/>"),
        format!("{start} a=\"<\"/>"),
        format!("{start} x:a=\"1\"/>"),
        format!("{start}>]]></Invoice>"),
        format!("{start}>&#0;</Invoice>"),
        format!("{start}>&#xffff;</Invoice>"),
        format!("{start}>\u{1}</Invoice>"),
        format!("{start}><!-- a -- b --></Invoice>"),
        format!("{start}><x:y/></Invoice>"),
        format!("{start}><1/></Invoice>"),
        format!("{start}><a:b:c xmlns:a=\"x\"/></Invoice>"),
        format!("{start}>&amp</Invoice>"),
        format!("{start}/>\n<?xml version=\"1.0\"?>"),
        "<?xml version=\"1.1\"?><Invoice/>".to_owned(),
        EXAMPLE_XML[..EXAMPLE_XML.len() / 2].to_owned(),
    ] {
        assert_eq!(problem(text.as_bytes()), Problem::Malformed, "{text:?}");
    }
}

#[test]
fn document_types_and_entities_are_refused() {
    let bomb = "<!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let external = "<!DOCTYPE Invoice [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    let remote = "<!DOCTYPE Invoice SYSTEM \"http://192.0.2.1/evil.dtd\">";
    for declaration in [bomb, external, remote] {
        let xml = EXAMPLE_XML.replacen("<Invoice ", &format!("{declaration}<Invoice "), 1);
        assert_eq!(problem(xml.as_bytes()), Problem::Entity);
    }
    for (from, to) in [("Atelier", "&x;"), ("Atelier", "&nbsp;"), ("currencyID=\"EUR\"", "currencyID=\"&x;\"")] {
        let xml = EXAMPLE_XML.replacen(from, to, 1);
        assert_eq!(problem(xml.as_bytes()), Problem::Entity, "{to}");
    }
    let xml = EXAMPLE_XML.replace("Atelier Martin SA", "A &amp; B &lt;&#x4e2d;&#25991;&gt; <![CDATA[& C]]>");
    let read = read(xml.as_bytes()).unwrap();
    assert_eq!(read.invoice.buyer.unwrap().name.unwrap(), "A & B <中文> & C");
}

#[test]
fn size_depth_and_count_are_limited() {
    assert_eq!(problem(&vec![b' '; 9 * 1024 * 1024]), Problem::Limit);
    assert_eq!(problem("<a>".repeat(100).as_bytes()), Problem::Limit);
    assert_eq!(problem(format!("<a>{}</a>", "<b/>".repeat(200_001)).as_bytes()), Problem::Limit);
    for (element, count) in [("<cac:InvoiceLine/>", 10_001), ("<cac:TaxTotal><cac:TaxSubtotal/></cac:TaxTotal>", 501)] {
        let many = EXAMPLE_XML.replacen("</Invoice>", &format!("{}</Invoice>", element.repeat(count)), 1);
        assert_eq!(problem(many.as_bytes()), Problem::Limit, "{element}");
    }
    let attributes: String = (0..65).map(|at| format!(" a{at}=\"\"")).collect();
    assert_eq!(problem(format!("<a{attributes}/>").as_bytes()), Problem::Limit);
}

#[test]
fn only_a_ubl_invoice_or_credit_note_is_taken() {
    for (from, to) in [
        ("xsd:Invoice-2", "xsd:Invoice-3"),
        ("<Invoice xmlns=", "<Invoice xmlns:x="),
        ("xsd:Invoice-2", "xsd:CreditNote-2"),
        ("xsd:Invoice-2", "xsd:Order-2"),
    ] {
        assert_eq!(problem(EXAMPLE_XML.replacen(from, to, 1).as_bytes()), Problem::Root, "{to}");
    }
    assert_eq!(read(EXAMPLE_XML.as_bytes()).unwrap().root, ubl::Root::Invoice);
}

const DUE: &str = "<cbc:DueDate>2026-12-24</cbc:DueDate>";

/// The example with means of payment.
fn paid() -> String {
    let means =
        "<cac:PaymentMeans><cbc:PaymentMeansCode>10</cbc:PaymentMeansCode></cac:PaymentMeans><cac:AllowanceCharge>";
    EXAMPLE_XML.replacen("<cac:AllowanceCharge>", means, 1)
}

/// The same as a credit note.
fn credit_note() -> String {
    let means = "<cbc:PaymentMeansCode>10</cbc:PaymentMeansCode>";
    let invoice = paid();
    assert!(invoice.contains(DUE) && invoice.contains(means));
    let code =
        ("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>");
    invoice
        .replace(DUE, "")
        .replace(means, &format!("{means}<cbc:PaymentDueDate>2026-12-24</cbc:PaymentDueDate>"))
        .replace(code.0, code.1)
        .replace("cac:InvoiceLine", "cac:CreditNoteLine")
        .replace("cbc:InvoicedQuantity", "cbc:CreditedQuantity")
        .replace("xsd:Invoice-2", "xsd:CreditNote-2")
        .replace("<Invoice ", "<CreditNote ")
        .replace("</Invoice>", "</CreditNote>")
}

#[test]
fn a_credit_note_has_the_same_terms_under_other_names() {
    let invoice = read(paid().as_bytes()).unwrap().invoice;
    let note = read(credit_note().as_bytes()).unwrap();
    assert_eq!(note.root, ubl::Root::CreditNote);
    assert_eq!(note.findings, []);
    assert_eq!(en16931::findings(&note.invoice), []);
    assert_eq!(note.invoice, en16931::Invoice { type_code: Some("381".to_owned()), ..invoice });

    let project = "<cac:AdditionalDocumentReference><cbc:ID>P-7</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>\
        </cac:AdditionalDocumentReference><cac:AccountingSupplierParty>";
    let with_project = credit_note().replacen("<cac:AccountingSupplierParty>", project, 1);
    let read_back = read(with_project.as_bytes()).unwrap();
    assert_eq!((read_back.invoice.project.as_deref(), read_back.invoice.documents.len()), (Some("P-7"), 0));
    assert_eq!(read_back.findings, []);
}

#[test]
fn both_documents_are_issued_and_no_other() {
    for document in [credit_note(), paid()] {
        clear::from_ubl(document.as_bytes()).unwrap();
    }
    let order = credit_note().replace("CreditNote", "DebitNote");
    assert_eq!(clear::from_ubl(order.as_bytes()).unwrap_err().code, "invoice/24");
}

#[test]
fn a_credit_note_has_no_names_of_an_invoice() {
    for (from, to, problem, place) in [
        ("cac:CreditNoteLine>", "cac:InvoiceLine>", Problem::Unexpected, "/CreditNote"),
        (
            "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>",
            "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
            Problem::Unexpected,
            "/CreditNote",
        ),
        (
            "<cbc:DocumentCurrencyCode>",
            "<cbc:DueDate>2026-12-24</cbc:DueDate><cbc:DocumentCurrencyCode>",
            Problem::Unexpected,
            "/CreditNote",
        ),
        ("cbc:CreditedQuantity", "cbc:InvoicedQuantity", Problem::Unexpected, "/CreditNote/cac:CreditNoteLine[1]"),
        (
            "<cbc:ID>2</cbc:ID>",
            "<cbc:ID>2</cbc:ID><cbc:ID>3</cbc:ID>",
            Problem::Repeated,
            "/CreditNote/cac:CreditNoteLine[2]",
        ),
    ] {
        let refused = read(credit_note().replace(from, to).as_bytes()).unwrap_err();
        assert_eq!((refused.problem, refused.place.as_str()), (problem, place), "{refused}");
    }
    let (own, other) = (credit_note(), EXAMPLE_XML.replace(">380<", ">381<"));
    for xml in [own.replace(">381<", ">380<"), other] {
        let rules: Vec<String> =
            read(xml.as_bytes()).unwrap().findings.into_iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["BR-CL-01"], "the lists of types differ");
    }
}

#[test]
fn elements_stand_only_where_and_as_often_as_ubl_has_them() {
    for (from, to, problem, place) in [
        ("xsd:CommonBasicComponents-2", "xsd:CommonBasicComponents-3", Problem::Unexpected, "/Invoice"),
        (
            "<cbc:PrepaidAmount currencyID=\"EUR\">75.88</cbc:PrepaidAmount>",
            "<cbc:PrepaidAmmount/>",
            Problem::Unexpected,
            "/Invoice/cac:LegalMonetaryTotal",
        ),
        ("<cbc:ID>QE-2026-0042</cbc:ID>", "<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>", Problem::Repeated, "/Invoice"),
        ("<cbc:ID>QE-2026-0042</cbc:ID>", "<cac:ID>1</cac:ID>", Problem::Unexpected, "/Invoice"),
        ("<cbc:ID>QE-2026-0042</cbc:ID>", "<ID>1</ID>", Problem::Unexpected, "/Invoice"),
        (
            "<cbc:ID>2</cbc:ID>",
            "<cbc:ID><cbc:ID>2</cbc:ID></cbc:ID>",
            Problem::Unexpected,
            "/Invoice/cac:InvoiceLine[2]/cbc:ID",
        ),
        ("<cbc:ID>2</cbc:ID>", "stray<cbc:ID>2</cbc:ID>", Problem::Unexpected, "/Invoice/cac:InvoiceLine[2]"),
        (
            "110.00</cbc:PriceAmount>",
            "ten</cbc:PriceAmount>",
            Problem::Value,
            "/Invoice/cac:InvoiceLine[2]/cac:Price/cbc:PriceAmount",
        ),
        ("2026-12-24", "2026-02-30", Problem::Value, "/Invoice/cbc:DueDate"),
        (">false<", ">maybe<", Problem::Value, "/Invoice/cac:AllowanceCharge[1]/cbc:ChargeIndicator"),
    ] {
        let refused = read(EXAMPLE_XML.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!((refused.problem, refused.place.as_str()), (problem, place), "{refused}");
    }
}

#[test]
fn what_ubl_has_and_the_standard_does_not_know_is_left_out() {
    let plain = read(EXAMPLE_XML.as_bytes()).unwrap().invoice;
    let extension = "<ext:UBLExtensions xmlns:ext=\"urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2\">\
        <ext:UBLExtension><ext:ExtensionContent><a xmlns=\"urn:a\"><b c=\"d\">e</b></a></ext:ExtensionContent></ext:UBLExtension>\
        </ext:UBLExtensions><cbc:UBLVersionID>2.1</cbc:UBLVersionID>";
    let more = EXAMPLE_XML.replacen("<cbc:CustomizationID>", &format!("{extension}<cbc:CustomizationID>"), 1).replacen(
        "<cbc:Name>Installation</cbc:Name>",
        "<cbc:PackQuantity>1</cbc:PackQuantity><cbc:Name>Installation</cbc:Name><cbc:Keyword>a</cbc:Keyword><cbc:Keyword>b</cbc:Keyword>",
        1,
    );
    assert_eq!(read(more.as_bytes()).unwrap().invoice, plain);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn arbitrary_markup_never_panics(parts in prop::collection::vec(prop_oneof![
        Just("<a>"), Just("</a>"), Just("<a/>"), Just("&#"), Just("&amp;"), Just("<!--"), Just("-->"), Just("<![CDATA["), Just("]]>"),
        Just("<?x"), Just("?>"), Just(" xmlns='u'"), Just("<!DOCTYPE"), Just("\""), Just(">"), Just("<"), Just("é"),
    ], 0..30)) {
        let _ = read(parts.concat().as_bytes());
    }

    #[test]
    fn a_mutated_document_is_read_or_refused_and_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        let mut bytes = EXAMPLE_XML.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((a, b)) = cut {
            let (a, b) = (a.index(bytes.len()), b.index(bytes.len()));
            bytes.drain(a.min(b)..a.max(b));
        }
        if let Ok((read, _)) = ubl::inspect(&bytes) {
            let _ = en16931::findings(&read.invoice);
            let _ = ubl::write(&read.invoice, read.root);
        }
        if let Ok(read) = read(&bytes) {
            let written = ubl::write(&read.invoice, read.root);
            prop_assert!(ubl::read(written.as_bytes()).is_ok(), "{written}");
            let json = serde_json::to_string(&read.invoice).unwrap();
            prop_assert_eq!(serde_json::from_str::<en16931::Invoice>(&json).unwrap(), read.invoice);
        }
    }

    #[test]
    fn digits_changed_in_amounts_never_panic_and_are_found(at in any::<prop::sample::Index>(), digit in b'0'..=b'9') {
        let places: Vec<usize> = EXAMPLE_XML.match_indices("currencyID=\"EUR\">").map(|(at, text)| at + text.len()).collect();
        let mut bytes = EXAMPLE_XML.as_bytes().to_vec();
        let at = places[at.index(places.len())];
        let same = bytes[at] == digit;
        bytes[at] = digit;
        let read = read(&bytes).unwrap();
        let price = en16931::findings(&read.invoice).is_empty() && !same;
        prop_assert!(!price || bytes[at..].windows(20).position(|w| w.starts_with(b"</cbc:PriceAmount")).is_some_and(|p| p < 12));
    }
}
