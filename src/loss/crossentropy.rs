//! Binary cross-entropy of a logit (Keras's `BinaryCrossentropy(from_logits=True)`), safe at any logit.

/// Loss and gradient at logit `z` for the (smoothed) target `y` between 0 and 1.
///
/// `max(z, 0) - z * y + ln(1 + exp(-|z|))`, and `sigmoid(z) - y`: neither overflows, where the logarithm of a sigmoid
/// would give infinity.
pub fn crossentropy(z: f64, y: f64) -> (f64, f64) {
    let loss = z.max(0.0) - z * y + (-z.abs()).exp().ln_1p();
    (loss, sigmoid(z) - y)
}

/// `1 / (1 + exp(-z))`, without overflow.
pub fn sigmoid(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}
