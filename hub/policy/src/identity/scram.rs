//! SCRAM-SHA-256 (RFC 5802, RFC 7677), server side, as a pure state machine.

use std::fmt;

/// One exchange between the server's first message and the client's last. It is used up by `Identity::scram_finish`,
/// so a proof cannot be tried twice.
pub struct ScramExchange {}

impl fmt::Debug for ScramExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScramExchange(..)")
    }
}
