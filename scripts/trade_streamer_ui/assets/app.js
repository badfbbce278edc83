// Shows the newest scans; whoever is not signed in is sent to do so by the proxy in front of the API.
const state = document.getElementById("state");
const table = document.getElementById("scans");

function row(scan) {
  const line = document.createElement("tr");
  for (const value of [scan.symbol, scan.score.toFixed(2), new Date(scan.scanned).toLocaleString()]) {
    line.appendChild(document.createElement("td")).textContent = value;
  }
  return line;
}

try {
  const answer = await fetch("/api/scans", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const scans = await answer.json();
  table.tBodies[0].replaceChildren(...scans.map(row));
  table.hidden = scans.length === 0;
  state.textContent = scans.length === 0 ? "No scans yet." : "";
} catch (error) {
  state.textContent = `Scans can't be shown: ${error.message}`;
}
