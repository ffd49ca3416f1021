//! A canvas that soft-edged shapes are painted on. A shape is a signed distance: below zero inside, above outside.

/// Red, green and blue from 0 to 1.
pub(super) type Colour = [f32; 3];

/// A place, in the units of a frame; y points down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f32,
    pub(super) y: f32,
}

/// A system of coordinates on the canvas: where its origin lies, how large its unit is, how far it is turned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) origin: Point,
    /// Pixels.
    pub(super) unit: f32,
    /// Radians, clockwise.
    pub(super) tilt: f32,
}

/// The part of a frame that a shape does not leave: left, top, right, bottom.
pub(super) type Bounds = [f32; 4];

/// The pixels.
#[derive(Debug)]
pub(super) struct Canvas {
    width: u16,
    height: u16,
    pixels: Vec<Colour>,
}

impl Canvas {
    /// A canvas of one colour.
    pub(super) fn new(width: u16, height: u16, colour: Colour) -> Self {
        Self { width, height, pixels: vec![colour; usize::from(width) * usize::from(height)] }
    }

    /// The frame that runs from (0, 0) to (1, 1) over a square as wide as the canvas.
    pub(super) fn frame(&self) -> Frame {
        Frame { origin: Point { x: 0.0, y: 0.0 }, unit: f32::from(self.width), tilt: 0.0 }
    }

    /// How many times as high as wide.
    pub(super) fn proportion(&self) -> f32 {
        f32::from(self.height) / f32::from(self.width)
    }

    /// Paints a shape. `blur` is the width of its edge in pixels; `paint` gives colour and opacity.
    pub(super) fn fill(
        &mut self,
        frame: &Frame,
        bounds: Bounds,
        blur: f32,
        shape: impl Fn(Point) -> f32,
        paint: impl Fn(Point) -> (Colour, f32),
    ) {
        let (left, top, right, bottom) = self.reach(frame, bounds, blur);
        let turn = frame.tilt.sin_cos();
        for y in top..bottom {
            let row = usize::from(y) * usize::from(self.width);
            for x in left..right {
                let place = frame.inward(turn, f32::from(x) + 0.5, f32::from(y) + 0.5);
                let cover = (0.5 - shape(place) * frame.unit / blur).clamp(0.0, 1.0);
                if cover > 0.0 {
                    let (colour, opacity) = paint(place);
                    let pixel = &mut self.pixels[row + usize::from(x)];
                    *pixel = mix(*pixel, colour, cover * opacity);
                }
            }
        }
    }

    /// Changes every pixel by what stands there and where, in the canvas' own frame.
    pub(super) fn develop(&mut self, change: impl Fn(Point, Colour) -> Colour) {
        let width = usize::from(self.width);
        let unit = f32::from(self.width);
        for (y, row) in (0..self.height).zip(self.pixels.chunks_exact_mut(width)) {
            for (x, pixel) in (0..self.width).zip(row) {
                *pixel = change(Point { x: f32::from(x) / unit, y: f32::from(y) / unit }, *pixel);
            }
        }
    }

    /// Width, height and bytes, three a pixel.
    pub(super) fn into_rgb(self) -> (u16, u16, Vec<u8>) {
        let bytes = self.pixels.iter().flatten().map(|&level| byte(level)).collect();
        (self.width, self.height, bytes)
    }

    /// The pixels a shape may touch: first and past-the-last column and row.
    fn reach(&self, frame: &Frame, [left, top, right, bottom]: Bounds, blur: f32) -> (u16, u16, u16, u16) {
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| frame.outward(x, y));
        let span = |of: fn(&Point) -> f32, end: u16| {
            let least = corners.iter().map(of).fold(f32::MAX, f32::min) - blur;
            let most = corners.iter().map(of).fold(f32::MIN, f32::max) + blur;
            (pixel(least, end), pixel(most + 1.0, end))
        };
        let (left, right) = span(|point| point.x, self.width);
        let (top, bottom) = span(|point| point.y, self.height);
        (left, top, right, bottom)
    }
}

impl Frame {
    fn outward(&self, x: f32, y: f32) -> Point {
        let (sin, cos) = self.tilt.sin_cos();
        Point { x: self.origin.x + self.unit * (x * cos - y * sin), y: self.origin.y + self.unit * (x * sin + y * cos) }
    }

    fn inward(&self, (sin, cos): (f32, f32), x: f32, y: f32) -> Point {
        let (x, y) = ((x - self.origin.x) / self.unit, (y - self.origin.y) / self.unit);
        Point { x: x * cos + y * sin, y: y * cos - x * sin }
    }
}

/// The distance from an ellipse, near enough for its edge.
pub(super) fn ellipse(point: Point, centre: (f32, f32), radii: (f32, f32)) -> f32 {
    let (x, y) = ((point.x - centre.0) / radii.0, (point.y - centre.1) / radii.1);
    ((x * x + y * y).sqrt() - 1.0) * radii.0.min(radii.1)
}

/// The distance from a rectangle.
pub(super) fn rectangle(point: Point, [left, top, right, bottom]: Bounds) -> f32 {
    (left - point.x).max(point.x - right).max(top - point.y).max(point.y - bottom)
}

/// The distance from a stroke along a bow: from `from` to `to`, its middle lifted by `lift`.
pub(super) fn bow(point: Point, from: (f32, f32), to: (f32, f32), lift: f32, width: f32) -> f32 {
    let along = ((point.x - from.0) / (to.0 - from.0)).clamp(0.0, 1.0);
    let x = from.0 + (to.0 - from.0) * along;
    let y = from.1 + (to.1 - from.1) * along - lift * 4.0 * along * (1.0 - along);
    // Thinner towards its ends, like a stroke of a brush.
    let width = width * (0.45 + 2.2 * along * (1.0 - along));
    (point.x - x).hypot(point.y - y) - width / 2.0
}

/// Between two colours: 0 gives the first, 1 the second.
pub(super) fn mix(from: Colour, to: Colour, share: f32) -> Colour {
    [0, 1, 2].map(|channel: usize| from[channel] + (to[channel] - from[channel]) * share)
}

/// A number from 0 to 1 that looks like chance and is always the same for the same seed.
pub(super) fn chance(seed: u32) -> f32 {
    let mut state = seed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    state = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    f32::from(u16::try_from(((state >> 22) ^ state) & 0xffff).unwrap_or(0)) / 65_535.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what the type holds")]
fn byte(level: f32) -> u8 {
    (level.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what the type holds")]
fn pixel(place: f32, end: u16) -> u16 {
    place.clamp(0.0, f32::from(end)) as u16
}
