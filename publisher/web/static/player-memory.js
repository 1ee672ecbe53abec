// What a listener's own browser remembers: the place in each episode, and the speed. Nothing of it is sent anywhere.
const PLACE = "podcast.place:";
const SPEED = "podcast.speed";

export const placeOf = (key) => Number(read(PLACE + key)) || 0;
export const keepPlace = (key, seconds) => write(PLACE + key, String(Math.floor(seconds)));
export const forgetPlace = (key) => write(PLACE + key, null);
export const speed = () => Number(read(SPEED)) || 1;
export const keepSpeed = (rate) => write(SPEED, rate === 1 ? null : String(rate));

// Browsers may refuse: in private windows, and in frames on other people's pages.
function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // nothing is remembered then
  }
}
