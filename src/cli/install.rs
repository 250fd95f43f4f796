//! Files that `completions` and `man` put where the shell and `man` look for them: into the user's
//! own directories, never into those that all users share.

use std::io;
use std::path::{Path, PathBuf};

use jwtctl::core::error::Error;
use jwtctl::core::files::{self, Access, MAX_FILE};
use serde::Serialize;

use super::output::{Page, Report, Role, lossily};

/// How files are put into place.
#[derive(clap::Args)]
pub struct How {
    /// With --install, say what would be written, and write nothing
    #[arg(long, requires = "install")]
    dry_run: bool,
    /// With --install, replace files that say something else
    #[arg(long, requires = "install")]
    force: bool,
}

/// What goes where.
pub struct Plan {
    /// The files, each with its content.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// What the user has to do besides, if anything.
    pub next: Option<String>,
}

/// What was put into place.
#[derive(Serialize)]
pub struct Installed {
    files: Vec<InstalledFile>,
    dry_run: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct InstalledFile {
    #[serde(serialize_with = "lossily")]
    path: PathBuf,
    change: Change,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Change {
    Created,
    Replaced,
    Unchanged,
}

impl Plan {
    /// Writes the files, and says of each what became of it. Nothing is written unless all of them
    /// may be.
    pub fn carry_out(self, how: &How) -> Result<Installed, Error> {
        let mut changes = Vec::with_capacity(self.files.len());
        for (path, content) in &self.files {
            check_folder(path)?;
            let change = match files::read(path, MAX_FILE) {
                Ok(found) if found.expose() == content => Change::Unchanged,
                Ok(_) => Change::Replaced,
                // A file that exists and cannot be read is not replaced without --force either.
                Err(_) if path.exists() => Change::Replaced,
                Err(_) => Change::Created,
            };
            if change == Change::Replaced {
                files::check_target(path, how.force)?;
            }
            changes.push(change);
        }
        let mut done = Vec::with_capacity(self.files.len());
        for ((path, content), change) in self.files.into_iter().zip(changes) {
            if change != Change::Unchanged && !how.dry_run {
                let folder = path.parent().unwrap_or(Path::new("."));
                std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
                files::write(&path, &content, Access::Public, how.force)?;
            }
            done.push(InstalledFile { path, change });
        }
        Ok(Installed {
            files: done,
            dry_run: how.dry_run,
            next: self.next,
        })
    }
}

/// Refuses a place under a directory that belongs to another user, such as a system's when its
/// packages look after it.
#[cfg(unix)]
fn check_folder(path: &Path) -> Result<(), Error> {
    use jwtctl::core::error::Code;
    use std::os::unix::fs::MetadataExt as _;

    let existing = path.ancestors().skip(1).find(|it| it.exists());
    let Some(folder) = existing.filter(|it| !it.as_os_str().is_empty()) else {
        return Ok(());
    };
    let metadata = folder.metadata().map_err(|e| Error::io(folder, &e))?;
    match jwtctl::core::owner::objection(metadata.uid(), metadata.mode(), 0) {
        Some(objection) => {
            let what = folder.display().to_string();
            Err(Error::input(Code::UnsafePermissions, what, objection.why)
                .hint("--install is for directories of one's own"))
        }
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_folder(_: &Path) -> Result<(), Error> {
    Ok(())
}

impl Report for Installed {
    const SCHEMA: &'static str = "jwtctl.install/1";

    fn human(&self, page: &mut Page<'_>) -> io::Result<()> {
        for file in &self.files {
            let word = match (file.change, self.dry_run) {
                (Change::Unchanged, _) => "unchanged",
                (Change::Created, false) => "created",
                (Change::Replaced, false) => "replaced",
                (Change::Created, true) => "would be created",
                (Change::Replaced, true) => "would be replaced",
            };
            page.line(Role::Plain, &format!("{word}  {}", file.path.display()))?;
        }
        match &self.next {
            Some(next) => page.line(Role::Plain, next),
            None => Ok(()),
        }
    }
}
