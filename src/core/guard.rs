//! A boundary around libraries that parse input from outside. Some of them have panicked on
//! malformed input; behind this boundary a panic is a failure like any other, and its message is
//! not shown.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// What `call` returns; `None` when it panics.
///
/// `call` must not change anything that its caller uses afterwards: pass owned values and shared
/// references only.
pub fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let result = catch_unwind(AssertUnwindSafe(call)).ok();
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    result
}

/// Whether this thread is inside [`guarded`]: a panic now is not a bug of jwtctl, and a panic hook
/// stays silent about it.
pub fn is_guarded() -> bool {
    DEPTH.with(Cell::get) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_a_failure_and_outside_the_guard_is_down() {
        assert_eq!(guarded(|| 7), Some(7));
        assert_eq!(guarded(|| [0_u8; 2][std::hint::black_box(5)]), None);
        assert_eq!(guarded(is_guarded), Some(true));
        assert!(!is_guarded());
    }
}
