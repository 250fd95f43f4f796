//! The GitHub Action: its steps, run by the shell as a runner would run them.

#![allow(clippy::disallowed_methods, reason = "the search path is the caller's")]
#![cfg(all(target_os = "linux", feature = "cli"))]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use support::{Jwtctl, Ran, binary, has, isolated, ran, repository, skipped};
use tempfile::TempDir;

mod support;

/// The variables of a step of `action.yml`, each with the input that it takes, and its command.
fn step(name: &str) -> (BTreeMap<String, String>, String) {
    let text = fs::read_to_string(repository("action.yml")).unwrap();
    let step = text.split("    - name: ").find(|it| it.starts_with(name));
    let step = step.unwrap();
    let run = step.lines().find_map(|it| it.trim().strip_prefix("run: "));
    let inputs = step.lines().filter_map(|line| {
        let (variable, value) = line.trim().split_once(": ${{ inputs.")?;
        Some((variable.to_owned(), value.strip_suffix(" }}")?.to_owned()))
    });
    (inputs.collect(), run.unwrap().trim_matches('\'').to_owned())
}

struct Runner {
    folder: TempDir,
}

impl Runner {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["path", "output"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs a step with these inputs and the program of the tests, or a `cargo` that only says how it
    /// was called, first in the search path.
    fn step(&self, name: &str, given: &[(&str, &str)]) -> Ran {
        let (inputs, run) = step(name);
        let mut shell = isolated("bash");
        let bin = binary().parent().unwrap().display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        let tools = self.path().join("tools").display().to_string();
        shell
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &run])
            .current_dir(self.path())
            .env("PATH", format!("{tools}:{bin}:{path}"))
            .env("GITHUB_ACTION_PATH", repository(""))
            .env("GITHUB_PATH", self.path().join("path"))
            .env("GITHUB_OUTPUT", self.path().join("output"))
            .env("GITHUB_ACTIONS", "true")
            .env("RUNNER_OS", "Linux")
            .env("RUNNER_ARCH", "X64")
            .env("RUNNER_TEMP", self.path());
        for (name, _) in given {
            assert!(inputs.values().any(|it| it == name), "no input {name}");
        }
        for (variable, input) in &inputs {
            let value = given.iter().find(|(name, _)| name == input);
            shell.env(variable, value.map_or("", |(_, value)| *value));
        }
        ran(&mut shell)
    }
}

fn sign(folder: &Path, args: &[&str]) -> String {
    let args = [&["sign", "--key", "key.jwk", "--quiet"], args].concat();
    let token = Jwtctl::new(folder).run(&args).answer(0);
    token.trim().to_owned()
}

#[test]
fn every_input_reaches_a_step() {
    let text = fs::read_to_string(repository("action.yml")).unwrap();
    let inputs = text.split("inputs:\n").nth(1).unwrap();
    let inputs = inputs.split("\noutputs:").next().unwrap();
    let declared: Vec<&str> = inputs
        .lines()
        .filter(|it| it.starts_with("  ") && !it.starts_with("   "))
        .map(|it| it.trim().trim_end_matches(':'))
        .collect();
    let script = fs::read_to_string(repository("packaging/action.sh")).unwrap();
    let used = [step("Install jwtctl").0, step("Verify the token").0];
    for name in &declared {
        let variable = format!("INPUT_{}", name.to_uppercase().replace('-', "_"));
        let is_given = used
            .iter()
            .any(|it| it.get(&variable).is_some_and(|it| it == name));
        assert!(is_given, "{name} is given to no step as {variable}");
        assert!(script.contains(&variable), "no step reads {variable}");
    }
    assert_eq!(
        declared.len(),
        used.iter().map(BTreeMap::len).sum::<usize>()
    );
}

#[test]
fn a_token_is_judged_and_its_claims_are_outputs() {
    let runner = Runner::new();
    let keygen = ["keygen", "ES256", "--no-encrypt", "--out", "key.jwk"];
    Jwtctl::new(runner.path()).run(&keygen).answer(0);
    // A claim that would set another output, if it could.
    let sub = "alice\npayload<<x\n{}\nx";
    let token = sign(runner.path(), &["--sub", sub, "--aud", "b c", "--iss", "i"]);
    let given = [
        ("token", token.as_str()),
        ("key", "key.jwk"),
        ("aud", "a\nb c\n"),
    ];
    let judged = runner.step("Verify", &given).expect(0);
    assert!(judged.stdout.starts_with(&format!("::add-mask::{token}\n")));
    assert!(judged.stdout.contains("VALID"), "{}", judged.stdout);
    let mut outputs = BTreeMap::new();
    let file = runner.file("output");
    let mut lines = file.lines();
    while let Some((name, end)) = lines.next().and_then(|it| it.split_once("<<")) {
        let value: Vec<&str> = lines.by_ref().take_while(|it| *it != end).collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    assert_eq!(outputs.len(), 3, "{file}");
    assert_eq!(outputs["sub"], sub);
    assert_eq!(outputs["iss"], "i");
    let payload: serde_json::Value = serde_json::from_str(&outputs["payload"]).unwrap();
    assert_eq!(payload["sub"], sub);

    let refused = Runner::new();
    fs::copy(
        runner.path().join("key.jwk"),
        refused.path().join("key.jwk"),
    )
    .unwrap();
    let given = [("token", token.as_str()), ("key", "key.jwk"), ("aud", "a")];
    let judged = refused.step("Verify", &given).expect(13);
    assert!(
        judged
            .stderr
            .contains("::error title=jwtctl verify%3A mismatch::"),
        "{}",
        judged.stderr
    );
    assert_eq!(refused.file("output"), "");
}

#[test]
fn a_secret_is_no_argument() {
    let runner = Runner::new();
    let secret = "a secret of at least thirty-two bytes";
    fs::write(runner.path().join("secret"), secret).unwrap();
    let args = [
        "sign", "--secret", "secret", "--alg", "HS256", "--quiet", "sub=a",
    ];
    let token = Jwtctl::new(runner.path()).run(&args).answer(0);
    let given = [("token", token.trim()), ("secret", secret)];
    let judged = runner.step("Verify", &given).expect(0);
    assert!(!judged.stdout.contains(secret) && !judged.stderr.contains(secret));
}

#[test]
fn a_release_is_installed_by_its_checksum_or_built() {
    for program in ["curl", "tar", "sha256sum"] {
        if !has(program) {
            return skipped(program);
        }
    }
    let runner = Runner::new();
    let name = "jwtctl-9.9.9-x86_64-unknown-linux-musl";
    let release = runner.path().join("release");
    fs::create_dir_all(release.join(name)).unwrap();
    // A link is as good as the program here, and smaller.
    let file = release.join(name).join("jwtctl");
    std::os::unix::fs::symlink(binary(), &file).unwrap();
    let pack = format!("tar -czf {name}.tar.gz {name} && sha256sum {name}.tar.gz > SHA256SUMS");
    ran(isolated("sh").args(["-c", &pack]).current_dir(&release)).expect(0);
    let url = format!("file://{}", release.display());
    let given = [("version", "9.9.9"), ("release-url", url.as_str())];
    let installed = runner.step("Install", &given).expect(0);
    assert!(
        installed.stdout.starts_with("jwtctl "),
        "{}",
        installed.stdout
    );
    let bin = runner.file("path");
    assert!(Path::new(bin.trim()).join("jwtctl").is_file(), "{bin}");

    // Another file than the one that was released.
    let sums = fs::read_to_string(release.join("SHA256SUMS")).unwrap();
    let (digest, rest) = sums.split_at(64);
    let other: String = digest.chars().rev().collect();
    fs::write(release.join("SHA256SUMS"), other + rest).unwrap();
    let refused = runner.step("Install", &given).expect(1);
    assert!(
        refused
            .stdout
            .contains("is not the file that SHA256SUMS names"),
        "{}",
        refused.stdout
    );
    assert_eq!(runner.file("path"), bin);

    // No release at all: it is built, here by a cargo that only takes note.
    let tools = runner.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let cargo = format!(
        "#!/bin/sh\necho \"$@\" > '{0}/called'\nfor last; do :; done\nmkdir -p \"$last/bin\"\ncp -P '{1}' \"$last/bin/\"\n",
        runner.path().display(),
        file.display()
    );
    fs::write(tools.join("cargo"), cargo).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(tools.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let built = runner.step(
        "Install",
        &[("version", "0.0.0"), ("release-url", url.as_str())],
    );
    let built = built.expect(0);
    assert!(built.stdout.contains("::notice"), "{}", built.stdout);
    assert!(
        runner
            .file("called")
            .starts_with("install --locked --path ")
    );
}
