//! The keystore's directory, which only its owner may read and write: another user who could write
//! to it could plant a key that jwtctl then publishes, and one who could read it could copy a key.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::super::error::{Code, Error};
use super::super::files;
use super::super::private_dir::{Barred, Durability, How, PrivateDir};
use super::super::secret::Secret;

/// Bytes of the largest file in a keystore.
const LIMIT: u64 = 1024 * 1024;

/// What the names of unfinished files begin with.
const UNFINISHED: &str = ".jwtctl-";

/// A directory that was found to be its owner's alone when it was opened.
#[derive(Clone, Debug)]
pub(super) struct Folder(Arc<PrivateDir>);

/// What failed after a change had taken effect. The change stays in effect; the next change, or
/// [`super::prune`], tries the rest again.
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
        // The store may be reached through a link; what that leads to is checked and used.
        let path = match path.canonicalize() {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|e| Error::io(path, &e))?,
        };
        let dir = PrivateDir::open(&path, false, Barred::Reading)?;
        Ok(dir.map(|dir| Self(Arc::new(dir))))
    }

    /// The folder at `path`, made if need be, and those above it as well.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn create(path: &Path) -> Result<Self, Error> {
        PrivateDir::make(path)?;
        Self::open(path)?.ok_or_else(|| Error::io(path, &io::ErrorKind::NotFound.into()))
    }

    /// The folder of that name in this one, `None` when there is none.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn sub(&self, name: &str) -> Result<Option<Self>, Error> {
        let dir = self.0.sub(name, false)?;
        Ok(dir.map(|dir| Self(Arc::new(dir))))
    }

    /// The folder of that name in this one, made if need be.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn make_sub(&self, name: &str) -> Result<Self, Error> {
        let dir = self.0.sub(name, true)?;
        let dir = dir.ok_or_else(|| self.failed(name)(io::ErrorKind::NotFound.into()))?;
        Ok(Self(Arc::new(dir)))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The names of its files and folders, without unfinished files.
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn names(&self) -> Result<Vec<String>, Error> {
        let mut names = self.all_names()?;
        names.retain(|name| !name.starts_with(UNFINISHED));
        Ok(names)
    }

    fn all_names(&self) -> Result<Vec<String>, Error> {
        self.0.names().map_err(|e| Error::io(self.path(), &e))
    }

    /// The content of the file of that name, `None` when there is none.
    ///
    /// # Errors
    /// [`Code::UnsafePermissions`] when others could read or change it, or it is not a plain file;
    /// [`Code::Io`].
    pub fn read(&self, name: &str) -> Result<Option<Secret>, Error> {
        let file = match self.0.file(name, How::Read) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(self.failed(name))?,
        };
        let path = self.path().join(name);
        self.0
            .check_file(name, &file)
            .map_err(|untrusted| Error::Io {
                code: Code::UnsafePermissions,
                path: path.clone(),
                why: untrusted.why,
                hints: untrusted.remedy.into_iter().map(Into::into).collect(),
            })?;
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
        self.replace(name, bytes)?;
        self.sync()
    }

    /// Writes the file with which a change takes effect, in one step. What fails after that step
    /// is returned beside the success.
    ///
    /// # Errors
    /// [`Code::Io`]; the change has no effect then.
    pub fn commit(&self, name: &str, bytes: &[u8]) -> Result<Option<Unfinished>, Error> {
        self.replace(name, bytes)?;
        Ok(self.flushed())
    }

    /// Writes a file in one step. Only the holder of the lock writes, so that a temporary name that
    /// is taken was left behind by a process that died.
    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        const MOST: u32 = 1000;
        let mut at = 0;
        loop {
            let temporary = format!("{UNFINISHED}{at}");
            match self.0.replace(&temporary, name, bytes, Durability::Synced) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && at < MOST => at += 1,
                other => return other.map_err(self.failed(name)),
            }
        }
    }

    /// Removes a file; one that is gone already is fine. The removal is durable only after
    /// [`Folder::flushed`].
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        match self.0.remove(name) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(self.failed(name)(e)),
            _ => Ok(()),
        }
    }

    /// Removes a folder in this one with all that is in it.
    ///
    /// # Errors
    /// [`Unfinished::Left`].
    pub fn remove_sub(&self, name: &str) -> Result<(), Unfinished> {
        match fs::remove_dir_all(self.path().join(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                Err(Unfinished::Left(self.failed(name)(e)))
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
        const NAME: &str = ".lock";
        let file = self
            .0
            .file(NAME, How::ReadWrite)
            .map_err(self.failed(NAME))?;
        file.lock().map_err(|e| {
            self.failed(NAME)(e).hint("a keystore must lie on a file system with locks")
        })?;
        Ok(Lock(file))
    }

    /// Makes the names in it durable; a rename alone may be forgotten when the power fails.
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn sync(&self) -> Result<(), Error> {
        self.0.sync().map_err(|e| Error::io(self.path(), &e))
    }

    /// The error for the file or folder `name` in this folder.
    fn failed(&self, name: &str) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.path().join(name);
        move |e| Error::io(&path, &e)
    }
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
