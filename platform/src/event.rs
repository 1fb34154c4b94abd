use counterfoil_state::Context;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

/// Something that happened, told to subscribers when its block is final: a past participle, such as `Issued`.
pub trait Event: Serialize + JsonSchema + Sized {
    /// `module.participle`, such as `invoice.issued`.
    const NAME: &'static str;

    /// Tells it, if the transaction takes effect.
    fn emit(&self, ctx: &mut Context<'_>) {
        ctx.emit(Self::NAME, self);
    }
}

/// An event without its type.
#[derive(Clone, Copy)]
pub struct EventDeclaration {
    /// `module.participle`.
    pub name: &'static str,
    /// JSON schema of its data.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

impl EventDeclaration {
    /// The declaration of an event.
    pub const fn of<E: Event>() -> Self {
        Self { name: E::NAME, schema: E::json_schema }
    }
}

/// Declares events: for each its doc comment, its name, and a struct of its data with a doc comment on every member.
///
/// ```
/// counterfoil_platform::events! {
///     /// An article was sold.
///     "shop.sold" Sold {
///         /// Which article.
///         article: String,
///     }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! events {
    ($(
        $(#[doc = $doc:literal])+
        $name:literal $event:ident { $($(#[doc = $member_doc:literal])+ $member:ident: $type:ty),+ $(,)? }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub struct $event {
            $($(#[doc = $member_doc])+ pub $member: $type,)+
        }

        impl $crate::Event for $event {
            const NAME: &'static str = $name;
        }
    )+};
}
