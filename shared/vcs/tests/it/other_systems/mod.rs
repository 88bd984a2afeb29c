//! Working copies of the systems other than git, by their real programs.

mod bzr;
mod cvs;
mod darcs;
mod generated;
mod hg;
mod rig;
mod svn;
