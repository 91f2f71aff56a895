// Shows the values of all pictures at the cursor's time. The page is complete without it.
(() => {
  const overview = document.getElementById("overview");
  const cursor = document.getElementById("cursor");
  const reading = document.getElementById("reading");
  const count = READINGS.state.length;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const clock = (s) => `${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`;
  const show = (event) => {
    const picture = overview.querySelector("svg").getBoundingClientRect();
    const frame = overview.getBoundingClientRect();
    const width = picture.width * (READINGS.right - READINGS.left);
    const start = picture.left + picture.width * READINGS.left;
    const share = (event.clientX - start) / width;
    const inside = share >= 0 && share < 1;
    cursor.hidden = reading.hidden = !inside;
    if (!inside) return;
    const at = Math.floor(share * count);
    const t = ((at + 0.5) / count) * READINGS.end;
    const values = READINGS.channels.map((one) => {
      const near = one.near[at], far = one.far[at];
      const name = READINGS.channels.length > 1 ? `${one.name} ` : "";
      return near === null ? `no ${one.name}` : `${name}${near === far ? near : `${near} to ${far}`} ${one.unit}`;
    });
    const behind = Math.max(0, t - READINGS.known[at]);
    reading.textContent = [
      `${clock(t)}  ${READINGS.names[READINGS.state[at]]}`,
      ...values,
      `${READINGS.waiting[at].toLocaleString("en")} samples wait in the log`,
      behind < 2 ? "Linux is up to date" : `Linux has all samples up to ${clock(READINGS.known[at])}`,
    ].join("\n");
    const x = event.clientX - frame.left;
    cursor.style.left = `${x}px`;
    const left = x + 14 + reading.offsetWidth > frame.width ? x - 14 - reading.offsetWidth : x + 14;
    reading.style.left = `${left}px`;
    reading.style.top = `${Math.max(8, event.clientY - frame.top + 16)}px`;
  };
  overview.addEventListener("pointermove", show);
  overview.addEventListener("pointerleave", () => { cursor.hidden = reading.hidden = true; });
  const open = () => {
    const part = location.hash && document.querySelector(location.hash);
    if (part) part.open = true;
  };
  addEventListener("hashchange", open);
  open();
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("details")) part.open = true;
  });
})();
