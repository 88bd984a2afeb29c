//! How systems other than git keep a tree: made anew, updated, cleaned, and known again by marks.
//!
//! Two marks stand in the system's own folder of a tree, so that they go and are copied with it. One says that the
//! check-out came to its end, and from where; without it nothing in the folder is trusted. The other says that a patch
//! was applied, perhaps in part: before the next update the tree is made exactly what the system knows.

use super::checkout::{Checkout, SourceError};
use super::{bzr, class, cvs, darcs, mercurial, monotone, p4, svn};
use model::config::{SourceMethod, SourceMode, System};

/// The folder that is updated where the tree is a copy.
const SOURCE: &str = "source";

/// Stands in a tree to which a patch was applied.
const PATCHED: &str = "outpost-patched";

/// What cleaning removes besides bringing tracked files back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleaning {
    /// What is neither tracked nor ignored.
    Unknown,
    /// All that is not tracked.
    All,
}

impl Checkout<'_, '_> {
    /// Brings the tree to where it is wanted.
    pub(super) async fn get(&mut self, system: &System) -> Result<(), SourceError> {
        let tree = self.workdir.clone();
        match (self.source.mode, self.source.method) {
            (SourceMode::Incremental, _) => self.bring(system, &tree, None).await,
            (SourceMode::Full, SourceMethod::Fresh) => self.bring(system, &tree, Some(Cleaning::All)).await,
            (SourceMode::Full, SourceMethod::Clean) => self.bring(system, &tree, Some(Cleaning::Unknown)).await,
            (SourceMode::Full, SourceMethod::Clobber) => self.anew(system, &tree).await,
            (SourceMode::Full, method @ (SourceMethod::Copy | SourceMethod::Export)) => {
                self.remove(&tree).await?;
                self.bring(system, SOURCE, None).await?;
                match system {
                    System::Svn(svn) if method == SourceMethod::Export => svn::export(self, svn, SOURCE, &tree).await,
                    _ => self.copy(SOURCE, &tree).await,
                }
            }
        }
    }

    /// The folder that the system works in.
    fn worked_in(&self) -> String {
        if self.is_copied() {
            SOURCE.to_owned()
        } else {
            self.workdir.clone()
        }
    }

    /// Whether the tree is a copy, which the next build makes again.
    fn is_copied(&self) -> bool {
        let copies = matches!(self.source.method, SourceMethod::Copy | SourceMethod::Export);
        self.source.mode == SourceMode::Full && copies
    }

    /// Updates the tree in `folder`, cleaning it first when told how; makes it anew where it is none.
    async fn bring(&mut self, system: &System, folder: &str, cleaning: Option<Cleaning>) -> Result<(), SourceError> {
        let own = format!("{folder}/{}", own_folder(system));
        let mark = self.mark(system);
        if !self.exists(&format!("{own}/{mark}")).await? || self.is_other_branch(system, folder).await? {
            return self.anew(system, folder).await;
        }
        let patched = format!("{own}/{PATCHED}");
        let is_patched = self.exists(&patched).await?;
        if is_patched && !cleans_exactly(system) {
            return self.anew(system, folder).await;
        }
        let cleaning = if is_patched { Some(Cleaning::All) } else { cleaning };
        match self.refresh(system, folder, cleaning).await {
            Err(SourceError::Failed { .. }) if self.mend(system, folder).await? => {
                self.refresh(system, folder, cleaning).await?;
            }
            other => other?,
        }
        if is_patched {
            self.remove(&patched).await?;
        }
        Ok(())
    }

    async fn refresh(&mut self, system: &System, folder: &str, cleaning: Option<Cleaning>) -> Result<(), SourceError> {
        if let Some(cleaning) = cleaning
            && !self.clean(system, folder, cleaning).await?
        {
            return self.anew(system, folder).await;
        }
        let mut tries = 0;
        loop {
            match self.update(system, folder).await {
                Err(SourceError::Failed { .. }) if self.may_retry(tries).await? => tries += 1,
                other => return other,
            }
        }
    }

    /// Removes what is there and checks out.
    async fn anew(&mut self, system: &System, folder: &str) -> Result<(), SourceError> {
        let mut tries = 0;
        loop {
            self.remove(folder).await?;
            match self.check_out(system, folder).await {
                Err(SourceError::Failed { .. }) if self.may_retry(tries).await? => tries += 1,
                other => break other?,
            }
        }
        let mark = self.mark(system);
        self.make(&format!("{folder}/{}/{mark}", own_folder(system))).await
    }

    /// Notes that the tree is about to be patched.
    pub(super) async fn mark_patched(&mut self) -> Result<(), SourceError> {
        let system = &self.source.system;
        if matches!(system, System::Git(_)) || self.is_copied() {
            return Ok(());
        }
        let mark = format!("{}/{}/{PATCHED}", self.workdir, own_folder(system));
        self.make(&mark).await
    }

    /// The name of the mark of a whole tree from where this one is wanted.
    fn mark(&self, system: &System) -> String {
        let further = match system {
            System::Svn(svn) => svn.depth.clone().unwrap_or_default(),
            System::Cvs(_) => self.wanted.module.clone(),
            _ => String::new(),
        };
        let whence = format!("{}\n{}\n{further}", class(system), self.wanted.url);
        format!("outpost-{:016x}", hash(&whence))
    }

    async fn check_out(&mut self, system: &System, folder: &str) -> Result<(), SourceError> {
        match system {
            System::Git(_) => Ok(()),
            System::Svn(svn) => svn::check_out(self, svn, folder).await,
            System::Mercurial(hg) => mercurial::check_out(self, hg, folder).await,
            System::Bzr(_) => bzr::check_out(self, folder).await,
            System::Darcs(_) => darcs::check_out(self, folder).await,
            System::Cvs(cvs) => cvs::check_out(self, cvs, folder).await,
            System::P4(p4) => p4::check_out(self, p4, folder).await,
            System::Monotone(mtn) => monotone::check_out(self, mtn, folder).await,
        }
    }

    async fn update(&mut self, system: &System, folder: &str) -> Result<(), SourceError> {
        match system {
            System::Git(_) => Ok(()),
            System::Svn(svn) => svn::update(self, svn, folder).await,
            System::Mercurial(hg) => mercurial::update(self, hg, folder).await,
            System::Bzr(_) => bzr::update(self, folder).await,
            System::Darcs(_) if !self.wanted.revision.is_empty() => self.anew(system, folder).await,
            System::Darcs(_) => darcs::update(self, folder).await,
            System::Cvs(cvs) => cvs::update(self, cvs, folder).await,
            System::P4(p4) => p4::update(self, p4, folder).await,
            System::Monotone(mtn) => monotone::update(self, mtn, folder).await,
        }
    }

    /// Cleans a tree, unless its system cannot do so.
    async fn clean(&mut self, system: &System, folder: &str, cleaning: Cleaning) -> Result<bool, SourceError> {
        match system {
            System::Git(_) | System::Darcs(_) | System::P4(_) => return Ok(false),
            System::Cvs(_) if cleaning == Cleaning::All => return Ok(false),
            System::Svn(svn) => svn::clean(self, svn, folder, cleaning).await?,
            System::Mercurial(_) => mercurial::clean(self, folder, cleaning).await?,
            System::Bzr(_) => bzr::clean(self, folder, cleaning).await?,
            System::Cvs(cvs) => cvs::clean(self, cvs, folder).await?,
            System::Monotone(_) => monotone::clean(self, folder, cleaning).await?,
        }
        Ok(true)
    }

    /// Takes away what an interrupted program left behind, nobody else working here. Whether trying again may help.
    async fn mend(&mut self, system: &System, folder: &str) -> Result<bool, SourceError> {
        let words: &[&str] = match system {
            System::Svn(_) => &["svn", "cleanup", "--non-interactive"],
            System::Mercurial(_) => &["hg", "recover"],
            System::Bzr(_) => &[bzr::program(self).await?, "break-lock", "--force"],
            _ => return Ok(false),
        };
        Ok(self.said(folder, words).await?.is_some())
    }

    async fn is_other_branch(&mut self, system: &System, folder: &str) -> Result<bool, SourceError> {
        match system {
            System::Mercurial(hg) => mercurial::is_other_branch(self, hg, folder).await,
            _ => Ok(false),
        }
    }

    /// What `got_revision` is.
    pub(super) async fn revision(&mut self, system: &System) -> Result<Option<String>, SourceError> {
        let folder = self.worked_in();
        match system {
            System::Git(_) => Ok(None),
            System::Svn(svn) => svn::revision(self, svn, &folder).await,
            System::Mercurial(_) => mercurial::revision(self, &folder).await,
            System::Bzr(_) => bzr::revision(self, &folder).await,
            System::Darcs(_) => darcs::revision(self, &folder).await,
            System::Cvs(_) => Ok(self.got_revision.clone()),
            System::P4(p4) => p4::revision(self, p4, &folder).await,
            System::Monotone(_) => monotone::revision(self, &folder).await,
        }
    }
}

/// The system's own folder in a tree. Perforce has none; its trees get one for the marks.
fn own_folder(system: &System) -> &'static str {
    match system {
        System::Git(_) => ".git",
        System::Svn(_) => ".svn",
        System::Mercurial(_) => ".hg",
        System::Bzr(_) => ".bzr",
        System::Darcs(_) => "_darcs",
        System::Cvs(_) => "CVS",
        System::P4(_) => ".outpost-p4",
        System::Monotone(_) => "_MTN",
    }
}

/// Whether cleaning takes back everything that a patch can do. Bazaar stumbles over a link that became a folder, and CVS
/// does not see modes.
fn cleans_exactly(system: &System) -> bool {
    matches!(system, System::Svn(_) | System::Mercurial(_))
}

/// FNV-1a: the same for ever, and no secret is kept by it.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
