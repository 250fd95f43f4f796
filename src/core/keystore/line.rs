//! Which key signs when: the line of signing keys, in which each takes over from the one before.
//! Nothing runs in the background; whether a key is next, current, retiring or expired follows from
//! timestamps and the time it is asked.

use serde::{Serialize, Serializer};

use super::super::error::Error;
use super::super::hint::Parameter;
use super::super::time::Timestamp;

/// Seconds that a new key is published before it signs: as long as jwtctl's cache uses a set at
/// most, unless the operator allows more (an hour fresh, an hour of grace), so that verifiers have
/// fetched the key by then.
pub const PUBLISH_FOR: i64 = 2 * 60 * 60;

/// Seconds that a key stays published after it has signed its last token.
pub const GRACE: i64 = 30 * 24 * 60 * 60;

/// Seconds of the longest span that a policy may have: beyond a hundred years, it is a mistake.
const LONGEST: i64 = 100 * 366 * 24 * 60 * 60;

/// The stages of a key's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Published, and not signing yet.
    Next,
    /// The key that signs. Of keys that are not for signing, every one that is in use is current.
    Current,
    /// No longer signing, and still published for the tokens that it has signed.
    Retiring,
    /// Neither signing nor published; [`super::prune`] removes it.
    Expired,
}

impl State {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retiring => "retiring",
            Self::Expired => "expired",
        }
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The end of a key's life: when it stops signing, and when it stops being published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// From when on another key signs.
    pub retires_at: Timestamp,
    /// From when on it is no longer published, so that its tokens cannot be verified.
    pub expires_at: Timestamp,
}

/// What a key's place in the line depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its id.
    pub kid: String,
    /// Whether it is for signing; other keys are not part of the line.
    pub signs: bool,
    /// When it was made or added, and so published.
    pub created_at: Timestamp,
    /// From when on it may sign.
    pub activates_at: Timestamp,
    /// Seconds that the key it takes over from stays published.
    pub grace_s: i64,
    /// An end that was written down when its successor was removed; otherwise the end follows from
    /// the successor.
    pub end: Option<End>,
}

impl Slot {
    /// The order of the line: by activation, then by creation and id, so that every process sees
    /// the same order.
    pub(super) fn rank(&self) -> (Timestamp, Timestamp, &str) {
        (self.activates_at, self.created_at, &self.kid)
    }

    /// The state at `now` of a key with this end.
    pub fn state(&self, end: Option<End>, now: Timestamp) -> State {
        match end {
            Some(end) if now >= end.expires_at => State::Expired,
            Some(end) if now >= end.retires_at => State::Retiring,
            _ if now < self.activates_at => State::Next,
            _ => State::Current,
        }
    }
}

/// The key that takes over from `slot`, if there is one in `line`.
pub(super) fn successor<'a>(line: &'a [Slot], slot: &Slot) -> Option<&'a Slot> {
    let later = line
        .iter()
        .filter(|it| slot.signs && it.signs && it.rank() > slot.rank());
    later.min_by(|a, b| a.rank().cmp(&b.rank()))
}

/// When `slot` ends; `None` as long as no key takes over from it.
pub fn end(line: &[Slot], slot: &Slot) -> Option<End> {
    let by_successor = || {
        let successor = successor(line, slot)?;
        let retires_at = successor.activates_at;
        Some(End {
            retires_at,
            expires_at: retires_at.plus(successor.grace_s),
        })
    };
    slot.end.or_else(by_successor)
}

/// The key that signs at `now`.
pub fn current(line: &[Slot], now: Timestamp) -> Option<&Slot> {
    let signing = |it: &&Slot| it.signs && it.state(end(line, it), now) == State::Current;
    line.iter()
        .filter(signing)
        .max_by(|a, b| a.rank().cmp(&b.rank()))
}

/// How keys follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotationPolicy {
    /// Seconds that a new key is published before it signs.
    pub publish_for: i64,
    /// Seconds that the key it takes over from stays published afterwards.
    pub grace: i64,
    /// Rotate only when the newest key was made at least so many seconds ago.
    pub every: Option<i64>,
}

impl Default for RotationPolicy {
    fn default() -> Self {
        Self {
            publish_for: PUBLISH_FOR,
            grace: GRACE,
            every: None,
        }
    }
}

impl RotationPolicy {
    /// Refuses spans that make no sense.
    ///
    /// # Errors
    /// [`Usage`](super::super::error::Code::Usage) naming the span.
    pub fn check(&self) -> Result<(), Error> {
        let spans = [
            (Parameter::PublishFor, Some(self.publish_for)),
            (Parameter::Grace, Some(self.grace)),
            (Parameter::Every, self.every),
        ];
        match spans
            .into_iter()
            .find(|(_, span)| span.is_some_and(|span| !(0..=LONGEST).contains(&span)))
        {
            Some((name, Some(span))) if span < 0 => Err(Error::usage(name, "cannot be negative")),
            Some((name, _)) => Err(Error::usage(name, "is longer than a hundred years")),
            None => Ok(()),
        }
    }
}

/// What a rotation does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// A new key joins the line.
    Rotate {
        /// From when on it signs.
        activates_at: Timestamp,
        /// Seconds that the key before it stays published after that.
        grace_s: i64,
        /// The key that signs until then; none in a store without one.
        replaces: Option<String>,
    },
    /// Nothing is due yet.
    Wait {
        /// The newest key of the line.
        kid: String,
        /// From when on a rotation will be due.
        due_at: Timestamp,
    },
}

/// What `policy` asks for at `now`. Where no key signs, the new one signs at once; else it is
/// published first.
pub fn plan(line: &[Slot], policy: &RotationPolicy, now: Timestamp) -> Plan {
    let Some(signing) = current(line, now) else {
        return Plan::Rotate {
            activates_at: now,
            grace_s: policy.grace,
            replaces: None,
        };
    };
    if let Some(every) = policy.every {
        // The newest key counts, whether it signs already or not, so that there is one rotation at
        // a time.
        let newest = line
            .iter()
            .filter(|it| it.signs)
            .max_by(|a, b| a.rank().cmp(&b.rank()))
            .unwrap_or(signing);
        let due_at = newest.created_at.plus(every).max(newest.activates_at);
        if now < due_at {
            return Plan::Wait {
                kid: newest.kid.clone(),
                due_at,
            };
        }
    }
    let mut activates_at = now.plus(policy.publish_for);
    // Two keys never take over in the same second, so that the key of the later rotation follows
    // the other.
    for _ in line {
        if line
            .iter()
            .any(|it| it.signs && it.activates_at == activates_at)
        {
            activates_at = activates_at.plus(1);
        }
    }
    let replaces = current(line, activates_at).unwrap_or(signing);
    Plan::Rotate {
        activates_at,
        grace_s: policy.grace,
        replaces: Some(replaces.kid.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;

    fn slot(kid: &str, created: i64, activates: i64) -> Slot {
        let (created_at, activates_at) = (Timestamp(created), Timestamp(activates));
        Slot {
            kid: kid.into(),
            signs: true,
            created_at,
            activates_at,
            grace_s: 30 * DAY,
            end: None,
        }
    }

    fn states(line: &[Slot], now: i64) -> Vec<&'static str> {
        line.iter()
            .map(|it| it.state(end(line, it), Timestamp(now)).as_str())
            .collect()
    }

    #[test]
    fn states_follow_from_time_alone() {
        let line = [slot("a", 0, 0), slot("b", 100, 107)];
        assert_eq!(states(&line, 50), ["current", "next"]);
        assert_eq!(states(&line, 106), ["current", "next"]);
        assert_eq!(states(&line, 107), ["retiring", "current"]);
        assert_eq!(states(&line, 106 + 30 * DAY), ["retiring", "current"]);
        assert_eq!(states(&line, 107 + 30 * DAY), ["expired", "current"]);
        assert_eq!(current(&line, Timestamp(106)).unwrap().kid, "a");
        assert_eq!(current(&line, Timestamp(107)).unwrap().kid, "b");
        assert!(current(&line, Timestamp(-1)).is_none());
    }

    #[test]
    fn keys_for_encryption_stand_beside_the_line() {
        let mut line = [slot("a", 0, 0), slot("enc", 1, 1)];
        line[1].signs = false;
        assert_eq!(states(&line, 100 * DAY), ["current", "current"]);
        assert_eq!(current(&line, Timestamp(5)).unwrap().kid, "a");
    }

    #[test]
    fn an_end_that_was_set_stands() {
        let mut line = [slot("a", 0, 0)];
        line[0].end = Some(End {
            retires_at: Timestamp(10),
            expires_at: Timestamp(20),
        });
        assert_eq!(
            [9, 10, 20].map(|now| states(&line, now)[0]),
            ["current", "retiring", "expired"]
        );
        assert!(current(&line, Timestamp(10)).is_none());
    }

    #[test]
    fn the_first_key_signs_at_once() {
        for line in [&[][..], &[slot("later", 0, 1000)]] {
            let plan = plan(line, &RotationPolicy::default(), Timestamp(7));
            assert_eq!(
                plan,
                Plan::Rotate {
                    activates_at: Timestamp(7),
                    grace_s: GRACE,
                    replaces: None
                }
            );
        }
    }

    #[test]
    fn later_keys_are_published_first() {
        let plan = plan(&[slot("a", 0, 0)], &RotationPolicy::default(), Timestamp(7));
        let activates_at = Timestamp(7 + PUBLISH_FOR);
        assert_eq!(
            plan,
            Plan::Rotate {
                activates_at,
                grace_s: GRACE,
                replaces: Some("a".into())
            }
        );
    }

    #[test]
    fn two_rotations_in_one_second_keep_their_order() {
        let line = [slot("a", 0, 0), slot("z", 7, 7), slot("y", 7, 8)];
        let policy = RotationPolicy {
            publish_for: 0,
            ..RotationPolicy::default()
        };
        let plan = plan(&line, &policy, Timestamp(7));
        assert_eq!(
            plan,
            Plan::Rotate {
                activates_at: Timestamp(9),
                grace_s: GRACE,
                replaces: Some("y".into())
            }
        );
    }

    #[test]
    fn every_waits_for_age_and_for_a_rotation_under_way() {
        let policy = RotationPolicy {
            every: Some(10 * DAY),
            ..RotationPolicy::default()
        };
        let line = [slot("a", 0, 0)];
        let due =
            |line: &[Slot], now| matches!(plan(line, &policy, Timestamp(now)), Plan::Rotate { .. });
        assert!(!due(&line, 10 * DAY - 1) && due(&line, 10 * DAY));
        let line = [slot("a", 0, 0), slot("b", 10 * DAY, 10 * DAY + PUBLISH_FOR)];
        assert!(!due(&line, 10 * DAY) && !due(&line, 20 * DAY - 1) && due(&line, 20 * DAY));
        // A period shorter than the time of publication does not pile up keys that wait.
        let hasty = RotationPolicy {
            every: Some(0),
            ..policy
        };
        assert!(matches!(
            plan(&line, &hasty, Timestamp(10 * DAY + 1)),
            Plan::Wait { .. }
        ));
        // A clock set back is no reason to rotate.
        assert!(!due(&line, 5 * DAY));
    }

    #[test]
    fn hostile_spans_saturate_or_are_refused() {
        let far = RotationPolicy {
            publish_for: i64::MAX,
            grace: i64::MAX,
            every: None,
        };
        assert!(far.check().is_err());
        let plan = plan(&[slot("a", 0, 0)], &far, Timestamp(7));
        assert!(matches!(
            plan,
            Plan::Rotate {
                activates_at: Timestamp(i64::MAX),
                ..
            }
        ));
        assert!(
            RotationPolicy {
                grace: -1,
                ..RotationPolicy::default()
            }
            .check()
            .is_err()
        );
        assert!(
            RotationPolicy {
                grace: LONGEST,
                ..RotationPolicy::default()
            }
            .check()
            .is_ok()
        );
    }
}
