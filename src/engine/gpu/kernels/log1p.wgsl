// ln(1 + e) for e of 0 and more, exact also where 1 + e rounds to 1.
fn log_1_plus(e: f32) -> f32 {
    if (e < 0.0001) {
        return e - 0.5 * e * e;
    }
    return log(1.0 + e);
}

