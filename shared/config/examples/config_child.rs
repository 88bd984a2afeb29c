//! The child of `check_in_child` by itself, for this crate's tests; the product's binary has it as a subcommand.

fn main() -> std::process::ExitCode {
    config::child_main()
}
