//! Names, looked up so that none of them leads to an address that is not public: a connection is made to the very
//! addresses that were looked at, so a name that changes its mind in between gains nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::is_public;

/// The names of the machine.
pub(super) struct System;

/// Names that lead to public addresses only.
pub(super) struct PublicOnly(pub(super) Arc<dyn Resolve>);

/// All addresses of a name are in closed networks.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no public address")]
pub(super) struct NotPublic;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(found.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = self.0.resolve(name);
        Box::pin(async move {
            let public: Vec<SocketAddr> = looking.await?.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}
