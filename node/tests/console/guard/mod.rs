//! Who is shown what, by a validator as `counterfoil start` runs it: strangers, members of several roles, people with a phone.

mod attacks;
mod consortium;
mod device;
mod pages;
mod routes;
mod sessions;
mod streams;
