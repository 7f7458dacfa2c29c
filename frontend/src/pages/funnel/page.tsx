import { NoData } from "../../shell/Notices.tsx";
import { type Page, useView } from "../../view.ts";
import { CalendarChart, calendarSheet } from "./CalendarChart.tsx";
import { Funnel, funnelSheet } from "./Funnel.tsx";
import { WeekdayChart, weekdaySheet } from "./WeekdayChart.tsx";

function Body() {
  const view = useView();
  if (!view.data.first_day) return <NoData />;
  return (
    <>
      <div class="grid halves">
        <Funnel />
        <WeekdayChart />
      </div>
      <CalendarChart />
    </>
  );
}

export const funnel: Page = {
  id: "funnel",
  title: "Funnel and time",
  about: "From the impression to the conversion, and on which days.",
  filtered: true,
  Body,
  sheets: (view) => [funnelSheet(view), weekdaySheet(view), calendarSheet(view)],
};
