//! Calls that a phone is to sign and cannot make alone, since a part of them is sealed. The node seals; the phone compares what it gets
//! with what it asked for, and signs that.

use crate::{
    body,
    console::{address::Path, confidential},
    member::Member,
    problem::{Answer, Problem},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use counterfoil_platform::Drafting;
use counterfoil_seal::{OpenedField, Place, Reader, Sealed, open};
use counterfoil_types::{Call, Kid};
use rand::{SeedableRng as _, rngs::StdRng};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Bytes of what a phone asks for at most.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// POST /phone/prepare `{"do","with"}`: with the input in the clear.
pub async fn prepare(State(node): State<Arc<Member>>, headers: HeaderMap, body: Body) -> Answer<Response> {
    let kid = node.require_visitor(&headers).await?;
    let asked: Call = read(&headers, body).await?;
    let _place = node.home()?.place()?;
    let (place, call) = node.prepared(&kid, asked).await?;
    node.check(&call)?;
    let sealed = node.what_is_sealed(&kid, &place, &call)?;
    Ok(confidential(Json(json!({"call": call, "sealed": sealed})).into_response()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PassOn {
    to: String,
}

/// POST /phone/invoices/{id}/pass-on `{"to"}`: the calls that pass an invoice on and let the organisation read it, if it can read.
pub async fn pass_on(
    State(node): State<Arc<Member>>,
    Path(invoice): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    let kid = node.require_visitor(&headers).await?;
    let PassOn { to } = read(&headers, body).await?;
    let _place = node.home()?.place()?;
    let subject = super::invoice::subject_of(&node, &kid, &invoice).await?;
    let mut calls = vec![Call::new("invoice.pass_on", &json!({"invoice": invoice, "to": to}))];
    let readers = node.readers(&[(to.clone(), None)]).await?;
    let record = node.sealed(&subject, 1).await?;
    let reads = record.readers.iter().any(|wrap| wrap.reader == to);
    if let (Some(reader), false) = (readers.first(), reads) {
        calls.push(node.sharing(&kid, &subject, reader).await?);
    }
    calls.iter().try_for_each(|call| node.check(call))?;
    Ok(confidential(Json(json!({"calls": calls})).into_response()))
}

async fn read<T: serde::de::DeserializeOwned>(headers: &HeaderMap, body: Body) -> Answer<T> {
    body::expect_media_type(headers, &["application/json"])?;
    body::json(&body::read(headers, body, BODY_BYTES_MAX).await?)
}

impl Member {
    /// A call as `kid` is to sign it, checked, split and sealed here as a hosted key's would be; and where it is sealed.
    async fn prepared(&self, kid: &Kid, call: Call) -> Answer<(Place, Call)> {
        let command = self.registry.command(&call.r#do);
        let Some(clear) = command.and_then(|command| command.is_clear(call.with.get())).copied() else {
            return Err(Problem::not_found(format!("{} has nothing to be sealed: sign it as it is", call.r#do)));
        };
        let (ledger, kid, unique) = (self.ledger, kid.clone(), hex::encode(rand::random::<[u8; 16]>()));
        let drafted = self.store.ask(move |reader| {
            let draft = (clear.draft)(call.with.get(), &Drafting { reader, signer: &kid, unique: &unique })?;
            let (subject, version, sealer) = (draft.subject.clone(), draft.version, draft.sealer.clone());
            let call = draft.seal(reader, |_| StdRng::from_seed(rand::random()))?;
            Ok((Place { ledger, subject, version, sealer }, call))
        });
        drafted.await
    }

    /// The fields that are sealed in a call, with the salts by which the phone sees that their commitments are those of what it asked
    /// for.
    fn what_is_sealed(&self, kid: &Kid, place: &Place, call: &Call) -> Answer<Vec<OpenedField>> {
        #[derive(Deserialize)]
        struct Sealing {
            sealed: Sealed,
        }
        let unreadable = || Problem::unavailable("what was sealed does not open");
        let Sealing { sealed } = serde_json::from_str(call.with.get()).map_err(|_| unreadable())?;
        let reading = Kid::new(kid.member(), super::KEY).ok_or_else(unreadable)?;
        let key = self.home()?.reading_key(&reading);
        Ok(open(place, &sealed, &reading, &key)?.fields().to_vec())
    }

    /// The call that lets one more member read what was sealed for `kid`.
    async fn sharing(&self, kid: &Kid, subject: &str, reader: &Reader) -> Answer<Call> {
        let (_, opened) = self.opened_for(kid, subject).await?;
        let wrap = opened.wrap_for(reader, &mut StdRng::from_seed(rand::random()))?;
        Ok(Call::new("document.add_reader", &json!({"subject": subject, "version": 1, "wrap": wrap})))
    }
}
