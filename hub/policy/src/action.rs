//! What a person may want to do apart from querying a view.

use schemas::DepartmentCode;

/// An act that `Policy::authorize` decides on. Acts on agreements are decided in `lifecycle`, queries in `decide`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Send a file for a feed of this department.
    Submit {
        department: DepartmentCode,
    },
    /// See a submission, its findings and its receipt; the department is the one that sent it.
    ReadOwnSubmission {
        department: DepartmentCode,
    },
    ReadAudit,
    VerifyAudit,
    /// Create, change, close or unlock an account.
    ManageAccounts {
        person: String,
    },
    /// Configuration, keys, backup.
    ManageSystem,
    /// See the published catalogue.
    BrowseCatalogue,
    /// See an agreement in which these departments take part.
    ReadAgreement {
        consumer: DepartmentCode,
        providers: Vec<DepartmentCode>,
    },
}
