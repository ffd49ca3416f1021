//! Portraits of a woman who does not exist, for trying the service without photos of one's own. They are drawn, not
//! stored: the same picture each time, in other light, another pose and another place from one to the next.

mod canvas;
mod figure;
mod scene;

use canvas::{Canvas, chance};
use figure::Pose;
use scene::Scene;

/// A drawn picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Portrait {
    /// Pixels across.
    pub(super) width: u16,
    /// Pixels down.
    pub(super) height: u16,
    /// Red, green and blue of each pixel, row by row.
    pub(super) rgb: Vec<u8>,
}

/// How many different portraits there are.
pub(super) const COUNT: usize = SITTINGS.len();

/// Draws a portrait; after the last comes the first again.
pub(super) fn draw(number: usize) -> Portrait {
    let sitting = &SITTINGS[number % COUNT];
    let mut canvas = Canvas::new(sitting.size.0, sitting.size.1, [0.0; 3]);
    sitting.scene.paint(&mut canvas);
    figure::paint(&mut canvas, &sitting.pose);
    let [from_x, from_y, _] = sitting.pose.light;
    let height = canvas.proportion();
    canvas.develop(|point, colour| {
        let (x, y) = (point.x - 0.5, point.y - height / 2.0);
        let light = 1.0 + 0.14 * (x * from_x + y * from_y) - 0.22 * (x * x + y * y);
        // Grain, as every camera has it; without it large plain areas would look like a mistake of the codec.
        let seed = (point.x * 65_536.0).to_bits() ^ (point.y * 65_536.0).to_bits().rotate_left(13);
        let grain = (chance(seed) - 0.5) * 0.022;
        [0, 1, 2].map(|channel: usize| colour[channel] * light * sitting.tint[channel] + grain)
    });
    let (width, height, rgb) = canvas.into_rgb();
    Portrait { width, height, rgb }
}

/// One picture of the album.
struct Sitting {
    /// Width and height.
    size: (u16, u16),
    scene: Scene,
    /// The colour of the light: each channel is multiplied by it.
    tint: [f32; 3],
    pose: Pose,
}

const UPRIGHT: (u16, u16) = (768, 960);

const SITTINGS: [Sitting; 8] = [
    Sitting {
        size: UPRIGHT,
        scene: Scene::Window,
        tint: [1.02, 1.0, 0.97],
        pose: Pose {
            place: (0.52, 0.52),
            size: 0.25,
            tilt: 0.05,
            turn: -0.25,
            smile: 0.7,
            clothes: [0.93, 0.91, 0.86],
            glasses: false,
            scarf: None,
            light: [-0.8, -0.5, 0.8],
        },
    },
    Sitting {
        size: UPRIGHT,
        scene: Scene::Studio([0.42, 0.58, 0.58]),
        tint: [1.0, 1.0, 1.0],
        pose: Pose {
            place: (0.50, 0.56),
            size: 0.31,
            tilt: -0.04,
            turn: 0.1,
            smile: 0.25,
            clothes: [0.16, 0.20, 0.28],
            glasses: false,
            scarf: None,
            light: [0.5, -0.6, 0.9],
        },
    },
    Sitting {
        size: UPRIGHT,
        scene: Scene::Sea,
        tint: [1.06, 1.0, 0.92],
        pose: Pose {
            place: (0.42, 0.56),
            size: 0.23,
            tilt: 0.12,
            turn: 0.75,
            smile: 0.9,
            clothes: [0.93, 0.55, 0.42],
            glasses: false,
            scarf: None,
            light: [0.9, -0.3, 0.6],
        },
    },
    Sitting {
        size: UPRIGHT,
        scene: Scene::Library,
        tint: [1.04, 0.99, 0.90],
        pose: Pose {
            place: (0.54, 0.55),
            size: 0.26,
            tilt: -0.10,
            turn: -0.65,
            smile: 0.15,
            clothes: [0.32, 0.42, 0.30],
            glasses: true,
            scarf: None,
            light: [-0.7, -0.6, 0.6],
        },
    },
    Sitting {
        size: UPRIGHT,
        scene: Scene::Lights([0.09, 0.12, 0.26], [[1.0, 0.75, 0.38], [0.95, 0.45, 0.42], [0.45, 0.66, 0.95]]),
        tint: [0.90, 0.90, 1.04],
        pose: Pose {
            place: (0.47, 0.54),
            size: 0.25,
            tilt: 0.02,
            turn: 0.4,
            smile: 0.4,
            clothes: [0.58, 0.12, 0.20],
            glasses: false,
            scarf: None,
            light: [0.9, 0.1, 0.5],
        },
    },
    Sitting {
        size: UPRIGHT,
        scene: Scene::Lights([0.52, 0.36, 0.16], [[0.96, 0.66, 0.20], [0.84, 0.36, 0.15], [0.98, 0.86, 0.45]]),
        tint: [1.05, 1.0, 0.93],
        pose: Pose {
            place: (0.55, 0.54),
            size: 0.22,
            tilt: -0.14,
            turn: -0.45,
            smile: 1.0,
            clothes: [0.24, 0.28, 0.36],
            glasses: false,
            scarf: Some([0.80, 0.22, 0.20]),
            light: [-0.4, -0.9, 0.7],
        },
    },
    Sitting {
        size: (1024, 768),
        scene: Scene::Hills,
        tint: [1.03, 0.98, 0.98],
        pose: Pose {
            place: (0.64, 0.38),
            size: 0.17,
            tilt: 0.07,
            turn: -0.85,
            smile: 0.3,
            clothes: [0.82, 0.66, 0.28],
            glasses: false,
            scarf: Some([0.92, 0.90, 0.84]),
            light: [-0.9, -0.4, 0.4],
        },
    },
    Sitting {
        size: UPRIGHT,
        scene: Scene::Lights([0.20, 0.36, 0.18], [[0.62, 0.80, 0.36], [0.90, 0.94, 0.62], [0.30, 0.56, 0.28]]),
        tint: [0.98, 1.03, 0.96],
        pose: Pose {
            place: (0.46, 0.60),
            size: 0.34,
            tilt: 0.16,
            turn: 0.2,
            smile: 0.8,
            clothes: [0.96, 0.84, 0.86],
            glasses: true,
            scarf: None,
            light: [0.2, -1.0, 0.7],
        },
    },
];
