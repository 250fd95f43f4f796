//! Access lists, which on Windows do what modes 0600 and 0700 do elsewhere.

use std::io;
use std::path::Path;

use windows_permissions::constants::{SeObjectType, SecurityInformation};
use windows_permissions::utilities::current_process_sid;
use windows_permissions::wrappers::{ConvertSidToStringSid, SetNamedSecurityInfo};
use windows_permissions::{LocalBox, SecurityDescriptor};

/// `ERROR_INVALID_FUNCTION` and `ERROR_NOT_SUPPORTED`: the drive has no access lists.
const NONE_THERE: [i32; 2] = [1, 50];

/// Lets the user of this process have the file and no other user, whatever its folder hands down;
/// administrators can give themselves the right, as root can elsewhere. A drive without access lists
/// (FAT) is accepted, as elsewhere one without modes is: whoever writes a key there has chosen it.
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
    let descriptor = owners_alone(inheritance)?;
    let set = SetNamedSecurityInfo(
        path,
        SeObjectType::SE_FILE_OBJECT,
        SecurityInformation::Dacl | SecurityInformation::ProtectedDacl,
        None,
        None,
        descriptor.dacl(),
        None,
    );
    let has_none = |error: &io::Error| NONE_THERE.map(Some).contains(&error.raw_os_error());
    match set {
        Err(error) if has_none(&error) => Ok(()),
        set => set,
    }
}

/// A list that is protected from what a folder hands down, with all rights of the user of this process.
fn owners_alone(inheritance: &str) -> io::Result<LocalBox<SecurityDescriptor>> {
    let user = ConvertSidToStringSid(&*current_process_sid()?)?;
    format!("D:P(A;{inheritance};FA;;;{})", user.to_string_lossy()).parse()
}

#[cfg(test)]
mod tests {
    use windows_permissions::wrappers::{
        ConvertSecurityDescriptorToStringSecurityDescriptor, GetNamedSecurityInfo,
    };

    use super::*;

    /// Who may have it, and with which rights: all entries of the list.
    fn list(path: &Path) -> String {
        let kind = SeObjectType::SE_FILE_OBJECT;
        let found = GetNamedSecurityInfo(path, kind, SecurityInformation::Dacl).unwrap();
        text(&found)
    }

    fn text(descriptor: &SecurityDescriptor) -> String {
        let part = SecurityInformation::Dacl;
        let text = ConvertSecurityDescriptorToStringSecurityDescriptor(descriptor, part);
        text.unwrap().into_string().unwrap()
    }

    /// Without the flags before them, of which the system has some of its own.
    fn entries(list: &str) -> &str {
        &list[list.find('(').unwrap()..]
    }

    #[test]
    fn what_is_private_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"x").unwrap();
        let alone = text(&owners_alone("").unwrap());
        assert_ne!(list(&file), alone, "the folder hands down more");
        make_file_private(&file).unwrap();
        make_dir_private(folder.path()).unwrap();
        // The owner can still do all.
        std::fs::write(folder.path().join("another"), b"y").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"x");
        if Path::new(r"C:\windows\system32\winecfg.exe").exists() {
            println!("skipped: needs Windows, as Wine adds what a folder hands down to every list");
            return;
        }
        assert_eq!(entries(&list(&file)), entries(&alone));
        let inherited = text(&owners_alone("OICI").unwrap());
        assert_eq!(entries(&list(folder.path())), entries(&inherited));
    }

    #[test]
    fn the_list_names_the_user_and_nobody_else() {
        let user = ConvertSidToStringSid(&*current_process_sid().unwrap()).unwrap();
        let user = user.to_str().unwrap();
        let written = |inheritance: &str| text(&owners_alone(inheritance).unwrap());
        assert_eq!(written(""), format!("D:P(A;;FA;;;{user})"));
        assert_eq!(written("OICI"), format!("D:P(A;OICI;FA;;;{user})"));
    }
}
