//! A directory that only its owner may read and write: another user who could write to it could
//! plant a key that jwtctl then publishes, and one who could read it could copy a key.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::super::error::{Code, Error};
use super::super::files::{self, Access};
#[cfg(unix)]
use super::super::owner;
use super::super::secret::Secret;

/// Bytes of the largest file in a keystore.
const LIMIT: u64 = 1024 * 1024;

/// What [`files::write`] calls a file that is not finished yet.
const UNFINISHED: &str = ".jwtctl-";

/// A directory that was found to be its owner's alone when it was opened.
#[derive(Clone, Debug)]
pub(super) struct Folder(PathBuf);

/// What failed after a change had taken effect. The change holds; the next change, or
/// [`super::prune`], makes up for it.
#[derive(Debug)]
pub enum Unfinished {
    /// This file or folder, which is no longer part of the store, could not be removed.
    Left(Error),
    /// This folder could not be synced, so a power failure may undo the change.
    NotDurable(Error),
}

/// The right to change a folder, given back on drop; the system takes it back from a process that
/// dies.
pub(super) struct Lock(#[expect(dead_code, reason = "held, not used")] File);

impl Folder {
    /// The folder at `path`, `None` when there is none.
    ///
    /// # Errors
    /// [`Code::UnsafePermissions`] when others could read or change it; [`Code::Io`].
    pub fn open(path: &Path) -> Result<Option<Self>, Error> {
        // Resolved first, so that what is checked is what is used.
        let path = match path.canonicalize() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|e| Error::io(path, &e))?,
        };
        check_folder(&path)?;
        path.ancestors().skip(1).try_for_each(check_ancestor)?;
        Ok(Some(Self(path)))
    }

    /// The folder at `path`, made if need be, and those above it as well.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|e| Error::io(path, &e))?;
        Self::open(path)?.ok_or_else(|| Error::io(path, &io::ErrorKind::NotFound.into()))
    }

    /// The folder of that name in this one, `None` when there is none.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn sub(&self, name: &str) -> Result<Option<Self>, Error> {
        let path = self.0.join(name);
        match path.symlink_metadata() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io(path, &e)),
            Ok(_) => check_folder(&path).map(|()| Some(Self(path))),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names of what is in it, unfinished files left out.
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn names(&self) -> Result<Vec<String>, Error> {
        let mut names = self.all_names()?;
        names.retain(|name| !name.starts_with(UNFINISHED));
        Ok(names)
    }

    fn all_names(&self) -> Result<Vec<String>, Error> {
        let failed = |e: io::Error| Error::io(&self.0, &e);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0).map_err(failed)? {
            // jwtctl writes no name that is not UTF-8.
            names.extend(entry.map_err(failed)?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    /// The content of the file of that name, `None` when there is none.
    ///
    /// # Errors
    /// [`Code::UnsafePermissions`] when others could read or change it, or it is not a plain file;
    /// [`Code::Io`].
    pub fn read(&self, name: &str) -> Result<Option<Secret>, Error> {
        let path = self.0.join(name);
        let mut options = OpenOptions::new();
        options.read(true);
        let file = match no_follow(&mut options).open(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|e| Error::io(&path, &e))?,
        };
        check_file(&path, &file)?;
        files::read_from(file, &path.display().to_string(), LIMIT)
            .map(Some)
            .map_err(|e| match e {
                files::ReadError::Io(e) => Error::io(&path, &e),
                files::ReadError::TooLarge(e) => e,
            })
    }

    /// Writes a file that a later [`Folder::commit`] depends on. It survives a crash of the
    /// machine.
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        files::write(&self.0.join(name), bytes, Access::Private, true)?;
        self.sync()
    }

    /// Writes the file with which a change takes effect, in one step. What fails after that step
    /// is returned beside the success.
    ///
    /// # Errors
    /// [`Code::Io`]; the change has no effect then.
    pub fn commit(&self, name: &str, bytes: &[u8]) -> Result<Option<Unfinished>, Error> {
        files::write(&self.0.join(name), bytes, Access::Private, true)?;
        Ok(self.flushed())
    }

    /// Removes a file; one that is gone already is fine. The removal is durable only after
    /// [`Folder::flushed`].
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let path = self.0.join(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io(path, &e)),
            _ => Ok(()),
        }
    }

    /// Removes a folder in this one with all that is in it.
    ///
    /// # Errors
    /// [`Unfinished::Left`].
    pub fn remove_sub(&self, name: &str) -> Result<(), Unfinished> {
        let path = self.0.join(name);
        match fs::remove_dir_all(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Err(Unfinished::Left(Error::io(path, &e)))
            }
            _ => Ok(()),
        }
    }

    /// The names of the files that processes were writing when they died. While another process
    /// holds the lock, it may be writing one of them.
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn unfinished(&self) -> Result<Vec<String>, Error> {
        let mut names = self.all_names()?;
        names.retain(|name| name.starts_with(UNFINISHED));
        Ok(names)
    }

    /// Syncs the folder after a change that took effect.
    pub fn flushed(&self) -> Option<Unfinished> {
        self.sync().err().map(Unfinished::NotDurable)
    }

    /// Waits for its turn to change the folder.
    ///
    /// # Errors
    /// [`Code::Io`], also where the file system has no locks.
    pub fn lock(&self) -> Result<Lock, Error> {
        let path = self.0.join(".lock");
        let mut options = OpenOptions::new();
        // Never truncated, and open for writing: NFS wants it so for an exclusive lock.
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = no_follow(&mut options)
            .open(&path)
            .map_err(|e| Error::io(&path, &e))?;
        file.lock().map_err(|e| {
            Error::io(&path, &e).hint("a keystore must lie on a file system with locks")
        })?;
        Ok(Lock(file))
    }

    /// Makes the names in it durable; a rename alone may be forgotten when the power fails.
    ///
    /// # Errors
    /// [`Code::Io`].
    #[cfg(unix)]
    pub fn sync(&self) -> Result<(), Error> {
        File::open(&self.0)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| Error::io(&self.0, &e))
    }

    /// Makes the names in it durable, where there is a way.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(unix))]
    pub fn sync(&self) -> Result<(), Error> {
        Ok(())
    }
}

#[cfg(unix)]
fn no_follow(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
}

#[cfg(not(unix))]
fn no_follow(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

fn unsafe_because(path: &Path, why: String) -> Error {
    Error::Io {
        code: Code::UnsafePermissions,
        path: path.into(),
        why,
        hints: Vec::new(),
    }
}

#[cfg(unix)]
fn check_folder(path: &Path) -> Result<(), Error> {
    let metadata = path.symlink_metadata().map_err(|e| Error::io(path, &e))?;
    if !metadata.is_dir() {
        return Err(unsafe_because(path, "is not a directory".into()));
    }
    check_owner(path, &metadata, "700")
}

#[cfg(unix)]
fn check_file(path: &Path, file: &File) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = file.metadata().map_err(|e| Error::io(path, &e))?;
    // None at all is one that was replaced since it was opened.
    if !metadata.is_file() || metadata.nlink() > 1 {
        return Err(unsafe_because(
            path,
            "is not a plain file with one name".into(),
        ));
    }
    check_owner(path, &metadata, "600")
}

/// Demands that the caller owns it and that no other user may open it; `mode` is what it should
/// be.
#[cfg(unix)]
fn check_owner(path: &Path, metadata: &fs::Metadata, mode: &str) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt as _;
    match owner::objection(metadata.uid(), metadata.mode(), owner::NOTHING) {
        Some(it) => {
            let remedy = it.remedy(mode, path);
            Err(unsafe_because(path, it.why).hint(remedy))
        }
        None => Ok(()),
    }
}

/// Demands that no other user may rename what lies above the store, and so put another store in its
/// place.
#[cfg(unix)]
fn check_ancestor(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = path.metadata().map_err(|e| Error::io(path, &e))?;
    match owner::objection_above(metadata.uid(), metadata.mode()) {
        Some(it) => {
            let remedy = it.remedy("go-w", path);
            Err(unsafe_because(path, format!("holds the keystore and {}", it.why)).hint(remedy))
        }
        None => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_folder(path: &Path) -> Result<(), Error> {
    match path.is_dir() {
        true => Ok(()),
        false => Err(unsafe_because(path, "is not a directory".into())),
    }
}

#[cfg(not(unix))]
fn check_file(_: &Path, _: &File) -> Result<(), Error> {
    Ok(())
}

#[cfg(not(unix))]
fn check_ancestor(_: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_that_others_can_reach_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("above/store");
        assert!(Folder::open(&path).unwrap().is_none());
        let folder = Folder::create(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        folder.write("a", b"x").unwrap();
        for (at, mode) in [
            ("above/store", 0o750),
            ("above/store", 0o701),
            ("above", 0o770),
            ("above", 0o707),
        ] {
            let at = root.path().join(at);
            chmod(&at, mode);
            assert_eq!(
                Folder::open(&path).unwrap_err().code(),
                Code::UnsafePermissions,
                "{mode:o}"
            );
            chmod(&at, 0o700);
        }
        chmod(&root.path().join("above"), 0o1777);
        assert!(
            Folder::open(&path).unwrap().is_some(),
            "a sticky directory protects what is in it"
        );
    }

    #[test]
    fn files_that_are_not_plain_and_private_are_refused() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::create(&root.path().join("store")).unwrap();
        folder.write("a", b"x").unwrap();
        assert_eq!(folder.read("a").unwrap().unwrap().expose(), b"x");
        assert!(folder.read("b").unwrap().is_none());
        chmod(&folder.path().join("a"), 0o640);
        assert_eq!(
            folder.read("a").unwrap_err().code(),
            Code::UnsafePermissions
        );
        chmod(&folder.path().join("a"), 0o600);
        symlink(folder.path().join("a"), folder.path().join("link")).unwrap();
        assert!(folder.read("link").is_err());
        fs::hard_link(folder.path().join("a"), folder.path().join("twin")).unwrap();
        assert_eq!(
            folder.read("a").unwrap_err().code(),
            Code::UnsafePermissions
        );
    }

    #[test]
    fn a_link_to_a_folder_is_followed_at_the_top_only() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::create(&root.path().join("store")).unwrap();
        symlink(folder.path(), root.path().join("link")).unwrap();
        assert!(Folder::open(&root.path().join("link")).unwrap().is_some());
        symlink(root.path().join("store"), folder.path().join("inner")).unwrap();
        assert_eq!(
            folder.sub("inner").unwrap_err().code(),
            Code::UnsafePermissions
        );
        assert!(folder.sub("none").unwrap().is_none());
    }

    #[test]
    fn unfinished_files_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::create(&root.path().join("store")).unwrap();
        fs::write(folder.path().join(".jwtctl-abc"), b"half").unwrap();
        folder.write("a", b"x").unwrap();
        assert_eq!(folder.names().unwrap(), ["a"]);
        assert_eq!(folder.unfinished().unwrap(), [".jwtctl-abc"]);
    }
}
