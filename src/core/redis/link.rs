//! A connection to one server, which follows a cluster to the node that has the key.

use redis::{Client, ConnectionAddr, ConnectionLike as _, IntoConnectionInfo as _};
use redis::{RedisConnectionInfo, RedisError, TlsCertificates, Value};
use zeroize::Zeroizing;

use super::super::error::{Code, Error};
use super::patience::{COMMAND, CONNECT, silent};
use super::{Address, Refusal, Reply, Target};

/// How often a cluster may send us on before it counts as confused.
const MAX_REDIRECTS: usize = 5;

/// A connection.
pub struct Link<'a> {
    target: &'a Target,
    address: Address,
    connection: redis::Connection,
}

impl<'a> Link<'a> {
    /// Connects, to another node of the same cluster if `address` says so, and logs in.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] when there is no connection to be had; [`Code::BadSecret`] when
    /// the password is not accepted.
    pub fn open(target: &'a Target, address: Option<&Address>) -> Result<Self, Error> {
        let address = address.unwrap_or(&target.address).clone();
        let failed = |error: RedisError| trouble(target, &address, &error);
        let client = client(target, &address).map_err(failed)?;
        let connection = client
            .get_connection_with_timeout(CONNECT)
            .map_err(failed)?;
        connection
            .set_read_timeout(Some(COMMAND))
            .and_then(|()| connection.set_write_timeout(Some(COMMAND)))
            .map_err(failed)?;
        let mut link = Self {
            target,
            address,
            connection,
        };
        if let Some(password) = &target.password {
            let user = target.user.as_ref().map(String::as_bytes);
            let parts: Vec<&[u8]> = [Some(b"AUTH".as_slice()), user, Some(password.expose())]
                .into_iter()
                .flatten()
                .collect();
            link.try_ask(&parts)?
                .map_err(|refusal| refusal.explain(target))?;
        }
        if target.database != 0 {
            link.try_ask(&[b"SELECT", target.database.to_string().as_bytes()])?
                .map_err(|refusal| refusal.explain(target))?;
        }
        Ok(link)
    }

    /// Asks one thing, of whichever node of a cluster has the key.
    ///
    /// # Errors
    /// Those of [`Refusal::explain`], and [`Code::RedisUnavailable`] when there is no answer.
    pub fn ask(&mut self, command: &[&[u8]]) -> Result<Reply, Error> {
        for _ in 0..=MAX_REDIRECTS {
            let refusal = match self.try_ask(command)? {
                Ok(reply) => return Ok(reply),
                Err(refusal) => refusal,
            };
            match (refusal.code.as_str(), refusal.redirect()) {
                ("MOVED", Some(node)) => *self = Self::open(self.target, Some(&self.beside(node)))?,
                ("ASK", Some(node)) => {
                    // Only this once: the slot is on its way there.
                    let mut other = Self::open(self.target, Some(&self.beside(node)))?;
                    let answers = other.ask_all(&[vec![b"ASKING"], command.to_vec()])?;
                    let answer = answers.into_iter().nth(1).unwrap_or(Ok(Reply::Nil));
                    return answer.map_err(|refusal| refusal.explain(self.target));
                }
                _ => return Err(refusal.explain(self.target)),
            }
        }
        Err(Error::Unavailable {
            code: Code::RedisUnavailable,
            what: self.target.to_string(),
            why: format!("its nodes sent us from one to the next more than {MAX_REDIRECTS} times"),
            hints: vec!["is the cluster being rearranged? try again".into()],
        })
    }

    /// Asks one thing of this very node.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] when there is no answer; a refusal is one.
    pub fn try_ask(&mut self, command: &[&[u8]]) -> Result<Result<Reply, Refusal>, Error> {
        let value = self.connection.req_packed_command(&packed(command));
        value
            .and_then(answer)
            .map_err(|error| trouble(self.target, &self.address, &error))
    }

    /// Asks many things of this very node at once.
    ///
    /// # Errors
    /// [`Code::RedisUnavailable`] when there is no answer; refusals are.
    pub fn ask_all(
        &mut self,
        commands: &[Vec<&[u8]>],
    ) -> Result<Vec<Result<Reply, Refusal>>, Error> {
        let bytes: Vec<u8> = commands
            .iter()
            .flat_map(|command| packed(command).to_vec())
            .collect();
        let values = self
            .connection
            .req_packed_commands(&bytes, 0, commands.len());
        let answers = values.and_then(|values| values.into_iter().map(answer).collect());
        answers.map_err(|error| trouble(self.target, &self.address, &error))
    }

    /// The address that a node calls another by, who leaves out its own host.
    pub fn beside(&self, (host, port): (String, u16)) -> Address {
        match (&self.address, host.is_empty()) {
            (Address::Tcp(own, _), true) => Address::Tcp(own.clone(), port),
            (Address::Unix(_), true) => Address::Tcp("127.0.0.1".into(), port),
            (_, false) => Address::Tcp(host, port),
        }
    }
}

/// A command as it goes over the wire, wiped afterwards: it may carry a password.
fn packed(command: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let room = command.iter().map(|part| part.len() + 24).sum::<usize>() + 24;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    bytes.extend_from_slice(format!("*{}\r\n", command.len()).as_bytes());
    for part in command {
        bytes.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// A client that asks nothing on its own (no password, no database, no name), so that every refusal
/// is seen as the server wrote it.
fn client(target: &Target, address: &Address) -> Result<Client, RedisError> {
    let address = match address {
        Address::Unix(path) => ConnectionAddr::Unix(path.clone()),
        Address::Tcp(host, port) if !target.tls => ConnectionAddr::Tcp(host.clone(), *port),
        Address::Tcp(host, port) => ConnectionAddr::TcpTls {
            host: host.clone(),
            port: *port,
            insecure: false,
            tls_params: None,
        },
    };
    let is_tls = matches!(address, ConnectionAddr::TcpTls { .. });
    let info = address
        .into_connection_info()?
        .set_redis_settings(RedisConnectionInfo::default().set_skip_set_lib_name());
    if !is_tls {
        return Client::open(info);
    }
    // Somebody else may have chosen a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::build_with_tls(
        info,
        TlsCertificates {
            client_tls: None,
            root_cert: target.ca.clone(),
        },
    )
}

fn answer(value: Value) -> Result<Result<Reply, Refusal>, RedisError> {
    match value {
        Value::ServerError(error) => {
            let detail = error.details().unwrap_or_default().to_owned();
            Ok(Err(Refusal {
                code: error.code().to_owned(),
                detail,
            }))
        }
        other => reply(other).map(Ok),
    }
}

fn reply(value: Value) -> Result<Reply, RedisError> {
    Ok(match value {
        Value::Int(number) => Reply::Int(number),
        Value::BulkString(bytes) => Reply::Bytes(bytes),
        Value::SimpleString(text) => Reply::Bytes(text.into_bytes()),
        Value::Okay => Reply::Bytes(b"OK".to_vec()),
        Value::Array(items) => Reply::List(items.into_iter().map(reply).collect::<Result<_, _>>()?),
        Value::ServerError(error) => return Err(error.into()),
        Value::Nil => Reply::Nil,
        // Nobody asked for RESP3.
        _ => return Err((redis::ErrorKind::Parse, "a reply that is not RESP2").into()),
    })
}

/// The error for a conversation that failed.
fn trouble(target: &Target, address: &Address, error: &RedisError) -> Error {
    let what = match (address, address == &target.address) {
        (Address::Tcp(host, port), false) => format!("{target}: node {host}:{port}"),
        _ => target.to_string(),
    };
    if error.is_timeout() {
        return silent(&what);
    }
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let ca = format!(
        "name the CA of the server with {}-ca FILE; the host of the URL must be in the certificate",
        target.flags
    );
    let (why, hint) = if error.is_connection_refusal() {
        (
            text.to_lowercase(),
            "is Redis running there? the server is chosen with a URL: redis://HOST:PORT, unix:///PATH",
        )
    } else if text.contains("certificate") {
        (
            format!("its certificate is not accepted: {text}"),
            ca.as_str(),
        )
    } else if text.contains("InvalidContentType") || text.contains("corrupt message") {
        (
            "does not speak TLS on that port".into(),
            "without TLS the URL is redis://",
        )
    } else if error.is_connection_dropped() {
        (
            "closed the connection".into(),
            "if it speaks TLS on that port, the URL is rediss://",
        )
    } else if error.kind() == redis::ErrorKind::Parse {
        (
            "answered with something that is not Redis".into(),
            "is that the right port?",
        )
    } else {
        (text.to_lowercase(), "")
    };
    let hints = if hint.is_empty() {
        Vec::new()
    } else {
        vec![hint.into()]
    };
    Error::Unavailable {
        code: Code::RedisUnavailable,
        what,
        why,
        hints,
    }
}
