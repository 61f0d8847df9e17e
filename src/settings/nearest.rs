//! Which option was meant by a name that is none.

/// The key of `keys` that `name` is most likely a slip of, if one is near: the whole key, or its end alone, as in
/// `epoch` for `train.epochs`.
pub fn nearest<'a>(name: &str, keys: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let end = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    // A name that is right but for its group is as far as one with a slip; of two as far, the whole decides.
    let distance = |key: &str| {
        let whole = edits(&wanted, key);
        (whole.min(1 + edits(&end(&wanted), &end(key))), whole)
    };
    let ((far, _), key) = keys.map(|key| (distance(key), key)).min_by_key(|(far, _)| *far)?;
    (far <= 1 + wanted.chars().count() / 3).then_some(key)
}

/// How many characters have to be put in, taken out, exchanged or swapped with their neighbor to make `a` of `b`.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = match (i, j) {
                (0, rest) | (rest, 0) => rest,
                _ => {
                    let exchanged = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let one = exchanged.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swapped { one.min(rows[i - 2][j - 2] + 1) } else { one }
                }
            };
        }
    }
    rows[a.len()][b.len()]
}
