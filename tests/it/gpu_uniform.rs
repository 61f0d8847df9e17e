//! The structs that the kernels read have the layout that WGSL gives theirs, as naga, wgpu's own compiler, lays it out.

use std::mem::offset_of;

use trombine::engine::gpu::uniform::{Dropout, LayerUniform, Segment, StepUniform};
use wgpu::naga::{self, TypeInner};

/// Name and offset of each field, and the size.
type Layout = (Vec<(String, usize)>, usize);

/// The layout of the struct `name` in a WGSL source.
fn wgsl(source: &str, name: &str) -> Layout {
    let module = naga::front::wgsl::parse_str(source).expect("it compiles");
    let found = module.types.iter().find(|(_, found)| found.name.as_deref() == Some(name)).expect("there is such a struct");
    let TypeInner::Struct { members, span } = &found.1.inner else { panic!("{name} is no struct") };
    let name = |member: &naga::StructMember| member.name.clone().expect("a field has a name");
    (members.iter().map(|member| (name(member), member.offset as usize)).collect(), *span as usize)
}

/// That of a struct here with all its fields.
macro_rules! ours {
    ($type:ident { $($field:ident)* }) => {{
        // A field that is not named here does not compile.
        let $type { $($field: _),* } = bytemuck::Zeroable::zeroed();
        (vec![$((stringify!($field).to_owned(), offset_of!($type, $field))),*], size_of::<$type>())
    }};
}

#[test]
fn what_the_kernels_read_lies_where_they_read_it() {
    const KERNELS: [&str; 3] = [
        include_str!("../../src/engine/gpu/kernels/full.wgsl"),
        include_str!("../../src/engine/gpu/kernels/common.wgsl"),
        include_str!("../../src/engine/gpu/kernels/update.wgsl"),
    ];
    let source = KERNELS.concat();
    let step: Layout = ours!(StepUniform { pictures training update_running_stats first update loss dropouts });
    assert_eq!(step, wgsl(&source, "Step"));
    let dropout: Layout = ours!(Dropout { key threshold kept spare });
    assert_eq!(dropout, wgsl(&source, "Dropout"));
    let layer: Layout = ours!(LayerUniform {
        in_height in_width in_quads out_height out_width out_quads out_channels pooled_height pooled_width kernel border
        weights bias mean variance partials partials_bias partial_stride splits dropout mask_quads mask_channels mask_dropout
        momentum epsilon share fixed spare
    });
    assert_eq!(layer, wgsl(&source, "Layer"));
    let segment: Layout = ours!(Segment { start quads partials splits stride l2 decays rate });
    assert_eq!(segment, wgsl(&source, "Segment"));
}
