//! Directories and files of Windows: the user's own profile directory is trusted as it is, and what
//! is made gets an access list of its own.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use super::super::access_list::{make_dir_private, make_file_private};
use super::{Barred, Error, How, Untrusted};

pub type Handle = ();

pub fn check_ancestors(_: &Path) -> Result<(), Error> {
    Ok(())
}

pub fn make(path: &Path) -> io::Result<()> {
    let is_new = !path.exists();
    std::fs::create_dir_all(path)?;
    match is_new {
        // Without its list it must not be there, as the next call would take it as it is.
        true => make_dir_private(path).inspect_err(|_| drop(std::fs::remove_dir(path))),
        false => Ok(()),
    }
}

pub fn open(path: &Path) -> io::Result<Handle> {
    path.metadata().map(drop)
}

pub fn open_sub(_: &Handle, dir: &Path, name: &str, create: bool) -> io::Result<Handle> {
    let path = dir.join(name);
    if create {
        make(&path)?;
    }
    open(&path)
}

pub fn check_dir(_: &Handle, _: &Path, _: Barred) -> Result<(), Error> {
    Ok(())
}

pub fn is_symlink(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|it| it.is_symlink())
}

pub fn file(_: &Handle, dir: &Path, name: &str, how: How) -> io::Result<File> {
    let mut options = File::options();
    match how {
        How::Read => options.read(true),
        How::ReadWrite => options.read(true).write(true).create(true).truncate(false),
        How::Create => options.write(true).create_new(true),
    };
    let path = dir.join(name);
    let file = options.open(&path)?;
    // The directory may be one that hands down more than it should.
    if how == How::Create {
        make_file_private(&path).inspect_err(|_| drop(std::fs::remove_file(&path)))?;
    }
    Ok(file)
}

pub fn check_file(_: &File, _: &Path, _: Barred) -> Result<(), Untrusted> {
    Ok(())
}

pub fn sync(_: &Handle) -> io::Result<()> {
    Ok(())
}

pub fn rename(_: &Handle, dir: &Path, from: &str, to: &str) -> io::Result<()> {
    // A reader that has the file open makes this fail for a moment.
    let mut wait = Duration::from_millis(10);
    for _ in 0..9 {
        if std::fs::rename(dir.join(from), dir.join(to)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(wait);
        wait = wait.saturating_mul(2).min(Duration::from_millis(200));
    }
    std::fs::rename(dir.join(from), dir.join(to))
}

pub fn remove(_: &Handle, dir: &Path, name: &str) -> io::Result<()> {
    std::fs::remove_file(dir.join(name))
}

pub fn is_nfs(_: &Handle) -> bool {
    false
}
