//! The worker as a master sees it: commands go in, updates come out.

mod death;
mod limits;
mod lines;
mod master;
mod msgpack;
mod recorded;
mod recording;
mod session;
mod shell;
mod transfers;

/// This test program is its own shim: it looks at its arguments before the test harness does.
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
