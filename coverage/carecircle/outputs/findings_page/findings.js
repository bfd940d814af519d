var data = JSON.parse(document.getElementById('cc-findings-data').textContent);
L.geoJSON(data.region, {style: {color: data.palette.border, weight: 2, fillOpacity: 0.04}}).addTo(map);
var panel = document.querySelector('.cc-findings');
var title = document.createElement('h1'); title.textContent = data.title; title.style.fontSize = '1.2rem';
panel.appendChild(title);
var list = document.createElement('ol'); panel.appendChild(list);
data.findings.forEach(function (finding) {
  var item = document.createElement('li'); item.className = finding.level;
  var level = document.createElement('b'); level.textContent = finding.word; item.appendChild(level);
  var said = document.createElement(finding.lon === null ? 'span' : 'button');
  said.textContent = finding.place ? finding.place + ' — ' + finding.text : finding.text;
  item.appendChild(said); list.appendChild(item);
  if (finding.lon === null) return;
  var mark = L.circleMarker([finding.lat, finding.lon],
    {radius: 7, color: data.palette.edge, weight: 1.5, fillColor: data.palette[finding.level], fillOpacity: 0.95}).addTo(map);
  var tip = document.createElement('div'); tip.textContent = finding.text; tip.style.whiteSpace = 'normal';
  tip.style.width = '16rem';
  mark.bindTooltip(tip);
  said.addEventListener('click', function () {
    map.setView([finding.lat, finding.lon], 15); mark.openTooltip();
  });
});
document.body.dataset.ready = 'yes';
