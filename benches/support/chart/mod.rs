//! Charts as SVG, drawn by hand: lines over a growing size, and bars.
//!
//! They are meant for pages that are read in the light and in the dark: the colours stand in a style that asks which of
//! the two is preferred. There are no scripts, no fonts and nothing from elsewhere.

pub mod bars;
pub mod lines;

use std::fmt::Write;

/// `ink` is for what is read, `faint` for what leads the eye, `s0` and on for what is shown.
const STYLE: &str = "\
text{font:12px system-ui,sans-serif;fill:#24292f}\
.title{font-size:15px;font-weight:600}.small{font-size:11px}.end{text-anchor:end}.middle{text-anchor:middle}\
.faint{stroke:#d0d7de;stroke-width:1;fill:none}.ink{stroke:#57606a;stroke-width:1;fill:none}\
.s0{stroke:#0969da;fill:#0969da}.s1{stroke:#bc4c00;fill:#bc4c00}\
.line{stroke-width:2;fill:none}.word{stroke:none}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.faint{stroke:#30363d}.ink{stroke:#8b949e}\
.s0{stroke:#58a6ff;fill:#58a6ff}.s1{stroke:#f0883e;fill:#f0883e}.line{fill:none}.word{stroke:none}}";

/// A drawing that grows element by element.
struct Svg(String);

impl Svg {
    fn new(width: f64, height: f64, title: &str) -> Self {
        let mut svg = Self(String::new());
        let title = escaped(title);
        svg.add(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n\
             <style>{STYLE}</style>"
        ));
        svg.text(16.0, 24.0, "title", &title);
        svg
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        self.path(&[from, to], class);
    }

    fn path(&mut self, points: &[(f64, f64)], class: &str) {
        let points = points.iter().fold(String::new(), |mut text, (x, y)| {
            let _ = write!(text, "{x:.1},{y:.1} ");
            text
        });
        self.add(&format!("<polyline class=\"{class}\" points=\"{}\"/>", points.trim_end()));
    }

    fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        let text = escaped(text);
        self.add(&format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>"));
    }

    fn add(&mut self, element: &str) {
        self.0 += element;
        self.0.push('\n');
    }

    fn finish(mut self) -> String {
        self.add("</svg>");
        self.0
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A number as it is said: `1k`, `10M`, `0.5`.
pub fn short(value: f64) -> String {
    let (scaled, unit) = match value {
        millions if millions >= 1e6 => (millions / 1e6, "M"),
        thousands if thousands >= 1e3 => (thousands / 1e3, "k"),
        small => (small, ""),
    };
    let rounded = (scaled * 100.0).round() / 100.0;
    format!("{rounded}{unit}")
}
