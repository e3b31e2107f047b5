namespace OrleansUploads.Core.Uploads;

/// <summary>Answers queries about an upload.</summary>
internal static class UploadListing
{
    /// <summary>Returns the answer to a query, or null if the addressed vault has no such upload.</summary>
    public static IAnswer? Answer(UploadState state, UploadCommand query) => query switch
    {
        ListParts c => OpenOf(state, c.Vault) is { } open ? ListParts(open, c) : null,
        MapParts c => OpenOf(state, c.Vault) is { } open ? Map(open) : null,
        FindPart c => OpenOf(state, c.Vault) is { } open ? FindPart(open, c) : null,
        SummarizeUpload c => Summarize(state, c),
        _ => null,
    };

    /// <summary>Returns one page of the parts, in the order of their ranges.</summary>
    private static PartsPage ListParts(UploadState.Open open, ListParts command)
    {
        var geometry = new AlignedParts(open.Spec.PartSize);
        var listed = new List<ListedPart>();
        foreach (var (slot, part) in open.Parts.From(geometry.FirstSlotFrom(command.FirstByte)))
        {
            var range = geometry.RangeOf(slot, part.LengthBytes);
            if (listed.Count == command.Limit)
            {
                return new PartsPage(open.Spec, listed, range.FirstByte);
            }

            listed.Add(new ListedPart(range, part.TreeHash, part.Place.Location));
        }

        return new PartsPage(open.Spec, listed, null);
    }

    /// <summary>Returns a summary of the state, or null if the addressed vault has no such upload.</summary>
    private static UploadSummary? Summarize(UploadState state, SummarizeUpload command) => state switch
    {
        UploadState.Open open when open.Spec.Vault == command.Vault => new UploadSummary(
            open.Spec, UploadPhase.Open, open.Parts.Count, BytesOf(open.Parts), Archive: null),
        UploadState.Completed done when done.Spec.Vault == command.Vault => new UploadSummary(
            done.Spec, UploadPhase.Completed, Parts: 0, done.SizeBytes, Describe(done), done.ReleasedAt),
        UploadState.Ended ended when ended.Spec.Vault == command.Vault => new UploadSummary(
            ended.Spec, ended.Aborted ? UploadPhase.Aborted : UploadPhase.Expired, Parts: 0, ReportedBytes: 0, Archive: null),
        _ => null,
    };

    /// <summary>Returns which parts there are.</summary>
    private static MappedUpload Map(UploadState.Open open) => new(
        open.Spec,
        new MappedParts(
            PartNumbers.Of(open.Parts.From(0).Select(static slot => slot.Key + 1)), BytesOf(open.Parts), open.LastActivityAt)
        {
            Rate = TransferRates.Of([.. open.Parts.From(0).Select(static slot => slot.Value)
                .Select(static part => new ArrivedPart(part.Place.Attempt?.CreatedAt, part.StoredAt, part.LengthBytes))]),
        });

    /// <summary>Returns which parts of an object there are.</summary>
    public static MappedObjectUpload Map(UploadState.ObjectOpen open) => new(
        open.Spec,
        new MappedParts(
            PartNumbers.Of(open.Parts.Keys),
            open.Parts.Values.Sum(static accepted => accepted.Part.LengthBytes),
            open.LastActivityAt)
        {
            Rate = TransferRates.Of([.. open.Parts.Values.Select(static accepted => new ArrivedPart(
                accepted.Part.Attempt?.CreatedAt, accepted.StoredAt, accepted.Part.LengthBytes))]),
        });

    /// <summary>Returns what the upload knows about one part.</summary>
    private static FoundPart FindPart(UploadState.Open open, FindPart command)
    {
        var slot = command.Number - 1;
        return open.Parts[slot] is { } part
            ? new FoundPart(
                new AlignedParts(open.Spec.PartSize).RangeOf(slot, part.LengthBytes),
                part.TreeHash,
                part.Place.Attempt,
                part.Place.Location,
                part.StoredAt,
                open.Senders[part.By])
            : new FoundPart(Range: null, default, Attempt: null, Location: null, default);
    }

    /// <summary>Returns the archive that a completed upload became.</summary>
    public static CompletedArchive Describe(UploadState.Completed done) =>
        new(done.Archive, done.Spec.Vault.Id, done.SizeBytes, done.TreeHash);

    private static UploadState.Open? OpenOf(UploadState state, VaultIncarnation vault) =>
        state is UploadState.Open open && open.Spec.Vault == vault ? open : null;

    private static long BytesOf(PartMap parts) => parts.From(0).Sum(static slot => slot.Value.LengthBytes);
}

/// <summary>When the bytes of a part arrived.</summary>
/// <param name="BegunAt">When its attempt began, or null if it has none.</param>
/// <param name="StoredAt">When it was accepted.</param>
/// <param name="LengthBytes">Its length.</param>
internal readonly record struct ArrivedPart(DateTimeOffset? BegunAt, DateTimeOffset StoredAt, long LengthBytes);

/// <summary>Measures how fast parts arrive.</summary>
/// <remarks>A part counts when it ends, with bytes that may have arrived long before. So only parts count that also began within the
/// measured time: all their bytes arrived in it, and the rate is never higher than what the connections carried.</remarks>
internal static class TransferRates
{
    private const int PartsInWindow = 8;

    private static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MinMeasured = TimeSpan.FromSeconds(1);

    /// <summary>The rate of the last parts, or null if they tell too little.</summary>
    public static TransferRate? Of(IReadOnlyList<ArrivedPart> parts)
    {
        if (parts.Count == 0)
        {
            return null;
        }

        var last = parts.MaxBy(static part => part.StoredAt);
        var window = PartsInWindow * (last.StoredAt - (last.BegunAt ?? last.StoredAt));
        var from = last.StoredAt - (window > MinWindow ? window : MinWindow);
        var begun = last.StoredAt;
        var bytes = 0L;
        foreach (var part in parts)
        {
            if (part.BegunAt is { } at && at >= from)
            {
                begun = at < begun ? at : begun;
                bytes += part.LengthBytes;
            }
        }

        var measured = last.StoredAt - begun;
        return measured < MinMeasured
            ? null
            : new TransferRate((long)(bytes / measured.TotalSeconds), (long)measured.TotalMilliseconds);
    }
}
