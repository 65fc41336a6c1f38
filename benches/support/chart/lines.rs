//! Lines over a size. Both axes are logarithmic, so that what doubles rises by as much everywhere.

use super::{Svg, short};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 630.0;
/// Between the left end and the first point, for what is written above that.
const INSET: f64 = 28.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 284.0;

/// A line, and what it is called at its end.
pub struct Series {
    pub name: String,
    /// Sizes and figures, all above zero.
    pub points: Vec<(f64, f64)>,
}

/// A chart of lines.
pub struct Lines<'a> {
    pub title: &'a str,
    /// What the sizes count.
    pub counted: &'a str,
    /// The unit of the figures.
    pub unit: &'a str,
    pub series: &'a [Series],
}

impl Lines<'_> {
    pub fn draw(&self) -> String {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let x = Axis::over(points().map(|(size, _)| *size), (LEFT + INSET, RIGHT), &[1.0]);
        let y = Axis::over(points().map(|(_, figure)| *figure), (BOTTOM, TOP), &[1.0, 2.0, 5.0]);
        let mut svg = Svg::new(WIDTH, HEIGHT, self.title);
        svg.text(LEFT, TOP - 10.0, "small end", self.unit);
        svg.text(f64::midpoint(LEFT, RIGHT), HEIGHT - 14.0, "middle", self.counted);
        for &tick in &y.ticks {
            svg.line((LEFT, y.place(tick)), (RIGHT, y.place(tick)), "faint");
            svg.text(LEFT - 8.0, y.place(tick) + 4.0, "end", &short(tick));
        }
        for &tick in &x.ticks {
            svg.line((x.place(tick), BOTTOM), (x.place(tick), BOTTOM + 5.0), "ink");
            svg.text(x.place(tick), BOTTOM + 20.0, "middle", &short(tick));
        }
        svg.line((LEFT, BOTTOM), (RIGHT, BOTTOM), "ink");
        self.series.iter().enumerate().for_each(|(n, series)| series.draw(&mut svg, n, &x, &y));
        svg.finish()
    }
}

impl Series {
    fn draw(&self, svg: &mut Svg, number: usize, x: &Axis, y: &Axis) {
        let places: Vec<_> =
            self.points.iter().map(|&(size, figure)| (x.place(size), y.place(figure))).collect();
        svg.path(&places, &format!("line s{number}"));
        for (place, (_, figure)) in places.iter().zip(&self.points) {
            let (x, y) = place;
            svg.add(&format!("<circle class=\"s{number}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>"));
            svg.text(*x, y - 8.0, "small middle", &figure_of(*figure));
        }
        if let Some((x, y)) = places.last() {
            svg.text(x + 24.0, y + 4.0, &format!("word s{number}"), &self.name);
        }
    }
}

fn figure_of(value: f64) -> String {
    if value < 10_000.0 { format!("{value:.0}") } else { short(value) }
}

/// A logarithmic axis from the first of its ticks, or of what it shows, to the last.
struct Axis {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
    ticks: Vec<f64>,
}

impl Axis {
    /// Over all values and the ticks around them, which are `steps` times powers of ten.
    fn over(values: impl Iterator<Item = f64> + Clone, ends: (f64, f64), steps: &[f64]) -> Self {
        let least = values.clone().fold(f64::INFINITY, f64::min);
        let most = values.fold(f64::MIN_POSITIVE, f64::max);
        let powers = (least.log10().floor() as i32)..=(most.log10().ceil() as i32);
        let all: Vec<_> = powers
            .flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)))
            .collect();
        // Of the ticks outside, the nearest on each side.
        let first = all.iter().rposition(|tick| *tick <= least * 1.000_001).unwrap_or(0);
        let last = all.iter().position(|tick| *tick >= most * 0.999_999).unwrap_or(all.len() - 1);
        let ticks = all[first..=last].to_vec();
        let (least, most) = (ticks[0], ticks[ticks.len() - 1]);
        Self { least, most: most.max(least * 2.0), from: ends.0, to: ends.1, ticks }
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value / self.least).ln() / (self.most / self.least).ln();
        self.from + share * (self.to - self.from)
    }
}
