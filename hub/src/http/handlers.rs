//! Which function answers which operation.

use axum::routing::{MethodFilter, MethodRouter, on};

use super::operation::Operation;
use super::routes::{Route, Verb};
use super::{
    App, acts, catalogue, contracts, duties, house, identity, leads, query, revisions, sources, submissions,
    uploads, workbooks,
};

pub(super) fn handler(route: &Route) -> MethodRouter<App> {
    let filter = match route.verb {
        Verb::Get => MethodFilter::GET,
        Verb::Post => MethodFilter::POST,
        Verb::Patch => MethodFilter::PATCH,
        Verb::Delete => MethodFilter::DELETE,
        Verb::Options => MethodFilter::OPTIONS,
    };
    match route.operation {
        Operation::Login => on(filter, identity::login),
        Operation::ChangePassword => on(filter, identity::change_password),
        Operation::Logout => on(filter, identity::logout),
        Operation::IssueToken => on(filter, identity::issue_token),
        Operation::Submit => on(filter, submissions::submit),
        Operation::Submissions => on(filter, revisions::submissions),
        Operation::Submission => on(filter, submissions::submission),
        Operation::Findings => on(filter, submissions::findings),
        Operation::Receipt => on(filter, submissions::receipt),
        Operation::Changes => on(filter, revisions::changes),
        Operation::Original => on(filter, revisions::original),
        Operation::Withdraw => on(filter, revisions::withdraw),
        Operation::Sign => on(filter, revisions::sign),
        Operation::Decline => on(filter, revisions::decline),
        Operation::Duties => on(filter, duties::duties),
        Operation::Workbook => on(filter, workbooks::workbook),
        Operation::Rehearse => on(filter, contracts::rehearse),
        Operation::UploadOptions => on(filter, uploads::options),
        Operation::BeginUpload => on(filter, uploads::begin),
        Operation::Upload => on(filter, uploads::show),
        Operation::ContinueUpload => on(filter, uploads::continue_with),
        Operation::EndUpload => on(filter, uploads::end),
        Operation::Query => on(filter, query::query),
        Operation::Leads => on(filter, leads::leads),
        Operation::CatalogFeeds => on(filter, catalogue::feeds),
        Operation::CatalogViews => on(filter, catalogue::views),
        Operation::Template => on(filter, workbooks::template),
        Operation::CreateAccount => on(filter, acts::create_account),
        Operation::Agreements => on(filter, catalogue::agreements),
        Operation::Propose => on(filter, acts::propose),
        Operation::Approve => on(filter, acts::approve),
        Operation::Activate => on(filter, acts::activate),
        Operation::Revoke => on(filter, acts::revoke),
        Operation::Sources => on(filter, sources::list),
        Operation::Source => on(filter, sources::one),
        Operation::RunSource => on(filter, sources::run),
        Operation::AuditEntries => on(filter, catalogue::audit_entries),
        Operation::AuditVerify => on(filter, catalogue::audit_verify),
        Operation::Healthz => on(filter, house::healthz),
        Operation::Readyz => on(filter, house::readyz),
        Operation::Metrics => on(filter, house::metrics),
        Operation::Openapi => on(filter, house::openapi),
    }
}
