use crate::{
    console,
    member::Member,
    problem::{Answer, Problem},
    tokens::Tokens,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use counterfoil_types::{Kid, SigningKey};
use std::sync::Arc;

/// Header that names the hosted key which signs a command.
pub const KEY_HEADER: &str = "counterfoil-key";

/// Who may use this node's hosted keys and read its database.
#[derive(Debug)]
pub enum Access {
    /// Whoever reaches it: `dev`, on loopback only.
    Open,
    /// Holders of tokens.
    Tokens(Tokens),
}

impl Access {
    /// Whether no token is needed.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}

impl Member {
    /// The key to which the caller is bound, by a token or by a session of the console; nothing where neither is needed.
    fn bound(&self, headers: &HeaderMap) -> Answer<Option<Kid>> {
        let Access::Tokens(tokens) = &self.access else { return Ok(None) };
        let Some(stated) = headers.get(header::AUTHORIZATION) else {
            return self.session(headers).map(Some).ok_or_else(|| {
                Problem::unauthenticated(
                    "this needs a token: Authorization: Bearer …, made by `counterfoil token new --key MEMBER/KEY --dir DIR`",
                )
            });
        };
        let stated = stated.to_str().unwrap_or_default();
        let token = stated.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let kid = token.and_then(|(_, token)| tokens.check(token.trim()));
        let kid = kid.ok_or_else(|| Problem::unauthenticated("this token is not known here"))?;
        // Who revokes a key on the ledger need not know who runs the node and could revoke the token there.
        if self.is_served(&kid) {
            Ok(Some(kid))
        } else {
            Err(Problem::unauthenticated(format!("the ledger takes no key {kid} any more")))
        }
    }

    /// The key of the console's session, if it is a page of the console that asks: a browser says where a request comes from, and no
    /// page can have it say something else (Fetch Metadata, W3C).
    fn session(&self, headers: &HeaderMap) -> Option<Kid> {
        let is_own = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
        if is_own && console::same_origin(headers) { self.seat(headers) } else { None }
    }

    /// Whether the caller may read what is not public.
    pub fn may_read(&self, headers: &HeaderMap) -> Answer<()> {
        self.bound(headers).map(drop)
    }

    /// The hosted key with which a caller may have his command signed.
    pub fn signer(&self, headers: &HeaderMap) -> Answer<(Kid, &SigningKey)> {
        let kid = self
            .caller(headers)?
            .ok_or_else(|| Problem::malformed("name the key that signs: header Counterfoil-Key: member/key"))?;
        match self.keys.get(&kid) {
            Some(key) => Ok((kid, key)),
            None => {
                Err(Problem::forbidden(format!("the key {kid} is not hosted by this node: ask the one that hosts it")))
            }
        }
    }

    /// Who asks: the key of the caller's token or session, or the one that he names where no token is needed.
    pub fn caller(&self, headers: &HeaderMap) -> Answer<Option<Kid>> {
        let bound = self.bound(headers)?;
        let named = match headers.get(KEY_HEADER) {
            None => None,
            Some(value) => {
                let text = value.to_str().unwrap_or_default();
                let kid = text.trim().parse::<Kid>();
                Some(kid.map_err(|error| Problem::malformed(format!("Counterfoil-Key {text:?}: {error}")))?)
            }
        };
        match (bound, named) {
            (Some(bound), Some(named)) if bound != named => {
                Err(Problem::forbidden(format!("this token or session is for the key {bound}, not {named}")))
            }
            (bound, named) => Ok(bound.or(named)),
        }
    }
}

/// Under `dev` every caller may use every hosted key, so a web page must not reach them through a name that leads to loopback.
pub async fn loopback_host(State(member): State<Arc<Member>>, request: Request, next: Next) -> Response {
    if member.access.is_open() {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
        if !["localhost", "127.0.0.1", "[::1]"].contains(&name) {
            return Problem::forbidden(format!("under dev only loopback names are served, not {name:?}"))
                .into_response();
        }
    }
    next.run(request).await
}
