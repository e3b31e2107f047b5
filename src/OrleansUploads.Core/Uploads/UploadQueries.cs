using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Uploads;

/// <summary>Answers questions about an upload.</summary>
internal static class UploadQueries
{
    /// <summary>One page of the parts, in the order of their ranges.</summary>
    public static PartsPage List(UploadState.Open open, ArchiveUploadSpec spec, ListParts query)
    {
        var (parts, hasMore) = open.Parts.From(spec.Parts.FirstNumberFrom(query.FirstByte)).FirstPage(query.Limit);
        return new PartsPage(
            spec,
            [.. parts.Select(placed => new ListedPart(
                spec.Parts.RangeOf(placed.Number, placed.Part.LengthBytes), placed.Part.TreeHash, placed.Part.Location))],
            hasMore ? spec.Parts.RangeOf(open.Parts.From(parts[^1].Number + 1).First().Number, 1).FirstByte : null);
    }

    /// <summary>One page of the parts, by number.</summary>
    public static NumberedPartsPage List(UploadState.Open open, ObjectUploadSpec spec, ListNumberedParts query)
    {
        var (parts, hasMore) = open.Parts.From(Math.Max(query.After, 0) + 1).Select(Listed).FirstPage(query.Limit);
        return new NumberedPartsPage(spec, parts, hasMore);
    }

    /// <summary>Which parts there are.</summary>
    /// <param name="staleAfter">The time without activity after which the upload expires.</param>
    public static MappedParts Map(UploadState.Open open, TimeSpan staleAfter) => new(
        PartNumbers.Of(open.Parts.From(1).Select(static placed => placed.Number)), open.Parts.Bytes, open.LastActivityAt)
    {
        Rate = TransferRates.Of(open.Parts),
        LastSender = open.Parts.Count == 0 ? null : open.Senders[open.Parts.From(1).MaxBy(static placed => placed.Part.StoredAt).Part.By],
        ExpiresAt = open.LastActivityAt + staleAfter,
    };

    /// <summary>What the upload of an archive knows about one part.</summary>
    public static FoundPart Find(UploadState.Open open, ArchiveUploadSpec spec, int number) => open.Parts[number] is { } part
        ? new FoundPart(
            spec.Parts.RangeOf(number, part.LengthBytes),
            part.TreeHash,
            part.Attempt,
            part.Location,
            part.StoredAt,
            open.Senders[part.By])
        : new FoundPart(Range: null, default, Attempt: null, Location: null, default);

    /// <summary>What the upload of an object knows about one part.</summary>
    public static FoundNumberedPart Find(UploadState.Open open, int number) => open.Parts[number] is { } part
        ? new FoundNumberedPart(Listed(new PlacedPart(number, part)), open.Senders[part.By])
        : new FoundNumberedPart(Part: null, Sender: null);

    public static UploadSummary Summarize(UploadState.Known state, ArchiveUploadSpec spec) => state switch
    {
        UploadState.Open open => new UploadSummary(spec, UploadPhase.Open, open.Parts.Count, open.Parts.Bytes, Archive: null),
        UploadState.Completing { Completion: ArchiveCompletion done } => Completed(spec, done, deletedAt: null),
        UploadState.Stored { Completion: ArchiveCompletion done, ReleasedAt: var at } => Completed(spec, done, at),
        UploadState.Ended { End: var end, EndedAt: var at } => new UploadSummary(spec, PhaseOf(end), Parts: 0, ReportedBytes: 0, Archive: null)
        {
            EndedAt = at,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Unknown state."),
    };

    /// <summary>Where the bytes of the archive are, or null if the upload has not become one.</summary>
    public static FoundManifest? FindManifest(UploadState.Known state, ArchiveUploadSpec spec) => state switch
    {
        UploadState.Completing { Completion: ArchiveCompletion done, Before.Parts: var parts } => Found(spec, done, parts),
        UploadState.Stored { Completion: ArchiveCompletion done, Parts: var parts } => Found(spec, done, parts),
        _ => null,
    };

    public static ObjectUploadSummary Summarize(UploadState.Known state, ObjectUploadSpec spec) => state switch
    {
        UploadState.Stored { Completion: ObjectCompletion done, ReleasedAt: var at } =>
            new ObjectUploadSummary(spec, UploadPhase.Completed, Describe(spec, done), at),
        UploadState.Ended { End: var end, EndedAt: var at } =>
            new ObjectUploadSummary(spec, PhaseOf(end), EndedAt: at),
        _ => new ObjectUploadSummary(spec, UploadPhase.Open),
    };

    /// <summary>Whether the summary of the upload says that it is not open.</summary>
    public static bool HasEnded(UploadState state) => state is
        UploadState.Completing { Completion: ArchiveCompletion } or UploadState.Stored or UploadState.Ended;

    /// <summary>The phase of an upload that ended without an archive or object.</summary>
    public static UploadPhase PhaseOf(UploadEnd end) => end == UploadEnd.Expired ? UploadPhase.Expired : UploadPhase.Aborted;

    private static UploadSummary Completed(ArchiveUploadSpec spec, ArchiveCompletion done, DateTimeOffset? deletedAt) => new(
        spec, UploadPhase.Completed, Parts: 0, done.SizeBytes, Describe(spec, done), deletedAt);

    private static FoundManifest Found(ArchiveUploadSpec spec, ArchiveCompletion done, PartMap? parts) =>
        new(spec, done, parts is null || Manifest.IsStoredFor(parts) ? null : parts);

    /// <summary>The archive that an upload became.</summary>
    public static CompletedArchive Describe(ArchiveUploadSpec spec, ArchiveCompletion done) =>
        new(done.Archive, spec.Vault.Id, done.SizeBytes, done.TreeHash);

    /// <summary>The object that an upload became.</summary>
    public static PublishedObject Describe(ObjectUploadSpec spec, ObjectCompletion done) =>
        new(spec.Name, spec.Upload, done.ETag, done.SizeBytes, done.Checksum, done.At);

    private static ListedNumberedPart Listed(PlacedPart placed) => new(NumberedParts.PartOf(placed), placed.Part.StoredAt);
}

/// <summary>Measures how fast parts arrive.</summary>
/// <remarks>A part counts when it ends, with bytes that may have arrived long before. So only parts count that also began within the
/// measured time: all their bytes arrived in it, and the rate is never higher than what the connections carried.</remarks>
internal static class TransferRates
{
    private const int PartsInWindow = 8;

    private static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MinMeasured = TimeSpan.FromSeconds(1);

    /// <summary>The rate of the last parts, or null if they tell too little.</summary>
    public static TransferRate? Of(PartMap map)
    {
        if (map.Count == 0)
        {
            return null;
        }

        var parts = map.From(1).Select(static placed => placed.Part).ToList();
        var last = parts.MaxBy(static part => part.StoredAt)!;
        var window = PartsInWindow * (last.StoredAt - (last.Attempt?.CreatedAt ?? last.StoredAt));
        var from = last.StoredAt - (window > MinWindow ? window : MinWindow);
        var begun = last.StoredAt;
        var bytes = 0L;
        foreach (var part in parts)
        {
            if (part.Attempt is { CreatedAt: var at } && at >= from)
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
