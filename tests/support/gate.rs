//! A server that answers when the test says so, for orders of events that no pause can promise.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::server::{Asked, Reply};

/// Shut at first.
#[derive(Clone, Default)]
pub struct Gate(Arc<AtomicBool>);

impl Gate {
    /// An answer that waits until the gate is open.
    pub fn behind(&self, reply: Reply) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
        let gate = self.clone();
        move |_| {
            while !gate.0.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(5));
            }
            reply.clone()
        }
    }

    /// Lets all answers out.
    pub fn open(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
