//! Ops whose gradients candle lacks or has wrong, said in its other ops, so that they run on each of its devices.
//!
//! Maps are channels last: `[pictures, height, width, channels]`.

use candle_core::{
    CpuStorage, CudaStorage, CustomOp3, DType, Layout, MetalStorage, Result, Shape, Tensor, backend::BackendStorage,
};

use crate::model::Padding;

/// Convolution with stride 1 of `x` by `weight`, `[out, in, kernel, kernel]`, as one matrix product.
///
/// candle's own input gradient works without a matrix product, and its weight gradient is wrong on Metal (its pull
/// requests 3836 and 3839). `to_picture` says that `x` is the input picture, which needs no gradient.
pub fn conv(x: &Tensor, weight: &Tensor, padding: Padding, to_picture: bool) -> Result<Tensor> {
    let border = match padding {
        Padding::Same => (weight.dim(2)? - 1) / 2,
        Padding::Valid => 0,
    };
    let value = product(&x.detach(), &weight.detach(), border)?;
    own_gradient(&value, x, weight, move |x, weight, _, dy| {
        let (outputs, inputs, kernel, _) = weight.dims4()?;
        // dw[u, v, i, o]: each column of the forward pass times the gradient it led to.
        let dy_rows = dy.contiguous()?.reshape(((), outputs))?;
        let dw = columns(x, kernel, border)?.t()?.matmul(&dy_rows)?;
        let dw = dw.reshape((kernel, kernel, inputs, outputs))?.permute((3, 2, 0, 1))?.contiguous()?;
        // dx: dy convolved with the kernel turned by half a turn, inputs and outputs exchanged.
        let turned = weight.transpose(0, 1)?.contiguous()?.flip(&[2, 3])?;
        let dx = if to_picture { None } else { Some(product(dy, &turned, kernel - 1 - border)?) };
        Ok((dx, Some(dw)))
    })
}

/// `x` with a border of zeros, convolved with `weight`.
fn product(x: &Tensor, weight: &Tensor, border: usize) -> Result<Tensor> {
    let (pictures, height, width, _) = x.dims4()?;
    let (outputs, inputs, kernel, _) = weight.dims4()?;
    let matrix = weight.permute((2, 3, 1, 0))?.contiguous()?.reshape((kernel * kernel * inputs, outputs))?;
    let side = |side: usize| side + 2 * border + 1 - kernel;
    columns(x, kernel, border)?.matmul(&matrix)?.reshape((pictures, side(height), side(width), outputs))
}

/// One row for each place of the output, with the values its window sees: `[places, kernel * kernel * channels]`.
fn columns(x: &Tensor, kernel: usize, border: usize) -> Result<Tensor> {
    let x = x.pad_with_zeros(1, border, border)?.pad_with_zeros(2, border, border)?;
    let (_, height, width, channels) = x.dims4()?;
    let mut shifted = Vec::with_capacity(kernel * kernel);
    for u in 0..kernel {
        for v in 0..kernel {
            let window = x.narrow(1, u, height - kernel + 1)?.narrow(2, v, width - kernel + 1)?;
            shifted.push(window.contiguous()?.reshape(((), channels))?);
        }
    }
    Tensor::cat(&shifted, 1)
}

/// Maximum of 2x2 with stride 2; an odd last row or column is dropped, and the first maximum in reading order gets the
/// whole gradient. (candle's own gives each maximum a quarter, and is misaligned on odd sides.)
pub fn max_pool(x: &Tensor) -> Result<Tensor> {
    let [a, b, c, d] = corners(&x.detach())?;
    let value = a.maximum(&b)?.maximum(&c)?.maximum(&d)?;
    own_gradient(&value, x, x, |x, _, value, dy| {
        let (pictures, rows, columns, channels) = value.dims4()?;
        let mut free = value.ones_like()?;
        let mut shares = Vec::with_capacity(4);
        for corner in corners(x)? {
            let first = (corner.eq(value)?.to_dtype(DType::F32)? * &free)?;
            free = (free - &first)?;
            shares.push((dy * first)?);
        }
        let row = |left: &Tensor, right: &Tensor| Tensor::stack(&[left, right], 3);
        let both = Tensor::stack(&[row(&shares[0], &shares[1])?, row(&shares[2], &shares[3])?], 2)?;
        let dx = both.reshape((pictures, 2 * rows, 2 * columns, channels))?;
        let (_, height, width, _) = x.dims4()?;
        let dx = dx.pad_with_zeros(1, 0, height - 2 * rows)?.pad_with_zeros(2, 0, width - 2 * columns)?;
        Ok((Some(dx), None))
    })
}

/// The four values of each 2x2, in reading order, each as `[pictures, height / 2, width / 2, channels]`.
fn corners(x: &Tensor) -> Result<[Tensor; 4]> {
    let (pictures, height, width, channels) = x.dims4()?;
    let (rows, columns) = (height / 2, width / 2);
    let even = x.narrow(1, 0, 2 * rows)?.narrow(2, 0, 2 * columns)?.contiguous()?;
    let pairs = even.reshape((pictures * rows, 2, columns, 2 * channels))?;
    let corner = |u: usize, v: usize| {
        pairs.narrow(1, u, 1)?.narrow(3, v * channels, channels)?.contiguous()?.reshape((pictures, rows, columns, channels))
    };
    Ok([corner(0, 0)?, corner(0, 1)?, corner(1, 0)?, corner(1, 1)?])
}

/// What batch norm makes of a batch.
pub struct Normalized {
    pub values: Tensor,
    /// Of each channel, the biased variance; both without gradient.
    pub mean: Tensor,
    pub variance: Tensor,
}

/// `x` less each channel's mean, divided by the root of its variance and `epsilon`.
///
/// Means are taken in two passes, because a mean that is itself rounded moves a channel that varies little by much of its
/// deviation: the second pass takes away what the first left.
pub fn normalize(x: &Tensor, epsilon: f64) -> Result<Normalized> {
    let plain = x.detach();
    let rough = channel_means(&plain)?;
    let near = plain.broadcast_sub(&rough)?;
    let rest = channel_means(&near)?;
    let centered = near.broadcast_sub(&rest)?;
    let variance = channel_means(&centered.sqr()?)?;
    let deviation = (&variance + epsilon)?.sqrt()?;
    let values = centered.broadcast_div(&deviation)?;
    let values = own_gradient(&values, x, x, move |_, _, values, dy| {
        // Mean and variance depend on every value of a channel, see `reference/norm.rs`.
        let dy = dy.contiguous()?;
        let along = channel_means(&(&dy * values)?)?;
        let dx = dy.broadcast_sub(&channel_means(&dy)?)?.sub(&values.broadcast_mul(&along)?)?;
        Ok((Some(dx.broadcast_div(&deviation)?), None))
    })?;
    Ok(Normalized { values, mean: (rough + rest)?, variance })
}

/// The mean of each channel, axis by axis: candle's processor adds one number after the other, and rounds a sum over all
/// places of all pictures as often.
fn channel_means(x: &Tensor) -> Result<Tensor> {
    let mut means = x.clone();
    while means.rank() > 1 {
        means = means.mean(means.rank() - 2)?;
    }
    Ok(means)
}

/// A number for each channel at every place of `dims`, axis by axis, so that its gradient is summed as [`channel_means`].
pub fn spread(channels: &Tensor, dims: &[usize]) -> Result<Tensor> {
    let mut all = channels.clone();
    for axis in (0..dims.len() - 1).rev() {
        all = all.broadcast_as(&dims[axis..])?;
    }
    Ok(all)
}

/// The gradients of `a` and `b` from (a, b, value, gradient of the value).
type Backward = dyn Fn(&Tensor, &Tensor, &Tensor, &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> + Send + Sync;

/// `value`, computed from `a` and `b` without their graph, tied to them by a gradient of our own. An op of one argument
/// gives it twice and no second gradient.
fn own_gradient<F>(value: &Tensor, a: &Tensor, b: &Tensor, backward: F) -> Result<Tensor>
where
    F: Fn(&Tensor, &Tensor, &Tensor, &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> + Send + Sync + 'static,
{
    value.apply_op3(a, b, Own(Box::new(backward)))
}

struct Own(Box<Backward>);

/// The forward pass of [`Own`] on any device: the value that is there already.
fn keep<S: BackendStorage>(value: &S, layout: &Layout) -> Result<(S, Shape)> {
    Ok((value.try_clone(layout)?, layout.shape().clone()))
}

impl CustomOp3 for Own {
    fn name(&self) -> &'static str {
        "own-gradient"
    }

    fn cpu_fwd(
        &self,
        value: &CpuStorage,
        layout: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        keep(value, layout)
    }

    fn cuda_fwd(
        &self,
        value: &CudaStorage,
        layout: &Layout,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        keep(value, layout)
    }

    fn metal_fwd(
        &self,
        value: &MetalStorage,
        layout: &Layout,
        _: &MetalStorage,
        _: &Layout,
        _: &MetalStorage,
        _: &Layout,
    ) -> Result<(MetalStorage, Shape)> {
        keep(value, layout)
    }

    fn bwd(
        &self,
        _: &Tensor,
        a: &Tensor,
        b: &Tensor,
        value: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (da, db) = (self.0)(a, b, value, gradient)?;
        Ok((None, da, db))
    }
}
