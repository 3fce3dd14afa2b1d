//! The one list of routes.

use super::operation::Operation;
use super::workbooks;

/// Whether a route needs a signed-in caller.
///
/// INVARIANT (no-act-unrecorded): what is open here says nothing about data or people; the list of open routes in the
/// tests may only shrink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Open,
    SignedIn,
}

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// A JSON object with these fields.
    Json(&'static [&'static str]),
    /// The bytes of a file, as they are.
    File,
    /// Bytes of a file, from an offset on.
    Piece,
}

/// The methods we use: reading, everything else, and what tus asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Patch,
    Delete,
    Options,
}

impl Verb {
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Get => "GET",
            Verb::Post => "POST",
            Verb::Patch => "PATCH",
            Verb::Delete => "DELETE",
            Verb::Options => "OPTIONS",
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Route {
    pub verb: Verb,
    pub path: &'static str,
    pub operation: Operation,
    pub access: Access,
    pub query: &'static [&'static str],
    pub takes: Takes,
    pub gives: &'static [&'static str],
}

const JSON: &[&str] = &["application/json"];
const ROWS: &[&str] = &[
    "application/json",
    "application/x-ndjson",
    "application/vnd.apache.arrow.stream",
    "text/csv",
];
const PAGED: &[&str] = &["after", "limit"];

const QUESTION: Takes = Takes::Json(&["sql", "purpose", "as_of", "parameters"]);
const PERSON: &[&str] = &[
    "name",
    "display_name",
    "department",
    "role",
    "region",
    "clearance",
    "purposes",
    "default_purpose",
];
const DRAFT: &[&str] = &[
    "consumer",
    "role",
    "view",
    "purpose",
    "scope",
    "columns",
    "aggregation",
    "limits",
    "valid_from",
    "valid_to",
    "basis",
];

const fn get(path: &'static str, operation: Operation) -> Route {
    Route {
        verb: Verb::Get,
        path,
        operation,
        access: Access::SignedIn,
        query: &[],
        takes: Takes::Nothing,
        gives: JSON,
    }
}

const fn post(path: &'static str, operation: Operation, takes: Takes) -> Route {
    Route {
        verb: Verb::Post,
        takes,
        ..get(path, operation)
    }
}

const fn open(route: Route) -> Route {
    Route {
        access: Access::Open,
        ..route
    }
}

/// Every route there is.
pub const ROUTES: &[Route] = &[
    open(post(
        "/v1/login",
        Operation::Login,
        Takes::Json(&["name", "password"]),
    )),
    open(post(
        "/v1/password",
        Operation::ChangePassword,
        Takes::Json(&["name", "password", "new_password"]),
    )),
    post("/v1/logout", Operation::Logout, Takes::Nothing),
    post("/v1/tokens", Operation::IssueToken, Takes::Json(&["hours"])),
    Route {
        query: &[
            "feed",
            "period",
            "unit",
            "file_name",
            "zero",
            "act",
            "of",
            "manifest",
        ],
        ..post("/v1/submissions", Operation::Submit, Takes::File)
    },
    Route {
        query: &["feed", "period", "unit", "as_of", "waiting", "before", "limit"],
        ..get("/v1/submissions", Operation::Submissions)
    },
    get("/v1/submissions/{id}", Operation::Submission),
    Route {
        query: PAGED,
        gives: &["application/json", "application/x-ndjson"],
        ..get("/v1/submissions/{id}/findings", Operation::Findings)
    },
    get("/v1/submissions/{id}/receipt", Operation::Receipt),
    Route {
        verb: Verb::Options,
        ..get("/v1/uploads", Operation::UploadOptions)
    },
    post("/v1/uploads", Operation::BeginUpload, Takes::Nothing),
    Route {
        query: &["wait"],
        ..get("/v1/uploads/{id}", Operation::Upload)
    },
    Route {
        verb: Verb::Patch,
        takes: Takes::Piece,
        ..get("/v1/uploads/{id}", Operation::ContinueUpload)
    },
    Route {
        verb: Verb::Delete,
        ..get("/v1/uploads/{id}", Operation::EndUpload)
    },
    Route {
        query: PAGED,
        ..get("/v1/submissions/{id}/changes", Operation::Changes)
    },
    Route {
        gives: &["application/octet-stream"],
        ..get("/v1/submissions/{id}/original", Operation::Original)
    },
    post(
        "/v1/submissions/{id}/withdraw",
        Operation::Withdraw,
        Takes::Json(&["reason"]),
    ),
    post("/v1/submissions/{id}/sign", Operation::Sign, Takes::Nothing),
    post("/v1/submissions/{id}/decline", Operation::Decline, Takes::Nothing),
    post(
        "/v1/contracts/rehearsal",
        Operation::Rehearse,
        Takes::Json(&["contract"]),
    ),
    Route {
        query: &[
            "feed",
            "period",
            "unit",
            "department",
            "state",
            "overdue",
            "after",
            "limit",
        ],
        ..get("/v1/duties", Operation::Duties)
    },
    Route {
        gives: &[workbooks::XLSX],
        ..get("/v1/submissions/{id}/workbook", Operation::Workbook)
    },
    Route {
        gives: ROWS,
        ..post("/v1/query", Operation::Query, QUESTION)
    },
    Route {
        query: &["model", "county", "kind", "after", "limit"],
        ..get("/v1/leads", Operation::Leads)
    },
    get("/v1/catalog/feeds", Operation::CatalogFeeds),
    get("/v1/catalog/views", Operation::CatalogViews),
    Route {
        query: &["unit"],
        gives: &[workbooks::XLSX],
        ..get("/v1/catalog/feeds/{id}/template", Operation::Template)
    },
    post("/v1/accounts", Operation::CreateAccount, Takes::Json(PERSON)),
    get("/v1/agreements", Operation::Agreements),
    post("/v1/agreements", Operation::Propose, Takes::Json(DRAFT)),
    post("/v1/agreements/{id}/approve", Operation::Approve, Takes::Nothing),
    post(
        "/v1/agreements/{id}/activate",
        Operation::Activate,
        Takes::Nothing,
    ),
    post(
        "/v1/agreements/{id}/revoke",
        Operation::Revoke,
        Takes::Json(&["reason"]),
    ),
    get("/v1/sources", Operation::Sources),
    get("/v1/sources/{name}", Operation::Source),
    post("/v1/sources/{name}/run", Operation::RunSource, Takes::Nothing),
    Route {
        query: PAGED,
        ..get("/v1/audit", Operation::AuditEntries)
    },
    get("/v1/audit/verify", Operation::AuditVerify),
    open(get("/healthz", Operation::Healthz)),
    open(get("/readyz", Operation::Readyz)),
    open(Route {
        gives: &["text/plain"],
        ..get("/metrics", Operation::Metrics)
    }),
    open(get("/openapi.json", Operation::Openapi)),
];
