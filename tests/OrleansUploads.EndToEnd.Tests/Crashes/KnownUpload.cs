namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>The stage of an upload as its client knows it. In the stages that end in -ing, a request was sent and not
/// answered.</summary>
internal enum UploadStage
{
    Open,
    Completing,
    Completed,
    Aborting,
    Aborted,
}

/// <summary>A multipart upload as its client knows it.</summary>
internal sealed class KnownUpload(string id, IReadOnlyList<KnownPart> parts)
{
    public string Id { get; } = id;

    /// <summary>One part for each slot, sent or not.</summary>
    public IReadOnlyList<KnownPart> Parts { get; } = parts;

    public UploadStage Stage { get; set; }

    /// <summary>The archive; null until a completion is sent. Its ID is null until the completion is answered.</summary>
    public KnownArchive? Archive { get; set; }

    public bool CanComplete => Stage == UploadStage.Open && Parts.All(part => part is { Acknowledged: not null });

    public override string ToString() => $"upload {Id} ({Stage})";
}

/// <summary>A part of an upload as its client knows it.</summary>
internal sealed class KnownPart(long start, int lengthBytes)
{
    public long Start { get; } = start;

    public int LengthBytes { get; } = lengthBytes;

    /// <summary>The last acknowledged content, or null.</summary>
    public PartContent? Acknowledged { get; set; }

    /// <summary>The content that was sent since and not answered, or null.</summary>
    public PartContent? Unanswered { get; set; }

    public override string ToString() => $"part at {Start}";
}
