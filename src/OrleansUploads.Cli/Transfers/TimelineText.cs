using System.Text.Json;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Core.Parts;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Writes the timeline of an upload for people.</summary>
internal static class TimelineText
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    /// <summary>Formats a timeline.</summary>
    public static string Format(JsonElement document)
    {
        var timeline = document.Deserialize<Timeline>(Web)!;
        var lines = new List<string> { $"{"initiated",-11}{TimeOf(timeline.Created)}" };
        if (timeline.Ended is { } ended)
        {
            lines.Add($"{timeline.Phase,-11}{TimeOf(ended)}{SenderOf(timeline, timeline.EndedBy)}");
        }

        if (timeline.Parts is not { } parts)
        {
            lines.Add("The server has no record of who sent the parts.");
            return string.Join('\n', lines);
        }

        lines.Add(Quantity.Format(parts.Count, "part"));
        lines.AddRange(parts.Select(part =>
            $"  part {part.Number,-6}{TimeOf(part.Stored)}{SenderOf(timeline, part.By)}"
            + (part.Resent > 0 ? $"  sent again {Quantity.Format(part.Resent, "time")}" : "")));
        var lost = timeline.Lost ?? [];
        if (lost.Count + timeline.NotListed > 0)
        {
            lines.Add($"{Quantity.Format(lost.Count + timeline.NotListed, "attempt does", "attempts do")} not count");
            lines.AddRange(lost.Select(attempt =>
                $"  part {attempt.Number,-6}{TimeOf(attempt.Stored)}{SenderOf(timeline, attempt.By)}  {attempt.Why}"));
        }

        return string.Join('\n', lines);
    }

    private static string TimeOf(long milliseconds) => TimeText.Format(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

    /// <summary>The sender with two spaces before it, or an empty text if it is not known.</summary>
    private static string SenderOf(Timeline timeline, int? number) =>
        number == SenderTable.Others ? "  by one of many senders"
        : number is { } known && timeline.Senders?.ElementAtOrDefault(known - 1) is { } sender ? $"  {Describe(sender)}"
        : "";

    private static string Describe(Sender sender) => string.Join(' ', new[]
    {
        sender.AccessKeyId is { } key ? $"by {key}" : null,
        sender.Address is { } address ? $"from {address}" : null,
        sender.Node is { } node ? $"through {node}" : null,
    }.OfType<string>());

    private sealed record Timeline(
        string Phase,
        long Created,
        long? Ended,
        int? EndedBy,
        IReadOnlyList<Sender>? Senders,
        IReadOnlyList<Part>? Parts,
        IReadOnlyList<Attempt>? Lost,
        int NotListed);

    private sealed record Sender(string? AccessKeyId, string? Address, string? Node);

    private sealed record Part(int Number, long Stored, int? By, int Resent);

    private sealed record Attempt(int Number, long Stored, int? By, long Bytes, string Why);
}
