//! The tree against RFC 6962 written down a second time, word for word, and against published vectors.

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::*;

/// MTH(D[n]) as section 2.1 defines it.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [one] => *one,
        _ => {
            let k = naive_split(leaves.len());
            node(&naive_root(&leaves[..k]), &naive_root(&leaves[k..]))
        }
    }
}

fn naive_split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// PATH(m, D[n]) as section 2.1.1 defines it.
fn naive_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = naive_split(leaves.len());
    if m < k {
        let mut path = naive_path(m, &leaves[..k]);
        path.push(naive_root(&leaves[k..]));
        path
    } else {
        let mut path = naive_path(m - k, &leaves[k..]);
        path.push(naive_root(&leaves[..k]));
        path
    }
}

/// SUBPROOF(m, D[n], b) as section 2.1.2 defines it.
fn naive_subproof(m: usize, leaves: &[Hash], b: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if b { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let k = naive_split(leaves.len());
    if m <= k {
        let mut proof = naive_subproof(m, &leaves[..k], b);
        proof.push(naive_root(&leaves[k..]));
        proof
    } else {
        let mut proof = naive_subproof(m - k, &leaves[k..], false);
        proof.push(naive_root(&leaves[..k]));
        proof
    }
}

fn sample(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|at| leaf(format!("record {at}").as_bytes()))
        .collect()
}

#[test]
fn roots_are_those_of_the_certificate_transparency_test_vectors() {
    let inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root().to_string(), empty);
    for (input, root) in inputs.iter().zip(roots) {
        frontier.push(leaf(&hex::decode(input).unwrap()));
        assert_eq!(frontier.root().to_string(), format!("sha256:{root}"));
    }
}

#[test]
fn the_growing_root_equals_the_root_built_from_scratch() {
    let leaves = sample(260);
    let mut frontier = Frontier::new();
    for (at, leaf) in leaves.iter().enumerate() {
        assert_eq!(frontier.root(), naive_root(&leaves[..at]));
        frontier.push(*leaf);
        assert_eq!(frontier.size(), at as u64 + 1);
    }
}

#[test]
fn every_inclusion_proof_up_to_70_leaves_is_the_rfc_s_and_checks() {
    let leaves = sample(70);
    for size in 1..=leaves.len() {
        let tree = &leaves[..size];
        let top = naive_root(tree);
        for index in 0..size {
            let path = prove_inclusion(tree, index as u64).unwrap();
            assert_eq!(path, naive_path(index, tree));
            for (other, leaf) in tree.iter().enumerate() {
                let holds = check_inclusion(leaf, index as u64, size as u64, &path, &top);
                assert_eq!(holds, other == index);
            }
        }
        assert_eq!(prove_inclusion(tree, size as u64), None);
    }
}

#[test]
fn every_consistency_proof_up_to_70_leaves_is_the_rfc_s_and_checks() {
    let leaves = sample(70);
    for new in 1..=leaves.len() {
        let top = naive_root(&leaves[..new]);
        for old in 1..=new {
            let proof = prove_consistency(&leaves[..new], old as u64).unwrap();
            assert_eq!(proof, naive_subproof(old, &leaves[..new], true));
            let before = naive_root(&leaves[..old]);
            assert!(check_consistency(old as u64, &before, new as u64, &top, &proof));
            let forked = naive_root(&sample(old + 1)[1..]);
            assert!(!check_consistency(old as u64, &forked, new as u64, &top, &proof));
        }
        assert_eq!(prove_consistency(&leaves[..new], 0), None);
        assert_eq!(prove_consistency(&leaves[..new], new as u64 + 1), None);
    }
}

/// Changes one thing about a proof: a bit, a hash too many or too few, two hashes swapped, an index, a size.
fn mutate(rng: &mut StdRng, path: &mut Vec<Hash>, first: &mut u64, second: &mut u64) {
    match rng.random_range(0..6) {
        0 if !path.is_empty() => {
            let at = rng.random_range(0..path.len());
            path[at].0[rng.random_range(0..32)] ^= 1 << rng.random_range(0..8);
        }
        1 => path.push(Hash(rng.random())),
        2 if !path.is_empty() => {
            path.remove(rng.random_range(0..path.len()));
        }
        3 if path.len() > 1 => {
            let (one, two) = (rng.random_range(0..path.len()), rng.random_range(0..path.len()));
            path.swap(one, two);
        }
        4 => *first = rng.random_range(0..40),
        _ => *second = rng.random_range(0..40),
    }
}

#[test]
fn no_mutated_proof_is_accepted_for_what_it_does_not_prove() {
    let mut rng = StdRng::seed_from_u64(6962);
    let leaves = sample(33);
    let roots: Vec<Hash> = (0..=leaves.len())
        .map(|size| naive_root(&leaves[..size]))
        .collect();
    for _ in 0..40_000 {
        let size = rng.random_range(1..=leaves.len());
        let index = rng.random_range(0..size) as u64;
        let mut path = prove_inclusion(&leaves[..size], index).unwrap();
        let original = path.clone();
        let (mut said_index, mut said_size) = (index, size as u64);
        mutate(&mut rng, &mut path, &mut said_index, &mut said_size);
        let leaf = &leaves[index as usize];
        let accepted = check_inclusion(leaf, said_index, said_size, &path, &roots[size]);
        // The size alone may be wrong without harm where the path has the same shape; the head is signed with it.
        let harmless = path == original && said_index == index;
        assert!(!accepted || harmless, "index {said_index} of {said_size}");
    }
    for _ in 0..40_000 {
        let new = rng.random_range(1..=leaves.len());
        let old = rng.random_range(1..=new);
        let mut path = prove_consistency(&leaves[..new], old as u64).unwrap();
        let original = path.clone();
        let (mut said_old, mut said_new) = (old as u64, new as u64);
        mutate(&mut rng, &mut path, &mut said_old, &mut said_new);
        let accepted = check_consistency(said_old, &roots[old], said_new, &roots[new], &path);
        assert!(!accepted || path == original, "{said_old} to {said_new}");
    }
}

#[test]
fn a_hash_has_one_spelling() {
    let hash = leaf(b"x");
    assert_eq!(hash.to_string().parse::<Hash>().unwrap(), hash);
    assert!(
        hash.to_string()
            .to_uppercase()
            .replace("SHA256", "sha256")
            .parse::<Hash>()
            .is_err()
    );
    assert!("sha256:00".parse::<Hash>().is_err());
}
