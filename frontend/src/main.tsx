/** Starts the pages on the data of the file, or on the server that sent the page. */
import { render } from "preact";
import type { ReportData } from "./data/contract.ts";
import { EmbeddedProvider } from "./data/embedded.ts";
import { HttpProvider } from "./data/http.ts";
import { App } from "./shell/App.tsx";
import "./styles/index.css";

function providerOfPage(): EmbeddedProvider | HttpProvider {
  const data = document.getElementById("report-data")?.textContent;
  const cube = document.getElementById("report-cube")?.textContent;
  return data ? new EmbeddedProvider(JSON.parse(data) as ReportData, cube ?? "") : new HttpProvider();
}

const root = document.getElementById("app");
if (root) render(<App provider={providerOfPage()} />, root);
