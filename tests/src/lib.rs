//! What tests of the whole program share: a resident in a folder of its own, and repositories to build.
