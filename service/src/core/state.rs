//! The memory of features: one value of each type.

use elsa::sync::FrozenMap;
use std::any::{Any, TypeId};

/// One value of each type.
#[derive(Default)]
pub(crate) struct States(FrozenMap<TypeId, Box<dyn Any + Send + Sync>>);

impl States {
    /// Stores a value, unless there is one of its type.
    pub fn put<T: Any + Send + Sync>(&self, value: T) {
        self.0.insert(TypeId::of::<T>(), Box::new(value));
    }

    /// The value of this type; made at the first call.
    pub fn get<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let key = TypeId::of::<T>();
        let value = match self.0.get(&key) {
            Some(value) => value,
            // Of two concurrent first calls, the later one gets the value of
            // the earlier one.
            None => self.0.insert(key, Box::new(make())),
        };
        #[expect(clippy::expect_used, reason = "it stands under its own type")]
        value.downcast_ref().expect("a value of the key's type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_value_of_each_type() {
        let states = States::default();
        states.put(1_u8);
        states.put(2_u8);
        assert_eq!(*states.get(|| 3_u8), 1, "the first one stays");
        assert_eq!(*states.get(|| 4_u16), 4);
        assert_eq!(*states.get(|| 5_u16), 4);
    }
}
