//! A directory that only its owner can have changed, or even read: where the cache and the keystore
//! are. On Unix every check is made on what was opened, not on a path, which may be swapped in
//! between.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::{Code, Error};

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod platform;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// To read it; it must be there.
    Read,
    /// To read and write it; made if absent. NFS needs both for a lock.
    ReadWrite,
    /// To write a file that must not be there yet.
    Create,
}

/// What no other user may do with a directory and its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// Change them.
    Writing,
    /// Change or read them: they hold secrets.
    Reading,
}

/// Whether a file has to be there after the power failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The file can be fetched or made again, so it may be lost.
    Disposable,
    /// Its content is on the disk before it gets its name.
    Synced,
}

/// Why a file is not to be trusted.
#[derive(Debug)]
pub struct Untrusted {
    /// A phrase to follow the file's name.
    pub why: String,
    /// The command after which the file is trusted, where there is one.
    pub remedy: Option<String>,
}

impl From<&str> for Untrusted {
    fn from(why: &str) -> Self {
        Self {
            why: why.into(),
            remedy: None,
        }
    }
}

/// An open directory.
#[derive(Debug)]
pub struct PrivateDir {
    path: PathBuf,
    barred: Barred,
    handle: platform::Handle,
}

impl PrivateDir {
    /// Makes a directory for its owner alone (mode 0700, on Windows an access list) if it is not
    /// there, and those above it.
    ///
    /// # Errors
    /// [`Code::Io`].
    pub fn make(path: &Path) -> Result<(), Error> {
        platform::make(path).map_err(|e| Error::io(path, &e))
    }

    /// Opens `path`, made with mode 0700 if `create`; `None` when it is not there.
    ///
    /// # Errors
    /// [`Code::UnsafePermissions`] when another user owns it, may do what is barred, or may replace
    /// it; [`Code::Io`] otherwise.
    pub fn open(path: &Path, create: bool, barred: Barred) -> Result<Option<Self>, Error> {
        let path = std::path::absolute(path).map_err(|e| Error::io(path, &e))?;
        platform::check_ancestors(&path)?;
        if create {
            Self::make(&path)?;
        }
        match platform::open(&path) {
            Ok(handle) => Self::checked(handle, path, barred).map(Some),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) if platform::is_symlink(&path) => {
                Err(unsafe_because(&path, "is a symbolic link, not a directory")
                    .hint(e.to_string()))
            }
            Err(e) => Err(Error::io(&path, &e)),
        }
    }

    /// What was opened, once it is seen to be the user's own.
    fn checked(handle: platform::Handle, path: PathBuf, barred: Barred) -> Result<Self, Error> {
        platform::check_dir(&handle, &path, barred)?;
        Ok(Self {
            path,
            barred,
            handle,
        })
    }

    /// Opens a directory in this one.
    ///
    /// # Errors
    /// As [`PrivateDir::open`].
    pub fn sub(&self, name: &str, create: bool) -> Result<Option<Self>, Error> {
        let path = self.path.join(name);
        match platform::open_sub(&self.handle, &self.path, name, create) {
            Ok(handle) => Self::checked(handle, path, self.barred).map(Some),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) if platform::is_symlink(&path) => {
                Err(unsafe_because(&path, "is a symbolic link, not a directory"))
            }
            Err(e) => Err(Error::io(&path, &e)),
        }
    }

    /// The directory's absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a file in it, never through a symbolic link. New files are for their owner only.
    ///
    /// # Errors
    /// As the system says.
    pub fn file(&self, name: &str, how: How) -> io::Result<File> {
        platform::file(&self.handle, &self.path, name, how)
    }

    /// Whether `file`, opened from here by this name, is a regular file of this user, with one name,
    /// and closed to what is barred.
    ///
    /// # Errors
    /// Why it is not to be trusted.
    pub fn check_file(&self, name: &str, file: &File) -> Result<(), Untrusted> {
        platform::check_file(file, &self.path.join(name), self.barred)
    }

    /// Puts a file in the place of the one that is called `name`, in one step: a reader sees the old
    /// file or the whole new one. It is written under the name `temporary` first, which must not
    /// exist yet.
    ///
    /// # Errors
    /// As the system says. The old file is unchanged then, and a temporary one that was made here
    /// is removed.
    pub fn replace(
        &self,
        temporary: &str,
        name: &str,
        bytes: &[u8],
        durability: Durability,
    ) -> io::Result<()> {
        let mut file = self.file(temporary, How::Create)?;
        let written = file
            .write_all(bytes)
            .and_then(|()| match durability {
                Durability::Disposable => Ok(()),
                Durability::Synced => file.sync_all(),
            })
            .and_then(|()| self.rename(temporary, name));
        if written.is_err() {
            drop(self.remove(temporary));
        }
        written
    }

    /// Gives a file another name; a file that had that name is replaced.
    ///
    /// # Errors
    /// As the system says.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        platform::rename(&self.handle, &self.path, from, to)
    }

    /// Makes the names in the directory durable, where the system can do that: a rename alone may
    /// be lost when the power fails.
    ///
    /// # Errors
    /// As the system says.
    pub fn sync(&self) -> io::Result<()> {
        platform::sync(&self.handle)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// As the system says.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        platform::remove(&self.handle, &self.path, name)
    }

    /// The names of what is in it, sorted; those that are not UTF-8 are not jwtctl's.
    ///
    /// # Errors
    /// As the system says.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Whether it is on NFS, where locks may hang or not exclude other machines.
    pub fn is_nfs(&self) -> bool {
        platform::is_nfs(&self.handle)
    }
}

/// The error about what others could have changed or read.
fn unsafe_because(path: &Path, why: &str) -> Error {
    Error::Io {
        code: Code::UnsafePermissions,
        path: path.into(),
        why: why.into(),
        hints: Vec::new(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn chmod(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn refused(path: &Path) -> bool {
        PrivateDir::open(path, true, Barred::Writing)
            .is_err_and(|e| e.code() == Code::UnsafePermissions)
    }

    #[test]
    fn directories_that_others_could_have_changed_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (parent, path) = (folder.path().join("p"), folder.path().join("p/cache"));
        assert!(
            PrivateDir::open(&path, false, Barred::Writing)
                .unwrap()
                .is_none()
        );
        let dir = PrivateDir::open(&path, true, Barred::Writing)
            .unwrap()
            .unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        dir.sub("jwks-v1", true).unwrap().unwrap();

        for mode in [0o777, 0o770, 0o702] {
            chmod(&path, mode);
            assert!(refused(&path), "{mode:o}");
        }
        chmod(&path, 0o700);
        chmod(&path.join("jwks-v1"), 0o730);
        assert_eq!(
            dir.sub("jwks-v1", true).unwrap_err().code(),
            Code::UnsafePermissions
        );
        chmod(&parent, 0o770);
        assert!(refused(&path));
        chmod(&parent, 0o1777);
        assert!(PrivateDir::open(&path, true, Barred::Writing).is_ok());
        symlink(&path, parent.join("link")).unwrap();
        assert!(refused(&parent.join("link")));
    }

    #[test]
    fn files_that_others_could_have_changed_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache");
        let dir = PrivateDir::open(&path, true, Barred::Writing)
            .unwrap()
            .unwrap();
        let check = |name: &str| dir.check_file(name, &dir.file(name, How::Read).unwrap());
        drop(dir.file("a", How::Create).unwrap());
        assert_eq!(
            path.join("a").metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
        check("a").unwrap();
        chmod(&path.join("a"), 0o620);
        check("a").unwrap_err();
        chmod(&path.join("a"), 0o600);
        std::fs::hard_link(path.join("a"), path.join("b")).unwrap();
        check("a").unwrap_err();
        symlink(path.join("a"), path.join("c")).unwrap();
        assert!(dir.file("c", How::Read).is_err());
        assert!(dir.file("c", How::ReadWrite).is_err());
        std::fs::create_dir(path.join("d")).unwrap();
        check("d").unwrap_err();
    }
}
