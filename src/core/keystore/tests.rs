use super::*;
use crate::core::alg::SigAlg;
use crate::core::env::{Env, Stopped};
use crate::core::key::{Recipe, generate};
use std::cell::Cell;

const NOW: Timestamp = Timestamp(1_785_579_300);
const DAY: i64 = 86_400;

/// Distinct bytes on every draw; a keystore does not care how random they are.
fn random(buffer: &mut [u8]) {
    thread_local!(static NEXT: Cell<u64> = const { Cell::new(1) });
    for byte in buffer {
        let seed = NEXT
            .get()
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        NEXT.set(seed);
        *byte = (seed >> 33) as u8;
    }
}

fn env(now: Timestamp) -> Env<'static> {
    Env {
        now,
        random: &random,
        clock: &Stopped,
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

fn key(alg: SigAlg) -> Key {
    let mut key = generate(Recipe::for_sig(alg, None, None).unwrap(), &env(NOW)).unwrap();
    key.alg = Some(alg.as_str().into());
    key
}

struct Lab {
    _root: tempfile::TempDir,
    path: PathBuf,
}

impl Lab {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        Self {
            path: root.path().join("store"),
            _root: root,
        }
    }

    fn store(&self) -> Keystore {
        Keystore::open(&self.path).unwrap()
    }

    fn rotate(&self, now: Timestamp, policy: &RotationPolicy) -> Rotated {
        rotate(
            &self.path,
            policy,
            Choice::default(),
            Some(Protection::Clear),
            &env(now),
        )
        .unwrap()
    }

    fn states(&self, now: Timestamp) -> Vec<&'static str> {
        let store = self.store();
        store
            .entries()
            .iter()
            .map(|it| store.state(it, now).as_str())
            .collect()
    }

    /// Every file with its content.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    files.push((path.clone(), std::fs::read(path).unwrap()))
                }
            }
        }
        files.sort();
        files
    }
}

/// The outcome of a change after which nothing failed.
fn settled<T>(changed: Changed<T>) -> T {
    assert!(changed.unfinished.is_empty(), "{:?}", changed.unfinished);
    changed.outcome
}

fn add(
    path: &Path,
    key: Key,
    policy: &RotationPolicy,
    protection: Protection<'_>,
    env: &Env<'_>,
) -> Result<Added, Error> {
    super::add(path, key, policy, protection, env).map(settled)
}

fn rotate(
    path: &Path,
    policy: &RotationPolicy,
    choice: Choice,
    protection: Option<Protection<'_>>,
    env: &Env<'_>,
) -> Result<Rotated, Error> {
    super::rotate(path, policy, choice, protection, env).map(settled)
}

fn remove(path: &Path, kid: &str, force: bool, now: Timestamp) -> Result<State, Error> {
    super::remove(path, kid, force, now).map(settled)
}

fn prune(path: &Path, now: Timestamp) -> Result<Vec<String>, Error> {
    let pruned = super::prune(path, now).map(settled)?;
    assert!(pruned.swept.is_empty(), "{:?}", pruned.swept);
    Ok(pruned.expired)
}

fn reseal(path: &Path, old: Option<&Secret>, new: Protection<'_>) -> Result<usize, Error> {
    super::reseal(path, old, new, &env(Timestamp(0))).map(settled)
}

/// What is left of a change is swept by the next prune, also when nothing has expired; and a
/// folder of keys that could not be swept never lends its number to a new one.
#[test]
fn what_is_left_behind_is_swept() {
    let lab = Lab::new();
    let first = lab.rotate(NOW, &RotationPolicy::default()).added.unwrap();
    for name in ["keys-7", "keys-2"] {
        std::fs::create_dir(lab.path.join(name)).unwrap();
        let text = std::fs::read(lab.files()[0].0.clone()).unwrap();
        std::fs::write(lab.path.join(name).join("old.json"), text).unwrap();
    }
    std::fs::write(lab.path.join(".jwtctl-x"), "half").unwrap();
    std::fs::write(lab.path.join("keys-1/.jwtctl-y"), "half").unwrap();
    assert_eq!(lab.states(NOW), ["current"]);
    let root = lab.path.canonicalize().unwrap();
    let pruned = settled(super::prune(&lab.path, NOW).unwrap());
    let mut swept: Vec<String> = pruned
        .swept
        .iter()
        .map(|it| {
            // Windows has a second way to spell a path.
            let name = it.strip_prefix(&lab.path).or(it.strip_prefix(&root));
            name.unwrap().display().to_string().replace('\\', "/")
        })
        .collect();
    swept.sort();
    assert_eq!(swept, [".jwtctl-x", "keys-1/.jwtctl-y", "keys-2", "keys-7"]);
    assert!(pruned.expired.is_empty());
    assert_eq!(lab.store().entries()[0].slot.kid, first.entry.slot.kid);
    assert_eq!(lab.files().len(), 3);
}

fn nobody() -> Result<Secret, Error> {
    panic!("asked for a passphrase")
}

#[test]
fn no_directory_is_an_empty_store() {
    let lab = Lab::new();
    let store = lab.store();
    assert!(store.entries().is_empty() && store.is_encrypted().is_none());
    assert_eq!(store.current(NOW).unwrap_err().code(), Code::BadKey);
    assert!(store.verifying(NOW).is_err());
    assert!(prune(&lab.path, NOW).unwrap().is_empty());
    assert!(remove(&lab.path, "none", true, NOW).is_err());
    assert!(reseal(&lab.path, None, Protection::Clear).is_err());
    assert!(!lab.path.exists(), "looking makes nothing");
}

#[test]
fn keys_take_over_from_each_other() {
    let lab = Lab::new();
    let first = lab.rotate(NOW, &RotationPolicy::default()).added.unwrap();
    assert_eq!((first.state, first.replaces), (State::Current, None));
    let second = lab
        .rotate(NOW.plus(DAY), &RotationPolicy::default())
        .added
        .unwrap();
    assert_eq!(
        (second.state, second.replaces.as_deref()),
        (State::Next, Some(first.entry.slot.kid.as_str()))
    );
    assert_eq!(lab.states(NOW.plus(DAY)), ["current", "next"]);
    let over = NOW.plus(DAY + line::PUBLISH_FOR);
    assert_eq!(lab.states(over), ["retiring", "current"]);
    assert_eq!(lab.store().published(over.plus(line::GRACE - 1)).len(), 2);
    assert_eq!(lab.states(over.plus(line::GRACE)), ["expired", "current"]);
    assert_eq!(lab.store().published(over.plus(line::GRACE)).len(), 1);
    assert!(
        prune(&lab.path, over.plus(line::GRACE - 1))
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        prune(&lab.path, over.plus(line::GRACE)).unwrap(),
        [first.entry.slot.kid]
    );
    assert_eq!(lab.states(over.plus(line::GRACE)), ["current"]);
}

#[cfg(feature = "jwe")]
#[test]
fn a_new_key_is_like_the_one_before() {
    let lab = Lab::new();
    let choice = Choice {
        alg: Some(SigAlg::EdDsa),
        crv: Some(crate::core::alg::Curve::Ed448),
        bits: None,
    };
    rotate(
        &lab.path,
        &RotationPolicy::default(),
        choice,
        Some(Protection::Clear),
        &env(NOW),
    )
    .unwrap();
    let like = lab
        .rotate(NOW.plus(1), &RotationPolicy::default())
        .added
        .unwrap()
        .entry;
    assert_eq!(like.key.curve(), Some(crate::core::alg::Curve::Ed448));
    let choice = Choice {
        alg: Some(SigAlg::Es384),
        ..Choice::default()
    };
    let other = rotate(
        &lab.path,
        &RotationPolicy::default(),
        choice,
        Some(Protection::Clear),
        &env(NOW.plus(2)),
    )
    .unwrap();
    assert_eq!(other.added.unwrap().entry.key.alg.as_deref(), Some("ES384"));
    let choice = Choice {
        alg: Some(SigAlg::Hs256),
        ..Choice::default()
    };
    assert!(
        rotate(
            &lab.path,
            &RotationPolicy::default(),
            choice,
            Some(Protection::Clear),
            &env(NOW)
        )
        .is_err()
    );
}

#[cfg(feature = "jwe")]
#[test]
fn private_halves_are_sealed_and_open_again() {
    let lab = Lab::new();
    let (passphrase, wrong) = (secret("correct horse"), secret("wrong"));
    let sealed = |passphrase| Protection::Sealed {
        passphrase,
        p2c: Some(1000),
    };
    let key = key(SigAlg::Es256);
    let jwk: serde_json::Value = serde_json::from_slice(key.expose_jwk().expose()).unwrap();
    let d = jwk["d"].as_str().unwrap().to_owned();
    let added = add(
        &lab.path,
        key,
        &RotationPolicy::default(),
        sealed(&passphrase),
        &env(NOW),
    )
    .unwrap();
    let before = lab.files();
    assert!(
        before
            .iter()
            .all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains(&d)),
        "in clear on disk"
    );

    let kid = added.entry.slot.kid;
    let opened = lab
        .store()
        .private(&kid, &mut || Ok(secret("correct horse")))
        .unwrap();
    assert!(String::from_utf8_lossy(opened.expose_jwk().expose()).contains(&d));
    let refused = lab
        .store()
        .private(&kid, &mut || Ok(secret("wrong")))
        .unwrap_err();
    assert_eq!(refused.code(), Code::BadPassphrase);

    // A wrong passphrase changes nothing, whatever it is used for.
    let other = || self::key(SigAlg::EdDsa);
    assert_eq!(
        add(
            &lab.path,
            other(),
            &RotationPolicy::default(),
            sealed(&wrong),
            &env(NOW)
        )
        .unwrap_err()
        .code(),
        Code::BadPassphrase
    );
    let rotated = rotate(
        &lab.path,
        &RotationPolicy::default(),
        Choice::default(),
        Some(sealed(&wrong)),
        &env(NOW),
    );
    assert_eq!(rotated.unwrap_err().code(), Code::BadPassphrase);
    assert_eq!(
        reseal(&lab.path, Some(&wrong), sealed(&passphrase))
            .unwrap_err()
            .code(),
        Code::BadPassphrase
    );
    assert_eq!(
        add(
            &lab.path,
            other(),
            &RotationPolicy::default(),
            Protection::Clear,
            &env(NOW)
        )
        .unwrap_err()
        .code(),
        Code::Usage
    );
    assert_eq!(lab.files(), before);
    let idle = RotationPolicy {
        every: Some(DAY),
        ..RotationPolicy::default()
    };
    assert!(
        rotate(&lab.path, &idle, Choice::default(), None, &env(NOW))
            .unwrap()
            .added
            .is_none()
    );
}

#[cfg(feature = "jwe")]
#[test]
fn all_keys_change_their_passphrase_together() {
    let lab = Lab::new();
    let (old, new) = (secret("old"), secret("new"));
    let sealed = |passphrase| Protection::Sealed {
        passphrase,
        p2c: Some(1000),
    };
    for alg in [SigAlg::Es256, SigAlg::EdDsa, SigAlg::Es512] {
        add(
            &lab.path,
            key(alg),
            &RotationPolicy::default(),
            sealed(&old),
            &env(NOW),
        )
        .unwrap();
    }
    let before = lab.store();
    assert_eq!(reseal(&lab.path, Some(&old), sealed(&new)).unwrap(), 3);
    let after = lab.store();
    assert_eq!(after.line(), before.line());
    for entry in after.entries() {
        assert_eq!(
            entry.open(&mut || Ok(secret("old"))).unwrap_err().code(),
            Code::BadPassphrase
        );
        assert!(entry.open(&mut || Ok(secret("new"))).is_ok());
    }
    assert_eq!(lab.files().len(), 5, "lock, manifest, three keys");
    reseal(&lab.path, Some(&new), Protection::Clear).unwrap();
    assert_eq!(lab.store().is_encrypted(), Some(false));
    lab.store()
        .entries()
        .iter()
        .for_each(|it| drop(it.open(&mut nobody).unwrap()));
    reseal(&lab.path, None, sealed(&old)).unwrap();
    assert_eq!(lab.store().is_encrypted(), Some(true));
}

/// Sets a flag at its end, also when a test fails: threads that wait for it would not end.
struct Ends<'a>(&'a std::sync::atomic::AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

/// While the passphrase changes to and fro, a reader sees all keys under one of the two.
#[test]
#[cfg_attr(
    windows,
    ignore = "Windows before 10 and Wine do not replace a file that is open: the change fails"
)]
fn readers_never_see_a_mixture() {
    let lab = Lab::new();
    let sealed = |passphrase| Protection::Sealed {
        passphrase,
        p2c: Some(1000),
    };
    let (even, odd) = (secret("even"), secret("odd"));
    for _ in 0..3 {
        add(
            &lab.path,
            key(SigAlg::EdDsa),
            &RotationPolicy::default(),
            sealed(&even),
            &env(NOW),
        )
        .unwrap();
    }
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = [0; 2];
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        let store = Keystore::open(&lab.path).unwrap();
                        assert_eq!(store.entries().len(), 3);
                        let opens = |text: &'static str| {
                            store
                                .entries()
                                .iter()
                                .filter(|it| it.open(&mut || Ok(secret(text))).is_ok())
                                .count()
                        };
                        match (opens("even"), opens("odd")) {
                            (3, 0) => seen[0] += 1,
                            (0, 3) => seen[1] += 1,
                            mixture => panic!("a mixture: {mixture:?}"),
                        }
                    }
                    seen
                })
            })
            .collect();
        let ends = Ends(&done);
        for _ in 0..20 {
            reseal(&lab.path, Some(&even), sealed(&odd)).unwrap();
            reseal(&lab.path, Some(&odd), sealed(&even)).unwrap();
        }
        drop(ends);
        let seen: usize = readers
            .into_iter()
            .flat_map(|reader| reader.join().unwrap())
            .sum();
        assert!(seen > 0);
    });
}

#[test]
fn a_public_half_that_was_exchanged_is_found() {
    let lab = Lab::new();
    let mine = add(
        &lab.path,
        key(SigAlg::Es256),
        &RotationPolicy::default(),
        Protection::Clear,
        &env(NOW),
    )
    .unwrap()
    .entry;
    let other = key(SigAlg::Es256);
    // Whatever of the file is consistent with what: the published half, its name, the stated half
    // inside.
    let swap = |text: &str, from: &Key, to: &Key| {
        let member = |key: &Key, name: &str| key.public_jwk().text(name).unwrap().to_owned();
        ["x", "y"].iter().fold(text.to_owned(), |text, name| {
            text.replace(&member(from, name), &member(to, name))
        })
    };
    let text = std::fs::read_to_string(&mine.path).unwrap();
    std::fs::write(&mine.path, swap(&text, &mine.key, &other)).unwrap();
    assert_eq!(Keystore::open(&lab.path).unwrap_err().code(), Code::Io);
    let renamed = mine
        .path
        .with_file_name(format!("{}.json", other.thumbprint()));
    std::fs::rename(&mine.path, &renamed).unwrap();
    let refused = lab
        .store()
        .private(&mine.slot.kid, &mut nobody)
        .unwrap_err();
    assert_eq!(refused.code(), Code::Io);
    assert!(refused.to_string().contains("does not belong"), "{refused}");

    let half = text.replace(r#""private""#, r#""x""#);
    let (public, private) = text.split_once(r#""private""#).unwrap();
    std::fs::write(
        &renamed,
        swap(public, &mine.key, &other) + r#""private""# + private,
    )
    .unwrap();
    let refused = lab
        .store()
        .private(&mine.slot.kid, &mut nobody)
        .unwrap_err();
    assert!(
        refused.to_string().contains("publishes another key"),
        "{refused}"
    );
    std::fs::rename(&renamed, &mine.path).unwrap();
    std::fs::write(&mine.path, half).unwrap();
    assert_eq!(Keystore::open(&lab.path).unwrap_err().code(), Code::Io);
}

#[test]
fn rsa_halves_are_tried_out() {
    let path = format!(
        "{}/tests/data/keys/rsa2048.jwk.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let read = |text: &str| match crate::core::json::Json::parse(text.as_bytes()).unwrap() {
        crate::core::json::Json::Object(jwk) => Key::from_jwk(jwk).unwrap(),
        _ => panic!("not an object"),
    };
    let text = std::fs::read_to_string(path).unwrap();
    assert!(read(&text).check_private().is_ok());
    let other_e = text.replace("\"AQAB\"", "\"AQAD\"");
    assert_ne!(text, other_e);
    assert!(read(&other_e).check_private().is_err());
    // Signing takes the primes' own exponents, and would not notice.
    let d = text
        .split("\"d\"")
        .nth(1)
        .and_then(|rest| rest.split('"').nth(1))
        .unwrap();
    let foreign = text.replace(
        d,
        &format!("{}B", &d[..d.len() - 1].replacen(&d[..1], "B", 1)),
    );
    assert_eq!(
        read(&foreign).check_private().is_err(),
        cfg!(feature = "jwe")
    );
}

#[test]
fn what_cannot_be_published_stays_out() {
    let lab = Lab::new();
    let add = |key| {
        add(
            &lab.path,
            key,
            &RotationPolicy::default(),
            Protection::Clear,
            &env(NOW),
        )
    };
    assert_eq!(
        add(Key::from_secret(secret("0123456789abcdef")))
            .unwrap_err()
            .code(),
        Code::Usage
    );
    assert_eq!(
        add(key(SigAlg::Es256).public().unwrap())
            .unwrap_err()
            .code(),
        Code::BadKey
    );
    assert!(!lab.path.exists());
    let mut mine = key(SigAlg::Es256);
    mine.kid = Some("../../k/\u{202e}".into());
    add(mine).unwrap();
    let mut twin = key(SigAlg::Es256);
    twin.kid = Some("../../k/\u{202e}".into());
    assert_eq!(add(twin).unwrap_err().code(), Code::Usage);
    let mut again = lab
        .store()
        .private("../../k/\u{202e}", &mut nobody)
        .unwrap();
    again.kid = Some("another".into());
    assert_eq!(add(again).unwrap_err().code(), Code::Usage);
    assert_eq!(lab.store().entries().len(), 1);
}

#[test]
fn keys_in_use_are_removed_only_by_force() {
    let lab = Lab::new();
    let kid = |rotated: Rotated| rotated.added.unwrap().entry.slot.kid;
    let a = kid(lab.rotate(NOW, &RotationPolicy::default()));
    let b = kid(lab.rotate(NOW.plus(DAY), &RotationPolicy::default()));
    let c = kid(lab.rotate(NOW.plus(2 * DAY), &RotationPolicy::default()));
    let now = NOW.plus(2 * DAY + 1);
    assert_eq!(lab.states(now), ["retiring", "current", "next"]);
    for kid in [&a, &b] {
        assert_eq!(
            remove(&lab.path, kid, false, now).unwrap_err().code(),
            Code::Usage
        );
    }
    // A key that was to come leaves no trace.
    assert_eq!(remove(&lab.path, &c, false, now).unwrap(), State::Next);
    assert_eq!(lab.states(now.plus(DAY)), ["retiring", "current"]);
    // One that signed has ended the one before for good.
    let end = lab.store().end(&lab.store().entries()[0]);
    assert_eq!(remove(&lab.path, &b, true, now).unwrap(), State::Current);
    assert_eq!(lab.states(now), ["retiring"]);
    assert_eq!(lab.store().end(&lab.store().entries()[0]), end);
    let error = lab.store().current(now).unwrap_err();
    assert_eq!(error.hints(), [OwnKeyHint::RotateNow.into()]);
    assert_eq!(
        lab.rotate(now, &RotationPolicy::default())
            .added
            .unwrap()
            .state,
        State::Current
    );
    remove(&lab.path, &a, true, now).unwrap();
}

#[test]
fn pruning_does_not_move_the_end_of_other_keys() {
    let lab = Lab::new();
    let short = RotationPolicy {
        publish_for: 0,
        grace: 0,
        every: None,
    };
    lab.rotate(NOW, &RotationPolicy::default());
    lab.rotate(
        NOW.plus(DAY),
        &RotationPolicy {
            publish_for: 0,
            ..RotationPolicy::default()
        },
    );
    lab.rotate(NOW.plus(2 * DAY), &short);
    let now = NOW.plus(3 * DAY);
    assert_eq!(lab.states(now), ["retiring", "expired", "current"]);
    assert_eq!(prune(&lab.path, now).unwrap().len(), 1);
    assert_eq!(lab.states(now), ["retiring", "current"]);
    assert_eq!(
        lab.states(NOW.plus(DAY + line::GRACE)),
        ["expired", "current"]
    );
}

#[test]
fn no_token_outlives_its_key_unnoticed() {
    let lab = Lab::new();
    lab.rotate(NOW, &RotationPolicy::default());
    let check = |exp| {
        let store = lab.store();
        store
            .check_outlive(&store.entries()[0], exp)
            .map_err(|e| e.code())
    };
    assert_eq!(check(None), Ok(()), "nothing is planned yet");
    lab.rotate(NOW, &RotationPolicy::default());
    let last = NOW.plus(line::PUBLISH_FOR + line::GRACE);
    assert_eq!(check(Some(last)), Ok(()));
    assert_eq!(check(Some(last.plus(1))), Err(Code::Usage));
    assert_eq!(check(None), Err(Code::Usage));
}

#[test]
fn what_a_dead_process_left_is_swept_away_and_lost_keys_are_noticed() {
    let lab = Lab::new();
    lab.rotate(NOW, &RotationPolicy::default());
    let manifest = lab.path.join(MANIFEST);
    // A re-seal that died before and after its commit.
    for name in ["keys-2", "keys-0"] {
        std::fs::create_dir(lab.path.join(name)).unwrap();
        std::fs::write(lab.path.join(name).join("x.json"), "{").unwrap();
    }
    std::fs::write(lab.path.join("keys-1/.jwtctl-half"), "{").unwrap();
    assert_eq!(lab.store().entries().len(), 1);
    lab.rotate(NOW, &RotationPolicy::default());
    assert_eq!(lab.files().len(), 4, "lock, manifest, two keys");

    std::fs::rename(&manifest, lab.path.join("away")).unwrap();
    assert_eq!(Keystore::open(&lab.path).unwrap_err().code(), Code::Io);
    let attempt = rotate(
        &lab.path,
        &RotationPolicy::default(),
        Choice::default(),
        Some(Protection::Clear),
        &env(NOW),
    );
    assert_eq!(attempt.unwrap_err().code(), Code::Io);
    std::fs::rename(lab.path.join("away"), &manifest).unwrap();
    assert_eq!(lab.store().entries().len(), 2);
}

#[test]
fn damaged_files_are_named() {
    let lab = Lab::new();
    let entry = lab
        .rotate(NOW, &RotationPolicy::default())
        .added
        .unwrap()
        .entry;
    let good = std::fs::read_to_string(&entry.path).unwrap();
    for (from, to) in [
        ("{\"v\":1", "{\"v\":2"),
        ("{\"v\":1", "["),
        ("\"v\":1,", ""),
        ("\"activates_at\"", "\"a\""),
        ("\"private\"", "\"p\""),
        ("\"grace_s\":", "\"grace_s\":1e"),
        ("\"created_at\":\"20", "\"created_at\":\"x"),
        ("\"kid\"", "\"k\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        std::fs::write(&entry.path, bad).unwrap();
        let opened = Keystore::open(&lab.path)
            .and_then(|store| store.private(&entry.slot.kid, &mut nobody).map(drop));
        let error = opened.unwrap_err();
        assert_eq!(error.code(), Code::Io, "{from} {to}");
        assert!(error.to_string().contains(".json"), "{error}");
    }
}

/// Rotations each month, tokens each day, verifiers with a set as old as the worst cache: no good
/// token is refused, and no expired key is of any use.
#[test]
fn a_year_of_rotations() {
    const CACHE: i64 = 60 * 60;
    let lab = Lab::new();
    let policy = RotationPolicy {
        every: Some(30 * DAY),
        ..RotationPolicy::default()
    };
    let life = 20 * DAY;
    let hour = 60 * 60;
    let mut tokens: Vec<(String, Timestamp)> = Vec::new();
    let mut snapshots: Vec<(Timestamp, Vec<String>)> = Vec::new();
    for step in 0..(365 * 24) {
        let now = NOW.plus(step * hour);
        let rotates = step % 24 == 7;
        // Looked at around a rotation and its first signature, and now and then otherwise.
        if !(rotates || matches!(step % 24, 8 | 9) || step % 12 == 0) {
            continue;
        }
        if rotates {
            lab.rotate(now, &policy);
        }
        let store = lab.store();
        let published: Vec<String> = store
            .published(now)
            .iter()
            .filter_map(|it| it.kid.clone())
            .collect();
        snapshots.push((now, published.clone()));
        snapshots.retain(|(at, _)| now.since(*at) <= DAY);
        if step >= 7 {
            let entry = store
                .current(now)
                .expect("there is always a key that signs");
            store.check_outlive(entry, Some(now.plus(life))).unwrap();
            tokens.push((entry.slot.kid.clone(), now.plus(life)));
        }
        tokens.retain(|(_, exp)| now < *exp);
        let cached = snapshots
            .iter()
            .rev()
            .find(|(at, _)| now.since(*at) >= CACHE)
            .map_or(&published, |(_, kids)| kids);
        for (kid, _) in &tokens {
            assert!(
                published.contains(kid),
                "a good token whose key is not published, step {step}"
            );
            assert!(
                cached.contains(kid) || step < 9,
                "a good token whose key a verifier does not have yet, step {step}"
            );
        }
        if step % 240 == 0 {
            prune(&lab.path, now).unwrap();
        }
    }
    assert!(
        (2..=3).contains(&lab.store().entries().len()),
        "keys are pruned: {:?}",
        lab.store().line()
    );
}
