// A Word file of one page: paragraphs, tables and a picture, as a zip of stored parts; no library is needed.

const TABLE = (() => {
  const table = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table[n] = c >>> 0;
  }
  return table;
})();

function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const numbers = (...pairs) => {
  const bytes = [];
  for (const [value, wide] of pairs) for (let k = 0; k < wide; k++) bytes.push(Math.floor(value / 256 ** k) & 255);
  return Uint8Array.from(bytes);
};

/** A zip of parts as they are: {name: bytes}; dated 1980, so that equal parts make equal files. */
export function zip(parts) {
  const chunks = [],
    index = [],
    text = new TextEncoder();
  let at = 0,
    wide = 0;
  const push = (list, ...pieces) => pieces.forEach((piece) => list.push(piece));
  for (const [name, bytes] of Object.entries(parts)) {
    const label = text.encode(name),
      sum = crc32(bytes);
    /** @type {number[][]} */
    const said = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [33, 2], [sum, 4], [bytes.length, 4], [bytes.length, 4], [label.length, 2], [0, 2]];
    push(chunks, numbers([0x04034b50, 4], ...said), label, bytes);
    push(index, numbers([0x02014b50, 4], [20, 2], ...said, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), label);
    at += 30 + label.length + bytes.length;
    wide += 46 + label.length;
  }
  const n = index.length / 2;
  return new Blob([...chunks, ...index, numbers([0x06054b50, 4], [0, 2], [0, 2], [n, 2], [n, 2], [wide, 4], [at, 4], [0, 2])], {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  });
}

const escaped = (text) =>
  String(text)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');

const run = (text, { size = 21, bold = false, colour = '' } = {}) =>
  `<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/>${bold ? '<w:b/>' : ''}${
    colour ? `<w:color w:val="${colour}"/>` : ''
  }<w:sz w:val="${size}"/></w:rPr><w:t xml:space="preserve">${escaped(text)}</w:t></w:r>`;

/** A paragraph of text; sizes are in half points, as Word has them. */
export const paragraph = (text, style = {}) =>
  `<w:p><w:pPr><w:spacing w:before="0" w:after="${style.after === undefined ? 80 : style.after}"/>${style.centre ? '<w:jc w:val="center"/>' : ''}</w:pPr>${run(text, style)}</w:p>`;

/** A table with a head; its columns' widths in twentieths of a point. */
export function table(head, rows, widths) {
  const edge = ['top', 'left', 'bottom', 'right', 'insideH', 'insideV'].map((side) => `<w:${side} w:val="single" w:sz="4" w:color="999999"/>`).join(''),
    cell = (text, k, bold) => `<w:tc><w:tcPr><w:tcW w:w="${widths[k]}" w:type="dxa"/></w:tcPr>${paragraph(text, { size: 18, bold, after: 0 })}</w:tc>`,
    line = (cells, bold) => `<w:tr>${cells.map((text, k) => cell(text, k, bold)).join('')}</w:tr>`;
  return `<w:tbl><w:tblPr><w:tblW w:w="${widths.reduce((a, b) => a + b, 0)}" w:type="dxa"/><w:tblBorders>${edge}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>${widths.map((w) => `<w:gridCol w:w="${w}"/>`).join('')}</w:tblGrid>${line(head, true)}${rows.map((cells) => line(cells, false)).join('')}</w:tbl>`;
}

const EMU = 360000; // of a centimetre

/** The picture `word/media/map.png`, so many centimetres wide and high. */
export function picture(wide, high, words) {
  const [cx, cy] = [wide, high].map((cm) => Math.round(cm * EMU));
  return `<w:p><w:pPr><w:spacing w:after="80"/><w:jc w:val="center"/></w:pPr><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><wp:extent cx="${cx}" cy="${cy}"/><wp:docPr id="1" name="map" descr="${escaped(words).replace(/"/g, '&quot;')}"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="map"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="${cx}" cy="${cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`;
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
  PACKAGE = 'http://schemas.openxmlformats.org/package/2006',
  OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A Word file (A4) of paragraphs, tables and the picture. */
export function docx(content, png) {
  const text = new TextEncoder(),
    part = (xml) => text.encode(XML + xml);
  return zip({
    '[Content_Types].xml': part(
      `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    ),
    '_rels/.rels': part(`<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`),
    'word/_rels/document.xml.rels': part(`<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/image" Target="media/map.png"/></Relationships>`),
    'word/document.xml': part(
      `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${content.join('')}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1000" w:right="1134" w:bottom="900" w:left="1134" w:header="500" w:footer="500" w:gutter="0"/></w:sectPr></w:body></w:document>`,
    ),
    'word/media/map.png': png,
  });
}
