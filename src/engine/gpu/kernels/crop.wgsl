// Crop and flip: a batch's pictures cut out of those that the card keeps. Bytes to bytes, so what comes out is what
// data/augment cuts on the processor; the convolution that reads them divides by 255.
//
// `images` holds pictures of in_height x in_width x 3 bytes, `pixels` gets pictures of out_height x out_width x 3, one
// behind the other. One thread a word of four bytes. Bytes of device memory: 3 a pixel of the result read, 3 written.

@group(0) @binding(2) var<storage, read> images: array<u32>;
// Of each picture: which one it is, left and top edge of the piece, 1 if it is mirrored.
@group(0) @binding(3) var<storage, read> crops: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read_write> pixels: array<u32>;

fn cut_byte(at: u32) -> u32 {
    let column = at / 3u;
    let down = column / layer.out_width;
    let picture = down / layer.out_height;
    if (picture >= step.pictures) {
        return 0u;
    }
    let crop = crops[picture];
    let across = column % layer.out_width;
    let x = crop.y + select(across, layer.out_width - 1u - across, crop.w == 1u);
    let y = crop.z + down % layer.out_height;
    let origin = 3u * ((crop.x * layer.in_height + y) * layer.in_width + x) + at % 3u;
    return (images[origin / 4u] >> (8u * (origin % 4u))) & 255u;
}

@compute @workgroup_size(64)
fn main(me: Thread) {
    let at = index_of(me);
    if (4u * at >= 3u * step.pictures * layer.out_height * layer.out_width) {
        return;
    }
    pixels[at] = cut_byte(4u * at) | (cut_byte(4u * at + 1u) << 8u) | (cut_byte(4u * at + 2u) << 16u)
        | (cut_byte(4u * at + 3u) << 24u);
}
