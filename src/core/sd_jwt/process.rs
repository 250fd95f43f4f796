//! From digests to claims (RFC 9901 §7.1).

use std::collections::{HashMap, HashSet};

use super::super::error::{Code, Reason, shortened};
use super::super::json::{Json, Object, pointer_step};
use super::super::limits::MAX_DEPTH;
use super::{ALGORITHM, DIGESTS, Disclosure, ELEMENT, SdHash, SdJwt};

/// The payload with what was disclosed in its place.
#[derive(Debug)]
pub struct Processed {
    /// The claims, without digests.
    pub claims: Object,
    /// How many claims and elements were disclosed.
    pub disclosed: usize,
    /// Where each of them is, as JSON Pointers into these claims, and its disclosure as it was sent.
    pub places: Vec<(String, String)>,
    /// How many digests are of nothing that was disclosed, decoys among them.
    pub hidden: usize,
}

impl SdJwt<'_> {
    /// Puts what is disclosed into the payload. Each digest may stand in one place, each disclosure
    /// has to have one, and no claim is written over.
    ///
    /// # Errors
    /// [`Code::Malformed`] when `_sd`, `...` or `_sd_alg` is not of the form that RFC 9901 demands,
    /// or what is disclosed nests too deep; [`Code::Mismatch`] when a digest or a disclosure occurs
    /// twice, or a disclosure does not belong where its digest is.
    pub fn process(&self, payload: &Object) -> Result<Processed, Reason> {
        let hash = SdHash::of(payload)?;
        let mut known = HashMap::with_capacity(self.disclosures.len());
        for disclosure in &self.disclosures {
            if known
                .insert(hash.digest(disclosure.text), disclosure)
                .is_some()
            {
                return Err(mismatch("a disclosure stands there twice".into()));
            }
        }
        let mut work = Work {
            known,
            seen: HashSet::new(),
            path: String::new(),
            places: Vec::new(),
        };
        let mut claims = work.object(payload, 0)?;
        claims.remove(ALGORITHM);
        let disclosed = work.places.len();
        if disclosed < self.disclosures.len() {
            let unused = self.disclosures.len() - disclosed;
            return Err(mismatch(format!(
                "{unused} of {} disclosures have no digest in what the issuer signed",
                self.disclosures.len()
            )));
        }
        Ok(Processed {
            claims,
            disclosed,
            hidden: work.seen.len() - disclosed,
            places: work.places,
        })
    }
}

fn mismatch(why: String) -> Reason {
    Reason::new(Code::Mismatch, "disclosures", why)
}

struct Work<'d> {
    known: HashMap<String, &'d Disclosure<'d>>,
    /// Every digest that was met.
    seen: HashSet<String>,
    /// Where it is at work, as a JSON Pointer.
    path: String,
    places: Vec<(String, String)>,
}

impl<'d> Work<'d> {
    /// The value of the member or element `step` of where it is at work.
    fn inside(&mut self, step: &str, value: &Json, depth: usize) -> Result<Json, Reason> {
        let above = self.enter(step);
        let value = self.value(value, depth);
        self.path.truncate(above);
        value
    }

    /// What was disclosed of the member or element `step`.
    fn disclose(
        &mut self,
        step: &str,
        disclosure: &Disclosure<'_>,
        depth: usize,
    ) -> Result<Json, Reason> {
        let above = self.enter(step);
        let place = (self.path.clone(), disclosure.text.to_owned());
        self.places.push(place);
        let value = self.value(&disclosure.value, depth);
        self.path.truncate(above);
        value
    }

    fn enter(&mut self, step: &str) -> usize {
        let above = self.path.len();
        self.path += &pointer_step(step);
        above
    }

    fn value(&mut self, value: &Json, depth: usize) -> Result<Json, Reason> {
        // Disclosures inside of disclosures may go deeper than any text of JSON.
        if depth > MAX_DEPTH {
            let why = format!("what is disclosed nests deeper than {MAX_DEPTH} levels");
            return Err(Reason::malformed(why));
        }
        match value {
            Json::Object(object) => self.object(object, depth).map(Json::Object),
            Json::Array(items) => self.array(items, depth).map(Json::Array),
            other => Ok(other.clone()),
        }
    }

    fn object(&mut self, object: &Object, depth: usize) -> Result<Object, Reason> {
        if object.has(ELEMENT) {
            let why = format!("{ELEMENT:?} stands where no element of an array is");
            return Err(Reason::malformed(why));
        }
        let mut claims = Object::default();
        for (name, value) in object.0.iter().filter(|(name, _)| name != DIGESTS) {
            let value = self.inside(name, value, depth + 1)?;
            claims.0.push((name.clone(), value));
        }
        let Some(digests) = object.member(DIGESTS) else {
            return Ok(claims);
        };
        let digests = match digests {
            Json::Array(_) => digests.as_strings(),
            _ => None,
        };
        let Some(digests) = digests else {
            let why = format!("{DIGESTS} is not an array of strings");
            return Err(Reason::malformed(why));
        };
        let mut names: HashSet<String> = claims.0.iter().map(|(name, _)| name.clone()).collect();
        for digest in digests {
            let Some(disclosure) = self.find(digest)? else {
                continue;
            };
            let Some(name) = &disclosure.name else {
                let why = "an element of an array is disclosed where a claim is hidden";
                return Err(mismatch(why.into()));
            };
            // Its issuer has said by which hash, or by saying nothing.
            if depth == 0 && name == ALGORITHM || !names.insert(name.clone()) {
                let name = shortened(name);
                return Err(mismatch(format!(
                    "{name} is disclosed, and is there already"
                )));
            }
            let value = self.disclose(name, disclosure, depth + 1)?;
            claims.0.push((name.clone(), value));
        }
        Ok(claims)
    }

    fn array(&mut self, items: &[Json], depth: usize) -> Result<Vec<Json>, Reason> {
        let mut shown = Vec::with_capacity(items.len());
        for item in items {
            let hidden = item.as_object().filter(|it| it.has(ELEMENT));
            let Some(hidden) = hidden else {
                let step = shown.len().to_string();
                shown.push(self.inside(&step, item, depth + 1)?);
                continue;
            };
            let digest = match &hidden.0[..] {
                [(_, Json::String(digest))] => digest,
                _ => {
                    let why = format!("an element with {ELEMENT:?} is not a digest alone");
                    return Err(Reason::malformed(why));
                }
            };
            let Some(disclosure) = self.find(digest)? else {
                continue;
            };
            if disclosure.name.is_some() {
                let why = "a claim is disclosed where an element of an array is hidden";
                return Err(mismatch(why.into()));
            }
            let step = shown.len().to_string();
            shown.push(self.disclose(&step, disclosure, depth + 1)?);
        }
        Ok(shown)
    }

    /// The disclosure of a digest, which may stand in one place only.
    fn find(&mut self, digest: &str) -> Result<Option<&'d Disclosure<'d>>, Reason> {
        if !self.seen.insert(digest.to_owned()) {
            let why = format!("the digest {} stands in two places", shortened(digest));
            return Err(mismatch(why));
        }
        Ok(self.known.get(digest).copied())
    }
}
