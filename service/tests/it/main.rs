//! Tests of the use cases, a module for each theme.

mod gorgias;
