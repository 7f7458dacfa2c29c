(async () => {
  const place = document.getElementById("app");
  if (!("DecompressionStream" in self)) {
    place.textContent = "This browser is too old for the report: take one of 2023 or later, or turn scripts off to read it without filters.";
    return;
  }
  const packed = Uint8Array.from(atob(document.getElementById("report-pages").textContent), (sign) => sign.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(unpacked).text();
  document.body.append(script);
})();
