//! Whole tokens: verified with keys and a policy, decoded without either, and completed before they
//! are signed.

mod complete;
mod decode;
mod diagnose;
mod locate;
mod nested;
mod serialization;
#[cfg(test)]
mod tests;
mod verify;

pub use complete::{Defaults, check_claims, complete};
pub use decode::{
    Content, Decoded, Disclosed, Plain, PlainReader, SeenRecipient, SeenSignature, decode,
};
pub use locate::{Located, is_compact, is_wrapped, locate};
pub use nested::{Layer, Nested, Opener, Unopened, key_opened, open_nested, within};
pub use serialization::Serialization;
pub use verify::{
    Accepted, KeyUsed, Series, SignatureFinding, SignatureHeaders, Verdict, Verified, check_form,
    key_used, verify, weak,
};
