//! Directories and files as Unix has them: with modes, opened one in another.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags};

use super::super::owner::{NOT_WRITE, NOTHING, objection, objection_above};
use super::{Barred, Error, How, Untrusted, unsafe_because};

pub type Handle = OwnedFd;

impl Barred {
    /// As bits of a file's mode.
    fn mode(self) -> u32 {
        match self {
            Self::Writing => NOT_WRITE,
            Self::Reading => NOTHING,
        }
    }
}

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A user who may write to a directory on the way may put another directory in this one's place.
pub fn check_ancestors(path: &Path) -> Result<(), Error> {
    let links = check_chain(path)?;
    match path
        .parent()
        .filter(|_| links)
        .and_then(|parent| parent.canonicalize().ok())
    {
        Some(real) => check_chain(&real.join("x")).map(drop),
        None => Ok(()),
    }
}

/// Checks every directory above `path` that exists, and tells whether one is a symbolic link.
fn check_chain(path: &Path) -> Result<bool, Error> {
    let mut links = false;
    for ancestor in path.ancestors().skip(1) {
        let Ok(metadata) = ancestor.symlink_metadata() else {
            continue;
        };
        links |= metadata.is_symlink();
        // Of a link only the owner matters: its mode allows everything, and that means
        // nothing.
        let mode = if metadata.is_symlink() {
            0
        } else {
            metadata.mode()
        };
        if let Some(it) = objection_above(metadata.uid(), mode) {
            return Err(unsafe_because(ancestor, &it.why).hint(it.remedy("go-w", ancestor)));
        }
    }
    Ok(links)
}

pub fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

pub fn open(path: &Path) -> io::Result<Handle> {
    Ok(rustix::fs::open(path, DIRECTORY, Mode::empty())?)
}

pub fn open_sub(dir: &Handle, _: &Path, name: &str, create: bool) -> io::Result<Handle> {
    if create {
        match rustix::fs::mkdirat(dir, name, Mode::RWXU) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(rustix::fs::openat(dir, name, DIRECTORY, Mode::empty())?)
}

pub fn check_dir(dir: &Handle, path: &Path, barred: Barred) -> Result<(), Error> {
    let stat = rustix::fs::fstat(dir).map_err(|e| Error::io(path, &e.into()))?;
    #[allow(clippy::useless_conversion, reason = "narrower on other systems")]
    match objection(stat.st_uid, u32::from(stat.st_mode), barred.mode()) {
        Some(it) => Err(unsafe_because(path, &it.why).hint(it.remedy("700", path))),
        None => Ok(()),
    }
}

pub fn is_symlink(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|it| it.is_symlink())
}

pub fn file(dir: &Handle, _: &Path, name: &str, how: How) -> io::Result<File> {
    let flags = match how {
        // NONBLOCK: the file may be a FIFO.
        How::Read => OFlags::RDONLY | OFlags::NONBLOCK,
        How::ReadWrite => OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK,
        How::Create => OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL,
    };
    let fd = rustix::fs::openat(
        dir,
        name,
        flags | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::RUSR | Mode::WUSR,
    )?;
    Ok(File::from(fd))
}

pub fn check_file(file: &File, path: &Path, barred: Barred) -> Result<(), Untrusted> {
    let metadata = file
        .metadata()
        .map_err(|e| Untrusted::from(&*e.to_string()))?;
    if !metadata.is_file() {
        return Err("is not a regular file".into());
    }
    // None at all is one that was replaced since it was opened.
    if metadata.nlink() > 1 {
        return Err("has a second name (a hard link)".into());
    }
    match objection(metadata.uid(), metadata.mode(), barred.mode()) {
        Some(it) => Err(Untrusted {
            remedy: Some(it.remedy("600", path)),
            why: it.why,
        }),
        None => Ok(()),
    }
}

pub fn sync(dir: &Handle) -> io::Result<()> {
    Ok(rustix::fs::fsync(dir)?)
}

pub fn rename(dir: &Handle, _: &Path, from: &str, to: &str) -> io::Result<()> {
    Ok(rustix::fs::renameat(dir, from, dir, to)?)
}

pub fn remove(dir: &Handle, _: &Path, name: &str) -> io::Result<()> {
    Ok(rustix::fs::unlinkat(dir, name, AtFlags::empty())?)
}

#[cfg(target_os = "linux")]
pub fn is_nfs(dir: &Handle) -> bool {
    const NFS_SUPER_MAGIC: u32 = 0x6969;
    // Truncated on purpose: the field's width differs between platforms, the number's does not.
    rustix::fs::fstatfs(dir).is_ok_and(|it| it.f_type as u32 == NFS_SUPER_MAGIC)
}

#[cfg(not(target_os = "linux"))]
pub fn is_nfs(_: &Handle) -> bool {
    false
}
