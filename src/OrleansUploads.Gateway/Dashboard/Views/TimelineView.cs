using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Writes the timeline of an upload.</summary>
internal static class TimelineView
{
    /// <summary>The answer to a call that asks for the timeline.</summary>
    public static JsonAnswer AnswerOf(DashboardCall call, UploadId upload, UploadTimeline read)
    {
        var timeline = read.Unpack();
        if (call.OnlyPart is { } number)
        {
            timeline = timeline?.Only(number);
        }

        return JsonAnswer.Of(DocumentOf(upload, read, timeline), DashboardJson.Default.TimelineDocument);
    }

    private static TimelineDocument DocumentOf(UploadId upload, UploadTimeline read, Timeline? timeline) => new(
        upload.ToString(),
        PhaseOf(read.Phase),
        read.BegunAt.ToUnixTimeMilliseconds(),
        read.EndedAt?.ToUnixTimeMilliseconds(),
        NumberOf(timeline?.EndedBy ?? 0),
        timeline is null ? null : [.. timeline.Senders.Select(static sender =>
            new SenderDocument(sender.AccessKeyId, sender.Address, sender.Node))],
        timeline is null ? null : [.. timeline.Parts.Select(static part =>
            new TimelinePartDocument(part.Number, part.At.ToUnixTimeMilliseconds(), NumberOf(part.By), part.Resent))],
        timeline is null ? null : [.. timeline.Lost.Select(static lost => new LostAttemptDocument(
            lost.Number,
            lost.At.ToUnixTimeMilliseconds(),
            NumberOf(lost.By),
            lost.LengthBytes,
            lost.Attempt?.ToString(),
            lost.IsReplaced ? "replaced" : "not named"))],
        timeline?.NotListed,
        read.Outcome?.Description.OrNull,
        read.Outcome?.SizeBytes,
        read.Outcome?.Archive?.ToString(),
        read.Outcome?.Hash,
        read.Outcome?.ReleasedAt?.ToUnixTimeMilliseconds(),
        read.Outcome?.Origin == UploadOrigin.SingleRequest ? true : null);

    private static int? NumberOf(int sender) => sender == 0 ? null : sender;

    private static string PhaseOf(UploadPhase phase) => phase switch
    {
        UploadPhase.Open => "open",
        UploadPhase.Completed => "completed",
        UploadPhase.Aborted => "aborted",
        _ => "expired",
    };
}
