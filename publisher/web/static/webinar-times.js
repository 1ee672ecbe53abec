// Adds the visitor's own clock to every time, by the zone of their browser, and chooses that zone in the form.
// Pages are right without it: they name the organiser's clock and UTC.
const words = document.querySelector("script[data-words]")?.dataset ?? {};
const page = document.documentElement.lang || "en";
const locale = { en: "en-GB", ar: "ar-u-nu-latn" }[page] ?? page;
// Browsers still say the former names of these places.
const RENAMED = {
  "Africa/Asmera": "Africa/Asmara", "America/Buenos_Aires": "America/Argentina/Buenos_Aires", "America/Catamarca": "America/Argentina/Catamarca",
  "America/Cordoba": "America/Argentina/Cordoba", "America/Godthab": "America/Nuuk", "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy", "America/Louisville": "America/Kentucky/Louisville", "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata", "Asia/Dacca": "Asia/Dhaka", "Asia/Katmandu": "Asia/Kathmandu", "Asia/Macao": "Asia/Macau", "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh", "Asia/Thimbu": "Asia/Thimphu", "Asia/Ujung_Pandang": "Asia/Makassar", "Asia/Ulan_Bator": "Asia/Ulaanbaatar",
  "Atlantic/Faeroe": "Atlantic/Faroe", "Europe/Kiev": "Europe/Kyiv", "Pacific/Enderbury": "Pacific/Kanton", "Pacific/Ponape": "Pacific/Pohnpei", "Pacific/Truk": "Pacific/Chuuk",
};

export function ownZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  return RENAMED[zone] ?? zone;
}

const zone = ownZone();
if (zone) {
  chooseZone(zone);
  document.querySelectorAll("[data-clocks]").forEach((clocks) => addOwn(clocks, zone));
}

// In the form, unless somebody chose one. A choice made by hand is no guess any more.
function chooseZone(zone) {
  document.querySelectorAll("[data-zone-guess]").forEach((select) => {
    const guess = select.form.elements.zone_guess;
    if (!select.value) {
      if (![...select.options].some((option) => option.value === zone)) select.add(new Option(cityOf(zone), zone));
      select.value = zone;
      guess.value = "yes";
    }
    select.addEventListener("change", () => (guess.value = ""));
  });
}

function addOwn(clocks, zone) {
  const starts = new Date(clocks.dataset.starts), ends = new Date(clocks.dataset.ends);
  const theirs = clocks.dataset.zone, list = clocks.querySelector("ul");
  if (zone === theirs) {
    const place = list.querySelector(".place");
    place.append(" · ", words.same);
    place.parentElement.className = "yours";
    return;
  }
  const item = document.createElement("li"), time = document.createElement("time"), place = document.createElement("span");
  item.className = "yours";
  place.className = "place";
  time.dateTime = starts.toISOString();
  time.textContent = range(starts, ends, zone);
  place.textContent = words.yours.replace("{city}", cityOf(zone));
  if (day(starts, zone) !== day(starts, theirs)) {
    const other = document.createElement("span");
    other.className = "other-day";
    other.textContent = day(starts, zone);
    place.append(" · ", other);
  }
  item.append(time, " ", place);
  list.prepend(item);
}

function range(starts, ends, zone) {
  const [begins, stops] = [clock(starts, zone), clock(ends, zone)];
  const long = (ends - starts) / 3600000 >= 12 && day(starts, zone) !== day(ends, zone) ? `${day(ends, zone)}, ` : "";
  return `${begins}${/\s/.test(begins + long + stops) ? " – " : "–"}${long}${stops}`;
}

function clock(instant, zone) {
  if (page === "ar") return new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "numeric", minute: "2-digit" }).format(instant);
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "numeric", minute: "2-digit", hourCycle: "h23" }).formatToParts(instant);
  const [hour, minute] = ["hour", "minute"].map((type) => parts.find((part) => part.type === type).value);
  if (page === "fr") return `${Number(hour)}\u00a0h\u00a0${minute}`;
  return page === "pt" || page === "sw" ? `${hour.padStart(2, "0")}:${minute}` : `${Number(hour)}:${minute}`;
}

function day(instant, zone) {
  const words = new Intl.DateTimeFormat(locale, { timeZone: zone, weekday: "long", day: "numeric", month: "long" }).format(instant);
  return page === "en" || page === "es" ? words.replace(",", "") : words;
}

// As the form calls it, in the language of the page; else by the zone's own name, which is of no use in another script: there by what
// its time is called.
function cityOf(zone) {
  const option = document.querySelector(`#f-zone option[value="${zone}"]`);
  return option?.textContent.split(" · ")[0] || (page === "ar" ? timeOf(zone) : zone.split("/").pop().replaceAll("_", " "));
}

function timeOf(zone) {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "longGeneric" }).formatToParts(new Date());
  return parts.find((part) => part.type === "timeZoneName").value;
}
