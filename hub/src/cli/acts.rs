//! The flags by which `submit` says that a file is no ordinary whole one.

use intake::Act;
use schemas::SubmissionId;

#[derive(clap::Args)]
#[group(multiple = false)]
pub struct ActFlags {
    /// The file is the whole again and mends this accepted submission
    #[arg(long, value_name = "ID")]
    correct: Option<SubmissionId>,
    /// The file holds rows that were missing from this accepted submission
    #[arg(long, value_name = "ID", conflicts_with = "zero")]
    supplement: Option<SubmissionId>,
    /// The file is one of a set of past periods and must not replace anything
    #[arg(long, value_name = "MANIFEST")]
    backfill: Option<String>,
}

impl ActFlags {
    /// As the query of a submission says it.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let of = |act: Act| {
            let named = act.of().map(|of| ("of", of.to_string()));
            std::iter::once(("act", act.kind().to_string()))
                .chain(named)
                .collect()
        };
        if let Some(id) = &self.correct {
            return of(Act::Correction { of: id.clone() });
        }
        if let Some(id) = &self.supplement {
            return of(Act::Supplement { of: id.clone() });
        }
        match &self.backfill {
            Some(manifest) => vec![("act", "backfill".to_owned()), ("manifest", manifest.clone())],
            None => Vec::new(),
        }
    }
}
