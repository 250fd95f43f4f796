//! DER as a tree, to be changed and written again with lengths that are right.

/// One element.
#[derive(Clone, Debug)]
pub struct Node {
    /// The identifier octet; no tag of more than one octet is met in keys.
    pub tag: u8,
    /// What is in it.
    pub body: Body,
}

/// The contents of an element.
#[derive(Clone, Debug)]
pub enum Body {
    /// Octets.
    Bytes(Vec<u8>),
    /// Elements: those of a constructed element, or of an OCTET STRING that holds nothing else.
    Nodes(Vec<Node>),
}

const OCTET_STRING: u8 = 0x04;
const CONSTRUCTED: u8 = 0x20;

/// The elements that `bytes` consists of, `None` if it is not DER to its end.
pub fn parse(mut bytes: &[u8], depth: usize) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while let [tag, rest @ ..] = bytes {
        let (length, rest) = length(rest)?;
        let (body, rest) = rest.split_at_checked(length)?;
        let inner = match depth < 16 && (tag & CONSTRUCTED != 0 || *tag == OCTET_STRING) {
            true => parse(body, depth + 1).filter(|it| !it.is_empty()),
            false => None,
        };
        let body = inner.map_or_else(|| Body::Bytes(body.to_vec()), Body::Nodes);
        nodes.push(Node { tag: *tag, body });
        bytes = rest;
    }
    Some(nodes)
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    if !(1..=4).contains(&digits.len()) {
        return None;
    }
    let length = digits.iter().fold(0, |sum, it| sum << 8 | usize::from(*it));
    Some((length, rest))
}

/// The octets of these elements.
pub fn write(nodes: &[Node], into: &mut Vec<u8>) {
    for node in nodes {
        let body = match &node.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Nodes(nodes) => {
                let mut body = Vec::new();
                write(nodes, &mut body);
                body
            }
        };
        into.push(node.tag);
        match u8::try_from(body.len()) {
            Ok(short @ ..0x80) => into.push(short),
            Ok(byte) => into.extend([0x81, byte]),
            Err(_) => {
                let digits = body.len().to_be_bytes();
                let skip = digits.iter().take_while(|it| **it == 0).count();
                into.push(0x80 | (digits.len() - skip) as u8);
                into.extend(&digits[skip..]);
            }
        }
        into.extend(body);
    }
}

/// Calls `look` with every element.
pub fn walk(nodes: &[Node], look: &mut dyn FnMut(&Node)) {
    for node in nodes {
        look(node);
        if let Body::Nodes(inner) = &node.body {
            walk(inner, look);
        }
    }
}
