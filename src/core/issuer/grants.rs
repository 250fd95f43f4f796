//! What the issuer has granted: codes for one use within a minute, and refresh tokens that are
//! replaced at each use. If a code or a refresh token is used twice, it may have been stolen, and
//! all refresh tokens that came of the same code end (RFC 9700 §4.14.2).

use std::collections::HashMap;

use super::super::env::Env;
use super::super::key::encode;
use super::super::time::Timestamp;

/// Seconds that a code may be redeemed in.
pub(super) const CODE_TTL: i64 = 60;

/// Seconds that a refresh token lives.
pub(super) const REFRESH_TTL: i64 = 30 * 86_400;

/// The most codes, and the most refresh tokens, that are kept at the same time; the oldest one is
/// dropped for a new one.
const MAX_GRANTS: usize = 10_000;

/// What was granted, whether a code or a refresh token stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    /// The first path segment of the issuer.
    pub tenant: Option<String>,
    pub client_id: String,
    pub subject: String,
    pub scope: Option<String>,
    /// The audience of the tokens; empty if it is the issuer itself.
    pub audience: Vec<String>,
    pub nonce: Option<String>,
    pub auth_time: Timestamp,
}

/// A code: the grant, and what the client that redeems it must know.
#[derive(Clone, Debug)]
pub(super) struct AuthorizationCode {
    pub grant: Grant,
    pub redirect_uri: String,
    pub challenge: String,
}

#[derive(Debug)]
struct Kept<T> {
    value: T,
    expires: Timestamp,
    used: bool,
    family: u64,
}

/// All codes and refresh tokens.
#[derive(Debug, Default)]
pub(super) struct Grants {
    codes: HashMap<String, Kept<AuthorizationCode>>,
    refresh: HashMap<String, Kept<Grant>>,
    families: u64,
}

impl Grants {
    /// A new code.
    pub fn code(&mut self, code: AuthorizationCode, env: &Env<'_>) -> String {
        self.families += 1;
        make_room(&mut self.codes, env.now);
        let kept = Kept {
            value: code,
            expires: env.now.plus(CODE_TTL),
            used: false,
            family: self.families,
        };
        insert(&mut self.codes, kept, env)
    }

    /// Redeems the code `text`, once: returns it with the family of the tokens that come of it. A
    /// second time, all of that family end.
    pub fn redeem(&mut self, text: &str, now: Timestamp) -> Option<(AuthorizationCode, u64)> {
        let kept = self.codes.get_mut(text)?;
        let family = kept.family;
        if std::mem::replace(&mut kept.used, true) {
            self.end(family);
            return None;
        }
        let kept = self.codes.get(text).filter(|kept| now < kept.expires)?;
        Some((kept.value.clone(), family))
    }

    /// A new refresh token.
    pub fn refresh(&mut self, grant: Grant, family: u64, env: &Env<'_>) -> String {
        make_room(&mut self.refresh, env.now);
        insert(
            &mut self.refresh,
            Kept {
                value: grant,
                expires: env.now.plus(REFRESH_TTL),
                used: false,
                family,
            },
            env,
        )
    }

    /// The grant behind a refresh token that was neither used nor ended.
    pub fn look_up(&self, text: &str, now: Timestamp) -> Option<(&Grant, Timestamp)> {
        let kept = self
            .refresh
            .get(text)
            .filter(|kept| !kept.used && now < kept.expires)?;
        Some((&kept.value, kept.expires))
    }

    /// Uses a refresh token up, and names its family. If it was used before, its successors end.
    pub fn use_up(&mut self, text: &str) -> Option<u64> {
        let kept = self.refresh.get_mut(text)?;
        let family = kept.family;
        if std::mem::replace(&mut kept.used, true) {
            self.end(family);
            return None;
        }
        Some(family)
    }

    fn end(&mut self, family: u64) {
        self.refresh.retain(|_, kept| kept.family != family);
    }
}

fn insert<T>(map: &mut HashMap<String, Kept<T>>, kept: Kept<T>, env: &Env<'_>) -> String {
    let name = encode(&env.bytes::<32>());
    map.insert(name.clone(), kept);
    name
}

fn make_room<T>(map: &mut HashMap<String, Kept<T>>, now: Timestamp) {
    if map.len() < MAX_GRANTS {
        return;
    }
    map.retain(|_, kept| now < kept.expires);
    let oldest = map
        .iter()
        .min_by_key(|(_, kept)| kept.family)
        .map(|(name, _)| name.clone());
    if let Some(oldest) = oldest.filter(|_| map.len() >= MAX_GRANTS) {
        map.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::super::env::Stopped;
    use super::*;

    fn grant() -> Grant {
        let (tenant, scope, nonce) = (None, None, None);
        Grant {
            tenant,
            client_id: "c".into(),
            subject: "s".into(),
            scope,
            audience: Vec::new(),
            nonce,
            auth_time: Timestamp(0),
        }
    }

    fn with_env(test: impl FnOnce(&Env<'_>)) {
        let count = AtomicU64::new(1);
        let random = |buffer: &mut [u8]| {
            let next = count.fetch_add(1, Ordering::Relaxed);
            buffer[..8].copy_from_slice(&next.to_be_bytes());
        };
        test(&Env {
            now: Timestamp(0),
            random: &random,
            clock: &Stopped,
        });
    }

    #[test]
    fn a_code_serves_once_and_soon() {
        with_env(|env| {
            let mut grants = Grants::default();
            let code = || AuthorizationCode {
                grant: grant(),
                redirect_uri: "r".into(),
                challenge: "x".into(),
            };
            let (first, late) = (grants.code(code(), env), grants.code(code(), env));
            assert!(grants.redeem("other", env.now).is_none());
            let (_, family) = grants.redeem(&first, env.now.plus(CODE_TTL - 1)).unwrap();
            assert!(grants.redeem(&late, env.now.plus(CODE_TTL)).is_none());

            let refresh = grants.refresh(grant(), family, env);
            assert!(grants.look_up(&refresh, env.now).is_some());
            assert!(grants.redeem(&first, env.now).is_none());
            assert!(
                grants.look_up(&refresh, env.now).is_none(),
                "a stolen code ends what came of it"
            );
        });
    }

    #[test]
    fn a_refresh_token_that_comes_twice_ends_its_family() {
        with_env(|env| {
            let mut grants = Grants::default();
            let first = grants.refresh(grant(), 1, env);
            assert_eq!(grants.use_up(&first), Some(1));
            let second = grants.refresh(grant(), 1, env);
            let other = grants.refresh(grant(), 2, env);
            assert!(grants.look_up(&first, env.now).is_none());
            assert_eq!(grants.use_up(&first), None);
            assert!(grants.look_up(&second, env.now).is_none());
            assert!(grants.look_up(&other, env.now).is_some());
            assert!(grants.look_up(&other, env.now.plus(REFRESH_TTL)).is_none());
        });
    }

    #[test]
    fn there_is_a_limit_to_what_is_kept() {
        with_env(|env| {
            let mut grants = Grants::default();
            for _ in 0..MAX_GRANTS + 10 {
                grants.code(
                    AuthorizationCode {
                        grant: grant(),
                        redirect_uri: "r".into(),
                        challenge: "x".into(),
                    },
                    env,
                );
            }
            assert_eq!(grants.codes.len(), MAX_GRANTS);
        });
    }
}
