//! What is sealed as a file that leaves the ledger: for the API, and for the pages of people and of organisations.

use crate::{
    member::Member,
    problem::{Answer, Problem},
};
use counterfoil_platform::{Rendered, Rendering};
use counterfoil_seal::{Opened, Record};

impl Member {
    /// How what is sealed under a subject is put out as a media type.
    pub fn rendering(&self, subject: &str, media_type: &str) -> Answer<Rendering> {
        let none = || Problem::not_found(format!("there is no {media_type} of this"));
        self.registry.rendering(subject, media_type).copied().ok_or_else(none)
    }

    /// A version that a reader has opened as a file: itself, or `document`, another that is made of it, such as a red letter.
    pub async fn put_out(
        &self,
        rendering: Rendering,
        (record, opened): (Record, Opened),
        document: Option<String>,
        english: bool,
    ) -> Answer<Vec<u8>> {
        let origin = self.public_url.clone();
        let rendered = self.store.ask(move |reader| {
            let document = document.as_deref();
            let of = Rendered { reader, record: &record, opened: &opened, document, english, origin: &origin };
            (rendering.render)(&of)
        });
        rendered.await
    }
}
