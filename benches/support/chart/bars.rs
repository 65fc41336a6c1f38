//! Bars, one below the other, with a mark at one: what ends before it is ahead.

use super::Svg;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = 500.0;
const TOP: f64 = 44.0;
const ROW: f64 = 24.0;
/// A bar that would be longer is cut off; its note tells how long it is.
const LONGEST: f64 = 1.5;

/// A ratio, and what is said beside it.
pub struct Bar {
    pub name: String,
    pub ratio: f64,
    pub note: String,
}

/// Draws the bars below a title.
pub fn bars(title: &str, mark: &str, bars: &[Bar]) -> String {
    let bottom = TOP + ROW * bars.len() as f64;
    let mut svg = Svg::new(WIDTH, bottom + 36.0, title);
    for (n, bar) in bars.iter().enumerate() {
        draw(&mut svg, bar, TOP + ROW * n as f64);
    }
    svg.line((LEFT, TOP), (LEFT, bottom), "ink");
    svg.line((place(1.0), TOP), (place(1.0), bottom + 6.0), "ink");
    svg.text(place(1.0), bottom + 22.0, "middle", mark);
    svg.finish()
}

fn draw(svg: &mut Svg, bar: &Bar, top: f64) {
    let ahead = if bar.ratio <= 1.0 { "s0" } else { "s1" };
    let width = place(bar.ratio.min(LONGEST)) - LEFT;
    let y = top + 4.0;
    svg.text(LEFT - 8.0, top + 16.0, "end", &bar.name);
    svg.add(&format!(
        "<rect class=\"{ahead}\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"16\"/>"
    ));
    svg.text(RIGHT + 8.0, top + 16.0, "small", &bar.note);
}

fn place(ratio: f64) -> f64 {
    LEFT + ratio / LONGEST * (RIGHT - LEFT)
}
