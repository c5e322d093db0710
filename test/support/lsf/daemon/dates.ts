const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** - table: `Apr 19 17:01` - day: `Sun Jan 10 17:50:11` - year: the same and the year - short: `03/31-14:46:42` */
export type DateStyle = "table" | "day" | "year" | "short";

/** Times as LSF writes them, in local time (S OOD, EBI, MSSM). */
export function formatDate(time: number, style: DateStyle): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, "0");
  const month = MONTHS[date.getMonth()] ?? "";
  const day = String(date.getDate()).padStart(2);
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const clock = `${minutes}:${two(date.getSeconds())}`;
  if (style === "table") return `${month} ${day} ${minutes}`;
  if (style === "short") return `${two(date.getMonth() + 1)}/${two(date.getDate())}-${clock}`;
  const full = `${DAYS[date.getDay()] ?? ""} ${month} ${day} ${clock}`;
  return style === "day" ? full : `${full} ${date.getFullYear()}`;
}
