//! What is counted, for whoever watches the service. Labels are words of closed lists: no id, no name, no address ever
//! becomes one, so the number of series does not grow with the number of people.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// A name and a value.
type Label = (&'static str, &'static str);

/// The route of a request and how it ended.
pub type RequestLabels = [(&'static str, String); 3];

/// The counters of this process. What several processes share, such as waiting jobs, is read from the database when
/// somebody asks.
pub struct Metrics {
    /// Trainings and generations that were submitted once more because fal's answer was lost.
    pub resubmissions: Counter,
    /// Ended trainings, by final status.
    pub trainings_ended: Family<[Label; 1], Counter>,
    /// Ended generations, by final status.
    pub generations_ended: Family<[Label; 1], Counter>,
    /// Ended transcriptions, by final status.
    pub transcriptions_ended: Family<[Label; 1], Counter>,
    /// Deliveries of fal's webhook, by outcome.
    pub fal_webhooks: Family<[Label; 1], Counter>,
    /// Attempts to deliver to webhook endpoints, by outcome.
    pub webhook_attempts: Family<[Label; 1], Counter>,
    /// Jobs, by kind and outcome.
    pub jobs: Family<[Label; 2], Counter>,
    /// Seconds a request took, by method, route and status.
    pub requests: Family<RequestLabels, Histogram>,
    /// Jobs in the database, by status.
    pub jobs_kept: Family<[(&'static str, String); 1], Gauge>,
    /// Trainings that have not ended, by status.
    pub trainings_open: Family<[(&'static str, String); 1], Gauge>,
    /// Generations that have not ended, by status.
    pub generations_open: Family<[(&'static str, String); 1], Gauge>,
    /// Transcriptions that have not ended, by status.
    pub transcriptions_open: Family<[(&'static str, String); 1], Gauge>,
    /// Objects that stand in the store or in the ledger only, by kind.
    pub objects_differing: Family<[Label; 1], Gauge>,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("aisha");
        let metrics = Self {
            resubmissions: Counter::default(),
            trainings_ended: Family::default(),
            generations_ended: Family::default(),
            transcriptions_ended: Family::default(),
            fal_webhooks: Family::default(),
            webhook_attempts: Family::default(),
            jobs: Family::default(),
            requests: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.001, 2.0, 15))),
            jobs_kept: Family::default(),
            trainings_open: Family::default(),
            generations_open: Family::default(),
            transcriptions_open: Family::default(),
            objects_differing: Family::default(),
            registry: Registry::default(),
        };
        let help = "Runs submitted once more because fal's answer was lost";
        registry.register("resubmissions", help, metrics.resubmissions.clone());
        registry.register("trainings_ended", "Ended trainings", metrics.trainings_ended.clone());
        registry.register("generations_ended", "Ended generations", metrics.generations_ended.clone());
        let help = "Ended transcriptions";
        registry.register("transcriptions_ended", help, metrics.transcriptions_ended.clone());
        registry.register("fal_webhooks", "Deliveries of fal's webhook", metrics.fal_webhooks.clone());
        let help = "Attempts to deliver to webhook endpoints";
        registry.register("webhook_attempts", help, metrics.webhook_attempts.clone());
        registry.register("jobs_run", "Runs of jobs", metrics.jobs.clone());
        let help = "Time to answer a request";
        registry.register_with_unit("request_duration", help, Unit::Seconds, metrics.requests.clone());
        registry.register("jobs_kept", "Jobs in the database", metrics.jobs_kept.clone());
        registry.register("trainings_open", "Trainings that have not ended", metrics.trainings_open.clone());
        let help = "Generations that have not ended";
        registry.register("generations_open", help, metrics.generations_open.clone());
        let help = "Transcriptions that have not ended";
        registry.register("transcriptions_open", help, metrics.transcriptions_open.clone());
        let help = "Objects that stand in the store or in the ledger only, at the last comparison";
        registry.register("objects_differing", help, metrics.objects_differing.clone());
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// All of them as text, the way Prometheus reads it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}
