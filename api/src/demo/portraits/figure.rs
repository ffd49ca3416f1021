//! The person in the portraits: always the same hair, eyes and freckles, however she holds her head.
//!
//! The head's frame has its origin between the ears; the face is an ellipse of about 0.8 by 1.

use super::canvas::{Canvas, Colour, Frame, Point, bow, chance, ellipse, mix, rectangle};

const SKIN: Colour = [0.95, 0.78, 0.67];
const SKIN_SHADE: Colour = [0.72, 0.48, 0.41];
const SKIN_LIGHT: Colour = [1.0, 0.90, 0.82];
const HAIR: Colour = [0.42, 0.22, 0.13];
const HAIR_LIGHT: Colour = [0.80, 0.50, 0.30];
const HAIR_SHADE: Colour = [0.20, 0.10, 0.07];
const LIPS: Colour = [0.78, 0.36, 0.36];
const LASHES: Colour = [0.20, 0.12, 0.10];
const IRIS: Colour = [0.25, 0.48, 0.42];

const FACE: (f32, f32) = (0.79, 1.0);

/// How the person holds herself and what she wears.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    /// The middle of the head, in widths of the picture.
    pub(super) place: (f32, f32),
    /// Half the height of the face, in widths of the picture.
    pub(super) size: f32,
    /// How far the head leans to one side, in radians.
    pub(super) tilt: f32,
    /// Where the face looks: -1 to her right, 1 to her left.
    pub(super) turn: f32,
    /// 0 earnest, 1 laughing.
    pub(super) smile: f32,
    pub(super) clothes: Colour,
    pub(super) glasses: bool,
    pub(super) scarf: Option<Colour>,
    /// Where the light comes from: x, y and towards the camera.
    pub(super) light: [f32; 3],
}

/// Paints the person onto the canvas.
pub(super) fn paint(canvas: &mut Canvas, pose: &Pose) {
    let width = canvas.frame().unit;
    let origin = Point { x: pose.place.0 * width, y: pose.place.1 * width };
    let body = Frame { origin, unit: pose.size * width, tilt: pose.tilt * 0.15 };
    let head = Frame { tilt: pose.tilt, ..body };
    hair_behind(canvas, &head, pose);
    shoulders(canvas, &body, pose);
    face(canvas, &head, pose);
    eyes(canvas, &head, pose);
    nose(canvas, &head, pose);
    mouth(canvas, &head, pose);
    hair_in_front(canvas, &head, pose);
    if pose.glasses {
        glasses(canvas, &head, pose);
    }
}

fn hair_behind(canvas: &mut Canvas, head: &Frame, pose: &Pose) {
    let shape = |p: Point| {
        let crown = ellipse(p, (0.0, -0.05), (1.03, 1.22));
        let fall = ellipse(p, (0.0, 0.55), (1.10 + 0.04 * (p.y * 7.0).sin(), 1.28));
        crown.min(fall)
    };
    canvas.fill(head, [-1.3, -1.4, 1.3, 2.0], 2.0, shape, |p| (mix(strands(p, pose), HAIR_SHADE, 0.45), 1.0));
}

fn shoulders(canvas: &mut Canvas, body: &Frame, pose: &Pose) {
    let cloth = |p: Point| {
        let fold = 0.5 + 0.5 * (p.x * 6.0 + (p.y * 3.0).sin()).sin();
        let round = round(p, (0.0, 3.2), (2.1, 1.75), pose.light);
        let dark = mix(pose.clothes, [0.0; 3], 0.45);
        (mix(mix(dark, pose.clothes, round), [1.0; 3], 0.05 * fold * round), 1.0)
    };
    let slope = |p: Point| ellipse(p, (0.0, 3.3), (2.05, 1.80)).max(1.2 - p.y);
    canvas.fill(body, [-2.3, 1.2, 2.3, 6.0], 2.0, |p| slope(p).min(rectangle(p, [-2.05, 3.2, 2.05, 6.0])), cloth);
    // Neck, then the neckline, then the shadow under the chin.
    let neck = |p: Point| rectangle(p, [-0.36, 0.4, 0.36, 1.72]).min(ellipse(p, (0.0, 1.68), (0.62, 0.36)));
    canvas.fill(body, [-0.8, 0.4, 0.8, 2.1], 2.0, neck, |p| {
        let lit = mix(SKIN_SHADE, SKIN, round(p, (0.0, 1.2), (0.62, 1.1), pose.light));
        (mix(lit, SKIN_SHADE, (1.25 - p.y).clamp(0.0, 0.7)), 1.0)
    });
    if let Some(scarf) = pose.scarf {
        let wrap = |p: Point| ellipse(p, (0.0, 1.50), (0.80, 0.38)).min(ellipse(p, (0.42, 2.2), (0.26, 0.85)));
        canvas.fill(body, [-1.0, 1.0, 1.0, 3.2], 2.0, wrap, |p| {
            let fold = 0.5 + 0.5 * ((p.y - p.x * p.x * 0.35) * 22.0).sin();
            (mix(mix(scarf, [0.0; 3], 0.4), scarf, 0.4 + 0.6 * fold), 1.0)
        });
    }
}

fn face(canvas: &mut Canvas, head: &Frame, pose: &Pose) {
    canvas.fill(head, [-0.9, -1.1, 0.9, 1.1], 2.0, jaw, |p| {
        let lit = round(p, (pose.turn * 0.12, -0.05), (0.95, 1.15), pose.light);
        let colour = mix(SKIN_SHADE, SKIN, (lit * 1.5).min(1.0));
        (mix(colour, SKIN_LIGHT, ((lit - 0.62) * 2.0).clamp(0.0, 0.8)), 1.0)
    });
    let shift = pose.turn * 0.20;
    for side in [-1.0, 1.0] {
        let cheek = (shift + side * 0.42, 0.32);
        let bounds = [cheek.0 - 0.4, cheek.1 - 0.4, cheek.0 + 0.4, cheek.1 + 0.4];
        let fade = |p: Point| (1.0 - (p.x - cheek.0).hypot(p.y - cheek.1) / 0.30).clamp(0.0, 1.0) * 0.38;
        canvas.fill(head, bounds, 2.0, jaw, |p| ([0.93, 0.46, 0.42], fade(p)));
    }
    for freckle in 0..16_u32 {
        let centre = (shift + (chance(freckle + 300) - 0.5) * 0.95, 0.20 + chance(freckle + 400) * 0.18);
        let bounds = [centre.0 - 0.02, centre.1 - 0.02, centre.0 + 0.02, centre.1 + 0.02];
        canvas.fill(head, bounds, 2.0, |p| ellipse(p, centre, (0.011, 0.011)), |_| ([0.66, 0.38, 0.28], 0.55));
    }
}

fn eyes(canvas: &mut Canvas, head: &Frame, pose: &Pose) {
    for side in [-1.0_f32, 1.0] {
        // The farther eye looks narrower.
        let narrow = 1.0 - 0.18 * (side * pose.turn).max(0.0);
        let centre = (pose.turn * 0.20 + side * 0.315 * narrow, 0.0);
        let (half, open) = (0.175 * narrow, 0.105 - 0.035 * pose.smile);
        let almond = move |p: Point| {
            let x = (p.x - centre.0) / half;
            ((p.y - centre.1).abs() - open * (1.0 - x * x)).max((x.abs() - 1.0) * half)
        };
        let bounds = [centre.0 - 0.3, -0.4, centre.0 + 0.3, 0.25];
        let lid = |_: Point| (mix(SKIN_SHADE, LIPS, 0.2), 0.30);
        canvas.fill(head, bounds, 12.0, |p| ellipse(p, (centre.0, -0.04), (0.23 * narrow, 0.15)), lid);
        canvas
            .fill(head, bounds, 1.5, almond, |p| (mix([0.98, 0.97, 0.95], [0.72, 0.68, 0.68], -p.y * 5.0 + 0.1), 1.0));
        let look = (centre.0 + pose.turn * 0.05, -0.012);
        let iris = |p: Point| almond(p).max(ellipse(p, look, (0.092, 0.092)));
        let glow =
            |p: Point| (mix(mix(IRIS, [0.0; 3], 0.5), mix(IRIS, [1.0; 3], 0.25), (p.y - look.1) * 6.0 + 0.5), 1.0);
        canvas.fill(head, bounds, 1.5, iris, glow);
        canvas.fill(head, bounds, 1.5, |p| almond(p).max(ellipse(p, look, (0.045, 0.045))), |_| ([0.06; 3], 1.0));
        let spark = (look.0 + pose.light[0].signum() * 0.035, look.1 - 0.035);
        canvas.fill(head, bounds, 1.5, |p| almond(p).max(ellipse(p, spark, (0.022, 0.022))), |_| ([1.0; 3], 0.95));
        let (from, to) = ((centre.0 - half * 1.08, 0.012), (centre.0 + half * 1.08, 0.012));
        canvas.fill(head, bounds, 1.5, |p| bow(p, from, to, open + 0.008, 0.042), |_| (LASHES, 0.95));
        canvas.fill(head, bounds, 2.0, |p| bow(p, from, to, -open, 0.014), |_| (LASHES, 0.45));
        canvas.fill(head, bounds, 2.5, |p| bow(p, from, to, open + 0.075, 0.016), |_| (SKIN_SHADE, 0.6));
        let lift = 0.02 * pose.smile;
        let inner = (centre.0 - side * 0.19 * narrow, -0.235 - lift);
        let outer = (centre.0 + side * 0.24 * narrow, -0.225 - lift);
        canvas.fill(head, bounds, 3.0, |p| bow(p, inner, outer, 0.065, 0.055), |_| (mix(HAIR, HAIR_SHADE, 0.5), 0.85));
    }
}

fn nose(canvas: &mut Canvas, head: &Frame, pose: &Pose) {
    let x = pose.turn * 0.27;
    let dark = -pose.light[0].signum();
    let side = (x + dark * 0.085, 0.22);
    canvas.fill(head, [x - 0.4, -0.3, x + 0.4, 0.6], 26.0, |p| ellipse(p, side, (0.075, 0.27)), |_| (SKIN_SHADE, 0.34));
    let ridge = (x - dark * 0.015, 0.20);
    canvas.fill(head, [x - 0.3, -0.2, x + 0.3, 0.6], 16.0, |p| ellipse(p, ridge, (0.04, 0.20)), |_| (SKIN_LIGHT, 0.55));
    let tip = (x, 0.38);
    canvas.fill(head, [x - 0.3, 0.1, x + 0.3, 0.7], 14.0, |p| ellipse(p, tip, (0.10, 0.07)), |_| (SKIN_LIGHT, 0.35));
    for (from, to) in [((x - 0.13, 0.42), (x - 0.04, 0.455)), ((x + 0.04, 0.455), (x + 0.13, 0.42))] {
        canvas.fill(
            head,
            [x - 0.3, 0.3, x + 0.3, 0.6],
            4.0,
            |p| bow(p, from, to, 0.014, 0.030),
            |_| ([0.52, 0.28, 0.24], 0.75),
        );
    }
    let under = ((x - 0.10, 0.455), (x + 0.10, 0.455));
    canvas.fill(
        head,
        [x - 0.3, 0.3, x + 0.3, 0.6],
        6.0,
        |p| bow(p, under.0, under.1, -0.02, 0.022),
        |_| (SKIN_SHADE, 0.7),
    );
}

fn mouth(canvas: &mut Canvas, head: &Frame, pose: &Pose) {
    let centre = (pose.turn * 0.22, 0.66);
    let half = 0.24 + 0.07 * pose.smile;
    // A smile pulls the corners up and the lips apart.
    let curve = move |p: Point| centre.1 + 0.015 - pose.smile * 0.10 * ((p.x - centre.0) / half).powi(2);
    let taper = move |p: Point| (1.0 - ((p.x - centre.0) / half).powi(2)).max(0.0);
    let open = 0.055 * pose.smile;
    let bounds = [centre.0 - 0.4, 0.4, centre.0 + 0.4, 0.95];
    let between = |p: Point, above: f32, below: f32| {
        let (top, bottom) = (curve(p) - above * taper(p), curve(p) + below * taper(p));
        (top - p.y).max(p.y - bottom).max((p.x - centre.0).abs() - half)
    };
    let bow_of_lip = |p: Point| 0.068 - 0.022 * (1.0 - ((p.x - centre.0) / 0.06).abs()).max(0.0);
    let upper = |p: Point| between(p, bow_of_lip(p), 0.0);
    canvas.fill(head, bounds, 3.0, upper, |_| (mix(LIPS, [0.0; 3], 0.12), 0.95));
    let lower = |p: Point| between(p, 0.0, open + 0.085);
    canvas.fill(head, bounds, 3.0, lower, |p| (mix(LIPS, [1.0, 0.75, 0.72], (p.y - curve(p)) * 4.0), 0.95));
    if pose.smile > 0.5 {
        canvas.fill(head, bounds, 2.0, |p| between(p, 0.004, open), |_| ([0.97, 0.95, 0.92], 1.0));
    }
    canvas.fill(head, bounds, 2.0, |p| between(p, 0.007, 0.007), |_| ([0.40, 0.14, 0.14], 0.8));
    let chin = (centre.0, 0.84);
    canvas.fill(
        head,
        [chin.0 - 0.3, 0.7, chin.0 + 0.3, 1.0],
        14.0,
        |p| ellipse(p, chin, (0.16, 0.03)),
        |_| (SKIN_SHADE, 0.35),
    );
}

fn hair_in_front(canvas: &mut Canvas, head: &Frame, pose: &Pose) {
    let opening = (pose.turn * 0.16 + 0.05, 0.42);
    let cap = move |p: Point| {
        let crown = ellipse(p, (0.0, -0.10), (0.98, 1.18));
        let sides = ellipse(p, (0.0, 0.55), (1.04, 1.16)).max(-p.y);
        // The fringe falls to one side of the parting.
        let lean = Point { x: p.x + (p.y - opening.1) * 0.18, y: p.y };
        // Below the cheeks it hangs straight, so the neck stays free.
        let lean = Point { y: lean.y.min(opening.1), x: lean.x + (p.y - opening.1).max(0.0) * 0.05 };
        let inside = ellipse(lean, opening, (0.70, 1.02));
        crown.min(sides).max(-inside)
    };
    let shadow = |p: Point| cap(Point { x: p.x, y: p.y - 0.05 }).max(jaw(p));
    canvas.fill(head, [-1.2, -1.4, 1.2, 1.7], 14.0, shadow, |_| (SKIN_SHADE, 0.45));
    canvas.fill(head, [-1.2, -1.4, 1.2, 1.7], 2.5, cap, |p| (strands(p, pose), 1.0));
}

fn glasses(canvas: &mut Canvas, head: &Frame, pose: &Pose) {
    let x = pose.turn * 0.20;
    let frame = |_: Point| ([0.13, 0.12, 0.14], 0.95);
    for side in [-1.0, 1.0] {
        let lens = (x + side * 0.325, 0.02);
        let bounds = [lens.0 - 0.4, -0.4, lens.0 + 0.4, 0.4];
        let glass = |p: Point| ellipse(p, lens, (0.265, 0.235));
        canvas.fill(head, bounds, 2.0, glass, |p| {
            ([1.0; 3], if (p.x * 0.8 + p.y - lens.0 * 0.8).abs() < 0.05 { 0.22 } else { 0.05 })
        });
        canvas.fill(head, bounds, 2.0, |p| glass(p).abs() - 0.018, frame);
    }
    canvas.fill(
        head,
        [x - 0.2, -0.2, x + 0.2, 0.2],
        2.0,
        |p| bow(p, (x - 0.08, 0.0), (x + 0.08, 0.0), 0.03, 0.04),
        frame,
    );
}

/// The outline of the face, narrower towards the chin.
fn jaw(p: Point) -> f32 {
    let narrow = 1.0 - 0.16 * p.y.max(0.0) * p.y.max(0.0);
    ellipse(p, (0.0, 0.0), (FACE.0 * narrow, FACE.1))
}

/// Hair at this place: strands that fall from the parting, brighter where the light meets them.
fn strands(p: Point, pose: &Pose) -> Colour {
    let angle = (p.x - 0.1).atan2(p.y + 1.6);
    let strand = 0.5 + 0.25 * (angle * 46.0 + p.y).sin() + 0.25 * (angle * 117.0 - p.y * 2.0).sin();
    let lit = round(p, (0.0, 0.1), (1.15, 1.6), pose.light);
    // The band of light that smooth hair shows around the head.
    let gloss = (1.0 - ((p.x * 0.5).hypot(p.y + 0.15) - 0.78).abs() * 6.0).clamp(0.0, 1.0);
    let colour = mix(HAIR_SHADE, HAIR, (0.35 + lit) * (0.55 + 0.45 * strand));
    mix(colour, HAIR_LIGHT, (0.28 * lit + 0.35 * gloss * lit) * strand)
}

/// How much light a round thing gets at this place, 0 to 1.
fn round(p: Point, centre: (f32, f32), radii: (f32, f32), light: [f32; 3]) -> f32 {
    let (x, y) = ((p.x - centre.0) / radii.0, (p.y - centre.1) / radii.1);
    let towards = (1.0 - x * x - y * y).max(0.0).sqrt();
    let length = light.iter().map(|part| part * part).sum::<f32>().sqrt();
    ((x * light[0] + y * light[1] + towards * light[2]) / length * 0.6 + 0.4).clamp(0.0, 1.0)
}
