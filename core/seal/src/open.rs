use crate::{
    Base64, Field, Hex, OpenedField, Place, Reader, ReadingKey, SealError, Sealed, SealedField, Wrap, content,
    field::check_name,
    sealed::{check_length, count_fields, count_readers},
    suite,
};
use counterfoil_types::Kid;
use rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroizing;

type ContentKey = Zeroizing<[u8; 32]>;

/// Encrypts fields for readers at a place.
///
/// # Errors
/// If a field or a reader cannot be taken; see [`FIELDS_MAX`](crate::FIELDS_MAX), [`READERS_MAX`](crate::READERS_MAX) and
/// [`CIPHERTEXT_BYTES_MAX`](crate::CIPHERTEXT_BYTES_MAX).
pub fn seal(
    place: &Place,
    fields: &[Field],
    readers: &[Reader],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    count_fields(fields.len())?;
    count_readers(readers.len())?;
    let mut salted = Vec::with_capacity(fields.len());
    for (index, field) in fields.iter().enumerate() {
        check_name(index, &field.name)?;
        let mut salt = Hex([0; 32]);
        rng.fill_bytes(&mut salt.0);
        salted.push(OpenedField { name: field.name.clone(), salt, value: field.value.clone() });
    }
    let commitments = salted
        .iter()
        .map(|field| SealedField { name: field.name.clone(), commitment: field.commitment().into() })
        .collect();
    let sealed = encrypt(place, &content::encode(&salted), commitments, readers, rng)?;
    sealed.check()?;
    Ok(sealed)
}

fn encrypt(
    place: &Place,
    content: &[u8],
    fields: Vec<SealedField>,
    readers: &[Reader],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let mut key = ContentKey::default();
    rng.fill_bytes(&mut *key);
    let ciphertext = Base64(suite::encrypt(&key, &place.aad(&fields), content));
    let mut wraps = Vec::with_capacity(readers.len());
    for (index, reader) in readers.iter().enumerate() {
        wraps.push(wrap(place, &key, index, reader, rng)?);
    }
    Ok(Sealed { ciphertext, fields, readers: wraps })
}

fn wrap(
    place: &Place,
    key: &ContentKey,
    index: usize,
    reader: &Reader,
    rng: &mut impl CryptoRng,
) -> Result<Wrap, SealError> {
    let low = || SealError::Reader { index, reason: "its key is a point of low order".to_owned() };
    let to = reader.public_key.as_bytes();
    let (enc, wrapped) = suite::wrap(to, &place.info(&reader.kid), &**key, rng).ok_or_else(low)?;
    Ok(Wrap {
        reader: reader.kid.member().to_owned(),
        key: reader.kid.key().to_owned(),
        enc,
        wrapped: Hex(wrapped.try_into().expect("32 bytes and a tag of 16")),
    })
}

/// Decrypts a content with `key`, which is published as `reader`, and compares each field with its commitment.
///
/// # Errors
/// If the key is not among the readers' or does not fit, if anything was changed, or if whoever sealed it cheated.
pub fn open(place: &Place, sealed: &Sealed, reader: &Kid, key: &ReadingKey) -> Result<Opened, SealError> {
    let kid = || reader.to_string();
    let mine = |wrap: &&Wrap| wrap.reader == reader.member() && wrap.key == reader.key();
    let wrap = sealed.readers.iter().find(mine).ok_or_else(|| SealError::NotAReader { kid: kid() })?;
    check_length(&sealed.ciphertext.0)?;
    let unwrapped = suite::unwrap(key.secret(), &wrap.enc.0, &place.info(reader), &wrap.wrapped.0)
        .ok_or_else(|| SealError::WrongKey { kid: kid() })?;
    let mut content_key = ContentKey::default();
    content_key.copy_from_slice(&unwrapped);
    let content = suite::decrypt(&content_key, &place.aad(&sealed.fields), &sealed.ciphertext.0);
    let fields = content::decode(&content.ok_or(SealError::Damaged)?)?;
    if fields.len() != sealed.fields.len() {
        let reason = format!("{} fields, the ledger has commitments of {}", fields.len(), sealed.fields.len());
        return Err(SealError::Content { reason });
    }
    for (field, committed) in fields.iter().zip(&sealed.fields) {
        if field.name != committed.name || field.commitment() != committed.commitment.into() {
            return Err(SealError::CommitmentMismatch { field: committed.name.clone() });
        }
    }
    Ok(Opened { place: place.clone(), fields, key: content_key })
}

/// A content in the clear, and the means to let one more member read it.
pub struct Opened {
    place: Place,
    fields: Vec<OpenedField>,
    key: ContentKey,
}

impl Opened {
    /// Its fields in their order.
    pub fn fields(&self) -> &[OpenedField] {
        &self.fields
    }

    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&OpenedField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Where it was sealed.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The content's key, wrapped for one more reader.
    ///
    /// # Errors
    /// Never for a key that was parsed.
    pub fn wrap_for(&self, reader: &Reader, rng: &mut impl CryptoRng) -> Result<Wrap, SealError> {
        wrap(&self.place, &self.key, 0, reader, rng)
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("place", &self.place).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldValue;
    use counterfoil_types::Hash;
    use rand_core::{TryCryptoRng, TryRng};
    use std::convert::Infallible;

    /// Counts.
    struct Counter(u8);

    impl TryRng for Counter {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            self.0 = self.0.wrapping_add(1);
            Ok(self.0.into())
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            self.try_next_u32().map(u64::from)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            self.0 = self.0.wrapping_add(1);
            bytes.fill(self.0);
            Ok(())
        }
    }

    impl TryCryptoRng for Counter {}

    fn cheat(content: &[u8], committed: &[OpenedField]) -> SealError {
        let place = Place { ledger: Hash::ZERO, subject: "a/b".into(), version: 1, sealer: "a".into() };
        let key = ReadingKey::from_bytes([9; 32]);
        let kid: Kid = "bank-a/main".parse().unwrap();
        let reader = Reader { kid: kid.clone(), public_key: key.public_key() };
        let fields = committed
            .iter()
            .map(|field| SealedField { name: field.name.clone(), commitment: field.commitment().into() })
            .collect();
        let sealed = encrypt(&place, content, fields, &[reader], &mut Counter(0)).unwrap();
        open(&place, &sealed, &kid, &key).unwrap_err()
    }

    #[test]
    fn a_sealer_who_commits_to_other_values_than_it_seals_is_found_out() {
        let field = |name: &str, value: &str| OpenedField {
            name: name.into(),
            salt: Hex([1; 32]),
            value: FieldValue::Text(value.into()),
        };
        let honest = [field("price", "12.50"), field("buyer", "alice")];
        let content = content::encode(&honest);
        let mismatch = |name: &str| SealError::CommitmentMismatch { field: name.into() };
        assert_eq!(cheat(&content, &[field("price", "12.51"), field("buyer", "alice")]), mismatch("price"));
        assert_eq!(cheat(&content, &[field("price", "12.50"), field("seller", "alice")]), mismatch("seller"));
        let bytes = OpenedField { value: FieldValue::Bytes(b"12.50".to_vec()), ..field("price", "") };
        assert_eq!(cheat(&content, &[bytes, field("buyer", "alice")]), mismatch("price"));
        for content in [&content[..], &[0; 256], &content::encode(&[])] {
            assert_eq!(cheat(content, &honest[..1]).code(), "seal/6");
        }
        let mut padding = content.to_vec();
        *padding.last_mut().unwrap() = 1;
        assert_eq!(cheat(&padding, &honest).code(), "seal/6");
    }
}
