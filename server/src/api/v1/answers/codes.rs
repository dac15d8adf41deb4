//! The schema of a text that is one of a few codes.

use utoipa::openapi::{
    RefOr, Schema,
    schema::{ObjectBuilder, Type},
};

/// A text that is one of these codes.
pub(super) fn of_codes<const N: usize>(what: &str, codes: [&'static str; N]) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(what))
        .enum_values(Some(codes))
        .into()
}

/// Declares the schema of a type whose values are codes: its name in the API's
/// description, what it is, and the codes.
macro_rules! codes {
    ($schema:ident, $name:literal, $what:literal, $codes:expr) => {
        #[doc = concat!("The schema of ", $name, ".")]
        pub struct $schema;

        impl utoipa::PartialSchema for $schema {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::api::v1::answers::codes::of_codes($what, $codes)
            }
        }

        impl utoipa::ToSchema for $schema {
            fn name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
        }
    };
}
pub(super) use codes;
