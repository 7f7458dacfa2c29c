/** All pages, in the order of the menu. A new page is a module and a line here. */
import type { Page } from "../view.ts";
import { summary } from "./summary/page.tsx";
import { channels } from "./channels/page.tsx";
import { campaigns } from "./campaigns/page.tsx";
import { customers } from "./customers/page.tsx";
import { funnel } from "./funnel/page.tsx";
import { health } from "./health/page.tsx";
import { method } from "./method/page.tsx";

export const PAGES: Page[] = [summary, channels, campaigns, customers, funnel, health, method];
