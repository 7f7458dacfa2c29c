/** Data of `payback serve`. */
import type { Answer, Provider, Query, ReportData } from "./contract.ts";

const NO_ACCESS = "The server does not know this browser. Open the address that payback serve printed: it carries the token.";

export class HttpProvider implements Provider {
  /** Called when a new run has replaced the data. */
  onNewData: (() => void) | null = null;
  private version: string | null = null;

  async data(): Promise<ReportData> {
    const response = await this.fetch("api/data", {});
    this.version = response.headers.get("X-Payback-Version");
    return (await response.json()) as ReportData;
  }

  async query(query: Query, signal?: AbortSignal): Promise<Answer> {
    const response = await this.fetch("api/query", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(query),
      ...(signal ? { signal } : {}),
    });
    const version = response.headers.get("X-Payback-Version");
    const stale = this.version !== null && version !== null && version !== this.version;
    const answer = (await response.json()) as Answer;
    if (stale) this.onNewData?.();
    return answer;
  }

  private async fetch(path: string, options: RequestInit): Promise<Response> {
    const response = await fetch(path, { credentials: "same-origin", ...options });
    if (response.status === 401 || response.status === 403) throw new Error(NO_ACCESS);
    if (!response.ok) throw new Error(`The server answered ${response.status} ${response.statusText}. Its log says why.`);
    return response;
  }
}
