//! Evidence, versioned records, and sealed content for every module. See `README.md`.

mod commands;
mod events;
mod queries;
mod record;
mod refusals;
mod text;

/// Sealed content, for every module.
pub mod sealed;

pub use commands::{
    AddReader, Anchor, Create, DefineType, FieldText, HashAnchored, Open, Opening, PublishReadingKey, ReaderAdded,
    ReaderRemoved, ReaderRestored, ReadingKeyNamed, RemoveReader, RestoreReader, Revise, RevokeReadingKey, TypeDefined,
    TypeField, VersionWritten,
};
pub use events::{
    AddedReader, Anchored, Created, DefinedType, Opened, PublishedReadingKey, RemovedReader, RestoredReader, Revised,
    RevokedReadingKey, SealedContent,
};
pub use refusals::Refused;
pub use sealed::{Sealed, Subject, Wrap};

use crate::{CommandDeclaration, EventDeclaration, Module, Route};

/// Active reading keys of one member at most.
pub const READING_KEYS_MAX: i64 = 100;

/// The declaration.
pub const MODULE: Module = Module {
    name: "document",
    title: "Documents",
    readme: include_str!("README.md"),
    schema_sql: include_str!("schema.sql"),
    mutable: &["document_reading_key", "document", "document_removed_reader"],
    invariants_sql: include_str!("invariants.sql"),
    commands: &[
        CommandDeclaration::of::<PublishReadingKey>(),
        CommandDeclaration::of::<RevokeReadingKey>(),
        CommandDeclaration::of::<DefineType>(),
        CommandDeclaration::of::<Anchor>(),
        CommandDeclaration::of::<Create>(),
        CommandDeclaration::of::<Revise>(),
        CommandDeclaration::of::<AddReader>(),
        CommandDeclaration::of::<RemoveReader>(),
        CommandDeclaration::of::<RestoreReader>(),
        CommandDeclaration::of::<Open>(),
    ],
    events: &[
        EventDeclaration::of::<PublishedReadingKey>(),
        EventDeclaration::of::<RevokedReadingKey>(),
        EventDeclaration::of::<DefinedType>(),
        EventDeclaration::of::<Anchored>(),
        EventDeclaration::of::<Created>(),
        EventDeclaration::of::<Revised>(),
        EventDeclaration::of::<SealedContent>(),
        EventDeclaration::of::<AddedReader>(),
        EventDeclaration::of::<RemovedReader>(),
        EventDeclaration::of::<RestoredReader>(),
        EventDeclaration::of::<Opened>(),
    ],
    queries: queries::ALL,
    routes: &[
        Route::post("/v1/documents", "document.create").creates("/v1/documents/{document}"),
        Route::get("/v1/documents", "document.list"),
        Route::get("/v1/documents/{document}", "document.get"),
        Route::post("/v1/documents/{document}/versions", "document.revise")
            .creates("/v1/documents/{document}/versions/{version}"),
        Route::get("/v1/documents/{document}/versions", "document.versions"),
        Route::get("/v1/documents/{document}/versions/{version}", "document.version"),
        Route::post("/v1/anchors", "document.anchor").creates("/v1/anchors/{hash}"),
        Route::get("/v1/anchors", "document.anchors"),
        Route::get("/v1/anchors/{hash}", "document.evidence"),
        Route::post("/v1/document-types", "document.define_type").creates("/v1/document-types/{type}"),
        Route::get("/v1/document-types", "document.types"),
        Route::get("/v1/document-types/{type}", "document.type"),
        Route::post("/v1/members/{member}/reading-keys", "document.publish_reading_key").creates("/v1/reading-keys"),
        Route::post("/v1/members/{member}/reading-keys/{name}/revoke", "document.revoke_reading_key"),
        Route::get("/v1/reading-keys", "document.reading_keys"),
        Route::get("/v1/sealed", "document.readable"),
        Route::get("/v1/sealed/{subject}/{version}", "document.sealed"),
        Route::post("/v1/sealed/{subject}/readers", "document.add_reader"),
        Route::get("/v1/sealed/{subject}/readers", "document.readers"),
        Route::post("/v1/sealed/{subject}/remove-reader", "document.remove_reader"),
        Route::post("/v1/sealed/{subject}/restore-reader", "document.restore_reader"),
        Route::post("/v1/sealed/{subject}/openings", "document.open"),
        Route::get("/v1/sealed/{subject}/openings", "document.openings"),
    ],
    refusals: Refused::DECLARATIONS,
    ..Module::EMPTY
};

#[cfg(test)]
mod tests;
