using OrleansUploads.Core.Parts;

namespace OrleansUploads.Core.Uploads;

/// <summary>Makes the timelines of uploads from their states. Archives and objects in one request have none: all that it would say is
/// when the request ended.</summary>
internal static class UploadTimelines
{
    /// <summary>The timeline that an upload to a vault keeps when it ends.</summary>
    public static PackedTimeline? Keep(UploadState.Open open, Sender? endedBy) =>
        open.Spec.Origin == UploadOrigin.Multipart && (open.Parts.Count > 0 || endedBy is not null)
            ? Pack(open, endedBy, only: null)
            : null;

    /// <summary>The timeline that the upload of an object keeps when it ends.</summary>
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
            UploadPhase.Open, open.Spec.CreatedAt, EndedAt: null, Pack(open, endedBy: null, command.Number))
        {
            Outcome = new(open.Spec.Origin, open.Spec.Description),
        },
        UploadState.Completed done when done.Spec.Vault.Id == command.Vault => new UploadTimeline(
            UploadPhase.Completed, done.Spec.CreatedAt, done.CompletedAt, done.Timeline)
        {
            Outcome = new(
                done.Spec.Origin, done.Spec.Description, done.SizeBytes, done.Archive, done.TreeHash.ToString(), done.ReleasedAt),
        },
        UploadState.Ended ended when ended.Spec.Vault.Id == command.Vault => new UploadTimeline(
            ended.Aborted ? UploadPhase.Aborted : UploadPhase.Expired, ended.Spec.CreatedAt, ended.EndedAt, ended.Timeline)
        {
            Outcome = new(ended.Spec.Origin, ended.Spec.Description),
        },
        _ => null,
    };

    /// <summary>Answers with the timeline of the upload of an object. Null if it is not that of the addressed object.</summary>
    public static UploadTimeline? Read(UploadState state, ReadObjectTimeline command) => state switch
    {
        UploadState.OfObject ofObject when ofObject.Spec.Name != command.Name => null,
        UploadState.ObjectOpen open => ReadOpen(open, command.Number),
        UploadState.ObjectCompleting { Before: var open } => ReadOpen(open, command.Number),
        UploadState.ObjectStored stored => new UploadTimeline(
            UploadPhase.Completed, stored.Spec.CreatedAt, stored.Completion.At, stored.Timeline)
        {
            Outcome = new(
                stored.Spec.Origin,
                default,
                stored.Completion.SizeBytes,
                Archive: null,
                stored.Completion.ETag.ToString(),
                stored.ReleasedAt),
        },
        UploadState.ObjectEnded ended => new UploadTimeline(
            ended.End == ObjectUploadEnd.Expired ? UploadPhase.Expired : UploadPhase.Aborted,
            ended.Spec.CreatedAt,
            ended.EndedAt,
            ended.Timeline)
        {
            Outcome = new(ended.Spec.Origin, default),
        },
        _ => null,
    };

    private static UploadTimeline ReadOpen(UploadState.ObjectOpen open, int? only) =>
        new(UploadPhase.Open, open.Spec.CreatedAt, EndedAt: null, Pack(open, chosen: null, endedBy: null, only))
        {
            Outcome = new(open.Spec.Origin, default),
        };

    private static PackedTimeline Pack(UploadState.Open open, Sender? endedBy, int? only)
    {
        IEnumerable<(int, StoredPart)> parts = only is not { } number ? open.Parts.From(0).Select(part => (part.Key + 1, part.Value))
            : open.Parts[number - 1] is { } one ? [(number, one)]
            : [];
        return Attempts(
                parts,
                open.Parts.Count,
                static part => (part.StoredAt, part.Trail),
                static (number, part) => new LostAttempt(
                    number, part.StoredAt, part.Trail.By, part.LengthBytes, part.Place.Attempt, IsReplaced: false),
                static _ => true)
            .Pack(open.Senders, endedBy, open.Spec.CreatedAt);
    }

    private static PackedTimeline Pack(UploadState.ObjectOpen open, PartNumbers? chosen, Sender? endedBy, int? only)
    {
        var counted = chosen?.InOrder.ToHashSet();
        IEnumerable<(int, AcceptedPart)> parts = only is not { } number ? open.Parts.Select(part => (part.Key, part.Value))
            : open.Parts.TryGetValue(number, out var one) ? [(number, one)]
            : [];
        return Attempts(
                parts,
                open.Parts.Count,
                static part => (part.StoredAt, part.Trail),
                static (number, part) => new LostAttempt(
                    number, part.StoredAt, part.Trail.By, part.Part.LengthBytes, part.Part.Attempt, IsReplaced: false),
                part => counted?.Contains(part) ?? true)
            .Pack(open.Senders, endedBy, open.Spec.CreatedAt);
    }

    /// <summary>The attempts of an upload.</summary>
    /// <param name="parts">The parts, by number.</param>
    /// <param name="count">How many they are at most.</param>
    /// <param name="storyOf">When a part was accepted, and its trail.</param>
    /// <param name="describe">An attempt for a part number. Few attempts do not count, so few are described.</param>
    /// <param name="counts">Whether the part with a number counts.</param>
    private static TimelineBuilder Attempts<TPart>(
        IEnumerable<(int Number, TPart Part)> parts,
        int count,
        Func<TPart, (DateTimeOffset At, PartTrail<TPart> Trail)> storyOf,
        Func<int, TPart, LostAttempt> describe,
        Func<int, bool> counts)
        where TPart : class
    {
        var timeline = new TimelineBuilder(count);
        foreach (var (number, part) in parts)
        {
            var (at, trail) = storyOf(part);
            if (counts(number))
            {
                timeline.Add(new TimelinePart(number, at, trail.By, trail.Resent));
            }
            else
            {
                timeline.AddLost(describe(number, part));
                timeline.CountReplaced(trail.Resent);
            }

            for (var lost = trail.Earlier; lost is not null; lost = storyOf(lost).Trail.Earlier)
            {
                timeline.AddLost(describe(number, lost) with { IsReplaced = true });
            }
        }

        return timeline;
    }
}
