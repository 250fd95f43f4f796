//! Where `core` meets the network: a request, a response, and [`Fetch`], the trait that turns one
//! into the other.

use std::time::Duration;

use super::super::address::Address;
use super::super::cache::{FetchError, TrustContext};

/// A GET request. Implementations add what the operator configured: certificates, a proxy, further
/// headers.
#[derive(Debug)]
pub struct FetchRequest<'a> {
    /// The URL.
    pub address: &'a Address,
    /// Headers on top of the implementation's own.
    pub headers: &'a [(&'static str, String)],
    /// How long it may take from the first packet to the last.
    pub timeout: Duration,
}

/// What a server answered.
#[derive(Clone, Debug, Default)]
pub struct FetchResponse {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case, and values, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body of a 200, of at most [`MAX_PUBLISHED_BYTES`](super::super::limits::MAX_PUBLISHED_BYTES) octets.
    /// That of another status is not used and may be left out.
    pub body: Vec<u8>,
}

impl FetchResponse {
    /// The first header of that name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Sends requests. An implementation follows no redirects, accepts no content encoding, uses no
/// proxy for this machine, and refuses addresses that
/// [`forbidden`](super::super::address::forbidden) names, also after name resolution.
pub trait Fetch: Sync {
    /// Sends one request.
    ///
    /// # Errors
    /// When there is no complete answer within the timeout and the size limit.
    fn get(&self, request: &FetchRequest<'_>) -> Result<FetchResponse, FetchError>;

    /// The trust context that requests to `address` are sent under: roots, client certificate,
    /// headers, proxy.
    fn context(&self, address: &Address) -> TrustContext;
}
