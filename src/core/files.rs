//! Files that may hold keys: read within a limit, written in one step, and readable by their owner
//! only unless the caller wants otherwise.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use super::error::{Code, Error};
use super::hint::OwnKeyHint;
pub use super::limits::MAX_FILE;
use super::secret::Secret;

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
/// [`Code::Io`] when it cannot be opened or read; [`Code::BadInput`] when it is larger;
/// [`Code::Usage`] when it has no name.
pub fn read(path: &Path, limit: u64) -> Result<Secret, Error> {
    check_name(path)?;
    let file = File::open(path).map_err(|error| match error.kind() {
        // Windows says of a directory that access is denied.
        ErrorKind::PermissionDenied if path.is_dir() => {
            Error::io(path, &ErrorKind::IsADirectory.into())
        }
        _ => Error::io(path, &error),
    })?;
    // Pipes and files such as those in /proc have no size.
    let size = match file.metadata().map_or(0, |it| it.len()).min(limit) as usize {
        0 => UNKNOWN,
        size => size,
    };
    read_sized(file, &path.display().to_string(), limit, size).map_err(|e| match e {
        ReadError::Io(e) => Error::io(path, &e),
        ReadError::TooLarge(e) => e,
    })
}

/// Refuses an empty name, which an unset variable of the shell leaves behind.
fn check_name(path: &Path) -> Result<(), Error> {
    match path.as_os_str().is_empty() {
        true => Err(Error::usage("", "the name of a file is empty")
            .hint("is a variable of the shell unset?")),
        false => Ok(()),
    }
}

/// Why [`read_from`] gave up.
pub enum ReadError {
    /// The stream failed.
    Io(std::io::Error),
    /// It did not end within the limit.
    TooLarge(Error),
}

/// Reads a whole stream of at most `limit` bytes, called `name` in messages.
///
/// # Errors
/// See [`ReadError`].
pub fn read_from(stream: impl std::io::Read, name: &str, limit: u64) -> Result<Secret, ReadError> {
    read_sized(stream, name, limit, UNKNOWN)
}

/// Bytes of the first buffer for input of unknown size.
const UNKNOWN: usize = 16 * 1024;

/// Reads into a buffer that has room for `size` bytes and some more from the start: a buffer that
/// grows leaves copies behind that are not wiped, and so does reading into a full one, on the
/// stack.
fn read_sized(
    stream: impl std::io::Read,
    name: &str,
    limit: u64,
    size: usize,
) -> Result<Secret, ReadError> {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(size + 64));
    // One byte more than allowed is read, so that input that is too large is noticed.
    stream
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(ReadError::Io)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge(Error::input(
            Code::BadInput,
            name,
            format!("larger than {limit} bytes"),
        )));
    }
    Ok(Secret::from(bytes))
}

/// Which users may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner (mode 0600).
    Private,
    /// All users, as far as the umask allows.
    Public,
    /// All users, whatever the umask is (mode 0644): a file that a web server hands out.
    Published,
}

/// Writes a file in one step: a reader sees the old file or the whole new one. An existing
/// file stays unless `overwrite`.
///
/// # Errors
/// [`Code::WouldOverwrite`] when it exists; [`Code::Io`] otherwise.
pub fn write(path: &Path, bytes: &[u8], access: Access, overwrite: bool) -> Result<(), Error> {
    check_target(path, overwrite)?;
    // If the path is a link, the file that it leads to is replaced.
    let target = if overwrite {
        path.canonicalize().unwrap_or_else(|_| path.into())
    } else {
        path.to_owned()
    };
    let folder = folder_of(&target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".jwtctl-");
    #[cfg(unix)]
    if access == Access::Public {
        builder.permissions(mode(0o666));
    }
    let failed = |e: &std::io::Error| Error::io(path, e);
    let mut file = builder.tempfile_in(folder).map_err(|e| failed(&e))?;
    // Elsewhere it has mode 0600 from the start; here it is still empty.
    #[cfg(windows)]
    if access == Access::Private {
        super::access_list::make_file_private(file.path()).map_err(|e| failed(&e))?;
    }
    #[cfg(unix)]
    if access == Access::Published {
        let set = file.as_file().set_permissions(mode(0o644));
        set.map_err(|e| failed(&e))?;
    }
    file.write_all(bytes)
        .and_then(|()| file.as_file().sync_all())
        .map_err(|e| failed(&e))?;
    if overwrite {
        return file
            .persist(&target)
            .map(drop)
            .map_err(|e| failed(&e.error));
    }
    file.persist_noclobber(&target)
        .map(drop)
        .map_err(|e| match e.error.kind() {
            ErrorKind::AlreadyExists => exists(path),
            _ => failed(&e.error),
        })
}

#[cfg(unix)]
fn mode(bits: u32) -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(bits)
}

/// Refuses what [`write`] would refuse, for callers that check before they make the content.
///
/// # Errors
/// [`Code::WouldOverwrite`] when the file exists; [`Code::Io`] when it is not a regular file or its
/// directory is missing.
pub fn check_target(path: &Path, overwrite: bool) -> Result<(), Error> {
    check_name(path)?;
    let refused = |why: &str| {
        Err(Error::Io {
            code: Code::Io,
            path: path.into(),
            why: why.into(),
            hints: Vec::new(),
        })
    };
    match path.metadata() {
        Ok(it) if it.is_dir() => refused("is a directory"),
        Ok(it) if !it.is_file() => refused("is not a regular file"),
        Ok(_) if overwrite => Ok(()),
        Ok(_) => Err(exists(path)),
        Err(_) if path.symlink_metadata().is_ok() => refused("is a link that leads nowhere"),
        Err(_) => folder_of(path)
            .read_dir()
            .map(drop)
            .map_err(|e| Error::io(folder_of(path), &e)),
    }
}

/// Whether both paths lead to one file, which need not exist yet.
pub fn same_place(a: &Path, b: &Path) -> bool {
    let place = |path: &Path| {
        Some((
            folder_of(path).canonicalize().ok()?,
            path.file_name()?.to_owned(),
        ))
    };
    a == b || matches!((place(a), place(b)), (Some(a), Some(b)) if a == b)
}

fn exists(path: &Path) -> Error {
    Error::Io {
        code: Code::WouldOverwrite,
        path: path.into(),
        why: "exists already, and was left as it is".into(),
        hints: vec![OwnKeyHint::Overwrite.into()],
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn existing_files_stay_unless_forced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        write(&path, b"one", Access::Private, false).unwrap();
        assert_eq!(
            write(&path, b"two", Access::Private, false)
                .unwrap_err()
                .code(),
            Code::WouldOverwrite
        );
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write(&path, b"two", Access::Private, true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn private_files_are_for_their_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str, access| {
            let path = folder.path().join(name);
            write(&path, b"x", access, false).unwrap();
            path.metadata().unwrap().permissions().mode() & 0o777
        };
        assert_eq!(mode("private", Access::Private), 0o600);
        assert_eq!(mode("public", Access::Public) & 0o400, 0o400);
        assert_eq!(mode("published", Access::Published), 0o644);
    }

    #[test]
    fn files_have_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read(&path, 5).unwrap().expose(), b"12345");
        assert_eq!(read(&path, 4).unwrap_err().code(), Code::BadInput);
        assert_eq!(
            read(&folder.path().join("none"), 4)
                .unwrap_err()
                .to_string()
                .split(": ")
                .last(),
            Some("no such file or directory")
        );
        assert!(
            read(folder.path(), 4)
                .unwrap_err()
                .to_string()
                .contains("is a directory")
        );
    }
}
