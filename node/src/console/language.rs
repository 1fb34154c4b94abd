use axum::http::{HeaderMap, header};
use percent_encoding::percent_decode_str;

/// The cookie that keeps which language was chosen.
const COOKIE: &str = "language";

/// In which language pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Chinese, in simplified characters.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// Its tag (BCP 47), as pages state it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chinese => "中文",
            Self::English => "English",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        if self == Self::Chinese { Self::English } else { Self::Chinese }
    }

    /// The one of this tag.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The one that was chosen, else the one that the browser likes best, else English.
    pub fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie(headers, COOKIE).and_then(Self::of_tag);
        let stated = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        chosen.or_else(|| liked(stated)).unwrap_or(Self::English)
    }

    /// The header that keeps a choice for a year.
    pub fn cookie(self) -> String {
        format!("{COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", self.tag())
    }
}

/// The language with the greatest weight in `Accept-Language` (RFC 9110 §12.5.4); of equal ones the first.
fn liked(stated: &str) -> Option<Language> {
    let mut best: Option<(u32, Language)> = None;
    for one in stated.split(',') {
        let mut parts = one.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let language = match tag.split('-').next() {
            Some("zh") => Language::Chinese,
            Some("en") => Language::English,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1000), thousandths).unwrap_or(0);
        if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// A weight of 0 to 1 with up to three digits after the point.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{rest:0<3}");
    digits.parse().ok().filter(|weight| *weight <= 1000)
}

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split("; ")).find_map(|one| one.strip_prefix(name)?.strip_prefix('='))
}

/// What a cookie says that was encoded as [`encoded`](super::encoded) does it.
pub fn decoded_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(percent_decode_str(cookie(headers, name)?).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(accept: &str, cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, accept.parse().unwrap());
        headers.insert(header::COOKIE, cookie.parse().unwrap());
        headers
    }

    #[test]
    fn a_choice_goes_before_the_browsers_language() {
        for (accept, cookie, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", "", Language::Chinese),
            ("en;q=0.5, zh;q=0.75", "", Language::Chinese),
            ("zh;q=0, en;q=0.1", "", Language::English),
            ("de, fr", "", Language::English),
            ("en", "a=b; language=zh-CN", Language::Chinese),
            ("zh", "language=en", Language::English),
            ("zh", "languages=en; language=xx", Language::Chinese),
        ] {
            assert_eq!(Language::of(&headers(accept, cookie)), expected, "{accept} {cookie}");
        }
    }
}
