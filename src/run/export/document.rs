//! A text with lists and tables, written as Markdown or as HTML.

use crate::text::escape::{markdown as plain, markdown_cell, xml};

/// A titled part of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Paragraph(String),
    List(Vec<String>),
    Table(Table),
}

/// A table; its first column holds names, the others numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Rows that are written in gray: too few pictures.
    pub faint: Vec<bool>,
}

impl Table {
    /// A table without rows yet.
    pub fn new(head: Vec<String>) -> Self {
        Self { head, ..Self::default() }
    }

    /// Adds a row, in gray if `faint`.
    pub fn row(&mut self, cells: Vec<String>, faint: bool) {
        self.rows.push(cells);
        self.faint.push(faint);
    }

    fn markdown(&self) -> String {
        let line =
            |cells: &[String]| format!("| {} |\n", cells.iter().map(|cell| markdown_cell(cell)).collect::<Vec<_>>().join(" | "));
        let rule: Vec<_> = (0..self.head.len()).map(|i| if i == 0 { "---" } else { "---:" }).collect();
        let mut text = line(&self.head) + &format!("| {} |\n", rule.join(" | "));
        text.extend(self.rows.iter().map(|row| line(row)));
        text
    }

    /// The table as HTML.
    pub fn html(&self) -> String {
        let mut text = "<div class=\"scroll\"><table><thead><tr>".to_owned();
        text.extend(self.head.iter().map(|cell| format!("<th scope=\"col\">{}</th>", xml(cell))));
        text += "</tr></thead><tbody>";
        for (row, faint) in self.rows.iter().zip(&self.faint) {
            text += if *faint { "<tr class=\"faint\">" } else { "<tr>" };
            for (i, cell) in row.iter().enumerate() {
                text += &if i == 0 { format!("<th scope=\"row\">{}</th>", xml(cell)) } else { format!("<td>{}</td>", xml(cell)) };
            }
            text += "</tr>";
        }
        text + "</tbody></table></div>"
    }
}

/// Sections as Markdown below headings of level 2.
pub fn markdown(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        text += &format!("\n## {}\n", plain(&section.title));
        for block in &section.blocks {
            text += "\n";
            match block {
                Block::Paragraph(paragraph) => {
                    text += &plain(paragraph);
                    text += "\n";
                }
                Block::List(items) => text.extend(items.iter().map(|item| format!("- {}\n", plain(item)))),
                Block::Table(table) => text += &table.markdown(),
            }
        }
    }
    text
}

/// Sections as HTML below headings of level 3.
pub fn html(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        text += &format!("<h3>{}</h3>", xml(&section.title));
        for block in &section.blocks {
            match block {
                Block::Paragraph(paragraph) => text += &format!("<p>{}</p>", xml(paragraph)),
                Block::List(items) => {
                    text += "<ul>";
                    text.extend(items.iter().map(|item| format!("<li>{}</li>", xml(item))));
                    text += "</ul>";
                }
                Block::Table(table) => text += &table.html(),
            }
        }
    }
    text
}
