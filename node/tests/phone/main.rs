//! A phone's pages: by a browser, as a person would click, and by a client that tries what it may not.

mod browser;
mod pages;
mod story;
mod strangers;
#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
