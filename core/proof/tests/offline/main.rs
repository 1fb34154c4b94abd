//! Proofs of a small ledger made here, byte by byte, without any other part of Counterfoil.

mod every_byte;
mod forged;
mod handover;
mod index;
mod ledger;
mod paragraph;
