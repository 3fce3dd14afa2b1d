//! A house without resumable uploads: the protocol is tested against the real one.

use super::*;

#[async_trait]
impl Uploading for FakeHouse {
    async fn begin_upload(&self, _: &Caller, _: SubmitHead, _: u64) -> Result<UploadShown, Problem> {
        absent()
    }

    async fn upload(&self, _: &Caller, _: &UploadId, _: Duration) -> Result<UploadShown, Problem> {
        absent()
    }

    async fn continue_upload(
        &self,
        _: &Caller,
        _: &UploadId,
        _: u64,
        _: Body,
    ) -> Result<UploadShown, Problem> {
        absent()
    }

    async fn drop_upload(&self, _: &Caller, _: &UploadId) -> Result<(), Problem> {
        absent()
    }
}
