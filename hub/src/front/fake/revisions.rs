//! The made-up house knows of no submission.

use super::*;

#[async_trait]
impl Revisions for FakeHouse {
    async fn submissions(&self, _: &Caller, asked: SubmissionsAsked) -> Result<Vec<Value>, Problem> {
        let day = asked.as_of.map(|day| day.to_string());
        Ok(vec![
            json!({ "id": SubmissionId::new(), "feed": asked.feed, "as_of": day }),
        ])
    }

    async fn changes(&self, _: &Caller, _: &SubmissionId, _: PageAsked) -> Result<Value, Problem> {
        absent()
    }

    async fn original(&self, _: &Caller, _: &SubmissionId) -> Result<OriginalFile, Problem> {
        let bytes = futures::stream::iter([Ok(bytes::Bytes::from_static(b"abc"))]);
        Ok(OriginalFile {
            file_name: Some("用电.csv".to_owned()),
            size_bytes: 3,
            bytes: bytes.boxed(),
        })
    }

    async fn withdraw(
        &self,
        _: &Caller,
        id: &SubmissionId,
        asked: WithdrawAsked,
    ) -> Result<Submitted, Problem> {
        let receipt = json!({ "act": { "of": id, "reason": asked.reason }, "verdict": "accepted" });
        Ok(Submitted {
            receipt,
            repeated: asked.idempotency_key.is_some(),
            waits: false,
        })
    }

    async fn sign(&self, _: &Caller, _: &SubmissionId) -> Result<Submitted, Problem> {
        absent()
    }

    async fn decline(&self, _: &Caller, _: &SubmissionId) -> Result<(), Problem> {
        absent()
    }
}
