//! The console: by a browser, as its users would click, and by clients that try what they may not.

#[path = "../phone/browser.rs"]
#[allow(dead_code)]
mod browser;
mod every;
mod explorer;
#[path = "../support/forms.rs"]
mod forms;
mod guard;
mod inbox;
// A small ledger, also one whose validators change, as the verifier's own tests make it.
#[path = "../../../core/proof/tests/offline/index.rs"]
mod index;
mod invoices;
#[path = "../../../core/proof/tests/offline/ledger.rs"]
#[allow(dead_code)]
mod ledger;
mod packages;
mod people;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod verify;
