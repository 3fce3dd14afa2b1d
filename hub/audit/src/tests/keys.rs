//! Keys and proofs: what leaves the log.

use super::*;

#[test]
fn a_proof_convinces_without_the_log() {
    let (dir, key) = small_log();
    let head = verify(dir.path(), &key).unwrap().last_head.unwrap();
    for seq in 0..5 {
        let proof = prove_inclusion(dir.path(), seq, &head).unwrap().unwrap();
        assert!(proof.check(&key));
        let lie = InclusionProof {
            record: proof.record.replace("jishou", "luxi_"),
            ..proof.clone()
        };
        assert_eq!(lie.check(&key), lie.record == proof.record);
        let elsewhere = InclusionProof {
            seq: (seq + 1) % 5,
            ..proof
        };
        assert!(!elsewhere.check(&key));
    }
    assert_eq!(prove_inclusion(dir.path(), 5, &head).unwrap(), None);
    let heads = heads::read_heads(dir.path()).unwrap().heads;
    let grown = prove_consistency(dir.path(), &heads[0], &heads[2])
        .unwrap()
        .unwrap();
    assert!(grown.check(&key));
    assert!(
        !ConsistencyProof {
            old: heads[1].clone(),
            ..grown
        }
        .check(&key)
    );
}

#[test]
fn a_key_file_is_kept_private_and_its_public_half_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("audit.key");
    let signer = Signer::load_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = Signer::load_or_create(&path).unwrap();
    assert_eq!(again.key_id(), signer.key_id());
    let public = VerifyingKey::load(&dir.path().join("audit.key.pub")).unwrap();
    assert!(public.verify(b"{}", &again.sign(b"{}")));
    assert!(!public.verify(b"{ }", &again.sign(b"{}")));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Signer::load_or_create(&path), Err(AuditError::Key(_))));
    let secret = fs::read_to_string(&path).unwrap();
    assert!(!format!("{signer:?}").contains(&secret[24..40]));
}
