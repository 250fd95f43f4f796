//! One key as `jwtctl jwks` shows it.

use jwtctl::core::alg::Kty;
use jwtctl::core::better_auth::{self, Table};
use jwtctl::core::error::Error;
use jwtctl::core::json::{Json, Object};
use jwtctl::core::key::Key;
use jwtctl::core::keystore::{Keystore, State, StoredKey};
use jwtctl::core::time::Timestamp;
use serde::Serialize;

use super::super::Context;
use super::Loaded;

/// One key in reports.
#[derive(Serialize)]
pub struct Row {
    kid: Option<String>,
    kty: &'static str,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<&'static str>,
    bits: usize,
    /// Of the keystore, as are the times.
    state: Option<State>,
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activates_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// `None` for a symmetric key, since the hash of a weak secret would help to guess it.
    thumbprint: Option<String>,
    findings: Vec<&'static str>,
    jwk: Object,
    #[serde(skip)]
    private: bool,
}

impl Row {
    fn new(key: &Key) -> Self {
        let symmetric = key.kty() == Kty::Oct;
        Self {
            kid: key.kid.clone(),
            kty: key.kty().as_str(),
            alg: key.alg.clone(),
            usage: key.usage.clone(),
            crv: key.curve().map(|crv| crv.as_str()),
            bits: key.bits(),
            state: None,
            created_at: None,
            activates_at: None,
            retires_at: None,
            expires_at: None,
            thumbprint: (!symmetric).then(|| key.thumbprint()),
            findings: Vec::new(),
            jwk: key.public_jwk(),
            private: key.is_private(),
        }
    }

    fn stored(store: &Keystore, entry: &StoredKey, context: &Context<'_>) -> Self {
        let end = store.end(entry);
        Self {
            state: Some(store.state(entry, context.env.now)),
            created_at: entry.slot.created_at.rfc3339(),
            activates_at: entry.slot.activates_at.rfc3339(),
            retires_at: end.and_then(|end| end.retires_at.rfc3339()),
            expires_at: end.and_then(|end| end.expires_at.rfc3339()),
            private: true,
            ..Self::new(&entry.key)
        }
    }

    /// A row of better-auth's table, in the words of the keystore: the plugin signs with the newest
    /// one that has not expired.
    fn of_table(table: &Table, row: &better_auth::Row, context: &Context<'_>) -> Self {
        let now = context.env.now;
        let alg = row.key.alg.as_deref();
        let current = table.newest(now, |it| it.signs && it.is_for(alg));
        let is_current = current.is_some_and(|it| it.id == row.id);
        let state = match (is_current, row.is_live(now), row.is_published(now)) {
            (true, ..) => State::Current,
            (false, true, _) if table.will_sign(row, now) => State::Next,
            (false, _, true) => State::Retiring,
            (false, _, false) => State::Expired,
        };
        Self {
            // A key for encryption is not part of the line of keys that sign one after the other.
            state: row.signs.then_some(state),
            created_at: row.created_at().rfc3339(),
            retires_at: row.expires_at().and_then(Timestamp::rfc3339),
            expires_at: row
                .expires_at()
                .and_then(|it| it.plus(better_auth::GRACE).rfc3339()),
            activates_at: table.signs_from(row).and_then(Timestamp::rfc3339),
            ..Self::new(&row.key)
        }
    }

    /// All keys of a source with the findings about each; those of the keystore that have
    /// expired, too.
    pub fn all(loaded: &Loaded, context: &Context<'_>) -> Result<Vec<Self>, Error> {
        let findings = loaded.findings(context)?;
        let mut rows: Vec<Self> = match (&loaded.store, &loaded.table) {
            (Some(store), _) => store
                .entries()
                .iter()
                .map(|entry| Self::stored(store, entry, context))
                .collect(),
            (None, Some(table)) => table
                .rows
                .iter()
                .map(|row| Self::of_table(table, row, context))
                .collect(),
            (None, None) => loaded.file.keys.iter().map(|key| Self::new(key)).collect(),
        };
        // A finding names the key by its place in the published set. That set can have keys without
        // a row (those that were dropped), and lacks the expired ones.
        let is_row = |index: &usize| {
            !loaded
                .file
                .dropped
                .iter()
                .any(|dropped| dropped.index == *index)
        };
        let is_published = |row: &&mut Self| row.state != Some(State::Expired);
        let places = (0..).filter(is_row);
        for (place, row) in places.zip(rows.iter_mut().filter(is_published)) {
            row.findings = findings
                .iter()
                .filter(|it| it.index == Some(place))
                .map(|it| it.rule.id())
                .collect();
        }
        Ok(rows)
    }

    /// Its id.
    pub fn kid(&self) -> Option<String> {
        self.kid.clone()
    }

    /// Its public JWK.
    pub fn jwk(&self) -> Json {
        Json::Object(self.jwk.clone())
    }

    /// One line of a table: for the keystore with states, for other sets with which half is there.
    pub fn cells(&self) -> Vec<String> {
        let or_dash = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
        let mut cells = vec![
            or_dash(&self.kid),
            self.kty.into(),
            self.size(),
            or_dash(&self.alg),
            or_dash(&self.usage),
        ];
        match (self.state, &self.created_at) {
            (state, Some(_)) => cells.extend([
                state.map_or("-", State::as_str).into(),
                or_dash(&self.created_at),
                self.change(),
            ]),
            (_, None) => cells.push(if self.private { "private" } else { "public" }.into()),
        }
        cells
    }

    fn size(&self) -> String {
        self.crv
            .map_or_else(|| format!("{} bits", self.bits), String::from)
    }

    /// Its details, line by line.
    pub fn details(&self) -> Vec<(&'static str, String)> {
        let some = |name, value: &Option<String>| value.clone().map(|value| (name, value));
        let findings = (!self.findings.is_empty()).then(|| ("findings", self.findings.join(", ")));
        let lines = [
            some("kid", &self.kid),
            Some(("type", format!("{} {}", self.kty, self.size()))),
            some("alg", &self.alg),
            some("use", &self.usage),
            some("thumbprint", &self.thumbprint),
            self.state.map(|state| ("state", state.as_str().into())),
            some("created", &self.created_at),
            some("activates", &self.activates_at),
            some("retires", &self.retires_at),
            some("expires", &self.expires_at),
            findings,
        ];
        lines.into_iter().flatten().collect()
    }

    /// When its state changes next, and to what.
    fn change(&self) -> String {
        let (word, at) = match self.state {
            Some(State::Next) => ("current", &self.activates_at),
            Some(State::Current) => ("retiring", &self.retires_at),
            Some(State::Retiring) => ("expired", &self.expires_at),
            Some(State::Expired) | None => return "-".into(),
        };
        at.as_ref().map_or("-".into(), |at| format!("{word} {at}"))
    }
}
