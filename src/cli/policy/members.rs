//! What a policy may say: options of `verify`, and for each how a call may differ from the policy.

/// How a call may differ from what a policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A call may not differ from the policy.
    Fixed,
    /// A call may name some of the policy's values, and no others.
    Subset,
    /// A call may add values.
    Adds,
    /// A call may give a shorter time.
    Shorter,
    /// A call may give a longer time.
    Longer,
    /// A call may set it only if the policy does: it makes verification less strict.
    Loosens,
}

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text, or a number.
    One,
    /// A text, or an array of texts.
    Many,
    /// `true` or `false`.
    Switch,
}

/// A member of a policy.
#[derive(Debug)]
pub struct Member {
    /// Its name, which with `-` for `_` is that of the flag.
    pub name: &'static str,
    /// The form of its value.
    pub shape: Shape,
    /// How a call may differ from it.
    pub rule: Rule,
    /// Whether its value names a file, from the directory of the policy.
    pub is_path: bool,
    /// Whether it says where the keys are.
    pub is_source: bool,
}

const fn member(name: &'static str, shape: Shape, rule: Rule) -> Member {
    Member {
        name,
        shape,
        rule,
        is_path: false,
        is_source: false,
    }
}

const fn source(name: &'static str, shape: Shape, is_path: bool) -> Member {
    Member {
        name,
        shape,
        rule: Rule::Fixed,
        is_path,
        is_source: true,
    }
}

/// Every member, in the order of the manual. No secret is among them.
pub const MEMBERS: &[Member] = &[
    member("profile", Shape::One, Rule::Fixed),
    member("client_id", Shape::One, Rule::Fixed),
    source("issuer", Shape::One, false),
    source("jwks_uri", Shape::One, false),
    source("jwks", Shape::Many, true),
    source("key", Shape::Many, true),
    Member {
        is_path: true,
        ..member("roots", Shape::One, Rule::Fixed)
    },
    member("cert_name", Shape::One, Rule::Fixed),
    member("kid", Shape::One, Rule::Fixed),
    member("require_kid", Shape::Switch, Rule::Adds),
    member("require_all", Shape::Switch, Rule::Adds),
    member("alg", Shape::Many, Rule::Subset),
    member("iss", Shape::Many, Rule::Subset),
    member("aud", Shape::Many, Rule::Subset),
    member("sub", Shape::One, Rule::Fixed),
    member("typ", Shape::One, Rule::Fixed),
    member("require", Shape::Many, Rule::Adds),
    member("match", Shape::Many, Rule::Adds),
    member("contains", Shape::Many, Rule::Adds),
    member("scope", Shape::Many, Rule::Adds),
    member("max_age", Shape::One, Rule::Shorter),
    member("min_ttl", Shape::One, Rule::Longer),
    member("leeway", Shape::One, Rule::Shorter),
    member("optional", Shape::Many, Rule::Loosens),
    member("skip", Shape::Many, Rule::Loosens),
    member("allow_weak_key", Shape::Switch, Rule::Loosens),
    member("allow_padding", Shape::Switch, Rule::Loosens),
    member("allow_http", Shape::Switch, Rule::Loosens),
    member("jwks_max_age", Shape::One, Rule::Shorter),
    member("stale_if_error", Shape::One, Rule::Shorter),
];

impl Member {
    /// The member of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        MEMBERS.iter().find(|it| it.name == name)
    }

    /// Its flag.
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// The name of the argument's field.
    pub fn field(&self) -> &'static str {
        match self.name {
            "match" => "matching",
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;
    use crate::cli::help::topic;

    fn words(text: &str) -> Vec<&str> {
        text.split(|it: char| !(it.is_ascii_alphanumeric() || it == '_'))
            .collect()
    }

    #[test]
    fn every_member_is_a_flag_of_verify_and_stands_in_both_helps() {
        let mut tool = Cli::command();
        tool.build();
        let long_help = |name: &str| {
            let command = tool.find_subcommand(name).unwrap();
            command.get_long_about().unwrap().to_string()
        };
        let helps = [long_help("policy"), topic("policies").unwrap().to_owned()];
        for member in MEMBERS {
            for help in &helps {
                assert!(words(help).contains(&member.name), "{}", member.name);
            }
        }
        let verify = tool.find_subcommand("verify").unwrap();
        for member in MEMBERS {
            let named = |it: &&clap::Arg| it.get_id() == member.field();
            let flag = verify.get_arguments().find(named).unwrap();
            assert_eq!(format!("--{}", flag.get_long().unwrap()), member.flag());
        }
    }
}
