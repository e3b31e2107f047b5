using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Timelines;

namespace OrleansUploads.Core.Uploads;

/// <summary>Makes the timelines of uploads from their states. Archives and objects in one request have none: the ID of their upload is
/// never told to anyone.</summary>
internal static class UploadTimelines
{
    /// <summary>The timeline to keep of an upload to a vault that ends.</summary>
    public static PackedTimeline? Keep(UploadState.Open open, Sender? endedBy) =>
        open.Spec.Origin == UploadOrigin.Multipart && (open.Parts.Count > 0 || endedBy is not null)
            ? Pack(open, endedBy, only: null)
            : null;

    /// <summary>The timeline to keep of the upload of an object that ends.</summary>
    /// <param name="open">The upload before its end.</param>
    /// <param name="chosen">The parts of the object, or null if the upload does not become one.</param>
    /// <param name="endedBy">Who ended it, or null.</param>
    public static PackedTimeline? Keep(UploadState.ObjectOpen open, PartNumbers? chosen, Sender? endedBy) =>
        open.Spec.Origin == UploadOrigin.Multipart && (open.Parts.Count > 0 || endedBy is not null)
            ? Pack(open, chosen, endedBy, only: null)
            : null;

    /// <summary>Answers with the timeline of an upload to a vault, or null if the addressed vault has no such upload.</summary>
    public static UploadTimeline? Read(UploadState state, ReadTimeline command) => state switch
    {
        UploadState.Open open when open.Spec.Vault.Id == command.Vault => new UploadTimeline(
            UploadPhase.Open, open.Spec.CreatedAt, EndedAt: null, Pack(open, endedBy: null, command.Number)),
        UploadState.Completed done when done.Spec.Vault.Id == command.Vault => new UploadTimeline(
            UploadPhase.Completed, done.Spec.CreatedAt, done.CompletedAt, done.Timeline),
        UploadState.Ended ended when ended.Spec.Vault.Id == command.Vault => new UploadTimeline(
            ended.Aborted ? UploadPhase.Aborted : UploadPhase.Expired, ended.Spec.CreatedAt, ended.EndedAt, ended.Timeline),
        _ => null,
    };

    /// <summary>Answers with the timeline of the upload of an object. Null if it is not that of the addressed object.</summary>
    public static UploadTimeline? Read(UploadState state, Messages.Objects.ReadObjectTimeline command) => state switch
    {
        UploadState.OfObject ofObject when ofObject.Spec.Name != command.Name => null,
        UploadState.ObjectOpen open => ReadOpen(open, command.Number),
        UploadState.ObjectCompleting { Before: var open } => ReadOpen(open, command.Number),
        UploadState.ObjectStored stored => new UploadTimeline(
            UploadPhase.Completed, stored.Spec.CreatedAt, stored.Completion.At, stored.Timeline),
        UploadState.ObjectEnded ended => new UploadTimeline(
            ended.End == ObjectUploadEnd.Expired ? UploadPhase.Expired : UploadPhase.Aborted,
            ended.Spec.CreatedAt,
            ended.EndedAt,
            ended.Timeline),
        _ => null,
    };

    private static UploadTimeline ReadOpen(UploadState.ObjectOpen open, int? only) =>
        new(UploadPhase.Open, open.Spec.CreatedAt, EndedAt: null, Pack(open, chosen: null, endedBy: null, only));

    private static PackedTimeline Pack(UploadState.Open open, Sender? endedBy, int? only)
    {
        var timeline = new TimelineBuilder(open.Parts.Count);
        foreach (var (slot, part) in open.Parts.From(only - 1 ?? 0).Take(only is null ? int.MaxValue : 1))
        {
            if (only is null || slot == only - 1)
            {
                timeline.Add(new TimelinePart(slot + 1, part.StoredAt, part.Trail.By, part.Trail.Resent));
                for (var lost = part.Trail.Earlier; lost is not null; lost = lost.Trail.Earlier)
                {
                    timeline.AddLost(new LostAttempt(
                        slot + 1, lost.StoredAt, lost.Trail.By, lost.LengthBytes, lost.Place.Attempt, IsReplaced: true));
                }
            }
        }

        return timeline.Pack(open.Senders, endedBy, open.Spec.CreatedAt);
    }

    private static PackedTimeline Pack(UploadState.ObjectOpen open, PartNumbers? chosen, Sender? endedBy, int? only)
    {
        var counted = chosen?.InOrder.ToHashSet();
        var timeline = new TimelineBuilder(open.Parts.Count);
        if (only is { } number)
        {
            if (open.Parts.TryGetValue(number, out var part))
            {
                Add(number, part);
            }
        }
        else
        {
            foreach (var (each, part) in open.Parts)
            {
                Add(each, part);
            }
        }

        return timeline.Pack(open.Senders, endedBy, open.Spec.CreatedAt);

        void Add(int number, AcceptedPart part)
        {
            if (counted?.Contains(number) ?? true)
            {
                timeline.Add(new TimelinePart(number, part.StoredAt, part.Trail.By, part.Trail.Resent));
            }
            else
            {
                timeline.AddLost(LostOf(part, isReplaced: false));
                timeline.CountReplaced(part.Trail.Resent);
            }

            for (var lost = part.Trail.Earlier; lost is not null; lost = lost.Trail.Earlier)
            {
                timeline.AddLost(LostOf(lost, isReplaced: true));
            }
        }
    }

    private static LostAttempt LostOf(AcceptedPart part, bool isReplaced) => new(
        part.Part.Number, part.StoredAt, part.Trail.By, part.Part.LengthBytes, part.Part.Attempt, isReplaced);
}
