//! What the made-up house refuses with.

use policy::SignInRefusal;

use crate::front::Problem;

pub(super) fn refused(refusal: SignInRefusal) -> Problem {
    let problem = Problem::new(401, "28P01", format!("sign_in.{}", refusal.code()));
    match refusal.retry_after_s() {
        Some(seconds) => Problem {
            status: 429,
            ..problem.retry_after(seconds)
        },
        None => problem,
    }
}

pub(super) fn absent<T>() -> Result<T, Problem> {
    Err(Problem::new(404, "P0002", "hub.no_such_submission"))
}
