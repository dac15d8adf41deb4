//! Which page of a list is asked for.

use serde::Deserialize;
use service::core::input::{Errors, Field, Input};
use std::{fmt::Display, marker::PhantomData, str::FromStr};
use utoipa::IntoParams;

/// Which page to list, as it is described.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// The `next` of an answer before
    #[serde(default)]
    #[param(value_type = Option<String>, nullable = false)]
    after: Field<String>,
    /// How many on a page
    #[serde(default)]
    #[param(value_type = Option<u32>, nullable = false, minimum = 1, maximum = 200, default = 50)]
    limit: Field<String>,
}

/// The same, as it is read: the entry after which the page begins, and how many are wanted.
/// The description can't be of a type with a parameter.
#[derive(Deserialize)]
#[serde(transparent, bound = "")]
pub struct PageAfter<T> {
    paging: Paging,
    #[serde(skip)]
    of: PhantomData<T>,
}

impl<T: FromStr<Err: Display>> Input for PageAfter<T> {
    type Parsed = (Option<T>, u32);

    fn parse(self, errors: &mut Errors) -> Option<Self::Parsed> {
        let after = errors.parsed("after", self.paging.after);
        let limit = errors.number("limit", self.paging.limit, 1..=200);
        Some((after, limit.unwrap_or(50)))
    }
}
