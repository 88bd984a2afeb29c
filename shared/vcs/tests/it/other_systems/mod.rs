//! Working copies of the systems other than git, by their real programs and by stand-ins.

mod bzr;
mod cvs;
mod darcs;
mod generated;
mod hg;
mod meanwhile;
mod mtn;
mod p4;
mod rig;
mod standin;
mod svn;
mod trouble;
