//! The addresses of the gateways, and the rule that passwords and rows do not cross a network in the clear.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::ConfigError;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// Address of the HTTP gateway. Port 0 takes a free port; `serve` prints it.
    pub http: SocketAddr,
    /// Address of the PostgreSQL gateway. Port 0 takes a free port; `serve` prints it.
    pub pg: SocketAddr,
    /// Somebody else (a TLS proxy, a closed network) protects what we send in the clear.
    pub allow_plain_network: bool,
}

impl Default for Listen {
    fn default() -> Self {
        Listen {
            http: SocketAddr::from((Ipv4Addr::LOCALHOST, 8420)),
            pg: SocketAddr::from((Ipv4Addr::LOCALHOST, 8432)),
            allow_plain_network: false,
        }
    }
}

impl Listen {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (key, address) in [("listen.http", self.http), ("listen.pg", self.pg)] {
            if !address.ip().is_loopback() && !self.allow_plain_network {
                return Err(ConfigError::refused(key, "hub.config_plain_network"));
            }
        }
        Ok(())
    }
}
