//! Version control systems: what the source step of each has of its own (B-125, B-128 to B-134).

use super::Render;

/// A system and where it gets the tree from.
#[derive(Clone, Debug)]
pub enum System {
    /// `Git`
    Git(GitSource),
    /// `SVN`
    Svn(SvnSource),
    /// `Mercurial`
    Mercurial(MercurialSource),
    /// `Bzr`
    Bzr(BzrSource),
    /// `Darcs`
    Darcs(DarcsSource),
    /// `CVS`
    Cvs(CvsSource),
    /// `P4`
    P4(Box<P4Source>),
    /// `Monotone`
    Monotone(MonotoneSource),
}

/// `steps.Git(…)`.
#[derive(Clone, Debug, Default)]
pub struct GitSource {
    /// Where from.
    pub repourl: Render,
    /// When the source stamp has none; `HEAD` of the remote when this has none either.
    pub branch: Render,
    /// Also the submodules.
    pub submodules: bool,
    /// Only the newest commit, or this many.
    pub shallow: Option<u32>,
    /// Start over from nothing when git fails.
    pub clobber_on_failure: bool,
    /// Fetch tags.
    pub tags: bool,
    /// `-c NAME=VALUE`.
    pub config: Vec<(String, String)>,
    /// Sets `commit-description` by `git describe`.
    pub get_description: bool,
    /// Name of the remote.
    pub origin: String,
}

/// `steps.SVN(…)`. The branch is part of the address.
#[derive(Clone, Debug, Default)]
pub struct SvnSource {
    /// Where from.
    pub repourl: Render,
    /// To sign in with.
    pub username: Render,
    /// To sign in with; never shown.
    pub password: Render,
    /// How much below the top, for example `files`.
    pub depth: Option<String>,
    /// Further words for every command.
    pub extra_args: Vec<String>,
    /// Untracked paths that cleaning leaves alone.
    pub keep_on_purge: Vec<String>,
    /// `got_revision` is the last that changed the tree, not the repository's newest.
    pub prefer_last_changed: bool,
}

/// `steps.Mercurial(…)`.
#[derive(Clone, Debug, Default)]
pub struct MercurialSource {
    /// Where from.
    pub repourl: Render,
    /// When the source stamp has none.
    pub default_branch: Render,
    /// Where branches are.
    pub branch_type: BranchType,
    /// Another named branch takes a new clone.
    pub clobber_on_branch_change: bool,
}

/// Where the branches of a Mercurial project are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BranchType {
    /// Each is a repository; its name is appended to the address.
    #[default]
    Dirname,
    /// Named branches in one repository.
    Inrepo,
}

/// `steps.Bzr(…)`.
#[derive(Clone, Debug, Default)]
pub struct BzrSource {
    /// The branch, or with `joins_branch` what its name is appended to.
    pub url: Render,
    /// `baseURL` was given.
    pub joins_branch: bool,
    /// When the source stamp has none.
    pub default_branch: Render,
}

/// `steps.Darcs(…)`.
#[derive(Clone, Debug, Default)]
pub struct DarcsSource {
    /// Where from.
    pub repourl: Render,
}

/// `steps.CVS(…)`.
#[derive(Clone, Debug, Default)]
pub struct CvsSource {
    /// Where from.
    pub cvsroot: Render,
    /// Which module.
    pub cvsmodule: Render,
    /// When the source stamp has none.
    pub branch: Render,
    /// Words before the command.
    pub global_options: Vec<String>,
    /// Words after `checkout`.
    pub extra_options: Vec<String>,
    /// The password for `cvs login`, if that is to be run; never shown.
    pub login: Option<Render>,
}

/// `steps.P4(…)`.
#[derive(Clone, Debug, Default)]
pub struct P4Source {
    /// The program.
    pub p4bin: String,
    /// The server.
    pub p4port: Render,
    /// To sign in with.
    pub p4user: Render,
    /// To sign in with; never shown.
    pub p4passwd: Render,
    /// What the branch is appended to, for example `//depot/`.
    pub p4base: Render,
    /// When the source stamp has none.
    pub p4branch: Render,
    /// The client's name.
    pub p4client: Render,
    /// Where paths of the depot stand in the tree, in place of base and branch.
    pub p4viewspec: Render,
    /// What follows each path of `p4viewspec`.
    pub p4viewspec_suffix: String,
    /// Further paths of the depot and where they stand in the tree.
    pub p4extra_views: Render,
    /// The client's options.
    pub p4client_spec_options: Render,
    /// The client's type.
    pub p4client_type: Render,
    /// The client's line ends.
    pub p4line_end: String,
    /// Further words before the command.
    pub p4extra_args: Vec<String>,
    /// Base and branch are a stream.
    pub stream: bool,
    /// `p4 login` in place of a password in each command.
    pub use_tickets: bool,
}

/// `steps.Monotone(…)`.
#[derive(Clone, Debug, Default)]
pub struct MonotoneSource {
    /// Where from.
    pub repourl: Render,
    /// When the source stamp has none.
    pub branch: Render,
    /// Show how far a pull is.
    pub progress: bool,
}
