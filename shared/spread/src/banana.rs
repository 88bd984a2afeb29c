//! Banana: self-delimiting binary s-expressions.
