//! Where a portrait is taken: what is behind the person, out of focus.

use super::canvas::{Canvas, Colour, Point, chance, ellipse, mix, rectangle};

/// A background.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scene {
    /// A plain wall, lit from behind.
    Studio(Colour),
    /// A window with a plant on its sill.
    Window,
    /// Spots of light, as far lamps or leaves make them, in three colours.
    Lights(Colour, [Colour; 3]),
    /// The sun over the sea.
    Sea,
    /// Hills one behind the other.
    Hills,
    /// Shelves of books.
    Library,
}

impl Scene {
    /// Paints the whole canvas.
    pub(super) fn paint(self, canvas: &mut Canvas) {
        match self {
            Self::Studio(wall) => studio(canvas, wall),
            Self::Window => window(canvas),
            Self::Lights(night, colours) => lights(canvas, night, colours),
            Self::Sea => sea(canvas),
            Self::Hills => hills(canvas),
            Self::Library => library(canvas),
        }
    }
}

fn studio(canvas: &mut Canvas, wall: Colour) {
    canvas.develop(|point, _| {
        let far = (point.x - 0.5).hypot(point.y - 0.5);
        mix(mix(wall, [1.0; 3], 0.35), mix(wall, [0.0; 3], 0.35), (far * 1.3).min(1.0))
    });
}

fn window(canvas: &mut Canvas) {
    canvas.develop(|point, _| mix([0.93, 0.90, 0.84], [0.80, 0.76, 0.70], point.y / 1.25));
    let frame = canvas.frame();
    let pane = [0.06, 0.05, 0.62, 0.80];
    canvas.fill(
        &frame,
        pane,
        14.0,
        |p| rectangle(p, pane),
        |p| (mix([0.70, 0.86, 0.97], [0.96, 0.98, 0.93], p.y), 1.0),
    );
    for bar in [[0.325, 0.05, 0.355, 0.80], [0.06, 0.40, 0.62, 0.43], [0.0, 0.80, 0.70, 0.85]] {
        canvas.fill(&frame, bar, 10.0, |p| rectangle(p, bar), |_| ([0.98, 0.97, 0.94], 1.0));
    }
    for leaf in 0..9_u32 {
        let centre = (0.05 + chance(leaf) * 0.22, 0.55 + chance(leaf + 90) * 0.22);
        let green = mix([0.22, 0.47, 0.30], [0.45, 0.66, 0.35], chance(leaf + 40));
        let radii = (0.035 + chance(leaf + 7) * 0.03, 0.07);
        let bounds = around(centre, radii);
        canvas.fill(&frame, bounds, 12.0, |p| ellipse(p, centre, radii), |_| (green, 0.92));
    }
    let pot = [0.09, 0.74, 0.22, 0.84];
    canvas.fill(&frame, pot, 10.0, |p| rectangle(p, pot), |_| ([0.77, 0.45, 0.32], 1.0));
}

fn lights(canvas: &mut Canvas, ground: Colour, colours: [Colour; 3]) {
    let height = canvas.proportion();
    canvas.develop(|point, _| mix(mix(ground, [1.0; 3], 0.12), mix(ground, [0.0; 3], 0.35), point.y / height));
    let frame = canvas.frame();
    let seed = ground[0].to_bits() >> 8;
    for (spot, colour) in (seed..seed + 54).zip(colours.iter().cycle()) {
        let centre = (chance(spot * 3), chance(spot * 3 + 1) * height);
        let radius = 0.02 + chance(spot * 3 + 2).powi(2) * 0.085;
        let shape = |p: Point| ellipse(p, centre, (radius, radius));
        // Lenses draw such spots brighter at their rim.
        let rim = |p: Point| (*colour, 0.30 + 0.25 * (1.0 + shape(p) / radius).clamp(0.0, 1.0).powi(4));
        canvas.fill(&frame, around(centre, (radius, radius)), 5.0, shape, rim);
    }
}

fn sea(canvas: &mut Canvas) {
    let frame = canvas.frame();
    let height = canvas.proportion();
    canvas.develop(|point, _| mix([0.36, 0.62, 0.88], [0.98, 0.86, 0.72], (point.y / 0.72).min(1.0)));
    let sun = (0.80, 0.30);
    for (radius, opacity) in [(0.26, 0.25), (0.15, 0.35), (0.08, 0.95)] {
        let bounds = around(sun, (radius, radius));
        canvas.fill(&frame, bounds, 30.0, |p| ellipse(p, sun, (radius, radius)), |_| ([1.0, 0.96, 0.82], opacity));
    }
    let water = [0.0, 0.68, 1.0, height];
    let wave = |p: Point| {
        let glitter = ((p.y * 210.0 + (p.x * 23.0).sin() * 2.0).sin() * 0.5 + 0.5) * (0.5 - (p.x - 0.8).abs()).max(0.0);
        (mix(mix([0.24, 0.50, 0.68], [0.12, 0.34, 0.50], (p.y - 0.68) * 2.2), [1.0, 0.93, 0.80], glitter * 0.9), 1.0)
    };
    canvas.fill(&frame, water, 6.0, |p| rectangle(p, water), wave);
}

fn hills(canvas: &mut Canvas) {
    let frame = canvas.frame();
    let height = canvas.proportion();
    canvas.develop(|point, _| mix([0.55, 0.60, 0.86], [1.0, 0.80, 0.72], (point.y / 0.8).min(1.0)));
    for (layer, far) in [(0_u32, 1.0_f32), (1, 0.75), (2, 0.5), (3, 0.2)] {
        let foot = 0.86 - far * 0.42;
        let (shift, steep) = (chance(layer + 3) * 6.0, 0.05 + chance(layer + 20) * 0.05);
        let ridge = move |x: f32| foot - steep * ((x * 5.0 + shift).sin() + 0.5 * (x * 11.0 + shift * 2.0).sin());
        let colour = mix([0.20, 0.30, 0.38], [0.80, 0.68, 0.78], far);
        let bounds = [0.0, foot - 0.2, 1.0, height];
        canvas.fill(
            &frame,
            bounds,
            8.0,
            |p| ridge(p.x) - p.y,
            |p| (mix(colour, [1.0, 0.86, 0.80], (p.y - foot) * 0.5), 1.0),
        );
    }
}

fn library(canvas: &mut Canvas) {
    const SPINES: [Colour; 6] = [
        [0.55, 0.20, 0.18],
        [0.19, 0.33, 0.40],
        [0.80, 0.66, 0.42],
        [0.28, 0.40, 0.27],
        [0.86, 0.80, 0.70],
        [0.36, 0.23, 0.30],
    ];
    let frame = canvas.frame();
    let height = canvas.proportion();
    canvas.develop(|_, _| [0.23, 0.15, 0.10]);
    for shelf in 0..5_u32 {
        let floor = 0.26 * (f32::from(u8::try_from(shelf).unwrap_or(0)) + 0.85);
        let mut left = -0.02;
        for (book, colour) in (shelf * 40..shelf * 40 + 40).zip(SPINES.iter().cycle().skip(3 * shelf as usize)) {
            let book = book * 17 + 5;
            let thick = 0.022 + chance(book) * 0.03;
            let spine = [left, floor - 0.15 - chance(book + 1) * 0.06, left + thick, floor];
            let shade = mix(*colour, [0.0; 3], chance(book + 2) * 0.35);
            canvas.fill(&frame, spine, 6.0, |p| rectangle(p, spine), |_| (shade, 1.0));
            left += thick + 0.003;
            if left > 1.0 || floor - 0.3 > height {
                break;
            }
        }
        let board = [0.0, floor, 1.0, floor + 0.025];
        canvas.fill(&frame, board, 6.0, |p| rectangle(p, board), |_| ([0.45, 0.30, 0.20], 1.0));
    }
}

fn around(centre: (f32, f32), radii: (f32, f32)) -> [f32; 4] {
    [centre.0 - radii.0, centre.1 - radii.1, centre.0 + radii.0, centre.1 + radii.1]
}
