use counterfoil_types::RefusalKind;

/// What a refusal of a module says about itself, for OpenAPI, documentation and the console.
#[derive(Debug, Clone, Copy)]
pub struct RefusalDeclaration {
    /// Stable code, `module/number`.
    pub code: &'static str,
    /// Name of the variant, such as `BeyondPayment`.
    pub name: &'static str,
    /// What sort of wrong it is.
    pub kind: RefusalKind,
    /// The rule, from the variant's doc comment.
    pub summary: &'static str,
    /// The text with its places, such as `payment {payment} has {left} left`.
    pub message: &'static str,
    /// JSON Pointer of the field at fault, perhaps with places.
    pub field: Option<&'static str>,
}

/// Declares why a module says no: an enum whose variants have a number for life, a kind, a text and the field at fault.
///
/// ```
/// counterfoil_platform::refusals! {
///     /// Why the invoice application says no. Codes are for life: never reuse a number.
///     pub enum Refused in "invoice" {
///         /// The payment has less left than the invoice asks for.
///         #[refusal(7, Conflict, "/total")]
///         #[error("payment {payment} has {left} left to invoice, {asked} asked")]
///         BeyondPayment { payment: String, left: i64, asked: i64 },
///         /// A line has no name.
///         #[refusal(8, Invalid, "/lines/{line}/name")]
///         #[error("the name is empty")]
///         LineWithoutName { line: usize },
///     }
/// }
/// let refusal = counterfoil_types::Refusal::from(Refused::LineWithoutName { line: 3 });
/// assert_eq!(refusal.code, "invoice/8");
/// assert_eq!(refusal.field.as_deref(), Some("/lines/3/name"));
/// assert_eq!(Refused::DECLARATIONS[0].summary, "The payment has less left than the invoice asks for.");
/// ```
///
/// Texts and fields are format strings over the variant's own fields. Two more things come with the enum: the variant
/// `Other`, by which `?` passes on refusals of the database and of other modules, and `Refused::DECLARATIONS` for
/// [`Module::refusals`](crate::Module::refusals). The text is for whoever asked and in no hash: what rows, events and outputs
/// say of a refusal is its code, and the field.
#[macro_export]
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident in $module:literal {
            $(
                $(#[doc = $doc:literal])+
                #[refusal($code:literal, $kind:ident $(, $field:literal)?)]
                #[error($message:literal)]
                $variant:ident $({ $( $(#[$argument_meta:meta])* $argument:ident : $type:ty ),* $(,)? })?
            ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis enum $name {
            $(
                $(#[doc = $doc])+
                $variant $({ $( $(#[$argument_meta])* #[allow(missing_docs)] $argument: $type ),* })?,
            )*
            /// A refusal of the database or of another module, passed on as it is.
            Other($crate::types::Refusal),
        }

        impl $name {
            /// Every refusal of the module.
            $vis const DECLARATIONS: &'static [$crate::RefusalDeclaration] = &[
                $($crate::RefusalDeclaration {
                    code: concat!($module, "/", $code),
                    name: stringify!($variant),
                    kind: $crate::types::RefusalKind::$kind,
                    summary: concat!($($doc),+).trim_ascii(),
                    message: $message,
                    field: $crate::refusals!(@field $($field)?),
                },)*
            ];
        }

        impl From<$name> for $crate::types::Refusal {
            #[allow(unused_variables, clippy::useless_format)]
            fn from(refused: $name) -> Self {
                let text = refused.to_string();
                match refused {
                    $($name::$variant $({ $($argument),* })? => {
                        let refusal = Self::new(
                            concat!($module, "/", $code),
                            $crate::types::RefusalKind::$kind,
                            text,
                        );
                        $(let refusal = refusal.at(format!($field));)?
                        refusal
                    })*
                    $name::Other(refusal) => refusal,
                }
            }
        }

        impl From<$crate::types::Refusal> for $name {
            fn from(refusal: $crate::types::Refusal) -> Self {
                Self::Other(refusal)
            }
        }

        impl std::fmt::Display for $name {
            #[allow(unused_variables)]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant $({ $($argument),* })? => write!(f, $message),)*
                    Self::Other(refusal) => std::fmt::Display::fmt(refusal, f),
                }
            }
        }

        impl std::error::Error for $name {}
    };
    (@field $field:literal) => { Some($field) };
    (@field) => { None };
}

crate::refusals! {
    /// Why the platform says no before a module is asked. Codes are for life: never reuse a number.
    pub enum PlatformRefused in "platform" {
        /// The command exists in no module.
        #[refusal(1, NotFound)]
        #[error("there is no command {name:?}")]
        UnknownCommand { name: String },
        /// What a command was given does not have its form: an unknown, missing or duplicated member, or a wrong type.
        #[refusal(2, Invalid, "{pointer}")]
        #[error("{reason}")]
        Malformed { pointer: String, reason: String },
        /// A parameter of a query is missing, unknown or has a wrong form.
        #[refusal(3, Invalid, "/{name}")]
        #[error("parameter {name}: {reason}")]
        Parameter { name: String, reason: String },
        /// What a query asks for does not exist.
        #[refusal(4, NotFound)]
        #[error("{query}: nothing found for {asked}")]
        NothingFound { query: &'static str, asked: String },
        /// The content type is not among those that the route takes.
        #[refusal(5, Invalid)]
        #[error("content type {found:?} is not taken here, but {taken}")]
        ContentType { found: String, taken: String },
        /// Whoever has to read what is sealed has published a key to read with.
        #[refusal(6, Conflict, "{field}")]
        #[error("member {member:?} has published no reading key: document.publish_reading_key does it")]
        NoReadingKey { field: String, member: String },
        /// What is sealed is neither too much nor too long.
        #[refusal(7, Invalid)]
        #[error("it cannot be sealed: {reason}")]
        Unsealable { reason: String },
    }
}
