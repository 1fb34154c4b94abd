//! Sealing and opening as a sender and readers do it.

use counterfoil_seal::{
    Field, FieldValue, Opened, OpenedField, Place, Reader, ReadingKey, ReadingPublicKey, Record, SealError, Sealed,
    commitment, open, seal, verify_field,
};
use counterfoil_types::{Hash, Kid};
use proptest::prelude::*;
use rand::{SeedableRng as _, rngs::StdRng};

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn key(byte: u8) -> ReadingKey {
    ReadingKey::from_bytes([byte; 32])
}

fn kid(text: &str) -> Kid {
    text.parse().unwrap()
}

fn reader(name: &str, byte: u8) -> Reader {
    Reader { kid: kid(name), public_key: key(byte).public_key() }
}

fn place() -> Place {
    Place { ledger: Hash::of(&[b"ledger"]), subject: "shop-1/contract".into(), version: 1, sealer: "shop-1".into() }
}

fn fields() -> Vec<Field> {
    vec![Field::text("price", "12.50"), Field::text("buyer", "爱丽丝"), Field::bytes("scan", [0, 255, 7])]
}

/// Sealed for `shop-1/main` (key 1) and `bank-a/main` (key 2).
fn sealed() -> Sealed {
    seal(&place(), &fields(), &[reader("shop-1/main", 1), reader("bank-a/main", 2)], &mut rng(1)).unwrap()
}

fn open_as_bank(place: &Place, sealed: &Sealed) -> Result<Opened, SealError> {
    open(place, sealed, &kid("bank-a/main"), &key(2))
}

fn code(result: Result<Opened, SealError>) -> &'static str {
    result.expect_err("it must not open").code()
}

#[test]
fn each_reader_opens_what_was_sealed_and_nobody_else_does() {
    let sealed = sealed();
    for (name, byte) in [("shop-1/main", 1), ("bank-a/main", 2)] {
        let opened = open(&place(), &sealed, &kid(name), &key(byte)).unwrap();
        let values: Vec<_> =
            opened.fields().iter().map(|f| Field { name: f.name.clone(), value: f.value.clone() }).collect();
        assert_eq!(values, fields());
        assert_eq!(opened.field("price").unwrap().value.as_text(), Some("12.50"));
    }
    assert_eq!(code(open(&place(), &sealed, &kid("shop-2/main"), &key(3))), "seal/1");
    assert_eq!(code(open(&place(), &sealed, &kid("bank-a/other"), &key(2))), "seal/1");
    assert_eq!(code(open(&place(), &sealed, &kid("bank-a/main"), &key(3))), "seal/2");
    assert_eq!(code(open(&place(), &sealed, &kid("bank-a/main"), &key(1))), "seal/2");
}

#[test]
fn a_seal_opens_only_at_its_place() {
    let sealed = sealed();
    for other in [
        Place { ledger: Hash::ZERO, ..place() },
        Place { subject: "shop-1/contrac".into(), ..place() },
        Place { version: 2, ..place() },
        Place { sealer: "shop-2".into(), ..place() },
    ] {
        assert_eq!(code(open_as_bank(&other, &sealed)), "seal/2");
    }
    let mut moved = sealed.clone();
    moved.readers[1].enc = sealed.readers[0].enc;
    moved.readers[1].wrapped = sealed.readers[0].wrapped;
    assert_eq!(code(open(&place(), &moved, &kid("bank-a/main"), &key(1))), "seal/2");
}

#[test]
fn every_flipped_byte_is_detected() {
    let sealed = sealed();
    for at in 0..sealed.ciphertext.0.len() {
        let mut changed = sealed.clone();
        changed.ciphertext.0[at] ^= 1 << (at % 8);
        assert_eq!(code(open_as_bank(&place(), &changed)), "seal/4");
    }
    for at in 0..32 {
        let mut changed = sealed.clone();
        changed.readers[1].enc.0[at] ^= 1 << (at % 7);
        assert_eq!(code(open_as_bank(&place(), &changed)), "seal/2");
        let mut changed = sealed.clone();
        changed.fields[at % 3].commitment.0[at] ^= 1;
        assert_eq!(code(open_as_bank(&place(), &changed)), "seal/4");
    }
    for at in 0..48 {
        let mut changed = sealed.clone();
        changed.readers[1].wrapped.0[at] ^= 128;
        assert_eq!(code(open_as_bank(&place(), &changed)), "seal/2");
    }
    let mut renamed = sealed.clone();
    renamed.fields[0].name = "cost".into();
    assert_eq!(code(open_as_bank(&place(), &renamed)), "seal/4");
    let mut swapped = sealed.clone();
    swapped.fields.swap(0, 1);
    assert_eq!(code(open_as_bank(&place(), &swapped)), "seal/4");
}

#[test]
fn a_ciphertext_truncated_at_any_length_does_not_open() {
    let long = [Field::text("text", "x".repeat(700))];
    let sealed = seal(&place(), &long, &[reader("bank-a/main", 2)], &mut rng(2)).unwrap();
    for bytes in 0..sealed.ciphertext.0.len() {
        let mut truncated = sealed.clone();
        truncated.ciphertext.0.truncate(bytes);
        let expected = if truncated.check().is_ok() { "seal/4" } else { "seal/3" };
        assert_eq!(code(open_as_bank(&place(), &truncated)), expected, "{bytes}");
    }
    let mut longer = sealed;
    longer.ciphertext.0.push(0);
    assert_eq!(code(open_as_bank(&place(), &longer)), "seal/3");
}

#[test]
fn a_reader_lets_another_read() {
    let opened = open_as_bank(&place(), &sealed()).unwrap();
    let wrap = opened.wrap_for(&reader("auditor/main", 5), &mut rng(3)).unwrap();
    let mut more = sealed();
    more.readers.push(wrap);
    let read = open(&place(), &more, &kid("auditor/main"), &key(5)).unwrap();
    assert_eq!(read.fields(), opened.fields());
}

#[test]
fn what_cannot_be_sealed_is_said() {
    let many = |count: usize| (0..count).map(|at| Field::text(format!("f{at}"), "")).collect::<Vec<_>>();
    let readers = |count: usize| (0..count).map(|at| reader(&format!("m{at}/k"), 1)).collect::<Vec<_>>();
    let one = [reader("bank-a/main", 2)];
    let try_seal = |fields: &[Field], readers: &[Reader]| {
        seal(&place(), fields, readers, &mut rng(4)).map(drop).map_err(|error| error.code())
    };
    assert_eq!(try_seal(&many(256), &readers(64)), Ok(()));
    assert_eq!(try_seal(&[], &one), Err("seal/8"));
    assert_eq!(try_seal(&many(257), &one), Err("seal/8"));
    assert_eq!(try_seal(&[Field::bytes("scan", vec![0; 512 * 1024])], &one), Err("seal/8"));
    assert_eq!(try_seal(&[Field::text("Price", "1")], &one), Err("seal/7"));
    assert_eq!(try_seal(&[Field::text("price", "1"), Field::text("price", "2")], &one), Err("seal/7"));
    assert_eq!(try_seal(&many(1), &[]), Err("seal/14"));
    assert_eq!(try_seal(&many(1), &readers(65)), Err("seal/14"));
    assert_eq!(try_seal(&many(1), &[one[0].clone(), reader("bank-a/next", 3)]), Err("seal/9"));
}

#[test]
fn the_largest_seal_fits_into_a_transaction() {
    let mut fields: Vec<_> = (0..255).map(|at| Field::text(format!("{at:064}"), "")).collect();
    fields.push(Field::bytes("scan", vec![7; 480_000]));
    let readers: Vec<_> = (0..64).map(|at| reader(&format!("{at:064}/{at:064}"), 1)).collect();
    let sealed = seal(&place(), &fields, &readers, &mut rng(5)).unwrap();
    let wire = serde_json::to_string(&sealed).unwrap().len() * 4 / 3;
    assert!(sealed.ciphertext.0.len() > 500_000 && wire < 1_040_000, "{} {wire}", sealed.ciphertext.0.len());
}

#[test]
fn keys_have_one_text_and_no_low_order() {
    let secret = key(7);
    let public = secret.public_key();
    assert_eq!(ReadingKey::from_text(&secret.to_text()).unwrap().public_key(), public);
    assert_eq!(public.to_string().parse::<ReadingPublicKey>().unwrap(), public);
    assert!(!format!("{secret:?}").contains(&"07".repeat(8)));
    let text = public.to_string();
    let point = |first: &str, last: &str| format!("x25519:{first}{}{last}", "ff".repeat(30));
    let zero = |first: &str| format!("x25519:{first}{}", "00".repeat(31));
    let order_8 = "x25519:e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800".to_owned();
    for wrong in [
        String::new(),
        text[..70].to_owned(),
        text.to_uppercase(),
        text.replace("x25519", "ed25519"),
        zero("00"),
        zero("01"),
        order_8,
        point("ec", "7f"),
        point("ed", "7f"),
        point("ee", "7f"),
        point("ff", "ff"),
        format!("x25519:{}ff", "09".repeat(31)),
    ] {
        assert_eq!(wrong.parse::<ReadingPublicKey>().map_err(|error| error.code()), Err("seal/10"), "{wrong}");
    }
    assert!(ReadingKey::from_text(&text).is_err());
}

#[test]
fn the_commitment_of_a_field_is_frozen() {
    let bytes = hex(&format!(
        "8473636f756e746572666f696c2f6669656c642f31{}5820{}6531322e3530",
        "657072696365",
        "01".repeat(32)
    ));
    let value = FieldValue::Text("12.50".into());
    assert_eq!(commitment("price", &[1; 32], &value), Hash::of(&[&bytes]));
    assert_ne!(commitment("price", &[1; 32], &FieldValue::Bytes(b"12.50".to_vec())), Hash::of(&[&bytes]));
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn one_field_is_compared_without_the_others() {
    let sealed = sealed();
    let opened = open_as_bank(&place(), &sealed).unwrap();
    let price = opened.field("price").unwrap();
    let row = Hash::from(sealed.fields[0].commitment);
    verify_field(price, "price", &row).unwrap();
    assert_eq!(verify_field(price, "cost", &row).unwrap_err().code(), "seal/13");
    let more = OpenedField { value: FieldValue::Text("99.50".into()), ..price.clone() };
    assert_eq!(verify_field(&more, "price", &row).unwrap_err().code(), "seal/13");
}

#[test]
fn the_texts_of_fields_and_seals_have_one_form() {
    let sealed = sealed();
    let json = serde_json::to_string(&sealed).unwrap();
    assert_eq!(serde_json::from_str::<Sealed>(&json).unwrap(), sealed);
    assert!(!json.contains("12.50"));
    let opened = open_as_bank(&place(), &sealed).unwrap();
    for field in opened.fields() {
        let json = serde_json::to_string(field).unwrap();
        assert_eq!(&serde_json::from_str::<OpenedField>(&json).unwrap(), field);
        assert!(serde_json::from_str::<Field>(&json).is_err(), "a field to be sealed has no salt");
    }
    assert_eq!(serde_json::to_string(&fields()[2]).unwrap(), r#"{"name":"scan","bytes":"AP8H"}"#);
    for wrong in [
        r#"{"name":"a"}"#,
        r#"{"name":"a","value":"b","bytes":"AP8H"}"#,
        r#"{"name":"a","bytes":"AP8=","x":1}"#,
        r#"{"name":"a","bytes":"AP8="}"#,
        r#"{"name":"a","value":"b","more":1}"#,
    ] {
        assert!(serde_json::from_str::<Field>(wrong).is_err(), "{wrong}");
    }
    assert!(!format!("{opened:?}{:?}", opened.fields()).contains("12.50"), "a log would tell");
}

#[test]
fn a_record_of_the_ledger_opens() {
    let sealed = sealed();
    let Place { ledger, subject, version, sealer } = place();
    let Sealed { ciphertext, fields, readers } = sealed;
    let record = Record { subject, version, sealer, ciphertext: ciphertext.0, height: 3, time_ms: 4, fields, readers };
    let read: Record = serde_json::from_str(&serde_json::to_string(&record).unwrap()).unwrap();
    assert_eq!(read, record);
    assert_eq!(read.open(ledger, &kid("bank-a/main"), &key(2)).unwrap().fields().len(), 3);
}

fn any_fields() -> impl Strategy<Value = Vec<Field>> {
    let value = prop_oneof![
        ".{0,300}".prop_map(FieldValue::Text),
        prop::collection::vec(any::<u8>(), 0..3_000).prop_map(FieldValue::Bytes),
    ];
    prop::collection::btree_map("[a-z0-9][a-z0-9._-]{0,12}", value, 1..8)
        .prop_map(|map| map.into_iter().map(|(name, value)| Field { name, value }).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_sealed_opens_as_it_was(fields in any_fields(), seed in any::<u64>(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let readers = [reader("shop-1/main", 1), reader("bank-a/main", 2)];
        let sealed = seal(&place(), &fields, &readers, &mut rng(seed)).unwrap();
        let opened = open_as_bank(&place(), &sealed).unwrap();
        let values: Vec<_> = opened.fields().iter().map(|f| Field { name: f.name.clone(), value: f.value.clone() }).collect();
        prop_assert_eq!(values, fields);
        let mut changed = sealed.clone();
        let at = at.index(changed.ciphertext.0.len());
        changed.ciphertext.0[at] ^= flip;
        prop_assert!(open_as_bank(&place(), &changed).is_err());
        prop_assert!(open(&place(), &sealed, &kid("shop-2/main"), &key(3)).is_err());
        prop_assert!(open(&place(), &sealed, &kid("bank-a/main"), &key(3)).is_err());
    }

    #[test]
    fn foreign_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let mut foreign = sealed();
        foreign.ciphertext.0 = bytes;
        prop_assert!(open_as_bank(&place(), &foreign).is_err());
    }
}
