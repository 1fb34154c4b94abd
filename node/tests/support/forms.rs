/// How a value may stand in bytes: as it is, in UTF-16 of both byte orders, in hexadecimal, and in base64 at each of its three
/// alignments.
pub fn forms(value: &str) -> Vec<Vec<u8>> {
    let digits = hex::encode(value);
    let mut forms = vec![value.as_bytes().to_vec(), digits.to_uppercase().into_bytes(), digits.into_bytes()];
    forms.push(value.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(value.encode_utf16().flat_map(u16::to_be_bytes).collect());
    for before in 0..3 {
        let bytes = [&vec![0; before], value.as_bytes()].concat();
        // Whole groups of three bytes that hold nothing but the value.
        let inner = &bytes[if before == 0 { 0 } else { 3 }..bytes.len() / 3 * 3];
        for alphabet in [b"+/", b"-_"] {
            forms.push(base64(inner, *alphabet));
        }
    }
    forms
}

fn base64(bytes: &[u8], last: [u8; 2]) -> Vec<u8> {
    let digits: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(last).collect();
    let groups = bytes.chunks_exact(3).flat_map(|three| {
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        [18, 12, 6, 0].map(|shift| digits[(bits >> shift) as usize & 63])
    });
    groups.collect()
}
