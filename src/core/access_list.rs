//! Access lists, which on Windows do what modes 0600 and 0700 do elsewhere.

use std::io;
use std::path::Path;

use windows_permissions::constants::{SeObjectType, SecurityInformation};
use windows_permissions::utilities::current_process_sid;
use windows_permissions::wrappers::{ConvertSidToStringSid, SetNamedSecurityInfo};
use windows_permissions::{LocalBox, SecurityDescriptor};

/// `ERROR_INVALID_FUNCTION` and `ERROR_NOT_SUPPORTED`: the drive has no access lists.
const NONE_THERE: [i32; 2] = [1, 50];

/// Lets the user of this process, the administrators and the system have the file, which is open or
/// closed, and nobody else, whatever its folder hands down. These are the three that OpenSSH allows
/// for a private key as well. A drive without access lists (FAT) is accepted, as elsewhere one
/// without modes is: whoever writes a key there has chosen it.
///
/// # Errors
/// When the list cannot be set.
pub fn make_file_private(path: &Path) -> io::Result<()> {
    protect(path, "")
}

/// As [`make_file_private`], for a directory and all that is made in it.
///
/// # Errors
/// When the list cannot be set.
pub fn make_dir_private(path: &Path) -> io::Result<()> {
    protect(path, "OICI")
}

/// Replaces the list of `path` by one that inherits nothing; `inheritance` are the flags of SDDL
/// for what is made inside.
fn protect(path: &Path, inheritance: &str) -> io::Result<()> {
    let user = current_process_sid()?;
    let user = ConvertSidToStringSid(&user)?;
    let user = user.to_string_lossy();
    let entry = |who: &str| format!("(A;{inheritance};FA;;;{who})");
    let list = ["D:P".to_owned(), entry(&user), entry("SY"), entry("BA")].concat();
    let descriptor: LocalBox<SecurityDescriptor> = list.parse()?;
    let set = SetNamedSecurityInfo(
        path,
        SeObjectType::SE_FILE_OBJECT,
        SecurityInformation::Dacl | SecurityInformation::ProtectedDacl,
        None,
        None,
        descriptor.dacl(),
        None,
    );
    match set {
        Err(error)
            if error
                .raw_os_error()
                .is_some_and(|it| NONE_THERE.contains(&it)) =>
        {
            Ok(())
        }
        set => set,
    }
}

#[cfg(test)]
mod tests {
    use windows_permissions::wrappers::GetNamedSecurityInfo;

    use super::*;

    /// Who may have it: the last part of each security identifier.
    fn allowed(path: &Path) -> Vec<u32> {
        let kind = SeObjectType::SE_FILE_OBJECT;
        let found = GetNamedSecurityInfo(path, kind, SecurityInformation::Dacl).unwrap();
        let list = found.dacl().unwrap();
        let last = |index| {
            list.get_ace(index)?
                .sid()?
                .sub_authorities()
                .last()
                .copied()
        };
        let mut all: Vec<u32> = (0..list.len()).filter_map(last).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The user, the system, the administrators.
    fn few() -> Vec<u32> {
        let user = current_process_sid().unwrap();
        let mut few = vec![18, 544, *user.sub_authorities().last().unwrap()];
        few.sort_unstable();
        few
    }

    #[test]
    fn the_list_of_what_is_private_names_three() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"x").unwrap();
        make_file_private(&file).unwrap();
        assert_eq!(allowed(&file), few());
        make_dir_private(folder.path()).unwrap();
        assert_eq!(allowed(folder.path()), few());
        // The user can still do all.
        std::fs::write(folder.path().join("another"), b"y").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"x");
    }
}
