// Who sent the parts of an upload, and how it ended.

import { facts, make } from "./html.js";
import { bytes, count, exactly, time } from "./words.js";

const several = 255;

function senderOf(timeline, number) {
  return number === several ? { accessKeyId: "one of many senders" } : timeline.senders?.[number - 1];
}

/** The runs of consecutive numbers of the parts that count. */
export function runsOf(timeline) {
  const runs = [];
  for (const { number } of timeline.parts ?? []) {
    if (runs.length > 0 && runs[runs.length - 1][1] === number - 1) {
      runs[runs.length - 1][1] = number;
    } else {
      runs.push([number, number]);
    }
  }
  return runs;
}

/** Who sent one part, how often, and what it replaced. */
export function showTrail(timeline, number) {
  const part = timeline.parts?.find((known) => known.number === number);
  const sender = part && senderOf(timeline, part.by);
  const lost = timeline.lost?.filter((known) => known.number === number) ?? [];
  return [
    facts([
      ["accepted", part && timeline.phase !== "open" ? time(part.stored) : null],
      ["access key", sender?.accessKeyId],
      ["address", sender?.address],
      ["node", sender?.node],
      ["sent again", part && part.resent > 0 ? count(part.resent, "time") : null],
    ]),
    lost.length === 0 ? null : make("h3", {}, "Attempts that do not count"),
    ...lost.map((attempt) => facts([
      ["accepted", time(attempt.stored)],
      ["size", bytes(attempt.bytes)],
      ["why not", attempt.why],
      ["access key", senderOf(timeline, attempt.by)?.accessKeyId],
      ["address", senderOf(timeline, attempt.by)?.address],
      ["node", senderOf(timeline, attempt.by)?.node],
    ])),
  ].filter((shown) => shown !== null);
}

/** How an upload ended, in a sentence. The link leads to what it became. */
export function describeEnd(timeline, link) {
  const at = time(timeline.ended);
  if (timeline.phase === "aborted") {
    return [`Aborted at ${at}. Its parts do not count any more.`];
  }
  if (timeline.phase === "expired") {
    return [`Expired at ${at}, because no part had arrived for too long.`];
  }
  const size = timeline.bytes === undefined ? "" : ` with ${bytes(timeline.bytes)}`;
  const completed = timeline.single ? `Sent in one request, and completed at ${at}${size}. ` : `Completed at ${at}${size}. `;
  return timeline.released === undefined
    ? [completed, "It became ", link, "."]
    : [completed, timeline.archive === undefined
      ? `The object was deleted or replaced at ${time(timeline.released)}.`
      : `The archive was deleted at ${time(timeline.released)}.`];
}

/** The facts about an upload that has ended. */
export function showEnd(timeline) {
  const sender = senderOf(timeline, timeline.endedBy);
  const again = timeline.parts?.filter((part) => part.resent > 0).length ?? 0;
  const lost = (timeline.lost?.length ?? 0) + (timeline.notListed ?? 0);
  return facts([
    ["upload ID", make("span", { class: "id" }, timeline.id)],
    ["initiated", time(timeline.created)],
    [timeline.phase, time(timeline.ended)],
    ["by", sender?.accessKeyId],
    ["address", sender?.address],
    ["node", sender?.node],
    ["size", timeline.bytes === undefined ? null : exactly(timeline.bytes)],
    ["archive ID", timeline.archive && make("span", { class: "id" }, timeline.archive)],
    [timeline.archive ? "tree hash" : "ETag", timeline.hash && make("span", { class: "id" }, timeline.hash)],
    ["parts", timeline.parts && count(timeline.parts.length, "part")
      + (again > 0 ? `, ${again.toLocaleString("en")} of them sent again` : "")],
    ["attempts that do not count", lost > 0 ? lost.toLocaleString("en") : null],
  ]);
}
