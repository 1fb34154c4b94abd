use crate::{
    member::Member,
    problem::{Answer, Problem},
    prove::Wanted,
};
use axum::{
    extract::{OriginalUri, State},
    http::{Uri, header},
    response::{IntoResponse as _, Response},
};
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// GET /v1/rows/{table}/{key}/proof
pub async fn prove(State(member): State<Arc<Member>>, OriginalUri(uri): OriginalUri) -> Answer<Response> {
    let (table, key) = row(&uri)?;
    let wanted = wanted(uri.query().unwrap_or_default())?;
    let bytes = member.prove(table, key, wanted).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// Table and primary key of a path. A comma between the values of several columns stands as it is, one inside a value as `%2C`: so
/// the path is split before it is decoded.
fn row(uri: &Uri) -> Answer<(String, Vec<String>)> {
    let mut parts = uri.path().trim_start_matches("/v1/rows/").split('/');
    let (table, key) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let decode = |part: &str| {
        let text = percent_decode_str(part).decode_utf8();
        text.map(String::from).map_err(|_| Problem::malformed(format!("{part:?} is not UTF-8")))
    };
    Ok((decode(table)?, key.split(',').map(decode).collect::<Answer<_>>()?))
}

fn wanted(query: &str) -> Answer<Wanted> {
    let height = |text: &str| {
        let height = text.parse::<u64>();
        height.map_err(|_| Problem::malformed(format!("written: {text:?} is not a height")).at("/written"))
    };
    match query.split_once('=').unwrap_or((query, "")) {
        ("", "") => Ok(Wanted::Value),
        ("absent", "" | "true") => Ok(Wanted::Absence),
        ("written", "") => Ok(Wanted::Written(None)),
        ("written" | "height", text) => Ok(Wanted::Written(Some(height(text)?))),
        _ => Err(Problem::malformed(format!("?{query}: expected ?absent, ?written or ?written=height"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_several_columns_are_split_before_decoding() {
        let uri: Uri = "/v1/rows/member_key/a%2Cb,%E9%A4%90/proof?absent".parse().unwrap();
        assert_eq!(row(&uri).unwrap(), ("member_key".to_owned(), vec!["a,b".to_owned(), "餐".to_owned()]));
        assert_eq!(wanted("absent").unwrap(), Wanted::Absence);
        assert_eq!(wanted("written=7").unwrap(), Wanted::Written(Some(7)));
        assert_eq!(wanted("height=7").unwrap(), Wanted::Written(Some(7)));
        assert_eq!(wanted("written").unwrap(), Wanted::Written(None));
        assert!(wanted("written=x").is_err());
        assert!(wanted("what").is_err());
    }
}
