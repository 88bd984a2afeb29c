//! The worker protocol over a network: what travels, and what either end makes of it.

mod address;
mod buildbot;
mod msgpack;
mod pb;
mod stream;

/// This test program is the shim of the commands that it runs: it looks at its arguments before the test harness does.
#[used]
#[unsafe(link_section = ".init_array")]
static SHIM: extern "C" fn() = {
    extern "C" fn shim() {
        if std::env::args_os()
            .nth(1)
            .is_some_and(|argument| argument == process::SHIM_ARGUMENT)
        {
            process::shim_main();
        }
    }
    shim
};
