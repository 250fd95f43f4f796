//! A document that is kept in the cache: a key set or an issuer's discovery document.

use super::super::cache::{CacheKey, Entry, FetchError, FetchReason, Http, LeftOut};

/// A document that is kept in the cache, and how its server is asked for it.
pub(super) trait Document {
    /// What callers use of it, read from an entry once.
    type Content: Clone;

    /// The slot of its entry.
    fn slot(&self) -> &CacheKey;

    /// The issuer to note in its entries.
    fn issuer(&self) -> Option<&str>;

    /// What an entry holds; `None` when it is of no use, so that it is fetched again.
    fn content(&self, entry: &Entry) -> Option<Self::Content>;

    /// Whether an entry is fresh (RFC 9111 §4.2), within the operator's limits.
    fn is_fresh(&self, entry: &Entry) -> bool;

    /// Whether a fresh entry has what is wanted.
    fn satisfies(&self, current: &Current<Self::Content>) -> bool;

    /// Asks the server, which may confirm the entry that is `known`.
    ///
    /// # Errors
    /// When no answer can be used.
    fn download(
        &self,
        known: Option<&Entry>,
        reason: FetchReason,
    ) -> Result<Downloaded, FetchError>;
}

/// An answer that passed every check.
pub(super) struct Downloaded {
    /// The document; `None` when the known entry is confirmed (304 Not Modified).
    pub content: Option<String>,
    pub dropped: Vec<LeftOut>,
    pub http: Http,
    /// Milliseconds that it is fresh for.
    pub fresh_ms: i64,
    /// Milliseconds beyond that for which it may be used while its server is out of reach.
    pub grace_ms: i64,
}

/// An entry with what it holds.
#[derive(Clone, Debug)]
pub(super) struct Current<C> {
    pub entry: Box<Entry>,
    pub content: C,
    /// Whether this call has fetched it.
    pub refreshed: bool,
}

impl<C: Clone> Current<C> {
    /// An entry from the cache, if it is of use.
    pub fn of(document: &impl Document<Content = C>, entry: Box<Entry>) -> Option<Self> {
        let content = document.content(&entry)?;
        Some(Self {
            entry,
            content,
            refreshed: false,
        })
    }
}
