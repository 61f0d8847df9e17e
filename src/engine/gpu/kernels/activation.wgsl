// The non-linearities and their gradients. No memory. LEAK, the slope of the leaky ReLU, is a constant of `kernel.rs`.

// 0 ReLU, 1 leaky ReLU, 2 GELU, 3 none.
override ACTIVATION: u32 = 0u;

// The normal distribution's cumulative probability, by erf as a quotient of polynomials on [-4, 4] (Eigen's
// generic_fast_erf; error below 3e-7).
fn normal_cdf(z: vec4<f32>) -> vec4<f32> {
    let x = clamp(z * 0.70710678118, vec4<f32>(-4.0), vec4<f32>(4.0));
    let s = x * x;
    var top = vec4<f32>(-2.7261423e-10);
    top = fma(top, s, vec4<f32>(2.7706814e-8));
    top = fma(top, s, vec4<f32>(-2.101024e-6));
    top = fma(top, s, vec4<f32>(-5.6925064e-5));
    top = fma(top, s, vec4<f32>(-7.349906e-4));
    top = fma(top, s, vec4<f32>(-2.9545998e-3));
    top = fma(top, s, vec4<f32>(-1.6096033e-2));
    var bottom = vec4<f32>(-1.4566072e-5);
    bottom = fma(bottom, s, vec4<f32>(-2.1337405e-4));
    bottom = fma(bottom, s, vec4<f32>(-1.682827e-3));
    bottom = fma(bottom, s, vec4<f32>(-7.373329e-3));
    bottom = fma(bottom, s, vec4<f32>(-1.4264739e-2));
    return 0.5 * (x * top / bottom) + 0.5;
}

fn activate(z: vec4<f32>) -> vec4<f32> {
    if (ACTIVATION == 0u) {
        return max(z, vec4<f32>(0.0));
    } else if (ACTIVATION == 1u) {
        return select(LEAK * z, z, z > vec4<f32>(0.0));
    } else if (ACTIVATION == 2u) {
        return z * normal_cdf(z);
    }
    return z;
}

fn grad(z: vec4<f32>) -> vec4<f32> {
    if (ACTIVATION == 0u) {
        return select(vec4<f32>(0.0), vec4<f32>(1.0), z > vec4<f32>(0.0));
    } else if (ACTIVATION == 1u) {
        return select(vec4<f32>(LEAK), vec4<f32>(1.0), z > vec4<f32>(0.0));
    } else if (ACTIVATION == 2u) {
        return normal_cdf(z) + z * exp(-0.5 * z * z) * 0.39894228;
    }
    return vec4<f32>(1.0);
}
