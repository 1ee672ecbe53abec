// node read.mjs < CALENDARS.json: the dates of each calendar of a JSON array, in milliseconds, as ical.js (Thunderbird) reads them.
import ICAL from "ical.js";
import { readFileSync } from "node:fs";

const FAR = 500;

// A changed date stands in place of the date of the series that it names, or alone where the series is not told.
const datesOf = (calendar) => {
  const events = calendar.getAllSubcomponents("vevent").map((found) => new ICAL.Event(found));
  const series = events.filter((event) => !event.isRecurrenceException());
  const alone = events.filter((event) => event.isRecurrenceException() && !series.some((one) => one.uid === event.uid));
  const dates = alone.map((event) => [event, event.startDate]);
  for (const one of series) {
    const changes = events.filter((event) => event.isRecurrenceException() && event.uid === one.uid);
    const whole = new ICAL.Event(one.component, { exceptions: changes });
    const all = whole.iterator();
    for (let at = all.next(), n = 0; at && n < FAR; at = all.next(), n += 1) {
      const { item, startDate } = whole.getOccurrenceDetails(at);
      dates.push([item, startDate]);
    }
  }
  const standing = dates.filter(([event]) => event.component.getFirstPropertyValue("status") !== "CANCELLED");
  return standing.map(([, at]) => at.toUnixTime() * 1000);
};

const read = (document) => {
  try {
    return datesOf(new ICAL.Component(ICAL.parse(document)));
  } catch (error) {
    return { error: String(error) };
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(read)));
