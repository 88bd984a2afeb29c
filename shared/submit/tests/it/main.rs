//! Ways to a master, from outside: real masters, a real sshd, files of options.

mod buildbot;
mod form;
mod options;
mod pb;
mod ssh;
