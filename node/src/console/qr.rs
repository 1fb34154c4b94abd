use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Modules of the quiet zone around a code (ISO/IEC 18004 §6.3.8).
const QUIET: i32 = 4;

/// A QR code as the `d` of an SVG path with a unit for each module, and the side of its view box; nothing for a text that is too long.
pub fn svg_path(text: &str) -> Option<(String, i32)> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET).ok()?;
        }
    }
    Some((path, code.size() + 2 * QUIET))
}

#[cfg(test)]
mod tests {
    use super::svg_path;

    /// Pixels of a module's side in the picture that is read.
    const SCALE: usize = 4;

    #[test]
    fn another_program_reads_what_the_path_shows() {
        let text = "http://127.0.0.1:7083/sample-pay?payee=92440300MA5DL0010T&amount=198.00&order=a-17";
        let (path, side) = svg_path(text).unwrap();
        let dark: std::collections::HashSet<(usize, usize)> = path
            .split('M')
            .skip(1)
            .map(|one| {
                let (x, y) = one.trim_end_matches("h1v1h-1z").split_once(',').unwrap();
                (x.parse().unwrap(), y.parse().unwrap())
            })
            .collect();
        let pixels = side as usize * SCALE;
        let grey = |x: usize, y: usize| if dark.contains(&(x / SCALE, y / SCALE)) { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, grey);
        assert_eq!(image.detect_grids()[0].decode().unwrap().1, text);
    }

    #[test]
    fn a_code_has_a_quiet_zone_and_a_square_for_each_dark_module() {
        let (path, side) = svg_path("http://127.0.0.1:7080/").unwrap();
        assert_eq!(side, 25 + 8);
        assert!(path.starts_with("M4,4h1v1h-1z"), "the finder pattern begins after the quiet zone");
        assert!(svg_path(&"x".repeat(3_000)).is_none());
    }
}
