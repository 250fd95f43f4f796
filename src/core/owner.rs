//! Who owns a file or directory, and whether other users could change it: the cache and the
//! keystore check that before they believe its content. Only Unix has an answer; elsewhere the
//! user's own profile directory is trusted as it is.

use super::error::shell_word;

/// The mode bits that must not be set on what other users may read but not write.
pub const NOT_WRITE: u32 = 0o022;

/// The mode bits that must not be set on what other users may neither read nor write.
pub const NOTHING: u32 = 0o077;

/// In a directory with this bit, a user can replace only what belongs to that user.
const STICKY: u32 = 0o1000;

/// Why a file or directory of this owner and mode is not trusted: another user owns it, or a bit of
/// `barred` is set in its mode.
pub fn objection(owner: u32, mode: u32, barred: u32) -> Option<Objection> {
    let me = rustix::process::geteuid().as_raw();
    let mode = mode & 0o7777;
    if owner != me {
        return Some(Objection {
            why: format!("belongs to user {owner}, and you are user {me}"),
            change: "chown",
        });
    }
    let what = match mode & barred {
        0 => return None,
        open if open & NOT_WRITE != 0 => "may be changed",
        _ => "may be read",
    };
    Some(Objection {
        why: format!("{what} by other users (mode {mode:04o})"),
        change: "chmod",
    })
}

/// Why a file or directory is not trusted.
#[derive(Debug)]
pub struct Objection {
    /// The reason in words, to follow the file's name.
    pub why: String,
    /// The command that corrects it: `chown` or `chmod`.
    change: &'static str,
}

impl Objection {
    /// What to do about `path`, whose mode should be `mode`.
    pub fn remedy(&self, mode: &str, path: &std::path::Path) -> String {
        let value = if self.change == "chown" {
            rustix::process::geteuid().as_raw().to_string()
        } else {
            mode.to_owned()
        };
        let path = shell_word(&path.display().to_string());
        format!(
            "if no other user has changed it: {} {value} {path}",
            self.change
        )
    }
}

/// Why another user could replace what lies in a directory of this owner and mode.
pub fn objection_above(owner: u32, mode: u32) -> Option<Objection> {
    let is_roots = owner == 0;
    let sticky = mode & STICKY != 0;
    objection(
        if is_roots {
            rustix::process::geteuid().as_raw()
        } else {
            owner
        },
        mode,
        if sticky { 0 } else { NOT_WRITE },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The command is copied into a shell.
    #[test]
    fn a_path_is_one_word_of_the_command() {
        let objection = objection(rustix::process::geteuid().as_raw(), 0o666, NOTHING).unwrap();
        let path = std::path::Path::new("/a/x';touch pwned;'");
        let remedy = objection.remedy("600", path);
        let word = r"'/a/x'\'';touch pwned;'\'''";
        assert!(remedy.ends_with(&format!("chmod 600 {word}")), "{remedy}");
    }

    #[test]
    fn what_others_may_do_is_told() {
        let me = rustix::process::geteuid().as_raw();
        let why = |mode, barred| objection(me, mode, barred);
        for mode in [0o700, 0o600, 0o100_600] {
            assert!(
                why(mode, NOTHING).is_none() && why(mode, NOT_WRITE).is_none(),
                "{mode:o}"
            );
        }
        for mode in [0o755, 0o701, 0o740] {
            assert!(why(mode, NOT_WRITE).is_none(), "{mode:o}");
            assert!(
                why(mode, NOTHING).unwrap().why.contains("may be read"),
                "{mode:o}"
            );
        }
        for mode in [0o770, 0o702, 0o777, 0o1777] {
            assert!(
                why(mode, NOT_WRITE).unwrap().why.contains("may be changed"),
                "{mode:o}"
            );
            assert!(
                why(mode, NOTHING)
                    .unwrap()
                    .why
                    .contains(&format!("{mode:04o}")),
                "{mode:o}"
            );
        }
        assert!(
            objection(me + 1, 0o700, NOT_WRITE)
                .unwrap()
                .why
                .contains("belongs to user")
        );
    }

    #[test]
    fn directories_above_may_be_roots_and_sticky() {
        let me = rustix::process::geteuid().as_raw();
        for (owner, mode, fine) in [
            (me, 0o755, true),
            (0, 0o755, true),
            (0, 0o1777, true),
            (me, 0o1777, true),
            (0, 0o777, false),
            (me, 0o775, false),
            (me + 1, 0o755, false),
            (me + 1, 0o1777, false),
        ] {
            assert_eq!(
                objection_above(owner, mode).is_none(),
                fine,
                "{owner} {mode:o}"
            );
        }
    }
}
