// Shows the values of all pictures at the cursor's time. The page is complete without it.
(() => {
  const count = READINGS.state.length;
  const many = READINGS.sensors.length > 1;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const clock = (s) => `${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`;
  // The lines of one sensor; with two, each line says which one.
  const lines = (sensor, at, t) => {
    const own = many ? `${sensor.name}: ` : "";
    const values = sensor.channels.map((one) => {
      const near = one.near[at], far = one.far[at];
      const name = many || sensor.channels.length > 1 ? `${one.name} ` : "";
      const range = near === far ? near : `${near} to ${far}`;
      return own + (near === null ? `no ${one.name}` : `${name}${range} ${one.unit}`);
    });
    const behind = Math.max(0, t - sensor.known[at]);
    return [
      ...values,
      `${own}${sensor.waiting[at].toLocaleString("en")} samples wait in the log`,
      own + (behind < 2 ? "Linux is up to date" : `Linux has all samples up to ${clock(sensor.known[at])}`),
    ];
  };
  const follow = (overview) => {
    const cursor = overview.querySelector(".cursor");
    const reading = overview.querySelector(".reading");
    overview.addEventListener("pointermove", (event) => {
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
      reading.textContent = [
        `${clock(t)}  ${READINGS.names[READINGS.state[at]]}`,
        ...READINGS.sensors.flatMap((sensor) => lines(sensor, at, t)),
      ].join("\n");
      const x = event.clientX - frame.left;
      cursor.style.left = `${x}px`;
      const left = x + 14 + reading.offsetWidth > frame.width ? x - 14 - reading.offsetWidth : x + 14;
      reading.style.left = `${left}px`;
      reading.style.top = `${Math.max(8, event.clientY - frame.top + 16)}px`;
    });
    overview.addEventListener("pointerleave", () => { cursor.hidden = reading.hidden = true; });
  };
  for (const overview of document.querySelectorAll(".overview")) follow(overview);
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
