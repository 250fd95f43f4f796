//! `completions --install` and `man --install`: files in the user's own directories.

#![cfg(all(unix, feature = "cli"))]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use support::{Jwtctl, Ran};

mod support;

fn run(home: &Path, shell: &str, args: &[&str]) -> Ran {
    let jwtctl = Jwtctl::new(home);
    jwtctl
        .env("HOME", home.to_str().unwrap())
        .env("SHELL", shell)
        .run(args)
}

#[test]
fn completions_go_where_the_shell_looks() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let script = ".local/share/zsh/site-functions/_jwtctl";
    let install = ["completions", "--install"];
    let would = run(home, "/bin/zsh", &["completions", "--install", "--dry-run"]).answer(0);
    assert!(would.starts_with("would be created  "), "{would}");
    assert!(!home.join(".local").exists());
    let said = run(home, "/bin/zsh", &install).answer(0);
    assert!(said.contains("created  "), "{said}");
    assert!(
        said.contains("in ~/.zshrc, before compinit: fpath=("),
        "{said}"
    );
    let printed = run(home, "", &["completions", "zsh"]).answer(0);
    assert_eq!(fs::read_to_string(home.join(script)).unwrap(), printed);
    let again = run(home, "/bin/zsh", &install).answer(0);
    assert!(again.contains("unchanged  "), "{again}");
    // A file that jwtctl did not write stays, unless it is to be replaced.
    fs::write(home.join(script), "mine").unwrap();
    run(home, "/bin/zsh", &install).fails(4, "--force");
    assert_eq!(fs::read_to_string(home.join(script)).unwrap(), "mine");
    let forced = run(
        home,
        "/bin/zsh",
        &["completions", "--install", "--force", "--json"],
    );
    assert_eq!(forced.expect(0).json()["files"][0]["change"], "replaced");
    for (shell, path) in [
        ("bash", ".local/share/bash-completion/completions/jwtctl"),
        ("fish", ".config/fish/completions/jwtctl.fish"),
        ("nushell", ".config/nushell/autoload/jwtctl.nu"),
        ("elvish", ".config/elvish/lib/jwtctl.elv"),
    ] {
        run(home, "", &["completions", shell, "--install"]).answer(0);
        assert!(home.join(path).is_file(), "{shell}");
    }
    run(home, "/bin/dash", &install).fails(2, "name it: jwtctl completions bash --install");
    run(home, "", &["completions", "powershell", "--install"]).fails(2, "$PROFILE");
    run(home, "", &["completions", "bash", "--force"]).fails(2, "--install");
}

#[test]
fn manual_pages_go_where_man_looks() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let said = run(home, "", &["man", "--install"]).answer(0);
    let folder = home.join(".local/share/man/man1");
    assert!(said.lines().count() > 20, "{said}");
    let page = fs::read_to_string(folder.join("jwtctl-verify.1")).unwrap();
    assert!(page.contains(".SH EXAMPLES"), "{page}");
    run(home, "", &["man", "--install", "pages"]).answer(0);
    assert!(home.join("pages/man1/jwtctl.1").is_file());
}

/// Directories of the system belong to its packages.
#[test]
fn nothing_goes_into_directories_of_others() {
    let home = tempfile::tempdir().unwrap();
    let theirs = home.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    let own = fs::metadata(&theirs).unwrap().uid();
    let theirs = match std::os::unix::fs::chown(&theirs, Some(own + 1), None) {
        Ok(()) => theirs.to_str().unwrap().to_owned(),
        // A user who is not root can give nothing away, and does not own the root directory.
        Err(_) => "/".into(),
    };
    let folder = format!("{theirs}/some/where");
    let refused = run(home.path(), "", &["man", "--install", &folder]);
    refused.fails(4, "belongs to user");
    assert!(!Path::new(&folder).exists());
}

#[test]
fn help_calls_it_jwtctl_whatever_its_file_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let renamed = folder.path().join("jwt.exe");
    fs::copy(support::binary(), &renamed).unwrap();
    let said = |args: &[&str]| support::ran(support::isolated(&renamed).args(args));
    let usage = said(&["cache", "clear"]).stderr;
    assert!(usage.contains("\nUsage: jwtctl cache clear "), "{usage}");
    let hint = said(&["jwks", "--json"]).json();
    assert_eq!(hint["error"]["hints"][0], "jwtctl jwks --help lists them");
}
