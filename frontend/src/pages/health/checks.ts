/** Whether all rows and all money are accounted for. */
import type { ReportData, RowAccount } from "../../data/contract.ts";

/** Rows in = clean + rejected + merged, and the same for money. */
export function lostRows(account: RowAccount): number {
  return account.rows_read - account.rejected_at_loading - account.rejected_at_cleaning - account.rows_merged - account.rows_clean;
}

function lost(into: number | null, clean: number | null, rejected: number | null): number {
  return into === null || clean === null ? 0 : into - clean - (rejected ?? 0);
}

const CENT = 0.005;

/** Sentences about accounts that do not balance. */
export function imbalances(account: RowAccount): string[] {
  const rows = lostRows(account);
  const [cost, revenue] = [lost(account.cost_in, account.cost_clean, account.cost_rejected), lost(account.revenue_in, account.revenue_clean, account.revenue_rejected)];
  const name = `${account.table}${account.currency ? ` (${account.currency})` : ""}`;
  return [rows && `${name}: ${Math.abs(rows)} rows ${rows > 0 ? "lost" : "too many"}`, Math.abs(cost) >= CENT && `${name}: cost differs by ${cost.toFixed(2)}`, Math.abs(revenue) >= CENT && `${name}: revenue differs by ${revenue.toFixed(2)}`].filter((one): one is string => !!one);
}

export function failedChecks(data: ReportData): number {
  return data.checks_failed ?? data.rows.flatMap(imbalances).length;
}
